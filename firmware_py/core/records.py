"""What a Pi decided by itself and wrote down first: it offers this to the hub once it is back."""

from __future__ import annotations

from dataclasses import dataclass

from firmware_py.core.blocks import Block
from firmware_py.core.events import Event

__all__ = ["Block", "Record", "node_of"]


@dataclass(frozen=True, slots=True)
class Record:
    """One event of another Pi's journal.

    ``source`` is ``{node}:{epoch of that journal}`` and ``seq`` its number there: the two make it
    count once. ``time_ms`` is hall time as that Pi reckons it: the hub's as it was last told, and
    its own running time since. ``command_id`` is the command's, by which one person's request is
    known again at the hub.
    """

    source: str
    seq: int
    time_ms: int
    type: str
    by: str
    command_id: str
    event: Event


def node_of(source: str) -> str:
    """Return which Pi wrote the records of a source."""
    return source.partition(":")[0]
