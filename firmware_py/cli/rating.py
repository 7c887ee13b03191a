"""``hallctl rate`` and ``hallctl why``."""

from __future__ import annotations

import click

from firmware_py.cli.base import HallCommand, Session, pass_session
from firmware_py.cli.outcome import give
from firmware_py.cli.output import prose, write_json
from firmware_py.cli.words import chosen, t

__all__ = ["rate", "why"]


@click.command(
    "rate",
    HallCommand,
    help=t(
        "记录评价。TARGET 是窗口（评价器正在询问的业务）或号码，"
        "例如 3 或 A012；SCORE 从 1 起，越高越满意。",
        "Give a rating. TARGET is a window (what its pad asks for) or a number, such as 3 or "
        "A012; SCORE begins at 1, higher is better.",
    ),
)
@click.argument("target", metavar="TARGET")
@click.argument("score", metavar="SCORE", type=int)
@click.option("--reason", metavar="TEXT", help=t("差评的原因。", "The reason of a bad one."))
@pass_session
def rate(session: Session, target: str, score: int, reason: str | None) -> None:
    """Rate; a window's name goes before a number that is written the same."""
    windows = {window["id"] for window in session.client.ask("window.list")}
    where = "window" if target in windows else "number"
    give(session, "rate", score=score, reason=reason, **{where: target})


@click.command(
    "why",
    HallCommand,
    help=t(
        "说明每次叫这个号的理由，或它为什么还在等。",
        "Say why a ticket was called, each time, or why it still waits.",
    ),
)
@click.argument("number", metavar="NUMBER")
@pass_session
def why(session: Session, number: str) -> None:
    """Explain."""
    answer = session.client.ask("why", number=number)
    if session.json:
        write_json(answer)
        return
    for words in (*answer["calls"], answer["now"]):
        if text := chosen(words):
            prose(text)
