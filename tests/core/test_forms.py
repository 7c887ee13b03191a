"""The acceptance form: made at the counter, changed, done, withdrawn, kept for a while."""

from __future__ import annotations

from dataclasses import replace

from firmware_py.app.wire import decode_state, encode_state
from firmware_py.core import commands as c
from firmware_py.core import commands_papers as p
from firmware_py.core.events_papers import FormChanged, FormMade, FormReprintRequested
from firmware_py.core.form_code import code_of
from firmware_py.core.papers import FormPaper, FormState, PaperTicked
from firmware_py.core.rules import FormRules, Text
from firmware_py.core.working_days import Calendar
from tests.core.hall import LICENCE, REQUEST, Hall, only
from tests.core.paper_hall import DAY, NATIONAL_DAY, days, make, next_day, scan, serving

FORM = "F20260921-001"


def test_a_form_says_what_was_handed_in_and_when_the_result_is_there() -> None:
    hall = serving()
    scan(hall, pages=2), scan(hall, pages=3)
    papers = (PaperTicked(0, " 委托书 ", 1), PaperTicked(2, count=3), PaperTicked(1))
    made = only(hall.do(p.MakeForm("1", papers=papers, asked=" 多缴税款退税 ")), FormMade)
    assert made == FormMade(
        form=FORM,
        version=1,
        ticket="A001",
        window="1",
        clerk="1001",
        item="D02",
        item_name=Text("事项", "Item"),
        papers=(
            FormPaper(LICENCE, 1, listed=True),
            FormPaper(REQUEST, 3, listed=True),
            FormPaper(Text("委托书", "委托书"), 1, listed=False),
        ),
        pages=5,
        documents=("A001-1", "A001-2"),
        asked="多缴税款退税",
        day=DAY,
        days=5,
        # Monday to Monday: five working days, this one not counted.
        due="2026-09-28",
        weekends_only=False,
        come=FormRules().come,
    )
    form = hall.state.forms[FORM]
    assert (form.state, form.made_ms, form.papers) == (FormState.OPEN, hall.now_ms, made.papers)


def test_the_clerk_may_name_another_limit_and_another_place() -> None:
    form = make(serving(), days=15, come="10月20日后到2楼")
    assert (form.days, form.due, form.come.zh) == (15, "2026-10-16", "10月20日后到2楼")


def test_a_form_of_the_last_ticket_is_made_though_the_next_one_is_not_called() -> None:
    hall = serving()
    hall.do(c.FinishService("1"))
    assert make(hall).ticket == "A001"


def test_a_form_of_a_ticket_served_before_is_made_by_its_number() -> None:
    hall = serving()
    hall.take("D02")
    hall.next()
    assert make(hall).ticket == "A002"
    assert make(hall, number="a001").ticket == "A001"


def test_a_form_is_made_when_the_day_closed_on_a_service() -> None:
    hall = serving()
    hall.do(c.CloseDay())
    assert make(hall).ticket == "A001"


def test_only_the_documents_that_are_named_belong_to_a_form() -> None:
    hall = serving()
    scan(hall, pages=2), scan(hall, pages=3), scan(hall, pages=4)
    form = make(hall, documents=("a001-3", "A001-1", "A001-3"))
    assert (form.documents, form.pages) == (("A001-3", "A001-1"), 6)
    assert make(hall, documents=()).pages == 0


def test_a_form_whose_due_date_no_calendar_covers_says_so() -> None:
    hall = serving(forms=FormRules(calendar=NATIONAL_DAY))
    assert not make(hall, days=60).weekends_only
    assert make(hall, days=80).weekends_only
    assert make(serving(forms=FormRules())).weekends_only


def test_each_form_of_a_day_has_its_number_and_the_next_day_begins_anew() -> None:
    hall = serving()
    assert [make(hall).form for _ in range(2)] == [FORM, "F20260921-002"]
    next_day(hall, "2026-09-22").open("1")
    hall.take("D02")
    hall.next()
    assert make(hall).form == "F20260922-001"


def test_a_wrong_date_that_is_set_right_gives_no_number_twice() -> None:
    hall = serving()
    make(hall)
    hall.do(p.FormDone(FORM))
    # Long enough for the closed form to be forgotten.
    next_day(hall, "2027-09-21")
    assert hall.state.forms == {}
    hall.do(c.CloseDay())
    hall.do(c.OpenDay(DAY, override=True))
    hall.open("1")
    hall.take("D02")
    hall.next()
    assert make(hall).form == "F20260921-002"


def test_after_a_restore_numbers_go_on_behind_those_that_may_be_out() -> None:
    """The journal may lack forms of its newest day, or of the day that opens next in it."""
    hall = serving()
    make(hall)
    hall.do(c.RecordAction("journal.restore", "hall-20260921.db"))
    assert make(hall).form == "F20260921-102"
    for day, form in (("2026-09-22", "F20260922-101"), ("2026-09-23", "F20260923-001")):
        next_day(hall, day).open("1")
        hall.take("D02")
        hall.next()
        assert make(hall).form == form


