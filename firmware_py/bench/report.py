"""The day's report, ``out/report.md`` and ``out/report.json``: figures, waits, ratings, alarms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from firmware_py.core.rules import Item, Text

__all__ = ["report_json", "report_markdown"]

Event = Mapping[str, Any]
Figures = Mapping[str, Any]

KINDS = {
    "service": Text("办理超时", "service over time"),
    "waiting": Text("等候过久", "waiting too long"),
    "idle": Text("窗口空闲", "idle window"),
    "rating": Text("差评", "bad rating"),
    "help": Text("呼叫值班长", "call for help"),
    "form": Text("受理单到期", "form due"),
}
LEVELS = {"amber": Text("黄色", "amber"), "red": Text("红色", "red")}
TALLY = (
    "办结 Done | 平均 Mean | 最长 Longest | 过号 Missed | 超时 Over time | "
    "均分 Score | 差评 Bad | 未评 No answer"
)


def report_json(
    figures: Figures, journal: Sequence[Event], items: Mapping[str, Item]
) -> dict[str, Any]:
    """Return the report as plain data. Times are seconds, names in both languages."""
    return {
        **figures,
        "mean_wait_s": round(figures["wait_s"] / figures["called"]) if figures["called"] else None,
        "waits": _waits(journal),
        "ratings": _ratings(journal),
        "alarms": list(_alarms(journal)),
        "items": {
            key: {"zh": items[key].name.zh, "en": items[key].name.en}
            for key in figures["by_item"]
            if key in items
        },
    }


def _waits(journal: Sequence[Event]) -> dict[str, int]:
    """Return from ticket to first call: how many waited up to 5, 10, 20, 30 minutes, or longer."""
    issued: dict[str, int] = {}
    counted = dict.fromkeys(("5", "10", "20", "30", "more"), 0)
    for event in journal:
        number = event["data"].get("number")
        if event["type"] == "ticket.issued":
            issued[number] = event["time_ms"]
        elif event["type"] == "ticket.called" and number in issued:
            minutes = (event["time_ms"] - issued.pop(number)) / 60_000
            span = next((str(m) for m in (5, 10, 20, 30) if minutes <= m), "more")
            counted[span] += 1
    return counted


def _ratings(journal: Sequence[Event]) -> dict[str, int]:
    scores = {
        event["data"]["number"]: str(event["data"]["score"])
        for event in journal
        if event["type"] == "rating.given"
    }
    counted = Counter(scores.values())
    none = sum(event["type"] == "rating.unanswered" for event in journal)
    return {**{str(n): counted[str(n)] for n in range(5, 0, -1)}, "none": none}


def _alarms(journal: Sequence[Event]) -> Iterator[dict[str, Any]]:
    """Yield each alarm that was raised, with who acknowledged it and when it was over."""
    for at, event in enumerate(journal):
        if event["type"] != "alarm.raised":
            continue
        data, seen, over = event["data"], None, None
        for later in journal[at + 1 :]:
            if later["data"].get("alarm") == data["alarm"]:
                if later["type"] == "alarm.acknowledged":
                    seen = {"at": later["at"], "by": later["data"]["by"]}
                elif later["type"] == "alarm.cleared":
                    over = later["at"]
                    break
        yield {
            "at": event["at"],
            "kind": data["kind"],
            "level": data["level"],
            "subject": data["subject"],
            "window": data["window"],
            "acknowledged": seen,
            "over_at": over,
        }


def report_markdown(report: Mapping[str, Any], hall: Text) -> str:
    """Return the report for people, each line in both languages."""
    return "\n".join([*_head(report, hall), *_tables(report), *_people(report)]) + "\n"


def _head(report: Mapping[str, Any], hall: Text) -> Iterator[str]:
    total = report["total"]
    yield f"# {hall.zh} {hall.en}\n"
    yield f"{report['day']} 业务日报 Report of the day\n"
    yield "| | |\n| --- | ---: |"
    for zh, en, value in (
        ("取号", "Tickets taken", report["taken"]),
        ("叫号人数", "Called", report["called"]),
        ("办结", "Finished", total["served"]),
        ("过号", "Missed", total["missed"]),
        ("取消", "Cancelled", report["cancelled"]),
        ("关门时未办理", "Left at closing", report["left"]),
        ("平均等候", "Mean wait", _span(report["mean_wait_s"])),
        ("最长等候", "Longest wait", _span(report["longest_wait_s"])),
        ("平均办理", "Mean service", _mean(total)),
        ("超时", "Over time", total["overtime"]),
        ("平均评分", "Mean rating", _score(total)),
    ):
        yield f"| {zh} {en} | {value} |"


def _tables(report: Mapping[str, Any]) -> Iterator[str]:
    names = report["items"]
    for heading, key in (
        ("窗口 Window", "by_window"),
        ("人员 Clerk", "by_clerk"),
        ("事项 Item", "by_item"),
    ):
        yield f"\n## 按{heading}\n"
        yield f"| {heading} | {TALLY} |\n| --- |{' ---: |' * 8}"
        for name, tally in sorted(report[key].items(), key=lambda pair: _order(pair[0])):
            words = names.get(name) if key == "by_item" else None
            label = f"{name} {words['zh']} {words['en']}" if words else name
            cells = (
                tally["served"],
                _mean(tally),
                _span(tally["longest_s"]) if tally["served"] else "-",
                tally["missed"],
                tally["overtime"],
                _score(tally),
                tally["bad"],
                tally["unanswered"],
            )
            yield f"| {label} | {' | '.join(str(cell) for cell in cells)} |"


def _people(report: Mapping[str, Any]) -> Iterator[str]:
    yield "\n## 等候 Waits\n"
    yield "| 分钟 Minutes | 人数 People |\n| --- | ---: |"
    for span, count in report["waits"].items():
        words = "30 以上 more than 30" if span == "more" else f"{span} 以内 up to {span}"
        yield f"| {words} | {count} |"
    yield "\n## 评价 Ratings\n"
    yield "| 分数 Score | 人数 People |\n| --- | ---: |"
    for score, count in report["ratings"].items():
        yield f"| {'未评 no answer' if score == 'none' else '★' * int(score)} | {count} |"
    yield "\n## 告警 Alarms\n"
    yield "| 时间 At | 级别 Level | 内容 What | 对象 Of | 确认 Acknowledged | 解除 Over |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for alarm in report["alarms"]:
        kind, level = KINDS[alarm["kind"]], LEVELS[alarm["level"]]
        seen = alarm["acknowledged"]
        by = f"{_clock(seen['at'])} {seen['by'].partition(':')[0]}" if seen else "-"
        of = f"{alarm['subject']}号窗口 window" if alarm["subject"].isdigit() else alarm["subject"]
        yield (
            f"| {_clock(alarm['at'])} | {level.zh} {level.en} | {kind.zh} {kind.en} | {of} | "
            f"{by} | {_clock(alarm['over_at'])} |"
        )


def _clock(at: str | None) -> str:
    return at[11:16] if at else "-"


def _span(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def _mean(tally: Figures) -> str:
    return _span(tally["service_s"] / tally["served"]) if tally["served"] else "-"


def _score(tally: Figures) -> str:
    return f"{tally['score_sum'] / tally['rated']:.2f}" if tally["rated"] else "-"


def _order(name: str) -> tuple[int, str]:
    return (int(name) if name.isdecimal() else 1_000_000, name)
