"""A wrong setting of a reader, pad or scanner is told in both languages, at the same key."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from devices.card_reader.scanner_options import ScannerOptions
from devices.errors import WrongSetting
from devices.pad.hid_options import HidPadOptions
from devices.pad.options import Ff68Options
from devices.scanner.sane_options import SaneOptions

_CHINESE = re.compile(r"[\u4e00-\u9fff]")


_WRONG: list[tuple[Callable[[], object], str]] = [
    (lambda: Ff68Options(scores={"x": 5}), "scores"),
    (lambda: Ff68Options(scores={"1": 6}), "scores.1"),
    (lambda: HidPadOptions(keys={"KP77": "rate 5"}), "keys"),
    (lambda: HidPadOptions(layout="none"), "keys"),
    (lambda: ScannerOptions(ticket=("A*",)), "ticket"),
    (lambda: ScannerOptions(appointment=("A?",)), "appointment"),
    (lambda: ScannerOptions(appointment=("[9-0]",)), "appointment"),
    (lambda: ScannerOptions(appointment=("A{3,2}",)), "appointment"),
    (lambda: ScannerOptions(appointment=("A{100}B{100}",)), "appointment"),
    (lambda: ScannerOptions(ticket=(), appointment=()), "ticket"),
    (lambda: SaneOptions(escl="ftp://h"), "escl"),
    (lambda: SaneOptions(escl="http://u@h/eSCL"), "escl"),
    (lambda: SaneOptions(escl="http://h/eSCL", match="x"), "escl"),
]


@pytest.mark.parametrize(("make", "key"), _WRONG, ids=[f"{n}-{w[1]}" for n, w in enumerate(_WRONG)])
def test_a_wrong_setting_is_told_in_both_languages_at_its_key(
    make: Callable[[], object], key: str
) -> None:
    with pytest.raises(WrongSetting) as raised:
        make()
    assert (raised.value.zh.split(": ")[0], raised.value.en.split(": ")[0]) == (key, key)
    assert _CHINESE.search(raised.value.zh)
    assert not _CHINESE.search(raised.value.en)
