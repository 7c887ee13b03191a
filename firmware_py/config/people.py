"""Checks of readers at kiosks and windows, and of what the hall wants of cards."""

from __future__ import annotations

from firmware_py.config.mistakes import Findings
from firmware_py.settings import Settings

__all__ = ["check_people"]

#: Kinds of the family that read codes, not cards, are called so.
_SCANS = ".scanner"


def check_people(settings: Settings, found: Findings) -> None:
    """Add a reader that stands in the other's place, and a card that nobody could lay."""
    for table, entries in (("windows", settings.windows), ("kiosks", settings.kiosks)):
        for n, entry in enumerate(entries):
            for key, scans in (("card_reader", False), ("code_scanner", True)):
                device = settings.devices.get(getattr(entry, key) or "")
                kind = "" if device is None else device.kind
                if kind.startswith("card_reader.") and (_SCANS in kind) is not scans:
                    found.add(
                        (table, n, key),
                        f"{kind} reads {'cards' if scans else 'codes'}; it belongs to "
                        f"{'card_reader' if scans else 'code_scanner'}",
                        f"{kind} 读的是{'证件' if scans else '二维码'}，应写在"
                        f" {'card_reader' if scans else 'code_scanner'}",
                    )
    readers = [kiosk.card_reader for kiosk in settings.kiosks if kiosk.card_reader]
    if settings.people.card == "required" and not readers and not found.unsure(("kiosks",)):
        found.add(
            ("people", "card"),
            "no kiosk has a card_reader, so nobody could lay a card",
            "没有取号机配置 card_reader，无法刷身份证取号",
        )
