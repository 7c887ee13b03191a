"""What stands in front when no ticket can be had, or none on paper: one page a cause."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from kiosk_ui.both import NOTHING, Both
from kiosk_ui.kiosk.kit import Kit
from kiosk_ui.kiosk.model import KioskModel, Page, Step
from kiosk_ui.kiosk.pages.plain import plain
from kiosk_ui.kiosk.saying import sentences
from kiosk_ui.words import Words

__all__ = ["CLOSED", "Closed", "CutOff", "NoPaper", "Starting", "front"]

#: Why nobody can take a ticket, and the icon of its page.
CLOSED = {
    "day_closed": "closed",
    "before_hours": "clock",
    "on_break": "clock",
    "after_hours": "closed",
    "last_ticket_passed": "closed",
    "closed_today": "closed",
    "quota_day": "people",
    "alone_no_numbers": "cut_off",
    "safe": "cut_off",
}


@dataclass(frozen=True)
class Starting(Page):
    """Nothing is known yet."""

    calm: ClassVar[bool] = True

    def draw(self, kit: Kit) -> None:
        """Draw the page."""
        plain(kit, "clock", kit.key("kiosk.starting"), None, tone="calm", controls=False)

    def say(self, model: KioskModel, words: Words) -> str:
        """Speak the page."""
        return words("kiosk.starting")


@dataclass(frozen=True)
class CutOff(Page):
    """The daemon is gone: no number can be given here."""

    calm: ClassVar[bool] = True

    def draw(self, kit: Kit) -> None:
        """Draw the page."""
        plain(kit, "cut_off", kit.key("kiosk.cut_off"), kit.key("kiosk.cut_off.do"),
              controls=False)  # fmt: skip

    def say(self, model: KioskModel, words: Words) -> str:
        """Return the page's words: nobody is there who could speak them."""
        return sentences(words, words("kiosk.cut_off"), words("kiosk.cut_off.do"))


@dataclass(frozen=True)
class Closed(Page):
    """No tickets now: ``code`` says why, the hall's own sentence what to do."""

    code: str
    said: Both
    next_words: Both = NOTHING
    calm: ClassVar[bool] = True

    def draw(self, kit: Kit) -> None:
        """Draw the page."""
        known = self.code if self.code in CLOSED else "day_closed"
        plain(kit, CLOSED[known], kit.key(f"kiosk.closed.{known}"), self._do(kit), tone="calm")

    def _do(self, kit: Kit) -> Both:
        if self.code == "day_closed":
            asks = kit.key("kiosk.closed.ask")
            return Both(f"{self.next_words.zh}{asks.zh}" if asks.zh else "",
                        f"{self.next_words.en} {asks.en}".strip())  # fmt: skip
        return self.said

    def say(self, model: KioskModel, words: Words) -> str:
        """Speak the page."""
        parts = [self.said, self.next_words] if self.code == "day_closed" else [self.said]
        return sentences(words, *[one.in_language(words.language) for one in parts])


@dataclass(frozen=True)
class NoPaper(Page):
    """Tickets without paper: ``why`` is ``out``, ``fault`` or ``gone``."""

    why: str
    calm: ClassVar[bool] = True

    def draw(self, kit: Kit) -> None:
        """Draw the page."""
        icon = "paper" if self.why == "out" else "printer"
        title, do = kit.key(f"kiosk.printer.{self.why}"), kit.key("kiosk.printer.do")
        plain(kit, icon, title, do, button=("paperless", "kiosk.printer.go"))

    def press(self, model: KioskModel, id: str, token: str) -> Step:  # noqa: A002
        """Go on without paper."""
        return (replace(model, paperless=True) if id == "paperless" else model), ()

    def say(self, model: KioskModel, words: Words) -> str:
        """Speak the page."""
        return sentences(words, words(f"kiosk.printer.{self.why}"), words("kiosk.printer.do"))


def front(model: KioskModel) -> Page:
    """Return the page that is shown: what the person chose, or what stands before it."""
    facts = model.facts
    if model.page.stays:
        return model.page
    if not model.live:
        return CutOff() if model.met else Starting()
    if facts is None:
        return Starting()
    if not model.fresh:
        # What was known before the daemon went may be wrong; it is asked for already.
        return CutOff()
    if model.page.helps:
        return model.page
    if facts.mode in _NOTHING_RECORDED:
        return Closed("safe", _SAFE)
    if facts.closed is not None:
        return Closed(facts.closed.code, facts.closed.both, facts.next_words)
    if facts.paperless and not model.paperless and model.page == model.start:
        return NoPaper(facts.paper)
    return model.page


#: Where nothing can be recorded nobody gets a number.
_NOTHING_RECORDED = frozenset({"safe", "storage_failing"})


_SAFE = Both(
    "取号系统正在维护，请到导税台取号。",
    "The ticket system is being mended. Please take your number at the entrance desk.",
)
