"""Scanners, cameras and card readers that are plugged in, and the lines that name them for good."""

from __future__ import annotations

import shutil
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from devices.registry import convert_options
from firmware_py.cli.devices_find import _ports, _show
from firmware_py.cli.finding import Found, collect, lines_to_paste, unstable
from firmware_py.cli.finding_scanners import addresses_in, seen_in
from tests.cli.hallrun import Hall, Hallctl
from tests.devices.sysfs import Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A Pi with a scanner with a number and one without, two cameras alike, a card reader."""
    made = Machine(tmp_path / "pi")
    made.scanner("1-1.1", "04b8:0145", serial="X2Y8012345", model="EPSON Scanner")
    made.scanner("1-1.2", "04a9:1912", model="CanoScan LiDE 400")
    made.camera("1-1.3", "0c45:6366", 0)
    made.camera("1-1.4", "0c45:6366", 2)
    made.plain("1-1.5", "072f:2200", "0b", model="ACR122U PICC Interface")
    return made


def found(machine: Machine, configured: dict[str, str] | None = None) -> dict[str, Found]:
    collected = collect(configured or {}, sys=machine.sys, dev=machine.dev, run=machine.run)
    return {one.plugged.socket: one for one in collected}


def pasted(one: Found) -> dict[str, Any]:
    (port,) = one.ports
    lines: dict[str, Any] = tomllib.loads(lines_to_paste(one, port, ()))["devices"]
    return lines


def test_each_is_told_with_lines_that_the_device_can_be_opened_by(machine: Machine) -> None:
    lines = {place: pasted(one) for place, one in found(machine).items()}
    by_path = f"v4l2:{machine.dev}/v4l/by-path/usb-0:1"
    assert lines == {
        "1-1.1": {"scanner": {"kind": "scanner.sane", "options": {"serial": "X2Y8012345"}}},
        "1-1.2": {"scanner": {"kind": "scanner.sane"}},
        "1-1.3": {
            "camera": {
                "kind": "scanner.camera",
                "options": {"source": f"{by_path}.3:1.0-video-index0"},
            }
        },
        "1-1.4": {
            "camera": {
                "kind": "scanner.camera",
                "options": {"source": f"{by_path}.4:1.0-video-index0"},
            }
        },
        "1-1.5": {"tag": {"kind": "card_reader.pcsc"}},
    }
    for device in lines.values():
        (entry,) = device.values()
        convert_options(entry["kind"], entry.get("options", {}))


def test_a_camera_with_a_number_of_its_own_is_named_by_it(machine: Machine) -> None:
    machine.camera("1-1.6", "2b16:6688", 4, serial="D8F2A1")
    link = f"{machine.dev}/v4l/by-id/usb-2b16_6688_D8F2A1-video-index0"
    assert pasted(found(machine)["1-1.6"])["camera"]["options"] == {"source": f"v4l2:{link}"}


def test_what_the_hall_has_is_told_however_its_options_name_it(machine: Machine) -> None:
    camera = f"v4l2:{machine.dev}/video2"
    shown = {
        "devices": {
            "scanner-1": {"kind": "scanner.sane", "options": {"serial": "X2Y8012345"}},
            "scanner-2": {"kind": "scanner.sane", "options": {"match": "Lide 400", "serial": ""}},
            "scanner-3": {"kind": "scanner.sane", "options": {"escl": "http://192.168.1.70/eSCL"}},
            "scanner-4": {"kind": "scanner.sane", "options": {"device": "pixma:libusb:001:004"}},
            "camera-1": {"kind": "scanner.camera", "options": {"source": camera}},
            "camera-2": {"kind": "scanner.camera", "options": {"source": "stream:http://h/"}},
            "tag-1": {"kind": "card_reader.pcsc"},
            "pad-1": {"kind": "pad.ff68", "line": "pads", "port": None, "options": {}},
        }
    }
    configured = dict(_ports(shown))
    told = {
        place: [list(port.configured) for port in one.ports]
        for place, one in found(machine, configured).items()
    }
    assert told == {
        "1-1.1": [["scanner-1"]],
        "1-1.2": [["scanner-2", "scanner-4"]],
        "1-1.3": [[]],
        "1-1.4": [["camera-1"]],
        "1-1.5": [["tag-1"]],
    }
    assert unstable(configured["scanner-4"])
    assert unstable("v4l2:/dev/video2")
    assert not unstable(configured["scanner-1"])


def test_the_page_shows_a_scanner_and_what_to_write_for_an_unstable_camera(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    configured = {"camera-1": "v4l2:/dev/video2"}
    there = found(machine)
    camera = there["1-1.4"]
    (port,) = camera.ports
    _show(there["1-1.1"], configured)
    _show(replace(camera, ports=(replace(port, configured=configured),)), configured)
    out = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert out[0] == "1-1.1  scanner (04b8:0145, EPSON Scanner, serial number X2Y8012345)"
    assert out[2:5] == [
        "[devices.scanner]",
        'kind = "scanner.sane"',
        'options = { serial = "X2Y8012345" }',
    ]
    assert out[-1].startswith('options = { source = "v4l2:')
    assert out[-1].endswith('usb-0:1.4:1.0-video-index0" }')


def test_a_printer_that_scans_too_is_not_taken_for_a_ticket_printer(machine: Machine) -> None:
    place = machine.scanner("1-1.6", "03f0:2c17", model="LaserJet MFP")
    (place / "1-1.6:1.0/bInterfaceClass").write_text("07\n")
    assert found(machine)["1-1.6"].seems.say.en == "printer with a scanner"
    assert found(machine)["1-1.6"].seems.kind == ""


def test_what_sane_lists_and_what_the_network_answers_become_lines() -> None:
    listed = "pixma:04A91912|CANON|Canon LiDE 400\nairscan:e0:Upstairs|eSCL|Upstairs\nrubbish\n"
    (plate,) = seen_in(listed)
    assert plate.options == 'options = { backend = "pixma", match = "Canon LiDE 400" }'
    told = (
        "[devices]\n"
        "  Kyocera MFP = http://192.168.1.102:9095/eSCL/, eSCL\n"
        "  Kyocera MFP = http://192.168.1.102:5358/WSDScanner, WSD\n"
    )
    (network,) = addresses_in(told)
    assert (network.name, network.options) == (
        "Kyocera MFP",
        'options = { escl = "http://192.168.1.102:9095/eSCL/" }',
    )
    for one in (plate, network):
        convert_options("scanner.sane", tomllib.loads(one.options)["options"])


@pytest.mark.skipif(shutil.which("scanimage") is None, reason="sane-utils is not installed")
def test_sane_is_asked_only_on_request(hall: Hall, tmp_path: Path) -> None:
    (tmp_path / "dll.conf").write_text("test\n")
    environment = {**hall.environment, "SANE_CONFIG_DIR": str(tmp_path)}
    found = Hallctl(environment).ok("devices", "find", "--scanners")
    options = [one["options"] for one in found["scanners"]]
    assert 'options = { backend = "test", match = "frontend-tester" }' in options
