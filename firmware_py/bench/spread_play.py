"""``make run HALL=spread``: a hall of many Pis on this machine, a short day, then it is yours.

``python -m firmware_py.bench.spread_play [--once]``. Broker, hub, two kiosks, three windows and a
wall are processes of their own, each with a network of its own where that is allowed. Everything
is below ``--out`` (``out/spread``). Exit codes as of ``firmware_py.bench.play``.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import shutil
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from firmware_py.bench.cast import cast_of
from firmware_py.bench.checks import Evidence
from firmware_py.bench.client import BenchClient, HallClient
from firmware_py.bench.day import clerk_number
from firmware_py.bench.evening import write_reports
from firmware_py.bench.follow import Follow
from firmware_py.bench.halltime import ZONE, HallTime, working_day
from firmware_py.bench.keeping import keep_open
from firmware_py.bench.namespaces import why_not
from firmware_py.bench.papers import VOICE, Drawn, Pictures
from firmware_py.bench.play import (
    BAD,
    BROKEN_OFF,
    GOOD,
    LONGEST_S,
    parser_of,
    played,
    refuse_second,
)
from firmware_py.bench.polling import until
from firmware_py.bench.screens import Screens
from firmware_py.bench.spread import HUB, SpreadStage
from firmware_py.bench.spread_checks import WallWatch, apart, judged
from firmware_py.bench.spread_day import KIOSKS, WINDOWS, SpreadDay
from firmware_py.bench.spread_telling import begins, ends, invitation
from firmware_py.bench.telling import Teller, teller_for
from firmware_py.bench.waits import PaperWait
from firmware_py.cli.words import t
from firmware_py.config.file import load_all

__all__ = ["main"]

CLOCK = "day-clock.json"
PRINTERS = ("printer-1", "printer-2")
DRAWN = Drawn(PRINTERS, ("led-wall",), tuple(f"strip-{window}" for window in WINDOWS))
#: Every Pi has joined by then.
JOINS_S = 60.0
PROGRESS_S = 5.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Play the day; return the exit code."""
    about = "A day of a hall of many Pis."
    parser = parser_of("spread_play", about, Path("out/spread"), people=24)
    parser.add_argument("--together", action="store_true", help="all on the loopback")
    return played(SpreadPlay, parser.parse_args(arguments))


