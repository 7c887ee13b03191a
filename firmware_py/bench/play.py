"""``make run``: a hall on this machine, its day in about a minute, and then it is yours.

``python -m firmware_py.bench.play [--once]``. Everything is below ``--out`` (``out/``). Exit code
0 after a good day, 1 when something was not as it must be, 130 when it was broken off.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import shutil
import signal
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from firmware_py.bench.cast import cast_of
from firmware_py.bench.client import BenchClient, HallClient, Refused
from firmware_py.bench.day import WINDOWS, Day, clerk_number
from firmware_py.bench.evening import centre_has_all, look_back, write_reports
from firmware_py.bench.follow import Follow
from firmware_py.bench.halltime import ZONE, HallTime, working_day
from firmware_py.bench.keeping import keep_open
from firmware_py.bench.papers import VOICE, Pictures
from firmware_py.bench.screens import Screens
from firmware_py.bench.stage import Stage
from firmware_py.bench.telling import Teller, teller_for
from firmware_py.bench.troubles import Troubles
from firmware_py.bench.waits import LampWait, PaperWait
from firmware_py.cli.words import choose, t, use
from firmware_py.config.file import load_all
from firmware_py.sync.consumer import Consumer
from firmware_py.sync.ledger import LinesLedger
from firmware_py.sync.mail import Address

__all__ = ["BAD", "BROKEN_OFF", "GOOD", "LONGEST_S", "main", "parser_of", "played", "refuse_second"]

GOOD, BAD, BROKEN_OFF = 0, 1, 130
#: Real seconds after which a day that does not end is given up.
LONGEST_S = 300.0
CLOCK, CENTRE = "day-clock.json", "centre.jsonl"


class AlreadyRunning(Exception):
    """Another bench lives in the same folder."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Play the day; return the exit code."""
    parser = parser_of("play", "A day of the bench hall in a minute.", Path("out"), people=60)
    parser.add_argument("--plain", action="store_true", help="lines instead of a picture")
    return played(Play, parser.parse_args(arguments))


def parser_of(name: str, about: str, out: Path, *, people: int) -> argparse.ArgumentParser:
    """Return what every day that is played can be told."""
    parser = argparse.ArgumentParser(name, description=about)
    parser.add_argument("--once", action="store_true", help="end after the day")
    parser.add_argument("--out", type=Path, default=out)
    parser.add_argument("--people", type=int, default=people)
    parser.add_argument("--speed", type=float, default=160.0)
    parser.add_argument("--seed", type=int, default=1)
    return parser


def played(play: Callable[[argparse.Namespace], OneRun], options: argparse.Namespace) -> int:
    """Play what was asked for, in the words of whoever asks; return the exit code."""
    use(choose([], os.environ))

    async def run() -> int:
        return await _with_signals(play(options), options.out)

    return asyncio.run(run())


class OneRun(Protocol):
    """``code`` is the exit code if it ended now."""

    code: int

    async def run(self) -> int:
        """Play; return the exit code."""


async def _with_signals(play: OneRun, out: Path) -> int:
    """Run until its end or a signal; say in a sentence what ended it before."""
    loop = asyncio.get_running_loop()
    task = loop.create_task(play.run())
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        return play.code
    except AlreadyRunning:
        sys.stderr.write(
            t(
                f"{out} 里的模拟大厅还在运行，请先用 Ctrl-C 结束它。\n",
                f"A bench hall still runs in {out}; end it by Ctrl-C first.\n",
            )
        )
        return BAD
    except (OSError, TimeoutError, Refused, RuntimeError) as error:
        what = _in_words(error)
        logs = out / "log"
        sys.stderr.write(
            t(
                f"模拟大厅无法继续：{what}。日志在 {logs}。\n",
                f"The bench hall cannot go on: {what}. Its logs are in {logs}.\n",
            )
        )
        return BAD


def _in_words(error: Exception) -> str:
    if isinstance(error, ConnectionError):
        return t("大厅服务或模拟设备意外退出", "the daemon or the simulators went away")
    if isinstance(error, TimeoutError):
        return t("等不到应有的结果", "what should have happened did not")
    return str(error) or type(error).__name__


async def refuse_second(stage: Stage) -> None:
    """Raise ``AlreadyRunning`` where another bench lives in the same folder."""
    with contextlib.suppress(OSError):
        _, writer = await asyncio.open_unix_connection(str(stage.bench_socket))
        writer.close()
        raise AlreadyRunning


