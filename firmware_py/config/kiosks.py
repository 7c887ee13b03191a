"""Checks of ``[[kiosks]]``: what a kiosk's screen needs of the rest of the file."""

from __future__ import annotations

from firmware_py.config.mistakes import Findings
from firmware_py.settings import Settings

__all__ = ["check_kiosks"]


def check_kiosks(settings: Settings, found: Findings) -> None:
    """Add a screen of one button that would take nothing."""
    for n, kiosk in enumerate(settings.kiosks):
        if kiosk.choose == "one" and not kiosk.item and not found.unsure(("kiosks", n, "item")):
            found.add(
                ("kiosks", n, "choose"),
                'one button for everybody needs an item: choose = "one" goes with item = "..."',
                'choose = "one"（一键取号）需要写明 item（事项）',
            )
