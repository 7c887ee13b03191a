"""An ID-card reader's driver against its simulator: lay, read, lift, and all that goes wrong."""

from __future__ import annotations

import copy
import pickle
from itertools import pairwise

import msgspec
import pytest

from devices.base import HealthState, Reading, Report, Status
from devices.card_reader.people import Citizen
from devices.card_reader.reports import CardRead, CardRefused, Lifted, Wiped
from devices.card_reader.sdt_options import SdtOptions
from devices.errors import DeviceTimeout, FrameError
from tests.devices.card_reader.cards import CARDS, CITIZEN
from tests.devices.card_reader.desk import CardDesk
from tests.devices.card_reader.test_sdt import FOUND, SELECTED, read_answer

FIND, SELECT, READ = "AAAAAA96690003200122", "AAAAAA96690003200221", "AAAAAA96690003300132"
STATUS = "AAAAAA9669000311FFED"


@pytest.fixture
def desk() -> CardDesk:
    desk = CardDesk()
    status = desk.driver.open()
    assert (status.state, status.code) == (HealthState.OK, "ok")
    return desk


def readings(reports: list[Report]) -> list[Reading]:
    return [report for report in reports if isinstance(report, Reading)]


def states(reports: list[Report]) -> list[tuple[HealthState, str]]:
    return [(one.state, one.code) for one in reports if isinstance(one, Status)]


def test_its_identity_is_the_number_of_its_sam(desk: CardDesk) -> None:
    assert desk.driver.identity == "SAM 05.03-20240101-0000000042-0123456789"


@pytest.mark.parametrize("name", sorted(CARDS))
@pytest.mark.parametrize("piece", [0, 1])
def test_a_laid_card_is_read_once_and_lifted(name: str, piece: int) -> None:
    desk = CardDesk()
    desk.driver.open()
    desk.piece = piece
    desk.run(1)
    desk.device.press(name)
    [read] = readings(desk.run(3))
    assert isinstance(read, CardRead)
    assert read.person.number in CARDS[name].decode("utf-16-le")
    assert readings(desk.run(20)) == []
    desk.device.press("lift")
    assert readings(desk.run(2)) == [Lifted()]
    assert readings(desk.run(5)) == []
    assert (desk.errors, desk.device.seen()["reads"]) == ([], 1)


def test_the_same_card_laid_again_is_read_again(desk: CardDesk) -> None:
    for _ in range(3):
        desk.device.press("citizen")
        [read] = readings(desk.run(1))
        assert isinstance(read, CardRead)
        desk.device.press("lift")
        assert readings(desk.run(1.5)) == [Lifted()]


def test_another_card_laid_at_once_is_read_too(desk: CardDesk) -> None:
    desk.device.press("citizen")
    desk.run(1)
    desk.device.press("lift")
    desk.device.press("compatriot")
    said = readings(desk.run(2))
    assert [type(one) for one in said] == [Lifted, CardRead]


def test_found_a_card_is_read_without_another_wait(desk: CardDesk) -> None:
    desk.run(1)
    desk.device.press("citizen")
    desk.run(1)
    found = [at for at in desk.asked(FIND) if at <= desk.asked(SELECT)[0]][-1]
    # In the same turn of the clock: nothing but the wire stands between.
    assert found == desk.asked(SELECT)[0] == desk.asked(READ)[0]


def test_cards_are_looked_for_every_300_ms_and_not_faster(desk: CardDesk) -> None:
    desk.run(60, step_s=0.05)
    at = [*desk.asked(FIND)]
    waits = [b - a for a, b in pairwise(at)]
    assert min(waits) >= 0.299
    assert sorted(waits)[len(waits) // 2] <= 0.36


def test_the_reader_is_asked_how_it_is_every_ten_seconds(desk: CardDesk) -> None:
    desk.run(60)
    assert 6 <= len(desk.asked(STATUS)) <= 8


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("select-failed", "select_failed"),
        ("read-failed", "read_failed"),
        ("lifted-early", "read_failed"),
        ("wrong-card", "wrong_card"),
        ("not-genuine", "not_genuine"),
        ("bad-card", "bad_data"),
    ],
)
@pytest.mark.parametrize("again", ["", "finds-again"])
def test_a_card_that_is_refused_is_told_once_and_read_when_laid_anew(
    desk: CardDesk, fault: str, code: str, again: str
) -> None:
    if again:
        desk.device.fault(again)
    desk.device.fault(fault)
    desk.device.press("citizen")
    [refused] = readings(desk.run(5))
    assert isinstance(refused, CardRefused)
    assert (refused.code, refused.field) == (code, "number" if code == "bad_data" else "")
    assert refused.say.zh
    desk.device.press("lift")
    assert readings(desk.run(2)) == []
    desk.device.fault(fault, active=False)
    desk.device.press("citizen")
    assert [type(one) for one in readings(desk.run(2))] == [CardRead]
    assert (states(desk.reports), desk.errors) == ([], [])


@pytest.mark.parametrize("name", sorted(CARDS))
def test_a_card_with_a_wrong_digit_is_never_half_a_person(desk: CardDesk, name: str) -> None:
    desk.device.fault("bad-card")
    desk.device.press(name)
    [refused] = readings(desk.run(2))
    assert isinstance(refused, CardRefused)
    assert (refused.code, refused.field) == ("bad_data", "number")


