"""``hallctl card``: the card at a window or a kiosk, as its clerk or its screen sees it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import click

from firmware_py.cli.base import HallCommand, Session, pass_session
from firmware_py.cli.errors import WrongUse
from firmware_py.cli.output import say, write_json
from firmware_py.cli.words import chosen, in_words, joined, t

__all__ = ["FIELDS", "card", "show_place"]

Place = Mapping[str, Any]


@click.command(
    "card",
    cls=HallCommand,
    help=t(
        "窗口或取号机上的证件。PLACE 是窗口编号或取号机编号，例如 3、kiosk-1。\n\n"
        "证件内容只供办理当前业务，不写入日志；--watch 持续显示，Ctrl-C 结束。",
        "The card at a window or a kiosk; PLACE is its id, such as 3 or kiosk-1.\n\n"
        "What stands on it is for the transaction in hand and in no log; --watch goes on until "
        "Ctrl-C.",
    ),
)
@click.argument("place", metavar="PLACE")
@click.option("--watch", is_flag=True, help=t("持续显示变化。", "Show each change."))
@click.option("--forget", is_flag=True, help=t("立即清除。", "Let go of it at once."))
@pass_session
def card(session: Session, place: str, watch: bool, forget: bool) -> None:
    """Show a place's card."""
    windows = [one["id"] for one in session.client.ask("window.list")]
    show_place(session, {"window" if place in windows else "kiosk": place}, watch, forget)


def show_place(session: Session, where: dict[str, Any], watch: bool, forget: bool) -> None:
    """Show the card at ``where`` (``window`` or ``kiosk``), each change, or let go of it."""
    if watch and forget:
        raise WrongUse(
            "watch_or_forget",
            "--watch 与 --forget 只能选一个。",
            "--watch or --forget: one of the two.",
        )
    kind = next(iter(where))
    if forget:
        _show(session, session.client.ask("card.forget", **where))
    elif not watch:
        _show(session, session.client.ask(f"{kind}.card", **where))
    else:
        with suppress(KeyboardInterrupt):
            _show(session, session.client.ask("card.watch", **where), line=True)
            for change in session.client.notifications("card"):
                _show(session, change, line=True)
                sys.stdout.flush()


def _show(session: Session, found: Place, *, line: bool = False) -> None:
    if session.json:
        write_json(found, line=line)
        return
    if "change" in found:
        zh, en = _CHANGES[found["change"]]
        say((t(f"—— {zh}", f"-- {en}"), "dim"))
    if "window" in found:
        _window(found)
    else:
        _kiosk(found)
    for told in (found["say"], found.get("note"), *found.get("notes", ())):
        if told is not None:
            say((chosen(told), "yellow"))


#: What an item may keep of a card (``keep`` in the catalogue), as it is called at a counter.
FIELDS = {
    "name": ("姓名", "name"),
    "name_zh": ("中文姓名", "Chinese name"),
    "sex": ("性别", "sex"),
    "birth": ("出生日期", "date of birth"),
    "nation": ("民族", "nation"),
    "country": ("国籍", "country"),
    "address": ("住址", "address"),
    "number": ("证件号码", "number"),
    "pass_number": ("通行证号码", "pass number"),
    "issues": ("签发次数", "times issued"),
    "authority": ("签发机关", "issuing authority"),
    "valid_from": ("有效期起", "valid from"),
    "valid_to": ("有效期止", "valid to"),
}

_CHANGES = {
    "laid": ("放上证件", "a card was laid"),
    "changed": ("有变化", "changed"),
    "gone": ("已清除", "gone"),
}


def _window(found: Place) -> None:
    window, ticket, fields = found["window"], found["ticket"], found["card"]
    in_hand = t(f"，在办 {ticket}", f", {ticket} in hand") if ticket else ""
    if fields is None:
        say(t(f"{window} 号窗口没有证件{in_hand}。", f"Window {window}: no card{in_hand}."))
        return
    head = t(f"{window} 号窗口{in_hand}", f"Window {window}{in_hand}")
    lifted = "" if found["lies"] else t("（已拿起）", " (lifted)")
    say((f"{head}  {chosen(fields['kind'])}{lifted}", "bold"))
    for zh, en, value in _rows(fields):
        say((t(zh, f"{en:8}"), "dim"), f"  {value}")
    if fields["expired"]:
        say((t("证件已过有效期。", "The card has expired."), "bold red"))
    if found["same_person"] is False:
        say((t("不是取号人的证件。", "Not the card of whoever took the ticket."), "bold red"))
    elif found["same_person"]:
        say((t("与取号人一致。", "The person who took the ticket."), "green"))
    _entitled(found["traits"])
    for one in found["appointments"]:
        say(
            t(
                f"预约 {one['time']}，事项 {one['item']}",
                f"appointment {one['time']}, {one['item']}",
            )
        )
    if found["keeps"]:
        kept = joined(t(*FIELDS[name]) for name in found["keeps"])
        say(t(f"办结时加密留存：{kept}", f"kept, encrypted, at the end: {kept}"))


def _rows(fields: Place) -> list[tuple[str, str, str]]:
    until = fields["valid_to"] or t("长期", "without end")
    name = fields["name"] + (f"  {fields['name_zh']}" if fields["name_zh"] else "")
    rows = [
        ("姓名", "name", name),
        ("性别", "sex", chosen(fields["sex"])),
        ("民族", "nation", chosen(fields["nation"])),
        ("国籍", "country", fields["country"] or ""),
        ("出生", "birth", fields["birth"]),
        ("住址", "address", fields["address"] or ""),
        ("号码", "number", fields["number_masked"]),
        ("有效", "valid", f"{fields['valid_from']} - {until}"),
    ]
    return [row for row in rows if row[2]]


def _kiosk(found: Place) -> None:
    kiosk = found["kiosk"]
    if not found["there"]:
        say(t(f"{kiosk}：没有人刷证。", f"{kiosk}: nobody's card or code."))
        return
    who = found["number_masked"] or t("预约码", "a code")
    say((t(f"{kiosk}：{who}", f"{kiosk}: {who}"), "bold"))
    _entitled(found["traits"])
    if found["appointment"] is not None:
        one = found["appointment"]
        say(
            t(
                f"预约 {one['time']}，事项 {one['item']}",
                f"appointment {one['time']}, {one['item']}",
            )
        )


def _entitled(traits: list[str]) -> None:
    if traits:
        words = joined(in_words(one, "trait") for one in traits)
        say(t(f"优先：{words}", f"priority: {words}"))
