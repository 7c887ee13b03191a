"""Whether the bench's day was as it must be. Every mistake is a sentence in both languages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from firmware_py.bench.cast import Person, Story
from firmware_py.core.rules import Text

__all__ = ["Evidence", "mistakes", "spread_mistakes"]

Event = Mapping[str, Any]

#: Of a form: one to keep, one to sign.
COPIES = 2
#: A form with sixty papers has so many; a page's picture has more.
MOST_EVENT_BYTES = 16_384


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found after the day; what a hall has not is left out.

    ``paper`` and ``reprints`` are the numbers that came out of all printers whole, in order;
    ``centre`` the CloudEvents that the consumer stored; ``lamps`` what each window's lamp showed;
    ``logs`` what each process wrote.
    """

    people: Sequence[Person]
    journal: Sequence[Event]
    verified: Mapping[str, Any]
    logs: Mapping[str, str]
    gap_seen: bool
    paper: Sequence[str] = ()
    reprints: Sequence[str] = ()
    centre: Sequence[Event] = ()
    lamps: Mapping[str, Sequence[str]] = field(default_factory=dict)
    troubles: Sequence[str] = ()
    #: What was scanned: document -> pages; and how each is kept at the end.
    scanned: Mapping[str, int] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)


def mistakes(found: Evidence) -> list[Text]:
    """Return what is wrong; empty after a good day."""
    checks = (_numbers, _paper, _centre, _journal, _endings, _stories, _papers, _logs)
    return [mistake for check in checks for mistake in check(found)]


def spread_mistakes(found: Evidence) -> list[Text]:
    """As ``mistakes``, after a day without a centre, papers to scan and an empty roll."""
    checks = (_numbers, _paper, _journal, _endings, _logs)
    return [mistake for check in checks for mistake in check(found)]


def _of(found: Evidence, kind: str) -> list[Mapping[str, Any]]:
    return [event["data"] for event in found.journal if event["type"] == kind]


def _numbers(found: Evidence) -> Iterator[Text]:
    issued = [data["number"] for data in _of(found, "ticket.issued")]
    wanted = _wanted(found)
    if issued != wanted:
        yield Text(
            f"号码不连续：应为 {len(wanted)} 个，实为 {len(issued)} 个（{' '.join(issued)}）。",
            f"Numbers are not as they must be: {len(wanted)} wanted, got {' '.join(issued)}.",
        )


def _wanted(found: Evidence) -> list[str]:
    """Return a number for each of the people, without a gap but those that a restore made."""
    numbers: list[str] = []
    count = 0
    for event in found.journal:
        if event["type"] == "series.jumped":
            count = event["data"]["count"]
        elif event["type"] == "ticket.issued" and len(numbers) < len(found.people):
            count += 1
            numbers.append(f"A{count:03}")
    lacking = len(found.people) - len(numbers)
    return numbers + [f"A{count + n:03}" for n in range(1, lacking + 1)]


def _paper(found: Evidence) -> Iterator[Text]:
    """Every number came out once; a second copy only if it says that it is one."""
    copies, marked = Counter(found.paper), Counter(found.reprints)
    for data in _of(found, "ticket.issued"):
        number = data["number"]
        plain = copies[number] - marked[number]
        if copies[number] == 0:
            yield Text(f"{number} 没有打印出来。", f"{number} never came out on paper.")
        elif plain > 1:
            yield Text(
                f"{number} 打印了 {plain} 次，却没有注明重打。",
                f"{number} came out {plain} times without being marked as a reprint.",
            )
    given = {data["number"] for data in _of(found, "ticket.issued")}
    for form in (data["form"] for data in _of(found, "form.made")):
        given.add(form)
        if copies[form] < COPIES:
            yield Text(
                f"受理单 {form} 应打印 {COPIES} 联，只打印了 {copies[form]} 联。",
                f"Form {form} has {COPIES} copies, {copies[form]} came out.",
            )
    # A printer prints what is left of a torn slip on the new roll: that piece has no number.
    for number in copies.keys() - given - {""}:
        yield Text(f"打印了没有发出的号 {number}。", f"{number} is on paper but was never given.")


def _centre(found: Evidence) -> Iterator[Text]:
    sequence = [event["seq"] for event in found.centre]
    if sequence != list(range(1, len(found.journal) + 1)):
        yield Text(
            f"市局收到的事件不连续：应为 {len(found.journal)} 条，实为 {len(sequence)} 条。",
            f"The centre has not every event once and in order: {len(found.journal)} in the "
            f"journal, {len(sequence)} there.",
        )
        return
    for here, there in zip(found.journal, found.centre, strict=True):
        if not str(there["type"]).endswith(str(here["type"])):
            yield Text(
                f"第 {here['seq']} 条事件在市局不同。",
                f"Event {here['seq']} differs at the centre.",
            )


