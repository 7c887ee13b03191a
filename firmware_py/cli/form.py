"""``hallctl form``: the acceptance form (文书受理单) for papers that stay for the back office."""

from __future__ import annotations

import sys
from typing import Any

import click

from firmware_py.cli.base import HallCommand, HallGroup, Session, pass_session
from firmware_py.cli.errors import WrongUse
from firmware_py.cli.form_asking import ask_for_form, line_of, paper_of
from firmware_py.cli.form_pages import show_form, show_forms, show_made
from firmware_py.cli.form_paper import pdf, print_again
from firmware_py.cli.form_signature import signature
from firmware_py.cli.outcome import give, only_given, say_events
from firmware_py.cli.output import say, write_json
from firmware_py.cli.words import t

__all__ = ["form"]


@click.group(
    "form",
    HallGroup,
    help=t(
        "文书受理单：收下资料，转后台办理。FORM 是单号，例如 F20261122-003，也可以是二维码的内容。",
        "Acceptance forms: papers that stay for the back office. FORM is a number such as "
        "F20261122-003, or what its QR holds.",
    ),
)
def form() -> None:
    """Acceptance forms."""


_form = click.argument("form", metavar="FORM")
_papers = click.option(
    "--paper",
    "papers",
    metavar="N[=COUNT]",
    multiple=True,
    help=t(
        "收下的资料：清单第 N 项，几份（不写即 1 份）；可写多次。",
        "A paper that was handed in: the Nth of the item's list, and how many (1 if not given).",
    ),
)
_lines = click.option(
    "--line",
    "lines",
    metavar="NAME[=COUNT]",
    multiple=True,
    help=t(
        "清单以外的资料，如 “委托书=1”；不要写姓名和证件号码。",
        "A paper that is not of the list, in words; no names and no ID numbers.",
    ),
)
_asked = click.option("--ask", "asked", metavar="TEXT", help=t("申请事由。", "What they ask for."))
_days = click.option(
    "--days",
    metavar="N",
    type=int,
    help=t(
        "时限：几个工作日；新开单不写即为法定时限。",
        "Limit in working days; a new form has the statutory one if not given.",
    ),
)
_come = click.option(
    "--come",
    metavar="TEXT",
    help=t(
        "何时何地领取结果；新开单不写即用配置中的。",
        "When and where to come for the result; a new form has the hall's words if not given.",
    ),
)
_documents = click.option(
    "--document",
    "documents",
    metavar="ID",
    multiple=True,
    help=t(
        "属于本单的扫描资料，如 A012-1，可写多次；新开单不写即为该号全部。",
        "A scanned document of it, such as A012-1, again for more; a new form has all of its "
        "ticket's if none is given.",
    ),
)


def _ticked(papers: tuple[str, ...], lines: tuple[str, ...]) -> list[dict[str, Any]]:
    return [*map(paper_of, papers), *map(line_of, lines)]


@form.command(
    "new",
    cls=HallCommand,
    help=t(
        "为窗口正在办理（或刚办结）的号开受理单。\n\n"
        "WINDOW 是窗口编号。不写 --paper 和 --line 时逐项询问。\n\n\b\n"
        'hallctl form new 3 --paper 1 --paper 2=3 --line "委托书=1" --ask "多缴退税"',
        "Make the form of the ticket in hand, or just finished.\n\n"
        "WINDOW is a window's number. Without --paper and --line everything is asked for.\n\n\b\n"
        'hallctl form new 3 --paper 1 --paper 2=3 --line "Authority" --ask "Refund"',
    ),
)
@click.argument("window", metavar="WINDOW")
@click.option(
    "--ticket",
    "number",
    metavar="NUMBER",
    help=t("本窗口办过的另一个号。", "Another one served here."),
)
@_papers
@_lines
@_asked
@_days
@_come
@_documents
@pass_session
def new(
    session: Session,
    window: str,
    number: str | None,
    papers: tuple[str, ...],
    lines: tuple[str, ...],
    asked: str | None,
    days: int | None,
    come: str | None,
    documents: tuple[str, ...],
) -> None:
    """Make a form."""
    params: dict[str, Any] = {
        "number": number,
        "papers": _ticked(papers, lines),
        "asked": asked,
        "days": days,
        "come": come,
        "documents": list(documents),
    }
    if not params["papers"] and not session.json and sys.stdin.isatty():
        draft = session.client.ask("form.draft", **only_given({"window": window, "number": number}))
        ask_for_form(draft, params)
    outcome = session.client.command("form.make", window=window, **only_given(params))
    if session.json:
        write_json(outcome)
        return
    say_events(outcome)
    made = next(e["data"]["form"] for e in outcome["events"] if e["type"] == "form.made")
    view = session.client.ask("form.show", form=made)
    same = session.client.ask(
        "form.find", ticket=view["ticket"], since=view["day"], state="open", limit=10
    )
    show_made(view, [one["form"] for one in same["forms"] if one["form"] != made])


@form.command(
    "show",
    cls=HallCommand,
    help=t(
        "查看受理单；--version 查看旧版，--history 列出经过。",
        "Show a form, an earlier version, or its history.",
    ),
)
@_form
@click.option("--version", metavar="N", type=int, help=t("第几版。", "Which version."))
@click.option("--history", is_flag=True, help=t("经过：何时、何人、做了什么。", "When, who, what."))
@pass_session
def show(session: Session, form: str, version: int | None, history: bool) -> None:
    """Show a form."""
    found = session.client.ask(
        "form.show", **only_given({"form": form, "version": version, "history": history or None})
    )
    if session.json:
        write_json(found)
    else:
        show_form(found)


