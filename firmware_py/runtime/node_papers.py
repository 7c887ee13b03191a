"""Papers and forms on the control socket of a window's Pi: what is answered here, and what there.

The hub has documents, forms with their words, and the journal: it is asked, in boxes, for what is
of this Pi's windows. Whatever takes pages or signatures out of the hall, and the days' keys, is
the hub's alone.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from firmware_py.runtime import keep_words as words
from firmware_py.runtime.control import Query, QueryError
from firmware_py.runtime.kept_port import HereKept
from firmware_py.runtime.node_words import only_at_hub

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall
    from firmware_py.runtime.handing_over import Owed
    from firmware_py.runtime.hub_vault import HubVault

__all__ = ["ONLY_AT_HUB", "node_papers"]

#: What leaves the hall by them leaves it at the hub.
ONLY_AT_HUB = (
    "document.export", "document.part", "form.signature", "check.kept", "privacy.destroy",
    "privacy.forget",
)  # fmt: skip
_ASKED = ("form.show", "form.paper", "document.remove")
#: They look for much; a window looks for its own.
_OF_OWN_WINDOW = ("form.find", "check.list")


def node_papers(hall: Hall) -> dict[str, Query]:
    """Return the methods that are not answered as at the hub."""
    hub = hall.kept
    if isinstance(hub, HereKept):
        return {}
    node = hall.settings.nodes.get(hall.settings.hall.node)
    own = node.windows if node is not None else ()

    def asked(name: str) -> Query:
        async def ask(params: dict[str, Any], user: str) -> Any:
            return await hub.query(name, params, user)

        return ask

    def of_own(name: str) -> Query:
        async def ask(params: dict[str, Any], user: str) -> Any:
            if not params.get("window") and len(own) == 1:
                params = {**params, "window": own[0]}
            return await hub.query(name, params, user)

        return ask

    async def documents(params: dict[str, Any], user: str) -> Any:
        return await listed(hall, hub, params, user)

    async def refused(params: dict[str, Any], user: str) -> Any:
        raise QueryError(only_at_hub(hall.broker_status()))

    return {
        **dict.fromkeys(ONLY_AT_HUB, refused),
        **{name: asked(name) for name in _ASKED},
        **{name: of_own(name) for name in _OF_OWN_WINDOW},
        "document.list": documents,
    }


async def listed(hall: Hall, hub: HubVault, params: dict[str, Any], user: str) -> Any:
    """Return a ticket's documents as the hub has them, and those that wait at this Pi.

    While the hub is not heard it is told which there are; whether they can be read, nobody knows.
    """
    try:
        told = await hub.query("document.list", params, user)
    except QueryError as error:
        if error.refusal.code != words.AWAY.code or params.get("form"):
            raise
        told = _known_here(hall, params)
    if told["form"] is None:
        told["documents"] += [_waiting(one) for one in hub.handing.waiting(told["number"])]
    return told


def _known_here(hall: Hall, params: dict[str, Any]) -> dict[str, Any]:
    state = hall.state()
    window = state.windows.get(str(params.get("window", "")))
    number = str(params.get("number", "")).strip().upper()
    if not number and window is not None:
        number = window.ticket or window.last_ticket or ""
    ticket = state.tickets.get(number)
    if ticket is None:
        raise QueryError(words.AWAY)
    say = asdict(words.CANNOT_LOOK)
    documents = [
        asdict(one) | {"kind_words": None, "kept": "at_hub", "say": say} for one in ticket.documents
    ]
    return {"number": number, "day": state.day, "form": None, "documents": documents}


def _waiting(owed: Owed) -> dict[str, Any]:
    return {
        "document": owed.document,
        "kind": owed.kind,
        "kind_words": None,
        "pages": owed.pages,
        "size": owed.size,
        "sha256": owed.sha256,
        "version": owed.version,
        "kept": "waiting",
        "say": asdict(words.WAITS),
    }
