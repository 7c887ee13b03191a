"""What a technician did about the hall's Pis is kept in the journal.

Certificates and files are the business of ``hallctl`` on this machine, which needs no daemon; that
it was done, to which Pi and by whom belongs to the hall's memory. What the broker keeps of one
that was retired or replaced is cleared: it would be told to everybody for ever.
"""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from firmware_py.core.commands import RecordAction
from firmware_py.runtime.control import Query, QueryError
from firmware_py.runtime.node_words import only_at_hub
from firmware_py.runtime.outcomes import submitted
from firmware_py.runtime.params_nodes import NodeActs
from firmware_py.runtime.retired_file import note_retired

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall

__all__ = ["NodeActions"]

log = logging.getLogger(__name__)


class NodeActions:
    """Answers ``node.record``."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall

    def queries(self) -> dict[str, Query]:
        """Return the table of questions."""
        return {"node.record": self.record}

    async def record(self, params: dict[str, Any], user: str) -> Any:
        """Record it; the answer comes when it is on the disk."""
        told = msgspec.convert(params, NodeActs)
        if not self._hall.queue.decides:
            raise QueryError(only_at_hub(self._hall.broker_status()))
        command = RecordAction(f"node.{told.action}", told.node)
        outcome = await submitted(self._hall, command, f"hallctl:{user}")
        if outcome.refusal is not None:
            raise QueryError(outcome.refusal)
        if told.action == "retire":
            # Before the broker is told: whoever restarts in between must say it again.
            try:
                journal = Path(self._hall.settings.journal.path)
                await asyncio.to_thread(note_retired, journal, told.node)
            except OSError as error:
                log.warning("that %s was retired is not kept: %s", told.node, error)
        if self._hall.sync is not None and told.action in {"retire", "replace"}:
            self._hall.sync.forget(told.node, for_good=told.action == "retire")
        return {"node": told.node, "action": told.action}
