"""What a window's Pi may put into the hub's vault: of its own people, and nothing recorded."""

from __future__ import annotations

from dataclasses import replace

import pytest

from firmware_py.core.checks import CheckState, WindowCheck
from firmware_py.core.model import State, Ticket, TicketStatus, Window
from firmware_py.core.papers import Form, TicketDocument
from firmware_py.core.refusals import Refusal
from firmware_py.core.rules import Text
from firmware_py.runtime.keeps import MOST_CHECK, MOST_PAGE, Keep, keep_of

DAY = "2026-03-02"
FORM = "F20260302-001"


def ticket(number: str, window: str, *documents: TicketDocument) -> Ticket:
    found = Ticket(number, 1, "F01", "advice", "", 0)
    found.window, found.called_ms, found.status = window, 1, TicketStatus.SERVING
    found.documents, found.last_document = documents, len(documents)
    return found


@pytest.fixture
def state() -> State:
    """A007 is in hand at window 3, with a document, a form and a check; A008 at window 4."""
    found = State()
    found.day, found.day_open = DAY, True
    scanned = TicketDocument("A007-1", "other", 1, 100, "0" * 64)
    found.tickets = {"A007": ticket("A007", "3", scanned), "A008": ticket("A008", "4")}
    for name, number in (("3", "A007"), ("4", "A008")):
        window = Window(name)
        window.ticket = number
        window.check = WindowCheck(f"{number}-c1", number, ("name",), 1)
        found.windows[name] = window
    words = Text("", "")
    found.forms[FORM] = Form(
        FORM, 2, "A007", "3", "1023", "F01", words, (), 0, (), "", DAY, 5, "2026-03-09",
        weekends_only=False, come=words,
    )  # fmt: skip
    return found


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("A007-2v1-p001", MOST_PAGE),
        ("A007-1v2-p001", MOST_PAGE),
        (f"A007-{FORM}v2-sign-0123abcd", 40 * 1024),
        ("A007-c1", MOST_CHECK),
    ],
)
def test_a_window_puts_what_is_of_whoever_it_has(state: State, name: str, most: int) -> None:
    keep = keep_of(state, {"3"}, name)
    assert isinstance(keep, Keep)
    assert (keep.name, keep.most) == (name, most)
    # Of nobody else, and another window not that.
    for windows in ({"4"}, set[str]()):
        assert isinstance(keep_of(state, windows, name), Refusal)


@pytest.mark.parametrize(
    "name",
    [
        "A007-1v1-p001",  # recorded
        "A007-1v3-p001",  # not the next
        "A007-3v1-p001",
        "A007-2v2-p001",
        "A008-1v1-p001",  # another window's
        "A999-1v1-p001",
        f"A007-{FORM}v1-sign-0123abcd",  # of a version that is over
        f"A008-{FORM}v2-sign-0123abcd",
        f"A007-{FORM}v2-sign-0123abcdef",
        "A007-c2",
        "A008-c1",
        "A007-1.open",
        "A007-1v1.owed",
        "A007.card",
        "../keys/2026-03-02",
        "",
    ],
)
def test_nothing_else_is_put_by_it(state: State, name: str) -> None:
    assert isinstance(keep_of(state, {"3"}, name), Refusal)


def test_a_check_that_was_answered_is_not_put_anew(state: State) -> None:
    window = state.windows["3"]
    assert window.check is not None
    window.check = replace(window.check, state=CheckState.CONFIRMED)
    assert isinstance(keep_of(state, {"3"}, "A007-c1"), Refusal)


def test_a_ticket_that_nobody_called_has_no_pages(state: State) -> None:
    state.tickets["A007"].called_ms = None
    assert isinstance(keep_of(state, {"3"}, "A007-2v1-p001"), Refusal)


def test_the_first_page_says_that_a_document_begins_and_a_signature_its_digest(
    state: State,
) -> None:
    first, second = keep_of(state, {"3"}, "A007-2v1-p001"), keep_of(state, {"3"}, "A007-2v1-p002")
    assert isinstance(first, Keep)
    assert isinstance(second, Keep)
    assert (first.document, first.version, first.first, second.first) == ("A007-2", 1, True, False)
    signature = keep_of(state, {"3"}, f"A007-{FORM}v2-sign-0123abcd")
    assert isinstance(signature, Keep)
    assert (signature.digest, signature.document) == ("0123abcd", "")
