"""A technician takes devices out of use and looks at their bytes in a running hall."""

from __future__ import annotations

import asyncio
import json
import socket
from pathlib import Path
from typing import Any

from paho.mqtt import subscribe

from tests.e2e.scene import Scene, refused, until


async def test_the_city_sees_that_a_device_is_out_of_use_and_by_whom(place: Path) -> None:
    async with Scene(place, broker=True) as hall:
        await hall.becomes("printer", "ok")

        def health() -> dict[str, Any]:
            found = subscribe.simple(  # type: ignore[no-untyped-call]
                "hall/v1/+/device/+/printer", hostname="127.0.0.1", port=hall.stage.broker_port
            )
            told: dict[str, Any] = json.loads(found.payload)
            return told

        async def is_now(state: str) -> dict[str, Any] | None:
            told = await asyncio.to_thread(health)
            return told if told["state"] == state else None

        by = (await hall.hall.call("device.disable", device="printer"))["by"]
        told = await until(lambda: is_now("disabled"))
        assert by in told["say"]["zh"]
        why = await refused(hall.hall.call("device.restart", device="printer"))
        assert why.code == "device_disabled"
        await hall.hall.call("device.enable", device="printer")
        await until(lambda: is_now("ok"))


async def test_a_pad_out_of_use_leaves_its_neighbours_on_the_line_alone(place: Path) -> None:
    async with Scene(place, windows=("1", "2")) as hall:
        number = await hall.take()
        await hall.hall.call("device.disable", device="pad-1")
        assert (await hall.device("pad-1"))["state"] == "disabled"
        await hall.press("pad-2", "next")
        await hall.shows("pad-2", number=number[-3:])


async def test_pins_have_no_bytes_and_the_trace_says_so(place: Path) -> None:
    async with Scene(place) as hall:
        why = await refused(hall.hall.call("device.trace", device="lamp-1", follow=True))
        assert why.code == "no_bytes"
        ran = await hall.hallctl("devices", "trace", "lamp-1")
        assert ran.code == 1
        assert "hallctl devices watch lamp-1" in ran.err


async def test_who_does_not_read_a_trace_holds_nobody_up(place: Path) -> None:
    async with Scene(place, windows=("1",)) as hall:
        await hall.becomes("led-wall", "ok")
        with socket.socket(socket.AF_UNIX) as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            deaf.connect(str(hall.stage.hall_socket))
            for device in ("pad-1", "printer", "led-wall"):
                params = {"device": device, "follow": True}
                asked = {"jsonrpc": "2.0", "id": 1, "method": "device.trace", "params": params}
                deaf.sendall(json.dumps(asked).encode() + b"\n")
            numbers = []
            for _ in range(20):
                numbers.append(await hall.take())
                await hall.hall.call("window.next", window="1")
                await hall.hall.call("window.finish", window="1")
            await hall.on_paper(numbers[-1])
        # It has left: a new reader finds all in order.
        kept = (await hall.hall.call("device.trace", device="printer"))["kept"]
        assert any(one.get("dir") == "out" for one in kept)
