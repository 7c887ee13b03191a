"""What windows show goes on after a short restart within the same service, and never else."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from firmware_py.core import commands as c
from firmware_py.runtime.mirror_memory import AWAY_S, MirrorMemory
from firmware_py.runtime.screens import WindowScreens
from firmware_py.settings import MirrorSettings
from tests.runtime.test_screens import MIRROR, At, configured

EPOCH = "epoch-1"


class Restarting(At):
    """A hall whose daemon may end and start again, in the same runtime folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.file = folder / "mirrors.json"
        self.epoch = EPOCH
        self.back()

    def back(self, away_s: float = 2) -> str:
        """End at once and start again; return how the clerk's screen is shown at window 1."""
        self.queue.later(away_s)
        memory = MirrorMemory(self.file, self.epoch, lambda: self.queue.now_ms)
        self.screens = WindowScreens(self, memory)
        return self.shown


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Restarting]:
    made = Restarting(tmp_path)
    yield made
    made.screens.stop()
    made.clock.loop.close()


def test_a_screen_that_was_shown_is_shown_again_to_the_same_person(at: Restarting) -> None:
    at.serve()
    assert at.back() == "show"
    # And again: what was recalled is kept as well.
    assert at.back() == "show"
    at.screens.mirror("1", "freeze")
    assert at.shown == "freeze"


def test_what_the_clerk_made_dark_or_froze_is_dark(at: Restarting) -> None:
    at.serve()
    at.screens.mirror("1", "blank")
    assert at.back() == "blank"
    at.screens.mirror("1", "show")
    at.screens.mirror("1", "freeze")
    # The frozen picture is gone, and what came after it the clerk did not want to be seen.
    assert at.back() == "blank"


def test_somebody_who_was_only_called_sees_nothing(at: Restarting) -> None:
    at.call()
    at.screens.mirror("1", "show")
    assert at.back() == "blank"


def test_one_that_the_clerk_showed_before_the_start_is_kept_from_the_start_on(
    at: Restarting,
) -> None:
    at.call()
    at.screens.mirror("1", "show")
    at.do(c.StartService("1"))
    assert at.back() == "show"


@pytest.mark.parametrize("how", ["finished", "next", "parked and back"])
def test_another_service_begins_dark(at: Restarting, how: str) -> None:
    number = at.serve()
    at.queue.take()
    # Nobody is told of these: the daemon was killed before it could follow.
    if how == "parked and back":
        at.queue.do(c.ParkTicket(number))
        at.queue.later(1)
        at.queue.do(c.CallTicket("1", number))
        at.queue.do(c.StartService("1"))
    else:
        at.queue.do(c.FinishService("1"))
        if how == "next":
            at.queue.do(c.CallNext("1"))
            at.queue.do(c.StartService("1"))
    assert at.back() == "blank"


def test_who_left_is_not_remembered(at: Restarting) -> None:
    at.serve()
    assert json.loads(at.file.read_bytes())["shown"]["1"]["number"] == "A001"
    at.do(c.FinishService("1"))
    assert json.loads(at.file.read_bytes())["shown"] == {}


def test_after_a_long_absence_it_is_dark(at: Restarting) -> None:
    at.serve()
    assert at.back(AWAY_S + 1) == "blank"


def test_a_daemon_that_is_there_for_long_is_away_only_since_it_ended(at: Restarting) -> None:
    at.serve()
    for _ in range(100):
        at.queue.later(9)
        at.screens.still_here()
    assert at.back(AWAY_S - 20) == "show"


def test_other_masks_another_journal_or_a_broken_file_are_dark(
    at: Restarting, caplog: pytest.LogCaptureFixture
) -> None:
    at.serve()
    at.settings = configured(MirrorSettings(host="127.0.0.1", security="none"))
    assert at.back() == "blank"
    at.settings = configured(MIRROR)
    at.screens.configure()
    at.screens.mirror("1", "show")
    at.epoch = "epoch-2"
    assert at.back() == "blank"
    at.screens.mirror("1", "show")
    at.file.write_bytes(b'{"epoch": ')
    with caplog.at_level(logging.WARNING):
        assert at.back() == "blank"
    assert "not known" in caplog.text


def test_a_folder_that_takes_nothing_is_said_once_and_the_screens_go_on(
    at: Restarting, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    at.serve()

    def full(path: Path, target: Any) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with caplog.at_level(logging.WARNING):
        at.screens.mirror("1", "blank")
        at.screens.mirror("1", "show")
    assert at.shown == "show"
    assert caplog.text.count("not kept over a restart") == 1
    # Nothing stands there that could be of somebody else.
    assert not at.file.exists()
    assert at.back() == "blank"
