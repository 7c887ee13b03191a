"""A lamp on a relay board: what is lit, what is asked, and what a bad line does."""

from __future__ import annotations

import msgspec
import pytest

from devices.base import HealthState
from devices.errors import DeviceFault, DeviceTimeout, DeviceUnavailable
from devices.lamp.modbus_options import ModbusLampOptions
from devices.lamp.modbus_simulator import ModbusLampSimulator
from tests.devices.lamp.board import Hall, codes

RED_ON = bytes.fromhex("01050000FF008C3A")
RED_OFF = bytes.fromhex("010500000000CDCA")
AMBER_ON = bytes.fromhex("01050001FF00DDFA")
AMBER_OFF = bytes.fromhex("0105000100009C0A")
ASK_TWO = bytes.fromhex("010100000002BDCB")


def test_it_opens_dark_and_is_ok_only_when_the_board_has_shown_its_coils() -> None:
    hall = Hall()
    hall.board.press("coil", 0)
    assert hall.lamp.open().state is HealthState.OK
    assert hall.line.taken() == [RED_OFF, AMBER_OFF, ASK_TWO]
    assert hall.lit() == []


@pytest.mark.parametrize("pieces", [(0,), (1,), (3, 2)])
def test_amber_stands_still_and_red_blinks(pieces: tuple[int, ...]) -> None:
    hall = Hall(pieces=pieces)
    hall.lamp.open()
    hall.lamp.set("amber")
    assert hall.film(8) == [["amber"]] * 8
    hall.lamp.set("red")
    assert hall.film(8) == [["red"], ["red"], [], []] * 2


def test_only_what_changes_is_written() -> None:
    hall = Hall()
    hall.lamp.open()
    hall.line.taken()
    hall.lamp.set("amber")
    hall.lamp.set("amber")
    assert hall.line.taken() == [AMBER_ON]
    hall.lamp.set("red")
    assert hall.line.taken() == [RED_ON, AMBER_OFF]


def test_coils_side_by_side_go_out_together_and_those_between_are_not_touched() -> None:
    hall = Hall(write="multiple", red=2, amber=3, green=5)
    for coil in (3, 4):
        hall.board.press("coil", coil)
    hall.lamp.open()
    assert hall.board.seen()["relays"] == [4]  # another lamp's
    hall.line.taken()
    hall.lamp.set("help")
    assert hall.line.taken() == [bytes.fromhex("010F000200020103E756")]
    assert hall.lit() == ["red", "amber"]


def test_a_lamp_on_closed_contacts_is_dark_while_its_coil_is_on() -> None:
    hall = Hall(active_low=True)
    hall.lamp.open()
    assert (hall.lit(), hall.board.seen()["relays"]) == ([], [0, 1])
    hall.lamp.set("amber")
    assert hall.lit() == ["amber"]
    hall.lamp.close()
    assert hall.lit() == []


def test_a_lamp_that_must_not_blink_is_lit_steadily() -> None:
    hall = Hall(blink=False, buzzer=4)
    hall.lamp.open()
    hall.lamp.set("red")
    assert hall.film(8) == [["red", "buzzer"]] * 2 + [["red"]] * 6
    hall.lamp.set("off")
    assert hall.film(8) == [[]] * 8


def test_the_self_test_lights_one_part_after_the_other_and_goes_back() -> None:
    hall = Hall(buzzer=7)
    hall.lamp.open()
    hall.lamp.set("amber")
    assert "红灯、黄灯、蜂鸣器" in hall.lamp.self_test().zh
    film = hall.film(14)
    assert film == [["red"]] * 4 + [["amber"]] * 4 + [["buzzer"]] * 4 + [["amber"]] * 2


def test_closing_puts_it_out_and_a_board_that_was_never_heard_is_sent_nothing() -> None:
    hall = Hall()
    hall.lamp.close()
    assert hall.line.taken() == []
    hall.lamp.open()
    hall.lamp.set("red")
    hall.lamp.close()
    assert hall.lit() == []


def test_a_board_that_stands_still_is_asked_every_half_second() -> None:
    hall = Hall()
    hall.lamp.open()
    hall.line.taken()
    hall.after(2.0)
    assert hall.line.taken() == [ASK_TWO] * 4


def test_it_is_polled_as_often_as_what_it_shows_moves() -> None:
    hall = Hall()
    woken: list[None] = []
    hall.lamp.wake = lambda: woken.append(None)
    hall.lamp.open()
    hall.after(0.25)
    assert hall.lamp.poll_every_s == 0.5
    hall.lamp.set("red")
    assert (hall.lamp.poll_every_s, len(woken)) == (0.25, 1)
    hall.lamp.set("amber")
    assert hall.lamp.poll_every_s == 0.5
    hall.lamp.self_test()
    assert (hall.lamp.poll_every_s, len(woken)) == (0.25, 2)
    hall.after(2.0)
    assert hall.lamp.poll_every_s == 0.5


