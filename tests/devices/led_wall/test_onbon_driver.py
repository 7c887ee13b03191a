from __future__ import annotations

from typing import Any

import msgspec
import pytest

from devices.base import HealthState
from devices.errors import DeviceFault, DeviceTimeout
from devices.led_wall.onbon_driver import OnbonDisplay
from devices.led_wall.onbon_options import OnbonOptions
from devices.led_wall.onbon_simulator import OnbonSimulator
from devices.led_wall.page import LedLine, LedPage
from devices.simhost import SimHost
from devices.specs import DeviceSpec
from devices.transport import open_line
from tests.devices.led_wall.wire import MemoryLine
from tests.runtime.echo import bench

WALL = OnbonOptions(rows=2, height=32, ack_timeout_s=0.05)
START = "A5" * 8 + "01000080000000000000FE02"
PING = bytes.fromhex(START + "0500A20001000068F85A")
CLEAR = bytes.fromhex(START + "0500A31001000051F85A")
ACK = bytes.fromhex("A5" * 8 + "00800100000000000000FE020500A00000000064DC5A")


class Hall:
    def __init__(self, options: OnbonOptions = WALL, **wire: Any) -> None:
        self.card = OnbonSimulator("wall", options)
        self.line = MemoryLine([self.card], **wire)
        self.now = 1000.0
        self.wall = OnbonDisplay("wall", options, self.line)
        self.wall.clock = lambda: self.now


def page(*texts: str) -> LedPage:
    return LedPage(tuple(LedLine(text) for text in texts))


def test_it_pings_and_clears_with_the_documents_frames() -> None:
    hall = Hall()
    assert hall.wall.open().state is HealthState.OK
    assert hall.line.taken() == [PING, CLEAR]


def test_changed_rows_go_out_as_areas_of_one_frame() -> None:
    hall = Hall()
    hall.wall.open()
    hall.line.taken()
    hall.wall.show(LedPage((LedLine("A001", align="left"), LedLine("B", "green", align="right"))))
    (sent,) = hall.line.taken()
    first = (
        "2200 00 0000 0000 1800 1000 00 00 00 0200 000000 01 01 01 00 04 05 07000000 5C433141303031"
    )
    second = (
        "3600 00 0000 1000 1800 1000 01 00 00 0200 000000 01 01 01 00 04 05 1B000000 5C4332"
        + "20" * 23
        + "42"
    )
    data = bytes.fromhex("A306010000 00 02" + first + second)
    assert data in sent
    hall.wall.show(LedPage((LedLine("A001", align="left"), LedLine("B", "red", align="right"))))
    (sent,) = hall.line.taken()
    assert bytes.fromhex("A306010000 00 01") in sent
    assert b"\\C1" in sent
    assert b"A001" not in sent


def test_letters_that_end_frames_are_shown() -> None:
    hall = Hall()
    hall.wall.open()
    hall.wall.show(page("Z[Z001]ァΑ", "C:\\C1"))
    assert hall.card.seen()["lines"] == ["Z[Z001]ァΑ", "C:＼C1"]


def test_it_asks_now_and_then_whether_the_card_is_there() -> None:
    hall = Hall()
    hall.wall.open()
    hall.wall.show(page("A001"))
    hall.line.taken()
    hall.now += 9.9
    assert hall.wall.poll() == []
    assert hall.line.taken() == []
    hall.now += 0.2
    hall.wall.poll()
    assert hall.line.taken() == [PING]
    hall.card.fault("no-ack")
    hall.now += 10.1
    with pytest.raises(DeviceTimeout, match="LED card 1"):
        hall.wall.poll()


def test_a_ping_does_not_put_the_refresh_off() -> None:
    hall = Hall()
    hall.wall.open()
    hall.wall.show(page("A001"))
    for _ in range(7):
        hall.line.taken()
        hall.now += 10.0
        hall.wall.poll()
        if b"A001" in b"".join(hall.line.taken()):
            break
    else:
        pytest.fail("the page was never sent again")
    assert hall.now == 1060.0


def test_a_card_that_answers_with_wrong_checksums_is_silent() -> None:
    hall = Hall()
    hall.card.fault("bad-crc")
    with pytest.raises(DeviceTimeout):
        hall.wall.open()
    assert hall.wall.counters.extra["checksum_errors"] >= 2
    assert hall.wall.counters.frames_in == 0


def test_a_busy_card_is_asked_again() -> None:
    hall = Hall()
    hall.wall.open()
    hall.card.fault("busy")
    hall.wall.show(page("A001"))
    assert hall.card.seen()["lines"] == ["A001", ""]
    assert hall.wall.counters.retries == 1


def test_a_refusal_says_the_cards_reason() -> None:
    hall = Hall()
    hall.wall.open()
    hall.card.fault("nak")
    with pytest.raises(DeviceFault) as caught:
        hall.wall.show(page("A001"))
    assert "状态 0D：控制卡型号不符" in caught.value.zh
    assert "status 0D: wrong kind of card" in caught.value.en


