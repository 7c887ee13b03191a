"""Sending a ticket elsewhere, named by itself or by the window that has it in hand."""

from __future__ import annotations

from firmware_py.cli.base import Session
from firmware_py.cli.outcome import give
from firmware_py.cli.output import say
from firmware_py.cli.words import t

__all__ = ["give_transfer"]


def give_transfer(
    session: Session, number: str, item: str | None, window: str | None, at: str | None = None
) -> None:
    """Transfer a ticket; say so when the window that it is for calls nobody now.

    ``at`` is the window that has it in hand, where it was named by that.
    """
    outcome = give(session, "ticket.transfer", number=number, item=item, window=window, at=at)
    if session.json:
        return
    for event in outcome["events"]:
        there = event["data"].get("window")
        if event["type"] == "ticket.transferred" and there is not None:
            _say_who_calls(session, there)


def _say_who_calls(session: Session, window: str) -> None:
    """Say what becomes of a ticket for a window that calls nobody now.

    A closed window's people are everybody's; a paused one's wait for it (``core.waiting``).
    """
    status = {one["id"]: one["status"] for one in session.client.ask("window.list")}.get(window)
    if status == "closed":
        words = t(
            f"{window} 号窗口现在未开放，其他窗口也可叫号",
            f"Window {window} is closed now; another window may call it",
        )
    elif status == "paused":
        words = t(
            f"{window} 号窗口现在暂停，恢复后由该窗口叫号",
            f"Window {window} is on a break now; it calls it when it is back",
        )
    else:
        return
    say((words, "yellow"))
