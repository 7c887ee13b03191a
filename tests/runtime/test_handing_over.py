"""What a window's Pi scanned goes to the hub once, whole, and nowhere else: a hall made by hand."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from firmware_py.app.followed import HUB_AWAY
from firmware_py.app.ports import Happened, Outcome, Submission
from firmware_py.cli.status import waiting_lines
from firmware_py.core import commands as c
from firmware_py.core import commands_papers as p
from firmware_py.core.events_aside import ActionTaken
from firmware_py.core.refusals import Refusal
from firmware_py.runtime import keep_words as words
from firmware_py.runtime.control import QueryError
from firmware_py.runtime.document_files import begin, digest_of, page_name
from firmware_py.runtime.handing_over import HandingOver
from firmware_py.runtime.scan_job import Scanned, Target
from firmware_py.store.vault import Vault
from tests.core.hall import Hall
from tests.sync.support import until

DAY = "2026-03-02"
PAGES = (b"the first page", b"the second page")
KEPT = Scanned(2, sum(map(len, PAGES)), [hashlib.sha256(page).digest() for page in PAGES])


class HubAt:
    """The hub as it is seen from a window's Pi; ``core`` decides there."""

    def __init__(self, core: Hall) -> None:
        self.core = core
        self.away = False
        self.kept: dict[str, bytes] = {}
        self.given: list[str] = []
        #: Refuses what comes next, once.
        self.refuses: list[Refusal] = []
        #: Answers that are lost on their way, once each.
        self.lost = 0

    async def keep(self, day: str, name: str, data: bytes) -> None:
        assert day == DAY
        if self.away:
            raise QueryError(words.AWAY)
        if self.refuses:
            raise QueryError(self.refuses.pop())
        self.kept[name] = data

    def submit(self, submission: Submission, reply: Any) -> None:
        self.given.append(submission.id)
        if self.away:
            reply(Outcome(refusal=HUB_AWAY))
            return
        decision = self.core.ask(submission.command)
        refused = decision if isinstance(decision, Refusal) else None
        if self.lost:
            self.lost -= 1
            refused = HUB_AWAY
        reply(Outcome(refusal=refused))


class Window:
    """A window's Pi: its vault, and A001 (A001) in hand at window 1."""

    def __init__(self, folder: Path) -> None:
        self.core, self.now_ms = Hall().open("1", "2"), 1_000_000
        self.number = self.core.take("D01")
        self.core.next("1")
        self.hub = HubAt(self.core)
        self.vault = Vault(folder / "vault", folder / "keys")
        self.hall = SimpleNamespace(
            vault=self.vault,
            trouble="",
            state=lambda: self.core.state,
            writer=SimpleNamespace(submit=self.hub.submit),
            scans=SimpleNamespace(ordering=asyncio.Lock(), busy=set()),
            loop=asyncio.get_running_loop(),
            clock=SimpleNamespace(now_ms=lambda: self.now_ms),
        )
        self.handing = self._handing()

    def _handing(self) -> HandingOver:
        handing = HandingOver(cast("Any", self.hall), cast("Any", self.hub))
        handing.wait_s, handing.again_s = 60, 0.05
        return handing

    @asynccontextmanager
    async def running(self) -> AsyncIterator[HandingOver]:
        """Hand over, as the daemon does; each time it begins with what is on the disk."""
        handing = self.handing = self._handing()
        self.hall.scans.busy.clear()
        task = asyncio.create_task(handing.run())
        try:
            yield handing
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await handing.stop()

    def scanned(self, document: str | None = None) -> tuple[Target, Any]:
        """Put two pages into this Pi's vault, as a scan does; return what it was for."""
        ticket = self.core.state.tickets[self.number]
        name = self.handing.document_for(ticket, document)
        version = 1 if document is None else 2
        self.hall.scans.busy.add(name)
        begin(self.vault, DAY, name, version)
        for n, page in enumerate(PAGES, 1):
            self.vault.put(DAY, page_name(name, version, n), page)
        kind = p.AddDocument if document is None else p.ReplaceDocument
        wanted = kind(self.number, name, "other", 2, KEPT.size, KEPT.sha256)
        return Target(DAY, self.number, name, version), wanted

    async def empty(self) -> None:
        """Wait until nothing of it is on this Pi's card."""
        await until(lambda: not self.vault.names(DAY))

    def documents(self) -> list[tuple[str, int]]:
        """Return what is recorded."""
        found = self.core.state.tickets[self.number].documents
        return [(one.document, one.version) for one in found]


