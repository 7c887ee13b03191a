"""Numbers lent ahead of time: who may give which."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_py.app.wire import decode_event, decode_state, encode_state
from firmware_py.core import commands as c
from firmware_py.core import events as e
from firmware_py.core.blocks import Block, lendable, next_lent
from firmware_py.core.commands_spread import LendNumbers, WriteOffNumbers
from firmware_py.core.decide_numbers import held_by, wanted
from firmware_py.core.events_spread import NumbersLent, NumbersWrittenOff
from firmware_py.core.rules import Series
from tests.core.hall import FILING, INVOICES, Hall, of, only

COMMON = Series("common", "A")
TOP = ("A980", "A999")


def lend(hall: Hall, holder: str = "kiosk-1", series: str = "common", count: int = 20) -> Block:
    event = only(hall.do(LendNumbers(holder, series, count)), NumbersLent)
    block = hall.state.lent[-1]
    assert (block.holder, block.first_number) == (event.holder, event.first_number)
    return block


def span(block: Block) -> tuple[str, str]:
    return block.first_number, block.last_number


def test_blocks_are_taken_from_the_top_downwards() -> None:
    hall = Hall()
    assert [span(lend(hall)), span(lend(hall, "kiosk-2"))] == [TOP, ("A960", "A979")]
    assert [block.handing for block in hall.state.lent] == [1, 2]


def test_the_usual_numbering_goes_on_as_if_nothing_were_lent() -> None:
    hall = Hall()
    lend(hall)
    assert [hall.take(), hall.take()] == ["A001", "A002"]


def test_the_hub_skips_what_is_lent() -> None:
    hall = Hall()
    hall.do(c.JumpSeries("A900"))
    lend(hall)
    hall.do(c.JumpSeries("A978", hall.state.day))
    assert [hall.take(), hall.take()] == ["A979", "A1000"]


def test_a_jump_names_the_next_number_that_the_hub_gives() -> None:
    hall = Hall()
    lend(hall)
    event = only(hall.do(c.JumpSeries("A979", hall.state.day)), e.SeriesJumped)
    assert event.next == "A1000" == hall.take()


def test_where_the_digits_are_full_a_block_has_one_more() -> None:
    hall = Hall()
    hall.do(c.JumpSeries("A970"))
    assert span(lend(hall)) == ("A9980", "A9999")


def test_a_number_that_another_series_prints_alike_is_not_lent_again() -> None:
    series = {INVOICES: Series(INVOICES, "A", 4), FILING: Series(FILING, "A1", 3)}
    hall = Hall(series=series)
    assert span(lend(hall, series=FILING)) == ("A1980", "A1999")
    hall.do(c.JumpSeries("A1979", hall.state.day))
    assert hall.take("D01") == "A2000"


def test_skipped_numbers_are_not_counted_in_a_block() -> None:
    hall = Hall(series={"common": Series("common", "A", skip=frozenset({998, 985}))})
    block = lend(hall)
    assert span(block) == ("A978", "A999")
    assert held_by(hall.rules, hall.state, "kiosk-1", "common") == 20


def test_a_holder_gives_its_own_in_order_and_then_the_next_block() -> None:
    hall = Hall()
    lend(hall, count=2)
    lend(hall, "kiosk-2", count=2)
    lend(hall, count=2)
    given_out: set[str] = set()
    numbers = []
    while (found := next_lent(COMMON, hall.state.lent, "kiosk-1", given_out)) is not None:
        numbers.append(found[1])
        given_out.add(found[1])
    assert numbers == ["A998", "A999", "A994", "A995"]


def test_more_is_lent_when_less_than_half_is_left() -> None:
    hall = Hall()
    holders = {"kiosk-1": frozenset({"common"})}
    assert wanted(hall.rules, hall.state, holders, 20) == [LendNumbers("kiosk-1", "common", 20)]
    block = lend(hall)
    assert wanted(hall.rules, hall.state, holders, 20) == []
    half = [f"A{count}" for count in range(block.first, block.first + 11)]
    assert held_by(hall.rules, hall.state, "kiosk-1", "common") == 20
    hall.state.tickets.update(dict.fromkeys(half, hall.ticket(hall.take())))
    assert wanted(hall.rules, hall.state, holders, 20) == [LendNumbers("kiosk-1", "common", 20)]
    assert wanted(hall.rules, hall.state, holders, 0) == []


def test_blocks_end_with_the_day() -> None:
    hall = Hall()
    lend(hall)
    hall.do(c.CloseDay())
    assert wanted(hall.rules, hall.state, {"kiosk-1": frozenset({"common"})}, 20) == []
    hall.do(c.OpenDay("2026-03-03"))
    assert (hall.state.lent, hall.state.handings) == ([], {})
    assert lend(hall).handing == 1


def test_a_day_that_goes_on_keeps_its_blocks() -> None:
    hall = Hall()
    block = lend(hall)
    hall.do(c.CloseDay())
    hall.do(c.OpenDay("2026-03-02"))
    assert hall.state.lent == [block]


def test_what_is_written_off_is_given_by_nobody() -> None:
    hall = Hall()
    lend(hall)
    event = only(hall.do(WriteOffNumbers("kiosk-1", "fire")), NumbersWrittenOff)
    assert (event.missing, event.first_number) == (20, "A980")
    assert hall.state.lent[0].written_off == "fire"
    assert next_lent(COMMON, hall.state.lent, "kiosk-1", ()) is None
    assert span(lend(hall, "kiosk-2")) == ("A960", "A979")
    hall.do(c.JumpSeries("A959", hall.state.day))
    assert hall.take() == "A1000"


def test_every_block_of_a_lost_pi_is_written_off_once() -> None:
    hall = Hall(series={INVOICES: Series(INVOICES, "D"), FILING: Series(FILING, "B")})
    lend(hall, series=INVOICES)
    lend(hall, series=FILING)
    lend(hall, "kiosk-2", INVOICES)
    events = hall.do(WriteOffNumbers("kiosk-1"))
    assert [event.first_number for event in of(events, NumbersWrittenOff)] == ["D980", "B980"]
    assert hall.refused(WriteOffNumbers("kiosk-1")).code == "no_numbers_held"


@settings(max_examples=40)
@given(
    digits=st.integers(1, 5),
    last=st.none() | st.integers(0, 20_000),
    skip=st.frozensets(st.integers(0, 2_000), max_size=5),
    counts=st.lists(st.integers(1, 200), min_size=1, max_size=6),
)
def test_no_two_blocks_meet_and_none_reaches_what_was_given(
    digits: int, last: int | None, skip: frozenset[int], counts: list[int]
) -> None:
    series = Series("common", "A", digits, skip=skip)
    seen: set[int] = set()

    class Seen(set[str]):
        """The numbers that are taken, by their text."""

    taken = Seen()
    for count in counts:
        stretch = lendable(series, last, taken, count)
        assert stretch is not None
        usable = [one for one in range(stretch[0], stretch[1] + 1) if one not in skip]
        assert len(usable) == count
        assert not seen & set(usable)
        assert min(usable) > (last or 0)
        seen |= set(usable)
        taken |= {f"A{one:0{digits}d}" for one in usable}


def test_a_journal_of_an_earlier_version_replays() -> None:
    body = (
        b'{"number":"A001","series":"common","count":1,"item":"D01","skill":"invoices",'
        b'"origin":"kiosk-1","traits":[],"appointment_ms":null,"person":null,"ahead":0,'
        b'"estimate_s":null,"sure":"low","appointment":null}'
    )
    event = decode_event("ticket.issued", body)
    assert isinstance(event, e.TicketIssued)
    assert (event.request, event.issued_ms) == ("", None)


@pytest.mark.parametrize("field", ["lent", "handings", "merged", "began_ms"])
def test_a_snapshot_of_an_earlier_version_is_read(field: str) -> None:
    hall = Hall()
    body = encode_state(hall.state)
    lent = replace(hall.state, lent=[], handings={}, merged={}, began_ms=0)
    without = body.replace(encode_field(body, field), b"")
    assert getattr(decode_state(without), field) == getattr(lent, field)


def encode_field(body: bytes, field: str) -> bytes:
    """Return the text of a field as it stands in a snapshot, with its comma."""
    start = body.index(b'"%s":' % field.encode())
    return body[start : body.index(b',"', start) + 1]


def test_after_a_restore_no_number_is_lent_that_may_be_lent_already() -> None:
    hall = Hall()
    hall.do(c.RecordAction("journal.restore"))
    assert span(lend(hall)) == ("A9980", "A9999")
    for day, first in (("2026-03-03", "A9980"), ("2026-03-04", "A980")):
        hall.do(c.CloseDay())
        hall.do(c.OpenDay(day))
        assert lend(hall).first_number == first
