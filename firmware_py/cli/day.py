"""``hallctl open``, ``hallctl close`` and ``hallctl day``: the business day and its hours."""

from __future__ import annotations

import click

from firmware_py.cli.base import HallCommand, HallGroup, Session, pass_session
from firmware_py.cli.errors import Refused, WrongUse
from firmware_py.cli.outcome import give
from firmware_py.cli.words import t

__all__ = ["close_day", "day", "open_day"]


@click.command(
    "open",
    HallCommand,
    help=t(
        "开门：开始营业日。同一天再次开门，号码接着往下排。",
        "Open the business day. The same day again goes on with its numbers.",
    ),
)
@click.option(
    "--date", metavar="YYYY-MM-DD", help=t("日期；默认今天。", "The date; today if not given.")
)
@click.option(
    "--override",
    is_flag=True,
    help=t(
        "改正写错的较晚日期；号码接着往下排。",
        "Correct a later date that was wrong; numbers go on.",
    ),
)
@pass_session
def open_day(session: Session, date: str | None, override: bool) -> None:
    """Open the day; its date is the hall's own, not that of this terminal."""
    if date is None:
        date = str(session.client.ask("hall.status").get("now", ""))[:10]
        if not date:
            raise Refused(
                "no_clock",
                "大厅时钟尚未校准，不知道今天的日期。请写明：hallctl open --date 2026-01-31",
                "The hall's clock is not set yet, so today's date is not known. "
                "Give it: hallctl open --date 2026-01-31",
            )
    give(session, "day.open", day=date, override=override or None)


@click.command(
    "close",
    HallCommand,
    help=t(
        "关门：结束营业日。还没办理的号逐一记录原因，不会遗忘；没有确认的差评和求助保留到确认为止。\n\n"
        "--at 不是现在关门，而是把今天的关门时间改为该时间，可以提前，也可以延后。",
        "Close the business day. Whoever is left is recorded with the reason; a bad rating or a "
        "call for help that nobody has seen stays until somebody has.\n\n"
        "--at does not close now, but sets today's closing time, earlier or later.",
    ),
)
@click.option(
    "--reason", metavar="TEXT", help=t("原因；默认下班。", "Why; closing time if not given.")
)
@click.option("--at", metavar="HH:MM", help=t("今天改在该时间关门。", "Close at this time today."))
@pass_session
def close_day(session: Session, reason: str | None, at: str | None) -> None:
    """Close the day, or set its closing time."""
    if at is None:
        give(session, "day.close", reason=reason)
    elif reason is None:
        give(session, "day.closing", at=at, earlier=True)
    else:
        raise WrongUse(
            "at_or_reason",
            "--at 只改关门时间，不能同时写 --reason。",
            "--at only sets the closing time; --reason belongs to closing now.",
        )


@click.group(
    "day",
    HallGroup,
    help=t("今天的办公时间。", "Today's opening hours."),
)
def day() -> None:
    """Today's opening hours."""


@day.command(
    "extend",
    cls=HallCommand,
    help=t(
        "延时服务：今天延长到 HH:MM 关门，停止取号的时间随之顺延。提前关门用 hallctl close --at。",
        "Close at HH:MM today, later than planned; the last ticket is later by as much. "
        "To close early: hallctl close --at.",
    ),
)
@click.argument("time", metavar="HH:MM")
@pass_session
def extend(session: Session, time: str) -> None:
    """Extend today's hours."""
    give(session, "day.closing", at=time)
