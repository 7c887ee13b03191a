"""Python's own evdev library writes and reads the same records, and has the same names."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from types import ModuleType

import pytest

from devices.base import ENTER, Input
from devices.debian_library import debian_module
from devices.errors import DeviceUnavailable
from devices.hid.keys import CODES
from devices.hid.records import Record
from devices.pad.hid_driver import HidPad
from devices.pad.hid_options import HidPadOptions
from devices.pad.hid_simulator import HidPadSimulator
from devices.transport import open_line

EV_SYN, EV_KEY = 0, 1


def part(name: str) -> ModuleType:
    """Return a part of the library; a machine without it skips."""
    try:
        debian_module("evdev", "python3-evdev")
    except DeviceUnavailable as error:
        pytest.skip(f"{error} (config/setup/debian-test.txt)")
    return importlib.import_module(f"evdev.{name}")


def test_the_names_of_keys_are_the_kernels() -> None:
    ecodes = part("ecodes")
    assert {f"KEY_{name}": code for name, code in CODES.items()} == {
        f"KEY_{name}": getattr(ecodes, f"KEY_{name}") for name in CODES
    }


def test_records_that_the_library_writes_are_pressed_keys(tmp_path: Path) -> None:
    write = part("_uinput").write
    path = tmp_path / "keypad"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    writer = os.open(path, os.O_WRONLY)
    line = open_line(f"records:{path}")
    pad = HidPad("pad", HidPadOptions(), line)
    pad.open()
    # Each has the time at which it was written: only those of one moment are a packet.
    reports: list[object] = []
    for _ in range(20):
        write(writer, EV_KEY, CODES["KPENTER"], 1)
        write(writer, EV_SYN, 0, 0)
        write(writer, EV_KEY, CODES["KPENTER"], 0)
        write(writer, EV_SYN, 0, 0)
        stream = line.read_some(1.0)
        size = len(stream) // 4
        # As the kernel does it: the packet's records have the time of the first.
        first, third = stream[:16], stream[2 * size : 2 * size + 16]
        reports += pad.feed(
            stream[:size] + first + stream[size + 16 : 3 * size] + third + stream[3 * size + 16 :]
        )
        reports += pad.feed(b"")
    assert Input("call_next", typed=ENTER) in reports
    line.close()
    os.close(writer)
    os.close(reader)


def test_the_library_reads_what_the_simulated_keypad_sends() -> None:
    read = part("_input").device_read_many
    near, far = os.pipe()
    pad = HidPadSimulator("pad", HidPadOptions())
    pad.send = lambda data: (os.write(far, data), None)[1]
    pad.press("next")
    events = read(near)
    keys = [tuple(event[2:]) for event in events]
    assert [key for key in keys if key[0] == EV_KEY] == [
        (EV_KEY, CODES["KPENTER"], 1),
        (EV_KEY, CODES["KPENTER"], 0),
    ]
    assert len(events) == 6
    os.close(near)
    os.close(far)


def test_a_lamp_that_the_driver_writes_is_read_as_a_lamp() -> None:
    read = part("_input").device_read_many
    near, far = os.pipe()
    os.write(far, Record(0x11, 0, 1).to_bytes() + Record(0, 0, 0).to_bytes())
    assert [tuple(event[2:]) for event in read(near)] == [(0x11, 0, 1), (0, 0, 0)]
    os.close(near)
    os.close(far)
