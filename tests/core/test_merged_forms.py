"""Two hubs that both made acceptance forms: each form has one number in the end."""

from __future__ import annotations

from firmware_py.core import commands as c
from firmware_py.core import commands_papers as cp
from firmware_py.core import events_papers as p
from firmware_py.core.events_hubs import HubPromoted
from firmware_py.core.events_spread import RecordMerged
from firmware_py.core.evolve import evolve
from firmware_py.core.papers import FormState, PaperTicked
from firmware_py.runtime.form_views import form_view
from tests.core.hall import Hall, of, only
from tests.core.two_sides import QuickHall, Side, merge, split, trace

ONE = (PaperTicked(1),)


def two_hubs() -> tuple[QuickHall, Side]:
    """Return a promoted hub and the one that goes on cut off; each serves somebody."""
    hall = Hall().open("1", "2")
    for _ in range(2):
        hall.take("D02")
    hub = split(hall, "hub")
    ours = split(hall, "standby").hall
    evolve(ours.state, HubPromoted("standby", "hub", "2-standby", "standby", 9), ours.now_ms)
    return ours, hub


def served(side: QuickHall, window: str) -> None:
    side.next(window)
    side.do(c.StartService(window))


def made(side: QuickHall, window: str) -> str:
    return only(side.do(cp.MakeForm(window, papers=ONE)), p.FormMade).form


def test_a_promoted_hub_counts_its_forms_on_behind_a_gap() -> None:
    ours, hub = two_hubs()
    served(ours, "1")
    served(hub.hall, "2")
    assert made(ours, "1") == "F20260302-101"
    assert only(hub.do(cp.MakeForm("2", papers=ONE)), p.FormMade).form == "F20260302-001"
    # The day after too: the other one may still not have heard.
    for side in (ours, hub.hall):
        side.do(c.CloseDay())
        side.do(c.OpenDay("2026-03-03"))
        side.open("1", "2")
        side.take("D02")
    served(ours, "1")
    served(hub.hall, "2")
    assert made(ours, "1") == "F20260303-101"
    assert made(hub.hall, "2") == "F20260303-001"


def test_its_own_higher_epoch_leaves_no_gap() -> None:
    hall = Hall().open("1")
    hall.take("D02")
    evolve(hall.state, HubPromoted("hub", "hub", "3-hub", "hub", 9, by_lease=True), hall.now_ms)
    hall.next("1")
    hall.do(c.StartService("1"))
    assert only(hall.do(cp.MakeForm("1", papers=ONE)), p.FormMade).form == "F20260302-001"


def collided() -> tuple[QuickHall, Side]:
    """Both made F20260302-101: the other hub had made a hundred before."""
    ours, hub = two_hubs()
    served(ours, "1")
    made(ours, "1")
    hub.hall.state.form_counters["2026-03-02"] = 100
    hub.hall.next("2")
    hub.do(c.StartService("2"))
    assert only(hub.do(cp.MakeForm("2", papers=ONE)), p.FormMade).form == "F20260302-101"
    return ours, hub


def test_a_form_whose_number_another_one_has_gets_the_next_and_the_record_says_so() -> None:
    ours, hub = collided()
    mine = ours.state.forms["F20260302-101"]
    events = merge(ours, hub.records)
    told = [one for one in of(events, RecordMerged) if one.type == "form.made"]
    assert [(one.outcome, one.number, one.other) for one in told] == [
        ("renumbered", "F20260302-101", "F20260302-102")
    ]
    # It is printed: the paper that is out has another form's number.
    assert only(events, p.FormMade).form == "F20260302-102"
    assert ours.state.forms["F20260302-101"] == mine
    assert ours.state.forms["F20260302-102"].window == "2"
    assert made(ours, "1") == "F20260302-103"
    # Whoever comes with either paper is told.
    view = form_view(ours.rules, ours.state, mine)
    assert (view["first_number"], view["same_number"]) == ("", ["F20260302-102"])
    view = form_view(ours.rules, ours.state, ours.state.forms["F20260302-102"])
    assert (view["first_number"], view["same_number"]) == ("F20260302-101", [])


def test_what_the_other_hub_did_with_it_afterwards_is_done_with_its_new_number() -> None:
    ours, hub = collided()
    hub.do(cp.ChangeForm("F20260302-101", asked="refund"))
    hub.do(cp.FormDone("F20260302-101"))
    outcomes = trace(merge(ours, hub.records))
    assert outcomes[-3:] == ["renumbered", "kept", "kept"]
    form = ours.state.forms["F20260302-102"]
    assert (form.state, form.version, form.asked) == (FormState.DONE, 2, "refund")
    other = ours.state.forms["F20260302-101"]
    assert (other.state, other.version) == (FormState.OPEN, 1)
    # Told again by another way, it is the same form, and no third one.
    again = [one for one in hub.records if one.type == "form.made"]
    assert trace(merge(ours, again)) == []


def test_one_form_that_both_know_is_one() -> None:
    ours, hub = two_hubs()
    served(hub.hall, "2")
    form = only(hub.do(cp.MakeForm("2", papers=ONE)), p.FormMade)
    assert trace(merge(ours, hub.records)) == ["kept"]
    assert trace(merge(ours, split(ours, "other").tell(form).records)) == ["same"]
    assert len(ours.state.forms) == 1


def test_a_renumbered_form_is_forgotten_with_its_form() -> None:
    ours, hub = collided()
    merge(ours, hub.records)
    assert ours.state.renumbered == {"hub:E/F20260302-101": "F20260302-102"}
    ours.do(cp.FormDone("F20260302-102"))
    ours.do(c.CloseDay())
    ours.do(c.OpenDay("2027-03-03"))
    assert ours.state.renumbered == {}