class Play:
    """One run. ``code`` is the exit code if it ended now; without ``teller`` it suits stdout."""

    def __init__(self, options: argparse.Namespace, teller: Teller | None = None) -> None:
        self.code = BROKEN_OFF
        self._follow: Follow | None = None
        self._options = options
        self._teller = teller
        self._out: Path = options.out.absolute()
        day = working_day(datetime.now(ZONE).date())
        self._stage = Stage(self._out)
        self._clock_file = self._out / CLOCK
        self._stage.environment["HALL_CLOCK"] = f"file:{self._clock_file}"
        self._time = HallTime(self._clock_file, day, 8, 59)

    async def run(self) -> int:
        """Play, write, check; then leave the hall open until somebody ends it."""
        await self._clean()
        async with contextlib.AsyncExitStack() as stack:
            teller = stack.enter_context(self._teller or teller_for(plain=self._options.plain))
            teller.say(t("正在启动模拟大厅……", "Starting the bench hall ..."))
            await stack.enter_async_context(self._stage)
            hall = await stack.enter_async_context(
                await HallClient.connect(self._stage.hall_socket)
            )
            bench = await stack.enter_async_context(
                await BenchClient.connect(self._stage.bench_socket)
            )
            # Its own connection: what is asked on one is answered in order, and drawing takes time.
            artist = await stack.enter_async_context(
                await BenchClient.connect(self._stage.bench_socket)
            )
            consumer = self._consumer()
            stack.push_async_callback(consumer.stop)
            consumer.start()
            slips, led, voice = (self._out / name for name in ("slips", "led", "voice"))
            pictures = Pictures(artist, slips, led, voice)
            screens = Screens(self._stage, self._out / "screens", teller.say)
            screens.start()
            await screens.drawn()
            code = await self._day(hall, bench, consumer, pictures, screens, teller)
            if self._options.once:
                return code
            self.code = code
            await self._open_again(hall, teller)
            await keep_open(self._stage, teller, screens)
            return code

    async def _clean(self) -> None:
        await refuse_second(self._stage)
        for name in ("slips", "led", "voice"):
            shutil.rmtree(self._out / name, ignore_errors=True)
            (self._out / name).mkdir(parents=True)
        for name in ("journal.jsonl", "report.json", "report.md", CENTRE):
            (self._out / name).unlink(missing_ok=True)
        self._time.start()

    def _consumer(self) -> Consumer:
        address = Address("127.0.0.1", self._stage.broker_port, "centre")
        # The centre's disk is this machine's too: waiting for it would hold up the people here.
        ledger = LinesLedger(self._out / CENTRE, durable=False)
        return Consumer(address, "demo", "centre", ledger)

    async def _day(
        self,
        hall: HallClient,
        bench: BenchClient,
        consumer: Consumer,
        pictures: Pictures,
        screens: Screens,
        teller: Teller,
    ) -> int:
        configuration = load_all(self._stage.config, self._stage.environment)
        rules, options = configuration.rules, self._options
        items = dict(rules.items)
        button_item = next(k.item for k in configuration.settings.kiosks if k.item is not None)
        people = cast_of(items, button_item, options.people, options.seed)
        follow = Follow(hall)
        await follow.start()
        # It speaks by the hall's clock, which runs faster.
        await bench.do("fault", VOICE, fault="quick", value=options.speed)
        day = Day(people, hall, bench, follow, self._time, speed=options.speed, seed=options.seed)
        troubles = Troubles(day, self._stage, hall, bench)
        beside = [
            asyncio.ensure_future(one)
            for one in (troubles.run(), pictures.run(), screens.run(self._time))
        ]
        beside.append(
            asyncio.ensure_future(
                teller.follow(day, follow, troubles, pictures, hall, consumer, rules)
            )
        )

        async def owed() -> int:
            return sum((await hall.call("hall.status"))["papers_owed"].values())

        slips = PaperWait(owed, lambda: "paper" in troubles.now)

        lamps = LampWait(lambda lamp: bench.do("seen", lamp))
        follow.on_event.append(lamps.happened)

        async def answers() -> None:
            await bench.do("list")
            await slips.over()
            await lamps.over()

        try:
            async with asyncio.timeout(LONGEST_S), self._time.held(answers):
                await day.play()
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
        await centre_has_all(hall, consumer)
        await pictures.finish()
        pictures.screens = screens.made
        await bench.do("clear", VOICE)
        journal, report = await write_reports(self._out, hall, items)
        wrong = await look_back(
            people,
            journal,
            self._stage,
            hall,
            bench,
            self._out / CENTRE,
            troubles.seen,
            follow.gap,
            day.paperwork.documents,
        )
        teller.end(report, pictures, (len(journal), consumer.seq), wrong, self._out)
        self._follow = follow
        return BAD if wrong else GOOD

    async def _open_again(self, hall: HallClient, teller: Teller) -> None:
        """Extended hours: the same day goes on at the machine's pace, with three people waiting."""
        self._time.run(1.0)
        await hall.call("day.open", day=self._time.day.isoformat(), by="duty-manager")
        for window in WINDOWS:
            await hall.call("window.open", window=window, clerk=clerk_number(window), by="bench")
        numbers = []
        for item in ("A01", "B01", "D01"):
            taken = await hall.call("ticket.take", item=item, origin="kiosk-1", by="kiosk-1")
            numbers.append(taken["events"][0]["data"]["number"])
        if self._follow is not None:
            teller.invite(self._follow, numbers[0], self._out)


if __name__ == "__main__":
    sys.exit(main())
