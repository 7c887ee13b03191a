"""Records of a trace in words: keys for a pad, how many records for a scanner."""

from __future__ import annotations

from devices.hid.keys import name_of
from devices.hid.records import EV_KEY, EV_LED, Lost, RecordReader

__all__ = ["HideAll", "explain_keys", "explain_scan"]

_HOW = ("up", "down", "still down")


class HideAll:
    """Masks for traces every byte: each record of a scanner is a character of somebody's code."""

    def feed(self, data: bytes) -> bytes:
        """As ``devices.masking.Mask.feed``."""
        return b"*" * len(data)


def explain_scan(data: bytes, *, answers: bool = False) -> list[str]:
    """Return how many bytes of records came; nothing goes to a scanner."""
    return [f"{len(data)} bytes of records (not shown)"] if answers and data else []


def explain_keys(data: bytes, *, answers: bool = False) -> list[str]:
    """Return which keys went down and up, and which lamps were set."""
    words: list[str] = []
    for packet in RecordReader().feed(data):
        if isinstance(packet, Lost):
            words.append("records were lost")
            continue
        for record in packet.records:
            if record.type == EV_KEY and answers:
                words.append(f"{name_of(record.code)} {_HOW[record.value]}")
            elif record.type == EV_LED:
                words.append(f"lamp {record.code} {'on' if record.value else 'off'}")
    return words
