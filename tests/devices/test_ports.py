"""Ports named by what is plugged in, on a machine with the kernel's own shape of /sys."""

from __future__ import annotations

import os
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.errors import DeviceUnavailable, PortAbsent
from devices.ports import BadPort, UsbPort, resolve, usb_port
from devices.printer_port import PrinterEnd
from devices.simports import make_wire
from devices.transport import open_line
from devices.usb import plugged
from tests.devices.sysfs import Machine

FTDI, CH340, QUAD, EPSON = "0403:6001", "1a86:7523", "0403:6011", "04b8:0e15"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def pty() -> Iterator[tuple[int, str]]:
    master, slave = os.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    yield master, os.ttyname(slave)
    os.close(slave)
    os.close(master)


def node(machine: Machine, port: str) -> str:
    found = Path(resolve(port, sys=machine.sys, dev=machine.dev))
    return str(found.relative_to(machine.dev))


@pytest.mark.parametrize(
    ("port", "read"),
    [
        ("usb:0403:6001", UsbPort("0403", "6001")),
        ("usb:1A86:7523@1-1.3", UsbPort("1a86", "7523", socket="1-1.3")),
        ("usb:0403:6001:A50285BI", UsbPort("0403", "6001", "A50285BI")),
        ("usb:04b8:0e15:J5XX 0123", UsbPort("04b8", "0e15", "J5XX 0123")),
        ("usb:0403:6011:FT1@2-1:1.3", UsbPort("0403", "6011", "FT1", "2-1", "1.3")),
    ],
)
def test_a_usb_port_says_model_then_number_or_socket(port: str, read: UsbPort) -> None:
    assert usb_port(port) == read
    assert usb_port(str(read)) == read


def test_a_hid_port_is_what_types_and_follows_its_plug(machine: Machine) -> None:
    machine.reader("1-1.2", "1a2c:2124", "event3", "event4")
    assert usb_port("hid:1A2C:2124@1-1.2") == UsbPort("1a2c", "2124", socket="1-1.2", hid=True)
    assert str(usb_port("hid:1a2c:2124@1-1.2")) == "hid:1a2c:2124@1-1.2"
    # Its second node has volume keys.
    assert node(machine, "hid:1a2c:2124") == "input/event3"
    assert node(machine, "hid:1a2c:2124@1-1.2:1.1") == "input/event4"
    machine.unplug("1-1.2")
    with pytest.raises(PortAbsent, match="not plugged in"):
        node(machine, "hid:1a2c:2124")
    machine.reader("1-1.4", "1a2c:2124", "event9")
    assert node(machine, "hid:1a2c:2124") == "input/event9"
    with pytest.raises(PortAbsent, match="another socket"):
        node(machine, "hid:1a2c:2124@1-1.2")


def test_two_keypads_alike_are_told_apart_by_their_sockets(machine: Machine) -> None:
    machine.reader("1-1.2", "1a2c:2124", "event3")
    machine.reader("1-1.3", "1a2c:2124", "event4")
    with pytest.raises(DeviceUnavailable, match=r"such as hid:1a2c:2124@1-1\.2"):
        node(machine, "hid:1a2c:2124")
    assert node(machine, "hid:1a2c:2124@1-1.3") == "input/event4"


def test_a_keypad_is_no_serial_port_and_an_adapter_types_nothing(machine: Machine) -> None:
    machine.reader("1-1.2", "1a2c:2124", "event3")
    machine.serial("1-1.3", FTDI, "ttyUSB0")
    for port in ("usb:1a2c:2124", "hid:0403:6001"):
        with pytest.raises(PortAbsent, match="Linux gives it no port"):
            node(machine, port)


def test_of_several_nodes_that_type_none_is_guessed(machine: Machine) -> None:
    machine.reader("1-1.2", "1a2c:2124", "event3")
    (hid,) = machine.sys.glob("devices/**/0003:1A2C:2124.0001")
    machine.types(hid, "event5")
    with pytest.raises(DeviceUnavailable, match=r"/dev/input/by-id") as caught:
        node(machine, "hid:1a2c:2124")
    assert "多个按键节点" in caught.value.zh


