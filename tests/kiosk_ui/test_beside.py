"""What a screen does beside drawing: it tells systemd that it lives, and keeps its picture."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pygame
import pytest

from kiosk_ui.notify import Watched, notify
from kiosk_ui.ops import Fill, Picture
from kiosk_ui.panel import Panel
from kiosk_ui.saved import Saved
from kiosk_ui.shell import Shell
from tests.kiosk_ui.looks import look
from tests.kiosk_ui.on_x import MAIN

RED, BLUE = (200, 0, 0), (0, 0, 200)


@pytest.fixture
def systemd(place: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listens:
        listens.bind(str(place / "notify"))
        listens.settimeout(60)
        yield listens


def heard(systemd: socket.socket) -> str:
    return systemd.recv(4096).decode()


def test_a_screen_says_that_it_is_there_and_that_it_turns(
    systemd: socket.socket, place: Path
) -> None:
    process = subprocess.Popen(
        [sys.executable, *MAIN, "wall", "--socket", str(place / "none"), "--panel", "640x360"],
        env={**os.environ, "NOTIFY_SOCKET": str(place / "notify"), "WATCHDOG_USEC": "300000"},
        stderr=subprocess.DEVNULL,
    )
    try:
        assert [heard(systemd) for _ in range(4)] == ["READY=1", *3 * ["WATCHDOG=1"]]
        # One that hangs says nothing more: systemd then ends it.
        process.send_signal(signal.SIGSTOP)
        os.waitpid(process.pid, os.WUNTRACED)
        while select.select([systemd], [], [], 0)[0]:
            heard(systemd)
        assert select.select([systemd], [], [], 0.5)[0] == []
    finally:
        process.send_signal(signal.SIGCONT)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


def test_it_is_told_at_half_the_time_that_is_allowed(systemd: socket.socket, place: Path) -> None:
    now_s = 7.0
    environment = {"NOTIFY_SOCKET": str(place / "notify"), "WATCHDOG_USEC": "10000000"}
    watched = Watched(lambda: now_s, environment)
    for at_s in (7.0, 8.0, 11.9, 12.0, 13.0, 17.1):
        now_s = at_s
        watched.turned()
    systemd.setblocking(False)
    assert [heard(systemd) for _ in range(3)] == ["WATCHDOG=1"] * 3
    with pytest.raises(BlockingIOError):
        heard(systemd)


@pytest.mark.parametrize("more", [{}, {"WATCHDOG_USEC": "1000", "WATCHDOG_PID": "1"}])
def test_nothing_is_told_where_nobody_asked(
    systemd: socket.socket, place: Path, more: dict[str, str]
) -> None:
    environment = {"NOTIFY_SOCKET": str(place / "notify"), **more}
    Watched(lambda: 5.0, environment).turned()
    systemd.setblocking(False)
    with pytest.raises(BlockingIOError):
        heard(systemd)
    assert not notify("READY=1", {})
    assert not notify("READY=1", {"NOTIFY_SOCKET": str(place / "nobody")})


def test_systemds_abstract_socket_is_found(place: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listens:
        listens.bind(f"\0{place}")
        assert notify("READY=1", {"NOTIFY_SOCKET": f"@{place}"})
        assert heard(listens) == "READY=1"


def test_the_picture_in_the_file_is_upright_and_at_most_a_second_old(place: Path) -> None:
    now_s = 100.0
    shell = Shell(Panel(60, 40, 60, 40, 90), look().faces, position=(0, 0))
    path = place / "below" / "wall.png"
    saved = Saved(path, shell, lambda: now_s)

    def show(colour: tuple[int, int, int]) -> None:
        width, height = shell.panel.size
        top = Fill(shell.panel.rect._replace(h=height // 2), colour)
        shell.show(Picture((width, height), (top,)))
        saved.turned()

    def colour() -> tuple[int, ...]:
        picture = pygame.image.load(str(path))
        assert picture.get_size() == (40, 60)
        assert picture.get_at((20, 50))[:3] == (0, 0, 0)
        return tuple(picture.get_at((20, 10))[:3])

    saved.turned()
    assert not path.exists()
    show(RED)
    assert colour() == RED
    now_s += 0.5
    show(BLUE)
    assert colour() == RED
    now_s += 0.6
    saved.turned()
    assert colour() == BLUE
    path.unlink()
    now_s += 5
    saved.turned()
    # Nothing changed: nothing is written.
    assert list(path.parent.iterdir()) == []
    shell.close()


def test_a_picture_that_cannot_be_written_stops_no_screen(
    place: Path, caplog: pytest.LogCaptureFixture
) -> None:
    now_s = 100.0
    (place / "file").write_text("no folder")
    shell = Shell(Panel(60, 40, 60, 40), look().faces, position=(0, 0))
    saved = Saved(place / "file" / "wall.png", shell, lambda: now_s)
    for colour in (RED, BLUE):
        shell.show(Picture((60, 40), (Fill(shell.panel.rect, colour),)))
        saved.turned()
        now_s += 12
    assert caplog.text.count("wall.png cannot be written") == 1
    # Somebody has made room: the picture comes although nothing on it changed since.
    (place / "file").unlink()
    saved.turned()
    assert (place / "file" / "wall.png").exists()
    shell.close()
