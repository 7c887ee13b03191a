"""The hall's Pis as technician and duty manager see them: at the hub all, elsewhere this one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from socket import gethostname
from typing import TYPE_CHECKING, Any

import msgspec

from firmware_py.app.clock import local_text
from firmware_py.config.places import left_to_hub
from firmware_py.core.decide_alone import Here, numbers_left
from firmware_py.core.refusals import Refusal
from firmware_py.core.wire_version import WIRE
from firmware_py.runtime.control import Query, QueryError
from firmware_py.runtime.node_words import only_at_hub, say_of, say_of_own, say_of_refused
from firmware_py.runtime.params import OneNode
from firmware_py.runtime.program import VERSION
from firmware_py.settings import NodeSettings, Settings

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall
    from firmware_py.sync.node_book import NodeSeen

__all__ = ["Nodes", "configuration_of", "nodes_at_a_glance", "roles_here"]

_NOT_RIGHT = frozenset({"fault", "gone", "warning", "disabled"})
_PLACES = ("windows", "kiosks", "walls", "voices")
#: Roles that a hub's Pi has only where something of the kind is left to it.
_OF_PLACES = {"kiosk": "kiosks", "window": "windows", "wall": "walls"}
#: What the hall at a glance tells of a Pi that is not there.
_AT_A_GLANCE = ("node", "state", "since", "exact", "for_s", "long_away", "say")


class Nodes:
    """Answers ``node.list`` and ``node.show``."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall

    def queries(self) -> dict[str, Query]:
        """Return the table of questions."""
        return {
            "node.list": self.list_all,
            "node.show": self.show,
            "config.nodes": self.configurations,
            "config.former": self.former,
        }

    async def configurations(self, params: dict[str, Any], user: str) -> Any:
        """Return which configuration each Pi has, this one first."""
        told = ("node", "state", "configuration")
        return [{key: row[key] for key in told} for row in _rows(self._hall)]

    async def former(self, params: dict[str, Any], user: str) -> Any:
        """Return the files of the last configuration that was another one; None: nobody knows."""
        if not self._hall.queue.decides:
            raise QueryError(only_at_hub(self._hall.broker_status()))
        found = self._hall.configuration
        return None if found is None else await asyncio.to_thread(found.former)

    async def list_all(self, params: dict[str, Any], user: str) -> Any:
        """Return every Pi, this one first."""
        return _rows(self._hall)

    async def show(self, params: dict[str, Any], user: str) -> Any:
        """Return one Pi."""
        name = msgspec.convert(params, OneNode).node
        rows = _rows(self._hall)
        for row in rows:
            if row["node"] == name:
                return row
        if self._hall.queue.decides or name not in self._hall.settings.nodes:
            known = ", ".join(row["node"] for row in rows)
            raise QueryError(
                Refusal(
                    "unknown_node",
                    f"没有名为 {name[:64]} 的设备。已知：{known}",
                    f"There is no Pi {name[:64]}. Known: {known}",
                )
            )
        raise QueryError(only_at_hub(self._hall.broker_status()))


def nodes_at_a_glance(hall: Hall) -> dict[str, Any] | None:
    """Return how many Pis are there and which are not; None at a Pi that is not the hub, or alone.

    Of a Pi that is away ``long_away`` says that it is more than a restart.
    """
    if not hall.queue.decides or not hall.settings.nodes:
        return None
    rows = [row for row in _rows(hall)[1:] if row["state"] != "stranger"]
    away = [{key: row[key] for key in _AT_A_GLANCE} for row in rows if row["state"] != "there"]
    told = ("node", "version", "wire", "version_step", "say")
    told_of = ("node", "configuration", "say")
    refusing = [{key: row[key] for key in told_of} for row in rows if _refuses(row)]
    versions = [{key: row[key] for key in told} for row in rows if row["version_step"]]
    return {
        "total": len(rows),
        "there": len(rows) - len(away),
        "away": away,
        "versions": versions,
        "refusing": refusing,
    }


def _refuses(row: Mapping[str, Any]) -> bool:
    found = row["configuration"]
    return found is not None and found["state"] == "refused"


def configuration_of(hall: Hall, node: str) -> dict[str, Any] | None:
    """Return which configuration a Pi has: its number, how that stands, and its mistakes."""
    return None if hall.configuration is None else hall.configuration.of_node(node)


def _rows(hall: Hall) -> list[dict[str, Any]]:
    if not hall.queue.decides:
        return [_own(hall) | {"line": hall.broker_status()}]
    seen: list[NodeSeen] = []
    if hall.sync is not None:
        seen = hall.sync.nodes()
    elif hall.settings.nodes:
        seen = _unknown(hall)
    return [_own(hall), *(_other(hall, one) for one in seen)]


