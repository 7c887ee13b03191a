"""What passes between Pis, as samples of its types: every field, every list with one in it.

``python -m tests.sync.wire_samples`` writes down what the present wire version has, beside the
tests: once a version is released its file never changes any more.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect

from firmware_py.core.commands import COMMANDS
from firmware_py.core.events import EVENTS
from firmware_py.core.model import State
from firmware_py.core.wire_version import WIRE
from firmware_py.runtime import hub_note, kept_hall, node_desk, taken_out
from firmware_py.store import pages
from firmware_py.sync import asks, configuration, followed, lease_wire, session_asks

__all__ = ["STRUCTS", "beside", "frozen", "missing", "present", "troubles", "with_more"]

VECTORS = Path(__file__).with_name("vectors")
_PLAIN: dict[type, Any] = {
    inspect.StrType: "x",
    inspect.IntType: 3,
    inspect.FloatType: 1.5,
    inspect.BoolType: True,
    inspect.AnyType: "x",
    inspect.RawType: "x",
}
#: What passes between Pis beside events, commands and the hall, as it is read.
STRUCTS: dict[str, type] = {
    "birth": followed.Birth,
    "event": followed._Event,
    "answer": followed.Head,
    "question": asks.Question,
    "lease.ask": lease_wire._Ask,
    "lease.word": lease_wire._Word,
    "lease.wire": lease_wire._Wire,
    "journal.page": pages.Page,
    "journal.wanted": pages.Wanted,
    "known.hall": kept_hall.Known,
    "journal.hubs": hub_note.HubNote,
    "boxed": session_asks.Inner,
    "kept.part": node_desk._Part,
    "kept.wanted": node_desk._Wanted,
    "sheet": node_desk._Sheet,
    "exported": taken_out._WaitsThere,
    "configuration.report": configuration.Report,
    "configuration.answer": configuration._Answer,
    "configuration.files": configuration._Files,
}
_OBJECTS = (inspect.DataclassType, inspect.StructType)
_LISTS = (inspect.ListType, inspect.VarTupleType, inspect.SetType, inspect.FrozenSetType)


def _sample(kind: inspect.Type) -> Any:
    """Return a value of a type, as JSON has it."""
    if isinstance(kind, inspect.StructType) and kind.array_like:
        return [_sample(one.type) for one in kind.fields]
    if isinstance(kind, _OBJECTS):
        return {one.encode_name: _sample(one.type) for one in kind.fields}
    if isinstance(kind, inspect.UnionType):
        return _sample(next(t for t in kind.types if not isinstance(t, inspect.NoneType)))
    if isinstance(kind, inspect.DictType):
        key = "3" if isinstance(kind.key_type, inspect.IntType) else "x"
        return {key: _sample(kind.value_type)}
    if isinstance(kind, _LISTS):
        return [_sample(kind.item_type)]
    if isinstance(kind, inspect.TupleType):
        return [_sample(one) for one in kind.item_types]
    if isinstance(kind, inspect.EnumType):
        return next(iter(kind.cls)).value
    if isinstance(kind, inspect.LiteralType):
        return kind.values[0]
    return _PLAIN[type(kind)]


def with_more(value: Any, kind: inspect.Type) -> Any:
    """Return a value as a newer program sends it: with a field more in each object."""
    if isinstance(kind, inspect.StructType) and kind.array_like:
        row = [with_more(v, one.type) for v, one in zip(value, kind.fields, strict=False)]
        return [*row, "new"]
    if isinstance(kind, _OBJECTS):
        types = {one.encode_name: one.type for one in kind.fields}
        told = {n: with_more(v, types[n]) if n in types else v for n, v in value.items()}
        return {**told, "mood": {"new": [1]}}
    if isinstance(kind, inspect.UnionType):
        fits = [t for t in kind.types if not isinstance(t, inspect.NoneType)]
        return value if value is None else with_more(value, fits[0])
    if isinstance(kind, inspect.DictType):
        return {key: with_more(one, kind.value_type) for key, one in value.items()}
    if isinstance(kind, _LISTS):
        return [with_more(one, kind.item_type) for one in value]
    return value


def _enums(kind: inspect.Type, found: dict[str, list[Any]]) -> None:
    """Note every word that an enumeration may be, wherever it stands in a type."""
    if isinstance(kind, inspect.EnumType):
        words: type[Enum] = kind.cls
        found[words.__name__] = [one.value for one in words]
    for one in getattr(kind, "fields", ()):
        _enums(one.type, found)
    for one in getattr(kind, "types", getattr(kind, "item_types", ())):
        _enums(one, found)
    for name in ("item_type", "value_type"):
        if hasattr(kind, name):
            _enums(getattr(kind, name), found)


def present() -> dict[str, Any]:
    """Return what this program has: events, commands, the hall, and the words in them."""
    state = _sample(inspect.type_info(State))
    # Rebuilt by whoever has it, never sent.
    for name in ("queues", "waiting", "requests"):
        del state[name]
    words: dict[str, list[Any]] = {}
    for kind in (State, *EVENTS.values()):
        _enums(inspect.type_info(kind), words)
    return {
        "events": {name: _sample(inspect.type_info(kind)) for name, kind in EVENTS.items()},
        "commands": {name: _sample(inspect.type_info(kind)) for name, kind in COMMANDS.items()},
        "state": state,
        "structs": {name: _sample(inspect.type_info(kind)) for name, kind in STRUCTS.items()},
        "words": words,
    }


def frozen(wire: int) -> dict[str, Any] | None:
    """Return what was written down of a version; None where there is none such."""
    path = VECTORS / f"wire-{wire}.json"
    if not path.exists():
        return None
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def beside() -> list[int]:
    """Return the versions whose programs this one must understand, oldest first."""
    return [wire for wire in (WIRE - 1, WIRE) if frozen(wire) is not None]


def missing(had: Any, has: Any, at: str = "") -> list[str]:
    """Return where ``has`` lacks what ``had`` has, or has it otherwise."""
    if isinstance(had, dict) and isinstance(has, dict):
        gone = [f"{at}.{key}" for key in had if key not in has]
        both = (missing(had[key], has[key], f"{at}.{key}") for key in had if key in has)
        return [*gone, *(one for found in both for one in found)]
    if isinstance(had, list) and isinstance(has, list) and len(had) == len(has):
        return [w for a, b in zip(had, has, strict=True) for w in missing(a, b, f"{at}[]")]
    return [] if had == has else [at]


def troubles(had: dict[str, Any], has: dict[str, Any]) -> list[str]:
    """Return what in ``has`` breaks programs that have ``had``, a sentence each.

    ``had`` is what was written down of a version; a released one is complete.
    """
    found = [
        f"{at} has gone, or is something else now: a Pi that is not updated yet needs it. Keep it "
        "for one more version, or raise WIRE (core/wire_version.py) and see docs/spread-inside.md."
        for kind in ("events", "commands", "state", "structs")
        for at in missing(had[kind], has[kind], kind)
    ]
    found += [
        f"{name} has no {word!r} any more, and a Pi that is not updated yet may send it."
        for name, words in had["words"].items()
        for word in words
        if word not in has["words"].get(name, [word])
    ]
    if not had["released"]:
        return found
    for kind in ("events", "commands"):
        found += [
            f"{name} is new among the {kind}: raise WIRE (core/wire_version.py) by one, and "
            "write that version down (python -m tests.sync.wire_samples)."
            for name in has[kind]
            if name not in had[kind]
        ]
    return found + [
        f"{name} has the new word {word!r}, which a Pi that is not updated yet cannot read: raise "
        "WIRE by one to read it, and write it a version later (docs/spread-inside.md)."
        for name, words in had["words"].items()
        for word in has["words"].get(name, [])
        if word not in words
    ]


def main(say: Callable[[str], Any] = sys.stderr.write) -> int:
    """Write down the present version, unless it is released."""
    old = frozen(WIRE) or {}
    if old.get("released"):
        say(f"wire version {WIRE} is released: raise WIRE in firmware_py/core/wire_version.py\n")
        return 1
    told = {"wire": WIRE, "released": False, **present()}
    text = msgspec.json.format(msgspec.json.encode(told, order="deterministic"), indent=1)
    VECTORS.mkdir(exist_ok=True)
    (VECTORS / f"wire-{WIRE}.json").write_bytes(text + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
