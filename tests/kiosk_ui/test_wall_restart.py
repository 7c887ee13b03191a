"""A wall that was killed and started again shows what one that went on shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from kiosk_ui.link import Link
from kiosk_ui.messages import Message, Tick
from kiosk_ui.states import LAYOUTS
from kiosk_ui.wall.made_up_hall import MadeUpHall
from kiosk_ui.wall.screen import WallScreen
from kiosk_ui.wall.view import view
from tests.kiosk_ui.looks import look

BEGINS = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - the hall's local time
#: Calls are 20.7 s apart; 13 s after one nothing is being shown for its first seconds any more.
CALLED_S = [60 + n * (8.5 * 3600 - 600) / 1450 for n in range(260)]


class Wall:
    """A wall's model on a real line to a hall of its own, alike for all; the clock is turned."""

    def __init__(self, path: Path, now_s: float) -> None:
        self.now_s = now_s
        self.hall = MadeUpHall(path, BEGINS, lambda: self.now_s)
        # What happened before nobody heard.
        self.hall.turn()
        self.link = Link(path, lambda: self.now_s)
        self.screen = WallScreen(wall="wall")
        self.model = self.screen.first

    def close(self) -> None:
        self.link.close()
        self.hall.close()

    def until(self, end_s: float) -> Wall:
        while self.now_s < end_s:
            self.now_s = min(self.now_s + 0.25, end_s)
            self.hall.turn()
            for message in self.link.poll():
                self._take(message)
            self._take(Tick())
        return self

    def _take(self, message: Message) -> None:
        self.model, requests = self.screen.update(self.model, message, self.now_s)
        for request in requests:
            self.link.send(request)

    def shows(self, layout: str) -> list[str]:
        # Waits are asked for every few seconds, each wall in its own; notices take turns; the time
        # is told in whole seconds, so at the turn of a minute two walls may differ.
        model = replace(self.model, turn=0, categories=(), minute=None)
        return list(view(model, look(LAYOUTS["wall"][layout])).texts())


@contextmanager
def wall(path: Path, now_s: float = 0.0) -> Iterator[Wall]:
    with closing(Wall(path, now_s)) as made:
        yield made


def test_a_wall_started_again_shows_the_same_calls_in_the_same_order(tmp_path: Path) -> None:
    served = set[bool]()
    with wall(tmp_path / "on.sock") as goes_on:
        for n in range(100, 260, 13):
            goes_on.until(CALLED_S[n] + 13)
            with wall(tmp_path / f"{n}.sock", CALLED_S[n] + 10) as again:
                again.until(CALLED_S[n] + 13)
            assert again.model.board.large == goes_on.model.board.large
            for layout in ("55in", "24in", "55in-upright"):
                assert again.shows(layout) == goes_on.shows(layout), layout
            for one in (goes_on, again):
                came = {call.number for call in one.model.board.calls if call.served}
                assert came == one.hall.came
            served |= {call.served for call in again.model.board.calls}
    assert served == {True, False}
