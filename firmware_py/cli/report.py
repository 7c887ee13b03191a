"""``hallctl report``: the day in figures, for the director."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from firmware_py.cli.base import HallCommand, Session, pass_session
from firmware_py.cli.output import say, span, table, write_json
from firmware_py.cli.words import chosen, t

__all__ = ["report"]

#: Every event of the days that are kept is counted.
REPORT_S = 120.0


@click.command("report", HallCommand, help=t("一个营业日的统计。", "A business day in figures."))
@click.option(
    "--day",
    metavar="YYYY-MM-DD",
    help=t("哪一天；默认最近一天。", "Which; the newest if not given."),
)
@pass_session
def report(session: Session, day: str | None) -> None:
    """Show the figures."""
    wanted = {"day": day} if day is not None else {}
    figures = session.client.ask("report.day", REPORT_S, **wanted)
    if session.json:
        write_json(figures)
        return
    if figures is None:
        if day is None:
            say(t("还没有营业日。", "There is no business day yet."))
        else:
            say(t(f"没有 {day} 的记录。", f"Nothing is recorded of {day}."))
        return
    names = {i["id"]: i["name"] for i in session.client.ask("item.list")["items"]}
    _summary(figures)
    for heading, key in (
        (t("按窗口", "By window"), "by_window"),
        (t("按人员", "By clerk"), "by_clerk"),
        (t("按事项", "By item"), "by_item"),
    ):
        if figures[key]:
            say()
            _tallies(heading, figures[key], names if key == "by_item" else {})


def _summary(figures: Mapping[str, Any]) -> None:
    total = figures["total"]
    mean_wait = span(figures["wait_s"] / figures["called"]) if figures["called"] else "-"
    say((figures["day"], "bold"))
    say(
        t(
            f"取号 {figures['taken']}  叫号 {figures['called']}  办结 {total['served']}  "
            f"过号 {total['missed']}  取消 {figures['cancelled']}  未办理 {figures['left']}",
            f"taken {figures['taken']}  called {figures['called']}  finished {total['served']}  "
            f"missed {total['missed']}  cancelled {figures['cancelled']}  left {figures['left']}",
        )
    )
    say(
        t(
            f"平均等候 {mean_wait}  最长等候 {span(figures['longest_wait_s'])}  "
            f"平均办理 {_mean(total)}  超时 {total['overtime']}",
            f"mean wait {mean_wait}  longest wait {span(figures['longest_wait_s'])}  "
            f"mean service {_mean(total)}  over time {total['overtime']}",
        )
    )
    say(
        t(
            f"评价 {total['rated']}  平均分 {_score(total)}  差评 {total['bad']}  "
            f"未评价 {total['unanswered']}",
            f"ratings {total['rated']}  mean {_score(total)}  bad {total['bad']}  "
            f"no answer {total['unanswered']}",
        )
    )


def _mean(tally: Mapping[str, int]) -> str:
    return span(tally["service_s"] / tally["served"]) if tally["served"] else "-"


def _score(tally: Mapping[str, int]) -> str:
    return f"{tally['score_sum'] / tally['rated']:.2f}" if tally["rated"] else "-"


def _tallies(
    heading: str, tallies: Mapping[str, Mapping[str, int]], names: Mapping[str, object]
) -> None:
    columns = (
        (heading, "wrap"),
        (t("办结", "Done"), "right"),
        (t("平均", "Mean"), "right"),
        (t("最长", "Longest"), "right"),
        (t("过号", "Missed"), "right"),
        (t("超时", "Over"), "right"),
        (t("均分", "Score"), "right"),
        (t("差评", "Bad"), "right"),
        (t("未评", "None"), "right"),
    )
    rows = [
        (
            f"{key} {chosen(names.get(key))}".strip(),
            str(tally["served"]),
            _mean(tally),
            span(tally["longest_s"]) if tally["served"] else "-",
            str(tally["missed"]),
            str(tally["overtime"]),
            _score(tally),
            str(tally["bad"]),
            str(tally["unanswered"]),
        )
        for key, tally in sorted(tallies.items(), key=lambda pair: _by_number(pair[0]))
    ]
    table(columns, rows)


def _by_number(key: str) -> tuple[int, str]:
    return (int(key) if key.isdecimal() else 1_000_000, key)
