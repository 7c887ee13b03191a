"""The hub dies: from the promotion of the standby to the next call at a window's own Pi."""

from __future__ import annotations

import asyncio
import signal
import time
from pathlib import Path
from typing import Any

from firmware_py.bench.client import HallClient, Refused
from firmware_py.bench.figure import Figure
from firmware_py.bench.polling import until
from firmware_py.bench.spread import SpreadStage

__all__ = ["promotion"]

DAY = "2026-11-24"
STANDBY, WINDOW = "standby-1", "window-3"
PROMOTED_S, PROMOTIONS = 5.0, 3
#: People who wait when the hub dies: its journal is as that of a busy morning.
WAITING = 500
PATIENT_S = 60.0


async def promotion(folder: Path, file: Path) -> list[Figure]:
    """Return the figure; ``file`` is the hall's configuration without guards against fingers."""
    took = [await _once(folder / str(nth), file) for nth in range(PROMOTIONS)]
    return [
        Figure(
            "the standby is promoted -> a window's Pi calls again",
            f"{PROMOTED_S:g} s",
            f"worst of {PROMOTIONS}: {max(took):.2f} s",
            f"the hub killed, {WAITING} waiting; all: {', '.join(f'{one:.2f}' for one in took)} s",
            kept=max(took) <= PROMOTED_S,
        )
    ]


async def _once(folder: Path, file: Path) -> float:
    stage = SpreadStage(folder, file)
    stage.nodes = (STANDBY, WINDOW)
    async with stage, await HallClient.connect(stage.hall_socket) as hall:
        await hall.call("day.open", day=DAY)
        await hall.call("window.open", window="3", clerk="1003")
        for _ in range(WAITING):
            await hall.call("ticket.take", item="F01", origin="desk", override=True)
        async with (
            await HallClient.connect(stage.socket_of(STANDBY)) as standby,
            await HallClient.connect(stage.socket_of(WINDOW)) as window,
        ):
            await _level(hall, standby)
            stage.end("halld", signal.SIGKILL)
            begun_s = time.monotonic()
            await standby.call("hub.promote")
            await _called(window)
            return time.monotonic() - begun_s


async def _level(hall: HallClient, standby: HallClient) -> None:
    async def look() -> bool:
        copy = (await standby.call("hub.status"))["copy"]
        seq = (await hall.call("hall.status"))["last_seq"]
        return bool(copy and copy["state"] == "level" and copy["copied"] == seq)

    async with asyncio.timeout(PATIENT_S):
        await until(look)


async def _called(window: HallClient) -> None:
    """Press until somebody is called; the id is the same, so it counts once."""

    async def look() -> bool:
        try:
            done: dict[str, Any] = await window.call(
                "window.next", window="3", command_id="after-the-promotion"
            )
        except Refused:
            return False
        return bool(done["events"])

    async with asyncio.timeout(PATIENT_S):
        await until(look)
