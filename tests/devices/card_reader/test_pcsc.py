"""The PC/SC reader and its simulator, through the system's libpcsclite; UIDs of nobody's cards."""

from __future__ import annotations

import contextlib
import pickle
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.base import HealthState, Report, Status
from devices.card_reader.pcsc_driver import PcscReader
from devices.card_reader.pcsc_options import PcscOptions
from devices.card_reader.pcsc_simulator import READER
from devices.card_reader.reports import CardRefused, Lifted, TagRead, Wiped
from devices.card_reader.tags import NoUid, is_random, is_shared, uid_of
from devices.debian_library import debian_module
from devices.errors import DeviceFault, DeviceUnavailable, PortAbsent
from devices.registry import convert_options
from devices.simhost import SimHost
from devices.specs import DeviceSpec
from tests.runtime.echo import BenchThread, bench

HEX = bytes.fromhex


@pytest.mark.parametrize(
    ("answer", "uid"),
    [
        ("3A5B7C9D 9000", "3A5B7C9D"),
        ("04A1B2C3D4E580 9000", "04A1B2C3D4E580"),
        ("04A1B2C3D4E5F6A7B8C9 9000", "04A1B2C3D4E5F6A7B8C9"),
    ],
)
def test_a_uid_has_four_seven_or_ten_bytes(answer: str, uid: str) -> None:
    assert uid_of(HEX(answer)) == HEX(uid)


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ("", ""),
        ("90", ""),
        ("9000", "9000"),
        ("6A81", "6A81"),
        ("3A5B7C9D 6300", "6300"),
        ("3A5B7C 9000", "9000"),
        ("3A5B7C9DA1 9000", "9000"),
        ("00000000 9000", "9000"),
        # The mark of a longer one, of which the rest is missing.
        ("8804A1B2 9000", "9000"),
        ("04A1B2C3D4E5F6A7B8C9D0 9000", "9000"),
    ],
)
def test_what_is_no_uid_is_none_and_its_bytes_are_not_told(answer: str, status: str) -> None:
    with pytest.raises(NoUid) as refused:
        uid_of(HEX(answer))
    assert refused.value.status == status
    assert "3A5B" not in str(refused.value).upper()


def test_numbers_that_recognise_nobody_are_known_by_their_first_byte() -> None:
    assert is_random(HEX("08F1A2B3"))
    assert not is_random(HEX("08F1A2B3C4D5E6"))
    assert is_shared(HEX("1FA2B3C4"))
    assert not is_shared(HEX("3A5B7C9D"))


def test_any_bytes_are_a_uid_or_none() -> None:
    dice = random.Random(14443)
    for _ in range(20_000):
        answer = dice.randbytes(dice.randint(0, 14)) + dice.choice((b"", b"\x90\x00", b"\x90"))
        try:
            uid = uid_of(answer)
        except NoUid:
            continue
        assert answer == uid + HEX("9000")
        assert len(uid) in {4, 7, 10}


def test_a_uid_is_shown_by_its_length_only_and_can_be_emptied() -> None:
    tag = TagRead(HEX("04A1B2C3D4E580"))
    assert repr(tag) == str(tag) == "TagRead(<7 bytes>)"
    with pytest.raises(TypeError):
        pickle.dumps(tag)
    tag.wipe()
    assert tag.wiped
    assert repr(tag) == "TagRead(wiped)"
    with pytest.raises(Wiped):
        _ = tag.uid


class Desk:
    """The driver of one reader, and the far end."""

    def __init__(self, far: BenchThread, path: Path) -> None:
        self.far = far
        self.now = 100.0
        self.driver = self.another(path)

    def another(self, path: Path, reader: str = "") -> PcscReader:
        options = PcscOptions(reader=reader, service=f"mock:{path}")
        return PcscReader("card-1", options, None, clock=lambda: self.now)

    def lay(self, key: str) -> list[Report]:
        self.far.do(lambda host: host.press("it", key))
        return self.driver.poll()

    def fault(self, fault: str, *, active: bool = True) -> list[Report]:
        self.far.do(lambda host: host.fault("it", fault, active=active))
        return self.driver.poll()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    try:
        debian_module("smartcard", "python3-pyscard")
    except DeviceUnavailable as error:
        pytest.skip(str(error))
    path = tmp_path / "pcscd.comm"
    options = convert_options("card_reader.pcsc", {"service": f"mock:{path}"})
    spec = DeviceSpec(name="it", kind="card_reader.pcsc", options=options)
    with bench(lambda: SimHost({}, {"it": spec})) as far:
        made = Desk(far, path)
        assert made.driver.open().state is HealthState.OK
        assert made.driver.identity == READER
        with contextlib.closing(made.driver):
            yield made


