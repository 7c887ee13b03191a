from __future__ import annotations

from typing import Any

import pytest

from devices.base import HealthState, Status
from devices.errors import DeviceFault, DeviceTimeout, DeviceUnavailable
from devices.led_wall.eq2013_driver import Eq2013Display
from devices.led_wall.eq2013_simulator import Eq2013Simulator
from devices.led_wall.options import Eq2013Options
from devices.led_wall.page import LedLine, LedPage, UnwritableText
from tests.devices.led_wall.wire import MemoryLine

WALL = Eq2013Options(width=192, height=64, rows=4, ack_timeout_s=0.05)


class Hall:
    """A wall on a wire, with a clock that a test moves."""

    def __init__(self, options: Eq2013Options = WALL, **wire: Any) -> None:
        self.card = Eq2013Simulator("led-wall", options)
        self.line = MemoryLine([self.card], **wire)
        self.now = 1000.0
        self.wall = Eq2013Display("led-wall", options, self.line)
        self.wall.clock = lambda: self.now

    def lines(self) -> list[str]:
        return list(self.card.seen()["lines"])


def page(*texts: str) -> LedPage:
    return LedPage(tuple(LedLine(text) for text in texts))


def test_a_card_that_answers_is_ok_and_dark() -> None:
    hall = Hall()
    assert hall.wall.open().state is HealthState.OK
    assert hall.line.taken() == [b"!#001%ZD00$$"]
    assert hall.lines() == []


def test_the_first_page_clears_and_sends_every_row_in_one_write() -> None:
    hall = Hall()
    hall.wall.open()
    hall.line.taken()
    hall.wall.show(page("A002→12号窗口", "A001→3号窗口"))
    (written,) = hall.line.taken()
    tags = b"%ZA01%ZS03%ZH6000%F16%C1%AH2%AV2"
    assert written == (
        b"!#001%ZD00"
        b"%ZI01%ZC0000000001920016" + tags + b"A002\xa1\xfa12\xba\xc5\xb4\xb0\xbf\xda"
        b"%ZI02%ZC0000001601920016" + tags + b"A001\xa1\xfa3\xba\xc5\xb4\xb0\xbf\xda"
        b"%ZI03%ZC0000003201920016" + tags + b" "
        b"%ZI04%ZC0000004801920016" + tags + b" $$"
    )
    assert hall.lines() == ["A002→12号窗口", "A001→3号窗口", "", ""]


def test_the_same_page_again_sends_nothing() -> None:
    hall = Hall()
    hall.wall.open()
    hall.wall.show(page("A001→3号窗口"))
    hall.line.taken()
    hall.wall.show(page("A001→3号窗口"))
    assert hall.line.taken() == []


def test_only_the_row_that_changed_is_sent_again() -> None:
    hall = Hall()
    hall.wall.open()
    hall.wall.show(page("A002", "A001"))
    hall.line.taken()
    hall.wall.show(LedPage((LedLine("A002"), LedLine("A009", "green"))))
    assert hall.line.taken() == [
        b"!#001%ZI02%ZC0000001601920016%ZA01%ZS03%ZH6000%F16%C2%AH2%AV2A009$$"
    ]
    assert hall.lines() == ["A002", "A009", "", ""]
    assert hall.card.seen()["colours"] == ["red", "green", "red", "red"]
    hall.line.taken()
    hall.wall.show(page("A002"))
    assert hall.line.taken() == [
        b"!#001%ZI02%ZC0000001601920016%ZA01%ZS03%ZH6000%F16%C1%AH2%AV2 $$"
    ]
    assert hall.lines() == ["A002", "", "", ""]


@pytest.mark.parametrize("pieces", [(1,), (2, 3, 1), (7,), (50, 1)])
@pytest.mark.parametrize("noise", [b"", b"\x00\xff", b"##", b"#$$$", b"##FO"])
def test_a_chopped_and_noisy_wire_changes_nothing(pieces: tuple[int, ...], noise: bytes) -> None:
    hall = Hall(pieces=pieces, noise=noise)
    assert hall.wall.open().state is HealthState.OK
    for number in range(1, 5):
        hall.wall.show(page(f"请A00{number}号到{number}号窗口", "暂停服务"))
        assert hall.lines() == [f"请A00{number}号到{number}号窗口", "暂停服务", "", ""]
    assert hall.card.seen()["bad_frames"] == 0
    assert hall.wall.counters.retries == 0


def test_a_lost_answer_is_asked_for_again() -> None:
    hall = Hall()
    hall.wall.open()
    hall.line.taken()
    hall.line.lose = 2
    hall.wall.show(page("A001"))
    assert len(hall.line.taken()) == 3
    assert hall.wall.counters.retries == 2
    assert hall.lines() == ["A001", "", "", ""]


