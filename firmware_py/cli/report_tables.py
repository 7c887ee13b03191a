"""A report as tables for the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from firmware_py.cli.output import Column, prose, say, span, table
from firmware_py.cli.words import chosen, joined, t

__all__ = [
    "category_name",
    "clock",
    "gap_words",
    "mean",
    "parts",
    "reason_words",
    "score",
    "share",
    "show_day",
    "show_span",
]

Tally = Mapping[str, Any]
Row = Mapping[str, Any]

#: So many dates without a business day are named one by one.
NAMED_DATES = 12


def show_day(figures: Row, names: Mapping[str, object]) -> None:
    """Show one business day."""
    say((figures["day"], "bold"))
    _summary(figures, names)
    _parts(figures, names)
    _note([figures])


def show_span(found: Mapping[str, Any], names: Mapping[str, object]) -> None:
    """Show several days: a row each, their total, and its parts."""
    rows, total = found["days"], found["total"]
    say((t(f"{found['first']} 至 {found['last']}", f"{found['first']} to {found['last']}"), "bold"))
    if rows:
        summed = {**total, "day": t("合计", "Total")}
        say()
        _people([*rows, summed])
        say()
        _quality([*rows, summed])
        say()
        _summary(total, names)
        _parts(total, names)
    else:
        say(t("这段时间没有营业日。", "There is no business day in this time."))
    _closed(found)
    _note(rows)


def _closed(found: Mapping[str, Any]) -> None:
    """Say which dates have no row, and why."""
    closed = found["closed"]
    if closed:
        named = [day[5:] for day in closed[:NAMED_DATES]]
        more = len(closed) - len(named)
        listed = joined(named) + (t(f"等 {len(closed)} 天", f" and {more} more") if more else "")
        prose(
            t(
                f"没有营业（节假日或未开门，不计入统计）：{listed}",
                f"No business day (a holiday, or never opened; counts nowhere): {listed}",
            )
        )
    begins = found["recorded_from"]
    if begins is not None and begins > found["first"]:
        say(t(f"{begins} 之前没有记录。", f"Nothing is recorded before {begins}."))


def _note(rows: Sequence[Row]) -> None:
    old = [row["day"] for row in rows if not row["complete"]]
    if old:
        listed, count = joined(old[:NAMED_DATES]), len(old)
        prose(
            t(
                f"≈ {listed} 共 {count} 天只留有总数，没有逐次的等候和办理时间："
                "中位数、评价分布和告警不含这些天。"
                if count <= NAMED_DATES
                else f"≈ {listed} 等 {count} 天只留有总数，没有逐次的等候和办理时间："
                "中位数、评价分布和告警不含这些天。",
                f"≈ Of {count} day{'s' if count > 1 else ''} ({listed}"
                f"{' ...' if count > NAMED_DATES else ''}) only sums were kept: "
                "medians, scores and alarms leave them out.",
            )
        )


def gap_words(row: Row) -> list[str]:
    """Return why numbers of the day are missing, a line for each reason; none without gaps."""
    passed, lost, skipped = row["passed_over"], row.get("written_off"), row.get("skipped")
    words = []
    if passed:
        words.append(
            t(
                f"恢复备份或换主控时跳过的号码：{passed} 个（可能已发出，不再使用）",
                f"numbers passed over by a restore, or when another Pi became the hub: {passed} "
                "(given perhaps, never given again)",
            )
        )
    if lost:
        words.append(
            t(
                f"设备损坏、撤出或重启而作废的预留号码：{lost} 个（当天无人再用）",
                f"lent numbers written off as their Pi was lost, taken away or restarted: {lost} "
                "(nobody gives them that day)",
            )
        )
    if skipped:
        words.append(
            t(
                f"同一次取号已有纸质号票而跳过的号码：{skipped} 个（没有纸质号票）",
                f"numbers skipped as the same person's paper has another: {skipped} (on no paper)",
            )
        )
    return words


def _summary(row: Row, names: Mapping[str, object]) -> None:
    total = row["total"]
    mean_wait = span(row["wait_s"] / row["called"]) if row["called"] else "-"
    wait = _wait(row)
    say(
        t(
            f"取号 {row['taken']}  叫号 {row['called']}  办结 {total['served']}  "
            f"过号 {total['missed']}  取消 {row['cancelled']}  未办理 {row['left']}",
            f"taken {row['taken']}  called {row['called']}  finished {total['served']}  "
            f"missed {total['missed']}  cancelled {row['cancelled']}  left {row['left']}",
        )
    )
    for words in gap_words(row):
        say((words, "yellow"))
    say(
        t(
            f"等候：平均 {mean_wait}  中位 {wait[0]}  九成不超过 {wait[1]}  最长 {wait[2]}",
            f"wait: mean {mean_wait}  median {wait[0]}  90 % within {wait[1]}  longest {wait[2]}",
        )
    )
    service = [clock(total[key], row) for key in ("median_s", "p90_s")]
    say(
        t(
            f"办理：平均 {mean(total)}  中位 {service[0]}  九成不超过 {service[1]}  "
            f"超时 {total['overtime']}",
            f"service: mean {mean(total)}  median {service[0]}  90 % within {service[1]}  "
            f"over time {total['overtime']}",
        )
    )
    scores = "  ".join(
        f"{score}★ {n}" for score, n in sorted(total["scores"].items(), reverse=True)
    )
    say(
        t(
            f"评价：{total['rated']}  参评率 {share(total)}  平均分 {score(total)}  "
            f"差评 {total['bad']}  未评价 {total['unanswered']}  {scores}",
            f"ratings: {total['rated']}  answered {share(total)}  mean {score(total)}  "
            f"bad {total['bad']}  no answer {total['unanswered']}  {scores}",
        ).rstrip()
    )
    if total["reasons"]:
        told = "  ".join(f"{reason_words(one, names)} {n}" for one, n in total["reasons"].items())
        say(t(f"差评原因：{told}", f"reasons of bad ratings: {told}"))
    seen = clock(row["median_acknowledge_s"], row)
    slowest = span(row["longest_acknowledge_s"]) or "-"
    say(
        t(
            f"告警：黄 {_known(row['amber'])}  红 {_known(row['red'])}  "
            f"已确认 {_known(row['acknowledged'])}（用时中位 {seen}，最长 {slowest}）",
            f"alarms: amber {_known(row['amber'])}  red {_known(row['red'])}  "
            f"acknowledged {_known(row['acknowledged'])} (median after {seen}, longest {slowest})",
        )
    )


def _wait(row: Row) -> tuple[str, str, str]:
    longest = span(row["longest_wait_s"]) if row["called"] else "-"
    return clock(row["median_wait_s"], row), clock(row["p90_wait_s"], row), longest


def clock(seconds: float | None, row: Row) -> str:
    """Return a duration; ``-`` where none is known, ``≈`` where it is not of all people."""
    if seconds is None:
        return "-"
    return span(seconds) if row["complete"] else f"≈{span(seconds)}"


def _known(count: int | None) -> str:
    return "-" if count is None else str(count)


def _people(rows: Sequence[Row]) -> None:
    columns: list[Column] = [
        (t("日期", "Day"), ""),
        (t("取号", "Taken"), "right"),
        (t("办结", "Done"), "right"),
        (t("过号", "Missed"), "right"),
        (t("取消", "Cancelled"), "right"),
        (t("等候中位", "Wait"), "right"),
        (t("九成内", "90 %"), "right"),
        (t("最长", "Longest"), "right"),
    ]
    table(
        columns,
        [
            (
                row["day"],
                str(row["taken"]),
                str(row["total"]["served"]),
                str(row["total"]["missed"]),
                str(row["cancelled"]),
                *_wait(row),
            )
            for row in rows
        ],
    )


def _quality(rows: Sequence[Row]) -> None:
    columns: list[Column] = [
        (t("日期", "Day"), ""),
        (t("办理中位", "Service"), "right"),
        (t("超时", "Over"), "right"),
        (t("均分", "Score"), "right"),
        (t("参评率", "Rated"), "right"),
        (t("差评", "Bad"), "right"),
        (t("黄色", "Amber"), "right"),
        (t("红色", "Red"), "right"),
        (t("确认用时", "Seen after"), "right"),
    ]
    table(
        columns,
        [
            (
                row["day"],
                clock(row["total"]["median_s"], row),
                str(row["total"]["overtime"]),
                score(row["total"]),
                share(row["total"]),
                str(row["total"]["bad"]),
                _known(row["amber"]),
                _known(row["red"]),
                clock(row["median_acknowledge_s"], row),
            )
            for row in rows
        ],
    )


def parts() -> tuple[tuple[str, str], ...]:
    """Return what a report is divided by: heading and key."""
    return (
        (t("按类别", "By category"), "by_category"),
        (t("按窗口", "By window"), "by_window"),
        (t("按人员", "By clerk"), "by_clerk"),
        (t("按事项", "By item"), "by_item"),
    )


def _parts(figures: Row, names: Mapping[str, object]) -> None:
    for heading, key in parts():
        if figures[key]:
            say()
            _tallies(heading, key, figures, names)


def reason_words(reason: str, names: Mapping[str, object]) -> str:
    """Return a reason of a bad rating in words."""
    if reason == "words":
        return t("其他（口述）", "in their own words")
    return chosen(names.get(f"reason:{reason}"), reason)


def category_name(key: str, names: Mapping[str, object]) -> str:
    """Return a category's name; items that are in none any more have a row of their own."""
    if not key:
        return t("目录中已没有的事项", "items no longer in the catalogue")
    return chosen(names.get(key), key)


