"""The number: large and as a QR code, for those who got paper and for those who did not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Literal

from kiosk_ui.both import Both
from kiosk_ui.kiosk.kit import Kit
from kiosk_ui.kiosk.model import Facts, KioskModel, Page, Step
from kiosk_ui.kiosk.saying import sentences
from kiosk_ui.layout import Share, at, columns, inset, rows
from kiosk_ui.messages import Answered, Ask, Refused, Unknown
from kiosk_ui.ops import Rect
from kiosk_ui.qr import modules
from kiosk_ui.words import Words

__all__ = ["TicketPage", "ticket_page"]

#: A printer takes 2 s for a slip; after this it is said that none came.
_PAPER_S = 8.0
#: How long the number stands with paper in hand, and how long for those who write it down.
_SHOWN_S, _WITHOUT_S = 15.0, 60.0
#: How long most themes wait before they ask "still there?".
_USUAL_IDLE_S = 60.0
_ASK_S = 0.5

Paper = Literal["printing", "printed", "none"]


@dataclass(frozen=True)
class TicketPage(Page):
    """A ticket that was just taken. ``day`` is for the code: it is that of the slip."""

    number: str
    item: str
    name: Both
    day: str
    #: None: given while cut off, so nobody knows.
    ahead: int | None
    wait_min: int | None
    paper: Paper = "printing"
    #: When the paper was asked for: it cannot be seen.
    asked_s: float = field(default=0.0, compare=False)
    stays: ClassVar[bool] = True
    last: ClassVar[bool] = True
    calm: ClassVar[bool] = True

    def key(self) -> object:
        """Return what makes it another page."""
        return (type(self), self.number, self.paper == "none")

    def draw(self, kit: Kit) -> None:
        """Draw the page."""
        words, c = kit.words, kit.colours
        body = kit.frame(controls=False)
        body, below = rows(body, Share(), max(kit.touch, kit.px(22)), gap=kit.gap)
        kit.ending(below, "home", words("kiosk.done"))
        colour, on = (c.warn, c.on_warn) if self.paper == "none" else (c.good, c.on_good)
        high = max(kit.px(24), min(kit.line(kit.sizes.title) * 2, body.h // 4))
        band, rest = rows(body, high, Share(), gap=kit.gap)
        kit.draft.card(band, colour)
        inner = inset(band, kit.px(6), kit.px(2))
        side = min(kit.px(16), inner.h)
        left, right = columns(inner, side, Share(), gap=kit.px(5))
        kit.draft.icon(at(left, side, side), "phone" if self.paper == "none" else "ticket", on)
        kit.text(right, words(f"kiosk.ticket.{self.paper}"), on, cap=kit.sizes.title, bold=True,
                 lines=2)  # fmt: skip
        if rest.h > rest.w * 9 // 10:
            number, code = rows(rest, Share(0.55), Share(0.45), gap=kit.gap)
        else:
            number, code = columns(rest, Share(), min(rest.h, rest.w * 2 // 5), gap=kit.gap * 2)
        self._number(kit, number)
        self._code(kit, code)

    def _number(self, kit: Kit, rect: Rect) -> None:
        words, c = kit.words, kit.colours
        kit.draft.sheet(rect)
        inner = inset(rect, kit.px(6), kit.px(4))
        names, aheads = kit.of(self.name), self._ahead(kit.words, kit.wait(self.wait_min))
        # What is said besides has the lines that it needs; the number has all the rest.
        label, number, name, ahead = rows(
            inner, kit.line(kit.sizes.small), Share(), _height(kit, names, inner.w),
            _height(kit, aheads, inner.w, bold=True), gap=kit.px(3),
        )  # fmt: skip
        kit.text(label, words("kiosk.ticket.yours"), c.quiet, cap=kit.sizes.small, align="center")
        kit.draft.text(
            number, self.number, c.accent if kit.look.theme.name == "normal" else c.on_card,
            cap=kit.cap(70), floor=kit.cap(12), bold=True, align="center", figures=True,
        )  # fmt: skip
        kit.text(name, names, c.on_card, align="center", lines=2)
        kit.text(ahead, aheads, c.on_card, align="center", bold=True, lines=2)

    def _ahead(self, words: Words, wait: str) -> str:
        if self.ahead is None:
            return words("kiosk.alone.ticket")
        if self.ahead == 0:
            return words("kiosk.ticket.next")
        return words("kiosk.item.ahead", count=self.ahead, wait=wait)

    def _code(self, kit: Kit, rect: Rect) -> None:
        words = kit.words
        text_high = kit.line(kit.sizes.small) * 2
        code, below = rows(rect, Share(), text_high, gap=kit.px(2))
        side = min(code.w, code.h)
        kit.draft.qr(at(code, side, side), modules(f"{self.day}/{self.number}"))
        key = "kiosk.ticket.photograph" if self.paper == "none" else "kiosk.ticket.code"
        kit.text(below, words(key), kit.colours.quiet, cap=kit.sizes.small, align="center", lines=2)

    def press(self, model: KioskModel, id: str, token: str) -> Step:  # noqa: A002
        """Done."""
        return (model.left() if id == "home" else model), ()

    def tick(self, model: KioskModel, now_s: float) -> Step:
        """Follow the paper; leave when it is time."""
        age_s = now_s - model.since_s
        if self.paper == "printing" and (age_s >= _PAPER_S or _no_printer(model.facts)):
            return model.instead(replace(self, paper="none")), ()
        shown_s = _SHOWN_S if self.paper == "printed" else _WITHOUT_S
        # Whoever needs larger words needs more time; so does who has it spoken again.
        shown_s *= max(model.idle.idle_s / _USUAL_IDLE_S, 1)
        seen_s = now_s - max(model.since_s, model.idle.touched_s)
        if self.paper != "printing" and seen_s >= shown_s:
            return model.left(), ()
        # A slow printer, or one that just got paper, may still print it.
        waits = self.paper != "printed" and not _never(model.facts)
        if waits and model.live and now_s - self.asked_s >= _ASK_S:
            asked = Ask("paper", "ticket.show", {"number": self.number})
            return model.instead(replace(self, asked_s=now_s)), (asked,)
        return model, ()

    def yields(self, change: str) -> bool:
        """Whoever has the slip is gone when the next card is laid; a number alone stays."""
        return change == "laid" and self.paper == "printed"

    def answered(self, model: KioskModel, message: Answered | Refused | Unknown) -> Step:
        """Learn whether the paper came out."""
        match message:
            case Answered("paper", result) if result.get("number") == self.number:
                if result["paper"]["owed_by"] is None:
                    return model.instead(replace(self, paper="printed")), ()
        return model, ()

    def say(self, model: KioskModel, words: Words) -> str:
        """Speak the number and what to do."""
        spelt = " ".join(self.number)
        wait = words("kiosk.wait.about", minutes=self.wait_min) if self.wait_min else ""
        last = words("kiosk.say.paper" if self.paper != "none" else "kiosk.ticket.none")
        parts = [words("kiosk.say.number", number=spelt), self._ahead(words, wait), last]
        return sentences(words, *parts)


def _height(kit: Kit, text: str, wide: int, *, bold: bool = False) -> int:
    """Return how high a text is, in two lines at most."""
    return min(kit.height(text, wide, bold=bold), kit.line() * 2)


def _never(facts: Facts | None) -> bool:
    """Say whether nothing is owed, for there is no printer."""
    return facts is None or facts.paper == "none"


def _no_printer(facts: Facts | None) -> bool:
    return facts is not None and (facts.paperless or facts.paper == "none")


def ticket_page(model: KioskModel, issued: Mapping[str, Any]) -> Step:
    """Show a ticket by its ``ticket.issued``."""
    item = model.item(str(issued["item"]))
    estimate = issued.get("estimate_s")
    minutes = None if estimate is None else max(-(-int(estimate) // 60), 1)
    day = model.facts.day if model.facts is not None else ""
    page = TicketPage(
        str(issued["number"]), str(issued["item"]),
        item.name if item is not None else Both(), day,
        None if issued.get("issued_ms") is not None else int(issued["ahead"]), minutes,
        "none" if _no_printer(model.facts) else "printing",
    )  # fmt: skip
    return model.instead(page), ()
