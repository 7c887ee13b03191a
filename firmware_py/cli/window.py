"""``hallctl window``: what a clerk does at the pad, and what the duty manager decides."""

from __future__ import annotations

import click

from firmware_py.cli.base import HallCommand, HallGroup, Session, pass_session
from firmware_py.cli.errors import Refused, WrongUse
from firmware_py.cli.options import to_window
from firmware_py.cli.outcome import give
from firmware_py.cli.output import write_json
from firmware_py.cli.transfer import give_transfer
from firmware_py.cli.words import t

__all__ = ["window"]


@click.group(
    "window",
    HallGroup,
    help=t(
        "窗口。WINDOW 是窗口编号，例如 3。",
        "Windows. WINDOW is a window's number, such as 3.",
    ),
)
def window() -> None:
    """Windows."""


_window = click.argument("window", metavar="WINDOW")


def _simple(name: str, method: str, zh: str, en: str) -> None:
    """Add a command that takes a window and nothing else."""

    @window.command(name, cls=HallCommand, help=t(zh, en))
    @_window
    @pass_session
    def command(session: Session, window: str) -> None:
        give(session, method, window=window)


def _in_hands(name: str, method: str, zh: str, en: str) -> None:
    """Add a command about the ticket in hand, which may be named."""

    @window.command(name, cls=HallCommand, help=t(zh, en))
    @_window
    @click.option(
        "--number",
        metavar="NUMBER",
        help=t("手中是这个号才执行。", "Only if this ticket is the one in hand."),
    )
    @pass_session
    def command(session: Session, window: str, number: str | None) -> None:
        give(session, method, window=window, number=number)


@window.command("list", cls=HallCommand, help=t("所有窗口现状。", "All windows as they are."))
@pass_session
def show_all(session: Session) -> None:
    """List the windows."""
    windows = session.client.ask("window.list")
    if session.json:
        write_json(windows)
    else:
        from firmware_py.cli.windows_table import show_windows

        show_windows(windows)


@window.command("open", cls=HallCommand, help=t("开放窗口。", "Open a window."))
@_window
@click.option("--clerk", metavar="TEXT", help=t("办税人员工号。", "The clerk's number."))
@pass_session
def open_window(session: Session, window: str, clerk: str | None) -> None:
    """Open a window."""
    give(session, "window.open", window=window, clerk=clerk)


_simple("pause", "window.pause", "暂停窗口（在办的号可继续办完）。", "Send a window on a break.")
_simple("resume", "window.resume", "恢复暂停的窗口。", "End a window's break.")
_simple("close", "window.close", "关闭窗口（手中没有号时）。", "Close a window that has nobody.")
_simple("next", "window.next", "叫下一个号。", "Call the next ticket.")


@window.command("call", cls=HallCommand, help=t("点名叫某个号。", "Call a ticket by its number."))
@_window
@click.argument("number", metavar="NUMBER")
@pass_session
def call(session: Session, window: str, number: str) -> None:
    """Call a named ticket."""
    give(session, "window.call", window=window, number=number)


_in_hands("recall", "window.recall", "重呼手中的号。", "Call the ticket in hand again.")
_in_hands("start", "window.start", "开始办理：叫到的人来了。", "Start: the person called is here.")
_in_hands("finish", "window.finish", "办结手中的业务。", "Finish the transaction in hand.")
_in_hands("missed", "window.missed", "过号：叫到的人没有来。", "The person called did not come.")


def _in_hand(session: Session, window: str) -> str:
    """Return the ticket that a window has in hand. Raises ``Refused``."""
    from firmware_py.core.refusals import refuse

    for found in session.client.ask("window.list"):
        if found["id"] == window:
            if found["ticket"] is not None:
                return str(found["ticket"])
            no = refuse("nobody_in_hand", window=window)
            break
    else:
        no = refuse("unknown_window", window=window)
    raise Refused(no.code, no.zh, no.en, no.data)


@window.command(
    "park", cls=HallCommand, help=t("挂起手中的号：缺资料，稍后回来。", "Park the ticket in hand.")
)
@_window
@click.option("--reason", metavar="TEXT", help=t("原因。", "Why."))
@pass_session
def park(session: Session, window: str, reason: str | None) -> None:
    """Park what the window has in hand."""
    number = _in_hand(session, window)
    give(session, "ticket.park", number=number, reason=reason, at=window)


@window.command(
    "transfer",
    cls=HallCommand,
    help=t(
        "把手中的号转到别的事项或窗口，保留原来的排队时间。",
        "Send the ticket in hand to another item or window; it keeps its place in time.",
    ),
)
@_window
@click.option("--item", metavar="ITEM", help=t("转到的事项。", "The item."))
@to_window
@pass_session
def transfer(session: Session, window: str, item: str | None, to_window: str | None) -> None:
    """Transfer what the window has in hand."""
    number = _in_hand(session, window)
    give_transfer(session, number, item, to_window, at=window)


@window.command(
    "skills",
    cls=HallCommand,
    help=t(
        "改变窗口办理的业务类别（SKILL，可写多个）；--all 为全部。",
        "Change what a window takes (SKILL, one or more); --all is everything.",
    ),
)
@_window
@click.argument("skills", nargs=-1, metavar="[SKILL]...")
@click.option("--all", "everything", is_flag=True, help=t("办理全部事项。", "It takes everything."))
@pass_session
def skills(session: Session, window: str, skills: tuple[str, ...], everything: bool) -> None:
    """Set a window's skills."""
    if bool(skills) == everything:
        raise WrongUse(
            "skills_or_all",
            "请写明业务类别，或用 --all 表示全部（二者选一）。",
            "Name the skills, or say --all for everything: one of the two.",
        )
    # Not given is everything.
    give(session, "window.skills", window=window, skills=list(skills) or None)


@window.command(
    "card",
    cls=HallCommand,
    help=t("窗口上的证件；--watch 持续显示。", "The card at a window; --watch goes on."),
)
@_window
@click.option("--watch", is_flag=True, help=t("持续显示变化。", "Show each change."))
@click.option("--forget", is_flag=True, help=t("立即清除。", "Let go of it at once."))
@pass_session
def card(session: Session, window: str, watch: bool, forget: bool) -> None:
    """Show a window's card."""
    from firmware_py.cli.card import show_place

    show_place(session, {"window": window}, watch, forget)


_simple("help", "window.help", "窗口呼叫值班长。", "Call the duty manager to a window.")
_simple(
    "ask-rating",
    "window.ask_rating",
    "请评价器询问评价；手中的业务随之办结，手中没有号时再问上一位。",
    "Ask for the rating: ends the service in hand; with nothing in hand, asks the last one again.",
)
