"""``hallctl rate`` and ``hallctl why``."""

from __future__ import annotations

import click

from firmware_py.cli.base import HallCommand, Session, pass_session
from firmware_py.cli.errors import WrongUse
from firmware_py.cli.outcome import give
from firmware_py.cli.output import prose, table, write_json
from firmware_py.cli.words import chosen, t

__all__ = ["rate", "why"]


def _show_reasons(session: Session) -> None:
    found = session.client.ask("rating.reasons")
    if session.json:
        write_json(found)
        return
    columns = ((t("键", "Key"), "right"), (t("编号", "ID"), ""), (t("原因", "Reason"), "wrap"))
    table(columns, [[str(n), one["id"], chosen(one["words"])] for n, one in enumerate(found, 1)])


@click.command(
    "rate",
    HallCommand,
    help=t(
        "记录评价。TARGET 是窗口（评价器正在询问的业务）或号码，"
        "例如 3 或 A012；SCORE 从 1 起，越高越满意。"
        "差评可以随后补一次原因：只写 TARGET 和 --reason。",
        "Give a rating. TARGET is a window (what its pad asks for) or a number, such as 3 or "
        "A012; SCORE begins at 1, higher is better. A bad one may get its reason afterwards, once: "
        "TARGET and --reason alone.",
    ),
)
@click.argument("target", metavar="TARGET", required=False)
@click.argument("score", metavar="SCORE", type=int, required=False)
@click.option(
    "--reason",
    metavar="ID|TEXT",
    help=t("差评的原因：编号，或一句话。", "The reason of a bad one: an id, or words."),
)
@click.option(
    "--reasons", "show", is_flag=True, help=t("列出原因的编号。", "List the ids of reasons.")
)
@pass_session
def rate(
    session: Session, target: str | None, score: int | None, reason: str | None, *, show: bool
) -> None:
    """Rate; a window's name goes before a number that is written the same."""
    if show:
        _show_reasons(session)
        return
    if target is None or (score is None and reason is None):
        raise WrongUse(
            "missing_argument",
            "请写明窗口或号码，以及评价。",
            "Say which window or ticket, and the rating.",
        )
    windows = {window["id"] for window in session.client.ask("window.list")}
    where = "window" if target in windows else "number"
    method = "rate" if score is not None else "rate.reason"
    give(session, method, score=score, reason=reason, **{where: target})


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
    for words in (*answer.get("records", ()), *answer["calls"], answer["now"]):
        if text := chosen(words):
            prose(text)
