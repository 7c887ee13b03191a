"""A report as a CSV file: UTF-8 with a byte order mark, which Excel needs to read Chinese.

One table: a row for each day, the total, then the total by category, window, clerk and item.
Times are ``h:mm:ss``, which a spreadsheet counts with; what is not known is empty.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from firmware_py.cli.report_tables import in_order, label, parts
from firmware_py.cli.whole_file import whole_file
from firmware_py.cli.words import t

__all__ = ["report_csv", "write_csv"]

#: A cell that begins so would be a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_csv(file: Path, found: Mapping[str, Any], names: Mapping[str, object]) -> None:
    """Write a report; the file appears only when it is whole. Raises ``Refused``."""
    with whole_file(file) as out:
        out.write(report_csv(found, names).encode("utf-8-sig"))


def report_csv(found: Mapping[str, Any], names: Mapping[str, object]) -> str:
    """Return the text: ``found`` has the rows ``days`` and their ``total``."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_headings())
    for row in found["days"]:
        writer.writerow(_row(row["day"], t("全厅", "hall"), "", row, row["total"]))
    total = found["total"]
    summed = t("合计", "total")
    if len(found["days"]) == 1:
        summed = found["days"][0]["day"]
    else:
        writer.writerow(_row(summed, t("全厅", "hall"), "", total, total["total"]))
    for heading, key in parts():
        for name, tally in in_order(total[key]):
            called = label(key, name, names)
            writer.writerow(_row(summed, heading, called, None, tally))
    return out.getvalue()


def _headings() -> list[str]:
    return [
        t("日期", "Day"),
        t("范围", "Of"),
        t("名称", "Name"),
        t("取号", "Taken"),
        t("叫号", "Called"),
        t("办结", "Done"),
        t("过号", "Missed"),
        t("取消", "Cancelled"),
        t("未办理", "Left"),
        t("平均等候", "Mean wait"),
        t("等候中位数", "Median wait"),
        t("九成等候不超过", "90 % of waits"),
        t("最长等候", "Longest wait"),
        t("平均办理", "Mean service"),
        t("办理中位数", "Median service"),
        t("九成办理不超过", "90 % of services"),
        t("最长办理", "Longest service"),
        t("超时", "Over time"),
        t("评价", "Ratings"),
        t("平均分", "Mean score"),
        t("差评", "Bad"),
        t("未评价", "No answer"),
        t("参评率", "Share answered"),
        t("评价分布", "Scores"),
        t("差评原因", "Reasons of bad ratings"),
        t("黄色告警", "Amber alarms"),
        t("红色告警", "Red alarms"),
        t("已确认告警", "Acknowledged"),
        t("确认用时中位数", "Median to acknowledge"),
        t("跳过的号码（恢复、换主控）", "Passed over (restore, other hub)"),
        t("作废的预留号码（设备失联）", "Written off (a Pi lost)"),
        t("重复取号跳过的号码", "Skipped (another number on paper)"),
    ]


def _row(
    day: str, of: str, name: str, row: Mapping[str, Any] | None, tally: Mapping[str, Any]
) -> list[str]:
    return [_safe(cell) for cell in (day, of, name, *_cells(row, tally))]


def _cells(row: Mapping[str, Any] | None, tally: Mapping[str, Any]) -> Iterator[str]:
    hall: Mapping[str, Any] = row or {}
    served, rated = tally["served"], tally["rated"]
    asked = rated + tally["unanswered"]
    called = hall.get("called")
    yield _count(hall.get("taken"))
    yield _count(called)
    yield str(served)
    yield str(tally["missed"])
    yield _count(hall.get("cancelled"))
    yield _count(hall.get("left"))
    yield _span(hall["wait_s"] / called if called else None)
    yield _span(hall.get("median_wait_s"))
    yield _span(hall.get("p90_wait_s"))
    yield _span(hall["longest_wait_s"] if called else None)
    yield _span(tally["service_s"] / served if served else None)
    yield _span(tally["median_s"])
    yield _span(tally["p90_s"])
    yield _span(tally["longest_s"] if served else None)
    yield str(tally["overtime"])
    yield str(rated)
    yield f"{tally['score_sum'] / rated:.2f}" if rated else ""
    yield str(tally["bad"])
    yield str(tally["unanswered"])
    yield f"{rated / asked:.0%}" if asked else ""
    yield " ".join(f"{score}★×{n}" for score, n in sorted(tally["scores"].items(), reverse=True))
    yield " ".join(f"{name}×{n}" for name, n in tally["reasons"].items())
    yield _count(hall.get("amber"))
    yield _count(hall.get("red"))
    yield _count(hall.get("acknowledged"))
    yield _span(hall.get("median_acknowledge_s"))
    for gap in ("passed_over", "written_off", "skipped"):
        yield _count(hall.get(gap))


def _count(count: int | None) -> str:
    return "" if count is None else str(count)


def _span(seconds: float | None) -> str:
    if seconds is None:
        return ""
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def _safe(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: a clerk's number is free text."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
