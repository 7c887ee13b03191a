"""A Pi whose program does not fit the hub's: its screens say so, as it does not come by itself."""

from __future__ import annotations

from kiosk_ui.messages import CutOff, Live
from tests.kiosk_ui.test_link import Daemon, beat, daemon, hub

__all__ = ["daemon"]


def test_it_is_said_once_also_where_nothing_was_shown_yet(daemon: Daemon) -> None:
    daemon.start()
    daemon.poll()
    daemon.accept()
    daemon.answer(daemon.read(), {"last_seq": 0, "hub": "version"})
    daemon.answer(beat(daemon), {"last_seq": 0, "hub": "version"})
    request = beat(daemon)
    assert daemon.came == [CutOff("version")]
    daemon.answer(request, {"last_seq": 10})
    daemon.poll(lambda: daemon.link.live)
    daemon.write(hub("version"))
    daemon.poll(lambda: not daemon.link.live)
    assert daemon.came == [CutOff("version"), Live(), CutOff("version")]
