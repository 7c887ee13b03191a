"""The clerk's PC scaled beside the loop: parts fit, and nothing is drawn that may not be seen."""

from __future__ import annotations

import select
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pygame
import pytest
from numpy.typing import NDArray

from kiosk_ui.bell import Bell
from kiosk_ui.ops import Rect
from kiosk_ui.rfb.access import Access
from kiosk_ui.rfb.errors import RfbError
from kiosk_ui.rfb.framebuffer import Framebuffer, Limits
from kiosk_ui.rfb.line import Address
from kiosk_ui.rfb.mirror import Mirror
from kiosk_ui.rfb.region import Rect as Area
from kiosk_ui.rfb.session import Laid
from kiosk_ui.rfb.viewing import Viewing
from kiosk_ui.window.glass import Glass, viewing_of
from kiosk_ui.window.model import DeskModel, MirrorSeen
from kiosk_ui.window.scaling import Scaled
from kiosk_ui.window.states import desk_after, ticket

DEADLINE_S = 60.0
RED, BLUE, GREEN = 0xC02010, 0x1020C0, 0x10C020
#: The right half is private while a program of the tax administration is in front.
MASKED = {"masks": [{"title": "*征管*", "areas": [[50, 0, 50, 100]], "unit": "percent"}]}


def rgb(surface: pygame.Surface) -> NDArray[np.int64]:
    return pygame.surfarray.array3d(surface).swapaxes(0, 1).astype(np.int64)


def noise(wide: int, high: int) -> NDArray[np.uint32]:
    return np.random.default_rng(1).integers(0, 1 << 32, (high, wide), "<u4")


def pixels(words: NDArray[np.uint32]) -> NDArray[np.uint8]:
    return words.view(np.uint8).reshape(*words.shape, 4)


@pytest.mark.parametrize(
    ("of", "size"),
    [
        ((480, 270), (448, 252)), ((320, 256), (315, 252)), ((341, 192), (311, 175)),
        ((960, 270), (480, 135)), ((200, 150), (200, 150)), ((160, 120), (300, 225)),
    ],
)  # fmt: skip
def test_what_was_scaled_in_parts_is_the_whole_to_the_pixel(
    of: tuple[int, int], size: tuple[int, int]
) -> None:
    (wide, high), words, dice = of, noise(*of), np.random.default_rng(2)
    parts, whole = Scaled(of, size), Scaled(of, size)
    assert parts.take(pixels(words), [Area(0, 0, *of)]) == [Rect(0, 0, *size)]
    for _ in range(30):
        x, y = int(dice.integers(wide)), int(dice.integers(high))
        area = Area(x, y, min(30, wide - x), min(20, high - y))
        words[area.y : area.bottom, area.x : area.right] = dice.integers(1 << 24)
        before = rgb(parts.surface)
        places = parts.take(pixels(words), [area, Area(0, 0, 0, 0)])
        elsewhere = np.ones(before.shape, np.bool_)
        for place in places:
            elsewhere[place.y : place.bottom, place.x : place.right] = False
        # Who draws these places alone has all of it.
        assert np.array_equal(rgb(parts.surface)[elsewhere], before[elsewhere])
    whole.take(pixels(words), [Area(0, 0, *of)])
    assert np.array_equal(rgb(parts.surface), rgb(whole.surface))


def test_as_large_as_it_is_nothing_is_smoothed() -> None:
    words = noise(200, 150)
    scaled = Scaled((200, 150), (200, 150))
    scaled.take(pixels(words), [Area(0, 0, 200, 150)])
    assert np.array_equal(rgb(scaled.surface)[..., ::-1], pixels(words)[..., :3])


