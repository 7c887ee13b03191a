"""The driver and a real pcscd: virtual readers, virtual cards, and another program beside us."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from devices.base import HealthState, Report, Status
from devices.card_reader.pcsc_driver import PcscReader
from devices.card_reader.pcsc_options import PcscOptions
from devices.card_reader.reports import CardRefused, Lifted, TagRead
from devices.debian_library import debian_module
from devices.errors import DeviceFault, DeviceUnavailable, PortAbsent
from tests.devices.card_reader.service import READERS, Service, card, service

WITHIN_S = 60.0


@pytest.fixture
def pcscd(tmp_path: Path) -> Iterator[Service]:
    try:
        debian_module("smartcard", "python3-pyscard")
    except DeviceUnavailable as error:
        pytest.skip(str(error))
    with service(tmp_path) as running:
        yield running


def reader(pcscd: Service, name: str = READERS[0]) -> PcscReader:
    return PcscReader("card-1", PcscOptions(reader=name, service=f"mock:{pcscd.socket}"), None)


def until(driver: PcscReader, right: Callable[[list[Report]], bool]) -> list[Report]:
    """Poll, as the worker does, until what was said is right; return all of it."""
    said: list[Report] = []
    deadline = time.monotonic() + WITHIN_S
    while not right(said):
        assert time.monotonic() < deadline, said
        threading.Event().wait(0.02)
        said += driver.poll()
    return said


def read(said: list[Report]) -> bool:
    return any(isinstance(one, TagRead) for one in said)


@pytest.mark.parametrize("uid", ["3A5B7C9D", "04A1B2C3D4E580", "04A1B2C3D4E5F6A7B8C9"])
def test_a_card_that_is_laid_is_read_once_and_lifted(pcscd: Service, uid: str) -> None:
    driver = reader(pcscd)
    assert driver.open().state is HealthState.OK
    assert driver.identity == "Virtual PCD 00 00"
    assert driver.poll() == []
    with card(pcscd.port, uid):
        (tag,) = until(driver, read)
        assert isinstance(tag, TagRead)
        assert tag.uid.hex().upper() == uid
        assert not tag.random
        assert driver.poll() == []
    (gone,) = until(driver, bool)
    assert isinstance(gone, Lifted)
    driver.close()


def test_another_card_in_its_place_is_another_reading(pcscd: Service) -> None:
    driver = reader(pcscd)
    driver.open()
    with card(pcscd.port, "04A1B2C3D4E580"):
        until(driver, read)
    with card(pcscd.port, "08F1A2B3"):
        said = until(driver, read)
    assert [type(one) for one in said] == [Lifted, TagRead]
    assert isinstance(said[-1], TagRead)
    assert said[-1].random
    driver.close()


def test_a_card_without_a_uid_is_refused_once(pcscd: Service) -> None:
    driver = reader(pcscd)
    driver.open()
    with card(pcscd.port, ""):
        (refused,) = until(driver, bool)
        assert isinstance(refused, CardRefused)
        assert refused.code == "no_uid"
        assert driver.poll() == []
    driver.close()


def test_of_two_readers_one_must_be_named(pcscd: Service) -> None:
    for name in ("", "Virtual"):
        with pytest.raises(DeviceFault, match="several_readers") as several:
            reader(pcscd, name).open()
        assert all(one in several.value.zh for one in READERS)
    with pytest.raises(PortAbsent, match="there are: Virtual PCD 00 00, Virtual PCD 00 01"):
        reader(pcscd, "ACR122").open()
    second = reader(pcscd, "00 01")
    second.open()
    with card(pcscd.port + 1, "3A5B7C9D"):
        until(second, read)
    second.close()


OTHER = """
import sys
sys.path.append("/usr/lib/python3/dist-packages")
from smartcard.scard import *
def done(result, *rest):
    assert result == 0, SCardGetErrorMessage(result)
    return rest[0] if rest else None
context = done(*SCardEstablishContext(SCARD_SCOPE_SYSTEM))
protocols = SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1
card = done(*SCardConnect(context, sys.argv[1], SCARD_SHARE_EXCLUSIVE, protocols))
print("mine", flush=True)
sys.stdin.readline()
done(SCardDisconnect(card, SCARD_LEAVE_CARD))
"""


def test_a_card_that_another_program_keeps_is_read_when_it_is_free(pcscd: Service) -> None:
    driver = reader(pcscd)
    driver.open()
    with card(pcscd.port, "04A1B2C3D4E580"):
        until(driver, read)
        other = subprocess.Popen(
            [sys.executable, "-c", OTHER, READERS[0]],
            env={"PCSCLITE_CSOCK_NAME": str(pcscd.socket)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        with other:
            assert other.stdout is not None
            assert other.stdout.readline() == b"mine\n"
            (status,) = until(driver, bool)
            assert isinstance(status, Status)
            assert status.code == "in_use"
            assert driver.open().code == "in_use"
            other.communicate(b"\n", WITHIN_S)
        said = until(driver, read)
        assert isinstance(said[0], Status)
        assert said[0].state is HealthState.OK
    driver.close()


def test_a_pcscd_that_ends_is_said_and_one_that_is_back_is_taken(pcscd: Service) -> None:
    driver = reader(pcscd)
    driver.open()
    pcscd.stop()
    with pytest.raises(DeviceUnavailable, match="systemctl status pcscd"):
        until(driver, read)
    driver.close()
    with pytest.raises(DeviceUnavailable):
        driver.open()
    pcscd.start()
    assert driver.open().state is HealthState.OK
    with card(pcscd.port, "3A5B7C9D"):
        until(driver, read)
    driver.close()
