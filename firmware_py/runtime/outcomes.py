"""What becomes of a command, for whoever waits for it; the writer itself calls back."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec

from firmware_py.app.followed import FollowedWriter
from firmware_py.app.ports import Outcome, Submission
from firmware_py.app.writer import HallWriter
from firmware_py.core.commands import Command

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall

__all__ = ["outcome_of", "outcome_view", "submitted"]


def outcome_of(
    writer: HallWriter | FollowedWriter, submission: Submission
) -> asyncio.Future[Outcome]:
    """Submit a command at once; the future has its outcome when that is on the disk."""
    found: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()

    def reply(outcome: Outcome) -> None:
        # Whoever waited may have left meanwhile.
        if not found.done():
            found.set_result(outcome)

    writer.submit(submission, reply)
    return found


async def submitted(hall: Hall, command: Command, by: str) -> Outcome:
    """Submit a command under a new id; return its outcome when that is on the disk."""
    name = type(command).__name__.lower()
    return await outcome_of(hall.writer, Submission(hall.command_id(name), by, command))


def outcome_view(outcome: Outcome) -> dict[str, Any]:
    """Return what ``outcome_json`` makes of an accepted command, for answers that say more."""
    return {
        "events": [
            {"seq": h.seq, "time_ms": h.time_ms, "type": h.name, "data": msgspec.Raw(h.body)}
            for h in outcome.happened
        ],
        "repeated": outcome.repeated,
    }