def _own(hall: Hall) -> dict[str, Any]:
    own = hall.settings.hall
    joined = hall.queue.decides or not hall.trouble
    wrong = [h for h in hall.supervisor.health() if h.state in _NOT_RIGHT]
    row: dict[str, Any] = {
        "node": own.node,
        "roles": roles_here(hall),
        **_places_here(hall.settings),
        "state": "there",
        "since": "",
        "exact": True,
        "for_s": None,
        "long_away": False,
        "version": VERSION,
        "wire": WIRE,
        "version_step": "",
        "host": gethostname(),
        "seq": hall.writer.last_seq if joined else None,
        "behind": 0 if hall.queue.decides else None,
        "devices": [
            {"device": h.device, "state": h.state, "code": h.code, "say": asdict(h.say)}
            for h in wrong
        ],
        "line": None,
        "numbers": _numbers(hall, own.node),
        "copy": None,
        "lease": None if hall.lease is None else hall.lease.part_of(own.node),
        "configuration": configuration_of(hall, own.node),
    }
    line = hall.broker_status()
    if hall.trouble == "version" and (problem := getattr(line, "problem", None)):
        return row | {"say": {"zh": problem["zh"], "en": problem["en"]}}
    broker = getattr(line, "broker", "")
    said = say_of_own(hall.trouble, broker, len(wrong))
    return row | {"say": say_of_refused(row) or said}


def _other(hall: Hall, seen: NodeSeen) -> dict[str, Any]:
    configured = hall.settings.nodes.get(seen.node)
    at = "" if seen.since_ms is None else local_text(hall.state().wall_offset_ms, seen.since_ms)
    row: dict[str, Any] = {
        "node": seen.node,
        "roles": seen.roles if configured is None else configured.roles,
        **_places(configured),
        "state": seen.state,
        "since": at,
        "exact": seen.exact,
        "for_s": None if seen.for_s is None else round(seen.for_s),
        "long_away": seen.long_away,
        "version": seen.version,
        "wire": seen.wire,
        "version_step": seen.step,
        "host": seen.host,
        "seq": seen.seq,
        "behind": None if seen.seq is None else max(hall.writer.last_seq - seen.seq, 0),
        "devices": list(seen.devices),
        "line": None,
        "numbers": _numbers(hall, seen.node),
        "copy": _copy_at(hall, seen.node),
        "lease": None if hall.lease is None else hall.lease.part_of(seen.node),
        "configuration": configuration_of(hall, seen.node),
    }
    return row | {"say": say_of(row, VERSION, WIRE)}


def _numbers(hall: Hall, node: str) -> dict[str, int]:
    """Return how many numbers of each series a Pi may give by itself, as far as is known here."""
    alone = getattr(hall.writer, "alone", None)
    given = alone.records.given if alone is not None and alone.here.node == node else ()
    return numbers_left(hall.rules, hall.state(), Here(node), given)


def _copy_at(hall: Hall, node: str) -> dict[str, Any] | None:
    """Return how far a Pi's copy of the journal is; None where it keeps none."""
    shelf = hall.role.change.shelf
    if shelf is None or node not in shelf.follows:
        return None
    return shelf.told(hall.writer.last_seq, [node])[0]


def _unknown(hall: Hall) -> list[NodeSeen]:
    """Without a line to the broker nobody can say how the others are."""
    from firmware_py.sync.node_book import NodeSeen

    own = hall.settings.hall.node
    return [
        NodeSeen(name, "unknown", None, None, exact=False)
        for name in hall.settings.nodes
        if name != own
    ]


def roles_here(hall: Hall) -> tuple[str, ...]:
    """Return what this Pi is now: who decides is the hub, whatever it was configured as."""
    places = _places_here(hall.settings)
    roles = [role for role in hall.settings.hall.roles if role not in {"hub", "standby"}]
    if hall.settings.nodes and hall.settings.hall.node not in hall.settings.nodes:
        roles = [role for role in roles if places[_OF_PLACES[role]]]
    if hall.role.decides:
        return ("hub", *roles)
    return ("standby", *roles) if hall.role.keeper is not None else tuple(roles)


def _places_here(settings: Settings) -> dict[str, tuple[str, ...]]:
    """Return what stands at this Pi; where all stands at one, that is not told."""
    own = settings.nodes.get(settings.hall.node)
    return _places(own) if own is not None or not settings.nodes else left_to_hub(settings)


def _places(node: NodeSettings | None) -> dict[str, tuple[str, ...]]:
    return {kind: () if node is None else getattr(node, kind) for kind in _PLACES}
