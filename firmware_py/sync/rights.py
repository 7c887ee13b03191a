"""What a node may ask of the hub. Pure.

A node's own records (what it decided while it was cut off) are judged the same way, one by one.

The broker vouches for who asks: only the node itself may write below its own ``ask/``. A window
acts for itself and for the number that it has in hand, a kiosk takes numbers at itself, a wall only
looks. Whatever else people decide is decided at the hub.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

__all__ = [
    "DECIDED", "NodePlace", "Numbers", "may_ask_of_people", "may_command", "may_query",
    "may_record",
]  # fmt: skip

#: A window's own commands; each names it by ``window``.
_AT_WINDOW = frozenset({
    "window.open", "window.pause", "window.resume", "window.close", "window.next", "window.call",
    "window.recall", "window.start", "window.finish", "window.missed", "window.ask_rating",
    "window.help", "rate", "rate.reason",
})  # fmt: skip
#: Commands about a number; it must be in hand at one of the node's windows.
_OF_NUMBER = frozenset({"ticket.park", "ticket.transfer"})
#: What a window says of itself, and of the number in its hand; each names the window.
_TOLD_BY_WINDOW = frozenset({
    "ticket.recalled", "ticket.missed", "ticket.parked", "service.started", "service.finished",
    "rating.asked", "rating.given", "rating.unanswered", "rating.rejected", "window.paused",
    "window.closed", "alarm.raised", "alarm.cleared",
})  # fmt: skip
#: Roles whose records are taken whole: they decided, or may have.
DECIDED = frozenset({"hub", "standby"})
#: Questions that only the hub's journal answers.
_LOOKS = frozenset({"why", "ticket.show"})
#: What is held to a reader.
_AT_READERS = frozenset({"card", "code"})


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


class Numbers(Protocol):
    """What the hub knows of numbers, as far as rights depend on it."""

    def may_have_served(self, window: str, number: str) -> bool:
        """Say whether a number was called to this window, as far as the hub can know."""

    def may_give(self, node: str, number: str) -> bool:
        """Say whether a number is this Pi's to give, or was written off."""

    def may_have_called(self, window: str, number: str) -> bool:
        """Say whether this window's Pi may know of a call to it: made here, or by another hub."""


def may_record(place: NodePlace, kind: str, data: Mapping[str, Any], numbers: Numbers) -> bool:
    """Say whether this node may bring a record: an event of type ``kind`` with this content."""
    if place.roles & DECIDED:
        return True
    if kind == "ticket.issued":
        own = data.get("origin") in place.kiosks
        return own and numbers.may_give(place.node, str(data.get("number", "")))
    if kind == "ticket.reprint_requested":
        return data.get("origin") in place.kiosks
    if kind == "numbers.returned":
        return data.get("holder") == place.node
    if kind == "alarm.cleared":
        # Its own call for help: the alarm's key names the window.
        return str(data.get("alarm", "")).split(":")[:2] in [["help", w] for w in place.windows]
    if kind == "alarm.raised" and data.get("kind") != "help":
        return False
    window, number = data.get("window"), data.get("number")
    # A window calls nobody; it may say what the hub told it before it died or was cut off.
    seen = kind == "ticket.called" and numbers.may_have_called(str(window), str(number))
    if (kind not in _TOLD_BY_WINDOW and not seen) or window not in place.windows:
        return False
    return number is None or numbers.may_have_served(str(window), str(number))


def may_query(place: NodePlace, name: str) -> bool:
    """Say whether this node may ask a question whose answer only the hub has."""
    return name in _LOOKS and bool(place.windows or place.kiosks)


def may_ask_of_people(place: NodePlace, name: str, params: Mapping[str, Any]) -> bool:
    """Say whether this node may ask who somebody is: whoever is at its own reader.

    A window asks of who is at itself and of the number in its own hand; it names no other's.
    """
    if name == "key":
        return bool(place.windows or place.kiosks)
    kiosk, window = params.get("kiosk"), params.get("window")
    if kiosk is not None:
        return window is None and name in _AT_READERS and kiosk in place.kiosks
    return name in {*_AT_READERS, "keep"} and window in place.windows
