"""What is plugged in, on a machine with the kernel's own shape of /sys; and the command itself."""

from __future__ import annotations

import os
import socket
import threading
import tomllib
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from devices.known_hardware import numbered, seems
from firmware_py.cli.asking import Answer, ask
from firmware_py.cli.devices_find import _as_json, _show
from firmware_py.cli.errors import WrongUse
from firmware_py.cli.finding import Found, collect, lines_to_paste
from firmware_py.cli.holders import Holder, holders
from firmware_py.cli.neighbours import Neighbour, hosts_of, listening
from firmware_py.config.file import load_all
from firmware_py.config.mistakes import ConfigError
from tests.cli.hallrun import CONFIG, Hall, Hallctl
from tests.devices.sysfs import Machine

DEADLINE_S = 60.0


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A Pi with two CH340 alike, an FTDI, a receipt printer and a code reader."""
    made = Machine(tmp_path / "pi")
    made.serial("1-1.1", "1a86:7523", "ttyUSB0", model="USB Serial")
    made.serial("1-1.2", "1a86:7523", "ttyUSB1", model="USB Serial")
    made.serial("1-1.3", "0403:6001", "ttyUSB2", serial="A50285BI", maker="FTDI")
    made.printer("1-1.4.1", "04b8:0e15", serial="J5XX012345")
    made.reader("1-1.4.2", "1eab:0022", model="EHS Barcode Scanner")
    return made


def found(machine: Machine, configured: dict[str, str] | None = None) -> dict[str, Found]:
    collected = collect(configured or {}, sys=machine.sys, dev=machine.dev)
    return {one.plugged.socket: one for one in collected}


def test_everything_is_named_and_has_a_port_that_stays_its_own(machine: Machine) -> None:
    told = {
        place: (one.seems.say.en, *(port.write for port in one.ports))
        for place, one in found(machine).items()
    }
    assert told == {
        "1-1.1": ("CH340 USB serial adapter", "usb:1a86:7523@1-1.1"),
        "1-1.2": ("CH340 USB serial adapter", "usb:1a86:7523@1-1.2"),
        "1-1.3": ("FTDI FT232R USB serial adapter", "usb:0403:6001:A50285BI"),
        "1-1.4.1": ("Epson TM-T20II / TM-T88V receipt printer", "usb:04b8:0e15:J5XX012345"),
        "1-1.4.2": ("Newland code reader", "hid:1eab:0022@1-1.4.2"),
    }


def test_a_serial_number_that_every_piece_has_is_not_written(machine: Machine) -> None:
    machine.serial("1-1.4.3", "10c4:ea60", "ttyUSB3", serial="0001")
    (port,) = found(machine)["1-1.4.3"].ports
    assert port.write == "usb:10c4:ea60@1-1.4.3"
    assert not numbered(found(machine)["1-1.4.3"].plugged)


def test_the_ports_of_a_four_port_adapter_are_written_apart(machine: Machine) -> None:
    machine.serial("1-1.4.3", "0403:6011", "ttyUSB3", "ttyUSB4", "ttyUSB5", "ttyUSB6", serial="F4")
    ports = [port.write for port in found(machine)["1-1.4.3"].ports]
    assert ports == [f"usb:0403:6011@1-1.4.3:1.{n}" for n in range(4)]


def test_what_is_configured_is_told_by_whatever_name_it_is_written(machine: Machine) -> None:
    by_path = machine.dev / "serial/by-path/platform-fd500000.pcie-pci-0000:01:00.0-usb-0:1.2:1.0"
    by_path.parent.mkdir(parents=True)
    by_path.symlink_to("../../ttyUSB1")
    configured = {
        "printer": "usb:04b8:0e15:J5XX012345",
        "lines.pads": str(by_path),
        "wall": str(machine.dev / "ttyUSB2"),
        "codes": "hid:1eab:0022",
        "nobody": "usb:1eab:0022",
        "other": "socket://192.168.1.60:9100",
        "gone": "usb:1a86:7523@2-1",
    }
    used = {
        port.node.path.removeprefix(f"{machine.dev}/"): list(port.configured)
        for one in found(machine, configured).values()
        for port in one.ports
    }
    assert used == {
        "ttyUSB0": [],
        "ttyUSB1": ["lines.pads"],
        "ttyUSB2": ["wall"],
        "usb/lp0": ["printer"],
        "input/event0": ["codes"],
    }
    assert found(machine)["1-1.2"].ports[0].by_path == str(by_path)


def test_a_keypads_lines_name_what_types_and_the_kinds_that_do(machine: Machine) -> None:
    machine.reader("1-1.4.3", "1a2c:2124", "event5", "event6")
    keypad = found(machine)["1-1.4.3"]
    assert [port.node.path for port in keypad.ports] == [f"{machine.dev}/input/event5"]
    assert lines_to_paste(keypad, keypad.ports[0], ()).splitlines() == [
        "[devices.NAME]",
        'kind = "?"  # pad.hid, card_reader.scanner_hid',
        'port = "hid:1a2c:2124@1-1.4.3"',
    ]


def test_a_printers_lines_are_a_device_and_take_a_free_name(machine: Machine) -> None:
    printer = found(machine)["1-1.4.1"]
    pasted = tomllib.loads(lines_to_paste(printer, printer.ports[0], {"printer", "printer-2"}))
    assert pasted == {
        "devices": {
            "printer-3": {"kind": "ticket_printer.escpos", "port": "usb:04b8:0e15:J5XX012345"}
        }
    }


def test_an_adapters_lines_leave_the_kind_open_and_the_check_asks_for_it(
    machine: Machine, tmp_path: Path
) -> None:
    adapter = found(machine)["1-1.1"]
    file = tmp_path / "hall.toml"
    file.write_text(CONFIG + lines_to_paste(adapter, adapter.ports[0], {}), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_all(file, {"HALL_RUN": "/run"})
    (mistake,) = caught.value.mistakes
    assert (mistake.path, mistake.en[:26]) == ("devices.NAME.kind", '"?" is not a kind of devic')


@pytest.mark.parametrize(
    ("port", "words"),
    [
        ("usb:0403:6001@3", "is no USB identity; expected usb:VENDOR:PRODUCT"),
        ("usb:0403", "is no USB identity"),
    ],
)
def test_a_wrong_usb_port_is_a_mistake_in_the_configuration(
    tmp_path: Path, port: str, words: str
) -> None:
    file = tmp_path / "hall.toml"
    file.write_text(CONFIG.replace("${HALL_RUN}/printer", port), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_all(file, {"HALL_RUN": "/run"})
    (mistake,) = caught.value.mistakes
    assert mistake.path == "devices.printer.port"
    assert words in mistake.en
    assert "USB 标识" in mistake.zh


def test_one_identity_written_in_two_ways_is_still_one_port(tmp_path: Path) -> None:
    file = tmp_path / "hall.toml"
    config = CONFIG.replace("${HALL_RUN}/printer", "usb:1A86:7523@1-1.2")
    file.write_text(config.replace("${HALL_RUN}/pads", "usb:1a86:7523@1-1.2"), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"is already the port of lines\.pads"):
        load_all(file, {"HALL_RUN": "/run"})


def test_two_adapters_alike_are_to_be_told_apart_by_their_sockets(tmp_path: Path) -> None:
    file = tmp_path / "hall.toml"
    config = CONFIG.replace("${HALL_RUN}/printer", "usb:1a86:7523")
    file.write_text(config.replace("${HALL_RUN}/pads", "usb:1a86:7523"), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_all(file, {"HALL_RUN": "/run"})
    (mistake,) = caught.value.mistakes
    assert mistake.en.endswith(
        "two adapters of one model need their sockets (hallctl devices find)"
    )
    assert mistake.zh.endswith("如为两个同型号转换器，请写明各自的插口（hallctl devices find）")


def test_who_holds_a_port_is_told_with_the_programs_name(tmp_path: Path) -> None:
    file = tmp_path / "ttyUSB0"
    file.touch()
    assert holders(str(file)) == ()
    with file.open():
        (holder,) = holders(str(file))
    assert holder.pid == os.getpid()
    assert holder.program


def test_a_lock_is_seen_by_those_who_may_not_look_into_the_program(tmp_path: Path) -> None:
    file, proc = tmp_path / "ttyUSB0", tmp_path / "proc"
    file.touch()
    is_ = file.stat()
    place = f"{os.major(is_.st_dev):02x}:{os.minor(is_.st_dev):02x}:{is_.st_ino}"
    (proc / "1234").mkdir(parents=True)
    (proc / "1234/comm").write_text("halld\n")
    (proc / "locks").write_text(
        "1: POSIX  ADVISORY  WRITE 77 00:2c:99 0 EOF\n"
        f"2: FLOCK  ADVISORY  WRITE 1234 {place} 0 EOF\n"
        f"2: -> FLOCK  ADVISORY  WRITE 1234 {place} 0 EOF\n"
    )
    assert holders(str(file), proc) == (Holder(1234, "halld"),)


def test_the_page_tells_state_and_lines(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    configured = {"wall": str(machine.dev / "ttyUSB2")}
    one = found(machine, configured)
    _show(one["1-1.1"], configured)
    _show(one["1-1.3"], configured)
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "1-1.1  CH340 USB serial adapter (1a86:7523, USB Serial)"
    assert out[1].endswith("ttyUSB0  free")
    assert out[2].strip() == "[devices.NAME]"
    assert out[4].strip() == 'port = "usb:1a86:7523@1-1.1"'
    assert out[6].endswith("ttyUSB2  configured as wall")
    assert _as_json(one["1-1.3"], configured)["ports"][0]["configured"] == configured


@contextmanager
def printer(answers: dict[bytes, bytes]) -> Iterator[str]:
    """A device at a pty that answers whole questions."""
    master, slave = os.openpty()
    tty.setraw(slave)
    done = threading.Event()

    def serve() -> None:
        os.set_blocking(master, False)
        while not done.wait(0.005):
            try:
                heard = os.read(master, 64)
            except BlockingIOError:
                continue
            os.write(master, answers.get(heard, b""))

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield os.ttyname(slave)
    finally:
        done.set()
        thread.join(DEADLINE_S)
        os.close(master)
        os.close(slave)


def test_a_printer_that_is_asked_says_who_it_is() -> None:
    answers = {
        b"\x10\x04\x01": b"\x12",
        b"\x1d\x49\x42": b"_EPSON\x00",
        b"\x1d\x49\x43": b"_TM-T88V\x00",
    }
    with printer(answers) as port:
        # A pause of the machine may be longer than an answer is waited for, but not each time.
        said = next(filter(None, (ask(port) for _ in range(10))), None)
        assert said == Answer("EPSON TM-T88V", 115200)


def test_what_answers_otherwise_is_no_printer() -> None:
    with printer({b"\x10\x04\x01": b"\x10\x04\x01"}) as port:
        assert ask(port) is None


def test_a_network_is_only_connected_to_and_hears_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(DEADLINE_S)
        number = server.getsockname()[1]
        there = listening(["127.0.0.1"], [number])
        assert there == [Neighbour("127.0.0.1", number, f"socket://127.0.0.1:{number}")]
        client, _ = server.accept()
        with client:
            client.settimeout(DEADLINE_S)
            assert client.recv(16) == b""
    assert listening(["127.0.0.1"], [number]) == []


def test_a_network_is_named_by_address_range_or_name_and_has_a_limit() -> None:
    assert hosts_of("192.168.1.60") == ["192.168.1.60"]
    assert hosts_of("192.168.1.9/30") == ["192.168.1.9", "192.168.1.10"]
    assert hosts_of("printer.hall") == ["printer.hall"]
    for wrong in ("10.0.0.0/8", "192.168.1/24", ""):
        with pytest.raises(WrongUse):
            hosts_of(wrong)


def test_the_command_works_without_a_daemon_and_with_one(
    hall: Hall, hallctl: Hallctl, tmp_path: Path
) -> None:
    alone = Hallctl({"HALL_RUN": str(tmp_path), "HALL_CONFIG": str(hall.config)})
    for run in (hallctl, alone):
        told = run.ok("devices", "find")
        assert (told["configuration_known"], told["network"]) == (True, [])
        assert run("devices", "find").code == 0
    lost = Hallctl({"HALL_RUN": str(tmp_path), "HALL_CONFIG": "/nonexistent"})
    assert lost.ok("devices", "find")["configuration_known"] is False


def test_a_port_that_the_daemon_holds_is_not_asked(hall: Hall, hallctl: Hallctl) -> None:
    asked = hallctl("devices", "find", "--ask", f"{hall.run}/printer", "--json")
    assert asked.code == 1
    assert asked.json()["error"]["code"] == "unavailable"
    assert "another program holds this port" in asked.json()["error"]["en"]
    assert "端口正被其他程序占用" in asked.json()["error"]["zh"]


def test_every_sort_of_thing_has_words(machine: Machine) -> None:
    assert all(seems(one.plugged).say.zh for one in found(machine).values())
