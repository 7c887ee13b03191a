"""``hallctl ticket``: what a kiosk does when it is broken, and what goes wrong with numbers."""

from __future__ import annotations

from typing import Any

import click

from firmware_py.cli.base import HallCommand, HallGroup, Session, pass_session
from firmware_py.cli.errors import Refused, WrongUse
from firmware_py.cli.options import to_window
from firmware_py.cli.outcome import give, only_given
from firmware_py.cli.output import minutes, say, write_json
from firmware_py.cli.transfer import give_transfer
from firmware_py.cli.words import in_words, t

__all__ = ["ticket"]

_STATUSES = (
    "waiting", "called", "serving", "parked", "missed", "finished", "cancelled", "left",
)  # fmt: skip


@click.group(
    "ticket",
    HallGroup,
    help=t(
        "号票。NUMBER 是当天的号码，例如 A012；ITEM 是事项编号，可用 hallctl items 查找。",
        "Tickets. NUMBER is a number of the day, such as A012; ITEM is an item's id, "
        "found by hallctl items.",
    ),
)
def ticket() -> None:
    """Tickets."""


_number = click.argument("number", metavar="NUMBER")


@ticket.command("take", cls=HallCommand, help=t("取号。", "Take a ticket."))
@click.argument("item", metavar="ITEM")
@click.option(
    "--kiosk",
    metavar="ID",
    help=t("在哪台取号机出票。", "The kiosk whose printer prints it."),
)
@click.option(
    "--trait",
    "traits",
    multiple=True,
    type=click.Choice(["elderly", "disabled", "a_grade"]),
    help=t(
        "优先情形：老年人、残疾人、A级纳税人，可写多次。",
        "What entitles to a faster growing priority; may be given several times.",
    ),
)
@click.option(
    "--appointment",
    metavar="HH:MM",
    help=t("预约的时间。", "The time of an appointment."),
)
@click.option(
    "--override",
    is_flag=True,
    help=t("值班长批准：不受时间和限额约束。", "The duty manager's word against hours and quotas."),
)
@pass_session
def take(
    session: Session,
    item: str,
    kiosk: str | None,
    traits: tuple[str, ...],
    appointment: str | None,
    override: bool,
) -> None:
    """Take a ticket; the number stands alone on the first line."""
    origin = "hallctl" if kiosk is None else _known(session, kiosk)
    params: dict[str, Any] = {"item": item, "origin": origin, "traits": traits}
    if override:
        params["override"] = True
    if appointment is not None:
        params["appointment_ms"] = _appointment_ms(session, appointment)
    outcome = session.client.command("ticket.take", **only_given(params))
    if session.json:
        write_json(outcome)
        return
    for event in outcome["events"]:
        if event["type"] == "ticket.issued":
            _say_issued(event["data"])


@ticket.command(
    "jump",
    cls=HallCommand,
    help=t(
        "恢复备份之后：从大厅里最新的号票 NUMBER 之后继续发号，手中的号不会再发给别人。",
        "After a restore: go on after NUMBER, the newest slip in the hall, so that no number that "
        "somebody holds is given again.",
    ),
)
@_number
@click.option(
    "--date",
    metavar="YYYY-MM-DD",
    help=t("这些号票的日期；默认今天。", "The date of these slips; today if not given."),
)
@pass_session
def jump(session: Session, number: str, date: str | None) -> None:
    """Go on behind slips that the journal does not know."""
    give(session, "series.jump", number=number, day=date or _slips_day(session))


def _slips_day(session: Session) -> str | None:
    """Return the open day, else the hall's own date; None when even that is not known."""
    status = session.client.ask("hall.status")
    if status["day_open"]:
        return str(status["day"])
    today = str(status.get("now", ""))[:10]
    return today if today and today >= (status["day"] or "") else None


def _known(session: Session, kiosk: str) -> str:
    """Return a kiosk's id. Raises ``Refused``: else its paper would come out at another one."""
    kiosks = [one["id"] for one in session.client.ask("config.show")["kiosks"]]
    if kiosk not in kiosks:
        raise Refused(
            "unknown_kiosk",
            f"没有取号机 {kiosk}。已配置：{'、'.join(kiosks) or '无'}。",
            f"There is no kiosk {kiosk}; configured: {', '.join(kiosks) or 'none'}.",
        )
    return kiosk


