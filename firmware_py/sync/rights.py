"""What a node may ask of the hub. Pure.

The broker vouches for who asks: only the node itself may write below its own ``ask/``. A window
acts for itself and for the number that it has in hand, a kiosk takes numbers at itself, a wall only
looks. Whatever else people decide is decided at the hub.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["NodePlace", "may_command", "may_query"]

#: A window's own commands; each names it by ``window``.
_AT_WINDOW = frozenset({
    "window.open", "window.pause", "window.resume", "window.close", "window.next", "window.call",
    "window.recall", "window.start", "window.finish", "window.missed", "window.ask_rating",
    "window.help", "rate", "rate.reason",
})  # fmt: skip
#: Commands about a number; it must be in hand at one of the node's windows.
_OF_NUMBER = frozenset({"ticket.park", "ticket.transfer"})
#: Questions that only the hub's journal answers.
_LOOKS = frozenset({"why", "ticket.show"})


@dataclass(frozen=True, slots=True)
class NodePlace:
    """A Pi of the hall and what stands at it."""

    node: str
    roles: frozenset[str]
    windows: frozenset[str] = frozenset()
    kiosks: frozenset[str] = frozenset()


def may_command(
    place: NodePlace, name: str, params: Mapping[str, Any], window_of: Callable[[str], str | None]
) -> bool:
    """Say whether this node may give a command. ``window_of`` tells where a number is in hand."""
    if name in _AT_WINDOW:
        return params.get("window") in place.windows
    if name in _OF_NUMBER:
        return window_of(str(params.get("number", ""))) in place.windows
    if name == "ticket.take":
        # The duty manager's word is given at the hub.
        return params.get("origin") in place.kiosks and not params.get("override", False)
    if name == "node.write_off":
        # Numbers of before its restart, of which it cannot know which are on papers.
        return params.get("node") == place.node
    if name == "ticket.reprint":
        return params.get("origin") in place.kiosks
    return False


def may_query(place: NodePlace, name: str) -> bool:
    """Say whether this node may ask a question whose answer only the hub has."""
    return name in _LOOKS and bool(place.windows or place.kiosks)
