"""The pair at a window on a real X server, with a real daemon and a clerk's real desktop.

One X server is two panels wide: the clerk's on the left, the taxpayer's on the right.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pygame
from numpy.typing import NDArray

from tests.e2e.scene import Scene
from tests.kiosk_ui.on_x import OnX, open_today
from tests.kiosk_ui.rfb.desktop import NEEDS_VNC, Desktop
from tests.kiosk_ui.x_server import NEEDS_X, XServer

pytestmark = [NEEDS_X, NEEDS_VNC]

WIDTH, HEIGHT = 1280, 720
#: The outer panel on the X server.
OUTER = pygame.Rect(WIDTH, 0, WIDTH, HEIGHT)
NUMBER = (0xFF, 0xD3, 0x4D)
BLUE, RED = (0x20, 0x40, 0x60), (0xC0, 0x40, 0x20)


def pair(hall: Scene) -> list[str]:
    return [
        "window", "--window", "3", "--socket", str(hall.stage.hall_socket), "--panel",
        f"{WIDTH}x{HEIGHT}", "--size", "476x268", "--outer-panel", f"{WIDTH}x{HEIGHT}",
    ]  # fmt: skip


def mirrored(desktop: Desktop, more: str = "") -> tuple[str, str]:
    """Return the change of the bench hall that gives window 3 this desktop."""
    keys = f'host = "{desktop.socket}", security = "none", quality = 9{more}'
    return 'lamp = "lamp-3"\n', f'lamp = "lamp-3"\nmirror = {{ {keys} }}\n'


def outer(x: XServer) -> NDArray[np.uint8]:
    """Return the taxpayer's pixels: (height, width, 3)."""
    surface = x.picture().subsurface(OUTER)
    return np.ascontiguousarray(pygame.surfarray.array3d(surface).swapaxes(0, 1))


def share(x: XServer, colour: tuple[int, int, int]) -> float:
    """Return how much of the outer panel has just this colour, give or take JPEG."""
    # Every fourth pixel of every fourth row tells as much, and is looked at again and again.
    seen = outer(x)[::4, ::4].astype(np.int16)
    difference = np.abs(seen - np.array(colour, np.int16)).max(axis=2)
    return float((difference <= 6).mean())


def more_than(x: XServer, colour: tuple[int, int, int], least: float) -> bool:
    return share(x, colour) > least


def has_number(x: XServer) -> bool:
    """Whether the clerk sees a ticket in hand: its number is the only yellow on the left."""
    left = x.picture().subsurface((0, 0, WIDTH // 3, HEIGHT))
    return bool((pygame.surfarray.array3d(left) == NUMBER).all(axis=2).any())


async def becomes(wanted: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not wanted():
        assert time.monotonic() < end, what
        await asyncio.sleep(0.05)


async def ticket_of(hall: Scene) -> Any:
    return (await hall.hall.call("window.show", window="3"))["ticket"]


async def is_status(hall: Scene, status: str) -> bool:
    found = await ticket_of(hall)
    return bool(found) and found["status"] == status


async def test_a_service_by_keys_alone_with_the_clerks_desktop_before_the_taxpayer(
    place: Path,
) -> None:
    folder = place / "vnc"
    folder.mkdir()
    with Desktop(folder, size="1280x720") as desktop:
        desktop.draw("fill 0 0 1280 720 204060")
        async with Scene(place, open_day=False, changes=[mirrored(desktop)]) as hall:
            await open_today(hall, "3")
            number = await hall.take(override=True)
            with XServer(place, 2 * WIDTH, HEIGHT) as x, OnX(x, place, *pair(hall)) as screen:
                await becomes(lambda: len(x.windows()) == 2, "two windows")
                before = outer(x)
                await press_until(x, "F1", lambda: is_status(hall, "called"))
                await becomes(lambda: not np.array_equal(outer(x), before), "the number")
                # Called is not served: nothing of the PC yet.
                assert share(x, BLUE) < 0.2
                await press_until(x, "F3", lambda: is_status(hall, "serving"))
                await becomes(lambda: share(x, BLUE) > 0.6, "the mirror")

                desktop.draw("fill 0 0 1280 720 c04020")
                await becomes(lambda: share(x, RED) > 0.6, "what changed there")
                x.keys("x")
                await becomes(lambda: share(x, RED) < 0.05, "blank")
                x.keys("m")
                await becomes(lambda: share(x, RED) > 0.6, "shown again")

                await press_until(x, "F4", lambda: nobody(hall))
                await becomes(lambda: share(x, RED) < 0.05, "between two people")
            shown = await hall.hall.call("ticket.show", number=number)
            assert shown["status"] == "finished"
            assert "Traceback" not in screen.log()


async def press_until(x: XServer, key: str, wanted: Callable[[], Any]) -> None:
    """Press a key once what it needs is on the screen; wait for what it does."""
    end = time.monotonic() + 60
    while not await wanted():
        assert time.monotonic() < end, key
        x.keys(key)
        await asyncio.sleep(0.4)


async def nobody(hall: Scene) -> bool:
    return await ticket_of(hall) is None


async def test_a_service_by_a_number_pad_alone_and_a_masked_area_that_stays_black_all_the_while(
    place: Path,
) -> None:
    folder = place / "vnc"
    folder.mkdir()
    masks = ", masks = [{ areas = [[0, 0, 100, 50]] }]"
    with Desktop(folder, size="1280x720") as desktop:
        desktop.draw("fill 0 0 1280 720 c04020")
        async with Scene(place, open_day=False, changes=[mirrored(desktop, masks)]) as hall:
            await open_today(hall, "3")
            await hall.take(override=True)
            arguments = [*pair(hall), "--keypad"]
            with XServer(place, 2 * WIDTH, HEIGHT) as x, OnX(x, place, *arguments):
                await becomes(lambda: len(x.windows()) == 2, "two windows")
                # NumLock is off: the pad's keys are arrows, Delete and the like for others.
                await press_until(x, "KP_Enter", lambda: is_status(hall, "called"))
                await press_until(x, "KP_Delete", lambda: is_status(hall, "serving"))
                await becomes(lambda: 0.25 < share(x, RED) < 0.55, "the lower half")
                before = share(x, BLUE)
                for n in range(1, 4):
                    desktop.draw(f"fill {n * 100} 10 300 300 c04020")
                    # What comes after it, outside the mask, has come: so has this.
                    desktop.draw(f"fill 0 {720 - 60 * n} 1280 60 204060")
                    await becomes(partial(more_than, x, BLUE, before + 0.04 * n), "a blue strip")
                    assert share(x, RED) + share(x, BLUE) - before < 0.55
                desktop.end()
                await becomes(lambda: share(x, RED) < 0.05, "the server is gone: nothing of it")
                # By its sign parked, brought back by figures: one with NumLock, one without.
                assert has_number(x)
                await press_until(x, "KP_Multiply", lambda: nobody(hall))
                await becomes(lambda: not has_number(x), "parked")
                x.keys("KP_Divide", "KP_6", "KP_End")
                await press_until(x, "KP_Enter", lambda: is_status(hall, "called"))
                await press_until(x, "KP_Decimal", lambda: is_status(hall, "serving"))
                await press_until(x, "KP_Insert", lambda: nobody(hall))
