"""Papers and forms on the control socket of another Pi: what is answered here, and what there.

The hub has documents, forms with their words, and the journal: it is asked, in boxes, and judges
what is of this Pi's windows (``rights_papers``). What it takes out or deletes it records with who
asked, as for its own people.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from firmware_py.runtime import keep_words as words
from firmware_py.runtime.control import Query, QueryError
from firmware_py.runtime.kept_port import HereKept
from firmware_py.runtime.node_documents import NodeDocuments

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall
    from firmware_py.runtime.handing_over import Owed
    from firmware_py.runtime.hub_vault import HubVault

__all__ = ["node_papers"]

_ASKED = ("form.show", "form.paper", "document.remove")
#: Seconds; many files may have to go.
_ANSWER_S, _DELETE_S = 8.0, 55.0
#: Only ``hallctl`` asks them.
_TYPED = {"form.signature": _ANSWER_S, "check.kept": _ANSWER_S, "privacy.destroy": _DELETE_S}
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

    def typed(name: str, within_s: float) -> Query:
        async def ask(params: dict[str, Any], user: str) -> Any:
            return await hub.typed(name, params, user, within_s)

        return ask

    def of_own(name: str) -> Query:
        async def ask(params: dict[str, Any], user: str) -> Any:
            if not params.get("window") and len(own) == 1:
                params = {**params, "window": own[0]}
            return await hub.query(name, params, user)

        return ask

    async def documents(params: dict[str, Any], user: str) -> Any:
        return await listed(hall, hub, params, user)

    async def forget(params: dict[str, Any], user: str) -> Any:
        # What waits here goes with the event that the hub records of it.
        today = params.get("day") in (None, hall.state().day)
        here = hub.handing.waiting(str(params.get("number", ""))) if today else []
        told = await hub.typed("privacy.forget", params, user, _DELETE_S)
        return {**told, "files": told["files"] + sum(one.pages for one in here)}

    return {
        **{name: asked(name) for name in _ASKED},
        **{name: typed(name, within_s) for name, within_s in _TYPED.items()},
        **{name: of_own(name) for name in _OF_OWN_WINDOW},
        **NodeDocuments(hall, hub).queries(),
        "document.list": documents,
        "privacy.forget": forget,
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
