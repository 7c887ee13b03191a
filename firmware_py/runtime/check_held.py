"""What a check at a window is about: its fields with their values, and how screens show them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from firmware_py.app.clock import local_text
from firmware_py.app.wire import has_controls
from firmware_py.core.checks import CheckState, WindowCheck
from firmware_py.core.rules import Text
from firmware_py.runtime import check_words as words
from firmware_py.runtime.control import QueryError, Subscriber
from firmware_py.runtime.params_checks import CheckAsk, Words

__all__ = ["Held", "Shown", "held_of", "kept_of", "taken", "view_of", "words_of"]


@dataclass(frozen=True, slots=True, repr=False)
class Shown:
    """A field as the screens show it."""

    id: str
    label: Text
    value: str
    correct: bool
    mask: bool


@dataclass(slots=True, eq=False, repr=False)
class Held:
    """What a check is about, and who asked."""

    title: Text | None
    fields: tuple[Shown, ...]
    asker: Subscriber
    check: str = ""
    corrections: dict[str, str] = field(default_factory=dict)
    #: Whether it is in the vault; None when its item keeps nothing.
    kept: bool | None = None


def _text(given: Words | str) -> Text:
    return Text(given, given) if isinstance(given, str) else Text(given.zh, given.en)


def held_of(wanted: CheckAsk, asker: Subscriber) -> Held:
    """Return what a request is about. Raises ``QueryError`` for control characters."""
    title = None if wanted.title is None else _text(wanted.title)
    fields = tuple(
        Shown(one.id, _text(one.label), one.value, one.correct, one.mask) for one in wanted.fields
    )
    if title is not None and has_controls(title.zh + title.en):
        raise QueryError(words.bad_text("title"))
    for n, one in enumerate(fields):
        if has_controls(one.label.zh + one.label.en + one.value):
            raise QueryError(words.bad_text(f"fields[{n}]"))
    return Held(title, fields, asker)


def taken(
    held: Held, outcome: CheckState, corrections: dict[str, str]
) -> tuple[CheckState, dict[str, str]]:
    """Return an answer as it counts: what was typed and is as before is no correction."""
    given = {one.id: one for one in held.fields if one.id in corrections}
    for name, one in given.items():
        if not one.correct:
            raise QueryError(words.fixed(name))
    if len(given) < len(corrections):
        # Fields that this check has not: the queue refuses them.
        return outcome, corrections
    changed = {
        name: corrections[name] for name, one in given.items() if corrections[name] != one.value
    }
    if outcome is CheckState.CORRECTED and given and not changed:
        return CheckState.CONFIRMED, {}
    return outcome, changed if outcome is CheckState.CORRECTED else corrections


def words_of(held: Held) -> Iterator[str]:
    """Yield what stands beside the values: title and labels."""
    for text in (held.title, *(one.label for one in held.fields)):
        if text is not None:
            yield from (text.zh, text.en)


def kept_of(held: Held, outcome: CheckState, corrections: dict[str, str]) -> dict[str, Any]:
    """Return what the vault keeps of a check; ``corrected`` is null where nothing was changed."""
    return {
        "outcome": outcome,
        "title": held.title,
        "fields": [
            {
                "id": one.id,
                "label": one.label,
                "value": one.value,
                "corrected": corrections.get(one.id),
            }
            for one in held.fields
        ],
    }


def view_of(present: WindowCheck, held: Held | None, wall_offset_ms: int | None) -> dict[str, Any]:
    """Return a check as a window's screens show it; without ``held`` its values are lost."""
    pending = present.state is CheckState.OPEN
    say = words.LOST if held is None else words.NOT_KEPT if held.kept is False else None
    return {
        "check": present.check,
        "number": present.number,
        "state": "lost" if held is None and pending else present.state,
        "title": None if held is None or held.title is None else asdict(held.title),
        "fields": [_gone(one) for one in present.fields]
        if held is None
        else [_field(one, present, held) for one in held.fields],
        "corrected": list(present.corrected),
        "asked_at": local_text(wall_offset_ms, present.asked_ms, "%H:%M:%S"),
        "kept": None if held is None or pending else held.kept,
        "say": None if say is None else asdict(say),
    }


def _field(one: Shown, present: WindowCheck, held: Held) -> dict[str, Any]:
    told = asdict(one)
    told["corrected"] = held.corrections.get(one.id) if one.id in present.corrected else None
    return told


def _gone(name: str) -> dict[str, Any]:
    return {
        "id": name,
        "label": None,
        "value": None,
        "correct": False,
        "mask": False,
        "corrected": None,
    }
