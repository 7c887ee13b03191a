"""A page shows nothing of itself, is not copied, and can be emptied."""

from __future__ import annotations

import copy
import pickle
import re

import pytest

from devices.errors import DeviceFault
from devices.scanner.base import PageWiped, PreviewFrame, RawPage, ScanSettings
from devices.scanner.faults import OF_ONE_SCAN, SENTENCES, ScanFault

SECRET = b"made-up paper"


def page(pixels: bytes | bytearray = SECRET) -> RawPage:
    return RawPage(pixels, len(SECRET), 1, 1, 300)


def test_a_page_shows_its_size_and_nothing_of_the_paper() -> None:
    shown = f"{page()!r} {page()!s} {page()}"
    assert "13x1x1 300 dpi raw" in shown
    assert "made" not in shown
    assert "made" not in f"{PreviewFrame(SECRET, 13, 1)!r}{PreviewFrame(SECRET, 13, 1)}"


@pytest.mark.parametrize("personal", [page(), PreviewFrame(SECRET, 13, 1)])
def test_what_shows_paper_is_neither_pickled_nor_copied(personal: object) -> None:
    for copying in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="not copied"):
            copying(personal)


def test_wiping_writes_over_the_bytes_themselves() -> None:
    pixels = bytearray(b"x" * 200_000)
    wiped = RawPage(pixels, 200_000, 1, 1, 300)
    wiped.wipe()
    wiped.wipe()
    assert pixels == bytes(200_000)
    assert (wiped.wiped, wiped.size) == (True, 0)
    with pytest.raises(PageWiped):
        _ = wiped.pixels


def test_nobody_changes_a_page_through_its_view() -> None:
    with pytest.raises(TypeError):
        page(bytearray(SECRET)).pixels[0] = 0


def test_a_page_is_as_large_as_it_says() -> None:
    with pytest.raises(ValueError, match="width \\* height"):
        RawPage(b"123", 2, 2, 1, 300)
    with pytest.raises(ValueError, match="1 or 3"):
        RawPage(b"12", 1, 1, 2, 300)
    assert RawPage(b"any length", 1920, 1080, 3, 150, "jpeg").size == 10


@pytest.mark.parametrize(
    "wrong",
    [{"resolution_dpi": 0}, {"resolution_dpi": 9600}, {"turn": 45}, {"most_pages": 0}],
)
def test_settings_that_can_never_be_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        ScanSettings(**wrong)  # type: ignore[arg-type]  # a made-up mistake


def test_every_fault_says_what_to_do_in_both_languages() -> None:
    for code, say in SENTENCES.items():
        fault = ScanFault(code, pages=2)
        assert isinstance(fault, DeviceFault)
        assert (fault.zh, fault.en, fault.pages) == (say.zh, say.en, 2)
        assert re.search("[\u4e00-\u9fff].*。$", fault.zh), code
        assert re.search("[a-z].*[.]$", fault.en), code


def test_an_empty_feeder_is_no_state_of_the_device_and_a_jam_is() -> None:
    assert set(SENTENCES) >= OF_ONE_SCAN
    assert not ScanFault("no_paper").lasting
    assert not ScanFault("cancelled").lasting
    assert ScanFault("jammed").lasting
    assert DeviceFault("jam", "卡纸。", "A jam.").lasting