def test_a_keypad_without_digits_is_taken_when_it_is_all_that_types(machine: Machine) -> None:
    machine.reader("1-1.2", "1a2c:2124", "event3", keys="0")
    machine.reader("1-1.3", "1a2c:2125", "event4", keys="what")
    assert node(machine, "hid:1a2c:2124") == "input/event3"
    assert node(machine, "hid:1a2c:2125") == "input/event4"


@pytest.mark.parametrize(
    "port",
    ["usb:", "usb:403:6001", "usb:0403", "usb:0403:6001@", "usb:0403:6001@1.3", "usb:0403:6001:"],
)
def test_what_is_no_usb_port_is_refused_with_an_example(machine: Machine, port: str) -> None:
    with pytest.raises(BadPort, match="usb:0403:6001:A50285BI"):
        usb_port(port)
    with pytest.raises(DeviceUnavailable, match="is no USB identity") as caught:
        resolve(port, sys=machine.sys, dev=machine.dev)
    assert "不是有效的 USB 标识" in caught.value.zh


def test_the_only_adapter_of_its_model_is_found(machine: Machine) -> None:
    machine.serial("1-1.2", CH340, "ttyUSB0")
    machine.serial("1-1.3", FTDI, "ttyUSB1", serial="A50285BI")
    machine.serial("1-1.4", "2341:0043", "ttyACM0", acm=True)
    assert node(machine, "usb:0403:6001") == "ttyUSB1"
    assert node(machine, "usb:2341:0043") == "ttyACM0"


def test_two_adapters_alike_are_told_apart_by_their_sockets_and_never_guessed(
    machine: Machine,
) -> None:
    machine.serial("1-1.3", CH340, "ttyUSB1")
    machine.serial("1-1.2", CH340, "ttyUSB0")
    with pytest.raises(DeviceUnavailable) as caught:
        node(machine, "usb:1a86:7523")
    assert caught.value.reason == (
        "2 of 1a86:7523 are plugged in (1-1.2, 1-1.3); say which socket, such as "
        "usb:1a86:7523@1-1.2"
    )
    assert caught.value.zh == (
        "插着 2 个 1a86:7523（1-1.2, 1-1.3），请写明插口，例如 usb:1a86:7523@1-1.2"
    )
    assert node(machine, "usb:1a86:7523@1-1.2") == "ttyUSB0"
    assert node(machine, "usb:1a86:7523@1-1.3") == "ttyUSB1"


def test_a_serial_number_is_followed_to_another_socket_and_name(machine: Machine) -> None:
    machine.serial("1-1.2", FTDI, "ttyUSB0", serial="A1")
    machine.serial("1-1.3", FTDI, "ttyUSB1", serial="B2")
    assert node(machine, "usb:0403:6001:B2") == "ttyUSB1"
    machine.unplug("1-1.3")
    machine.serial("1-1.4.1", FTDI, "ttyUSB3", serial="B2")
    assert node(machine, "usb:0403:6001:B2") == "ttyUSB3"


def test_serial_numbers_that_a_maker_gave_twice_are_refused(machine: Machine) -> None:
    machine.serial("1-1.2", "10c4:ea60", "ttyUSB0", serial="0001")
    machine.serial("1-1.3", "10c4:ea60", "ttyUSB1", serial="0001")
    with pytest.raises(DeviceUnavailable, match=r"1-1\.2 \[0001\], 1-1\.3 \[0001\]"):
        node(machine, "usb:10c4:ea60:0001")
    assert node(machine, "usb:10c4:ea60:0001@1-1.3") == "ttyUSB1"


def test_an_adapter_in_the_wrong_socket_is_not_used_and_is_named(machine: Machine) -> None:
    machine.serial("1-1.2", CH340, "ttyUSB0")
    with pytest.raises(PortAbsent, match=r"of this model there is 1-1\.2: another socket"):
        node(machine, "usb:1a86:7523@1-1.3")
    machine.unplug("1-1.2")
    with pytest.raises(PortAbsent, match=r"usb:1a86:7523@1-1\.3: not plugged in"):
        node(machine, "usb:1a86:7523@1-1.3")


