"""The hub's side of the configuration: numbers it, has each Pi check it, says what is in force.

Before the hub takes a changed file up, it offers what each Pi would have; each fetches its own part
and says yes, or its mistakes (``sync.configuration``). A Pi that is away is named, and gets the
newest when it is back. Contents and numbers are on the disk before anything is said of them.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from firmware_py.config.file import ConfigError, Configuration
from firmware_py.config.parcel import CONFIG_NAME
from firmware_py.config.shares import Shares, notices_in, shares_of
from firmware_py.core.edition import Edition, next_number
from firmware_py.core.refusals import Refusal
from firmware_py.runtime.config_former import former_of, name_of
from firmware_py.runtime.config_words import mistaken, node_refuses, not_everywhere, not_kept
from firmware_py.settings import Settings
from firmware_py.store.editions import FOLDER, EditionBook, Kept
from firmware_py.sync.configuration import Report

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall

__all__ = ["Agreement", "HubConfiguration"]

log = logging.getLogger(__name__)

#: A Pi that is there says within this time that it looks at what is offered ...
FIRST_S = 10.0
#: ... and within this time what it says of it: a small Pi reads for seconds.
WHOLE_S = 45.0
#: What is offered and not taken up is offered no more after this.
OFFER_S = 90.0
#: Whether notices have changed is looked at so often.
LOOK_S = 3.0
#: Bytes of a content in one answer, as base64 a message of the broker holds it; files in a list.
PART, LISTED = 96 * 1024, 400
_PAUSE_S = 0.1


@dataclass(slots=True)
class _Candidate:
    """A configuration, numbered."""

    edition: Edition
    shares: Shares
    begun_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Agreement:
    """What the Pis say: a row each, and why it may not be taken up."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    refusal: Refusal | None = None


