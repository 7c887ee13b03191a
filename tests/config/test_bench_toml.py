"""The bench hall is a real hall but for its ports; the example is a real hall as it stands."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from devices.registry import convert_options
from firmware_py.config.file import Configuration, load_all
from firmware_py.config.rules import describe

CONFIG = Path(__file__).parents[2] / "config"

#: What stands behind each simulated port in a real hall.
REAL_PORTS = {
    "${HALL_RUN}/wire/pads": "/dev/serial/by-id/usb-FTDI_USB-RS485_Cable_PADS01-if00-port0",
    "${HALL_RUN}/wire/strips": "/dev/serial/by-id/usb-FTDI_USB-RS485_Cable_LEDS01-if00-port0",
    "${HALL_RUN}/wire/printer": "/dev/hall/printer",
    "${HALL_RUN}/wire/led-wall": "/dev/hall/led-wall",
    "${HALL_RUN}/wire/led-wall-2": "socket://192.168.1.51:5005",
    "${HALL_RUN}/wire/voice": "/dev/hall/voice",
    "${HALL_RUN}/wire/voice-kiosk-1": "/dev/hall/voice-kiosk-1",
    "${HALL_RUN}/wire/relays": "/dev/serial/by-id/usb-FTDI_USB-RS485_Cable_RELAY01-if00-port0",
    "${HALL_RUN}/wire/id-kiosk-1": "/dev/hall/id-kiosk-1",
    "${HALL_RUN}/wire/codes-kiosk-1": "/dev/hall/codes-kiosk-1",
    "${HALL_RUN}/wire/id-1": "/dev/hall/id-1",
    "${HALL_RUN}/wire/tower": "/dev/serial/by-id/usb-1a86_USB_Serial-if00-port0",
    "socket://127.0.0.1:${HALL_PRINTER2_PORT}": "socket://192.168.1.60:9100",
    "mock:${HALL_RUN}/wire/gpio": "lgpio",
    "mock:${HALL_RUN}/wire/scan-1": "/srv/scans/window-1",
    "${HALL_BROKER_PORT}": "1883",
    "${HALL_CLOCK}": "machine",
}

#: They stand in the example as comments.
OTHER_LAMPS = {"lamp.modbus", "lamp.tower"}


def load_here(folder: Path, hall: str, **env: str) -> Configuration:
    shutil.copy(CONFIG / "items.toml", folder)
    shutil.copy(CONFIG / "holidays.toml", folder)
    (folder / "hall.toml").write_text(hall, encoding="utf-8")
    usual = {"HALL_DATA": str(folder), "HALL_RUN": str(folder / "run")}
    return load_all(folder / "hall.toml", {**usual, **env})


def load_bench(folder: Path) -> Configuration:
    hall = (CONFIG / "bench.toml").read_text(encoding="utf-8")
    return load_here(
        folder,
        hall,
        HALL_BROKER_PORT="18830",
        HALL_PRINTER2_PORT="19100",
        HALL_CLOCK="machine",
    )


@pytest.fixture
def bench(tmp_path: Path) -> Configuration:
    return load_bench(tmp_path)


def test_the_bench_hall_becomes_a_real_one_by_its_port_names_alone(tmp_path: Path) -> None:
    bench = load_bench(tmp_path)
    text = (CONFIG / "bench.toml").read_text(encoding="utf-8")
    for simulated, real in REAL_PORTS.items():
        assert f'"{simulated}"' in text
        text = text.replace(f'"{simulated}"', real if real.isdigit() else f'"{real}"')
    # No variable is left but the two folders, and no word of the bench.
    settings_text = "\n".join(line.split("#")[0] for line in text.splitlines())
    assert set(re.findall(r"\$\{\w+\}", settings_text)) == {"${HALL_DATA}", "${HALL_RUN}"}
    assert not re.search(r"mock|wire|bench|simul", settings_text)

    real_hall = load_here(tmp_path, text)
    assert without_ports(real_hall) == without_ports(bench)
    assert real_hall.rules == bench.rules
    assert describe(real_hall.settings) != describe(bench.settings)


def without_ports(configuration: Configuration) -> object:
    shown = describe(configuration.settings)
    del shown["broker"]["port"]
    for holder in (*shown["lines"].values(), *shown["devices"].values()):
        holder.pop("port")
        for option in ("pins", "path"):
            holder.get("options", {}).pop(option, None)
    return shown


def test_every_port_of_the_bench_is_in_its_own_folder_or_on_loopback(
    bench: Configuration,
) -> None:
    run, settings = f"{bench.folders.run}/wire/", bench.settings
    ports = [line.port for line in settings.lines.values()]
    ports += [device.port for device in settings.devices.values() if device.port]
    ports += [d.options["pins"] for d in settings.devices.values() if "pins" in d.options]
    assert len(ports) == 3 + 10 + 14
    for port in ports:
        assert port.startswith((run, f"mock:{run}", "socket://127.0.0.1:")), port


def test_the_bench_has_fifteen_windows_each_with_all_that_stands_at_one(
    bench: Configuration,
) -> None:
    settings = bench.settings
    assert settings.hall.name.zh == "国家税务总局示范市税务局办税服务厅"
    assert [window.id for window in settings.windows] == [str(n) for n in range(1, 16)]
    for window in settings.windows:
        assert (window.pad, window.strip, window.lamp) == (
            f"pad-{window.id}",
            f"strip-{window.id}",
            f"lamp-{window.id}",
        )
        assert settings.devices[f"pad-{window.id}"].options["address"] == int(window.id)
        assert settings.devices[f"strip-{window.id}"].options["card"] == int(window.id)
        assert bench.rules.windows[window.id].skills is None
    assert bench.rules.exception_window == "15"
    assert [kiosk.id for kiosk in settings.kiosks] == ["kiosk-1", "kiosk-2"]


def test_the_lamps_of_the_bench_are_on_pins_that_a_pi_has_free(bench: Configuration) -> None:
    reserved = {0, 1, 2, 3, 14, 15}  # board identification, I2C, console
    used: list[int] = []
    for device in bench.settings.devices.values():
        if device.kind in {"lamp.gpio", "button.gpio"}:
            options = convert_options(device.kind, device.options)
            used += [
                pin
                for pin in (getattr(options, name, None) for name in ("pin", "red", "amber"))
                if pin is not None
            ]
    assert len(used) == len(set(used)) == 20
    assert not reserved & set(used)


def test_the_example_is_a_hall_with_real_ports_that_needs_no_environment(tmp_path: Path) -> None:
    hall = load_here(tmp_path, (CONFIG / "hall.example.toml").read_text(encoding="utf-8"))
    settings = hall.settings
    assert len(settings.windows) == 5
    ports = [line.port for line in settings.lines.values()]
    ports += [device.port for device in settings.devices.values() if device.port]
    assert all(port.startswith(("/dev/serial/by-id/", "/dev/hall/")) for port in ports)
    assert all("pins" not in device.options for device in settings.devices.values())
    # Beside other lamps the bench has a second wall, to show what another card says.
    assert kinds(hall) | OTHER_LAMPS | {"led_wall.onbon"} == kinds(load_bench(tmp_path))


def test_the_lamps_that_the_example_only_tells_of_are_a_halls_too(tmp_path: Path) -> None:
    text = (CONFIG / "hall.example.toml").read_text(encoding="utf-8")
    for name, told in re.findall(r"^# (lamp-\d+)( = .*)$", text, re.MULTILINE):
        text = re.sub(rf"^{name} = .*$", f"{name}{told}", text, flags=re.MULTILINE)
    assert kinds(load_here(tmp_path, text)) > OTHER_LAMPS


def kinds(hall: Configuration) -> set[str]:
    return {device.kind for device in hall.settings.devices.values()}


def test_the_example_speaks_both_languages_in_every_comment() -> None:
    text = (CONFIG / "hall.example.toml").read_text(encoding="utf-8")
    blocks = re.findall(r"(?:^#.*\n)+", text, re.MULTILINE)
    assert len(blocks) > 20
    for block in blocks:
        words = re.sub(r"[\w./-]+ = .*", "", block)
        assert re.search(r"[\u4e00-\u9fff]", words), block
        assert re.search(r"[A-Za-z]{3}", words), block
