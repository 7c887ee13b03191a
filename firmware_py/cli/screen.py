"""``hallctl screen``: a window's two screens: a message, the clerk's screen, its title."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import click

from firmware_py.cli.base import HallCommand, HallGroup, Session, pass_session
from firmware_py.cli.errors import WrongUse
from firmware_py.cli.output import say, write_json
from firmware_py.cli.sentences_checks import result_words
from firmware_py.cli.words import t

__all__ = ["screen"]

Place = Mapping[str, Any]

_STATES = {
    "show": ("实时显示", "live", "green"),
    "freeze": ("画面定格", "frozen", "yellow"),
    "blank": ("不显示", "blank", "dim"),
}
_CHANGES = {
    "ticket": ("在办的号有变化", "another ticket in hand, or none"),
    "message": ("留言", "message"),
    "mirror": ("同屏", "mirror"),
    "check": ("请核对", "please check"),
    "signature": ("签名", "signature"),
    "settings": ("配置有变化", "the configuration changed"),
}
#: Longer titles are none that a program has.
_MOST = 1000


@click.group(
    "screen",
    HallGroup,
    help=t(
        "窗口的双屏：给纳税人留言，同屏显示办税人员的画面，遮挡其中的区域。\n\n"
        "WINDOW 是窗口编号，例如 3。"
        "这些都不写入流水；换下一个号时，留言清除，画面先不显示，开始办理后再显示。",
        "A window's two screens: a message for the taxpayer, the clerk's screen shown to them, and "
        "what of it is hidden.\n\nWINDOW is the window's number, such as 3. Nothing of this is "
        "recorded; with the next ticket the message goes, and the clerk's screen is blank until "
        "its service begins.",
    ),
)
def screen() -> None:
    """Screens of a window."""


_window = click.argument("window", metavar="WINDOW")
_seconds = click.option(
    "--seconds",
    metavar="N",
    type=click.IntRange(1, 3600),
    help=t("多少秒后清除。", "Gone after so many seconds."),
)


@screen.command(
    "show",
    cls=HallCommand,
    help=t(
        "双屏现状；--watch 持续显示。\n\n同屏、标题、遮挡、留言，等待的核对和签名。",
        "What the two screens show now; --watch goes on.\n\n"
        "Mirror, title, what is hidden, the message, a check or signature that is waited for.",
    ),
)
@_window
@click.option("--watch", is_flag=True, help=t("持续显示变化。", "Show each change."))
@pass_session
def show(session: Session, window: str, watch: bool) -> None:
    """Show what a window's screens share."""
    if not watch:
        _tell(session, session.client.ask("screen.show", window=window))
        return
    with suppress(KeyboardInterrupt):
        _tell(session, session.client.ask("screen.watch", window=window), line=True)
        sys.stdout.flush()
        for change in session.client.notifications("screen"):
            _tell(session, change, line=True)
            sys.stdout.flush()


@screen.command(
    "message",
    cls=HallCommand,
    help=t(
        "给纳税人留言，换号时清除。\n\n"
        "显示在外屏下方，200 字以内，不能有证件号码；不写 TEXT 立即清除。",
        "A message for the taxpayer, until the next ticket.\n\n"
        "It stands at the foot of the outer screen: 200 characters at most, no ID number. Without "
        "TEXT it is taken away.",
    ),
)
@_window
@click.argument("text", metavar="[TEXT]", default="")
@_seconds
@pass_session
def message(session: Session, window: str, text: str, seconds: int | None) -> None:
    """Show a message."""
    asked = {} if seconds is None else {"seconds": seconds}
    _tell(session, session.client.ask("screen.message", window=window, text=text, **asked))


@screen.command(
    "mirror",
    cls=HallCommand,
    help=t(
        "办税人员的画面：实时显示、定格、不显示。\n\n"
        "show 实时显示，freeze 停在现在的画面，blank 不显示；手中没有号时总是不显示。",
        "Show, freeze or blank the clerk's screen.\n\n"
        "show: live; freeze: the picture stays as it is now; blank: none of it. With no ticket in "
        "hand it is always blank, whatever is said.",
    ),
)
@_window
@click.argument("state", metavar="show|freeze|blank", type=click.Choice(list(_STATES)))
@pass_session
def mirror(session: Session, window: str, state: str) -> None:
    """Show, freeze or blank the clerk's screen."""
    _tell(session, session.client.ask("screen.mirror", window=window, state=state))


@screen.command(
    "title",
    cls=HallCommand,
    help=t(
        "电脑上当前程序的标题，用来选择遮挡区域。\n\n"
        "与配置中 mirror 的 masks 的 title 比较。不写 TITLE 表示不知道，所有区域都遮挡。\n\n"
        "--stdin：每行一个标题，输入结束即不知道，例如由电脑上的小程序经 ssh 持续送来。",
        "Tell which program is in front on the clerk's PC.\n\n"
        "It chooses what is hidden: TITLE is held against the title of each of the mirror's masks "
        "in the configuration. "
        "Without it the program counts as unknown, and every masked area is hidden.\n\n"
        "--stdin: a title a line, unknown again once the input ends; for a small program on the "
        "clerk's PC, over ssh.",
    ),
)
@_window
@click.argument("title", metavar="[TITLE]", default="")
@click.option(
    "--stdin", "from_stdin", is_flag=True, help=t("从标准输入逐行读取。", "Read line by line.")
)
@_seconds
@pass_session
def title(session: Session, window: str, title: str, from_stdin: bool, seconds: int | None) -> None:
    """Say which program is before the clerk."""
    asked = {} if seconds is None else {"seconds": seconds}
    if not from_stdin:
        _tell(session, session.client.ask("screen.title", window=window, title=title, **asked))
        return
    if title:
        raise WrongUse(
            "title_or_stdin",
            "TITLE 与 --stdin 只能选一个。",
            "TITLE or --stdin: one of the two.",
        )
    try:
        for line in sys.stdin:
            session.client.ask("screen.title", window=window, title=line.strip()[:_MOST], **asked)
    except KeyboardInterrupt:
        pass
    finally:
        session.client.ask("screen.title", window=window, title="")


def _tell(session: Session, found: Place, *, line: bool = False) -> None:
    if session.json:
        write_json(found, line=line)
        return
    if "change" in found:
        zh, en = _CHANGES.get(found["change"], (found["change"], found["change"]))
        say((t(f"—— {zh}", f"-- {en}"), "dim"))
    shown = found["mirror"]
    zh, en, style = _STATES[shown["state"]]
    say((t(f"{found['window']} 号窗口", f"Window {found['window']}"), "bold"))
    say((t("同屏  ", "mirror   "), "dim"), (t(zh, en), style))
    unknown = t("不知道（全部遮挡）", "not known: every masked area is hidden")
    hidden = sum(len(mask["areas"]) for mask in shown["hide"])
    if shown["title"] or hidden:
        say((t("标题  ", "title    "), "dim"), shown["title"] or (unknown, "yellow"))
    if hidden:
        say((t("遮挡  ", "hidden   "), "dim"), t(f"{hidden} 处", f"areas: {hidden}"))
    if found["message"] is not None:
        say((t("留言  ", "message  "), "dim"), found["message"]["text"])
    # Which, never what stands in it: hallctl check show has that.
    if (asked := found.get("check")) is not None:
        say((t("核对  ", "check    "), "dim"), f"{asked['check']}  {result_words(asked['state'])}")
    if (form := found.get("signature")) is not None:
        words = t(f"{form['form']}  等待签名", f"{form['form']}  waits for the signature")
        say((t("签名  ", "sign     "), "dim"), words)
