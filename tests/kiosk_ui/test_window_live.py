"""The pair at a window with a real daemon: a pad beside the keys, the camera, a daemon killed."""

from __future__ import annotations

from pathlib import Path

import pygame

from kiosk_ui.ops import Rect
from tests.e2e.papers_scene import CAMERA, WITH_CAMERA
from tests.e2e.scene import Scene
from tests.kiosk_ui.on_x import open_today
from tests.kiosk_ui.window_desk import INNER, OUTER
from tests.kiosk_ui.window_stand import stand


async def test_keys_and_another_hand_do_the_same_and_a_killed_daemon_is_back_with_it_all(
    place: Path,
) -> None:
    async with Scene(place, open_day=False) as hall:
        await open_today(hall, "3")
        first, second = await hall.take(override=True), await hall.take(override=True)
        with stand(hall) as desk:
            await desk.shows("open")
            desk.key("f1")
            await desk.shows("called")
            assert first in desk.text(INNER)
            assert first in desk.text(OUTER)
            # Another hand begins and ends it; the screens follow.
            await hall.do("window.start", window="3")
            await desk.shows("serving")
            await hall.kill()
            await desk.shows("cut_off")
            assert first not in desk.text(INNER) + desk.text(OUTER)
            desk.key("f4", "f1", "f12")
            await hall.start()
            await desk.shows("serving")
            assert first in desk.text(OUTER)
            desk.key("f4")
            await desk.until(lambda: desk.runner.model.ticket is None, "finished")
            assert first not in desk.text(OUTER) or desk.page() == "rating"
            desk.key("f1")
            await desk.until(lambda: second in desk.text(OUTER), "the next one")
        events = [one["type"] for one in await hall.journal()]
        assert events.count("ticket.called") == 2
        assert events.count("service.finished") == 1


async def test_a_command_that_a_killed_daemon_took_or_not_is_done_once(place: Path) -> None:
    async with Scene(place, open_day=False) as hall:
        await open_today(hall, "3")
        for _ in range(3):
            await hall.take(override=True)
        with stand(hall) as desk:
            await desk.shows("open")
            # Pressed, and the daemon is killed before or after it has written that down.
            desk.key("f1")
            await hall.kill()
            desk.key("f1", "f1")
            await hall.start()
            await desk.shows("called")
            await desk.until(lambda: not desk.runner.model.busy, "answered")
        events = [one["type"] for one in await hall.journal()]
        assert events.count("ticket.called") == 1


async def test_the_clerk_sees_what_the_camera_sees_while_the_menu_is_open(place: Path) -> None:
    async with Scene(place, open_day=False, **WITH_CAMERA) as hall:
        window = "2"
        await open_today(hall, window)
        await hall.take(override=True)
        await hall.do("window.next", window=window)
        await hall.do("window.start", window=window)
        await hall.becomes(CAMERA, "ok")
        surface = pygame.Surface((640, 480), depth=32)
        whole = Rect(0, 0, 640, 480)
        with stand(hall, window) as desk:
            await desk.shows("serving")
            desk.key("s")
            await desk.until(lambda: min(desk.runner.model.preview) > 0, "a frame")
            assert desk.preview.refresh(surface, whole) == [whole]
            assert pygame.transform.average_color(surface)[:3] != (0, 0, 0)
            desk.key("escape")
            await desk.until(lambda: desk.runner.model.preview == (0, 0), "the menu is shut")
            surface.fill((0, 0, 0))
            desk.preview.draw(surface, whole, whole)
            assert pygame.transform.average_color(surface)[:3] == (0, 0, 0)
