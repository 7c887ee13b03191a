"""A USB printer's own words about itself. No USB here: the kernel's answers are the document's."""

from __future__ import annotations

import os

import pytest

from devices.usblp import DeviceId, device_id


def answer(text: str, length: int | None = None) -> bytes:
    """Return a device ID as the kernel gives it: its length first, then zeros up to 1024."""
    said = text.encode()
    return ((len(said) + 2 if length is None else length).to_bytes(2, "big") + said).ljust(1024)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "MFG:EPSON;CMD:ESC/POS;MDL:TM-T20III;CLS:PRINTER;DES:EPSON TM-T20III;SN:J3F2001;",
            "EPSON TM-T20III J3F2001",
        ),
        ("MANUFACTURER:XP;MODEL:XP-80;COMMAND SET:ESC/POS;", "XP XP-80"),
        ("MDL:Printer-80 ;MFG: ZJ;", "ZJ Printer-80"),
        ("", ""),
        (";;:;MFG;MDL", ""),
    ],
)
def test_the_parts_that_tell_one_printer_from_another_are_read(text: str, said: str) -> None:
    assert str(DeviceId.parse(answer(text))) == said


@pytest.mark.parametrize("length", [0, 1, 9, 20, 65535])
def test_a_printer_that_counts_wrongly_loses_at_most_the_end(length: int) -> None:
    found = DeviceId.parse(answer("MFG:EPSON;MDL:TM-T20;SN:1;", length))
    assert "EPSON".startswith(found.maker)
    if length == 65535:
        assert str(found) == "EPSON TM-T20 1"


def test_whatever_is_no_usb_printer_says_nothing() -> None:
    near, far = os.openpty()
    try:
        assert device_id(near) == DeviceId()
    finally:
        os.close(near)
        os.close(far)
    assert device_id(None) == DeviceId()