class SpreadPlay:
    """One run. ``code`` is the exit code if it ended now."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.code = BROKEN_OFF
        self._options = options
        self._out: Path = options.out.absolute()
        self._lacks = t("按要求", "as asked") if options.together else why_not()
        self._stage = SpreadStage(self._out, apart=not self._lacks)
        clock = self._out / CLOCK
        self._stage.environment["HALL_CLOCK"] = f"file:{clock}"
        self._time = HallTime(clock, working_day(datetime.now(ZONE).date()), 8, 59)
        self._clients = dict[str, HallClient]()

    async def run(self) -> int:
        """Play, write, check; then leave the hall open until somebody ends it."""
        await refuse_second(self._stage)
        for name in ("slips", "led", "voice"):
            shutil.rmtree(self._out / name, ignore_errors=True)
            (self._out / name).mkdir(parents=True)
        self._time.start()
        async with contextlib.AsyncExitStack() as stack:
            teller = stack.enter_context(teller_for(plain=True))
            for line in begins(self._stage.nodes, self._lacks):
                teller.say(line)
            await stack.enter_async_context(self._stage)
            for node in (HUB, *self._stage.nodes):
                client = await HallClient.connect(self._stage.socket_of(node))
                self._clients[node] = await stack.enter_async_context(client)
            bench, artist = [
                await stack.enter_async_context(await BenchClient.connect(self._stage.bench_socket))
                for _ in range(2)
            ]
            await self._all_joined()
            screens = Screens(self._stage, self._out / "screens", teller.say)
            screens.start()
            await screens.drawn()
            slips, led, voice = (self._out / name for name in ("slips", "led", "voice"))
            pictures = Pictures(artist, slips, led, voice, DRAWN)
            code = await self._day(bench, pictures, screens, teller)
            if self._options.once:
                return code
            self.code = code
            await self._open_again(teller)
            await keep_open(self._stage, teller, screens)
            return code

    async def _all_joined(self) -> None:
        async def joined() -> bool:
            states = [await self._clients[node].call("hall.status") for node in self._stage.nodes]
            return not any((one["broker"] or {"trouble": "-"})["trouble"] for one in states)

        async with asyncio.timeout(JOINS_S):
            await until(joined, 0.1)

    async def _day(
        self, bench: BenchClient, pictures: Pictures, screens: Screens, teller: Teller
    ) -> int:
        options, hall = self._options, self._clients[HUB]
        configuration = load_all(self._stage.config, self._stage.environment)
        items = dict(configuration.rules.items)
        button = next(k.item for k in configuration.settings.kiosks if k.item is not None)
        people = cast_of(items, button, options.people, options.seed)
        follow = Follow(hall)
        seen = {window: Follow(self._clients[f"window-{window}"]) for window in WINDOWS}
        for one in (follow, *seen.values()):
            await one.start()
        follow.on_event.append(teller.happened)
        await bench.do("fault", VOICE, fault="quick", value=options.speed)
        day = SpreadDay(
            people, hall, bench, follow, self._time,
            speed=options.speed, seed=options.seed, at=self._clients, seen=seen,
        )  # fmt: skip
        wall = WallWatch(bench, DRAWN.walls[0])
        works = (wall.run(), pictures.run(), screens.run(self._time), self._progress(day, teller))
        beside = [asyncio.ensure_future(one) for one in works]

        async def owed() -> int:
            told = [await self._clients[kiosk].call("hall.status") for kiosk in KIOSKS]
            return sum(sum(one["papers_owed"].values()) for one in told)

        slips = PaperWait(owed)

        async def answers() -> None:
            for client in self._clients.values():
                await client.call("alarm.list")
            await bench.do("list")
            await slips.over()

        try:
            async with asyncio.timeout(LONGEST_S), self._time.held(answers):
                await day.play()
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
        await pictures.finish()
        pictures.screens = screens.made
        await bench.do("clear", VOICE)
        wrong = await apart(self._clients)
        journal, report = await write_reports(self._out, hall, items)
        found = Evidence(
            people=people,
            journal=journal,
            verified=await hall.call("journal.verify"),
            logs={name: self._stage.log_of(name) for name in self._stage.processes},
            gap_seen=any(one.gap for one in (follow, *seen.values())),
        )
        printers = zip(KIOSKS, PRINTERS, strict=True)
        paper = {kiosk: await bench.do("seen", printer) for kiosk, printer in printers}
        wrong += judged(found, paper, wall.lines)
        made = (pictures.slips, pictures.led, pictures.sounds, pictures.screens)
        for line in ends(report, made, len(journal), len(self._stage.nodes), wrong, self._out):
            teller.say(line)
        return BAD if wrong else GOOD

    async def _progress(self, day: SpreadDay, teller: Teller) -> None:
        while True:
            await asyncio.sleep(PROGRESS_S)
            hub = (await self._clients[HUB].call("hall.status"))["last_seq"]
            behind = [
                hub - (await self._clients[node].call("hall.status"))["last_seq"]
                for node in self._stage.nodes
            ]
            most = max(0, *behind)
            teller.say(
                t(
                    f"---- 已来 {day.come}/{len(day.people)} 人，已离开 {day.gone_home} 人；"
                    f"主控事件 {hub}，各台设备最多落后 {most} 条",
                    f"---- come {day.come} of {len(day.people)}, gone home {day.gone_home}; "
                    f"event {hub} at the hub, the other Pis at most {most} behind",
                )
            )

    async def _open_again(self, teller: Teller) -> None:
        """Extended hours: the same day goes on at the machine's pace, with people waiting."""
        hall = self._clients[HUB]
        self._time.run(1.0)
        await hall.call("day.open", day=self._time.day.isoformat(), by="duty-manager")
        for window in WINDOWS:
            at = self._clients[f"window-{window}"]
            await at.call("window.open", window=window, clerk=clerk_number(window), by="bench")
        for kiosk in KIOSKS:
            await self._clients[kiosk].call("ticket.take", item="B01", origin=kiosk, by="screen")
        networks = self._stage.networks
        switch = "" if networks is None else networks.switch
        for line in invitation(self._out, switch, self._stage.processes["halld"].pid):
            teller.say(line)


if __name__ == "__main__":
    sys.exit(main())