def test_a_port_of_a_four_port_adapter_is_named_by_its_interface(machine: Machine) -> None:
    machine.serial("1-1.3", QUAD, "ttyUSB0", "ttyUSB1", "ttyUSB2", "ttyUSB3", serial="FT4")
    with pytest.raises(DeviceUnavailable, match=r"has 4 ports; say which: .*@1-1\.3:1\.0, "):
        node(machine, "usb:0403:6011:FT4")
    assert node(machine, "usb:0403:6011@1-1.3:1.2") == "ttyUSB2"


def test_an_adapter_without_its_driver_says_so(machine: Machine) -> None:
    machine.serial("1-1.3", FTDI)
    with pytest.raises(PortAbsent, match=r"plugged in at 1-1\.3, but Linux gives it no port"):
        node(machine, "usb:0403:6001")


def test_a_usb_printer_is_the_file_of_its_class(machine: Machine) -> None:
    machine.printer("1-1.4", EPSON, serial="J5XX012345")
    assert node(machine, "usb:04b8:0e15:J5XX012345") == "usb/lp0"


def test_hubs_are_left_out_and_readers_are_no_ports(machine: Machine) -> None:
    machine.reader("1-1.1", "1eab:0022", model="EHS Barcode Scanner")
    assert [one.socket for one in plugged(machine.sys, machine.dev)] == ["1-1.1"]
    with pytest.raises(PortAbsent, match="no port"):
        node(machine, "usb:1eab:0022")


def test_the_bench_does_not_play_a_usb_port() -> None:
    with pytest.raises(ValueError, match="the bench plays ptys and socket://, not usb:0403:6001"):
        make_wire("printer", "usb:0403:6001", 9600)


def test_a_machine_without_usb_has_nothing_plugged_in(tmp_path: Path) -> None:
    assert plugged(tmp_path) == []


def test_a_line_is_opened_by_identity_and_keeps_its_configured_name(
    machine: Machine, pty: tuple[int, str]
) -> None:
    master, path = pty
    machine.serial("1-1.2", CH340, "ttyUSB0")
    machine.serial("1-1.3", CH340, "ttyUSB1")
    machine.wire("ttyUSB1", path)
    line = open_line("usb:1a86:7523@1-1.3", sys=machine.sys, dev=machine.dev)
    assert line.port == "usb:1a86:7523@1-1.3"
    line.write(b"\x10\x04\x01")
    assert os.read(master, 16) == b"\x10\x04\x01"
    with pytest.raises(DeviceUnavailable, match="another program holds this port") as caught:
        open_line("usb:1a86:7523@1-1.3", sys=machine.sys, dev=machine.dev)
    assert caught.value.port == "usb:1a86:7523@1-1.3"
    line.close()


def test_of_two_alike_neither_gets_a_byte(machine: Machine, pty: tuple[int, str]) -> None:
    master, path = pty
    for number, socket in enumerate(("1-1.2", "1-1.3")):
        machine.serial(socket, CH340, f"ttyUSB{number}")
        machine.wire(f"ttyUSB{number}", path)
    with pytest.raises(DeviceUnavailable, match="2 of 1a86:7523"):
        open_line("usb:1a86:7523", sys=machine.sys, dev=machine.dev)
    with pytest.raises(BlockingIOError):
        os.read(master, 1)


def test_a_printers_file_forgets_what_waited_and_is_held_by_one(pty: tuple[int, str]) -> None:
    master, path = pty
    os.write(master, b"from an earlier conversation")
    end = PrinterEnd(path)
    with pytest.raises(BlockingIOError):
        os.read(end.fd, 16)
    with pytest.raises(BlockingIOError):
        PrinterEnd(path)
    os.write(end.fd, b"\x10\x04\x01")
    assert os.read(master, 16) == b"\x10\x04\x01"
    end.close()
    PrinterEnd(path).close()