def _say_issued(data: dict[str, Any]) -> None:
    say((data["number"], "bold"))
    ahead = data["ahead"]
    if data["estimate_s"] is None:
        say(t(f"前面 {ahead} 人，暂无法估计等候时间", f"{ahead} ahead, how long is not known"))
        return
    wait, sure = minutes(data["estimate_s"]), in_words(data["sure"])
    say(
        t(
            f"前面 {ahead} 人，预计等候{wait}（把握：{sure}）",
            f"{ahead} ahead, estimated wait {wait} (how sure: {sure})",
        )
    )


def _appointment_ms(session: Session, text: str) -> int:
    """Return the hall time of a time of day of today. Raises ``CliError``."""
    hours, _, minutes_ = text.partition(":")
    if not (hours.isdecimal() and minutes_.isdecimal() and int(hours) < 24 and int(minutes_) < 60):
        raise WrongUse(
            "bad_time",
            f"“{text}”不是时间，应写成 10:30。",
            f"{text} is no time of day; write 10:30.",
        )
    status = session.client.ask("hall.status")
    now = str(status.get("now", ""))[11:].split(":")
    if len(now) != 3:
        raise Refused(
            "no_clock",
            "大厅时钟尚未校准，不能按预约时间取号。",
            "The hall's clock is not set yet, so an appointment cannot be placed.",
        )
    now_s = int(now[0]) * 3600 + int(now[1]) * 60 + int(now[2])
    wanted_s = int(hours) * 3600 + int(minutes_) * 60
    return int(status["now_ms"]) + (wanted_s - now_s) * 1000


@ticket.command("show", cls=HallCommand, help=t("查看一个号。", "Show a ticket."))
@_number
@pass_session
def show(session: Session, number: str) -> None:
    """Show a ticket."""
    found = session.client.ask("ticket.show", number=number)
    if session.json:
        write_json(found)
    else:
        from firmware_py.cli.tickets_table import show_ticket

        show_ticket(found)


@ticket.command("list", cls=HallCommand, help=t("当天的号。", "The day's tickets."))
@click.option("--status", type=click.Choice(_STATUSES), help=t("只看这种状态。", "Only these."))
@pass_session
def list_all(session: Session, status: str | None) -> None:
    """List tickets."""
    found = session.client.ask("ticket.list", **only_given({"status": status}))
    if session.json:
        write_json(found)
    else:
        from firmware_py.cli.tickets_table import show_tickets

        show_tickets(found)


@ticket.command("cancel", cls=HallCommand, help=t("取消一个号。", "Cancel a ticket."))
@_number
@click.option("--reason", metavar="TEXT", help=t("原因。", "Why."))
@pass_session
def cancel(session: Session, number: str, reason: str | None) -> None:
    """Cancel a ticket."""
    give(session, "ticket.cancel", number=number, reason=reason)


@ticket.command(
    "transfer",
    cls=HallCommand,
    help=t(
        "转到别的事项或窗口，保留原来的排队时间。",
        "Send a ticket to another item or window; it keeps its place in time.",
    ),
)
@_number
@click.option("--item", metavar="ITEM", help=t("转到的事项。", "The item."))
@to_window
@pass_session
def transfer(session: Session, number: str, item: str | None, to_window: str | None) -> None:
    """Transfer a ticket."""
    give_transfer(session, number, item, to_window)


@ticket.command(
    "park", cls=HallCommand, help=t("挂起：缺资料，稍后回来。", "Park a ticket in hand.")
)
@_number
@click.option("--reason", metavar="TEXT", help=t("原因。", "Why."))
@pass_session
def park(session: Session, number: str, reason: str | None) -> None:
    """Park a ticket."""
    give(session, "ticket.park", number=number, reason=reason)


@ticket.command(
    "resume",
    cls=HallCommand,
    help=t("恢复挂起或过号的号，不用重新排队。", "Bring back a parked or missed ticket."),
)
@_number
@pass_session
def resume(session: Session, number: str) -> None:
    """Bring a ticket back."""
    give(session, "ticket.resume", number=number)


@ticket.command(
    "reprint", cls=HallCommand, help=t("重新打印号票。", "Print a ticket's paper again.")
)
@_number
@click.option("--kiosk", metavar="ID", help=t("在哪台取号机打印。", "The kiosk that prints it."))
@pass_session
def reprint(session: Session, number: str, kiosk: str | None) -> None:
    """Print a ticket again."""
    origin = None if kiosk is None else _known(session, kiosk)
    give(session, "ticket.reprint", number=number, origin=origin)