def test_there_is_silence_before_each_frame() -> None:
    hall = Hall(wire_baud=9600)
    hall.lamp.open()
    assert len(hall.paused) == len(hall.line.taken()) == 3
    assert min(hall.paused) * 9600 >= 3.5 * 10
    fast = Hall(wire_baud=115_200)
    fast.lamp.open()
    assert min(fast.paused) == 0.00175


def test_eight_boards_that_all_blink_leave_room_on_a_line_of_9600_baud() -> None:
    hall = Hall(wire_baud=9600)
    hall.lamp.open()
    for pattern, most_s in (("off", 0.45), ("red", 0.7), ("help", 1.0)):
        hall.lamp.set(pattern)
        hall.line.taken()
        hall.paused.clear()
        answered = hall.lamp.counters.frames_in
        hall.after(6.0)
        exchanges = hall.lamp.counters.frames_in - answered
        # Each with its answer of at most 8 bytes, and 6 ms for the board to think.
        bits = sum(len(frame) + 8 for frame in hall.line.taken()) * 10
        busy_s = 8 * (bits / 9600 + sum(hall.paused) + exchanges * 0.006) / 6
        assert busy_s < most_s if pattern != "help" else busy_s > most_s, (pattern, busy_s)
    together = Hall(wire_baud=9600, write="multiple")
    together.lamp.open()
    together.lamp.set("help")
    together.line.taken()
    together.paused.clear()
    answered = together.lamp.counters.frames_in
    together.after(6.0)
    exchanges = together.lamp.counters.frames_in - answered
    bits = sum(len(frame) + 8 for frame in together.line.taken()) * 10
    assert 8 * (bits / 9600 + sum(together.paused) + exchanges * 0.006) / 6 < 0.9


def test_a_coil_that_another_master_changed_is_set_again_and_counted() -> None:
    hall = Hall()
    hall.lamp.open()
    hall.lamp.set("amber")
    hall.board.press("coil", 1)
    hall.board.press("coil", 5)  # nobody's
    assert hall.after(1.0) == []
    assert hall.lit() == ["amber"]
    assert hall.count("restored_coils") == 1
    assert 5 in hall.board.seen()["relays"]


def test_a_board_that_lost_its_power_shows_the_alarm_again() -> None:
    hall = Hall()
    hall.lamp.open()
    hall.lamp.set("amber")
    hall.board.fault("power-cycle")
    assert hall.lit() == []
    hall.after(1.0)
    assert hall.lit() == ["amber"]


def test_coils_that_do_not_follow_are_a_fault_until_they_do() -> None:
    hall = Hall()
    hall.lamp.open()
    hall.board.fault("stuck")
    hall.lamp.set("amber")
    with pytest.raises(DeviceFault, match="Coil 1 of relay board 1 does not follow") as caught:
        hall.after(1.0)
    assert "线圈 1 不随指令变化" in caught.value.zh
    hall.board.fault("stuck", active=False)
    assert codes(hall.after(1.5)) == []  # it is left in peace for a while
    assert codes(hall.after(1.0)) == ["ok"]
    assert hall.lit() == ["amber"]


def test_a_coil_that_is_stuck_while_red_blinks_stays_a_fault_in_its_dark_halves_too() -> None:
    hall = Hall()
    hall.lamp.open()
    hall.board.fault("stuck")
    hall.lamp.set("red")
    said: list[str] = []
    for _ in range(60):
        try:
            said += codes(hall.after(0.25))
        except DeviceFault as fault:
            said.append(fault.code)
    assert set(said) == {"stuck"}
    hall.lamp.set("off")
    assert codes(hall.after(5.0)) == []  # a coil that need not move proves nothing
    hall.board.fault("stuck", active=False)
    assert codes(hall.after(5.0)) == []
    hall.lamp.self_test()
    assert codes(hall.after(2.0)) == ["ok"]


@pytest.mark.parametrize(
    ("fault", "write", "words"),
    [
        ("exception", "single", "Relay board 1 reports a failure of its own"),
        ("busy", "single", "Relay board 1 stays busy"),
        ("no-0f", "multiple", "set write to single"),
    ],
)
def test_a_refusal_is_a_fault_in_words(fault: str, write: str, words: str) -> None:
    hall = Hall(write=write)
    hall.lamp.open()
    hall.board.fault(fault)
    with pytest.raises(DeviceFault, match=words):
        hall.lamp.set("help")
    hall.board.fault(fault, active=False)
    assert codes(hall.after(3.0)) == ["ok"]


def test_a_coil_that_the_board_does_not_have_is_said() -> None:
    hall = Hall()
    lamp = hall.driver(ModbusLampOptions(coil=8, answer_timeout_s=0.01))
    with pytest.raises(DeviceFault, match="its first relay is 0"):
        lamp.open()
    assert hall.line.taken() == [bytes.fromhex("0105000800004C08")]


