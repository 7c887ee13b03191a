"""What people bring to the bench: the centre's key and lists, the technician's PIN.

The people are those who do not exist (``devices.card_reader.made_up``); the key is no secret.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from devices.card_reader.card import decode
from devices.card_reader.made_up import PEOPLE
from firmware_py.store.person_hash import person_hash
from firmware_py.store.pin_file import hashed, write_pin

__all__ = [
    "KEY",
    "PIN",
    "Booked",
    "appointments_file",
    "grades_file",
    "listed",
    "write_key",
    "write_kiosk_pin",
]

#: Of the bench alone; ``[people] key_file`` holds its hexadecimal digits.
KEY = bytes.fromhex("b3c41a70d2e94f6689a05517ce3f28d1" * 2)

#: Of the bench's kiosks; no secret either.
PIN = "246810"


class Booked(NamedTuple):
    """An appointment: ``time`` as ``09:30``; of somebody's card, or by a code, or both."""

    time: str
    item: str
    card: str = ""
    code: str = ""


def write_key(data: Path) -> None:
    """Write the key where the bench's configuration names it, for its owner alone."""
    path = data / "people.key"
    path.touch(mode=0o600)
    path.write_text(KEY.hex() + "\n", encoding="ascii")


def write_kiosk_pin(data: Path) -> None:
    """Write the kiosks' PIN where the bench's configuration names it."""
    # Cheaper than a hall's own: the bench is set up again for each test.
    write_pin(data / "kiosk.pin", hashed(PIN, (2**4, 8, 1)))


def listed(card: str) -> str:
    """Return the keyed hash under which the centre's lists have whose card this is."""
    return person_hash(KEY, decode(PEOPLE[card]).number)


def grades_file(grades: Iterable[tuple[str, str]]) -> bytes:
    """Return ``grades.csv`` of cards and their grades."""
    return _csv("hash,grade", (f"{listed(card)},{grade}" for card, grade in grades))


def appointments_file(booked: Iterable[Booked]) -> bytes:
    """Return ``appointments-YYYY-MM-DD.csv``."""
    rows = (f"{listed(b.card) if b.card else ''},{b.code},{b.time},{b.item}" for b in booked)
    return _csv("hash,code,time,item", rows)


def _csv(head: str, rows: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in (head, *rows)).encode("ascii")
