"""The technician's door: who finds it, what it tells nobody, and how it closes."""

from __future__ import annotations

from typing import Any

import pytest

from kiosk_ui.kiosk.pages.access import Access
from kiosk_ui.kiosk.pages.item import ItemPage
from kiosk_ui.kiosk.pages.pin import Pin
from kiosk_ui.kiosk.pages.start import Start
from kiosk_ui.kiosk.pages.taking import Taking
from kiosk_ui.kiosk.pages.technician import Technician
from kiosk_ui.kiosk.states import facts
from kiosk_ui.messages import Answered, Ask, CutOff, Live, Refused, Tick
from kiosk_ui.ops import Text
from tests.kiosk_ui.kiosk_at_hand import Kiosk, laid, said

DOOR = ["corner"] * 5
DEVICES: list[dict[str, Any]] = [
    {"device": "printer", "state": "fault", "say": {"zh": "打印纸用完。", "en": "Paper out."}},
    {"device": "led-wall", "state": "ok", "say": {"zh": "正常。", "en": "Fine."}},
    {"device": "voice", "state": "disabled", "say": {"zh": "已停用。", "en": "Disabled."}},
]


def at_the_door() -> Kiosk:
    kiosk = Kiosk()
    kiosk.press(*DOOR)
    assert isinstance(kiosk.shown(), Pin)
    return kiosk


def inside() -> Kiosk:
    kiosk = at_the_door()
    kiosk.press("digit:2", "open")
    kiosk.take(Answered("unlock", {"unlocked": True}), Tick(), Answered("devices", DEVICES), Tick())
    assert isinstance(kiosk.shown(), Technician)
    return kiosk


def test_five_touches_of_the_header_within_four_seconds_lead_to_it() -> None:
    kiosk = Kiosk()
    kiosk.press(*["corner"] * 4)
    assert kiosk.shown() == Start()
    kiosk.wait(4)
    kiosk.press(*["corner"] * 4)
    assert kiosk.shown() == Start()
    kiosk.press("corner")
    assert isinstance(kiosk.shown(), Pin)


def test_there_is_no_door_where_no_pin_is_set() -> None:
    kiosk = Kiosk()
    kiosk.take(facts(technician=False))
    kiosk.press(*DOOR, *DOOR)
    assert kiosk.shown() == Start()


def test_nobody_loses_a_number_by_touching_the_header() -> None:
    kiosk = Kiosk()
    name = kiosk.to_taking()
    kiosk.press(*DOOR, after_s=0.41)
    assert isinstance(kiosk.shown(), Taking)
    kiosk.give(name)
    assert "A061" in kiosk.text()


def test_the_digits_are_in_the_question_alone() -> None:
    kiosk = at_the_door()
    kiosk.press(*[f"digit:{one}" for one in "908172"])
    drawn = [op.text for op in kiosk.picture().ops if isinstance(op, Text)]
    assert "●●●●●●" in drawn
    assert "908172" not in repr((kiosk.model, drawn, kiosk.areas(), kiosk.spoken()))
    kiosk.press("open")
    asked = kiosk.asked[-1]
    assert asked == Ask("unlock", "kiosk.unlock", {"kiosk": "kiosk-1", "pin": "908172"})
    assert "908172" not in repr(asked)
    # It is tried once, and forgotten at once.
    assert "●" not in kiosk.text()
    kiosk.press("open")
    assert [one.name for one in kiosk.asked].count("unlock") == 1
    assert "908172" not in repr(kiosk.model)


def test_a_digit_too_many_can_be_erased_and_nobody_types_for_ever() -> None:
    kiosk = at_the_door()
    kiosk.press("digit:1", "digit:2", "erase", "digit:3", "open")
    assert kiosk.asked[-1].params["pin"] == "13"
    kiosk = at_the_door()
    kiosk.press(*["digit:7"] * 20, after_s=0.1)
    kiosk.press("open")
    assert len(kiosk.asked[-1].params["pin"]) == 12