@pytest.mark.parametrize("fault", ["bad-crc", "other-unit", "late"])
def test_what_is_no_answer_of_this_board_counts_as_none(fault: str) -> None:
    hall = Hall(retries=3)
    hall.lamp.open()
    hall.board.fault(fault)
    hall.line.taken()
    with pytest.raises(DeviceTimeout, match="relay board 1"):
        hall.after(1.0)
    assert hall.line.taken() == [ASK_TWO] * 4
    assert hall.lamp.counters.retries == 3
    assert hall.lamp.counters.bad_frames >= (4 if fault == "bad-crc" else 0)
    assert hall.count("foreign_frames") == (4 if fault == "other-unit" else 0)


def test_a_lost_answer_is_asked_for_again_and_nobody_is_told() -> None:
    hall = Hall()
    hall.lamp.open()
    hall.line.lose = 2
    hall.lamp.set("red")
    assert hall.lit() == ["red"]
    assert hall.lamp.counters.retries == 2


def test_noise_before_every_answer_costs_nothing() -> None:
    hall = Hall(noise=bytes.fromhex("00FF01"), answer_timeout_s=0.03)
    hall.lamp.open()
    hall.lamp.set("red")
    hall.after(2.0)
    assert hall.lamp.counters.retries == 0


def test_silence_at_the_opening_is_one_try_long() -> None:
    hall = Hall()
    hall.line.lose = 100
    with pytest.raises(DeviceTimeout):
        hall.lamp.open()
    assert hall.line.taken() == [RED_OFF]
    hall.line.gone = True
    with pytest.raises(DeviceUnavailable):
        hall.lamp.open()


def test_an_adapter_that_hears_itself_is_no_board() -> None:
    hall = Hall(local_echo=True)
    write = hall.line.write

    def echoing(data: bytes, timeout_s: float = 2.0) -> None:
        hall.line.put(data)
        write(data, timeout_s)

    hall.line.write = echoing  # type: ignore[method-assign]
    assert hall.lamp.open().state is HealthState.OK
    hall.lamp.set("amber")
    assert hall.lit() == ["amber"]
    assert hall.lamp.counters.bad_frames == 0
    hall.board.options = ModbusLampOptions(address=9, coil=0)  # the echo alone is left
    with pytest.raises(DeviceTimeout):
        hall.lamp.set("red")


def test_several_boards_share_a_line_and_each_obeys_its_own_number() -> None:
    theirs = ModbusLampOptions(address=2, red=0, amber=1)
    neighbour = ModbusLampSimulator("lamp-2", theirs)
    hall = Hall(neighbour)
    other = hall.driver(theirs)
    hall.lamp.open()
    other.open()
    hall.lamp.set("amber")
    other.set("red")
    assert (hall.lit(), neighbour.seen()["lit"]) == (["amber"], ["red"])
    assert neighbour.seen()["bad_frames"] == 0


def test_the_heartbeat_changes_its_coil_and_stops_with_the_driver() -> None:
    hall = Hall(heartbeat=7, heartbeat_s=1.0)
    hall.lamp.open()
    beats = [7 in hall.board.seen()["relays"]]
    for _ in range(3):
        hall.after(1.0)
        beats.append(7 in hall.board.seen()["relays"])
    assert beats == [True, False, True, False]
    hall.after(1.0)
    hall.lamp.close()
    assert hall.board.seen()["relays"] == []


def test_a_heartbeat_that_the_board_holds_drops_when_nobody_feeds_it() -> None:
    hall = Hall(heartbeat=7, heartbeat_flash_s=3.0)
    later: list[float] = []
    hall.board.later = lambda delay_s, _call: later.append(delay_s)
    hall.line.taken()
    hall.lamp.open()
    assert hall.line.taken()[-1] == bytes.fromhex("01050207001EFDBB")
    hall.after(2.0)
    assert later == [3.0] * 3
    assert hall.board.seen()["relays"] == [7]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({}, "no coil: give coil, or red and amber"),
        ({"coil": 1, "red": 2}, "leave out red"),
        ({"red": 1, "amber": 1}, "same coil"),
        ({"red": 1, "heartbeat": 1}, "same coil"),
        ({"red": 1, "address": 0}, ">= 1"),
        ({"red": 1, "address": 248}, "<= 247"),
        ({"red": 1, "retries": 4}, "<= 3"),
        ({"red": 1, "heartbeat_flash_s": 3}, "needs heartbeat"),
        ({"red": 1, "heartbeat": 2, "heartbeat_flash_s": 1}, "two beats"),
        ({"red": 1, "heartbeat": 256, "heartbeat_flash_s": 3}, "relays 0 to 255"),
    ],
)
def test_options_are_checked(options: dict[str, object], problem: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=problem):
        msgspec.convert(options, ModbusLampOptions)
