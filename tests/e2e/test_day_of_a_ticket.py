"""From the press of a button to the rating at the centre, through every process and port."""

from __future__ import annotations

import json
import signal
from pathlib import Path

from tests.e2e.scene import TODAY, Scene, lines_of, until


async def test_a_pressed_button_puts_a_ticket_on_paper(place: Path) -> None:
    async with Scene(place) as hall:
        await hall.press("kiosk-1-button")
        await hall.on_paper("A001")
        slip = (await hall.seen("printer"))["last"]
        assert slip[:3] == ["国家税务总局示范市税务局办税服务厅", "A001", "涉税政策咨询"]
        assert slip[4:6] == ["下一位就是您", "You are next"]
        assert f"[qr {TODAY}/A001]" in slip
        assert (await hall.seen("printer"))["reprints"] == []
        issued = (await hall.journal())[-1]
        assert (issued["type"], issued["by"]) == ("ticket.issued", "kiosk-1-button")
        assert issued["data"]["origin"] == "kiosk-1"


async def test_the_second_kiosk_prints_on_its_own_narrow_paper(place: Path) -> None:
    async with Scene(place) as hall:
        assert await hall.take("A01", "kiosk-2") == "A001"
        await hall.on_paper("A001", "printer-2")
        papers = "".join((await hall.seen("printer-2"))["last"])
        assert "营业执照副本" in papers
        assert (await hall.seen("printer"))["numbers"] == []


async def test_the_pads_next_key_shows_the_call_on_wall_strip_and_pad(place: Path) -> None:
    async with Scene(place, windows=("1", "3")) as hall:
        assert [await hall.take() for _ in range(3)] == ["A001", "A002", "A003"]
        await hall.shows("pad-3", waiting="3", number="")
        await hall.press("pad-3", "next")
        await hall.shows("led-wall", lines=["请A001号到3号窗口", "", "", ""])
        await hall.shows("strip-3", lines=["A001"], colours=["red"])
        await hall.shows("pad-3", waiting="2", number="001")
        await hall.shows("pad-1", waiting="2", number="")
        await hall.press("pad-1", "next")
        await hall.shows("led-wall", lines=["请A002号到1号窗口", "请A001号到3号窗口", "", ""])
        await hall.press("pad-3", "recall")
        await hall.shows("led-wall", lines=["请A001号到3号窗口", "请A002号到1号窗口", "", ""])
        await hall.shows("strip-3", lines=["A001"])
        await hall.shows("strip-2", lines=["暂停服务"])


async def test_a_service_ends_with_a_rating_at_the_pad_and_all_of_it_at_the_centre(
    place: Path,
) -> None:
    async with Scene(place, broker=True, windows=("3",)) as hall:
        centre, file = hall.centre()
        await hall.press("kiosk-1-button")
        await hall.on_paper("A001")
        await hall.press("pad-3", "next")
        await hall.shows("strip-3", lines=["A001"])
        await hall.do("window.start", window="3")
        await hall.press("pad-3", "finish")
        await hall.shows("pad-3", rating_open=True)
        await hall.shows("strip-3", lines=["3号窗口"], colours=["green"])
        await hall.press("pad-3", "rating", 5)
        await hall.shows("pad-3", rating_open=False, stars=5)
        await hall.centre_has_all(centre, file)
        stored = lines_of(file)
        story = [e["type"].rpartition("hall.")[2] for e in stored if "A001" in json.dumps(e)]
        assert story == [
            "ticket.issued",
            "ticket.called",
            "service.started",
            "service.finished",
            "rating.asked",
            "rating.given",
        ]
        assert centre.counts.lost == []
        assert stored[-1]["data"] == {
            "number": "A001",
            "window": "3",
            "score": 5,
            "bad": False,
            "reason": "",
            "late": False,
        }


async def test_a_score_nobody_gave_is_recorded_as_no_answer(place: Path) -> None:
    async with Scene(place, windows=("1",), more="\n[rating]\nwait_s = 1\n", changes=[
        ("[rating]\nscores = 5\nbad = 2\n", ""),
    ]) as hall:  # fmt: skip
        await hall.take()
        await hall.do("window.next", window="1")
        await hall.do("window.finish", window="1")

        async def unanswered() -> bool:
            shown = await hall.hall.call("ticket.show", number="A001")
            return shown["rating_state"] == "none" and shown["rating"] is None

        await until(unanswered)


async def test_hallctl_says_why_and_how_the_hall_is_in_both_languages(place: Path) -> None:
    async with Scene(place, windows=("3",)) as hall:
        await hall.take()
        await hall.take(traits=["elderly"])
        await hall.do("window.next", window="3")
        in_chinese = await hall.hallctl("why", "A001", lang="zh")
        assert in_chinese.code == 0
        assert "A001" in in_chinese.out
        called = {n: (await hall.hallctl("why", n)).out for n in ("A001", "A002")}
        assert any("was called to window 3" in words for words in called.values())
        shown = await hall.hallctl("status", "--json")
        found = json.loads(shown.out)
        assert (found["mode"], found["taken"], found["waiting"]) == ("normal", 2, 1)
        assert found["day"] == TODAY
        assert (await hall.hallctl("why", "Z999")).code == 1


async def test_a_day_with_many_people_reaches_the_centre_gap_free(place: Path) -> None:
    windows = [str(n) for n in range(1, 16)]
    async with Scene(place, broker=True, windows=windows) as hall:
        centre, file = hall.centre()
        numbers = [await hall.take(origin=f"kiosk-{1 + n % 2}") for n in range(40)]
        for turn in range(3):
            for window in windows:
                if turn:
                    await hall.press(f"pad-{window}", "finish")
                    await hall.shows(f"pad-{window}", rating_open=True)
                    await hall.press(f"pad-{window}", "rating", 1 + turn)
                if turn < 2:
                    await hall.press(f"pad-{window}", "next")
                    await hall.shows(f"pad-{window}", stars=None)
        await hall.do("day.close")
        await hall.centre_has_all(centre, file)
        assert numbers == [f"A{n:03}" for n in range(1, 41)]
        report = await hall.hall.call("report.day")
        assert report["day"] == TODAY
        await hall.verified()
        assert await hall.end(signal.SIGTERM) == 0