def test_a_slow_answer_is_still_taken() -> None:
    hall = Hall(Eq2013Options(ack_timeout_s=0.5))
    hall.wall.open()
    hall.card.fault("slow-ack")
    # A pause of the machine may be as long as the answer is late, but not each time.
    for number in range(1, 6):
        hall.wall.show(page(f"A00{number}"))
        assert hall.lines() == [f"A00{number}", "", "", ""]
        if hall.wall.counters.retries:
            break
    assert hall.wall.counters.retries >= 1


def test_a_silent_card_is_a_timeout_after_two_more_tries_and_then_only_one() -> None:
    hall = Hall()
    hall.wall.open()
    hall.card.fault("no-ack")
    hall.line.taken()
    with pytest.raises(DeviceTimeout, match="card 001"):
        hall.wall.show(page("A001"))
    assert len(hall.line.taken()) == 3
    with pytest.raises(DeviceTimeout):
        hall.wall.show(page("A002"))
    assert len(hall.line.taken()) == 1


def test_after_silence_the_wall_catches_up_by_itself_and_says_so() -> None:
    hall = Hall()
    woken: list[bool] = []
    hall.wall.wake = lambda: woken.append(True)
    hall.wall.open()
    hall.card.fault("no-ack")
    with pytest.raises(DeviceTimeout):
        hall.wall.show(page("A001"))
    hall.card.fault("no-ack", active=False)
    hall.card.fault("power-cycle")
    assert hall.lines() == []
    assert hall.wall.poll() == []
    hall.now += 5.0
    (report,) = hall.wall.poll()
    assert isinstance(report, Status)
    assert report.state is HealthState.OK
    assert woken
    assert hall.lines() == ["A001", "", "", ""]


def test_a_card_that_refuses_is_a_fault_for_a_person() -> None:
    hall = Hall()
    hall.wall.open()
    hall.card.fault("nak")
    with pytest.raises(DeviceFault) as caught:
        hall.wall.show(page("A001"))
    assert caught.value.code == "refused"
    assert "检查卡的型号" in caught.value.zh
    assert hall.wall.counters.bad_frames == 3


def test_a_card_that_lost_power_shows_the_page_again_within_the_refresh() -> None:
    hall = Hall()
    hall.wall.open()
    hall.wall.show(page("A002", "A001"))
    hall.card.fault("power-cycle")
    hall.line.taken()
    hall.now += 59.9
    assert hall.wall.poll() == []
    assert hall.line.taken() == []
    hall.now += 0.2
    hall.wall.poll()
    assert hall.lines() == ["A002", "A001", "", ""]
    (written,) = hall.line.taken()
    assert b"%ZD" not in written, "a refresh must not blink"


def test_the_refresh_notices_a_card_that_fell_silent() -> None:
    hall = Hall()
    hall.wall.open()
    hall.card.fault("no-ack")
    hall.now += 61.0
    with pytest.raises(DeviceTimeout):
        hall.wall.poll()


def test_a_card_without_answers_is_unknown_not_ok() -> None:
    hall = Hall(Eq2013Options(ack=False))
    hall.card.fault("no-ack")
    status = hall.wall.open()
    assert status.state is HealthState.UNKNOWN
    hall.wall.show(page("A001"))
    assert hall.lines() == ["A001", "", "", ""]
    hall.now += 61.0
    assert hall.wall.poll() == []


def test_a_pulled_plug_is_unavailable_and_the_page_comes_back_after_it() -> None:
    hall = Hall()
    hall.wall.open()
    hall.line.gone = True
    with pytest.raises(DeviceUnavailable):
        hall.wall.show(page("A001"))
    hall.wall.close()
    hall.line.gone = False
    assert hall.wall.open().state is HealthState.OK
    assert hall.lines() == ["A001", "", "", ""]


def test_text_that_looks_like_commands_is_shown() -> None:
    hall = Hall()
    hall.wall.open()
    attack = "$$!#001%ZD00$$"
    hall.wall.show(page("A001", attack, "100%", "结尾$"))
    assert hall.lines() == ["A001", "＄＄!＃001％ZD00＄＄", "100％", "结尾＄"]
    assert hall.card.seen()["frames"] == 2
    assert hall.card.seen()["bad_frames"] == 0


def test_a_text_that_cannot_be_written_is_refused_and_the_wall_keeps_its_page() -> None:
    hall = Hall()
    hall.wall.open()
    hall.wall.show(page("A001"))
    hall.line.taken()
    with pytest.raises(UnwritableText) as caught:
        hall.wall.show(page("A002", "喆"))
    assert "“喆”（U+5586）" in caught.value.zh
    assert '"喆" (U+5586)' in caught.value.en
    assert hall.line.taken() == []
    hall.now += 61.0
    hall.wall.poll()
    assert hall.lines() == ["A001", "", "", ""]


