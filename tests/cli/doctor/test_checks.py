"""All checks together: none holds up or hides another; fonts, versions and the page."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from devices.base import Sentence
from firmware_py.cli.doctor import checks, configuration, fonts, software
from firmware_py.cli.doctor.facts import Facts
from firmware_py.cli.doctor.finding import Check, Finding, Level, fine
from firmware_py.cli.doctor.machine import Drawn
from firmware_py.cli.doctor.page import as_json
from tests.cli.doctor.fakes import PLAIN, Fake, at, words


def named(code: str) -> Sentence:
    return Sentence(code, code)


def test_a_check_that_hangs_or_fails_leaves_the_others_alone(fake: Fake) -> None:
    over = threading.Event()

    def hangs(_: Facts) -> Iterator[Finding]:
        over.wait(60)
        yield fine("", "")

    def fails(_: Facts) -> Iterator[Finding]:
        yield fine("好", "good so far")
        raise RuntimeError("a cable")

    def works(_: Facts) -> Iterator[Finding]:
        yield fine("好", "good")

    looks = {"hangs": hangs, "fails": fails, "works": works}
    # A pause of the machine may make those late too that do not hang, but not each time.
    listed = [Check(code, named(code), look) for code, look in looks.items()]
    found: list[checks.Checked] = []
    for limit_s in (0.3, 1.0, 3.0, 9.0):
        found = checks.run(fake.facts(), listed, limit_s)
        assert f"Not done within {limit_s:g} s" in words(found[0].findings)
        if "Not done" not in words([*found[1].findings, *found[2].findings]):
            break
    over.set()
    assert [one.level for one in found] == [Level.WARNING, Level.WARNING, Level.OK]
    assert "RuntimeError: a cable" in words(found[1].findings)


def test_every_check_says_something_of_an_empty_machine_in_both_languages(fake: Fake) -> None:
    for config in (PLAIN, None):
        shown = as_json(checks.run(fake.facts(config)))
        assert shown["ok"] is False, "no daemon"
        for one in shown["checks"]:
            assert one["findings"]
            for finding in one["findings"]:
                assert "check itself failed" not in finding["say"]["en"], finding
                assert any("一" <= c <= "龥" for c in finding["say"]["zh"]), finding
                assert not any("一" <= c <= "龥" for c in finding["say"]["en"]), finding


def test_no_configuration_is_said_with_what_to_do(fake: Fake) -> None:
    (found,) = configuration.look(fake.facts(None))
    assert found.level is Level.RED
    assert "hall.example.toml" in words([found])


@dataclass(frozen=True)
class Face:
    family: str


NOTO, JAPANESE, HANA = (Face("Noto Sans Mono CJK SC"), Face("Noto Sans CJK JP"), Face("HanaMinA"))


def no_fonts(_: str) -> Drawn | None:
    return None


def only_noto(character: str) -> Drawn | None:
    return NOTO if ord(character) < 0x10000 else None


def only_japanese(_: str) -> Drawn | None:
    return JAPANESE


def all_fonts(character: str) -> Drawn | None:
    return NOTO if ord(character) < 0x10000 else HANA


@pytest.mark.parametrize(
    ("faces", "level"),
    [
        (no_fonts, Level.RED),
        (only_japanese, Level.RED),
        (only_noto, Level.WARNING),
        (all_fonts, Level.OK),
    ],
)
def test_fonts_that_are_missing_are_told(fake: Fake, faces: object, level: Level) -> None:
    fake.face_for = faces  # type: ignore[assignment]
    (found,) = fonts.look(fake.facts())
    assert found.level is level
    assert level is Level.OK or "apt install fonts-noto-cjk" in words([found])


def test_a_terminal_without_utf8_is_told(fake: Fake) -> None:
    levels = {"": Level.WARNING, "zh_CN.GBK": Level.WARNING, "zh_CN.UTF-8": Level.OK}
    for locale, level in levels.items():
        fake.env = {"LANG": locale}
        (found,) = fonts.look_locale(fake.facts())
        assert found.level is level


def test_a_package_of_another_version_than_the_lock_is_told(fake: Fake, tmp_path: Path) -> None:
    facts = replace(fake.facts(), program=tmp_path)
    fake.say("/config/setup/hall.lock", "click==0.0.1 \\\n    --hash=sha256:00\nno-such==1\n")
    found = words(at(Level.WARNING, software.look(facts)))
    assert "1 packages are not of the locked version: click" in found
    assert "≠0.0.1" in found
    assert "no-such" not in found


def test_a_library_that_a_device_needs_and_has_not_is_red(fake: Fake) -> None:
    # lgpio has no wheel for this machine; where it is installed, the hall has what it needs.
    from importlib.util import find_spec

    lamp = f'{PLAIN}\n[devices.lamp]\nkind = "lamp.gpio"\noptions = {{ red = 5 }}\n'
    found = words(at(Level.RED, software.look(fake.facts(lamp))))
    assert ("lamp needs what is not installed: lgpio." in found) is (find_spec("lgpio") is None)
    played = lamp.replace("red = 5", 'red = 5, pins = "mock:/x"')
    assert at(Level.RED, software.look(fake.facts(played))) == []
