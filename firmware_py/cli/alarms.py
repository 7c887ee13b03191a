"""``hallctl alarms``: what the duty manager should see, and has seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import click

from firmware_py.cli.base import HallCommand, HallGroup, Session, pass_session
from firmware_py.cli.errors import Refused, WrongUse
from firmware_py.cli.outcome import give, say_events
from firmware_py.cli.output import level_style, say, span, table, write_json
from firmware_py.cli.words import chosen, in_words, t

__all__ = ["alarms", "show_alarms"]


@click.group(
    "alarms",
    HallGroup,
    invoke_without_command=True,
    help=t("告警；不写命令即列出。", "Alarms; listed when no command is given."),
)
@click.pass_context
def alarms(ctx: click.Context) -> None:
    """Alarms."""
    if ctx.invoked_subcommand is None:
        _list(ctx.ensure_object(Session))


@alarms.command("list", cls=HallCommand, help=t("现有的告警。", "The alarms that stand."))
@pass_session
def list_all(session: Session) -> None:
    """List the alarms."""
    _list(session)


def _list(session: Session) -> None:
    found = session.client.ask("alarm.list")
    if session.json:
        write_json(found)
    elif found:
        show_alarms(found)
    else:
        say((t("没有告警。", "No alarms."), "green"))


def show_alarms(found: Iterable[Mapping[str, Any]]) -> None:
    """Draw the table, in the colours of the lamps."""
    found = list(found)
    # Alarms of an earlier day are few, and then the day is what one looks for.
    days = any(alarm["carried"] for alarm in found)
    reasons = any(alarm["reason"] for alarm in found)
    columns = (
        (t("级别", "Level"), ""),
        (t("告警", "Alarm"), ""),
        (t("对象", "Subject"), ""),
        (t("持续", "For"), "right"),
        (t("编号", "ID"), ""),
        *([(t("原因", "Reason"), "wrap")] if reasons else []),
        (t("确认", "Seen by"), "wrap"),
        *([(t("营业日", "Day"), "")] if days else []),
    )
    table(columns, [_row(alarm, days=days, reasons=reasons) for alarm in found])


def _row(alarm: Mapping[str, Any], *, days: bool, reasons: bool) -> list[str | tuple[str, str]]:
    style = "dim" if alarm["acknowledged_by"] else level_style(alarm["level"])
    at_window = alarm["window"] == alarm["subject"]
    subject = t(f"窗口 {alarm['window']}", f"window {alarm['window']}")
    return [
        (in_words(alarm["level"]), style),
        (in_words(alarm["kind"], "alarm"), style),
        subject if at_window else alarm["subject"],
        span(alarm["seconds"]),
        alarm["id"],
        *([chosen(alarm["reason"])] if reasons else []),
        alarm["acknowledged_by"],
        *([_day(alarm)] if days else []),
    ]


def _day(alarm: Mapping[str, Any]) -> str:
    """Return the day an alarm is left from; one of today needs none."""
    return (alarm["day"] or alarm["since_at"][:10]) if alarm["carried"] else ""


@alarms.command(
    "ack",
    cls=HallCommand,
    help=t(
        "确认告警：已经知道，灯灭。ID 见 hallctl alarms，例如 service:3。",
        "Acknowledge an alarm: it was seen, its lamp goes out. ID is as hallctl alarms shows it, "
        "such as service:3.",
    ),
)
@click.argument("alarm", metavar="[ID]", required=False)
@click.option("--all", "every", is_flag=True, help=t("确认全部。", "All that stand."))
@pass_session
def ack(session: Session, alarm: str | None, every: bool) -> None:
    """Acknowledge one, or all that stand."""
    if (alarm is not None) == every:
        raise WrongUse(
            "id_or_all",
            "请写明告警编号，或用 --all 确认全部（二者选一）。",
            "Name the alarm, or say --all: one of the two.",
        )
    if alarm is not None:
        give(session, "alarm.ack", alarm=alarm)
    else:
        _acknowledge_all(session)


def _acknowledge_all(session: Session) -> None:
    outcomes = []
    for alarm in session.client.ask("alarm.list"):
        if not alarm["acknowledged_by"]:
            try:
                outcomes.append(session.client.command("alarm.ack", alarm=alarm["id"]))
            except Refused as refused:
                # It ended by itself, or somebody else was quicker.
                if refused.code not in {"unknown_alarm", "already_acknowledged"}:
                    raise
    if session.json:
        write_json(outcomes)
        return
    for outcome in outcomes:
        say_events(outcome)
    if not outcomes:
        say(t("没有未确认的告警。", "No alarm waits to be seen."))