class Pc:
    """A desktop of 320x240 without a server, told of as a connection tells it, and its glass."""

    def __init__(self) -> None:
        self.bell = Bell()
        self.glass = Glass(self.bell)
        self.mirror = Mirror(Address(path="/nowhere"), Access(), fresh=self.glass.fresh)
        self.frame = Framebuffer(320, 240, Limits())
        self.on = pygame.Surface((320, 240), depth=32)
        self.rect = Rect(0, 0, 160, 120)
        self.mirror.laid(Laid(self.frame.rect, (), Viewing().area(self.frame.rect, ())), self.frame)
        served = desk_after(ticket=ticket())
        self.model: DeskModel = replace(
            served, shared=replace(served.shared, mirror="show"),
            mirror=MirrorSeen("live", size=(320, 240)), title="记事本",
        )  # fmt: skip

    def colour(self, colour: int) -> None:
        """All of it is in this colour now."""
        self.frame.words[...] = colour
        self.mirror.sure(time.monotonic())
        self.mirror.updated(self.frame, (self.frame.rect,), whole=True)

    def ready(self) -> None:
        """Wait until the next picture is scaled."""
        assert select.select([self.bell], [], [], DEADLINE_S)[0]
        self.bell.heard()

    def draw(self) -> set[int]:
        """Draw the page anew; return the colours that are seen."""
        self.on.fill((0, 0, 0))
        self.glass.draw(self.on, self.rect, self.rect)
        return self.seen()

    def turn(self, mirror: str | None = None) -> set[int]:
        """One turn of the loop; return the colours that are seen."""
        if mirror is not None:
            self.model = replace(self.model, shared=replace(self.model.shared, mirror=mirror))
        self.glass.follow(self.model)
        if self.model.mirrors:
            self.glass.refresh(self.on, self.rect)
        return self.seen()

    def seen(self) -> set[int]:
        part = self.on.subsurface(self.rect)
        return {int(one) & 0xFFFFFF for one in np.unique(pygame.surfarray.array2d(part))}


@contextmanager
def pc() -> Iterator[Pc]:
    one = Pc()
    one.glass.look_at(one.mirror)
    # Where it is is known already: only the masks of a title follow.
    one.glass._settings, one.glass._title = MASKED, one.model.title
    one.model = replace(one.model, glass=MASKED)
    try:
        yield one
    finally:
        one.glass.close()
        one.bell.close()


def test_an_update_is_scaled_by_a_thread_and_drawn_by_the_loop() -> None:
    with pc() as one:
        assert "glass" in {thread.name for thread in threading.enumerate()}
        one.colour(RED)
        assert one.turn() == {RED}
        one.colour(BLUE)
        one.ready()
        assert one.seen() == {RED}
        assert one.turn() == {BLUE}
        # Two updates before the loop turned: the second one is not lost.
        one.colour(RED)
        one.ready()
        one.colour(GREEN)
        one.ready()
        began_s = time.monotonic()
        while one.turn() != {GREEN}:
            assert time.monotonic() - began_s < DEADLINE_S
    assert "glass" not in {thread.name for thread in threading.enumerate()}


def test_after_a_blank_the_page_begins_with_what_the_pc_shows_now() -> None:
    with pc() as one:
        one.colour(RED)
        assert one.turn() == {RED}
        one.turn(mirror="blank")
        one.colour(BLUE)
        one.turn(mirror="show")
        assert one.draw() == {BLUE}


def test_a_frozen_picture_stays_though_its_page_is_drawn_anew() -> None:
    with pc() as one:
        one.colour(RED)
        assert one.turn() == {RED}
        assert one.turn(mirror="freeze") == {RED}
        one.colour(BLUE)
        assert one.turn() == {RED}
        assert one.draw() == {RED}
        assert one.turn(mirror="show") == {BLUE}


@pytest.mark.parametrize("frozen", [False, True])
def test_nothing_is_left_of_a_picture_whose_connection_is_gone(*, frozen: bool) -> None:
    with pc() as one:
        one.colour(RED)
        one.turn(mirror="freeze" if frozen else "show")
        assert one.draw() == {RED}
        one.mirror._lost(RfbError("closed"))
        (told,) = one.glass.follow(one.model)
        assert getattr(told, "code", "") == "closed"
        assert one.draw() == {0}


def test_who_looks_at_the_picture_holds_nobody_up_who_asks_how_it_stands() -> None:
    with pc() as one:
        one.colour(RED)
        answers = list[str]()
        asks = threading.Thread(target=lambda: answers.append(one.mirror.status().code))
        with one.mirror.picture() as shown:
            assert shown is not None
            asks.start()
            asks.join(DEADLINE_S)
            assert answers == [""]


def test_what_becomes_private_is_black_in_the_same_turn_though_the_desktop_moves() -> None:
    with pc() as one:
        stopped = threading.Event()

        def moves() -> None:
            while not stopped.is_set():
                one.colour(RED)

        mover = threading.Thread(target=moves)
        mover.start()
        try:
            while one.turn() != {RED}:
                pass
            right = Rect(80, 0, 80, 120)
            for _ in range(60):
                one.model = replace(one.model, title="金税征管系统")
                assert one.turn() == {0, RED}
                assert not rgb(one.on.subsurface(right)).any()
                one.model = replace(one.model, title="记事本")
                one.turn()
        finally:
            stopped.set()
            mover.join(DEADLINE_S)
    assert viewing_of(MASKED, "金税征管系统").masks