def _tallies(heading: str, key: str, figures: Row, names: Mapping[str, object]) -> None:
    columns: list[Column] = [
        (heading, "wrap"),
        (t("办结", "Done"), "right"),
        (t("平均", "Mean"), "right"),
        (t("中位", "Median"), "right"),
        (t("最长", "Longest"), "right"),
        (t("过号", "Missed"), "right"),
        (t("超时", "Over"), "right"),
        (t("均分", "Score"), "right"),
        (t("差评", "Bad"), "right"),
        (t("未评", "None"), "right"),
    ]
    rows = [
        (
            label(key, name, names),
            str(tally["served"]),
            mean(tally),
            clock(tally["median_s"], figures),
            span(tally["longest_s"]) if tally["served"] else "-",
            str(tally["missed"]),
            str(tally["overtime"]),
            score(tally),
            str(tally["bad"]),
            str(tally["unanswered"]),
        )
        for name, tally in in_order(figures[key])
    ]
    table(columns, rows)


def label(key: str, name: str, names: Mapping[str, object]) -> str:
    """Return what a row of a part is called."""
    if key == "by_category":
        return category_name(name, names)
    return f"{name} {chosen(names.get(name))}".strip() if key == "by_item" else name


def in_order(tallies: Mapping[str, Tally]) -> list[tuple[str, Tally]]:
    """Return the rows of a part: numbers by their value, then words."""
    return sorted(tallies.items(), key=lambda pair: _by_number(pair[0]))


def _by_number(key: str) -> tuple[int, str]:
    return (int(key) if key.isdecimal() else 1_000_000, key)


def mean(tally: Tally) -> str:
    """Return the mean service time."""
    return span(tally["service_s"] / tally["served"]) if tally["served"] else "-"


def score(tally: Tally) -> str:
    """Return the mean rating."""
    return f"{tally['score_sum'] / tally['rated']:.2f}" if tally["rated"] else "-"


def share(tally: Tally) -> str:
    """Return how many of those asked did answer."""
    asked = tally["rated"] + tally["unanswered"]
    return f"{tally['rated'] / asked:.0%}" if asked else "-"
