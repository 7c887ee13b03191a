"""The clerk's PC on the taxpayer's screen: a real server's pixels, and nothing that is private."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pygame
from numpy.typing import NDArray

from kiosk_ui.messages import Mirrored
from kiosk_ui.ops import Rect
from kiosk_ui.rfb.viewing import Mask
from kiosk_ui.window.desk import DeskScreen
from kiosk_ui.window.fitting import cells, fitted
from kiosk_ui.window.glass import Glass, viewing_of
from kiosk_ui.window.model import DeskModel, MirrorSeen
from kiosk_ui.window.outer.view import page_of
from kiosk_ui.window.states import desk_after, ticket
from tests.kiosk_ui.rfb.desktop import NEEDS_VNC, Desktop, until

FULL = Rect(0, 0, 640, 480)


def model_of(desktop: Desktop, title: str = "", state: str = "show", **more: Any) -> DeskModel:
    settings = {"host": str(desktop.socket), "security": "none", "quality": None, **more}
    model = desk_after(ticket=ticket())
    shared = replace(model.shared, mirror=state)
    return replace(model, glass=settings, title=title, shared=shared)


class Seen:
    """A glass and the surface that it draws on."""

    def __init__(self, size: tuple[int, int] = (640, 480)) -> None:
        self.glass = Glass()
        self.surface = pygame.Surface(size, depth=32)
        self.rect = Rect(0, 0, *size)
        self.told = list[Mirrored]()

    def turn(self, model: DeskModel) -> None:
        """One turn of the loop, as the pair of screens has it."""
        if self.told and not self.told[-1].code:
            model = replace(model, mirror=MirrorSeen("live", size=self.told[-1].size))
        for message in self.glass.follow(model):
            assert isinstance(message, Mirrored)
            self.told.append(message)
        if self.told and not self.told[-1].code:
            self.glass.refresh(self.surface, self.rect)

    def until(self, model: DeskModel, wanted: Callable[[], bool]) -> None:
        """Turn until it is so."""

        def turned() -> bool:
            self.turn(model)
            return wanted()

        until(turned, self.told)

    def updates(self) -> int:
        """Return how often the server has sent something."""
        assert self.glass._mirror is not None
        return self.glass._mirror.status().updates

    def pixels(self) -> NDArray[np.uint8]:
        """Return (height, width, 3) of B, G, R."""
        rgb = pygame.surfarray.array3d(self.surface).swapaxes(0, 1)
        return np.ascontiguousarray(rgb[:, :, ::-1])

    def shows(self, wanted: NDArray[np.uint8]) -> bool:
        """Whether it shows just this."""
        return bool(np.array_equal(self.pixels(), wanted))


@contextmanager
def seen(size: tuple[int, int] = (640, 480)) -> Iterator[Seen]:
    one = Seen(size)
    try:
        yield one
    finally:
        one.glass.close()


@NEEDS_VNC
def test_pixels_are_the_servers_and_only_what_is_new_is_drawn(tmp_path: Path) -> None:
    with Desktop(tmp_path) as desktop, seen() as one:
        model = model_of(desktop)
        desktop.draw("text 1")
        one.until(model, lambda: one.shows(desktop.pixels()))
        assert one.told[-1] == Mirrored("", "", "", (640, 480))
        desktop.draw("fill 100 50 30 20 c04020")
        one.until(model, lambda: one.shows(desktop.pixels()))


@NEEDS_VNC
def test_another_size_is_scaled_without_seams(tmp_path: Path) -> None:
    size = fitted((640, 480), (430, 330))
    assert size == (428, 321)
    with Desktop(tmp_path) as desktop, seen(size) as one:
        model = model_of(desktop)
        desktop.draw("fill 0 0 640 480 808080")
        desktop.draw("fill 100 50 301 203 c04020")
        one.until(model, lambda: one.surface.get_at((200, 100)).r > 180)
        # Each part that comes later fits what is there: the whole, drawn at once, is the same.
        for n in range(8):
            desktop.draw(f"fill {40 * n} {30 * n} 37 23 20{n}060")
            one.turn(model)
        with seen(size) as other:
            other.until(model, lambda: bool(other.told) and not other.told[-1].code)

            def same() -> bool:
                other.turn(model)
                return one.shows(other.pixels())

            one.until(model, same)


@NEEDS_VNC
def test_what_is_private_is_black_and_changes_with_the_programs_title(tmp_path: Path) -> None:
    masks = [{"title": "*征管*", "areas": [[50, 0, 50, 100]], "unit": "percent"}]
    with Desktop(tmp_path) as desktop, seen() as one:
        desktop.draw("fill 0 0 640 480 204060")
        plain = model_of(desktop, "记事本", masks=masks)
        one.until(plain, lambda: one.shows(desktop.pixels()))
        covered = replace(plain, title="金税征管系统")

        def half() -> bool:
            return not one.pixels()[:, 320:].any() and bool(one.pixels()[:, :320].all())

        one.until(covered, half)
        # Who knows what it is while nobody says: all masks hold.
        one.until(plain, lambda: one.shows(desktop.pixels()))
        one.until(replace(plain, title=""), half)
        one.until(plain, lambda: one.shows(desktop.pixels()))


@NEEDS_VNC
def test_a_frozen_picture_stands_still_and_a_dead_server_leaves_none(tmp_path: Path) -> None:
    with Desktop(tmp_path) as desktop, seen() as one:
        model = model_of(desktop)
        desktop.draw("fill 0 0 640 480 204060")
        one.until(model, lambda: one.shows(desktop.pixels()))
        before, updates = one.pixels(), one.updates()
        frozen = replace(model, shared=replace(model.shared, mirror="freeze"))
        one.turn(frozen)
        desktop.draw("fill 0 0 640 480 c04020")
        # It came, and is not shown.
        one.until(frozen, lambda: one.updates() > updates)
        one.turn(frozen)
        assert np.array_equal(one.pixels(), before)
        one.until(model, lambda: one.shows(desktop.pixels()))
        desktop.end()
        one.until(model, lambda: bool(one.told[-1].code))
        assert one.told[-1].zh
        # Even if somebody asked for it, nothing of it is left.
        one.surface.fill((0, 0, 0))
        one.glass.draw(one.surface, one.rect, one.rect)
        assert not one.pixels().any()


def test_the_page_shows_the_mirror_only_while_somebody_is_served() -> None:
    screen = DeskScreen("3")
    served = desk_after(ticket=ticket())
    shown = replace(served, shared=replace(served.shared, mirror="show"), mirror=MirrorSeen("live"))
    assert page_of(shown) == "mirror"
    lost, _ = screen.update(shown, Mirrored("stale", "画面没有更新", "It stands still"), 2000.0)
    assert page_of(lost) == "serving"
    assert lost.mirror.say.zh == "画面没有更新"
    for nobody in (desk_after(), desk_after(ticket=ticket(status="called"))):
        ready = replace(nobody, shared=shown.shared, mirror=MirrorSeen("live"))
        assert page_of(ready) != "mirror"


def test_the_configuration_becomes_a_viewing() -> None:
    settings: Mapping[str, Any] = {
        "screen": 1, "crop": [0, 40, 1920, 1000], "sizes": [[3840, 1080]],
        "masks": [
            {"title": "*", "areas": [[0, 0, 10, 5]], "unit": "percent"},
            {"title": "outlook*", "areas": [[100, 100, 300, 200]], "unit": "pixels"},
        ],
    }  # fmt: skip
    usual, mail = viewing_of(settings, "金税"), viewing_of(settings, "Outlook - inbox")
    assert usual.screen == 2
    assert usual.masks == (Mask(0, 0, 10, 5),)
    assert mail.masks == (Mask(0, 0, 10, 5), Mask(100, 100, 300, 200, "px"))
    assert mail.sizes == ((3840, 1080),)


def test_a_desktop_is_shown_so_that_parts_of_it_can_be_scaled_alone() -> None:
    assert fitted((1920, 1080), (1920, 1015)) == (1792, 1008)
    assert cells(1920, 1792)[0] == (15, 14)
    assert fitted((1280, 1024), (1920, 1015)) == (1265, 1012)
    # Where there is room for it as it is, it is not scaled.
    assert fitted((1600, 900), (1920, 1015)) == (1600, 900)
    # Sides without a common divisor: as large as fits.
    assert fitted((1366, 768), (1300, 700)) == (1245, 700)
