"""``hallctl report``: a day, a week, a month in figures, for the director."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click

from firmware_py.cli.base import HallCommand, Session, pass_session
from firmware_py.cli.errors import Refused, WrongUse
from firmware_py.cli.output import say, write_json
from firmware_py.cli.words import t

__all__ = ["report", "span_of_days"]

#: Every event of the days that are kept is counted.
REPORT_S = 300.0
#: What an option has that was named without a value.
_NOW = "now"
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@click.command(
    "report",
    HallCommand,
    help=t(
        "统计：默认最近一个营业日，也可按周、按月或任意时间段。\n\n"
        "等候和办理时间的中位数按全部人次计算（不是各日中位数的平均），已压缩的日子也在内。"
        "没有营业的日期单独列出，不计入统计。",
        "Figures of the newest business day, or of a week, a month, any span of days.\n\n"
        "A median is that of all people of these days, not a mean of medians; compacted days "
        "count like the others. Dates without a business day are named apart and count nowhere.",
    ),
)
@click.option("--day", metavar="YYYY-MM-DD", help=t("某一天。", "One day."))
@click.option(
    "--week",
    metavar="[YYYY-MM-DD]",
    is_flag=False,
    flag_value=_NOW,
    help=t("某天所在的一周（周一至周日）；默认本周。", "The week of a day; this one if none."),
)
@click.option(
    "--month",
    metavar="[YYYY-MM]",
    is_flag=False,
    flag_value=_NOW,
    help=t("某个月；默认本月。", "A month; this one if none is named."),
)
@click.option("--from", "first", metavar="YYYY-MM-DD", help=t("从哪天起。", "From this day on."))
@click.option(
    "--to", "last", metavar="YYYY-MM-DD", help=t("到哪天止；默认今天。", "To this day; or today.")
)
@click.option(
    "--csv",
    "csv_file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help=t("另存为 Excel 可直接打开的 CSV 文件。", "Also write a CSV file that Excel opens."),
)
@click.option(
    "--print",
    "on_paper",
    is_flag=True,
    help=t("在小票打印机上打印某一天的日报。", "Print the report of one day on a ticket printer."),
)
@click.option(
    "--printer",
    metavar="NAME",
    help=t(
        "用哪台打印机；默认为 day.report_printer，再默认为第一台取号机的打印机。",
        "On this printer; or day.report_printer, or that of the first kiosk.",
    ),
)
@pass_session
def report(
    session: Session,
    day: str | None,
    week: str | None,
    month: str | None,
    first: str | None,
    last: str | None,
    csv_file: Path | None,
    on_paper: bool,
    printer: str | None,
) -> None:
    """Show the figures."""
    if on_paper or printer is not None:
        if any(one is not None for one in (week, month, first, last, csv_file)):
            raise WrongUse(
                "print_one_day",
                "--print 打印一天的日报，只能与 --day、--printer 一起用。",
                "--print is the report of one day; it goes with --day and --printer only.",
            )
        _print(session, day, printer)
        return
    asked = [day, week, month, first or last]
    if sum(one is not None for one in asked) > 1:
        raise WrongUse(
            "one_span",
            "--day、--week、--month、--from/--to 只能选一种。",
            "Name one of --day, --week, --month, --from and --to.",
        )
    if any(one is not None for one in asked[1:]):
        span = span_of_days(_today(session), week, month, first, last)
        _span(session, *span, csv_file)
    else:
        _one_day(session, day, csv_file)


def _one_day(session: Session, day: str | None, csv_file: Path | None) -> None:
    wanted = {} if day is None else {"day": _date(day).isoformat()}
    figures = session.client.ask("report.day", REPORT_S, **wanted)
    if figures is not None and csv_file is not None:
        _write_csv(session, csv_file, {"days": [figures], "total": figures})
    if session.json:
        write_json(figures)
    elif figures is not None:
        from firmware_py.cli.report_tables import show_day

        show_day(figures, _names(session))
    elif day is None:
        say(t("还没有营业日。", "There is no business day yet."))
    else:
        say(t(f"没有 {day} 的记录。", f"Nothing is recorded of {day}."))
    _say_written(session, csv_file if figures is not None else None)


def _print(session: Session, day: str | None, printer: str | None) -> None:
    wanted = {} if day is None else {"day": _date(day).isoformat()}
    if printer is not None:
        wanted["printer"] = printer
    found = session.client.ask("report.print", REPORT_S, **wanted)
    if session.json:
        write_json(found)
    elif found is not None:
        day, name = found["day"], found["printer"]
        say(t(f"{day} 的日报已送往打印机 {name}。", f"The report of {day} goes to {name}."))
    else:
        say(t("没有这一天的记录。", "Nothing is recorded of that day."))


def _span(session: Session, first: date, last: date, csv_file: Path | None) -> None:
    found = session.client.ask(
        "report.range", REPORT_S, first=first.isoformat(), last=last.isoformat()
    )
    if csv_file is not None:
        _write_csv(session, csv_file, found)
    if session.json:
        write_json(found)
    else:
        from firmware_py.cli.report_tables import show_span

        show_span(found, _names(session))
    _say_written(session, csv_file)


def _names(session: Session) -> dict[str, Any]:
    """Return the names of items and categories, and, as ``reason:ID``, the reasons' words."""
    catalogue = session.client.ask("item.list")
    names = {one["id"]: one["name"] for one in (*catalogue["categories"], *catalogue["items"])}
    reasons = session.client.ask("rating.reasons")
    return names | {f"reason:{one['id']}": one["words"] for one in reasons}