@pytest.mark.parametrize("code", ["wrong_pin", "pin_locked", "no_pin"])
def test_a_refusal_is_told_and_another_try_is_possible(code: str) -> None:
    kiosk = at_the_door()
    kiosk.press("digit:1", "open")
    kiosk.take(Refused("unlock", code, "还可以试 4 次。", "4 tries are left."), Tick())
    assert "还可以试 4 次" in kiosk.text()
    kiosk.press("digit:2", "open")
    assert kiosk.asked[-1].params["pin"] == "2"


def test_a_daemon_that_goes_while_it_is_asked_is_told_and_the_door_is_not_stuck() -> None:
    kiosk = at_the_door()
    kiosk.press("digit:1", "open")
    kiosk.take(CutOff(), Tick())
    assert "控制器没有应答" in kiosk.text()
    kiosk.take(Live(), facts(), Tick())
    kiosk.press("digit:1", "open")
    assert [one.name for one in kiosk.asked].count("unlock") == 2


def test_an_answer_that_comes_when_the_door_was_left_opens_nothing() -> None:
    kiosk = at_the_door()
    kiosk.press("digit:1", "open", "home")
    kiosk.take(Answered("unlock", {"unlocked": True}), Tick())
    assert kiosk.shown() == Start()


def test_home_closes_the_door_and_takes_all_with_it() -> None:
    for kiosk in (at_the_door(), inside()):
        kiosk.press("home")
        assert kiosk.shown() == Start()
        assert kiosk.model.untouched


def test_nobody_comes_in_by_going_back() -> None:
    kiosk = inside()
    kiosk.press("access")
    assert kiosk.shown() == Access()
    kiosk.take(laid(), Tick())
    kiosk.press("go")
    for _ in range(8):
        assert not isinstance(kiosk.shown(), Pin | Technician)
        if "back" not in kiosk.areas():
            break
        kiosk.press("back")
    assert kiosk.shown() in {Start(), Access()}


def test_the_door_leads_back_to_where_somebody_was() -> None:
    kiosk = Kiosk()
    kiosk.press("category:registration", "item:A01", *DOOR)
    kiosk.press("back")
    assert kiosk.shown() == ItemPage("A01")


def test_devices_are_looked_at_every_two_seconds_as_long_as_somebody_looks() -> None:
    kiosk = inside()
    kiosk.asked.clear()
    for _ in range(10):
        kiosk.wait(1)
        kiosk.take(Answered("devices", DEVICES))
    methods = [one.method for one in kiosk.asked]
    assert 4 <= methods.count("device.list") <= 6
    kiosk.press("home")
    kiosk.asked.clear()
    kiosk.wait(10)
    assert "device.list" not in {one.method for one in kiosk.asked}


def test_a_device_is_tested_one_at_a_time_and_says_what_was_to_be_seen() -> None:
    kiosk = inside()
    assert "1 个有故障" in kiosk.text()
    assert "test:voice" not in kiosk.areas()
    kiosk.press("test:printer")
    assert kiosk.asked[-1] == Ask("test", "device.test", {"device": "printer"})
    assert "正在测试 printer" in kiosk.text()
    kiosk.press("test:led-wall")
    assert kiosk.asked[-1].name != "test" or kiosk.asked[-1].params == {"device": "printer"}
    kiosk.take(Answered("test", {"say": {"zh": "打印机应出一张测试页。", "en": "A page."}}), Tick())
    assert "打印机应出一张测试页" in kiosk.text()
    kiosk.press("test:led-wall")
    kiosk.take(Refused("test", "busy", "设备正忙。", "The device is busy."), Tick())
    assert "设备正忙" in kiosk.text()


def test_a_hall_that_is_gone_or_closed_leaves_the_technician_at_work() -> None:
    kiosk = inside()
    kiosk.press("test:printer")
    kiosk.take(CutOff(), Tick())
    text = kiosk.text()
    assert "控制器没有应答，下面是中断前的状态" in text
    assert "打印纸用完" in text
    kiosk.take(Live(), facts(take=said("after_hours")), Tick(), Answered("devices", DEVICES))
    assert isinstance(kiosk.shown(), Technician)
    kiosk.press("test:led-wall")
    assert kiosk.asked[-1].params == {"device": "led-wall"}
