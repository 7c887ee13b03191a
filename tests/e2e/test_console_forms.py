"""``hallctl console`` and acceptance forms; and the reason of a bad rating, where it is seen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len

from firmware_py.cli import words
from tests.e2e.scene import TODAY, Scene
from tests.e2e.test_console import HEIGHT, WIDTH, console

FORM = f"F{TODAY.replace('-', '')}"


@pytest.fixture(params=["en", "zh"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    before = words.language()
    words.use(request.param)
    yield request.param
    words.use(before)


async def test_open_forms_stand_by_their_due_date_and_one_is_done_by_a_key_and_a_yes(
    place: Path, language: str
) -> None:
    wanted = {
        "en": ("[7 Forms]", "Days left", "d done by the back office", "No form is open."),
        "zh": ("[7 受理单]", "剩余天数", "d 后台已办结", "没有未办结的受理单。"),
    }[language]
    question = {"en": f"Mark form {FORM}-002 as done?", "zh": f"把受理单 {FORM}-002 记为办结？"}
    done = {"en": f"form {FORM}-002 finished", "zh": f"受理单 {FORM}-002 办结"}
    async with Scene(place, windows=("1",)) as hall, console(hall) as screen:
        await screen.press("f7")
        await screen.shows(*wanted)
        await hall.take("D01")
        await hall.do("window.next", window="1")
        for days in (9, 1):
            papers = [{"name": "购销合同"}]
            await hall.hall.call("form.make", window="1", papers=papers, days=days)
        await screen.shows(f"{FORM}-001 ", f"{FORM}-002 ", "A001")
        # Who saw the first of them alone has marked it.
        await screen.press("home")
        text = await screen.shows(f" {FORM}-001 ", f">{FORM}-002 ", "A001")
        # What is due first is first, and marked as its alarm.
        first, second = (line for line in text.splitlines() if FORM in line)
        assert first.split()[:3] == [f">{FORM}-002", "!", "1"]
        assert second.split()[:2] == [f"{FORM}-001", "9"]
        assert [cell_len(line) for line in screen.lines] == [WIDTH] * HEIGHT
        await screen.press("d")
        await screen.shows(question[language])
        await screen.press("y")
        await screen.shows(done[language])
        await screen.shows_no(f">{FORM}-002 ")
        found = await hall.hall.call("form.find", state="open")
        assert [one["form"] for one in found["forms"]] == [f"{FORM}-001"]


async def test_the_duty_manager_reads_why_a_rating_was_bad(place: Path, language: str) -> None:
    reason = {"en": "Waited too long", "zh": "等候时间太长"}[language]
    async with Scene(place, windows=("1",)) as hall, console(hall) as screen:
        await hall.take()
        for method in ("window.next", "window.start", "window.finish"):
            await hall.do(method, window="1")
        await hall.do("rate", window="1", score=1, reason="long_wait")
        await screen.press("4")
        await screen.shows("A001", reason)
