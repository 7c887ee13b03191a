"""What the hub knows of the hall's other Pis: who is there, since when, how far, what is broken.

By their births and last wills, by what they ask, and by what they say of their devices. The broker
vouches for the name in a topic, so nobody makes another Pi look well or ill. A Pi that the broker
holds for connected and that asks nothing hangs.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from firmware_py.core.wire_version import WIRE, Step, apart
from firmware_py.sync.followed import Birth, read_birth
from firmware_py.sync.mail import Incoming
from firmware_py.sync.rights import NodePlace

__all__ = ["LONG_S", "SILENT_S", "NodeBook", "NodeSeen"]

log = logging.getLogger(__name__)

#: A Pi asks every 2 s how far the hub is; one that does not for so long hangs.
SILENT_S = 10.0
#: Away for so long is more than a restart: somebody must look.
LONG_S = 30.0
#: Devices of one Pi, and Pis that no configuration names, are remembered up to here.
_MOST_DEVICES, _MOST_STRANGERS = 500, 20
_NOT_RIGHT = frozenset({"fault", "gone", "warning", "disabled"})

#: ``unknown``: the hub itself has no broker; ``stranger``: no configuration names it.
NodeState = Literal["there", "silent", "away", "never", "unknown", "stranger"]


class _Health(msgspec.Struct):
    device: str = ""
    state: str = ""
    code: str = ""
    say: dict[str, Any] | None = None


_health = msgspec.json.Decoder(_Health).decode


@dataclass(frozen=True, slots=True)
class NodeSeen:
    """One Pi as the hub sees it. ``exact``: the hub was there when it became so."""

    node: str
    state: NodeState
    #: Hall time, and seconds until now; None before anything was known.
    since_ms: int | None
    for_s: float | None
    exact: bool
    roles: tuple[str, ...] = ()
    version: str = ""
    #: Of what passes between Pis, and whether it is too far from the hub's.
    wire: int = WIRE
    step: Step = ""
    #: The machine's own name.
    host: str = ""
    #: The last event that it has, as it said at most 2 s ago; None: it has not joined.
    seq: int | None = None
    #: Devices that are not right: ``{"device", "state", "code", "say"}``.
    devices: tuple[Mapping[str, Any], ...] = ()

    @property
    def long_away(self) -> bool:
        """Whether somebody must look for it."""
        gone = self.state in {"away", "silent", "never"}
        return gone and self.for_s is not None and self.for_s > LONG_S


@dataclass(slots=True)
class _Node:
    state: NodeState = "never"
    since_s: float | None = None
    since_ms: int | None = None
    exact: bool = False
    birth: Birth | None = None
    #: What it said of itself when it was last there.
    told: Birth = field(default_factory=lambda: Birth("offline"))
    heard_s: float = 0.0
    seq: int | None = None
    devices: dict[str, _Health] = field(default_factory=dict)
    missed: bool = False


class NodeBook:
    """Lives in the event loop. ``configured`` are the Pis beside this one, by name."""

    def __init__(
        self,
        own: str,
        configured: Callable[[], Mapping[str, NodePlace]],
        now_ms: Callable[[], int],
        clear: Callable[[str], None] = lambda suffix: None,
        now_s: Callable[[], float] = time.monotonic,
        wire: int = WIRE,
    ) -> None:
        self._own, self._configured, self._wire = own, configured, wire
        self._now_ms, self._now_s = now_ms, now_s
        self._nodes: dict[str, _Node] = {}
        self._up = False
        #: The broker is to keep nothing there any more: below the hall's root, ``node/window-3``.
        self.clear = clear
        #: Retired: whatever the broker still has of them is cleared as it comes.
        self._gone: set[str] = set()
        #: What is to be cleared once there is a broker.
        self._to_clear: list[str] = []

    # ---- what comes

    def up(self) -> None:
        """The broker is there: what it retained follows at once."""
        self._up = True
        to_clear, self._to_clear = self._to_clear, []
        for suffix in to_clear:
            self.clear(suffix)
        for node in self._nodes.values():
            # Whoever speaks to nobody is not silent: patience begins now.
            node.heard_s = self._now_s()
        self.look()

    def down(self) -> None:
        """Without the broker nobody can say how the others are."""
        self._up = False
        self.look()

    def forget(self, name: str, *, for_good: bool) -> None:
        """Have the broker keep nothing of a Pi: it was retired, or another takes its place."""
        node = self._nodes.pop(name, None)
        if for_good:
            self._gone.add(name)
        devices = () if node is None else node.devices
        for suffix in (f"node/{name}", *(f"device/{name}/{device}" for device in devices)):
            if self._up:
                self.clear(suffix)
            else:
                self._to_clear.append(suffix)

    def _left_behind(self, name: str, suffix: str, payload: bytes) -> bool:
        """Whether this is of a Pi that was retired; the broker is to keep it no longer."""
        if name not in self._gone or name in self._configured():
            return False
        if payload:
            self.clear(suffix)
        return True

    def born(self, name: str, incoming: Incoming) -> None:
        """A Pi says that it is there, or the broker that it is not. Raises ``DecodeError``."""
        if self._left_behind(name, f"node/{name}", incoming.payload):
            return
        node = self._of(name)
        if node is None:
            return
        node.birth = read_birth(incoming.payload) if incoming.payload else None
        node.heard_s = self._now_s()
        if node.birth is not None and node.birth.status == "online":
            if apart(self._wire, node.birth.wire) and node.birth.wire != node.told.wire:
                log.error(
                    "%s 的程序（%s，通信版本 %d）与主控（%d）相差两版以上，不受理。 Its program "
                    "is two wire versions or more from the hub's: nothing of it is taken.",
                    name, node.birth.version, node.birth.wire, self._wire,
                )  # fmt: skip
            node.told = node.birth
        else:
            node.seq = None
        self._look(name, node, self._configured(), exact=not incoming.retained)

    def asked(self, name: str, seq: int | None) -> None:
        """A Pi asked something; ``seq`` is how far it says that it is."""
        node = self._of(name)
        if node is not None:
            node.heard_s = self._now_s()
            node.seq = seq

    def device(self, name: str, device: str, payload: bytes) -> None:
        """A Pi says how one of its devices is. Raises ``DecodeError``."""
        if self._left_behind(name, f"device/{name}/{device}", payload):
            return
        node = self._of(name)
        if node is None:
            return
        if not payload:
            node.devices.pop(device, None)
        elif device in node.devices or len(node.devices) < _MOST_DEVICES:
            node.devices[device] = _health(payload)

    def _of(self, name: str) -> _Node | None:
        if name == self._own or not name:
            return None
        if name in self._nodes:
            return self._nodes[name]
        configured = self._configured()
        strangers = sum(known not in configured for known in self._nodes)
        if name not in configured and strangers >= _MOST_STRANGERS:
            return None
        return self._nodes.setdefault(name, _Node())

    # ---- how they are

    def look(self) -> None:
        """See who is there; who has been away for long is said once in the log."""
        configured = self._configured()
        for name in configured:
            self._nodes.setdefault(name, _Node())
        for name, node in self._nodes.items():
            self._look(name, node, configured, exact=True)

    def _look(
        self, name: str, node: _Node, configured: Mapping[str, NodePlace], *, exact: bool
    ) -> None:
        now_s = self._now_s()
        state = self._state(name, node, configured, now_s)
        if state != node.state or node.since_s is None:
            silent_s = now_s - node.heard_s if state == "silent" else 0.0
            node.state, node.since_s = state, now_s - silent_s
            node.since_ms = self._now_ms() - round(silent_s * 1000)
            # Who was never seen may have been gone for longer than this hub runs.
            node.exact = exact and state != "never"
        away = state in {"away", "silent", "never"} and now_s - node.since_s > LONG_S
        if away and not node.missed:
            log.warning("%s has been away for more than %.0f s (%s)", name, LONG_S, state)
            node.missed = True
        elif state == "there" and node.missed:
            log.info("%s is there again", name)
            node.missed = False

    def _state(
        self, name: str, node: _Node, configured: Mapping[str, NodePlace], now_s: float
    ) -> NodeState:
        if not self._up:
            return "unknown"
        if node.birth is None:
            return "never"
        if node.birth.status != "online":
            return "away"
        if name not in configured:
            return "stranger"
        return "silent" if now_s - node.heard_s > SILENT_S else "there"

    def seen(self) -> list[NodeSeen]:
        """Return the configured Pis in the configuration's order, then strangers who are there."""
        self.look()
        configured = self._configured()
        strangers = [name for name, n in self._nodes.items() if n.state == "stranger"]
        names = [name for name in configured if name != self._own]
        return [self._seen(name, self._nodes[name]) for name in (*names, *strangers)]

    def _seen(self, name: str, node: _Node) -> NodeSeen:
        wrong = (one for one in node.devices.items() if one[1].state in _NOT_RIGHT)
        return NodeSeen(
            name,
            node.state,
            node.since_ms,
            None if node.since_s is None else self._now_s() - node.since_s,
            node.exact,
            node.told.roles,
            node.told.version,
            node.told.wire,
            apart(self._wire, node.told.wire) if node.told.status == "online" else "",
            node.told.host,
            node.seq if node.state == "there" else None,
            tuple(
                {"device": device, "state": one.state, "code": one.code, "say": one.say}
                for device, one in wrong
            ),
        )
