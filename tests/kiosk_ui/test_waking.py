"""What came on X ends the wait, whatever the time is; without X it is looked now and then."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pygame
import pytest

from kiosk_ui.waking import Waking, connection
from tests.kiosk_ui.x_server import NEEDS_X, XServer

#: Waits for days where nothing comes.
WAITS = """
import sys, time
import pygame
from kiosk_ui import waking
waking.TURN_S = 1e6
pygame.display.init()
window = pygame.Window("waits", (400, 300), (0, 0), borderless=True)
window.get_surface()
window.flip()
one = waking.Waking(time.monotonic, waking.connection(window))
while True:
    heard = {event.type for event in pygame.event.get()}
    if pygame.MOUSEBUTTONUP in heard:
        sys.exit(0)
    print("waits", flush=True)
    one.wait([])
"""


@NEEDS_X
def test_a_press_on_x_ends_the_wait_at_once(place: Path) -> None:
    with (
        XServer(place) as x,
        subprocess.Popen(
            [sys.executable, "-c", WAITS], env=x.environment, stdout=subprocess.PIPE
        ) as waits,
    ):
        try:
            assert waits.stdout is not None
            assert waits.stdout.readline() == b"waits\n"
            x.window()
            x.press(200, 150)
            assert waits.wait(60) == 0
        finally:
            waits.kill()


def test_without_x_there_is_nothing_to_wait_for() -> None:
    pygame.display.init()
    window = pygame.Window("unseen", (40, 30))
    try:
        assert connection(window) is None
    finally:
        window.destroy()
        pygame.display.quit()


def test_time_ends_the_wait_and_so_does_what_was_read_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pygame.display.init()
    try:
        pygame.event.clear()
        now_s = iter(n * 0.02 for n in range(99))
        Waking(lambda: next(now_s), None).wait([])
        assert 0.1 <= next(now_s) <= 0.3
        monkeypatch.setattr("kiosk_ui.waking.TURN_S", 1e6)
        pygame.event.post(pygame.Event(pygame.MOUSEBUTTONUP))
        Waking(lambda: next(now_s), None).wait([None])
    finally:
        pygame.display.quit()