def tag_of(reports: list[Report]) -> TagRead:
    (tag,) = reports
    assert isinstance(tag, TagRead)
    return tag


def code_of(reports: list[Report]) -> str:
    (report,) = reports
    assert isinstance(report, Status | CardRefused)
    return report.code


def test_a_card_is_read_once_and_its_lifting_told(desk: Desk) -> None:
    assert desk.driver.poll() == []
    assert tag_of(desk.lay("card")).uid == HEX("04A1B2C3D4E580")
    assert desk.driver.poll() == []
    assert [type(one) for one in desk.lay("lift")] == [Lifted]
    assert desk.driver.poll() == []
    assert tag_of(desk.lay("card")).uid == HEX("04A1B2C3D4E580")


def test_a_card_that_is_exchanged_between_two_looks_is_another(desk: Desk) -> None:
    desk.lay("card")
    gone, tag = desk.lay("card-2")
    assert isinstance(gone, Lifted)
    assert tag_of([tag]).uid == HEX("04A1B2C3D4E680")
    # The same card, lifted and laid again between two looks, is laid again.
    assert [type(one) for one in desk.lay("card-2")] == [Lifted, TagRead]


def test_a_telephones_number_is_told_to_be_drawn_by_lot(desk: Desk) -> None:
    first = tag_of(desk.lay("phone"))
    _, second = desk.lay("phone")
    assert first.random
    assert tag_of([second]).random
    assert first.uid != tag_of([second]).uid
    assert desk.lay("copied")[1].shared  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("fault", "code"), [("no-uid", "no_uid"), ("mute", "mute"), ("trembles", "read_failed")]
)
def test_a_card_that_cannot_be_read_is_refused_once_for_each_time_it_is_laid(
    desk: Desk, fault: str, code: str
) -> None:
    desk.fault(fault)
    for _ in range(2):
        said = desk.lay("card") + desk.driver.poll() + desk.driver.poll() + desk.driver.poll()
        assert code_of(said) == code
        assert desk.lay("lift") == []


def test_a_card_that_trembles_and_lies_still_is_read(desk: Desk) -> None:
    desk.fault("trembles")
    assert desk.lay("card") == []
    assert tag_of(desk.fault("trembles", active=False)).uid == HEX("04A1B2C3D4E580")


def test_a_reader_that_another_program_keeps_is_said_and_read_when_it_is_free(desk: Desk) -> None:
    desk.fault("in-use")
    assert code_of(desk.lay("card")) == "in_use"
    assert desk.driver.poll() == []
    well, tag = desk.fault("in-use", active=False)
    assert code_of([well]) == "ok"
    assert tag_of([tag]).uid == HEX("04A1B2C3D4E580")


def test_a_reader_that_is_unplugged_is_lost_and_found_again(desk: Desk) -> None:
    with pytest.raises(PortAbsent, match="no such card reader is plugged in"):
        desk.fault("no-reader")
    with pytest.raises(PortAbsent):
        desk.driver.open()
    desk.far.do(lambda host: host.fault("it", "no-reader", active=False))
    assert desk.driver.open().state is HealthState.OK


def test_which_of_two_readers_must_be_said_and_a_part_of_its_name_is_enough(desk: Desk) -> None:
    desk.fault("two-readers")
    with pytest.raises(DeviceFault, match="several_readers"):
        desk.driver.open()
    path = Path(desk.driver.options.service.removeprefix("mock:"))
    with contextlib.closing(desk.another(path, "[PICC]")) as named:
        named.open()
        assert named.identity == READER
    with contextlib.closing(desk.another(path, "ACR122")) as other, pytest.raises(PortAbsent):
        other.open()


def test_a_pcscd_that_lets_nobody_in_is_no_pcscd_that_is_down(desk: Desk) -> None:
    desk.far.do(lambda host: host.fault("it", "stranger"))
    with pytest.raises(DeviceUnavailable, match="polkit"):
        desk.driver.open()


def test_the_cards_of_a_self_test_are_nobodys(desk: Desk) -> None:
    desk.driver.self_test()
    assert code_of(desk.lay("card")) == "test_card_read"
    assert desk.lay("lift") == []
    desk.now += 31
    assert code_of(desk.driver.poll()) == "ok"
    assert tag_of(desk.lay("card")).uid == HEX("04A1B2C3D4E580")


def test_without_the_library_the_device_says_which_package_brings_it() -> None:
    def missing() -> object:
        debian_module("no_such_library", "python3-pyscard", folders=())
        raise AssertionError

    driver = PcscReader("card-1", PcscOptions(), None, functions=missing)  # type: ignore[arg-type]
    with pytest.raises(DeviceUnavailable, match="apt-get install python3-pyscard"):
        driver.open()