class HubConfiguration:
    """Lives in the event loop; files are read in threads."""

    def __init__(
        self, hall: Hall, configuration: Configuration, file: Path, env: Mapping[str, str]
    ) -> None:
        self._hall, self._file, self._env = hall, file.absolute(), dict(env)
        self._book = EditionBook(configuration.folders.data / FOLDER)
        self._in_force: _Candidate | None = None
        self._offered: _Candidate | None = None
        #: What all said yes to, or could not be asked about, and is being taken up.
        self._agreed: _Candidate | None = None
        self._last = 0
        self._later = False
        self._reports: dict[str, Report] = {}
        self._heard = asyncio.Event()
        self._notices: object = None
        self._task: asyncio.Task[None] | None = None
        self._one_at_a_time = asyncio.Lock()

    def start(self) -> None:
        """Number what is in force here, and look after it."""
        self._task = asyncio.create_task(self._run(), name="configuration")

    async def stop(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        while True:
            try:
                await self._look()
            except (OSError, ConfigError) as error:
                log.error("the hall's configuration cannot be told to its Pis: %s", error)  # noqa: TRY400
            await asyncio.sleep(LOOK_S)

    async def _look(self) -> None:
        if not self._hall.settings.nodes:
            return
        async with self._one_at_a_time:
            stamp = await asyncio.to_thread(_stamp, self._hall.settings.displays.notices)
            if self._in_force is None:
                self._notices = stamp
                found = await self._read(self._hall.settings, None)
                await self._keep(found, "halld")
            elif stamp != self._notices:
                self._notices = stamp
                await self._take_notices()
            offered = self._offered
            if offered is not None and time.monotonic() - offered.begun_s > OFFER_S:
                self._offered = None
                self._tell()

    # ---- numbering

    async def _read(self, settings: Settings, text: str | None) -> _Candidate:
        """Return what the files are now. Raises ``ConfigError``, ``OSError``."""
        return self._numbered(await self._shares(settings, text))

    async def _shares(self, settings: Settings, text: str | None) -> Shares:
        return await asyncio.to_thread(
            shares_of, self._file, settings, self._env, self._book.put, text
        )

    def _numbered(self, shares: Shares) -> _Candidate:
        digest, kept = shares.digest(), self._book.in_force
        if self._in_force is not None and self._in_force.edition.digest == digest:
            return _Candidate(self._in_force.edition, shares)
        offered = self._offered
        if offered is not None and offered.edition.digest == digest and not self._refusing(offered):
            return _Candidate(offered.edition, shares, offered.begun_s)
        if self._in_force is None and kept is not None and kept.edition.digest == digest:
            # As before the restart, or as the former hub had it.
            return _Candidate(kept.edition, shares)
        self._last = next_number(self._known(), self._told())
        return _Candidate(Edition(self._epoch(), self._last, digest), shares)

    def _known(self) -> int:
        kept = self._book.in_force
        return max(self._last, 0 if kept is None else kept.edition.number)

    def _told(self) -> int:
        return max((r.has.number for r in self._reports.values() if r.has), default=0)

    def _epoch(self) -> str:
        return self._hall.store.epoch

    async def _keep(self, found: _Candidate, by: str) -> None:
        """``found`` is in force: on the disk first, then for all."""
        kept = Kept(found.edition, found.shares.all_files(), self._hall.clock.now_ms(), by)

        def write() -> None:
            self._book.take(kept)
            self._book.drop(found.shares.sizes)

        try:
            await asyncio.to_thread(write)
        except OSError as error:
            log.error("configuration %s cannot be noted: %s", found.edition, error)  # noqa: TRY400
        if self._in_force is None or self._in_force.edition != found.edition:
            log.info("configuration %s is in force", found.edition)
        self._in_force, self._offered = found, None
        self._tell()

    async def _take_notices(self) -> None:
        """A notice came, changed or went: as at the hub, it counts without a word from anybody."""
        in_force = self._in_force
        if in_force is None:
            return
        text = self._book.content(in_force.shares.all_files()[CONFIG_NAME]).read_text("utf-8-sig")
        fresh = await self._shares(self._hall.settings, text)
        folder = name_of(self._hall.settings.displays.notices, self._file.parent)
        for node, files in in_force.shares.of.items():
            # All else is as it was taken up, whatever somebody is editing now.
            new = fresh.of.get(node, {})
            notices = {n: sha for n, sha in new.items() if folder and n.startswith(folder)}
            rest = {n: s for n, s in files.items() if not (folder and n.startswith(folder))}
            fresh.of[node] = rest | notices
        fresh.sizes = {**in_force.shares.sizes, **fresh.sizes}
        found = self._numbered(fresh)
        if found.edition != in_force.edition:
            await self._keep(found, "notices")

    # ---- what is asked of the Pis

    async def agreed(
        self,
        settings: Settings,
        text: str | None,
        *,
        without: frozenset[str] = frozenset(),
        all_nodes: bool = False,
    ) -> Agreement:
        """Have each Pi look at the files, or a text in the place of the hall's file.

        ``settings`` are what this Pi reads there.
        """
        self._agreed = None
        if not settings.nodes:
            return Agreement()
        async with self._one_at_a_time:
            try:
                found = await self._read(settings, text)
            except ConfigError as error:
                return Agreement([], mistaken(error))
            except OSError as error:
                return Agreement([], not_kept(error))
            if found.shares.own_files:
                return Agreement()
            if self._in_force is not None and found.edition == self._in_force.edition:
                return Agreement()
            # Taken up right after it was asked about, nobody is waited for twice.
            await self._offer(found, again=text is not None)
            rows = self._rows(found)
        asked = [row for row in rows if row["node"] not in without]
        no = [row for row in asked if row["says"] == "no"]
        if no:
            return Agreement(rows, node_refuses(no))
        late = [row for row in asked if row["says"] != "yes"]
        if late and all_nodes:
            return Agreement(rows, not_everywhere(late))
        self._agreed = found
        return Agreement(rows)

    async def _offer(self, found: _Candidate, *, again: bool) -> None:
        if again or self._offered is None or self._offered.edition != found.edition:
            found.begun_s = time.monotonic()
        self._offered = found
        self._tell()
        while any(row["says"] == "pending" for row in self._rows(found)):
            self._heard.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._heard.wait(), _PAUSE_S * 5)

    def _refusing(self, found: _Candidate) -> bool:
        return any(row["says"] == "no" for row in self._rows(found))

    def _rows(self, found: _Candidate) -> list[dict[str, Any]]:
        """Return what each Pi says of it."""
        hall, states = self._hall, dict[str, str]()
        for one in hall.sync.nodes() if hall.sync is not None else ():
            states[one.node] = one.state
        names = [name for name in found.shares.of.keys() | found.shares.wrong.keys()
                 if name in states and name != hall.settings.hall.node]  # fmt: skip
        return [self._row(found, name, states[name]) for name in sorted(names)]

    def _row(self, found: _Candidate, node: str, state: str) -> dict[str, Any]:
        row = {"node": node, "state": state, "by_hand": found.shares.by_hand.get(node, ())}
        if (wrong := found.shares.wrong.get(node)) is not None:
            return {**row, "says": "no", "mistakes": [asdict(one) for one in wrong]}
        report = self._reports.get(node)
        judged = report is not None and report.judged == found.edition
        if report is not None and judged:
            mistakes = msgspec.to_builtins(report.wrong)
            return {**row, "says": "no" if mistakes else "yes", "mistakes": mistakes}
        if report is not None and report.has == found.edition:
            return {**row, "says": "yes", "mistakes": []}
        if state != "there":
            return {**row, "says": "away", "mistakes": []}
        looks = report is not None and report.doing == found.edition
        within_s = WHOLE_S if looks else FIRST_S
        late = time.monotonic() - found.begun_s > within_s
        return {**row, "says": "silent" if late else "pending", "mistakes": []}

    async def taken(self, by: str, rows: Sequence[Mapping[str, Any]], *, later: bool) -> None:
        """What was agreed on last is in force; ``later``: a part of it waits for a restart."""
        agreed, self._agreed = self._agreed, None
        if agreed is not None:
            self._later = later
            await self._keep(agreed, by)
            behind = [row["node"] for row in rows if row["says"] != "yes"]
            if behind:
                log.warning("the configuration is in force without %s", ", ".join(behind))

    # ---- what the Pis ask

    async def answer(self, node: str, what: str, question: Mapping[str, Any]) -> dict[str, Any]:
        """Answer a Pi; it is told of its own part alone."""
        if what == "configuration":
            return await self._reported(node, question.get("report"))
        if what == "configuration.files":
            return self._files(node, question.get("edition"), int(question.get("after", 0)))
        return await asyncio.to_thread(
            self._part, node, str(question.get("name", "")), int(question.get("after", 0))
        )

    async def _reported(self, node: str, report: object) -> dict[str, Any]:
        if isinstance(report, Report):
            self._reports[node] = report
            self._heard.set()
            await self._raise(report)
        in_force, offered = self._in_force, self._offered
        own_files = in_force is not None and in_force.shares.own_files
        if in_force is None or own_files:
            return {"in_force": None, "offered": None, "later": False}
        told = None if offered is None else asdict(offered.edition)
        return {"in_force": asdict(in_force.edition), "offered": told, "later": self._later}

    async def _raise(self, report: Report) -> None:
        """Number anew above what a Pi has: this hub was restored, and its count fell."""
        found, has = self._in_force, report.has
        if found is None or has is None or has.number < found.edition.number:
            return
        if has == found.edition or has.digest == found.edition.digest:
            return
        number = next_number(self._known(), has.number)
        if number > has.number:
            found.edition = Edition(self._epoch(), number, found.edition.digest)
            self._last = number
            await self._keep(found, "halld")

    def _parts_of(self, node: str, found: _Candidate) -> Mapping[str, str]:
        place = self._hall.settings.nodes.get(node)
        if place is None or "standby" in place.roles:
            # It may be the hub: it has what any Pi has.
            return found.shares.all_files()
        return found.shares.of.get(node, {})

    def _known_ones(self) -> list[_Candidate]:
        return [one for one in (self._offered, self._in_force) if one is not None]

    def _files(self, node: str, edition: object, after: int) -> dict[str, Any]:
        found = next((one for one in self._known_ones() if one.edition == edition), None)
        if found is None:
            return {"gone": True}
        files = sorted(self._parts_of(node, found).items())
        part = files[after : after + LISTED]
        told = [[name, sha, found.shares.sizes[sha]] for name, sha in part]
        return {"files": told, "more": after + len(part) < len(files)}

    def _part(self, node: str, sha: str, after: int) -> dict[str, Any]:
        if not any(sha in self._parts_of(node, one).values() for one in self._known_ones()):
            return {"bytes": None}
        try:
            with self._book.content(sha).open("rb") as file:
                file.seek(after)
                return {"bytes": b64encode(file.read(PART)).decode()}
        except OSError as error:
            log.warning("a content of the configuration cannot be read: %s", error)
            return {"bytes": None}

    # ---- what people and Pis are told

    def _tell(self) -> None:
        if self._hall.sync is not None:
            self._hall.sync.recorded(())

    def picture(self) -> dict[str, Any] | None:
        """Return ``state/configuration``; None before it is known."""
        if self._in_force is None or not self._hall.settings.nodes:
            return None
        offered = None if self._offered is None else asdict(self._offered.edition)
        return {"in_force": asdict(self._in_force.edition), "offered": offered}

    def of_node(self, node: str) -> dict[str, Any] | None:
        """Return which configuration a Pi has; None where nobody knows."""
        in_force, report = self._in_force, self._reports.get(node)
        if in_force is None or in_force.shares.own_files:
            return None
        if node == self._hall.settings.hall.node:
            return {"number": in_force.edition.number, "state": "same", "mistakes": []}
        if report is None:
            return {"number": None, "state": "unknown", "mistakes": []}
        number = None if report.has is None else report.has.number
        if report.has == in_force.edition:
            return {"number": number, "state": "same", "mistakes": []}
        refuses = report.judged == in_force.edition and report.wrong
        mistakes = msgspec.to_builtins(report.wrong) if refuses else []
        return {"number": number, "state": "refused" if refuses else "behind", "mistakes": mistakes}

    def former(self) -> dict[str, Any] | None:
        """Return the files of the newest former edition that differs from what lies there now."""
        notices = name_of(self._hall.settings.displays.notices, self._file.parent)
        return former_of(self._book, self._file, notices)


def _stamp(folder: str | None) -> object:
    if folder is None:
        return None
    found = list[tuple[str, int, int]]()
    for path in notices_in(Path(folder)):
        with contextlib.suppress(OSError):
            status = path.stat()
            found.append((path.name, status.st_mtime_ns, status.st_size))
    return tuple(found)