def test_cards_on_one_line_pass_each_others_answers_by() -> None:
    options = [OnbonOptions(address=one, ack_timeout_s=0.05) for one in (1, 2)]
    cards = [OnbonSimulator(f"wall-{one.address}", one) for one in options]
    line = MemoryLine(cards)
    first, second = (OnbonDisplay(f"wall-{one.address}", one, line) for one in options)
    first.open()
    second.open()
    second.show(page("A001"))
    assert [card.seen()["lines"][:1] for card in cards] == [[], ["A001"]]
    cards[1].fault("no-ack")
    written = line.write

    def write_and_hear_the_other(data: bytes, timeout_s: float = 2.0) -> None:
        written(data, timeout_s)
        line.put(ACK)

    line.write = write_and_hear_the_other  # type: ignore[method-assign]
    with pytest.raises(DeviceTimeout):
        second.show(page("A002"))
    assert second.counters.extra["foreign_frames"] >= 1


def test_an_answer_to_another_question_is_none() -> None:
    hall = Hall()
    hall.wall.open()
    # The answer to a brightness, which nobody set: echoed command, status 0.
    echoed = bytes.fromhex("A5" * 8 + "00800100000000000000FE020500A30200000021645A")
    assert hall.wall.feed(echoed) == []
    assert hall.wall.counters.extra["foreign_frames"] == 1


def test_brightness_has_sixteen_levels_and_is_sent_once() -> None:
    hall = Hall()
    hall.wall.open()
    hall.line.taken()
    assert hall.wall.brightness(100)
    (sent,) = hall.line.taken()
    assert bytes.fromhex("3700 A302010000 01 10" + "10" * 48) in sent
    assert hall.wall.brightness(100)
    assert hall.line.taken() == []
    hall.wall.brightness(0)
    assert hall.card.seen()["brightness"] == 1


def test_brightness_that_was_lost_is_set_again() -> None:
    hall = Hall()
    hall.wall.open()
    hall.card.fault("no-ack")
    with pytest.raises(DeviceTimeout):
        hall.wall.brightness(0)
    hall.card.fault("no-ack", active=False)
    hall.card._level = 16
    hall.now += 5
    hall.wall.poll()
    assert hall.card.seen()["brightness"] == 1


def test_a_card_without_answers_is_told_not_to_answer() -> None:
    hall = Hall(OnbonOptions(ack=False))
    assert hall.wall.open().state is HealthState.UNKNOWN
    assert all(frame[24] == 2 for frame in hall.line.taken())
    hall.now += 11
    assert hall.wall.poll() == []
    assert hall.line.taken() == []


def test_a_wall_that_shows_a_dead_controller_darkens_by_itself() -> None:
    hall = Hall(OnbonOptions(dark_after_s=90))
    hall.wall.open()
    hall.line.taken()
    hall.wall.show(page("A001"))
    (sent,) = hall.line.taken()
    # Run mode 2, 90 seconds: 5A is escaped.
    assert bytes.fromhex("1800 1000 00 00 02 5B0200 000000") in sent
    with pytest.raises(msgspec.ValidationError, match="dark_after_s 60 must be more"):
        msgspec.convert({"dark_after_s": 60}, OnbonOptions)


def test_areas_may_lie_over_the_cards_own_programs() -> None:
    hall = Hall(OnbonOptions(over_programs=True, card_type=0x61))
    hall.wall.open()
    assert all(frame[8:20].hex() == "010000800000000000016102" for frame in hall.line.taken())


@pytest.mark.parametrize("pieces", [(1,), (2, 3, 1), (40, 1)])
@pytest.mark.parametrize("noise", [b"", b"\xa5\xa5", b"\x5a", b"\xa5\x01\x00\x5b", b"\xff\x00"])
def test_a_chopped_and_noisy_wire_changes_nothing(pieces: tuple[int, ...], noise: bytes) -> None:
    # Noise before each piece would be noise inside answers: pieces only on the way there.
    hall = Hall(noise=noise)
    assert hall.wall.open().state is HealthState.OK
    for number in range(3):
        hall.wall.show(page(f"请A00{number}号到{number}号窗口"))
        assert hall.card.seen()["lines"][0] == f"请A00{number}号到{number}号窗口"
    chopped = Hall(pieces=pieces)
    chopped.wall.open()
    chopped.wall.show(page("A001"))
    assert chopped.card.seen()["lines"] == ["A001", ""]
    assert hall.wall.counters.retries == chopped.wall.counters.retries == 0


def test_calls_reach_the_panel_over_tcp() -> None:
    spec = DeviceSpec(name="wall", kind="led_wall.onbon", port="socket://127.0.0.1:0")
    with bench(lambda: SimHost({}, {"wall": spec})) as far:
        line = open_line(far.do(lambda host: host.wire("wall").port))
        wall = OnbonDisplay("wall", OnbonOptions(), line)
        assert wall.open().state is HealthState.OK
        wall.show(page("请A001号到3号窗口"))
        assert far.do(lambda host: host.seen("wall"))["lines"][0] == "请A001号到3号窗口"
        line.close()
