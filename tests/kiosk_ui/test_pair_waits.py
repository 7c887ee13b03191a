"""Two panels' loop waits calmly, and not where somebody waits for it: a key, the daemon, pixels."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pygame
import pytest

from kiosk_ui.bell import Bell
from kiosk_ui.link import Link
from kiosk_ui.messages import Ask
from kiosk_ui.ops import Live, Picture, Rect
from kiosk_ui.panel import Panel
from kiosk_ui.shells import Moving, Shells
from tests.kiosk_ui.looks import look

PANEL = Panel(320, 200, 100, 60)
STILL = Picture((320, 200), ())
MOVES = Picture((320, 200), (Live(Rect(0, 0, 320, 200), "mirror"),))


class Clock:
    """Stands still while the loop waits: it ends by what came, not by the time."""

    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


class Nothing:
    """A picture that never has anything new."""

    def draw(self, on: pygame.Surface, rect: Rect, place: Rect) -> None:
        """Draw nothing."""

    def refresh(self, on: pygame.Surface, rect: Rect) -> list[Rect]:
        """Draw nothing."""
        return []


@pytest.fixture
def bell() -> Iterator[Bell]:
    one = Bell()
    yield one
    one.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shells(bell: Bell, clock: Clock) -> Iterator[Shells]:
    moving: Mapping[str, Moving] = {"mirror": Nothing()}
    faces = look(PANEL).faces
    two = Shells((PANEL, PANEL), faces, ((0, 0), (320, 0)), moving, clock, bell=bell)
    two.contacts()
    yield two
    two.close()


def waits(shells: Shells, link: int | None) -> threading.Thread:
    thread = threading.Thread(target=shells.wait, args=(link,), name="waits")
    thread.start()
    return thread


def test_what_the_daemon_says_ends_the_wait(shells: Shells) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        thread = waits(shells, ours.fileno())
        thread.join(0.1)
        assert thread.is_alive()
        theirs.send(b"x")
        thread.join(60)
        assert not thread.is_alive()


def test_a_new_picture_ends_the_wait_where_one_is_shown_and_not_before_its_time(
    shells: Shells, bell: Bell, clock: Clock
) -> None:
    shells.show((STILL, MOVES))
    thread = waits(shells, None)
    bell.ring()
    thread.join(0.1)
    # No faster than the quick loop turns.
    assert thread.is_alive()
    clock.now_s += 0.012
    thread.join(60)
    assert not thread.is_alive()
    assert not bell.heard()


def test_a_picture_that_nobody_sees_wakes_nobody(shells: Shells, bell: Bell, clock: Clock) -> None:
    shells.show((STILL, STILL))
    clock.now_s += 0.012
    bell.ring()
    thread = waits(shells, None)
    thread.join(0.1)
    assert thread.is_alive()
    clock.now_s += 1
    thread.join(60)
    assert not thread.is_alive()


def test_a_key_ends_the_wait(shells: Shells, clock: Clock) -> None:
    clock.now_s += 0.012
    pygame.event.post(pygame.Event(pygame.KEYDOWN, key=pygame.K_F1))
    shells.wait(None)
    assert shells.contacts() == []
    assert shells.typed() == ["f1"]


def test_a_request_leaves_with_the_press_and_not_a_turn_later(tmp_path: Path) -> None:
    path = tmp_path / "hall"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        link = Link(path, time.monotonic)
        assert link.fileno() is None
        link.poll()
        theirs, _ = server.accept()
        with theirs:
            assert link.fileno() is not None
            asked = theirs.recv(4096)
            assert b'"subscribe"' in asked
            theirs.sendall(b'{"jsonrpc": "2.0", "id": 1, "result": {}}\n')
            until_live(link)
            link.send(Ask("facts", "window.show", {"window": "3"}))
            theirs.setblocking(False)
            assert b'"window.show"' in theirs.recv(4096)
        link.close()


def until_live(link: Link) -> None:
    end_s = time.monotonic() + 60
    while not link.live:
        assert time.monotonic() < end_s
        link.poll()


def test_a_bell_that_is_closed_takes_no_ring() -> None:
    bell = Bell()
    assert not bell.heard()
    bell.ring()
    bell.ring()
    assert bell.heard()
    assert not bell.heard()
    fd = bell.fileno()
    bell.close()
    bell.ring()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(fd)


def test_the_number_block_of_a_keyboard_types_figures(shells: Shells) -> None:
    for key in (pygame.K_KP0, pygame.K_KP7, pygame.K_KP_ENTER, pygame.K_PAGEDOWN):
        pygame.event.post(pygame.Event(pygame.KEYDOWN, key=key))
    shells.contacts()
    assert shells.typed() == ["0", "7", "return", "pagedown"]


def test_the_mouses_arrow_is_seen_on_the_clerks_panel_alone(shells: Shells) -> None:
    assert not pygame.mouse.get_visible()
    for shell, seen in zip((*shells.shells, shells.shells[0]), (True, False, True), strict=True):
        pygame.event.post(pygame.Event(pygame.WINDOWENTER, window=shell._window))
        shells.contacts()
        assert pygame.mouse.get_visible() is seen
