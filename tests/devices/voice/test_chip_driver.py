"""A chip says one speech after the other, whatever it forgets to answer."""

from __future__ import annotations

import pytest

from devices.base import HealthState, Input, Status
from devices.errors import DeviceFault, DeviceTimeout
from devices.voice.chip_driver import Syn6288Voice
from devices.voice.chip_simulator import Syn6288Simulator
from devices.voice.options import ChipOptions
from devices.voice.speech import Phrase, Speech, UnspeakableText
from tests.devices.voice.chipwire import Desk, call

BLIND = ChipOptions(answers=False)


def spoken(desk: Desk) -> list[tuple[str, int | None]]:
    return [(one.event, one.value) for one in desk.reports if isinstance(one, Input)]


def states(desk: Desk) -> list[str]:
    return [one.code for one in desk.reports if isinstance(one, Status)]


def test_it_opens_by_asking_and_says_which_chip_it_is() -> None:
    desk = Desk()
    assert desk.voice.open().state is HealthState.OK
    assert desk.sent == [bytes.fromhex("FD000121")]
    assert desk.voice.identity == "XFS5152CE"


def test_a_silent_chip_does_not_open() -> None:
    desk = Desk()
    desk.deaf = True
    with pytest.raises(DeviceTimeout):
        desk.voice.open()


def test_a_second_call_never_cuts_off_the_first() -> None:
    desk = Desk()
    desk.voice.open()
    desk.voice.speak(call(1))
    desk.voice.speak(call(2, "请A零零二号到四号窗口"))
    desk.run(20)
    assert desk.chip.seen()["spoken"] == ["请A零零一号到三号窗口", "请A零零二号到四号窗口"]
    assert desk.chip.seen()["cut_off"] == 0
    assert spoken(desk) == [("spoken", 1), ("spoken", 2)]


def test_what_the_chip_was_saying_at_the_start_is_not_cut_off() -> None:
    desk = Desk()
    desk.chip.feed(bytes.fromhex("FD000A0100BFC6B4F3D1B6B7C9"))
    desk.voice.open()
    desk.voice.speak(call(1))
    desk.run(20)
    assert desk.chip.seen()["cut_off"] == 0
    assert desk.chip.seen()["spoken"] == ["科大讯飞", "请A零零一号到三号窗口"]


def test_volume_goes_out_with_each_speech() -> None:
    desk = Desk()
    desk.voice.open()
    desk.voice.speak(Speech(1, (Phrase("请", "zh"),), 30))
    desk.run(3)
    assert desk.chip.seen()["volume"] == 3


def test_a_long_notice_goes_out_in_pieces_and_ends_once() -> None:
    desk = Desk(driver=Syn6288Voice, simulator=Syn6288Simulator)
    desk.voice.open()
    desk.voice.speak(call(7, "请还没有取号的纳税人先到取号机取号，" * 8))
    desk.run(90)
    assert len(desk.chip.seen()["spoken"]) == 2
    assert spoken(desk) == [("spoken", 7)]


def test_a_chip_that_does_not_say_that_it_is_idle_is_asked() -> None:
    desk = Desk()
    desk.voice.open()
    desk.chip.fault("lost-idle")
    desk.voice.speak(call(1))
    desk.voice.speak(call(2))
    desk.run(40)
    assert desk.chip.seen()["cut_off"] == 0
    assert spoken(desk) == [("spoken", 1), ("spoken", 2)]


def test_a_disturbed_byte_that_looks_like_idle_cuts_nothing_off() -> None:
    desk = Desk()
    desk.voice.open()
    desk.voice.speak(call(1))
    desk.voice.speak(call(2))
    desk.run(0.5)
    desk.reports += desk.voice.feed(b"\x4f")
    desk.run(20)
    assert desk.chip.seen()["cut_off"] == 0
    assert spoken(desk) == [("spoken", 1), ("spoken", 2)]


def test_a_frame_that_was_lost_is_sent_again() -> None:
    desk = Desk()
    desk.voice.open()
    desk.deaf = True
    desk.voice.speak(call(1))
    desk.deaf = False
    desk.run(10)
    assert desk.chip.seen()["spoken"] == ["请A零零一号到三号窗口"]
    assert spoken(desk) == [("spoken", 1)]


def test_a_chip_that_refuses_is_a_fault_until_it_speaks_again() -> None:
    desk = Desk()
    desk.voice.open()
    desk.chip.fault("reject")
    desk.voice.speak(call(1))
    desk.run(3)
    assert (spoken(desk), states(desk)) == ([("unspoken", 1)], ["refused"])
    desk.chip.fault("reject", active=False)
    desk.voice.speak(call(2))
    desk.run(10)
    assert states(desk) == ["refused", "ok"]


def test_a_chip_that_never_ends_is_stopped_and_somebody_told() -> None:
    desk = Desk()
    desk.voice.open()
    desk.chip.fault("never-idle")
    desk.voice.speak(call(1))
    desk.run(40)
    assert bytes.fromhex("FD000102") in desk.sent
    assert (spoken(desk), states(desk)) == ([("unspoken", 1)], ["stuck"])
    desk.chip.fault("never-idle", active=False)
    for number in (2, 3):
        desk.voice.speak(call(number))
        desk.run(20)
    assert states(desk) == ["stuck"]
    desk.voice.speak(call(4))
    desk.run(20)
    assert states(desk) == ["stuck", "ok"]


def test_a_chip_that_lost_its_power_says_it_again() -> None:
    desk = Desk()
    desk.voice.open()
    desk.voice.speak(call(1))
    desk.run(1)
    desk.chip.fault("power-cycle")
    desk.run(10)
    assert desk.chip.seen()["spoken"] == ["请A零零一号到三号窗口"]
    assert spoken(desk) == [("spoken", 1)]


def test_a_chip_that_falls_silent_is_given_up() -> None:
    desk = Desk()
    desk.voice.open()
    desk.mute = True
    with pytest.raises(DeviceTimeout):
        desk.run(10)


def test_without_a_way_back_each_speech_has_its_time_and_health_is_unknown() -> None:
    desk = Desk(BLIND)
    desk.mute = True
    assert desk.voice.open().state is HealthState.UNKNOWN
    desk.voice.speak(call(1))
    desk.voice.speak(call(2))
    desk.run(20)
    assert desk.chip.seen()["cut_off"] == 0
    assert spoken(desk) == [("spoken", 1), ("spoken", 2)]
    assert all(one is not HealthState.OK for one in states(desk))


def test_a_text_that_it_cannot_say_is_refused_whole() -> None:
    desk = Desk()
    desk.voice.open()
    with pytest.raises(UnspeakableText):
        desk.voice.speak(Speech(1, (Phrase("请看", "zh"), Phrase("😀", "zh"))))
    assert len(desk.sent) == 1


def test_too_many_speeches_are_refused() -> None:
    desk = Desk()
    desk.voice.open()
    for number in range(1, 10):
        desk.voice.speak(call(number))
    with pytest.raises(DeviceFault, match="busy"):
        desk.voice.speak(call(10))


def test_the_self_test_of_a_chip_without_english_is_chinese() -> None:
    desk = Desk(driver=Syn6288Voice, simulator=Syn6288Simulator)
    desk.voice.open()
    assert "Ticket" not in desk.voice.self_test().zh
    desk.run(10)
    assert desk.chip.seen()["spoken"] == ["请A零零一号到一号窗口"]