@pytest.mark.parametrize("fault", ["no-addition", "finds-again"])
def test_readers_of_other_habits_tell_lifting_too(fault: str) -> None:
    desk = CardDesk(SdtOptions(presence="find" if fault == "finds-again" else "addition"))
    desk.driver.open()
    desk.device.fault("finds-again")
    desk.device.fault(fault)
    desk.device.press("citizen")
    assert [type(one) for one in readings(desk.run(10))] == [CardRead]
    desk.device.press("lift")
    assert readings(desk.run(2)) == [Lifted()]


@pytest.mark.parametrize(
    ("fault", "code"), [("unauthorised", "sam_unauthorised"), ("self-test-failed", "sam_broken")]
)
def test_a_sam_that_cannot_work_is_a_fault_until_it_can(fault: str, code: str) -> None:
    desk = CardDesk()
    desk.device.fault(fault)
    status = desk.driver.open()
    assert (status.state, status.code) == (HealthState.FAULT, code)
    desk.device.press("citizen")
    assert desk.run(30) == []
    desk.device.fault(fault, active=False)
    desk.run(12)
    assert states(desk.reports) == [(HealthState.OK, "ok")]
    assert [type(one) for one in readings(desk.reports)] == [CardRead]
    assert desk.driver.identity.startswith("SAM 05.03")


def test_a_sam_that_loses_its_authority_says_so_at_the_next_look(desk: CardDesk) -> None:
    desk.device.fault("unauthorised")
    assert states(desk.run(1)) == [(HealthState.FAULT, "sam_unauthorised")]


def test_a_silent_reader_is_gone(desk: CardDesk) -> None:
    desk.silent = True
    desk.run(4)
    assert isinstance(desk.errors[0], DeviceTimeout)
    with pytest.raises(DeviceTimeout):
        desk.driver.open()


def test_at_a_wrong_baud_rate_it_is_garbled_and_no_bytes_are_told(desk: CardDesk) -> None:
    desk.device.fault("bad-checksum")
    with pytest.raises(FrameError) as caught:
        desk.driver.open()
    assert (str(caught.value), caught.value.data) == ("answer of reader", b"")


def test_an_answer_that_was_disturbed_is_asked_for_again(desk: CardDesk) -> None:
    desk.device.press("citizen")
    while not desk.asked(SELECT):
        desk.comes(FOUND)
        desk.run(0.1)
    desk.run(1)
    assert len(readings(desk.reports)) == 1


def test_a_card_whose_answer_stays_garbled_is_refused_and_the_reader_stays(desk: CardDesk) -> None:
    desk.run(1)
    desk.device.feed = lambda data: None  # type: ignore[method-assign]
    desk.run(0.4)
    desk.comes(FOUND)
    desk.run(0.1)
    desk.comes(SELECTED)
    desk.run(0.1)
    assert len(desk.asked(READ)) == 1
    torn = read_answer(CITIZEN)[:700]
    for _ in range(3):
        desk.comes(torn)
        desk.run(3.1)
    [refused] = readings(desk.reports)
    assert isinstance(refused, CardRefused)
    assert (refused.code, desk.errors) == ("garbled", [])
    assert len(desk.asked(READ)) == 3


def test_late_answers_are_never_taken_for_those_of_another_question(desk: CardDesk) -> None:
    desk.device.fault("late")
    desk.device.press("citizen")
    said = readings(desk.run(20))
    assert all(isinstance(one, CardRead | CardRefused | Lifted) for one in said)
    assert (HealthState.FAULT, "sam_broken") not in states(desk.reports)
    assert desk.driver.counters.extra.get("stray_answers", 0) > 0


def test_the_self_test_reads_a_card_and_nobody_hears_whose(desk: CardDesk) -> None:
    told = desk.driver.self_test()
    assert "30 秒" in told.zh
    desk.run(2)
    desk.device.press("citizen")
    assert states(desk.run(2)) == [(HealthState.OK, "test_card_read")]
    # It stays to be seen though the reader is asked meanwhile, and then goes.
    assert desk.run(20) == []
    desk.device.press("lift")
    assert states(desk.run(20)) == [(HealthState.OK, "ok")]
    assert readings(desk.reports) == []
    desk.device.press("citizen")
    assert [type(one) for one in readings(desk.run(2))] == [CardRead]


def test_the_self_test_says_that_a_card_was_not_read(desk: CardDesk) -> None:
    desk.driver.self_test()
    desk.device.fault("read-failed")
    desk.device.press("citizen")
    assert states(desk.run(2)) == [(HealthState.WARNING, "test_card_refused")]
    assert readings(desk.reports) == []


def test_a_self_test_that_nobody_lays_a_card_for_is_over_after_half_a_minute(
    desk: CardDesk,
) -> None:
    desk.driver.self_test()
    desk.run(31)
    desk.device.press("citizen")
    assert [type(one) for one in readings(desk.run(2))] == [CardRead]


def test_what_was_wiped_is_gone(desk: CardDesk) -> None:
    desk.device.press("citizen")
    [read] = readings(desk.run(1))
    assert isinstance(read, CardRead)
    assert isinstance(read.person, Citizen)
    assert repr(read) == "CardRead(<Citizen **************0014>)"
    read.wipe()
    read.wipe()
    assert (read.wiped, repr(read)) == (True, "CardRead(wiped)")
    with pytest.raises(Wiped):
        _ = read.person


def test_what_was_read_is_not_copied_and_not_written(desk: CardDesk) -> None:
    desk.device.press("citizen")
    [read] = readings(desk.run(1))
    for attempt in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="not copied"):
            attempt(read)
    with pytest.raises(TypeError):
        msgspec.json.encode(read)
