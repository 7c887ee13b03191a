"""A card or a code at the kiosk's reader: when it is greeted, and what is kept of it. Pure.

The daemon tells each change of whoever is there (``card.watch``). A greeting comes with a card, and
with something new to say; what was said once does not come back, although the daemon tells of the
same person again, as when it lets go of their name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kiosk_ui.idle import Idle
from kiosk_ui.kiosk.model import CardSeen, KioskModel
from kiosk_ui.kiosk.pages.card import GREETING_S, CardPage, greeted
from kiosk_ui.kiosk.reading import card_of

__all__ = ["carded", "without_card"]

#: A ticket was taken here: its number has a page, which the ticket itself brings.
_TAKEN = "taken"


def carded(model: KioskModel, found: Mapping[str, object], now_s: float) -> KioskModel:
    """Take what the daemon says of the reader: greet, follow, let go."""
    change, card = str(found.get("change") or ""), card_of(found)
    laid = change == "laid"
    before = None if laid else model.told
    model = replace(model, there=bool(found.get("there")), told=card.say if card else None)
    if card is None:
        return without_card(model)
    if laid:
        model = replace(model, named_s=now_s)
    if now_s - model.named_s >= GREETING_S:
        card = replace(card, name="", tail="")
    news = card.say is not None and card.say != before
    if isinstance(model.page, CardPage):
        return _shown(model, card, now_s) if laid or news else replace(model, card=card)
    code = card.say.code if card.say is not None else ""
    if not (laid or (change and news and code != _TAKEN)) or not model.page.yields(change):
        return model
    # Whoever had their number has gone: this is somebody else.
    model = model.left() if model.page.last else model
    return _shown(model, card, now_s).to(CardPage())


def without_card(model: KioskModel) -> KioskModel:
    """Nobody is at the reader, or nobody can say: no greeting stays."""
    if isinstance(model.page, CardPage):
        return greeted(model)
    return replace(model, card=None)


def _shown(model: KioskModel, card: CardSeen, now_s: float) -> KioskModel:
    idle = Idle(model.idle.idle_s, now_s)
    return replace(model, card=card, card_s=now_s, idle=idle, asking_s=None)
