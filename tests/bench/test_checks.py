"""The self-check after the day finds each thing that may go wrong, and nothing in a good day."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from firmware_py.bench.cast import Person, Story
from firmware_py.bench.checks import Evidence, mistakes
from firmware_py.core.rules import Item, Text

ITEM = Item("F01", "advice", Text("涉税政策咨询", "Advice"), 600, "advice")


FORM = ("F20261123-001",) * 2


def person(number: str, story: Story) -> Person:
    return Person(0, "kiosk-1", ITEM, (), False, 300, 10, 5, 10, True, story, number)


def events(*pairs: tuple[str, dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"seq": n, "type": kind, "data": data} for n, (kind, data) in enumerate(pairs, 1)]


def good_day() -> Evidence:
    alarm = {"kind": "service", "window": "3"}
    journal = events(
        ("ticket.issued", {"number": "A001"}),
        ("ticket.issued", {"number": "A002"}),
        ("alarm.raised", {**alarm, "level": "amber"}),
        ("alarm.raised", {**alarm, "level": "red"}),
        ("alarm.acknowledged", {}),
        ("service.finished", {"number": "A001"}),
        ("ticket.missed", {"number": "A002"}),
        ("document.added", {"document": "A001-1", "pages": 2}),
        ("form.made", {"form": "F20261123-001"}),
        ("day.closed", {"left": ["A002"]}),
    )
    return Evidence(
        people=[person("A001", Story.PLAIN), person("A002", Story.GONE)],
        journal=journal,
        verified={"problems": []},
        paper=["A001", "A002", "A002", "F20261123-001", "F20261123-001"],
        reprints=["A002"],
        centre=[{"seq": e["seq"], "type": f"cn.hall.{e['type']}"} for e in journal],
        lamps={"3": ["amber", "red"]},
        troubles=["paper", "broker", "wall"],
        logs={
            "halld": '{"level":"warning","text":"no paper"}\n',
            "simulators": "",
            "mosquitto": "1: Warning: run as root.\n",
        },
        gap_seen=False,
        scanned={"A001-1": 2},
        kept={"A001-1": "whole"},
    )


def test_a_good_day_has_no_mistakes() -> None:
    assert mistakes(good_day()) == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"paper": ["A001", *FORM], "reprints": ["A001"]}, "A002 never came out"),
        ({"paper": ["A001", "A002", "A002", *FORM], "reprints": ["A001"]}, "A002 came out 2 times"),
        ({"paper": ["A001", "A002", "A002", "A009", *FORM]}, "A009 is on paper"),
        ({"centre": []}, "not every event once and in order"),
        ({"paper": ["A001", "A002", "A002", FORM[0]]}, "has 2 copies, 1 came out"),
        ({"scanned": {}}, "0 were scanned, 1 are recorded"),
        ({"scanned": {"A001-1": 3}}, "1 were scanned, 1 are recorded"),
        ({"kept": {"A001-1": "incomplete"}}, "A001-1 cannot be read"),
        ({"verified": {"problems": ["hash"]}}, "does not verify"),
        ({"gap_seen": True}, "had a gap"),
        ({"lamps": {"3": ["amber"]}}, "No lamp showed the red"),
        ({"troubles": ["paper", "wall"]}, "trouble broker"),
        ({"logs": {"halld": '{"level":"error","text":"x"}'}}, "halld logged"),
        ({"logs": {"halld": "Traceback (most recent call last):"}}, "halld logged"),
        ({"logs": {"simulators": "Task exception was never retrieved"}}, "simulators logged"),
        ({"people": [person("A001", Story.PLAIN)] * 3}, "Numbers are not as they must be"),
        ({"people": [person("A001", Story.PLAIN), person("A002", Story.PLAIN)]}, "never served"),
        (
            {"people": [person("A001", Story.RESUMED), person("A002", Story.GONE)]},
            "no ticket.resumed",
        ),
    ],
)
def test_each_mistake_is_a_sentence_in_both_languages(changed: dict[str, Any], words: str) -> None:
    found = mistakes(replace(good_day(), **changed))
    assert len(found) == 1, found
    assert words in found[0].en
    assert any("\u4e00" <= one <= "\u9fff" for one in found[0].zh)


def test_an_event_that_differs_at_the_centre_is_named() -> None:
    day = good_day()
    centre = [dict(event) for event in day.centre]
    centre[3]["type"] = "cn.hall.alarm.cleared"
    [found] = mistakes(replace(day, centre=centre))
    assert "Event 4" in found.en


def test_a_gap_is_a_mistake_unless_a_restore_made_it() -> None:
    good = good_day()
    later = [
        {**event, "data": {**event["data"], "number": "A009"}}
        if event["data"].get("number") == "A002" and event["type"] == "ticket.issued"
        else event
        for event in good.journal
    ]
    assert any("Numbers are not" in m.en for m in mistakes(replace(good, journal=later)))
    jump = {"seq": 0, "type": "series.jumped", "data": {"count": 8}}
    restored = [later[0], jump, *later[1:]]
    assert not any("Numbers are not" in m.en for m in mistakes(replace(good, journal=restored)))
