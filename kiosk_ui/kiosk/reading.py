"""The daemon's answers as the kiosk has them (docs/interfaces.md). Pure; times in whole minutes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kiosk_ui.both import both_of
from kiosk_ui.kiosk.model import CardSeen, Category, Facts, Item, Said
from kiosk_ui.kiosk.search import Catalogue, Entry

__all__ = ["card_of", "catalogue_of", "categories_of", "clock_of", "facts_of", "item_of"]

#: The end of the tickets is told when it is so near.
_LAST_MIN = 30


def minutes(seconds: object) -> int | None:
    """Return whole minutes, rounded up; what nobody knows stays unknown."""
    return None if not isinstance(seconds, int | float) else max(-(-int(seconds) // 60), 0)


def said_of(found: object) -> Said | None:
    """Read ``{"code", "zh", "en"}``; null is None."""
    if isinstance(found, Mapping):
        return Said(str(found["code"]), str(found["zh"]), str(found["en"]))
    return None


def facts_of(found: Mapping[str, Any]) -> Facts:
    """Read ``kiosk.show``; safe mode has less."""
    last = minutes(found.get("last_ticket_s"))
    return Facts(
        name=both_of(found.get("name")),
        mode=str(found.get("mode", "normal")),
        day=str(found.get("day") or ""),
        choose=str(found.get("choose", "item")),
        item=found.get("item"),
        waiting=int(found.get("waiting") or 0),
        wait_min=minutes(found.get("wait_s")),
        closed=said_of(found.get("take")),
        next_words=both_of(found.get("next_words")),
        last_min=last if last is not None and last <= _LAST_MIN else None,
        full=frozenset(found.get("full") or ()),
        paper=str(found.get("paper", "none")),
        required=bool(found.get("required")),
        reader=bool(found.get("reader")),
        scanner=bool(found.get("scanner")),
        voice=bool(found.get("voice")),
        technician=bool(found.get("technician")),
    )


def clock_of(found: Mapping[str, Any]) -> datetime | None:
    """Return the hall's local time; None while nobody knows it."""
    now = str(found.get("now") or "")
    return datetime.fromisoformat(now) if now else None


def categories_of(found: object) -> tuple[Category, ...]:
    """Read ``category.list``."""
    if not isinstance(found, list):
        return ()
    return tuple(
        Category(
            str(one["id"]), both_of(one.get("name")), str(one.get("icon") or one["id"]),
            int(one.get("waiting") or 0), minutes(one.get("wait_s")),
        )
        for one in found
    )  # fmt: skip


def item_of(found: Mapping[str, Any]) -> Item:
    """Read one of ``item.list``, or ``item.show``."""
    return Item(
        str(found["id"]), str(found["category"]), both_of(found.get("name")),
        tuple(both_of(paper) for paper in found.get("papers") or ()),
        tuple(one for one in ("terminal", "online") if one in (found.get("elsewhere") or ())),
        int(found.get("ahead") or 0), minutes(found.get("wait_s")), said_of(found.get("refused")),
    )  # fmt: skip


def catalogue_of(found: Mapping[str, Any]) -> tuple[dict[str, Item], Catalogue]:
    """Read ``item.list``: the items by id, and what finds them."""
    listed = found.get("items") or ()
    items = {one.id: one for one in map(item_of, listed)}
    entries = (
        Entry(str(one["id"]), items[str(one["id"])].name.zh, items[str(one["id"])].name.en,
              str(one.get("initials") or ""))
        for one in listed
    )  # fmt: skip
    return items, Catalogue(entries)


def card_of(found: Mapping[str, Any]) -> CardSeen | None:
    """Read ``kiosk.card``; None when nobody is there and nothing is said."""
    say, appointment = said_of(found.get("say")), found.get("appointment") or {}
    if not found.get("card") and not appointment and say is None:
        return None
    return CardSeen(
        name=str(found.get("name_masked") or ""),
        tail=str(found.get("number_masked") or "")[-4:],
        known=bool(found.get("known")),
        priority=both_of(found.get("priority")),
        appointment=str(appointment.get("time") or ""),
        appointment_when=str(appointment.get("when") or ""),
        say=say,
        notes=tuple(note for note in map(said_of, found.get("notes") or ()) if note is not None),
    )
