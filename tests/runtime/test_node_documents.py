"""Pages that still wait at a window's Pi are taken out there, once the hub has written it down."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from firmware_py.app.ports import Outcome, Submission
from firmware_py.core.commands import RecordAction
from firmware_py.core.papers import TicketDocument
from firmware_py.core.refusals import Refusal
from firmware_py.runtime import keep_words as words
from firmware_py.runtime.control import QueryError
from firmware_py.runtime.documents import Documents
from firmware_py.runtime.handing_over import Owed
from firmware_py.runtime.node_documents import NodeDocuments
from firmware_py.runtime.taken_out import TakenOut
from firmware_py.store.vault import Vault
from tests.core.hall import Hall

DAY = "2026-03-02"
PAGES = (b"the first page " * 200, b"the second page")


class Window:
    """A window's Pi with A001 in hand, and the hub as it is seen from there."""

    def __init__(self, folder: Path) -> None:
        self.core = Hall().open("1")
        self.number = self.core.take("D01")
        self.core.next("1")
        self.vault = Vault(folder / "vault", folder / "keys")
        self.asked: list[tuple[str, dict[str, Any], str]] = []
        self.refusal: Refusal | None = None
        self.waits: list[Owed] = []
        hall = SimpleNamespace(vault=self.vault, state=lambda: self.core.state)
        hub = SimpleNamespace(
            typed=self.typed, handing=SimpleNamespace(waiting=lambda number: self.waits)
        )
        self.documents = NodeDocuments(cast("Any", hall), cast("Any", hub))

    async def typed(self, name: str, params: dict[str, Any], user: str) -> Any:
        self.asked.append((name, params, user))
        if self.refusal is not None:
            raise QueryError(self.refusal)
        return {"from": "the hub"}

    def scanned(self, document: str, version: int = 1) -> None:
        """Have a scan wait here."""
        for n, page in enumerate(PAGES, 1):
            self.vault.put(DAY, f"{document}v{version}-p{n:03}", page)
        self.waits.append(
            Owed(self.number, 0, document, version, "other", 2, 9, "0" * 64, "", "scan:1", False)
        )

    def recorded(self, document: str, version: int) -> None:
        """The hub has a document of that name."""
        ticket = self.core.state.tickets[self.number]
        ticket.documents += (TicketDocument(document, "other", 1, 9, "0" * 64, version),)


async def test_a_document_that_waits_here_is_read_here_and_the_hub_knows_who_has_it(
    tmp_path: Path,
) -> None:
    window = Window(tmp_path)
    document = f"{window.number}-1"
    window.scanned(document)
    opened = await window.documents.export({"document": document.lower()}, "anna")
    assert (opened["title"], opened["pages"], opened["day"]) == (document, 2, DAY)
    assert window.asked == [("document.exported", {"document": document}, "anna")]
    fetched, part, parts = b"", 1, 1
    while part <= parts:
        asked = {"export": opened["export"], "page": 1, "part": part, "most": 1024}
        told = await window.documents.part(asked, "anna")
        fetched, part, parts = fetched + base64.b64decode(told["data"]), part + 1, told["parts"]
    assert (fetched, parts) == (PAGES[0], 3)
    for asked, user in (
        ({"export": opened["export"], "page": 3}, "anna"),
        ({"export": opened["export"], "page": 1, "part": 9}, "anna"),
        ({"export": opened["export"], "page": 1}, "ben"),
    ):
        with pytest.raises(QueryError, match="no such export"):
            await window.documents.part(asked, user)


async def test_nobody_has_a_page_that_the_hub_did_not_write_down(tmp_path: Path) -> None:
    window = Window(tmp_path)
    document = f"{window.number}-1"
    window.scanned(document)
    window.refusal = words.NOT_ANSWERED
    with pytest.raises(QueryError) as refused:
        await window.documents.export({"document": document}, "anna")
    assert refused.value.refusal == words.NOT_ANSWERED