async def test_a_document_is_at_the_hub_before_it_is_recorded_and_then_leaves_this_card(
    tmp_path: Path,
) -> None:
    pi = Window(tmp_path)
    async with pi.running() as handing:
        handed = await handing.take(*pi.scanned(), KEPT, "window-1:anna")
        assert (handed.document, handed.version, handed.waits) == ("A001-1", 1, False)
        await pi.empty()
        handed = await handing.take(*pi.scanned("A001-1"), KEPT, "window-1:anna")
        assert (handed.document, handed.version) == ("A001-1", 2)
    assert pi.hub.kept["A001-1v1-p001"] == PAGES[0]
    assert pi.hub.kept["A001-1v2-p002"] == PAGES[1]
    assert pi.documents() == [("A001-1", 2)]
    assert digest_of(KEPT.digests) == KEPT.sha256


async def test_what_waits_goes_over_by_itself_after_a_restart_and_gets_the_next_number(
    tmp_path: Path,
) -> None:
    pi = Window(tmp_path)
    pi.hub.away, pi.hall.trouble = True, "broker"
    async with pi.running() as handing:
        for name in ("A001-1", "A001-2"):
            handed = await handing.take(*pi.scanned(), KEPT, "window-1:anna")
            assert (handed.document, handed.waits) == (name, True)
        assert [one.document for one in handing.waiting("A001")] == ["A001-1", "A001-2"]
        # What waits is not scanned again before the hub has it.
        with pytest.raises(QueryError):
            pi.scanned("A001-1")
    # Meanwhile somebody scanned for the same ticket elsewhere.
    pi.core.do(p.AddDocument("A001", "A001-1", "other", 1, 9, "0" * 64))
    pi.hub.away, pi.hall.trouble = False, ""
    async with pi.running():
        await pi.empty()
    assert pi.documents() == [("A001-1", 1), ("A001-2", 1), ("A001-3", 1)]
    assert sorted(pi.hub.kept) == [f"A001-{n}v1-p00{page}" for n in (2, 3) for page in (1, 2)]


async def test_an_answer_that_was_lost_records_nothing_twice(tmp_path: Path) -> None:
    pi = Window(tmp_path)
    pi.hub.lost = 1
    async with pi.running() as handing:
        handed = await handing.take(*pi.scanned(), KEPT, "window-1:anna")
        assert (handed.document, handed.waits) == ("A001-1", False)
        await pi.empty()
    assert pi.documents() == [("A001-1", 1)]
    assert len(pi.hub.given) == 1


@pytest.mark.parametrize("code", ["pages_lacking", "document_in_use", "bad_part", "busy"])
async def test_what_was_only_not_now_is_sent_again(tmp_path: Path, code: str) -> None:
    pi = Window(tmp_path)
    pi.hub.refuses = [Refusal(code, "暂时不行", "not now")]
    async with pi.running() as handing:
        handed = await handing.take(*pi.scanned(), KEPT, "window-1:anna")
        assert (handed.document, handed.waits) == ("A001-1", False)
        await pi.empty()
    assert pi.documents() == [("A001-1", 1)]


async def test_what_the_hub_does_not_take_is_told_the_clerk_and_not_kept(tmp_path: Path) -> None:
    pi = Window(tmp_path)
    pi.hub.refuses = [words.TOO_LARGE]
    async with pi.running() as handing:
        with pytest.raises(QueryError) as refused:
            await handing.take(*pi.scanned(), KEPT, "window-1:anna")
        assert refused.value.refusal == words.TOO_LARGE
        await pi.empty()
    assert pi.documents() == []