def _today(session: Session) -> date:
    """Return the hall's own date; the newest business day where its clock is not set."""
    status = session.client.ask("hall.status")
    text = str(status.get("now") or status.get("day") or "")[:10]
    if not text:
        raise Refused(
            "no_clock",
            "大厅时钟尚未校准，请写明日期，例如 --from 2026-03-01 --to 2026-03-31。",
            "The hall's clock is not set; name the days: --from 2026-03-01 --to 2026-03-31.",
        )
    return date.fromisoformat(text)


def span_of_days(
    today: date, week: str | None, month: str | None, first: str | None, last: str | None
) -> tuple[date, date]:
    """Return the first and the last day that are meant. Raises ``WrongUse``."""
    if week is not None:
        day = today if week == _NOW else _date(week)
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    if month is not None:
        begins = today.replace(day=1) if month == _NOW else _date(f"{month}-01", month)
        after = (begins + timedelta(days=31)).replace(day=1)
        return begins, after - timedelta(days=1)
    if first is None:
        raise WrongUse(
            "no_first_day",
            "请用 --from 写明从哪天起。",
            "Say by --from on which day it begins.",
        )
    begins, ends = _date(first), today if last is None else _date(last)
    if begins > ends:
        raise WrongUse(
            "bad_range",
            f"起始日期 {begins} 晚于结束日期 {ends}。",
            f"{begins} is after {ends}.",
        )
    return begins, ends


def _date(text: str, typed: str | None = None) -> date:
    # Other forms of ISO 8601, such as 20260131, are no form of ours.
    if _DATE.fullmatch(text):
        with suppress(ValueError):
            return date.fromisoformat(text)
    shown, form = typed or text, "2026-01" if typed else "2026-01-31"
    raise WrongUse(
        "bad_day", f"“{shown}”不是日期，应写成 {form}。", f"{shown} is no date; write {form}."
    )


def _write_csv(session: Session, file: Path, found: dict[str, Any]) -> None:
    from firmware_py.cli.report_csv import write_csv

    write_csv(file, found, _names(session))


def _say_written(session: Session, file: Path | None) -> None:
    if file is not None and not session.json:
        say(t(f"已保存到 {file}。", f"Written to {file}."))