async def test_what_the_hub_has_comes_from_there_also_under_the_name_of_one_that_waits(
    tmp_path: Path,
) -> None:
    window = Window(tmp_path)
    document = f"{window.number}-1"
    window.scanned(document)
    window.recorded(document, 1)
    for asked in ({"document": document}, {"document": f"{window.number}-7"}, {"form": "F1"}):
        assert await window.documents.export(asked, "anna") == {"from": "the hub"}
    assert await window.documents.part({"export": "x", "page": 1}, "anna") == {"from": "the hub"}
    # Scanned again, the newer one is here.
    window.waits.clear()
    window.scanned(document, 2)
    assert (await window.documents.export({"document": document}, "anna"))["pages"] == 2


class AtHub:
    """A hub that records; its answers count how often they were asked."""

    def __init__(self) -> None:
        self.count = 0
        self.submitted: list[Submission] = []
        self.gate = asyncio.Event()
        self.gate.set()
        core = Hall().open("1")
        hall = SimpleNamespace(
            loop=asyncio.get_running_loop(),
            state=lambda: core.state,
            command_id=lambda name: f"{name}:1",
            writer=SimpleNamespace(submit=self.submit),
        )
        table = {"privacy.forget": self.forget, "form.signature": self.refuse}
        self.taken_out = TakenOut(cast("Any", hall), lambda: table)

    def submit(self, submission: Submission, reply: Any) -> None:
        self.submitted.append(submission)
        reply(Outcome())

    async def forget(self, params: dict[str, Any], user: str) -> Any:
        await self.gate.wait()
        self.count += 1
        return {"files": 3, "by": user}

    async def refuse(self, params: dict[str, Any], user: str) -> Any:
        raise QueryError(words.BAD_PART)


async def test_what_is_asked_again_after_a_cut_is_done_once_and_answered_the_same() -> None:
    hub = AtHub()
    hub.gate.clear()
    asked = ("privacy.forget", {"number": "A001"}, "window-3:anna", "a1")
    both = [asyncio.create_task(hub.taken_out.answer(*asked)) for _ in range(2)]
    await asyncio.sleep(0)
    hub.gate.set()
    first, second = await asyncio.gather(*both)
    assert first == second == {"answer": {"files": 3, "by": "window-3:anna"}}
    assert await hub.taken_out.answer(*asked) == first
    assert hub.count == 1
    # Another deed, of another Pi or later, is another one; so is one without an id.
    for by, act in (("window-1:anna", "a1"), ("window-3:anna", "a2"), ("window-3:anna", "")):
        await hub.taken_out.answer("privacy.forget", {"number": "A001"}, by, act)
    assert hub.count == 4


async def test_a_document_taken_out_elsewhere_is_recorded_by_its_id_and_nothing_else() -> None:
    hub = AtHub()
    answered = hub.taken_out.answer
    told = await answered("document.exported", {"document": "a001-2"}, "window-3:anna", "a1")
    assert told == {"answer": {"document": "A001-2"}}
    (submission,) = hub.submitted
    assert submission.by == "hallctl:window-3:anna"
    assert submission.command == RecordAction("document.exported", "A001-2 2026-03-02")
    wrongs: tuple[dict[str, Any], ...] = ({"document": "A001-张三"}, {"document": 7}, {})
    for n, wrong in enumerate(wrongs):
        told = await answered("document.exported", wrong, "window-3:anna", f"b{n}")
        assert told["refusal"].code == "bad_field"
    told = await answered("privacy.forget", {"number": "张三"}, "window-3:anna", "c1")
    assert told["refusal"].code == "bad_field"
    assert len(hub.submitted) == 1
    assert hub.count == 0
    told = await answered("form.signature", {"form": "F1"}, "window-3:anna", "c2")
    assert told == {"refusal": words.BAD_PART}


async def test_who_opens_many_closes_their_own_and_nobody_elses() -> None:
    documents = Documents(cast("Any", None))
    opened: dict[str, Any] = documents._open
    for n in range(12):
        by = "root" if n == 0 else "window-3:anna"
        documents._close_old(by)
        opened[f"{n}"] = SimpleNamespace(by=by, until_s=float("inf"))
    assert [one.by for one in opened.values()].count("root") == 1
    assert list(opened)[-1] == "11"
