"""``hallctl open`` and ``hallctl close``: the business day."""

from __future__ import annotations

import click

from firmware_py.cli.base import HallCommand, Session, pass_session
from firmware_py.cli.errors import Refused
from firmware_py.cli.outcome import give
from firmware_py.cli.words import t

__all__ = ["close_day", "open_day"]


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
        "关门：结束营业日。还没办理的号逐一记录原因，不会遗忘。",
        "Close the business day. Whoever is left is recorded with the reason.",
    ),
)
@click.option(
    "--reason", metavar="TEXT", help=t("原因；默认下班。", "Why; closing time if not given.")
)
@pass_session
def close_day(session: Session, reason: str | None) -> None:
    """Close the day."""
    give(session, "day.close", reason=reason)
