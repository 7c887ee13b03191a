"""A Pi that starts before its broker or its hub: its screens start, and then say that they wait."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk_ui.kiosk.pages.trouble import CutOff as CutOffPage
from kiosk_ui.kiosk.pages.trouble import Starting, front
from kiosk_ui.kiosk.screen import KioskScreen
from kiosk_ui.link import BEAT_S, STARTS_S
from kiosk_ui.messages import CutOff, Live
from kiosk_ui.wall.screen import WallScreen
from kiosk_ui.window.desk import DeskScreen
from kiosk_ui.window.outer.view import page_of
from tests.kiosk_ui.test_link import Daemon


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    daemon = Daemon(tmp_path)
    yield daemon
    daemon.link.close()
    daemon.stop()


def test_a_daemon_that_never_comes_is_told_once_when_no_start_takes_so_long(daemon: Daemon) -> None:
    daemon.clock_s += STARTS_S - 0.1
    daemon.poll()
    assert daemon.came == []
    for _ in range(3):
        daemon.clock_s += STARTS_S
        daemon.poll()
    assert daemon.came == [CutOff()]
    daemon.start()
    daemon.clock_s += STARTS_S
    daemon.meet()
    assert daemon.came == [CutOff(), Live()]


@pytest.mark.parametrize("trouble", ["broker", "hub", "joining"])
def test_a_daemon_that_waits_for_the_hall_is_told_and_joins_later(
    daemon: Daemon, trouble: str
) -> None:
    daemon.start()
    daemon.poll()
    daemon.accept()
    begun_s = daemon.clock_s
    while daemon.clock_s < begun_s + STARTS_S:
        assert daemon.came == []
        daemon.answer(daemon.read(), {"last_seq": 0, "hub": trouble})
        daemon.poll(lambda: not daemon.link._sent)
        daemon.clock_s += BEAT_S
        daemon.poll()
    assert daemon.came == [CutOff()]
    daemon.write({"jsonrpc": "2.0", "method": "hub", "params": {"trouble": ""}})
    daemon.poll(lambda: daemon.link.live)
    assert daemon.came == [CutOff(), Live()]


def test_who_was_there_in_time_is_not_said_to_be_late(daemon: Daemon) -> None:
    daemon.start()
    daemon.meet()
    daemon.clock_s += STARTS_S
    daemon.poll()
    assert daemon.came == [Live()]


def test_every_screen_says_that_it_waits_and_no_longer_that_it_starts() -> None:
    kiosk, wall, desk = KioskScreen("kiosk-1"), WallScreen(), DeskScreen("3")
    assert isinstance(front(kiosk.first), Starting)
    assert (wall.first.page, page_of(desk.first)) == ("starting", "starting")
    assert isinstance(front(kiosk.update(kiosk.first, CutOff(), 20.0)[0]), CutOffPage)
    assert wall.update(wall.first, CutOff(), 20.0)[0].page == "cut_off"
    assert page_of(desk.update(desk.first, CutOff(), 20.0)[0]) == "cut_off"
