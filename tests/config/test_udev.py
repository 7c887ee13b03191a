"""The udev rules: every line is one, and they know the adapters that the program knows.

Where udev itself is at hand, it makes the names that are promised.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.known_hardware import ADAPTERS, numbered, seems
from devices.usb import Plugged
from tests.devices.sysfs import Machine

UDEV = Path(__file__).parents[2] / "config" / "udev"
FILES = ("70-hall.rules", "71-hall-names.rules.example")

#: udev(7): keys to match, with or without a name in braces, and keys to assign.
MATCHED = {
    *("ACTION", "SUBSYSTEM", "SUBSYSTEMS", "KERNEL", "KERNELS"),
    *("ENV{}", "ATTR{}", "ATTRS{}"),
}
ASSIGNED = {"SYMLINK", "GROUP", "MODE", "TAG", "ENV{}", "GOTO", "LABEL"}
WORD = re.compile(
    r'(?P<key>[A-Z]+)(?:\{(?P<name>[^}]+)\})?(?P<sign>==|!=|\+=|-=|:=|=)"(?P<words>[^"]*)"'
)
PUT_IN = re.compile(r"\$(id|env\{[A-Za-z_.]+\})")


def rules(name: str) -> Iterator[list[re.Match[str]]]:
    """Yield each rule as its words; a line that is none fails."""
    for line in (UDEV / name).read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        found = [WORD.fullmatch(word) for word in re.split(r",\s+", line)]
        assert all(found), line
        yield [word for word in found if word]


@pytest.mark.parametrize("name", FILES)
def test_every_line_is_a_rule_that_does_something(name: str) -> None:
    for rule in rules(name):
        for word in rule:
            key = word["key"] + ("{}" if word["name"] else "")
            assert key in (MATCHED if word["sign"] in {"==", "!="} else ASSIGNED), word[0]
            assert word["words"], word[0]
            assert "$" not in PUT_IN.sub("", word["words"]), word[0]
        assert any(word["sign"] not in {"==", "!="} for word in rule), rule


@pytest.mark.parametrize("name", FILES)
def test_every_jump_goes_forward_to_a_label(name: str) -> None:
    words = [word for rule in rules(name) for word in rule]
    for place, word in enumerate(words):
        if word["key"] == "GOTO":
            assert any(w["key"] == "LABEL" and w["words"] == word["words"] for w in words[place:])


@pytest.mark.parametrize("name", FILES)
def test_names_are_added_and_stand_below_hall(name: str) -> None:
    names = [w for rule in rules(name) for w in rule if w["key"] == "SYMLINK"]
    assert names
    assert all((w["sign"], w["words"][:5]) == ("+=", "hall/") for w in names)


def test_the_rules_and_the_program_know_the_same_adapters() -> None:
    known: set[tuple[str, str]] = set()
    for rule in rules(FILES[0]):
        said = {word["name"]: word["words"] for word in rule if word["name"]}
        if "ID_MODEL_ID" in said:
            known |= {(said["ID_VENDOR_ID"], model) for model in said["ID_MODEL_ID"].split("|")}
    assert known == set(ADAPTERS)


def test_the_rules_and_the_program_know_the_same_scanners() -> None:
    (vendors,) = (
        word["words"].split("|")
        for rule in rules(FILES[0])
        for word in rule
        if word["name"] == "ID_VENDOR_ID" and word["sign"] == "!="
    )
    for vendor in vendors:
        said = seems(Plugged(vendor, "0001", "", "1-1.2", "", "", (3,), ())).say
        assert said.en.endswith("code reader")


def test_numbers_that_the_rules_pass_over_are_none_for_the_program_either() -> None:
    (passed,) = (
        word["words"].split("|")
        for rule in rules(FILES[0])
        for word in rule
        if word["name"] == "ID_SERIAL_SHORT" and rule[-1]["key"] == "GOTO"
    )
    assert len(passed) > 5
    for number in passed:
        one = Plugged("10c4", "ea60", number, "1-1.2", "", "", (), ())
        assert not numbered(one)


TRY = """
set -e
mount --bind "$1/sys" /sys
mount -t tmpfs none /dev
mount -t tmpfs none /run
mkdir -p /run/udev/rules.d
cp "$2/70-hall.rules" /run/udev/rules.d/
cp "$2/71-hall-names.rules.example" /run/udev/rules.d/71-hall-names.rules
udevadm test "$(readlink -f "/sys/$3")" 2>&1
"""


@pytest.mark.parametrize(
    ("place", "names"),
    [
        ("class/tty/ttyUSB0", {"usb-1-1.2-if00", "pads"}),
        ("class/tty/ttyUSB1", {"usb-1-1.4-if00", "usb-0403-6001-A50285BI-if00", "printer"}),
        ("class/tty/ttyUSB2", {"usb-1-1.1.1-if00"}),
        ("class/tty/ttyUSB3", {"usb-1-1.1.3-if00"}),
        ("class/tty/ttyUSB4", {"usb-1-1.1.3-if01"}),
        ("class/tty/ttyACM0", set()),
        ("class/usbmisc/lp0", {"usb-1-1.1.2-lp"}),
        ("class/input/event0", {"hid-1-1.1.5-if00"}),
        ("class/input/event1", {"keypad-1-if00"}),
        ("class/input/event2", {"keypad-1-if01"}),
        # The technician's own keyboard, of the same maker.
        ("class/input/event3", set()),
    ],
)
def test_udev_itself_makes_the_names(tmp_path: Path, place: str, names: set[str]) -> None:
    """Only what it makes: it runs in a ``/dev`` of its own, on a ``/sys`` of ours."""
    may = subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False)
    if shutil.which("udevadm") is None or may.returncode != 0:
        pytest.skip("no udev here, or no rights to give it a /sys of its own")
    machine = Machine(tmp_path)
    machine.serial("1-1.2", "1a86:7523", "ttyUSB0")
    machine.serial("1-1.4", "0403:6001", "ttyUSB1", serial="A50285BI")
    machine.serial("1-1.1.1", "10c4:ea60", "ttyUSB2", serial="0001")
    machine.serial("1-1.1.3", "0403:6010", "ttyUSB3", "ttyUSB4")
    machine.serial("1-1.1.4", "2341:0043", "ttyACM0", acm=True)
    machine.printer("1-1.1.2", "04b8:0e15", serial="J5XX012345")
    machine.reader("1-1.1.5", "1eab:0022", "event0")
    machine.reader("1-1.1.6", "1a2c:2124", "event1", "event2")
    machine.reader("1-1.1.7", "1a2c:2124", "event3")
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", TRY, "sh", str(tmp_path), str(UDEV), place],
        env={**os.environ, "SYSTEMD_DEVICE_VERIFY_SYSFS": "0"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout
    assert set(re.findall(r"LINK 'hall/([^']+)'", done.stdout)) == names, done.stdout
    if place == "class/usbmisc/lp0" or (names and "input" in place):
        assert re.search(r"7[01]-hall[a-z-]*\.rules:\d+ MODE 0660", done.stdout)
    if "input" in place:
        ours = "ID_SEAT=seat-hall" in done.stdout and "LIBINPUT_IGNORE_DEVICE=1" in done.stdout
        assert ours is bool(names)
