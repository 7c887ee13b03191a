"""The marked people's day: every feature used, two crashes, the next days, the end of the keys."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from firmware_py.store.vault import Vault
from firmware_py.store.vault_errors import KeyDestroyed, VaultError
from tests.e2e.leaks import Needles, files_below
from tests.e2e.marked import PEOPLE
from tests.e2e.marked_checks import check_entries, entries_of, sign_form, wrong_checks
from tests.e2e.marked_documents import Desk
from tests.e2e.marked_found import MarkedDay, may_hold
from tests.e2e.marked_hall import (
    DAY,
    KEPT_ITEM,
    TYPED,
    Recorder,
    lists,
    marked_hall,
)
from tests.e2e.marked_processes import looked_into, may_dump, peek, with_children
from tests.e2e.scene import Scene, refused, until
from tests.faults.test_clock import HallClock
from tests.sync.support import Ear

__all__ = ["play"]

NEXT, AFTER = "2026-11-24", "2026-11-25"
OLD, YOUNG = PEOPLE[0], PEOPLE[1]


class _Play:
    def __init__(self, place: Path, needles: Needles) -> None:
        self._clock: HallClock
        self._clock, self._scene = marked_hall(place)
        self._needles = needles
        self._stage = self._scene.stage
        self._vault = Vault(self._stage.data / "vault", self._stage.data / "keys")
        self._said = self._stage.folder / "said"
        self._recorder = Recorder(self._scene, self._said)
        self._desk: Desk
        self.day = MarkedDay(self._stage.folder, place / "outside")
        self.day.outside.mkdir()

    async def whole(self) -> None:
        async with self._scene as hall:
            ear = await asyncio.to_thread(Ear, self._stage.broker_port, "#")
            consumer, stored = hall.centre()
            try:
                await self._recorder.listen()
                await self._morning(hall)
                await self._at_the_windows(hall)
                await self._documents(hall)
                await self._forms(hall)
                await self._mistakes(hall)
                await self._the_technician(hall)
                await self._crashes(hall)
                await self._evening(hall)
                await self._days_after(hall)
                await hall.centre_has_all(consumer, stored)
                self.day.events = await hall.journal()
                self.day.pages, self.day.scans_refused = self._desk.raw, self._desk.refusals
                late = await asyncio.to_thread(Ear, self._stage.broker_port, "#", client_id="late")
                await asyncio.to_thread(late.close)
                self.day.heard = [*ear.heard, *late.heard]
            finally:
                await asyncio.to_thread(ear.close)
            shutil.move(stored, self._said / stored.name)

    # ---- the day

    async def _morning(self, hall: Scene) -> None:
        folder = self._stage.data / "people"
        folder.mkdir()
        for name, data in lists().items():
            (folder / name).write_bytes(data)

        async def used() -> bool:
            return len((await hall.hall.call("people.status"))["lists"]) == len(lists())

        await until(used)
        for one in PEOPLE:
            await self._at_the_kiosk(hall, one.key)
        await hall.press("codes-kiosk-1", "appointment", 90817263)
        await self._issued(hall, len(PEOPLE) + 1)
        # The same person again, somebody who chose nothing, and a code that is none.
        await self._lay(hall, "id-kiosk-1", "old")
        await self._kiosk(hall, lambda found: found["say"] and found["say"]["code"] == "has_ticket")
        for fault in ("bad-card", "not-genuine", "bad-checksum", "lifted-early"):
            await hall.fault("id-kiosk-1", fault)
            await hall.press("id-kiosk-1", "taiwan")
            await self._kiosk(hall, lambda found: found["say"] is not None)
            await hall.press("id-kiosk-1", "lift")
            await hall.fault("id-kiosk-1", fault, active=False)
        await hall.press("codes-kiosk-1", "command")

    async def _at_the_kiosk(self, hall: Scene, key: str) -> None:
        before = len(await hall.issued())
        await self._lay(hall, "id-kiosk-1", key)
        if key == "third":
            # The appointment's ticket comes by itself.
            await self._issued(hall, before + 1)
        else:
            await self._kiosk(hall, lambda found: found["say"] and found["say"]["code"] == "choose")
            await hall.take(KEPT_ITEM if key in {"old", "young"} else "F01")
        await self._kiosk(hall, lambda found: found["say"] and found["say"]["code"] == "taken")
        await hall.press("id-kiosk-1", "lift")

    async def _at_the_windows(self, hall: Scene) -> None:
        await self._serve(hall, "old", "A001", keep=True)
        await hall.press("pad-1", "rating", 1)
        await self._happened(hall, "rating.given")
        await hall.do("rate.reason", window="1", reason=TYPED)
        # Called, called again, missed, back, parked, back, transferred, finished.
        await hall.do("window.call", window="1", number="A002")
        await hall.do("window.recall", window="1")
        await hall.do("window.missed", window="1")
        await hall.do("ticket.resume", number="A002")
        await hall.do("window.call", window="1", number="A002")
        await hall.do("window.start", window="1")
        await self._at_window_1(hall, "young")
        await hall.do("ticket.park", number="A002", reason=TYPED)
        await hall.do("ticket.resume", number="A002")
        await hall.do("window.call", window="2", number="A002")
        await hall.do("ticket.transfer", number="A002", item="F01")
        await hall.do("ticket.transfer", number="A002", item=KEPT_ITEM, window="1")
        await hall.press("id-1", "lift")
        await self._serve(hall, "young", "A002", keep=True)
        await hall.do("window.help", window="1")
        await hall.press("codes-1", "appointment", 90817263)
        await self._serve(hall, "utopian", "A003", keep=False)
        await hall.do("ticket.cancel", number="A004", reason=TYPED)
        await hall.take(origin="kiosk-2")
        await hall.do("notice.show", text=f"{TYPED}，请到3号窗口")
        await hall.hall.call("voice.say", text="请3号窗口的纳税人返回")
        await hall.hall.call("kiosk.say", kiosk="kiosk-1", text="请选择事项", language="zh")

    async def _serve(self, hall: Scene, key: str, number: str, *, keep: bool) -> None:
        await hall.do("window.call", window="1", number=number)
        await hall.do("window.start", window="1")
        await self._at_window_1(hall, key)
        if key == "old":

            async def known() -> bool:
                self.day.shown = await hall.hall.call("window.card", window="1")
                return self.day.shown["same_person"] is not None

            await until(known)
            self.day.clerks_view = (await hall.hallctl("card", "1", lang="zh")).out
            await check_entries(hall)
        await hall.do("window.finish", window="1")
        if keep:

            async def kept() -> bool:
                return f"{number}-card" in await asyncio.to_thread(self._vault.names, DAY)

            await until(kept)
        await hall.press("id-1", "lift")

    async def _documents(self, hall: Scene) -> None:
        self._desk = Desk(hall, self._recorder, self._vault, self.day.outside)
        self._desk.while_seen = self._look_into_processes
        await hall.do("window.next", window="2")
        in_hand = next(e["data"] for e in reversed(await hall.journal()) if "called" in e["type"])
        await self._desk.whole("A003", in_hand["number"])
        await hall.do("window.finish", window="2")

    async def _forms(self, hall: Scene) -> None:
        first = f"F{DAY.replace('-', '')}-001"
        signature = await sign_form(hall, first, self._recorder, self.day.outside)
        self._desk.raw |= signature
        papers = [{"paper": 1, "count": 2}, {"name": TYPED}]
        for _ in range(3):
            await hall.do(
                "form.make", window="1", number="A002", papers=papers, asked=TYPED, days=5
            )
        one, two = (f"F{DAY.replace('-', '')}-{n:03d}" for n in (2, 3))
        await hall.do("form.change", form=one, asked=f"{TYPED}二", come=f"{TYPED}大厅")
        await hall.do("form.reprint", form=one)
        await hall.do("form.done", form=one)
        await hall.do("form.withdraw", form=two, reason=TYPED)
        # A file that a clerk asked for and takes away: what it says is on paper too.
        await self._recorder.hallctl("form", "pdf", one, "-o", str(self.day.outside / "form.pdf"))
        for arguments in (("form", "show", one), ("form", "find")):
            await self._recorder.hallctl(*arguments)

        async def nothing_owed() -> bool:
            return not (await hall.status())["papers_owed"]

        await until(nothing_owed)

    async def _mistakes(self, hall: Scene) -> None:
        """What people type in the wrong place is refused and written nowhere."""
        number = OLD.number
        wide = number.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
        form = {"window": "1", "number": "A002", "days": 3}
        wrong: list[tuple[str, dict[str, Any]]] = [
            ("ticket.take", {"item": "F01", "person": number}),
            ("ticket.take", {"item": number}),
            ("ticket.show", {"number": number}),
            ("ticket.cancel", {"number": number}),
            ("ticket.cancel", {"number": "A006", "reason": f"证号{number}"}),
            ("window.open", {"window": "4", "clerk": number}),
            ("form.make", {**form, "asked": f"为 {wide} 补办"}),
            ("form.make", {**form, "papers": [{"name": f"{number}的委托书"}]}),
            ("rate.reason", {"window": "1", "reason": number}),
            ("notice.show", {"text": f"请{number}到3号窗口"}),
            ("voice.say", {"text": f"请{number}到3号窗口"}),
            ("kiosk.say", {"kiosk": "kiosk-1", "text": f"请{number}", "language": "zh"}),
            ("day.open", {"day": number}),
            *wrong_checks(),
        ]
        for method, params in wrong:
            refusal = await refused(hall.hall.call(method, **params))
            self.day.refusals.append((method, refusal.code))

    async def _the_technician(self, hall: Scene) -> None:
        said, recorder = self._said, self._recorder
        for device in ("id-1", "id-kiosk-1", "codes-1", "codes-kiosk-1", "printer"):
            await hall.hallctl("devices", "trace", device, "--to", str(said / f"{device}.trace"))
        for arguments in (
            ("status",), ("people", "status"), ("privacy",), ("card", "kiosk-1"), ("backup",),
            ("ticket", "show", "A001"), ("why", "A001"), ("devices", "show", "id-1"),
            ("journal", "export", str(said / "export.jsonl"), "--force"), ("report",),
            ("doctor", "--config", str(self._stage.config), "--report", str(said / "doctor.md"),
             "--force"),
        ):  # fmt: skip
            await recorder.hallctl(*arguments)
        assert (said / "doctor.md").stat().st_size
        for name in self._vault.names(DAY):
            self.day.kept[name] = self._vault.get(DAY, name)
        self.day.key = (self._stage.data / "keys" / f"{DAY}.key").read_bytes()

    async def _crashes(self, hall: Scene) -> None:
        """A power cut, then a crash, each while a card lies and its fields are before the clerk."""
        for number, key, end in (
            ("A006", "foreigner", signal.SIGKILL),
            ("A005", "taiwan", signal.SIGABRT),
        ):
            await hall.do("window.call", window="1", number=number)
            await hall.do("window.start", window="1")
            await self._at_window_1(hall, key)
            await self._lay(hall, "id-kiosk-1", key)
            await self._kiosk(hall, lambda found: found["there"] or found["say"])
            await hall.do("check.ask", window="1", fields=entries_of(OLD))
            scan = await self._desk.begun(number)
            await asyncio.to_thread(self._look_into_processes)
            await hall.end(end)
            await scan
            hall.codes.remove(-end)
            self._put_aside_where_it_stood()
            await self._search()
            await hall.start()
            await self._recorder.listen()
            # The same ticket goes on; whose it is, is known by the card that still lies there.
            await hall.press("id-1", "lift")
            await hall.press("id-kiosk-1", "lift")
            await self._at_window_1(hall, key)
            self._desk.clear()
            await hall.do("window.finish", window="1")
            await hall.press("id-1", "lift")

    def _put_aside_where_it_stood(self) -> None:
        """A crash logs where its threads stood: expected here, and to be searched like all else."""
        log = self._stage.logs / "halld.log"
        before, crashed, stood = log.read_bytes().partition(b"Fatal Python error")
        if crashed:
            log.write_bytes(before)
            (self._stage.logs / "crash.log").write_bytes(crashed + stood)

    async def _evening(self, hall: Scene) -> None:
        # Somebody still waits, and a card lies at each place.
        await hall.take()
        await self._at_window_1(hall, "utopian")
        await hall.do("day.close", reason=TYPED)
        await self._recorder.hallctl("report", "--print")
        await hall.press("id-1", "lift")
        shutil.copytree(self._stage.data / "vault", self.day.outside / "vault")

    async def _days_after(self, hall: Scene) -> None:
        self._clock.set(f"{NEXT} 08:50:00")
        await hall.do("day.open", day=NEXT)
        await self._lay(hall, "id-kiosk-1", "old")
        await self._kiosk(hall, lambda found: found["say"] and found["say"]["code"] == "choose")
        await hall.take()
        for name in self.day.kept:
            self.day.kept_a_day_later[name] = self._vault.get(DAY, name)
        await hall.do("day.close")
        self._clock.set(f"{AFTER} 08:50:00")
        await hall.do("day.open", day=AFTER)

        async def destroyed() -> bool:
            subjects = [e["data"].get("subject") for e in await hall.journal()]
            return DAY not in await asyncio.to_thread(self._vault.days) and DAY in subjects

        await until(destroyed)
        copy = Vault(self.day.outside / "vault", self._stage.data / "keys")
        for name in self.day.kept:
            self.day.after_the_end[name] = _how_it_ends(self._vault, name)
            self.day.copy_after_the_end[name] = _how_it_ends(copy, name)

    # ---- what is looked at

    async def _search(self) -> None:
        # What the test writes itself only grows, and is searched in the end.
        self.day.leaks += await asyncio.to_thread(
            self._needles.search_files,
            self._stage.folder,
            # What lies at the copier is not the hall's yet.
            lambda path: (
                may_hold(path) or path.parts[0] in {"said", "sent"} or "scan-1.d" in path.parts
            ),
        )
        self.day.files_at_crashes |= {
            str(path.relative_to(self._stage.folder)) for path in files_below(self._stage.folder)
        }

    def _look_into_processes(self) -> None:
        """Look at the daemon and its children from outside, as a program of their user may."""
        self.day.peeked["other"] = peek(None)
        for pid in with_children(self._stage.processes["halld"].pid):
            # A child may end meanwhile.
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                command, environment, writes = looked_into(pid)
                self.day.environments += command + environment
                self.day.writing += writes
                name = command.replace(b"\0", b" ").decode()
                self.day.may_dump += [name] if may_dump(pid) else []
                self.day.peeked[name] = peek(pid)

    # ---- people at readers

    async def _lay(self, hall: Scene, reader: str, key: str) -> None:
        await hall.becomes(reader, "ok")
        await hall.press(reader, key)

    async def _at_window_1(self, hall: Scene, key: str) -> dict[str, Any]:
        await self._lay(hall, "id-1", key)

        async def look() -> dict[str, Any] | None:
            found: dict[str, Any] = await hall.hall.call("window.card", window="1")
            return found if found["card"] and found["lies"] else None

        return await until(look)

    async def _kiosk(self, hall: Scene, fits: Callable[[dict[str, Any]], object]) -> None:
        async def look() -> dict[str, Any] | None:
            found: dict[str, Any] = await hall.hall.call("kiosk.card", kiosk="kiosk-1")
            return found if fits(found) else None

        self._recorder.write(await until(look))

    async def _issued(self, hall: Scene, count: int) -> None:
        async def look() -> bool:
            return len(await hall.issued()) == count

        await until(look)

    async def _happened(self, hall: Scene, kind: str) -> None:
        async def look() -> bool:
            return any(one["type"] == kind for one in await hall.journal())

        await until(look)


def _how_it_ends(vault: Vault, name: str) -> str:
    try:
        vault.get(DAY, name)
    except KeyDestroyed:
        return "destroyed"
    except VaultError as error:
        return type(error).__name__
    return "readable"


async def play(place: Path, needles: Needles) -> MarkedDay:
    """Play the day below ``place``; everything has ended when this returns."""
    played = _Play(place, needles)
    await played.whole()
    return played.day
