"""Forms for the broker and from the journal: drawn once, found as far back as it reaches."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import msgspec
import pytest

from firmware_py.app.newest_first import READ_AT_ONCE
from firmware_py.app.ports import JournalPort, StoredEvent
from firmware_py.app.wire import decode_state, encode, encode_state
from firmware_py.core import commands as c
from firmware_py.core import commands_papers as p
from firmware_py.core.decide import decide
from firmware_py.core.events import EVENT_NAMES
from firmware_py.core.form_code import form_number
from firmware_py.core.papers import Form, FormState, PaperTicked
from firmware_py.runtime.form_archive import FormArchive, form_of
from firmware_py.runtime.form_views import FormPictures, days_left, form_view
from firmware_py.runtime.forms import vet_papers
from tests.core.hall import Hall
from tests.core.paper_hall import DAY, SHA, make, next_day, serving
from tests.timing import steps

#: Of nobody: a region that there is not.
ID_NUMBER = "99010519491231002X"


class Journal:
    """What a hall did, as its journal has it; the oldest ``gone`` events are compacted."""

    def __init__(self, hall: Hall, gone: int = 0) -> None:
        self.stored = [
            cast(
                "StoredEvent",
                SimpleNamespace(
                    seq=seq, time_ms=at_ms, type=EVENT_NAMES[type(event)], by="hallctl:chen",
                    command_id="", body=encode(event),
                ),
            )
            for seq, (event, at_ms) in enumerate(hall.history, 1)
        ]  # fmt: skip
        self.first_seq = gone + 1
        self.reads: list[int] = []

    def read(self, after_seq: int, limit: int) -> list[StoredEvent]:
        found = self.stored[max(after_seq, self.first_seq - 1) :][:limit]
        self.reads.append(len(found))
        return found

    def archive(self) -> FormArchive:
        async def run(call: Callable[[JournalPort], list[StoredEvent]]) -> list[StoredEvent]:
            return call(cast("JournalPort", self))

        return FormArchive(run, lambda: len(self.stored))


def with_forms(hall: Hall, count: int) -> Hall:
    """Give a hall so many open forms, made one after the other on days before."""
    one = make(hall, asked="多缴税款退税", days=20)
    for n in range(count):
        form = form_number(f"2026-08-{n % 28 + 1:02d}", n // 28 + 1)
        hall.state.forms[form] = replace(one, form=form)
    return hall


# ---- the broker's pictures


def told(pictures: FormPictures, hall: Hall) -> dict[str, dict[str, object]]:
    drawn = pictures.pictures(hall.rules, hall.state)
    return {key: msgspec.json.decode(body) for key, body in drawn}


def test_a_picture_says_how_a_form_stands_and_nothing_that_was_typed() -> None:
    hall, pictures = serving(), FormPictures()
    make(hall, papers=(PaperTicked(1), PaperTicked(0, "张三的委托书")), asked="张三", come="找张三")
    [(key, picture)] = told(pictures, hall).items()
    assert key == "state/form/F20260921-001"
    assert picture == {
        "id": "F20260921-001", "state": "open", "version": 1, "ticket": "A001", "window": "1",
        "item": "D02", "papers": 2, "pages": 0, "day": DAY, "days": 5, "due": "2026-09-28",
        "weekends_only": False, "left": 5, "signed": False,
    }  # fmt: skip


def test_pictures_follow_the_form_the_day_and_the_rules() -> None:
    hall, pictures = serving(), FormPictures()
    make(hall), make(hall)
    first, second = "state/form/F20260921-001", "state/form/F20260921-002"
    assert [told(pictures, hall)[key]["left"] for key in (first, second)] == [5, 5]
    hall.do(p.ChangeForm("F20260921-001", days=6))
    hall.do(p.FormDone("F20260921-002"))
    found = told(pictures, hall)
    assert (found[first]["version"], found[first]["left"]) == (2, 6)
    assert (found[second]["state"], found[second]["left"]) == ("done", None)
    next_day(hall, "2026-09-30")
    assert told(pictures, hall)[first]["left"] == -1
    next_day(hall, "2026-11-30")
    assert list(told(pictures, hall)) == [first]


def test_fifteen_hundred_forms_slow_nothing_down() -> None:
    """A tick looks at none, a look at all of them and the opening of a day at each a little."""
    count = 1_500
    hall, pictures = with_forms(serving(), count), FormPictures()
    list(pictures.pictures(hall.rules, hall.state))
    assert steps(lambda: list(pictures.pictures(hall.rules, hall.state))) < 6 * count
    assert steps(lambda: decide(hall.rules, hall.state, c.Tick(), hall.now_ms)) < count / 5
    hall.do(c.CloseDay())
    opening = c.OpenDay("2026-10-12")
    assert steps(lambda: decide(hall.rules, hall.state, opening, hall.now_ms)) < 20 * count
    assert steps(lambda: decode_state(encode_state(hall.state))) < 15 * count


# ---- views


def test_days_left_are_below_none_when_it_is_over_time_and_nothing_when_it_is_done() -> None:
    hall = serving()
    form = make(hall)
    next_day(hall, "2026-10-09")
    assert days_left(hall.rules, hall.state, form) == -4
    assert days_left(hall.rules, hall.state, replace(form, state=FormState.DONE)) is None
    view = form_view(hall.rules, hall.state, hall.state.forms[form.form])
    assert (view["alarm"], view["code"], view["left"]) == ("red", "F20260921-001-2", -4)


# ---- the journal


def days_of_forms() -> Hall:
    """Return a hall with a form on each of four days; all but the last are over and forgotten."""
    hall = serving()
    hall.rules = replace(hall.rules, forms=replace(hall.rules.forms, keep_days=1))
    for day in ("2026-09-22", "2026-09-23", "2026-09-28", "2026-10-08"):
        form = make(hall, asked=hall.state.day or "").form
        hall.later(60).do(p.ChangeForm(form, asked=f"{hall.state.day} again"))
        hall.do(p.ReprintForm(form))
        hall.do(p.FormDone(form))
        next_day(hall, day).open("1")
        hall.take("D02")
        hall.later(60).next()
    make(hall)
    return hall


def test_a_form_that_the_hall_has_forgotten_is_found_with_all_its_versions() -> None:
    hall = days_of_forms()
    assert "F20260921-001" not in hall.state.forms
    steps = asyncio.run(Journal(hall).archive().steps_of("F20260921-001"))
    assert [step.type for step in steps] == [
        "form.made", "form.changed", "form.reprint_requested", "form.done",
    ]  # fmt: skip
    assert {step.by for step in steps} == {"hallctl:chen"}
    last, first = form_of(steps), form_of(steps, 1)
    assert last is not None
    assert first is not None
    assert (last.version, last.asked, last.state) == (2, "2026-09-21 again", "done")
    assert (first.version, first.asked, first.state) == (1, "2026-09-21", "done")
    assert form_of(steps, 3) is None


def test_a_form_that_there_never_was_is_looked_for_no_further_than_its_day() -> None:
    hall = days_of_forms()
    journal = Journal(hall)
    assert asyncio.run(journal.archive().steps_of("F20261008-009")) == []
    assert asyncio.run(journal.archive().steps_of("F20300101-001")) == []
    assert form_of([]) is None


def test_forms_since_a_day_are_those_accepted_then_and_later() -> None:
    hall = days_of_forms()
    found = asyncio.run(Journal(hall).archive().made_since("2026-09-23"))
    assert list(found) == ["F20260923-001", "F20260928-001", "F20261008-001"]
    assert found["F20260923-001"].asked == "2026-09-23 again"
    assert found["F20261008-001"] == hall.state.forms["F20261008-001"]


def test_what_was_compacted_is_not_there_and_what_follows_does_no_harm() -> None:
    hall = days_of_forms()
    whole = Journal(hall)
    changed = next(one.seq for one in whole.stored if one.type == "form.changed")
    journal = Journal(hall, gone=changed - 1)
    steps = asyncio.run(journal.archive().steps_of("F20260921-001"))
    assert [step.type for step in steps][:1] == ["form.changed"]
    assert form_of(steps) is None
    assert "F20260921-001" not in asyncio.run(journal.archive().made_since("2026-01-01"))


def test_a_day_under_a_wrong_date_does_not_end_the_search() -> None:
    hall = serving()
    make(hall)
    # Opened a month too early by mistake, after the right day: one such day stands between.
    hall.do(c.CloseDay())
    hall.do(c.OpenDay("2026-08-22", override=True))
    assert len(asyncio.run(Journal(hall).archive().steps_of("F20260921-001"))) == 1


def test_a_long_journal_is_read_in_pieces() -> None:
    hall = serving()
    make(hall)
    opened_window = hall.history[1]
    hall.history += [opened_window] * (2 * READ_AT_ONCE)
    journal = Journal(hall)
    assert len(asyncio.run(journal.archive().steps_of("F20260921-001"))) == 1
    assert len(journal.reads) == 3
    assert max(journal.reads) == READ_AT_ONCE


# ---- words that may not be kept


@pytest.mark.parametrize(
    "command",
    [
        p.MakeForm("1", asked=f"退税，{ID_NUMBER}"),
        p.MakeForm("1", ID_NUMBER),
        p.MakeForm("1", papers=(PaperTicked(1), PaperTicked(0, f"身份证{ID_NUMBER}"))),
        p.MakeForm("1", documents=(ID_NUMBER,)),
        p.ChangeForm("F20260921-001", come="９９０１０５１９４９１２３１００２Ｘ"),
        p.FormDone(ID_NUMBER),
        p.WithdrawForm("F20260921-001", ID_NUMBER),
        p.ReprintForm("F20260921-001", ID_NUMBER),
        p.AddDocument("A001", "A001-1", ID_NUMBER, 1, 1, SHA),
        p.RemoveDocument("A001", "A001-1", f"是{ID_NUMBER}的"),
    ],
)
def test_an_id_number_anywhere_in_a_command_about_papers_is_refused(command: c.Command) -> None:
    refusal = vet_papers(command)
    assert refusal is not None
    assert refusal.code == "personal_data"
    assert ID_NUMBER not in f"{refusal}"


@pytest.mark.parametrize(
    "command",
    [
        c.CancelTicket("A001", ID_NUMBER),
        p.MakeForm("1", papers=(PaperTicked(1),), asked="统一社会信用代码91440300MA5XXXXX0K"),
        p.AddDocument("A001", "A001-1", "paper:1", 1, 1, SHA),
        p.FormDone("F20260921-001-2"),
    ],
)
def test_other_words_and_other_commands_pass(command: c.Command) -> None:
    assert vet_papers(command) is None


def test_a_form_is_the_same_from_the_snapshot_as_from_the_journal() -> None:
    hall = days_of_forms()
    form: Form = hall.state.forms["F20261008-001"]
    assert decode_state(encode_state(hall.state)).forms["F20261008-001"] == form
