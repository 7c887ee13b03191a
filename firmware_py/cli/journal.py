"""``hallctl journal``: what happened, whether it is whole, and a copy of it."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import click

from firmware_py.cli.base import HallCommand, HallGroup, Session, pass_session
from firmware_py.cli.errors import WrongUse
from firmware_py.cli.output import say, table, write_json
from firmware_py.cli.sentences import sentence
from firmware_py.cli.whole_file import whole_file
from firmware_py.cli.words import chosen, t

__all__ = ["journal", "show_verified"]

PAGE = 1000
#: 3 us an event on a PC, 20 on a Pi Zero: enough for tens of millions.
VERIFY_S = 600.0


@click.group("journal", HallGroup, help=t("业务流水。", "The journal."))
def journal() -> None:
    """The journal."""


@journal.command("tail", cls=HallCommand, help=t("最近发生的事。", "What happened last."))
@click.option(
    "-n", "--lines", default=20, type=click.IntRange(0, 10_000), help=t("条数。", "How many."),
    metavar="N", show_default=True,
)  # fmt: skip
@click.option("-f", "--follow", is_flag=True, help=t("继续显示新的。", "Go on with what comes."))
@pass_session
def tail(session: Session, lines: int, follow: bool) -> None:
    """Show events; ``--json`` writes one a line."""
    if not follow:
        _write_events(session, session.client.ask("journal.tail", limit=lines) if lines else [])
        return
    # Ctrl-C is how following ends.
    with suppress(KeyboardInterrupt):
        _follow(session, lines)


def _follow(session: Session, lines: int) -> None:
    last: int | None = None
    for _ in session.client.follow():
        if last is None:
            last = max(session.client.ask("hall.status")["last_seq"] - lines, 0)
        for events in _pages(session, last):
            _write_events(session, events)
            sys.stdout.flush()
            last = events[-1]["seq"]


def _pages(session: Session, after: int, until: int | None = None) -> Iterator[list[Any]]:
    """Yield the events after a number, as many at once as the daemon should answer."""
    while True:
        events = session.client.ask("journal.tail", after=after, limit=PAGE)
        if until is not None:
            events = [event for event in events if event["seq"] <= until]
        if not events:
            return
        yield events
        after = events[-1]["seq"]


def _write_events(session: Session, events: Sequence[Mapping[str, Any]]) -> None:
    for event in events:
        if session.json:
            write_json(event, line=True)
        else:
            said = sentence(event["type"], event["data"])
            say(
                (f"{event['seq']:>7} {event['at'] or '-':19}  ", "dim"),
                said,
                (f"  [{event['by']}]", "dim"),
            )


@journal.command(
    "verify",
    cls=HallCommand,
    help=t(
        "校验整条业务流水。写明 FILE（流水库或备份文件）时不需要服务运行。",
        "Check the whole chain. With FILE (a journal or a backup) no daemon is needed.",
    ),
)
@click.argument("file", metavar="[FILE]", required=False, type=click.Path(path_type=Path))
@pass_session
def verify(session: Session, file: Path | None) -> None:
    """Verify; exit code 1 when something is wrong."""
    answer = session.client.ask("journal.verify", VERIFY_S) if file is None else _verify_file(file)
    answer["ok"] = not answer["problems"]
    if session.json:
        write_json(answer)
    else:
        show_verified(answer)
    if not answer["ok"]:
        raise click.exceptions.Exit(1)


def _verify_file(file: Path) -> dict[str, Any]:
    from dataclasses import asdict

    from firmware_py.store.verify import verify_file

    if not file.is_file():
        raise WrongUse("no_file", f"没有文件 {file}。", f"There is no file {file}.")
    answer = asdict(verify_file(file))
    answer["head_hash"] = base64.b64encode(answer["head_hash"]).decode()
    return answer


def show_verified(answer: Mapping[str, Any]) -> None:
    """Say what a check found."""
    count, first, last = answer["count"], answer["first_seq"], answer["last_seq"]
    if not answer["problems"]:
        say(
            (t("完好", "Good"), "green"),
            t(
                f"：{count} 条业务流水（第 {first} 至 {last} 条）逐条校验无误。",
                f": {count} events ({first} to {last}), each checked.",
            ),
        )
        return
    say((t("有问题：", "Not good:"), "bold red"))
    table(
        (("", ""), ("", "wrap")),
        [(_at(p), f"{chosen(p)} {p['detail']}") for p in answer["problems"]],
    )


def _at(problem: Mapping[str, Any]) -> str:
    return "" if problem["seq"] is None else f"#{problem['seq']}"


@journal.command(
    "export",
    cls=HallCommand,
    help=t(
        "把全部业务流水导出为 JSON 行；不写 FILE 则输出到屏幕。",
        "Write the whole journal as JSON lines, to FILE or the standard output.",
    ),
)
@click.argument("file", metavar="[FILE]", required=False, type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help=t("覆盖已有的文件。", "Replace a file that is there."))
@pass_session
def export(session: Session, file: Path | None, force: bool) -> None:
    """Export what was recorded up to now."""
    last = int(session.client.ask("hall.status")["last_seq"])
    if file is None:
        sys.stdout.flush()
        _export(session, sys.stdout.buffer, last)
        return
    if file.exists() and not force:
        raise WrongUse(
            "file_exists",
            f"文件 {file} 已存在。如要覆盖，请加 --force。",
            f"{file} is there already. To replace it, add --force.",
        )
    with whole_file(file) as out:
        count = _export(session, out, last)
    if session.json:
        write_json({"path": str(file), "events": count, "last_seq": last})
    else:
        say(t(f"已导出 {count} 条到 {file}。", f"{count} events written to {file}."))


def _export(session: Session, out: BinaryIO, last: int) -> int:
    count = 0
    for events in _pages(session, 0, last):
        out.writelines(json.dumps(event, ensure_ascii=False).encode() + b"\n" for event in events)
        count += len(events)
    return count
