"""A Pi follows the hub's configuration: no clock, no disk, no line of its own."""

from __future__ import annotations

import itertools
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import pytest

from firmware_py.core.edition import Edition
from firmware_py.sync.configuration import AGAIN_S, PULSE_S, ConfigurationLine, File, Wrong

Answered = Callable[[dict[str, Any] | None], None]
ONE, TWO, THREE = (Edition("E1", n, f"{n}" * 64) for n in (1, 2, 3))
OTHER_HUBS_TWO = Edition("2-standby-1", 2, "f" * 64)
BAD = Wrong("/etc/hall/hall.toml", 12, "devices.x", "wrong", "有误")


class Files:
    """The files of a Pi in memory. ``bad`` are editions that it cannot use."""

    def __init__(self) -> None:
        self.has_now: Edition | None = None
        self.bad: set[Edition] = set()
        self.parts: dict[str, bytes] = {}
        self.judged: list[Edition] = []
        self.placed: list[tuple[Edition, bool]] = []
        self.why, self.restarts = "", 0

    def has(self) -> Edition | None:
        return self.has_now

    def lacks(self, files: Sequence[File], told: Callable[[Sequence[File]], None]) -> None:
        told([one for one in files if len(self.parts.get(one.sha256, b"")) < one.size])

    def part(self, file: File, after: int, data: bytes, told: Callable[[str], None]) -> None:
        self.parts[file.sha256] = self.parts.get(file.sha256, b"")[:after] + data
        told(self.why)

    def judge(
        self, edition: Edition, files: Sequence[File], told: Callable[[Sequence[Wrong]], None]
    ) -> None:
        self.judged.append(edition)
        told([BAD] if edition in self.bad else [])

    def place(self, edition: Edition, told: Callable[[str], None], *, later: bool) -> None:
        if not self.why:
            self.has_now = edition
            self.placed.append((edition, later))
        told(self.why)

    def restart_now(self) -> None:
        self.restarts += 1


class Hub:
    """Answers at once, or when it is told to (``held``)."""

    def __init__(self) -> None:
        self.in_force: Edition | None = ONE
        self.offered: Edition | None = None
        self.later = False
        self.contents = {"aa": b"hall", "bb": bytes(200_000)}
        self.reports: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.held: list[tuple[Mapping[str, Any], Answered]] | None = None
        self.away = False

    def ask(self, question: Mapping[str, Any], within_s: float, answered: Answered) -> None:
        self.asked.append(question["what"])
        if self.held is not None:
            self.held.append((question, answered))
        else:
            answered(self.answer(question))

    def answer(self, question: Mapping[str, Any]) -> dict[str, Any] | None:
        if self.away:
            return None
        if question["what"] == "configuration":
            self.reports.append(dict(question["report"]))
            told = {"in_force": self.in_force, "offered": self.offered, "later": self.later}
            return dict[str, Any](msgspec.to_builtins(told))
        if question["what"] == "configuration.files":
            wanted = msgspec.convert(question["edition"], Edition)
            if wanted not in (self.in_force, self.offered):
                return {"gone": True}
            names = [[f"{sha}.toml", sha, len(data)] for sha, data in self.contents.items()]
            after = question["after"]
            # One name an answer: a long list comes in several.
            return {"files": names[after : after + 1], "more": after + 1 < len(names)}
        data = self.contents[question["name"]][question["after"] :][: 96 * 1024]
        return {"bytes": b64encode(data).decode()}


def pi() -> tuple[Hub, Files, ConfigurationLine]:
    hub, files = Hub(), Files()
    return hub, files, ConfigurationLine(hub.ask, files)


def refused(line: ConfigurationLine) -> list[object]:
    """Return the edition in force that a Pi cannot use, and its mistakes."""
    return [] if line.refused is None else [line.refused[0], *line.refused[1]]


def test_what_is_in_force_is_fetched_by_parts_read_put_in_place_and_told() -> None:
    hub, files, line = pi()
    line.tick(0.0)
    assert files.has_now == ONE
    assert files.parts == hub.contents
    assert hub.asked.count("configuration.part") == 1 + 3
    line.tick(1.0)
    assert hub.reports[-1]["has"] == msgspec.to_builtins(ONE)
    # Nothing is asked until it is time.
    asked = len(hub.asked)
    line.tick(2.0)
    assert len(hub.asked) == asked
    line.tick(1.0 + PULSE_S)
    assert hub.asked[asked:] == ["configuration"]


def test_what_is_offered_is_read_and_told_and_not_put_in_place() -> None:
    hub, files, line = pi()
    line.tick(0.0)
    hub.offered = TWO
    line.hint()
    line.tick(0.1)
    assert (files.judged, files.has_now) == ([ONE, TWO], ONE)
    assert hub.reports[-1]["judged"] == msgspec.to_builtins(TWO)
    assert not hub.reports[-1]["wrong"]
    hub.in_force, hub.offered = TWO, None
    line.hint()
    # It was read already.
    assert (files.judged, files.has_now) == ([ONE, TWO], TWO)