def test_a_line_that_is_too_wide_scrolls() -> None:
    hall = Hall()
    hall.wall.open()
    wide = "请携带身份证原件和复印件到导税台办理"
    hall.wall.show(LedPage((LedLine("A001"), LedLine(wide), LedLine("A1", effect="scroll"))))
    assert hall.card.seen()["effects"] == [1, 49, 49, 1]


def test_a_page_with_more_lines_than_rows_is_refused() -> None:
    hall = Hall()
    with pytest.raises(ValueError, match="4 rows, the page 5 lines"):
        hall.wall.show(page(*"ABCDE"))


def test_clear_makes_the_wall_dark_and_the_next_page_is_whole() -> None:
    hall = Hall()
    hall.wall.open()
    hall.wall.show(page("A002", "A001"))
    hall.line.taken()
    hall.wall.clear()
    assert hall.line.taken() == [b"!#001%ZD00$$"]
    hall.wall.show(page("A002", "A001"))
    assert hall.lines() == ["A002", "A001", "", ""]


def test_a_closed_driver_leaves_no_calls_on_the_wall() -> None:
    hall = Hall()
    hall.wall.open()
    hall.wall.show(page("A001"))
    hall.wall.close()
    assert hall.lines() == []


def test_strips_on_one_line_take_their_own_frames_and_answers() -> None:
    options = [
        Eq2013Options(card=card, width=128, height=16, rows=1, ack_timeout_s=0.05)
        for card in (1, 2, 3)
    ]
    cards = [Eq2013Simulator(f"strip-{one.card}", one) for one in options]
    line = MemoryLine(cards)
    strips = [Eq2013Display(f"strip-{one.card}", one, line) for one in options]
    for strip in strips:
        assert strip.open().state is HealthState.OK
    for number, strip in enumerate(strips, 1):
        strip.show(page(f"{number}号窗口 A00{number}"))
    assert [list(card.seen()["lines"]) for card in cards] == [
        ["1号窗口 A001"],
        ["2号窗口 A002"],
        ["3号窗口 A003"],
    ]
    cards[1].fault("no-ack")
    with pytest.raises(DeviceTimeout, match="card 002"):
        strips[1].show(page("2号窗口 A005"))
    strips[2].show(page("3号窗口 A006"))
    assert cards[2].seen()["lines"] == ["3号窗口 A006"]


def test_an_answer_that_comes_late_is_nobody_elses() -> None:
    options = [Eq2013Options(card=card, ack_timeout_s=0.05, retries=0) for card in (1, 2)]
    cards = [Eq2013Simulator(f"strip-{one.card}", one) for one in options]
    line = MemoryLine(cards)
    first, second = (Eq2013Display(f"strip-{one.card}", one, line) for one in options)
    first.open()
    second.open()
    cards[1].fault("no-ack")
    line.put(b"##FOK$$$")
    with pytest.raises(DeviceTimeout):
        second.show(page("A001"))
    assert second.counters.extra["late_answers"] == 1


def test_a_card_that_takes_one_zone_a_frame_gets_one_after_the_other() -> None:
    hall = Hall(Eq2013Options(width=96, height=32, rows=2, zones_per_frame="one"))
    hall.wall.open()
    hall.line.taken()
    hall.wall.show(page("A002", "A001"))
    assert [data[:10] for data in hall.line.taken()] == [
        b"!#001%ZD00",
        b"!#001%ZI01",
        b"!#001%ZI02",
    ]
    assert hall.lines() == ["A002", "A001"]


def test_a_red_wall_shows_every_colour_in_red() -> None:
    hall = Hall(Eq2013Options(colours=("red",)))
    hall.wall.open()
    hall.wall.show(LedPage((LedLine("A001", "green"),)))
    assert hall.card.seen()["colours"] == ["red", "red", "red", "red"]


def test_the_self_test_sweeps_and_comes_back_to_the_page() -> None:
    hall = Hall()
    hall.wall.open()
    hall.wall.show(page("A001"))
    said = hall.wall.self_test()
    assert "红、绿、黄" in said.zh
    assert "red, green, yellow" in said.en
    seen = [(hall.lines()[0], hall.card.seen()["colours"][0])]
    for _ in range(4):
        hall.wall.poll()
        seen.append((hall.lines()[0], hall.card.seen()["colours"][0]))
    full = "■" * 12
    assert seen == [
        (full, "red"),
        (full, "green"),
        (full, "yellow"),
        ("第1行 1", "red"),
        ("A001", "red"),
    ]
    hall.line.taken()
    hall.wall.poll()
    assert hall.line.taken() == []


def test_a_call_during_the_self_test_is_shown_at_once() -> None:
    hall = Hall()
    hall.wall.open()
    hall.wall.self_test()
    hall.wall.show(page("A007"))
    assert hall.lines() == ["A007", "", "", ""]
    hall.wall.poll()
    assert hall.lines() == ["A007", "", "", ""]
