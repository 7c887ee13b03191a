"""``hallctl report`` over days: what is asked for, the tables, the file for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from firmware_py.app.figures import FORM, DayFigures, Tally
from firmware_py.app.period import add, day_view, whole_view
from firmware_py.cli.errors import WrongUse
from firmware_py.cli.report import span_of_days
from firmware_py.cli.report_csv import report_csv, write_csv
from firmware_py.cli.report_tables import gap_words, show_span
from firmware_py.cli.words import language, use
from tests.cli.hallrun import Hallctl

TODAY = date(2026, 3, 4)
NAMES = {
    "invoices": {"zh": "发票办理", "en": "Invoices"},
    "D01": {"zh": "发票领用", "en": "Blanks"},
}


@pytest.fixture
def chinese(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("LANGUAGE", "zh")
    before = language()
    use("zh")
    yield
    use(before)


@pytest.mark.parametrize(
    ("options", "first", "last"),
    [
        ({"week": "now"}, "2026-03-02", "2026-03-08"),
        ({"week": "2026-03-01"}, "2026-02-23", "2026-03-01"),
        ({"month": "now"}, "2026-03-01", "2026-03-31"),
        ({"month": "2028-02"}, "2028-02-01", "2028-02-29"),
        ({"month": "2026-12"}, "2026-12-01", "2026-12-31"),
        ({"first": "2026-02-27"}, "2026-02-27", "2026-03-04"),
        ({"first": "2026-02-27", "last": "2026-02-27"}, "2026-02-27", "2026-02-27"),
    ],
)
def test_a_span_is_the_days_that_people_mean(
    options: dict[str, str], first: str, last: str
) -> None:
    wanted = {"week": None, "month": None, "first": None, "last": None} | options
    found = span_of_days(TODAY, **wanted)
    assert found == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"week": "20260301"}, "bad_day"),
        ({"month": "2026-13"}, "bad_day"),
        ({"month": "March"}, "bad_day"),
        ({"last": "2026-03-01"}, "no_first_day"),
        ({"first": "2026-03-09"}, "bad_range"),
    ],
)
def test_a_span_that_cannot_be_is_said_so(options: dict[str, str], code: str) -> None:
    wanted = {"week": None, "month": None, "first": None, "last": None} | options
    with pytest.raises(WrongUse) as caught:
        span_of_days(TODAY, **wanted)
    assert caught.value.code == code


def served(seconds: list[int]) -> Tally:
    return Tally(
        served=len(seconds),
        service_s=sum(seconds),
        longest_s=max(seconds, default=0),
        rated=1,
        score_sum=5,
        unanswered=1,
        services={one: seconds.count(one) for one in seconds},
        scores={5: 1},
    )


def days() -> dict[str, Any]:
    """Return a report: a good day, and one that was compacted without its single waits."""
    first = DayFigures("2026-03-02", FORM, taken=3, called=3, wait_s=900, longest_wait_s=600)
    first.written_off = 19
    first.waits, first.red, first.acknowledged = {100: 1, 200: 1, 600: 1}, 1, {45: 1}
    first.total, first.by_item["D01"] = served([100, 4000]), served([100, 4000])
    first.by_clerk["=1+1"] = served([100, 4000])
    old = DayFigures("2026-03-03", 1, taken=2, called=2, wait_s=400, longest_wait_s=300)
    total = DayFigures("", FORM)
    for one in (first, old):
        add(total, one)
    return {
        "first": "2026-03-01",
        "last": "2026-03-05",
        "recorded_from": "2026-03-02",
        "days": [day_view(first), day_view(old)],
        "closed": ["2026-03-04", "2026-03-05"],
        "total": whole_view(total, {"D01": "invoices"}),
    }


def test_the_table_has_a_row_a_day_the_total_and_what_is_not_known(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, chinese: None
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    show_span(days(), NAMES)
    out = capsys.readouterr().out
    lines = [line.split() for line in out.splitlines()]
    # Taken, done, missed, cancelled; waits: median, 90 %, longest.
    assert ["2026-03-02", "3", "2", "0", "0", "3:20", "10:00", "10:00"] in lines
    assert ["2026-03-03", "2", "0", "0", "0", "-", "-", "5:00"] in lines
    assert ["合计", "5", "2", "0", "0", "≈3:20", "≈10:00", "10:00"] in lines
    assert ["发票办理", "2", "34:10", "≈1:40", "1:06:40", "0", "0", "5.00", "0", "1"] in lines
    assert "没有营业（节假日或未开门，不计入统计）：03-04、03-05" in out
    assert "2026-03-02 之前没有记录。" in out
    assert "≈ 2026-03-03 共 1 天只留有总数" in out
    assert "参评率 50%" in out
    assert "已确认 1（用时中位 ≈0:45，最长 0:45）" in out


def test_why_numbers_are_missing_has_a_line_for_each_reason(
    capsys: pytest.CaptureFixture[str], chinese: None
) -> None:
    show_span(days() | {"total": days()["total"] | {"written_off": 0}}, NAMES)
    assert "号码：" not in capsys.readouterr().out
    row = days()["total"] | {"passed_over": 50, "written_off": 19, "skipped": 1}
    assert gap_words(row) == [
        "恢复备份或换主控时跳过的号码：50 个（可能已发出，不再使用）",
        "设备损坏、撤出或重启而作废的预留号码：19 个（当天无人再用）",
        "同一次取号已有纸质号票而跳过的号码：1 个（没有纸质号票）",
    ]
    use("en")
    assert "when another Pi became the hub: 50 (given perhaps" in gap_words(row)[0]
    show_span(days() | {"total": row}, NAMES)
    assert "restarted: 19 (nobody gives them" in " ".join(capsys.readouterr().out.split())


def test_the_file_opens_in_a_chinese_spreadsheet(tmp_path: Path, chinese: None) -> None:
    file = tmp_path / "三月.csv"
    write_csv(file, days(), NAMES)
    raw = file.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf\xe6\x97\xa5\xe6\x9c\x9f,")
    assert raw.count(b"\r\n") == raw.count(b"\n") == 7
    heads, *rows = csv.reader(io.StringIO(raw.decode("utf-8-sig")))
    table = [dict(zip(heads, row, strict=True)) for row in rows]
    assert [(row["日期"], row["范围"], row["名称"]) for row in table] == [
        ("2026-03-02", "全厅", ""),
        ("2026-03-03", "全厅", ""),
        ("合计", "全厅", ""),
        ("合计", "按类别", "发票办理"),
        ("合计", "按人员", "'=1+1"),
        ("合计", "按事项", "D01 发票领用"),
    ]
    assert table[0]["等候中位数"] == "0:03:20"
    assert table[0]["最长办理"] == "1:06:40"
    assert table[0]["评价分布"] == "5★×1"
    assert table[0]["参评率"] == "50%"
    assert (table[1]["等候中位数"], table[1]["红色告警"]) == ("", "")
    assert (table[0]["作废的预留号码（设备失联）"], table[3]["重复取号跳过的号码"]) == ("19", "")
    assert not list(tmp_path.glob(".*"))


def test_one_day_in_a_file_is_named_by_its_date() -> None:
    found = days()
    one = {"days": found["days"][:1], "total": found["total"]}
    rows = list(csv.reader(io.StringIO(report_csv(one, NAMES))))
    assert {row[0] for row in rows[1:]} == {"2026-03-02"}


def test_a_running_hall_reports_its_week_month_and_file(hallctl: Hallctl, tmp_path: Path) -> None:
    number = hallctl.take()
    hallctl.events("window", "call", "6", number)
    hallctl.events("window", "start", "6")
    hallctl.events("window", "finish", "6")
    today = hallctl.ok("status")["day"]
    for options in (["--week"], ["--month"], ["--from", today, "--to", today], ["--week", today]):
        found = hallctl.ok("report", *options)
        assert [row["day"] for row in found["days"]] == [today]
        assert found["total"]["by_window"]["6"]["served"] >= 1
    file = tmp_path / "week.csv"
    shown = hallctl("report", "--week", "--csv", str(file), lang="zh")
    assert shown.code == 0
    assert f"已保存到 {file}。" in shown.out
    assert "按类别" in shown.out
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    assert hallctl("report", "--day", today, "--csv", str(file)).code == 0
    assert today in file.read_text(encoding="utf-8-sig")


def test_wrong_spans_are_wrong_use(hallctl: Hallctl) -> None:
    both = hallctl("report", "--week", "--month")
    assert (both.code, both.out) == (2, "")
    assert both.err == "Name one of --day, --week, --month, --from and --to.\n"
    assert hallctl("report", "--day", "1.3.2026", lang="zh").err == (
        "“1.3.2026”不是日期，应写成 2026-01-31。\n"
    )
    nowhere = hallctl("report", "--day", "2026-03-02", "--csv", "/nonexistent/a.csv")
    assert nowhere.out == "Nothing is recorded of 2026-03-02.\n"
    unwritable = hallctl("report", "--week", "--csv", "/nonexistent/a.csv", lang="zh")
    assert unwritable.code == 1
    assert unwritable.err.startswith("无法写入 /nonexistent/a.csv：")


def test_a_report_is_printed_on_the_halls_printer(hallctl: Hallctl) -> None:
    today = hallctl.ok("status")["day"]
    assert hallctl.ok("report", "--print") == {"day": today, "printer": "printer"}
    shown = hallctl("report", "--print", "--day", today, "--printer", "printer", lang="zh")
    assert shown.out == f"{today} 的日报已送往打印机 printer。\n"
    nowhere = hallctl("report", "--print", "--day", "2020-01-01")
    assert nowhere.out == "Nothing is recorded of that day.\n"


def test_a_report_is_one_day_on_a_ticket_printer(hallctl: Hallctl) -> None:
    assert hallctl("report", "--print", "--week").code == 2
    pad = hallctl("report", "--printer", "pad-1")
    assert (pad.code, pad.err) == (
        1,
        "pad-1 is no ticket printer in use; see hallctl devices.\n",
    )