def test_a_mistake_is_told_and_nothing_changes_until_it_is_mended() -> None:
    hub, files, line = pi()
    files.has_now = hub.in_force
    hub.offered = TWO
    files.bad = {TWO}
    line.tick(0.0)
    line.tick(0.1)
    assert list(hub.reports[-1]["wrong"]) == [msgspec.to_builtins(BAD)]
    assert not refused(line), "it is not in force"
    # In force all the same: the others went on without this Pi.
    hub.in_force, hub.offered = TWO, None
    line.hint()
    assert refused(line) == [TWO, BAD]
    assert files.has_now == ONE
    line.tick(AGAIN_S / 2)
    assert files.judged == [TWO]
    files.bad.clear()
    line.tick(AGAIN_S + 1)
    assert files.has_now == TWO
    assert not refused(line)


def test_a_hint_that_comes_late_twice_or_from_a_former_hub_makes_it_ask_and_no_more() -> None:
    _, files, line = pi()
    line.tick(0.0)
    for _ in range(3):
        line.hint()
    assert (files.has_now, files.placed) == (ONE, [(ONE, False)])


def test_a_hint_at_any_moment_keeps_nothing_from_being_done() -> None:
    for moment in range(12):
        hub, files, line = pi()
        hub.held = []
        line.tick(0.0)
        for step in range(20):
            if step == moment:
                line.hint()
            if hub.held:
                question, answered = hub.held.pop(0)
                answered(hub.answer(question))
        assert files.has_now == ONE, moment


def test_of_many_in_any_order_of_answers_only_what_is_in_force_is_ever_put_in_place() -> None:
    """Every moment at which the hub may change its mind while something is under way."""
    for first, second in itertools.product(range(12), repeat=2):
        hub, files, line = pi()
        hub.held = []
        line.tick(0.0)
        for step in range(60):
            if step == first:
                hub.offered = TWO
                line.hint()
            if step == first + second:
                hub.in_force, hub.offered = THREE, None
                line.hint()
            if hub.held:
                question, answered = hub.held.pop(0)
                answered(hub.answer(question))
            line.tick(step / 10)
            assert files.has_now in (None, ONE, THREE), (first, second)
        line.tick(100.0)
        while hub.held:
            question, answered = hub.held.pop(0)
            answered(hub.answer(question))
        assert files.has_now == THREE, (first, second)
        numbers = [edition.number for edition, _ in files.placed]
        assert numbers == sorted(numbers), "an older one never follows a newer one"


def test_an_answer_of_a_hub_that_is_gone_is_asked_again_and_another_hubs_word_is_followed() -> None:
    hub, files, line = pi()
    line.tick(0.0)
    hub.away, hub.in_force = True, OTHER_HUBS_TWO
    line.lost()
    line.tick(1.0)
    assert files.has_now == ONE
    hub.away = False
    line.tick(1.0 + PULSE_S)
    line.tick(1.0 + 2 * PULSE_S)
    assert files.has_now == OTHER_HUBS_TWO


def test_a_hub_of_an_older_version_is_not_asked_all_the_time() -> None:
    files = Files()
    answers = list[int]()

    def refuse(question: Mapping[str, Any], within_s: float, answered: Answered) -> None:
        answers.append(1)
        answered({"refusal": {"code": "bad_field", "zh": "", "en": "", "data": {}}})

    line = ConfigurationLine(refuse, files)
    for tenth in range(100):
        line.tick(tenth / 10)
    assert len(answers) == 1
    assert files.has_now is None


def test_what_a_restart_between_the_steps_lost_is_done_again() -> None:
    hub, files, line = pi()
    line.tick(0.0)
    hub.offered = TWO
    line.hint()
    # Killed after its yes; meanwhile it was taken up.
    hub.in_force, hub.offered = TWO, None
    again = ConfigurationLine(hub.ask, files)
    parts = hub.asked.count("configuration.part")
    again.tick(0.0)
    assert files.has_now == TWO
    assert hub.asked.count("configuration.part") == parts, "contents are here already"


def test_what_needs_a_restart_waits_for_the_hubs() -> None:
    hub, files, line = pi()
    line.tick(0.0)
    hub.in_force, hub.later = TWO, True
    line.hint()
    assert files.placed[-1] == (TWO, True)
    assert files.restarts == 0
    line.tick(PULSE_S)
    assert files.restarts == 0
    hub.later = False
    line.tick(3 * PULSE_S)
    assert files.restarts == 1


@pytest.mark.parametrize(
    "answer",
    [
        {"in_force": 7},
        {"in_force": {"epoch": "E1", "number": "x", "digest": ""}},
        {"files": [["a", 1, 2]]},
        {"bytes": "***"},
        {"bytes": ""},
    ],
)
def test_an_answer_that_cannot_be_read_changes_nothing(answer: dict[str, Any]) -> None:
    hub, files, _ = pi()

    def ask(question: Mapping[str, Any], within_s: float, answered: Answered) -> None:
        wrong = {"in_force": "configuration", "files": "configuration.files"}
        if question["what"] == wrong.get(next(iter(answer)), "configuration.part"):
            answered(answer)
        else:
            hub.ask(question, within_s, answered)

    line = ConfigurationLine(ask, files)
    line.tick(0.0)
    assert files.has_now is None
    assert not files.judged


def test_a_full_disk_is_said_and_tried_again_later() -> None:
    hub, files, line = pi()
    files.why = "OSError: No space left on device"
    line.tick(0.0)
    asked = len(hub.asked)
    line.tick(5.0)
    assert (files.has_now, len(hub.asked)) == (None, asked)
    files.why = ""
    line.tick(AGAIN_S + 1.0)
    line.tick(AGAIN_S + 2.0)
    assert files.has_now == ONE
