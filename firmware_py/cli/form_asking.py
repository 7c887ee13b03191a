"""What goes on an acceptance form: as options say it, or asked for step by step at a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from firmware_py.cli.errors import CliError, WrongUse
from firmware_py.cli.output import say
from firmware_py.cli.words import chosen, t

__all__ = ["ask_for_form", "line_of", "paper_of"]


def paper_of(text: str) -> dict[str, Any]:
    """Return a paper of the list, ``2`` or ``2=3``. Raises ``WrongUse``."""
    place, equals, count = text.replace("＝", "=").partition("=")
    if not _is_number(place) or (equals and not _is_number(count)):
        raise WrongUse(
            "bad_paper",
            f"“{text}”应写成 清单序号 或 序号=份数，例如 2 或 2=3。",
            f'"{text}" should be a number of the list, or number=count, such as 2 or 2=3.',
        )
    return {"paper": int(place), "count": int(count) if equals else 1}


def line_of(text: str) -> dict[str, Any]:
    """Return a paper in words, ``委托书`` or ``委托书=2``; only digits at the end are a count."""
    name, equals, count = text.replace("＝", "=").rpartition("=")
    if equals and _is_number(count):
        return {"name": name.strip(), "count": int(count)}
    return {"name": text.strip(), "count": 1}


def _is_number(text: str) -> bool:
    digits = text.strip()
    return digits.isascii() and digits.isdigit() and len(digits) < 7


def ask_for_form(draft: Mapping[str, Any], params: dict[str, Any]) -> None:
    """Ask for what ``params`` of ``form.make`` lacks; ``draft`` is ``form.draft``'s answer."""
    _say_draft(draft)
    params["papers"] = _ask_papers(draft) + _ask_lines()
    if params["asked"] is None:
        params["asked"] = _ask(t("申请事由", "What is asked for"))
    if params["days"] is None:
        params["days"] = click.prompt(
            t("时限（工作日）", "Limit in working days"), type=int, default=draft["days"]
        )
    if params["come"] is None:
        usual = chosen(draft["come"])
        typed = _ask(t(f"领取结果 [{usual}]", f"Where to come [{usual}]"))
        params["come"] = typed or None
    click.confirm(t("开受理单？", "Make the form?"), default=True, abort=True)


def _say_draft(draft: Mapping[str, Any]) -> None:
    name = chosen(draft["item_name"])
    say((f"{draft['ticket']}  {name} ({draft['item']})", "bold"))
    for place, paper in enumerate(draft["papers"], 1):
        say(f"  {place}. {chosen(paper)}")
    if draft["printer"] is None:
        say(
            (
                t(
                    "这个窗口没有打印机，开单后请打印 hallctl form pdf 的文件。",
                    "This window has no printer: print the file of hallctl form pdf then.",
                ),
                "yellow",
            )
        )
    pages = sum(one["pages"] for one in draft["documents"])
    if pages:
        say(t(f"已扫描 {pages} 页", f"Pages scanned: {pages}"))


def _ask_papers(draft: Mapping[str, Any]) -> list[dict[str, Any]]:
    if not draft["papers"]:
        return []
    question = t(
        "收下哪几项（如 1 2=3；回车：全部各 1 份；0：都没有）",
        "Which papers (such as 1 2=3; Enter: one of each; 0: none)",
    )
    while True:
        typed = _ask(question).replace("，", " ").replace(",", " ").split()
        if typed == ["0"]:
            return []
        if not typed:
            return [{"paper": n, "count": 1} for n in range(1, len(draft["papers"]) + 1)]
        try:
            return [paper_of(one) for one in typed]
        except CliError as error:
            say((error.sentence, "red"))


def _ask_lines() -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = []
    question = t(
        "清单以外的资料（如 委托书=2；回车：没有了）",
        "Another paper (such as Power of attorney=2; Enter: no more)",
    )
    while typed := _ask(question):
        lines.append(line_of(typed))
    return lines


def _ask(question: str) -> str:
    return str(click.prompt(question, default="", show_default=False)).strip()
