"""Documents belong to a transaction: added, scanned again, taken out, while it is of today."""

from __future__ import annotations

import pytest

from firmware_py.app.wire import decode_state, encode_state
from firmware_py.core import commands as c
from firmware_py.core import commands_papers as p
from firmware_py.core.decide_documents import next_document, paper_of_kind
from firmware_py.core.events_papers import DocumentAdded, DocumentRemoved, DocumentReplaced
from firmware_py.core.papers import TicketDocument
from tests.core.hall import only
from tests.core.paper_hall import SHA, next_day, scan, serving

OTHER = "0" * 64


def test_documents_are_numbered_in_the_order_in_which_they_are_scanned() -> None:
    hall = serving()
    assert [scan(hall), scan(hall, kind=" 委托书 ", pages=1)] == ["A001-1", "A001-2"]
    assert hall.ticket("A001").documents == (
        TicketDocument("A001-1", "paper:1", 2, 90_000, SHA),
        TicketDocument("A001-2", "委托书", 1, 90_000, SHA),
    )


def test_one_scanned_again_keeps_its_id_and_its_place_and_is_the_next_version() -> None:
    hall = serving()
    scan(hall), scan(hall)
    again = p.ReplaceDocument("a001", "a001-1", "paper:2", 5, 120_000, OTHER)
    assert hall.do(again) == [
        DocumentReplaced("A001", "A001-1", "paper:2", 5, 120_000, OTHER, version=2)
    ]
    assert only(hall.do(again), DocumentReplaced).version == 3
    assert [one.document for one in hall.ticket("A001").documents] == ["A001-1", "A001-2"]
    assert hall.ticket("A001").documents[0].pages == 5


def test_the_id_of_one_that_was_taken_out_never_comes_again() -> None:
    hall = serving()
    scan(hall), scan(hall)
    assert hall.do(p.RemoveDocument("A001", "A001-2", " 扫错了 ")) == [
        DocumentRemoved("A001", "A001-2", "扫错了")
    ]
    assert next_document(hall.ticket("A001")) == "A001-3"
    assert scan(hall) == "A001-3"


@pytest.mark.parametrize(
    "ends",
    [
        (c.FinishService("1"),),
        (c.ParkTicket("A001"),),
        (c.TransferTicket("A001", window="2"),),
        (c.FinishService("1"), c.CloseDay()),
        (c.CloseDay(),),
    ],
)
def test_what_a_scanner_brings_late_still_belongs_to_its_ticket(
    ends: tuple[c.Command, ...],
) -> None:
    hall = serving()
    for command in ends:
        hall.do(command)
    assert scan(hall) == "A001-1"


def test_the_next_day_begins_without_documents_and_its_a001_is_somebody_else() -> None:
    hall = serving()
    scan(hall)
    next_day(hall, "2026-09-22")
    assert hall.refused(p.RemoveDocument("A001", "A001-1")).code == "unknown_ticket"
    hall.open("1")
    hall.take("D02")
    assert hall.ticket("A001").documents == ()


def test_documents_come_back_from_a_snapshot() -> None:
    hall = serving()
    scan(hall)
    assert decode_state(encode_state(hall.state)) == hall.state


def test_a_snapshot_of_an_earlier_version_has_neither_documents_nor_forms() -> None:
    hall = serving()
    body = encode_state(hall.state)
    for field in (b',"documents":[]', b',"last_document":0', b',"last_ticket":null',
                  b',"forms":{}', b',"form_counters":{"2026-09-21":0}'):  # fmt: skip
        assert field in body
        body = body.replace(field, b"")
    hall.state.form_counters = {}
    assert decode_state(body) == hall.state


@pytest.mark.parametrize(
    ("kind", "paper"),
    [("paper:2", 2), ("paper:12", 12), ("paper:0", None), ("paper:", None), ("委托书", None)],
)
def test_a_kind_may_be_one_of_the_items_papers(kind: str, paper: int | None) -> None:
    assert paper_of_kind(kind) == paper


def test_an_added_document_carries_what_may_be_known_of_it_and_nothing_else() -> None:
    hall = serving()
    (added,) = hall.do(p.AddDocument("A001", "A001-1", "paper:2", 3, 412_034, SHA))
    assert added == DocumentAdded("A001", "A001-1", "paper:2", 3, 412_034, SHA)
