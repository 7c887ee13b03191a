"""A wall that runs for weeks: a day of calls, drawn each time, leaves no memory behind."""

from __future__ import annotations

import resource
from pathlib import Path

import pygame
import pytest

from kiosk_ui.messages import Answered, Happened, Live, Message, Tick
from kiosk_ui.painter import Painter
from kiosk_ui.panel import Panel
from kiosk_ui.wall.screen import WallScreen
from kiosk_ui.wall.states import wall_states
from tests.kiosk_ui.looks import look

PANEL = Panel(1280, 720, 1210, 680)
CALLS = 1450


def resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()


@pytest.mark.long
def test_a_day_of_calls_grows_the_wall_by_less_than_2_mb() -> None:
    screen, on = WallScreen(), look(PANEL)
    painter = Painter(pygame.Surface(PANEL.size), on.faces)
    model, now_s = wall_states()["called"], 5000.0

    def take(*messages: Message) -> None:
        nonlocal model
        for message in messages:
            model, _ = screen.update(model, message, now_s)
        painter.show(screen.view(model, on))

    def day(number: int) -> None:
        nonlocal now_s
        for n in range(CALLS):
            called = {"number": f"A{(n + 311 * number) % 2000:04}", "window": str(n % 15 + 1)}
            take(Happened("ticket.called", called), Tick())
            waiting = [
                {"id": str(k), "name": {"zh": "发票办理", "en": "Invoices"},
                 "waiting": (n + k) % 97, "wait_s": n * 7 % 3000}
                for k in range(7)
            ]  # fmt: skip
            take(Answered("categories", waiting), Tick())
            now_s += 60
            take(Happened("service.finished", called), Tick())

    take(Live())
    # Caches are full after a day.
    day(0)
    before = resident_bytes()
    day(1)
    assert resident_bytes() - before < 2_000_000
    painter.close()
