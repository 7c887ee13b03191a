"""The daemon's answers as the screens of a window have them (docs/interfaces.md). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kiosk_ui.both import NOTHING, Both, both_of
from kiosk_ui.wall.model import notices_of
from kiosk_ui.window.model import (
    Away,
    Card,
    Check,
    CheckField,
    Facts,
    Next,
    PadChoice,
    Shared,
    Shift,
    Signing,
    TicketSeen,
)

__all__ = [
    "card_of",
    "clock_of",
    "facts_of",
    "items_of",
    "pictures_of",
    "reasons_of",
    "seconds_of",
    "shared_of",
    "windows_of",
]

#: What of a card stands on the clerk's screen, in this order; whole values only while held.
_FIELDS = (
    "kind", "name", "name_zh", "sex", "nation", "country", "birth", "number_masked", "address",
    "valid_to",
)  # fmt: skip
#: Hidden until the clerk holds the field; the number never comes whole.
_HIDDEN = frozenset({"name", "name_zh", "birth", "address"})


def minutes(seconds: object) -> int:
    """Return whole minutes, rounded up."""
    return -(-int(seconds) // 60) if isinstance(seconds, int | float) else 0


def facts_of(found: Mapping[str, Any]) -> Facts:
    """Read ``window.show``."""
    ticket, rating, rated = found.get("ticket"), found.get("rating"), found.get("rated")
    following, last, shift = found.get("next"), found.get("last"), found.get("shift") or {}
    average = shift.get("average_s")
    return Facts(
        name=both_of(found.get("name")),
        status=str(found.get("status", "closed")),
        clerk=str(found.get("clerk") or ""),
        mode=str(found.get("mode", "normal")),
        day_open=bool(found.get("day_open")),
        ticket=_ticket(ticket) if ticket else None,
        next=Next(
            str(following["number"]), both_of(following.get("item_name")),
            minutes(following.get("waited_s")), both_of(following.get("why")),
        ) if following else None,
        waiting=int(found.get("waiting") or 0),
        waiting_hall=int(found.get("waiting_hall") or 0),
        away=tuple(
            Away(str(one["number"]), both_of(one.get("item_name")), str(one["status"]),
                 int(one.get("minutes") or 0))
            for one in found.get("away") or ()
        ),
        rating=str(rating["number"]) if rating else None,
        scores=int(rating.get("scores") or 5) if rating else 5,
        rated=int(rated["score"]) if rated else None,
        pad=bool(found.get("pad")),
        last=str(last["number"]) if last else None,
        shift=Shift(
            int(shift.get("served") or 0), int(shift.get("missed") or 0),
            None if average is None else minutes(average), int(shift.get("rated") or 0),
            int(shift.get("bad") or 0),
        ),
        alarms=tuple(both_of(one) for one in found.get("alarms") or ()),
        form_printer=bool(found.get("form_printer")),
        scanner=bool(found.get("scanner")),
        reader=bool(found.get("reader")),
        idle=str(found.get("idle") or ""),
    )  # fmt: skip


def _ticket(found: Mapping[str, Any]) -> TicketSeen:
    return TicketSeen(
        str(found["number"]), str(found["item"]), both_of(found.get("item_name")),
        str(found["status"]), int(found.get("limit_s") or 0), int(found.get("amber_s") or 0),
        int(found.get("calls") or 0), both_of(found.get("why")),
        tuple(found.get("traits") or ()), str(found.get("appointment_at") or ""),
        tuple(both_of(one) for one in found.get("papers") or ()), found.get("statutory_days"),
        int(found.get("pages") or 0), tuple(found.get("forms") or ()),
        tuple(found.get("signed") or ()),
    )  # fmt: skip


def seconds_of(found: Mapping[str, Any]) -> float:
    """Return since how long the ticket is called or served."""
    ticket = found.get("ticket")
    return float(ticket.get("seconds") or 0) if ticket else 0.0


def clock_of(found: Mapping[str, Any]) -> datetime | None:
    """Return the hall's local time; None while nobody knows it."""
    now = str(found.get("now") or "")
    return datetime.fromisoformat(now) if now else None


def card_of(found: Mapping[str, Any]) -> Card | None:
    """Read ``window.card``: the fields that stand on it."""
    card, say, note = found.get("card"), found.get("say"), found.get("note")
    if not card and not say and not note:
        return None
    fields = list[tuple[str, Both, Both]]()
    for key in _FIELDS:
        found_value = (card or {}).get(key)
        if not found_value:
            continue
        whole = _text(found_value)
        hidden = Both(_hidden(whole.zh), _hidden(whole.en)) if key in _HIDDEN else whole
        fields.append((key, whole, hidden))
    return Card(
        tuple(fields), found.get("same_person"), both_of(say), bool(card and card["expired"]),
        both_of(note),
    )  # fmt: skip


def _hidden(value: str) -> str:
    """Return a value of which the first character is left: 样**."""
    return value[:1] + "*" * min(len(value) - 1, 8)


def shared_of(found: Mapping[str, Any], before: Shared) -> Shared:
    """Read ``screen.watch``; the strokes of a signature that goes on stay."""
    message, mirror = found.get("message") or {}, found.get("mirror") or {}
    check, signing = found.get("check"), found.get("signature")
    form = str(signing["form"]) if signing else ""
    going_on = before.signing if before.signing and before.signing.form == form else None
    return Shared(
        str(message.get("text") or ""), str(mirror.get("state", "blank")),
        _check(check) if check else None, (going_on or Signing(form)) if form else None,
        _pad(found.get("pad")),
    )  # fmt: skip


def _pad(found: Mapping[str, Any] | None) -> PadChoice | None:
    if not found:
        return None
    kind, number, text = (str(found.get(key) or "") for key in ("kind", "number", "text"))
    return PadChoice(kind, number, text, both_of(found.get("say")))


def _check(found: Mapping[str, Any]) -> Check:
    return Check(
        str(found["check"]), _text(found.get("title")),
        tuple(
            CheckField(str(one["id"]), _text(one.get("label")), str(one.get("value") or ""),
                       bool(one.get("correct")), bool(one.get("mask")))
            for one in found.get("fields") or ()
        ),
        str(found.get("state", "open")), tuple(found.get("corrected") or ()),
        both_of(found.get("say")),
    )  # fmt: skip


def _text(found: object) -> Both:
    """Read a text in both languages, or in one that stands for both."""
    if isinstance(found, str):
        return Both(found, found)
    return both_of(found) if found else NOTHING


def pictures_of(found: Mapping[str, Any], screen: str) -> tuple[tuple[str, int], ...]:
    """Read ``notice.list``: the picture files that a screen has now."""
    return tuple(
        (one.picture, one.stamp) for one in notices_of(found, screen) if one.picture
    )  # fmt: skip


def windows_of(found: Any) -> tuple[tuple[str, Both], ...]:
    """Read the ids and names of ``window.list``."""
    return tuple((str(one["id"]), both_of(one.get("name"))) for one in found or ())


def items_of(found: Any) -> tuple[tuple[str, Both, str], ...]:
    """Read ids, names and the initials of pinyin of ``item.list``."""
    return tuple(
        (str(one["id"]), both_of(one.get("name")), str(one.get("initials") or ""))
        for one in (found or {}).get("items") or ()
    )


def reasons_of(found: object) -> tuple[tuple[str, Both], ...]:
    """Read ``rating.reasons``."""
    if not isinstance(found, list):
        return ()
    return tuple((str(one["id"]), both_of(one.get("words"))) for one in found)
