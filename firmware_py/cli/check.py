"""``hallctl check``: what a taxpayer is asked to check on a window's outer screen (请核对)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import click

from firmware_py.cli.base import HallCommand, HallGroup, Session, pass_session
from firmware_py.cli.check_kept import CHECK_ID, list_all, show_kept
from firmware_py.cli.errors import Refused, WrongUse
from firmware_py.cli.outcome import give, say_events
from firmware_py.cli.output import say, write_json
from firmware_py.cli.sentences_checks import FIELD_NAMES, field_name, result_words
from firmware_py.cli.words import chosen, t

__all__ = ["check"]

#: Characters of a masked value that are shown, at its end.
_SHOWN = 4


@click.group(
    "check",
    HallGroup,
    help=t(
        "请纳税人在外屏核对内容。WINDOW 是窗口号。\n\n\b\n"
        "hallctl check ask 3 --field name=样张甲 --correct name\n"
        "                                     请核对姓名，可更正\n"
        "hallctl check show 3                 3 号窗口正在核对的内容\n"
        "hallctl check withdraw 3             撤回，不再核对\n"
        "hallctl check list A012              A012 今天的核对：几点、哪几项、怎样答复\n"
        "hallctl check show A012-c1           保存的核对内容，遮蔽显示\n\n"
        "内容不写入流水和日志，号票离开窗口即清除；业务事项要求留存的（keep_checks）加密保存。",
        "Have the taxpayer check something on the outer screen. WINDOW is a window's id.\n\n\b\n"
        "hallctl check ask 3 --field name=Sample --correct name\n"
        "                                     the name; it may be corrected\n"
        "hallctl check show 3                 what is checked at window 3 now\n"
        "hallctl check withdraw 3             take it back\n"
        "hallctl check list A012              A012's checks of today, and the answers\n"
        "hallctl check show A012-c1           what is kept of one, masked\n\n"
        "What is checked is in no journal and no log, and gone when the ticket leaves the window; "
        "where its item says so (keep_checks) it is kept, encrypted.",
    ),
)
def check() -> None:
    """Checks at a window."""


_window = click.argument("window", metavar=t("窗口", "WINDOW"))


@check.command(
    "ask",
    cls=HallCommand,
    help=t(
        "请窗口手中的纳税人在外屏核对。\n\n"
        "NAME 是常用名称（{names}），或直接写要显示的标签。该窗口还没有答复的核对自动撤回。\n\n"
        "命令行内容会留在历史记录中，程序请用 --file。",
        "Have the taxpayer in hand check fields on the outer screen.\n\n"
        "NAME is a usual one ({names}) or the label itself. A check that still waits for its "
        "answer at the window is taken back.\n\nWhat is on a command line stays in the shell's "
        "history: programs use --file.",
    ).format(names=", ".join(FIELD_NAMES)),
)
@_window
@click.option(
    "--field",
    "fields",
    metavar="NAME=VALUE",
    multiple=True,
    help=t("要核对的一项，可写多次。", "A field to check; again for more."),
)
@click.option(
    "--correct",
    metavar="NAME",
    multiple=True,
    help=t("纳税人可以更正这一项。", "The taxpayer may correct it."),
)
@click.option(
    "--mask",
    metavar="NAME",
    multiple=True,
    help=t("外屏上遮住这一项，按住才显示。", "Hidden on the outer screen until it is held."),
)
@click.option("--title", metavar=t("标题", "WORDS"), help=t("各项上方的标题。", "A heading above."))
@click.option(
    "--file",
    "file",
    metavar="FILE",
    type=click.File(encoding="utf-8"),
    help=t(
        "从文件读取各项（JSON 列表，同 check.ask 的 fields）；- 为标准输入。",
        "Read the fields from a file (a JSON list as check.ask takes it); - is standard input.",
    ),
)
@click.option(
    "--wait",
    is_flag=True,
    help=t("等到答复，并显示结果和更正。", "Wait for the answer; show it, with corrections."),
)
@pass_session
def ask(
    session: Session,
    window: str,
    fields: Sequence[str],
    correct: Sequence[str],
    mask: Sequence[str],
    title: str | None,
    file: Any,
    wait: bool,
) -> None:
    """Ask for a check."""
    told = _read(file) if file is not None else _typed(fields, correct, mask)
    if not wait:
        give(session, "check.ask", window=window, fields=told, title=title)
        return
    params = {"fields": told} if title is None else {"fields": told, "title": title}
    outcome = session.client.command("check.ask", window=window, **params)
    if not session.json:
        say_events(outcome)
    with suppress(KeyboardInterrupt):
        for answer in session.client.notifications("check"):
            if answer["check"] == outcome["check"]:
                _answered(session, answer)
                return


def _answered(session: Session, answer: Mapping[str, Any]) -> None:
    if session.json:
        write_json(answer)
        return
    say(result_words(answer["outcome"]))
    for name, value in answer["corrections"].items():
        say(f"  {field_name(name)}: {value}")


def _read(file: Any) -> list[dict[str, Any]]:
    try:
        told = json.load(file)
    except ValueError:
        # Without its words: they would repeat what stands in the file.
        told = None
    if not isinstance(told, list):
        raise WrongUse(
            "not_json",
            "--file 不是 JSON 列表，写法见 docs/interfaces.md 的 check.ask。",
            "--file is no JSON list; docs/interfaces.md has its form at check.ask.",
        )
    return told


def _typed(
    fields: Sequence[str], correct: Sequence[str], mask: Sequence[str]
) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = []
    names: list[str] = []
    for n, one in enumerate(fields, 1):
        name, equals, value = (part.strip() for part in one.partition("="))
        if not equals or not name:
            raise WrongUse(
                "field_form",
                f"第 {n} 个 --field 应写成 名称=内容。",
                f"The {n}. --field must be NAME=VALUE.",
            )
        zh, en = FIELD_NAMES.get(name, (name, name))
        told.append(
            {
                "id": name if name in FIELD_NAMES else f"field_{n}",
                "label": {"zh": zh, "en": en},
                "value": value,
                "correct": name in correct,
                "mask": name in mask,
            }
        )
        names.append(name)
    unknown = [name for name in (*correct, *mask) if name not in names]
    if unknown or not told:
        raise WrongUse(
            "no_such_field",
            f"没有 --field {unknown[0]}=..." if unknown else "请用 --field 写明要核对的内容。",
            f"There is no --field {unknown[0]}=..." if unknown else "Say what to check: --field.",
        )
    return told


@check.command(
    "show",
    cls=HallCommand,
    help=t(
        "窗口正在核对的内容和答复；或保存的一次核对。\n\n"
        "窗口号例如 3；核对编号例如 A012-c1，见 hallctl check list。"
        "遮蔽的内容只显示末尾，保存的全部遮蔽；--unmask 全部显示，谁查看了保存的内容会记入流水。",
        "What is checked at a window now; or one that is kept.\n\n"
        "WINDOW is such as 3, CHECK such as A012-c1 (hallctl check list). Of "
        "what is masked only the end is shown; of one that is kept all is masked. --unmask shows "
        "all of it; who read one that is kept is recorded.",
    ),
)
@click.argument("what", metavar=t("窗口|核对编号", "WINDOW|CHECK"))
@click.option(
    "--day",
    metavar="YYYY-MM-DD",
    help=t(
        "保存的核对是哪一天的；默认今天。", "The day of one that is kept; today's if not given."
    ),
)
@click.option("--unmask", is_flag=True, help=t("显示全部内容。", "Show all of it."))
@pass_session
def show(session: Session, what: str, day: str | None, unmask: bool) -> None:
    """Show a check."""
    if CHECK_ID.fullmatch(what):
        show_kept(session, what, day, unmask=unmask)
        return
    if day is not None:
        raise WrongUse(
            "day_of_kept",
            "--day 只用于保存的核对，例如 hallctl check show A012-c1 --day 2026-11-20。",
            "--day is for a check that is kept: hallctl check show A012-c1 --day 2026-11-20.",
        )
    window = what
    found = session.client.ask("check.show", window=window)["check"]
    if session.json:
        write_json(found)
        return
    if found is None:
        say(t(f"{window} 号窗口没有核对。", f"Window {window}: nothing to check."))
        return
    head = f"{found['check']}  {result_words(found['state'])}"
    say((head, "bold"), f"  {found['asked_at']}  {chosen(found['title'])}".rstrip())
    for one in found["fields"]:
        if one["value"] is None:
            say(f"  {field_name(one['id'])}")
            continue
        value, new = one["value"], one["corrected"]
        if one["mask"] and not unmask:
            value = _masked(value)
            new = None if new is None else _masked(new)
        say((f"  {chosen(one['label'])}", "dim"), f"  {value}", *_changed(new))
    if found["say"] is not None:
        say((chosen(found["say"]), "yellow"))


def _masked(value: str) -> str:
    hidden = max(len(value) - _SHOWN, 0) or len(value)
    return "*" * hidden + value[hidden:]


def _changed(new: str | None) -> list[tuple[str, str]]:
    return [] if new is None else [(t(f"  更正为 {new}", f"  corrected to {new}"), "bold")]


check.add_command(list_all)


@check.command(
    "withdraw",
    cls=HallCommand,
    help=t(
        "撤回窗口还没有答复的核对，外屏不再显示。",
        "Take back a window's check that is not answered yet.",
    ),
)
@_window
@pass_session
def withdraw(session: Session, window: str) -> None:
    """Withdraw a check."""
    found = session.client.ask("check.show", window=window)["check"]
    if found is None:
        raise Refused(
            "no_check",
            f"{window} 号窗口没有请纳税人核对的内容。",
            f"Nothing waits to be checked at window {window}.",
        )
    give(session, "check.withdraw", window=window, check=found["check"])