@form.command(
    "find",
    cls=HallCommand,
    help=t(
        "查找受理单，新的在前。\n\nNUMBER 是单号或其中一部分。不写 --since 时，不含早已办结的。",
        "Find forms, the newest first. NUMBER is a number or a part of one. Without --since those "
        "that were over long ago are left out.",
    ),
)
@click.argument("number", metavar="[NUMBER]", required=False)
@click.option("--ticket", metavar="NUMBER", help=t("号票号码。", "The ticket's number."))
@click.option("--window", metavar="ID", help=t("窗口。", "The window."))
@click.option("--item", metavar="ITEM", help=t("事项编号。", "The item's id."))
@click.option(
    "--state",
    type=click.Choice(["open", "done", "withdrawn"]),
    help=t("办理中、已办结、已作废。", "Where it is in its life."),
)
@click.option(
    "--since", metavar="YYYY-MM-DD", help=t("此日起受理的。", "Made on this day or later.")
)
@click.option(
    "--due-before",
    metavar="YYYY-MM-DD",
    help=t("应在此日前办结的。", "Due before this day."),
)
@click.option(
    "--order",
    type=click.Choice(["newest", "due"]),
    help=t("新的在前（默认），或先到期的在前。", "The newest first, or what is due first."),
)
@click.option("--limit", metavar="N", type=int, help=t("最多几张。", "How many at most."))
@pass_session
def find(session: Session, /, **wanted: Any) -> None:
    """Find forms."""
    found = session.client.ask("form.find", **only_given(wanted))
    if session.json:
        write_json(found)
    else:
        show_forms(found)


@form.command(
    "done",
    cls=HallCommand,
    help=t(
        "记为办结：后台已办完，可写多个单号。\n\n"
        "--due-before 把应在此日前办结的全部记为办结，先询问；--yes 不再询问。",
        "Mark forms as done: the back office has finished them.\n\n"
        "With --due-before all that were due before that day; it asks first, unless --yes.",
    ),
)
@click.argument("forms", metavar="FORM...", nargs=-1)
@click.option(
    "--due-before",
    metavar="YYYY-MM-DD",
    help=t("应在此日前办结的全部受理单。", "All forms that were due before this day."),
)
@click.option("--yes", is_flag=True, help=t("不再询问。", "Do not ask."))
@pass_session
def done(session: Session, forms: tuple[str, ...], due_before: str | None, yes: bool) -> None:
    """Mark forms as done."""
    if bool(forms) == (due_before is not None):
        raise WrongUse(
            "form_or_date",
            "请写明单号，或用 --due-before 写明日期（二者选一）。",
            "Name the forms, or say --due-before: one of the two.",
        )
    if due_before is not None:
        forms = _due_before(session, due_before, sure=yes)
    outcomes = [session.client.command("form.done", form=one) for one in forms]
    if session.json:
        write_json(outcomes)
        return
    for outcome in outcomes:
        say_events(outcome)
    if not outcomes:
        say(t("没有这样的受理单。", "There are no such forms."))


def _due_before(session: Session, day: str, *, sure: bool) -> tuple[str, ...]:
    found = session.client.ask("form.find", state="open", due_before=day, limit=2000)
    forms = tuple(one["form"] for one in found["forms"])
    if forms and not sure:
        count = len(forms)
        question = t(
            f"把 {count} 张应在 {day} 前办结的受理单记为办结？",
            f"Mark {count} forms that were due before {day} as done?",
        )
        click.confirm(question, abort=True)
    return forms


@form.command(
    "change",
    cls=HallCommand,
    help=t(
        "改受理单：成为新的一版，并打印两联更正件。\n\n"
        "写了资料（--paper、--line）就替换整个清单；没写的不变。旧版仍可查看；"
        "已在屏上签名的，新的一版要重新签名。",
        "Change a form: a new version, printed on both copies.\n\n"
        "Papers given here (--paper, --line) replace the whole list; what is not given stays. Old "
        "versions can still be shown. One that was signed on the screen has to be signed again.",
    ),
)
@_form
@_papers
@_lines
@_asked
@_days
@_come
@_documents
@pass_session
def change(
    session: Session,
    form: str,
    papers: tuple[str, ...],
    lines: tuple[str, ...],
    asked: str | None,
    days: int | None,
    come: str | None,
    documents: tuple[str, ...],
) -> None:
    """Change a form."""
    params: dict[str, Any] = {
        "papers": _ticked(papers, lines) or None,
        "asked": asked,
        "days": days,
        "come": come,
        "documents": list(documents) or None,
    }
    # An empty text is said: it takes words off the form.
    given = {name: value for name, value in params.items() if value is not None}
    if not given:
        raise WrongUse("change_what", "请写明要改什么。", "Say what is to change.")
    outcome = session.client.command("form.change", form=form, **given)
    if session.json:
        write_json(outcome)
        return
    say_events(outcome)
    if outcome["events"]:
        show_form(session.client.ask("form.show", form=form))


@form.command(
    "withdraw", cls=HallCommand, help=t("作废受理单，不能恢复。", "Void a form, for good.")
)
@_form
@click.option("--reason", metavar="TEXT", help=t("原因。", "Why."))
@pass_session
def withdraw(session: Session, form: str, reason: str | None) -> None:
    """Withdraw a form."""
    give(session, "form.withdraw", form=form, reason=reason)


form.add_command(print_again)
form.add_command(pdf)
form.add_command(signature)