def _journal(found: Evidence) -> Iterator[Text]:
    if found.verified["problems"]:
        said = msgspec.json.encode(found.verified).decode()
        yield Text(f"业务流水校验不通过：{said}", f"The journal does not verify: {said}")
    if found.gap_seen:
        yield Text("控制套接字上的事件不连续。", "Events on the control socket had a gap.")


def _endings(found: Evidence) -> Iterator[Text]:
    gone = {p.number for p in found.people if p.story is Story.GONE}
    finished = {data["number"] for data in _of(found, "service.finished")}
    left = {number for data in _of(found, "day.closed") for number in data["left"]}
    for person in found.people:
        if person.number in gone:
            if person.number not in left:
                yield Text(f"{person.number} 没有在关门时结清。", f"{person.number} was forgotten.")
        elif person.number not in finished:
            yield Text(f"{person.number} 没有办结。", f"{person.number} was never served.")


def _stories(found: Evidence) -> Iterator[Text]:
    """What should happen in the day did: else it shows less than it claims."""
    stories = {person.story for person in found.people}
    needed = {
        Story.CALLED_BACK: "ticket.parked",
        Story.RESUMED: "ticket.resumed",
        Story.MISSED: "ticket.returned",
        Story.GONE: "ticket.missed",
        Story.TRANSFERRED: "ticket.transferred",
    }
    for story, kind in needed.items():
        if story in stories and not _of(found, kind):
            yield Text(f"当日没有 {kind} 事件。", f"The day had no {kind}.")
    raised = _of(found, "alarm.raised")
    for level in ("amber", "red"):
        windows = {a["window"] for a in raised if a["kind"] == "service" and a["level"] == level}
        if not windows:
            yield Text(f"当日没有 {level} 超时预警。", f"The day had no {level} overtime alarm.")
        elif not any(level in found.lamps.get(window, ()) for window in windows):
            yield Text(f"{level} 预警灯没有亮。", f"No lamp showed the {level} alarm.")
    if not _of(found, "alarm.acknowledged"):
        yield Text("没有告警得到确认。", "No alarm was acknowledged.")
    if not found.reprints:
        yield Text("缺纸之后没有注明重打的号票。", "No slip was marked after the paper ran out.")
    for name in {"paper", "broker", "wall"} - set(found.troubles):
        yield Text(f"故障 {name} 没有结束。", f"The trouble {name} did not come to its end.")


def _papers(found: Evidence) -> Iterator[Text]:
    """What was scanned is recorded and whole; the centre knows of it and has none of it."""
    added = {data["document"]: data["pages"] for data in _of(found, "document.added")}
    if added != found.scanned or not added:
        yield Text(
            f"扫描的资料与流水不符：扫描 {len(found.scanned)} 份，流水 {len(added)} 份。",
            f"Documents: {len(found.scanned)} were scanned, {len(added)} are recorded.",
        )
    for document in added:
        if found.kept.get(document) != "whole":
            yield Text(f"资料 {document} 不能读取。", f"Document {document} cannot be read.")
    if added and not _of(found, "form.made"):
        yield Text("当日没有开受理单。", "The day had no acceptance form.")
    for event in found.centre:
        if len(msgspec.json.encode(event)) > MOST_EVENT_BYTES:
            yield Text(
                f"发往市局的第 {event['seq']} 条事件过大，可能含有图像。",
                f"Event {event['seq']} is so large at the centre that it may hold a picture.",
            )


def _logs(found: Evidence) -> Iterator[Text]:
    for name, log in found.logs.items():
        for line in log.splitlines():
            if _red(name, line):
                yield Text(f"{name} 的日志有错误：{line[:300]}", f"{name} logged: {line[:300]}")


def _red(name: str, line: str) -> bool:
    if name.partition("-")[0] == "halld":
        try:
            return msgspec.json.decode(line)["level"] in {"error", "critical"}
        except (msgspec.DecodeError, TypeError, KeyError):
            return bool(line.strip())
    if name == "simulators":
        return bool(line.strip())
    if name.startswith("screen-"):
        return line.startswith(("ERROR", "CRITICAL", "Traceback"))
    return "error" in line.lower()
