"""A hall of five Pis each of whose cables can be cut, and its broker killed and hung."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from firmware_py.bench.spread import HUB, known_at
from tests.e2e.scene import Change, until
from tests.e2e.spread import Spread
from tests.faults.cables import Cables, Forwarders, How, Real

__all__ = [
    "KIOSK",
    "LINKS",
    "NODES",
    "PATIENT_S",
    "STANDBY",
    "WALL",
    "WINDOW",
    "Cut",
    "CutHall",
]

KIOSK, WINDOW, WALL, STANDBY = "kiosk-1", "window-1", "wall-1", "standby-1"
NODES = (KIOSK, WINDOW, WALL, STANDBY)
LINKS = (KIOSK, WINDOW, WALL, HUB, STANDBY)
#: On a busy machine.
PATIENT_S = 60.0

#: What stands in config/spread.toml -> what a test has instead: no guard against fingers, no
#: service that begins by itself, and a cut that is noticed sooner.
_CHANGES: Sequence[Change] = (
    ("[queue]\n", "[queue]\nnext_guard_s = 0\nauto_start_s = 3000\n"),
    ("[forms]\n", "[rating]\nwait_s = 3000\n\n[forms]\n"),
    ("[broker]\n", "[broker]\nkeepalive_s = 3\n"),
)
#: As usual: a hall of a test waits longer when nobody asks for it.
ALONE_AFTER_S = 2.0


@dataclass(frozen=True, slots=True)
class Cut:
    """What is cut at which step: a Pi's cable, or the broker itself.

    ``long``: until the Pi that is cut off has noticed; else only while the act takes.
    """

    step: str
    link: str
    how: How | Literal["killed", "hung"] = "silent"
    long: bool = True

    def __str__(self) -> str:
        """Name it in a test's output."""
        return f"{self.step}: {self.link} {self.how}{', long' if self.long else ''}"

    def cuts_off(self, node: str) -> bool:
        """Say whether a Pi does not reach the hub meanwhile."""
        return self.link in {"broker", HUB, node}


class CutHall(Spread):
    """``async with CutHall(folder) as hall``: five Pis that follow; window 1 is open."""

    def __init__(
        self, folder: Path, *nodes: str, apart: bool, changes: Sequence[Change] = ()
    ) -> None:
        super().__init__(
            folder,
            *(nodes or NODES),
            alone_after_s=ALONE_AFTER_S,
            changes=(*_CHANGES, *changes),
            apart=apart,
        )
        forwarders = None if self.stage.networks is not None else Forwarders(self.stage)
        self._forwarders = forwarders
        #: When the button was pressed last, or a little later.
        self.pressed_s = 0.0
        if self.stage.networks is not None:
            self.cables: Cables = Real(self.stage.networks)
        elif forwarders is not None:
            self.cables = forwarders

    async def __aenter__(self) -> Self:
        if self._forwarders is not None:
            await self._forwarders.open()
        try:
            await super().__aenter__()
        except BaseException:
            await self.cables.close()
            raise
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        try:
            await super().__aexit__(kind, *rest)
        finally:
            await self.cables.close()

    async def stands(self) -> None:
        """Wait until all follow, window 1 is open and the kiosk has numbers of its own."""
        for node in self.nodes:
            await self.becomes(node, "", PATIENT_S)
        if WINDOW in self.nodes:
            await self.at(HUB).call("window.open", window="1", clerk="1001")
        if KIOSK in self.nodes:
            await self.has_numbers()
        await self.agree(*self.nodes)

    async def has_numbers(self) -> None:
        """Wait until the kiosk may give numbers of its own."""

        async def look() -> bool:
            status = await self.at(KIOSK).call("hall.status")
            alone = (status["broker"] or {}).get("alone") or {}
            return bool(alone.get("left", {}).get("common")) and not alone["why_not"]

        await until(look, PATIENT_S)

    @contextlib.asynccontextmanager
    async def cut(self, cut: Cut) -> AsyncIterator[None]:
        """Cut; what is done inside is done while it is cut; then put it back."""
        await self._begin(cut)
        try:
            yield
            if cut.long:
                await self._noticed(cut)
        finally:
            await self._end_of(cut)

    async def _begin(self, cut: Cut) -> None:
        if cut.how == "killed":
            await asyncio.to_thread(self.stage.end, "mosquitto", signal.SIGKILL)
        elif cut.how == "hung":
            self.freeze("mosquitto")
        else:
            await self.cables.pull(cut.link, cut.how)

    async def _end_of(self, cut: Cut) -> None:
        if cut.how == "killed":
            self.stage.start_broker()
        elif cut.how == "hung":
            self.thaw("mosquitto")
        else:
            await self.cables.plug(cut.link)

    async def _noticed(self, cut: Cut) -> None:
        """Whoever is cut off says so."""
        cut_off = [node for node in self.nodes if cut.cuts_off(node)]

        async def look() -> bool:
            if cut.cuts_off(HUB):
                status = await self.at(HUB).call("hall.status")
                if status["broker"]["connected"]:
                    return False
            return all([await self.trouble(node) in {"broker", "hub"} for node in cut_off])

        await until(look, PATIENT_S)

    async def heals(self) -> None:
        """Wait until all follow again and know the same."""
        for node in self.nodes:
            await self.becomes(node, "", PATIENT_S)
        await self.agree(*self.nodes)

    async def level_with(self, hub: str, *nodes: str) -> None:
        """Wait until these Pis know of the hall what this hub knows."""

        async def look() -> bool:
            wanted = await known_at(self.at(hub))
            return all([await known_at(self.at(node)) == wanted for node in nodes])

        await until(look, PATIENT_S)

    async def shows_slip(self, number: str) -> None:
        """Wait until a number is on a slip of the kiosk."""

        async def look() -> bool:
            return number in (await self.bench.do("seen", "printer-1"))["numbers"]

        await until(look, PATIENT_S)

    async def copy_is_level(self) -> None:
        """Wait until the standby has the hub's whole journal."""

        async def look() -> bool:
            told = (await self.at(STANDBY).call("hub.status"))["copy"]
            seq = (await self.at(HUB).call("hall.status"))["last_seq"]
            return bool(told and told["state"] == "level" and told["copied"] == seq)

        await until(look, PATIENT_S)