def test_a_restore_before_the_first_day_is_one_of_the_day_that_opens() -> None:
    hall = Hall(day=None, forms=FormRules(calendar=NATIONAL_DAY))
    hall.do(c.RecordAction("journal.restore", "hall.db"))
    hall.do(c.OpenDay(DAY))
    hall.open("1")
    hall.take("D02")
    hall.next()
    assert make(hall).form == "F20260921-101"


# ---- changes


def changed(hall: Hall, **fields: object) -> FormChanged:
    return only(hall.do(p.ChangeForm(FORM, **fields)), FormChanged)  # type: ignore[arg-type]


def test_a_changed_form_is_a_new_version_of_the_whole() -> None:
    hall = serving()
    scan(hall)
    before = make(hall, asked="退税")
    hall.later(60)
    told = changed(hall, papers=(PaperTicked(2, count=2),))
    assert (told.version, told.papers) == (2, (FormPaper(REQUEST, 2, listed=True),))
    kept = ("asked", "days", "due", "come", "documents", "pages", "window", "clerk", "day")
    assert all(getattr(told, name) == getattr(before, name) for name in kept)
    form = hall.state.forms[FORM]
    assert (form.version, form.changed_ms - form.made_ms) == (2, 60_000)
    assert changed(hall, asked="").asked == ""
    assert changed(hall, come=" 到3楼 ").come == Text("到3楼", "到3楼")
    assert changed(hall, come="").come == FormRules().come
    assert hall.state.forms[FORM].version == 5


def test_a_change_that_changes_nothing_is_no_version() -> None:
    hall = serving()
    make(hall, asked="退税")
    assert hall.do(p.ChangeForm(FORM, asked="退税", days=5, papers=(PaperTicked(1),))) == []


def test_another_limit_moves_the_due_date_from_the_day_of_acceptance() -> None:
    hall = serving()
    make(hall)
    next_day(hall, "2026-09-23")
    assert changed(hall, days=10).due == "2026-10-10"


def test_a_due_date_stands_though_the_calendar_changes_until_it_was_only_a_guess() -> None:
    hall = serving()
    make(hall, days=10)
    earlier = replace(NATIONAL_DAY, workdays=days("2026-09-26", "2026-10-10"))
    hall.rules = replace(hall.rules, forms=FormRules(calendar=earlier))
    assert changed(hall, asked="补充").due == "2026-10-10"
    guess = serving(forms=FormRules())
    make(guess, days=10)
    assert guess.state.forms[FORM].due == "2026-10-05"
    assert changed(guess, asked="补充").due == "2026-10-05"
    guess.rules = replace(guess.rules, forms=FormRules(calendar=NATIONAL_DAY))
    told = changed(guess, asked="再补充")
    assert (told.due, told.weekends_only) == ("2026-10-10", False)


def test_documents_scanned_later_the_same_day_are_added_to_a_form() -> None:
    hall = serving()
    make(hall)
    scan(hall, pages=3)
    told = changed(hall, documents=("A001-1",))
    assert (told.documents, told.pages) == (("A001-1",), 3)


def test_a_form_keeps_papers_of_an_item_that_the_catalogue_lost() -> None:
    hall = serving()
    make(hall)
    hall.rules = replace(hall.rules, items={})
    assert changed(hall, asked="退税").papers == (FormPaper(LICENCE, 1, listed=True),)
    assert changed(hall, papers=(PaperTicked(0, "申请表"),)).papers[0].name.zh == "申请表"


# ---- the end, and what is kept


def test_a_form_is_found_by_what_its_qr_holds() -> None:
    hall = serving()
    make(hall)
    hall.do(p.FormDone(code_of(FORM).lower()))
    assert hall.state.forms[FORM].state is FormState.DONE


def test_a_form_is_printed_again_where_it_was_made_or_where_somebody_stands() -> None:
    hall = serving()
    make(hall)
    assert hall.do(p.ReprintForm(FORM)) == [FormReprintRequested(FORM, 1, "1")]
    assert hall.do(p.ReprintForm(FORM, "2")) == [FormReprintRequested(FORM, 1, "2")]


def test_open_forms_outlive_their_day_and_closed_ones_stay_for_a_while() -> None:
    hall = serving(forms=FormRules(calendar=NATIONAL_DAY, keep_days=3))
    make(hall), make(hall), make(hall)
    hall.do(p.FormDone(FORM))
    hall.do(p.WithdrawForm("F20260921-002", " 重复 "))
    gone = hall.state.forms["F20260921-002"]
    assert (gone.reason, gone.closed_day, gone.kept_until) == ("重复", DAY, "2026-09-24")
    next_day(hall, "2026-09-24")
    assert len(hall.state.forms) == 3
    next_day(hall, "2026-09-25")
    assert list(hall.state.forms) == ["F20260921-003"]
    next_day(hall, "2027-09-25")
    assert list(hall.state.forms) == ["F20260921-003"]


def test_a_form_comes_back_from_a_snapshot() -> None:
    hall = serving()
    scan(hall)
    make(hall, asked="退税")
    make(hall)
    hall.do(p.FormDone(FORM))
    assert decode_state(encode_state(hall.state)) == hall.state


def test_a_hall_without_any_calendar_still_makes_forms() -> None:
    assert make(serving(forms=FormRules(calendar=Calendar()))).due == "2026-09-28"
