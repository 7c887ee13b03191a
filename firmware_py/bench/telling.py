"""How the bench's day is told: a picture where there is a terminal, lines where there is none."""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.live import Live

from firmware_py.bench.client import HallClient
from firmware_py.bench.day import Day
from firmware_py.bench.follow import Event, Follow
from firmware_py.bench.papers import Pictures
from firmware_py.bench.picture import picture
from firmware_py.bench.summary import invitation, summary
from firmware_py.bench.troubles import Trouble, Troubles
from firmware_py.bench.view import look, news_of
from firmware_py.cli.words import t
from firmware_py.core.rules import Rules, Text
from firmware_py.sync.consumer import Consumer

__all__ = ["LiveTeller", "Teller"]

#: Real seconds between two pictures, and between two lines of progress.
PICTURE_S, PROGRESS_S = 0.15, 5.0
KEPT_NEWS = 20


class Teller:
    """Tells in lines. ``write`` takes a line without its end."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._time: Callable[[], str] = lambda: ""

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End."""

    def say(self, line: str) -> None:
        """Say something about the bench itself."""
        self._write(line)

    def happened(self, event: Event) -> None:
        """Tell an event of the hall."""
        words = news_of(event)
        if words is not None:
            self._write(f"{self._time()}  {words}")

    def trouble(self, name: str, trouble: Trouble, over: bool) -> None:
        """Tell what broke, or was mended."""
        self._write(f"{self._time()}  {'✓' if over else '▲'} {t(trouble.zh, trouble.en)}")

    async def follow(
        self,
        day: Day,
        follow: Follow,
        troubles: Troubles,
        pictures: Pictures,
        hall: HallClient,
        consumer: Consumer,
        rules: Rules,
    ) -> None:
        """Tell the day, until cancelled."""
        del pictures, hall, rules
        self._time = lambda: day.time.text(form="%H:%M:%S")
        follow.on_event.append(self.happened)
        troubles.tell = self.trouble
        try:
            while True:
                await asyncio.sleep(PROGRESS_S)
                self._write(
                    t(
                        f"---- 已来 {day.come}/{len(day.people)} 人，"
                        f"等候 {len(follow.waiting)} 人，已离开 {day.gone_home} 人，"
                        f"市局事件 {consumer.seq}/{follow.seq}",
                        f"---- come {day.come} of {len(day.people)}, waiting "
                        f"{len(follow.waiting)}, gone home {day.gone_home}, events at the centre "
                        f"{consumer.seq} of {follow.seq}",
                    )
                )
        finally:
            follow.on_event.remove(self.happened)

    def end(
        self,
        report: dict[str, Any],
        pictures: Pictures,
        events: tuple[int, int],
        wrong: Sequence[Text],
        out: Path,
    ) -> None:
        """Tell how the day was."""
        made = (pictures.slips, pictures.led, pictures.sounds, pictures.screens)
        for line in summary(report, made, events, wrong, out):
            self._write(line)

    def invite(self, follow: Follow, first: str, out: Path) -> None:
        """The hall stays open: say what to try, and tell what comes of it."""
        for line in invitation(first, out):
            self._write(line)
        follow.on_event.append(self.happened)


class LiveTeller(Teller):
    """Draws the hall in the terminal while the day passes."""

    def __init__(self, console: Console) -> None:
        super().__init__(lambda line: console.print(line, markup=False, highlight=False))
        self._console = console
        self._live: Live | None = None
        self._news: deque[str] = deque(maxlen=KEPT_NEWS)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the terminal back."""
        self._stop()

    def _stop(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _note(self, event: Event) -> None:
        words = news_of(event)
        if words is not None:
            self._news.appendleft(f"{self._time()}  {words}")

    async def follow(
        self,
        day: Day,
        follow: Follow,
        troubles: Troubles,
        pictures: Pictures,
        hall: HallClient,
        consumer: Consumer,
        rules: Rules,
    ) -> None:
        """Draw, until cancelled."""
        self._time = day.time.text
        follow.on_event.append(self._note)
        self._live = Live(
            console=self._console, screen=True, auto_refresh=False, redirect_stderr=False
        )
        self._live.start()
        try:
            while True:
                printed = follow.counts["ticket.issued"] - sum(
                    (await hall.call("hall.status"))["papers_owed"].values()
                )
                view = await look(day, hall, consumer, troubles, rules, printed, self._news)
                self._live.update(picture(view, self._console.height), refresh=True)
                await asyncio.sleep(PICTURE_S)
        finally:
            follow.on_event.remove(self._note)
            self._stop()


def teller_for(*, plain: bool) -> Teller:
    """Return a teller for standard output."""
    if not plain and sys.stdout.isatty():
        return LiveTeller(Console())

    def write(line: str) -> None:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    return Teller(write)
