"""A hall with forty devices of every family, or with one of them, and work for all at once."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Collection
from pathlib import Path
from typing import Any

import msgspec

from firmware_py.bench.client import BenchClient, HallClient, Refused
from firmware_py.bench.stage import ROOT, free_port

__all__ = ["DEVICES", "WINDOWS", "kind_of", "many_file", "work"]

WINDOWS = 10
#: A window's turn: a ticket, a call, a call for help, its end. Many times a real hall's pace.
TURN_S = 1.0
WIRE = "${HALL_RUN}/wire/"
PINS = f"mock:{WIRE}gpio"
LED = {"width": 256, "height": 64, "rows": 4, "font": 16}
STRIP = {"width": 128, "height": 32, "rows": 1, "font": 32}

Device = dict[str, Any]


def _devices() -> dict[str, Device]:
    def own(name: str, kind: str, **options: Any) -> Device:
        return {"kind": kind, "port": f"{WIRE}{name}", "options": options}

    found: dict[str, Device] = {
        name: own(name, "ticket_printer.escpos", qr=False) for name in ("printer-1", "printer-2")
    }
    for name in ("printer-3", "printer-4"):
        port = f"socket://127.0.0.1:{free_port()}"
        found[name] = {"kind": "ticket_printer.escpos", "port": port, "options": {"qr": False}}
    found["wall-eq"] = own("wall-eq", "led_wall.eq2013", **LED)
    found["wall-onbon"] = own("wall-onbon", "led_wall.onbon", **LED)
    # The pauses that the sign's document asks for are the sign's, not the controller's.
    found["wall-alpha"] = own(
        "wall-alpha", "led_wall.alpha", rows=4, height=64, ack=True, pause_s=0.0
    )
    found["wall-weilipu"] = own("wall-weilipu", "led_wall.weilipu", **{**LED, "rows": 3})
    found["voice-syn"] = own("voice-syn", "voice.syn6288")
    found["voice-xfs"] = own("voice-xfs", "voice.xfs5152")
    for number in range(1, WINDOWS + 1):
        pad, name = {"address": number}, f"pad-{number}"
        # Two have ports of their own.
        found[name] = _on("pads", "pad.ff68", pad) if number <= 8 else own(name, "pad.ff68", **pad)
    for number in range(1, 9):
        strip: Device = {"card": number, **STRIP}
        found[f"strip-{number}"] = _on("strips", "led_wall.eq2013", strip)
    for number in range(1, 7):
        pins: Device = {"amber": 2 + 2 * number, "red": 3 + 2 * number, "pins": PINS}
        found[f"lamp-{number}"] = {"kind": "lamp.gpio", "options": pins}
    for number in (7, 8):
        coils: Device = {"address": number, "red": 0, "amber": 1}
        found[f"lamp-{number}"] = _on("relays", "lamp.modbus", coils)
    for number in (9, 10):
        found[f"lamp-{number}"] = own(f"lamp-{number}", "lamp.tower")
    for number in (1, 2):
        pin: Device = {"pin": 25 + number, "pins": PINS}
        found[f"button-{number}"] = {"kind": "button.gpio", "options": pin}
    return found


def _on(line: str, kind: str, options: Device) -> Device:
    return {"kind": kind, "line": line, "options": options}


#: By name; 40 of them.
DEVICES = _devices()


def kind_of(device: str) -> str:
    """Return what a device's figures are gathered under: its kind, strips on their own."""
    return "strips" if device.startswith("strip") else str(DEVICES[device]["kind"])


def many_file(folder: Path, only: Collection[str] = ()) -> Path:
    """Write the hall's configuration with all devices, or with ``only`` these; return its path."""
    devices = {name: one for name, one in DEVICES.items() if not only or name in only}

    def there(table: dict[str, Any]) -> dict[str, Any]:
        """Leave out what names a device that is not there."""
        names = ("pad", "strip", "lamp", "printer", "button")
        return {k: v for k, v in table.items() if k not in names or v in devices}

    windows = [
        there({"id": str(n), "pad": f"pad-{n}", "strip": f"strip-{n}", "lamp": f"lamp-{n}"})
        for n in range(1, WINDOWS + 1)
    ]
    kiosks = [
        there({"id": f"kiosk-{n}", "printer": f"printer-{n}", "item": "F01"}
              | ({"button": f"button-{n}"} if n <= 2 else {}))
        for n in range(1, 5)
    ]  # fmt: skip
    settings = {
        "hall": {
            "id": "many",
            "name": {"zh": "示范市税务局办税服务厅", "en": "Demo City Tax Service Hall"},
            "catalogue": f"{ROOT}/config/items.toml",
        },
        "queue": {"next_guard_s": 0},
        "rating": {"ask": False},
        "journal": {"path": "${HALL_DATA}/journal.db"},
        "control": {"socket": "${HALL_RUN}/hall.sock"},
        "windows": windows,
        "kiosks": [kiosk for kiosk in kiosks if "printer" in kiosk] or [{"id": "kiosk-1"}],
        "walls": [
            {"id": name, "display": name, "rows": devices[name]["options"]["rows"],
             "min_show_s": 0.1}
            for name in devices if name.startswith("wall-")
        ],
        "voices": [
            {"id": name, "device": name, "languages": ["zh"], "times": 1}
            for name in devices if name.startswith("voice-")
        ],
        "lines": {
            name: {"port": f"{WIRE}{name}"}
            for name in ("pads", "strips", "relays")
            if any(one.get("line") == name for one in devices.values())
        },
        "devices": devices,
    }  # fmt: skip
    path = folder / "hall.toml"
    lines = [f"{name} = {_toml(value)}" for name, value in settings.items() if value]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _toml(value: object) -> str:
    """Return a value as TOML, tables inline; texts and numbers are written as in JSON."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f'"{name}" = {_toml(one)}' for name, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return msgspec.json.encode(value).decode()


async def work(
    hall: HallClient, bench: BenchClient, devices: Collection[str], lasts_s: float
) -> int:
    """Keep every window and kiosk at work for so long; return how many commands were done."""
    ends = time.monotonic() + lasts_s
    done = itertools.count()

    async def command(method: str, **params: Any) -> None:
        next(done)
        await hall.call(method, **params)

    async def serve(number: int) -> None:
        window, pad = str(number), f"pad-{number}"
        kiosk = f"kiosk-{number % 4 + 1}"
        await asyncio.sleep(TURN_S * number / WINDOWS)
        while time.monotonic() < ends:
            origin = kiosk if f"printer-{number % 4 + 1}" in devices else "kiosk-1"
            await command("ticket.take", item="F01", origin=origin)
            if pad in devices:
                # The pad's own key, as the clerk does.
                await bench.do("press", pad, key="next")
                next(done)
            else:
                await _allowed(command("window.next", window=window))
            await asyncio.sleep(TURN_S / 2)
            await _allowed(command("window.help", window=window))
            await asyncio.sleep(TURN_S / 2)
            for alarm in await hall.call("alarm.list"):
                if alarm["window"] == window:
                    await _allowed(command("alarm.ack", alarm=alarm["id"], by="bench"))
            await _allowed(command("window.finish", window=window))

    async def press(button: str) -> None:
        while time.monotonic() < ends:
            await bench.do("press", button, key="press")
            await asyncio.sleep(1.0)

    jobs = [serve(number) for number in range(1, WINDOWS + 1)]
    jobs += [press(name) for name in devices if name.startswith("button")]
    await asyncio.gather(*jobs)
    return next(done)


async def _allowed(command: Any) -> None:
    """Do it; somebody else may have called first, or the alarm may be over."""
    try:
        await command
    except Refused:
        return