async def test_a_day_that_is_over_keeps_its_document_here_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pi = Window(tmp_path)
    pi.hub.away, pi.hall.trouble = True, "hub"
    async with pi.running() as handing:
        await handing.take(*pi.scanned(), KEPT, "window-1:anna")
    pi.core.do(c.CloseDay())
    pi.core.do(c.OpenDay("2026-03-03"))
    # The number is somebody else's now.
    pi.core.open("1")
    pi.core.take("D01")
    pi.core.next("1")
    pi.hub.away, pi.hall.trouble = False, ""
    async with pi.running():
        await until(lambda: "did not reach the hub on its day" in caplog.text)
    assert pi.vault.names(DAY) == [
        "A001-1.open", "A001-1v1-p001", "A001-1v1-p002", "A001-1v1.owed",
    ]  # fmt: skip
    assert pi.documents() == []
    assert pi.hub.kept == {}


async def test_what_the_hall_deletes_is_deleted_where_it_waits(tmp_path: Path) -> None:
    pi = Window(tmp_path)
    pi.hub.away, pi.hall.trouble = True, "broker"
    async with pi.running() as handing:
        await handing.take(*pi.scanned(), KEPT, "window-1:anna")
        event = ActionTaken("privacy.forgotten", f"A001 {DAY}")
        handing.recorded([Happened(9, 1, "action.taken", "halld", "", event, b"{}")])
        await pi.empty()
        pi.hub.away, pi.hall.trouble = False, ""
        handing.back()
        await until(lambda: not handing.waiting("A001"))
    assert pi.documents() == []
    assert pi.hub.kept == {}


async def test_a_scan_that_a_power_cut_ended_leaves_nothing_and_what_is_recorded_stays(
    tmp_path: Path,
) -> None:
    pi = Window(tmp_path)
    pi.scanned()
    # A Pi that was the hub has documents of its own: a mark beside them is of a cut, too.
    pi.core.do(p.AddDocument("A001", "A001-1", "other", 1, 9, "0" * 64))
    pi.vault.put(DAY, "A001-1v1-p001", b"recorded")
    pi.vault.put(DAY, "A001-2v1-p001", b"half a scan")
    pi.vault.put(DAY, "A001-2.open", b"")
    async with pi.running():
        await until(lambda: not [one for one in pi.vault.names(DAY) if one.endswith(".open")])
    assert pi.vault.names(DAY) == ["A001-1v1-p001", "A001-1v1-p002"]


def parts(told: dict[str, Any]) -> list[str]:
    """Return what people read of it, without its styles."""
    found = (part for line in waiting_lines(told) for part in line)
    words = [part[0] if isinstance(part, tuple) else part for part in found]
    return [one for one in words if one.strip()]


async def test_what_waits_is_told_with_the_age_of_the_oldest_over_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("firmware_py.cli.status.t", lambda zh, en: en)
    pi = Window(tmp_path)
    assert pi.handing.view()["documents"] is None
    pi.hub.away, pi.hall.trouble = True, "hub"
    async with pi.running() as handing:
        await until(lambda: handing.view()["documents"] == 0)
        assert list(waiting_lines(handing.view())) == []
        for _ in range(2):
            handed = await handing.take(*pi.scanned(), KEPT, "window-1:anna")
            assert handed.waits
            pi.now_ms += 240_000
        told = {"documents": 2, "pages": 4, "late": 0, "oldest_s": 480}
        assert handing.view() == told
    pi.now_ms += 60_000
    async with pi.running() as handing:
        await until(lambda: handing.view()["documents"] == 2)
        told = handing.view()
        assert told["oldest_s"] == 540
        assert parts(told)[1:] == ["2 scanned documents, 4 pages, the oldest for 9:00"]
        # The day ends meanwhile: it is told until the hall lets that day go.
        pi.core.do(c.CloseDay("closing_time"))
        pi.core.do(c.OpenDay("2026-03-03"))
        assert handing.view()["late"] == 2
        assert parts(handing.view())[-1].startswith("2 of them are of a day that is over")
        event = ActionTaken("privacy.destroyed", DAY)
        handing.recorded([Happened(9, 1, "action.taken", "halld", "", event, b"{}")])
        assert handing.view()["documents"] == 0
    assert list(waiting_lines(None)) == []
