"""The device's side of a wire: what every simulator is.

A simulator is written from the device's document, plays the device, and can be told to misbehave.
It never imports the driver or the driver's codec.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

__all__ = ["Simulator", "UnknownFault", "UnknownKey"]


class UnknownFault(ValueError):
    """This simulator cannot play that fault."""


class UnknownKey(ValueError):
    """This simulator has no such key.

    It says which it has, in signs that need no language: ``press, hold [MS], card 1..7``; a bare
    key means that it has none.
    """


class Simulator(ABC):
    """One simulated device on one (perhaps shared) wire; runs in the simulator host's loop.

    ``send`` puts bytes on the wire towards the driver; ``later`` runs a callable after so many
    seconds (the host's clock); ``hang_up`` breaks the connection, where the wire is a socket. All
    are set by the host before the first ``feed``.
    """

    #: Names that ``fault`` takes beside the wire's own (``silent``, ``slow``, ``noise``,
    #: ``split``), which the host plays.
    faults: ClassVar[tuple[str, ...]] = ()

    def __init__(self, name: str, options: Any) -> None:
        self.name = name
        self.options = options
        self.send: Callable[[bytes], None] = _unwired
        self.later: Callable[[float, Callable[[], None]], None] = _unwired_later
        self.hang_up: Callable[[], None] = _no_connection
        self.active_faults: set[str] = set()

    @abstractmethod
    def feed(self, data: bytes) -> None:
        """Take bytes from the driver, in whatever pieces."""

    def plugged(self) -> None:
        """The wire was (re)connected: a device that greets does so here."""

    def press(self, key: str, value: int | None = None) -> None:
        """A person presses ``key``. Raises ``UnknownKey``."""
        raise UnknownKey(key)

    def fault(self, name: str, *, active: bool = True) -> None:
        """Begin or end a fault. Raises ``UnknownFault``.

        A fault that has a number takes it as ``name:number``; those that have none refuse one.
        """
        if name not in self.faults:
            raise UnknownFault(name)
        if active:
            self.active_faults.add(name)
        else:
            self.active_faults.discard(name)
        self.faults_changed()

    def faults_changed(self) -> None:
        """Called after each change of ``active_faults``; a printer with ASB speaks up here."""

    def seen(self) -> Mapping[str, Any]:
        """What a person would see on the device now, as plain data (text of the last slip ...)."""
        return {}

    def save_pictures(self, folder: Path) -> list[Path]:
        """Write what a person saw since the last call as PNG files; return them."""
        return []


def _unwired(data: bytes) -> None:
    raise RuntimeError("the simulator is not on a wire")


def _unwired_later(delay_s: float, call: Callable[[], None]) -> None:
    raise RuntimeError("the simulator has no clock")


def _no_connection() -> None:
    return None
