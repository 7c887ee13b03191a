"""``hallctl items``: find what somebody came for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from firmware_py.cli.base import HallCommand, Session, pass_session
from firmware_py.cli.output import minutes, table, write_json
from firmware_py.cli.words import chosen, in_words, joined, t

__all__ = ["items", "search"]


@click.command(
    "items",
    HallCommand,
    help=t(
        "业务事项和现在的等候情况。QUERY 可以是拼音首字母、名称中的字、"
        "编号或业务类别，例如 fplq、发票、D03。",
        "The items and how long they wait now. QUERY is pinyin initials, a part of a name, an id "
        "or a category, such as fplq, invoice, D03.",
    ),
)
@click.argument("query", nargs=-1, metavar="[QUERY]")
@pass_session
def items(session: Session, query: tuple[str, ...]) -> None:
    """List items, all or those that fit."""
    answer = session.client.ask("item.list")
    names = {category["id"]: category["name"] for category in answer["categories"]}
    found = search(answer["items"], " ".join(query), names)
    if session.json:
        write_json(found)
        return
    columns = (
        (t("编号", "ID"), ""),
        (t("事项", "Item"), "wrap"),
        (t("首字母", "Initials"), ""),
        (t("等候", "Waiting"), "right"),
        (t("预计等候", "Wait"), ""),
        (t("也可", "Also"), "wrap"),
    )
    if found:
        table(columns, [_row(item) for item in found])
    else:
        click.echo(t("没有找到这样的事项。", "No item fits."))


def _row(item: Mapping[str, Any]) -> list[str]:
    return [
        item["id"],
        chosen(item["name"]),
        item["initials"],
        str(item["waiting"]),
        minutes(item["wait_s"]) if item["wait_s"] is not None else "",
        joined(in_words(place) for place in item["elsewhere"]),
    ]


def search(
    items: Sequence[Mapping[str, Any]], query: str, categories: Mapping[str, Mapping[str, str]]
) -> list[Mapping[str, Any]]:
    """Return the items that fit ``query``, the closest first, else in the catalogue's order.

    An id or initials fit from their start on, then anywhere in initials, names and categories.
    """
    wanted = query.strip().lower()
    if not wanted:
        return list(items)
    ranked = []
    for item in items:
        category = categories.get(item["category"], {})
        rank = _rank(item, category, wanted)
        if rank is not None:
            ranked.append((rank, item))
    ranked.sort(key=lambda pair: pair[0])
    return [item for _, item in ranked]


def _rank(item: Mapping[str, Any], category: Mapping[str, str], wanted: str) -> int | None:
    id_, initials, name = item["id"].lower(), item["initials"], item["name"]
    tests = (
        wanted in {id_, initials},
        id_.startswith(wanted) or initials.startswith(wanted),
        wanted in name["zh"].lower() or wanted in name["en"].lower(),
        wanted in initials,
        wanted == item["category"]
        or wanted in (category.get("zh"), category.get("en", "").lower()),
    )
    return next((rank for rank, fits in enumerate(tests) if fits), None)
