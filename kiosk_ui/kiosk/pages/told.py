"""A sentence of the hall that stands alone: why there is no ticket, or where one's own stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kiosk_ui.kiosk.kit import Kit
from kiosk_ui.kiosk.model import KioskModel, Page, Said, Step
from kiosk_ui.kiosk.pages.plain import plain
from kiosk_ui.words import Words

__all__ = ["Told"]

#: People read it twice and look for somebody to ask.
_SHOWN_S = 30.0


@dataclass(frozen=True)
class Told(Page):
    """One sentence; it leaves by itself."""

    said: Said
    stays: ClassVar[bool] = True
    calm: ClassVar[bool] = True

    def draw(self, kit: Kit) -> None:
        """Draw the page."""
        plain(
            kit, "warning", self.said.both, None, tone="calm", button=("home", "kiosk.understood")
        )

    def tick(self, model: KioskModel, now_s: float) -> Step:
        """Leave after a while."""
        return (model.left() if now_s - model.since_s >= _SHOWN_S else model), ()

    def yields(self, change: str) -> bool:
        """It may have been that a card was wanted."""
        return True

    def say(self, model: KioskModel, words: Words) -> str:
        """Speak the sentence."""
        return self.said.both.in_language(words.language)
