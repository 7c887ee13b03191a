"""A card was laid or a code shown: a greeting that knows little and forgets it within seconds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from kiosk_ui.kiosk.kit import Kit
from kiosk_ui.kiosk.lists import bullets
from kiosk_ui.kiosk.model import CardSeen, KioskModel, Page, Step
from kiosk_ui.kiosk.saying import sentences
from kiosk_ui.layout import Share, at, columns, inset, rows
from kiosk_ui.words import Words

__all__ = ["GREETING_S", "CardPage", "greeted"]

#: Nothing of a person stays on the screen for longer.
GREETING_S = 10.0


@dataclass(frozen=True)
class CardPage(Page):
    """The greeting; what it says of the person is in ``model.card`` and leaves with it."""

    stays: ClassVar[bool] = True
    calm: ClassVar[bool] = True

    def draw(self, kit: Kit) -> None:
        """Draw the page."""
        words, c, card = kit.words, kit.colours, kit.model.card or CardSeen()
        body = kit.frame(controls=False)
        body, below = rows(body, Share(), max(kit.touch, kit.px(24)), gap=kit.gap)
        go = card.say is None or card.say.code in {
            "choose",
            "appointment_early",
            "appointment_late",
        }
        kit.ending(below, "go", words("kiosk.card.choose" if go else "kiosk.understood"))
        kit.draft.sheet(body)
        inner = inset(body, kit.px(8), kit.px(6))
        side = min(kit.px(26), inner.h // 3)
        head, rest = rows(inner, max(side, kit.line(kit.sizes.title) * 2), Share(), gap=kit.gap)
        left, right = columns(head, side, Share(), gap=kit.px(6))
        kit.draft.icon(at(left, side, side), "card", c.on_card)
        kit.text(right, _hello(words, card), c.on_card, cap=kit.sizes.title * 1.3, bold=True,
                 lines=2)  # fmt: skip
        lines = [("clock", _appointment(kit, card)), ("done", kit.of(card.priority))]
        if card.say is not None:
            lines.append(("ticket", kit.of(card.say.both)))
        lines += [("warning", kit.of(note.both)) for note in card.notes]
        shown = [one for one in lines if one[1]][:4]
        if not shown and not card.known:
            shown = [("clock", words("kiosk.card.reading"))]
        bullets(kit, rest, shown, c.on_card, cap=kit.sizes.title)

    def press(self, model: KioskModel, id: str, token: str) -> Step:  # noqa: A002
        """Go on to the choice."""
        return (greeted(model) if id == "go" else model), ()

    def tick(self, model: KioskModel, now_s: float) -> Step:
        """Forget the name ten seconds after the card, and all when no more is told."""
        card = model.card
        if card is None or now_s - model.card_s >= GREETING_S:
            return greeted(model), ()
        if card.name and now_s - model.named_s >= GREETING_S:
            return replace(model, card=replace(card, name="", tail="")), ()
        return model, ()

    def heard(self, model: KioskModel) -> object:
        """Return what makes it worth being spoken again: who it is was found meanwhile."""
        card = model.card or CardSeen()
        return (type(self), card.priority, card.say)

    def yields(self, change: str) -> bool:
        """Another card, or another code, has a greeting of its own."""
        return True

    def say(self, model: KioskModel, words: Words) -> str:
        """Speak the greeting without a name: others hear it."""
        card = model.card or CardSeen()
        parts = [words("kiosk.say.card")]
        if card.priority:
            parts.append(card.priority.in_language(words.language))
        if card.say is not None:
            parts.append(card.say.both.in_language(words.language))
        return sentences(words, *parts)


def greeted(model: KioskModel) -> KioskModel:
    """Return to what was chosen before, or to the start; nothing of the card stays."""
    return replace(model.back() if model.behind else model.at_home(), card=None)


def _hello(words: Words, card: CardSeen) -> str:
    if card.name:
        return words("kiosk.card.hello", name=card.name)
    if card.tail:
        return words("kiosk.card.hello_tail", tail=card.tail)
    return words("kiosk.card.hello_nobody")


def _appointment(kit: Kit, card: CardSeen) -> str:
    if not card.appointment:
        return ""
    key = f"kiosk.card.appointment.{card.appointment_when}"
    return kit.words(key, time=card.appointment)
