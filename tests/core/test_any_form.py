"""Whatever people do with documents and forms, among whatever they do with the queue."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from firmware_py.core import commands as c
from firmware_py.core import commands_papers as p
from firmware_py.core.decide_documents import next_document
from firmware_py.core.events_papers import FormChanged, FormDone, FormMade, FormWithdrawn
from firmware_py.core.evolve import initial
from firmware_py.core.form_alarms import level_of
from firmware_py.core.model import AlarmKind
from firmware_py.core.papers import FormState, PaperTicked
from firmware_py.core.rules import FormRules
from tests.core.paper_hall import SHA
from tests.core.test_any_sequence import HALLS, AnySequence, window_ids

limits = st.none() | st.integers(0, 6)
ticked = st.lists(
    st.builds(PaperTicked, st.integers(0, 3), st.sampled_from(["", "委托书"])), max_size=3
)


class AnyForm(AnySequence):
    """Random commands; after each, the invariants of the queue and these are looked at."""

    @initialize(hall=st.sampled_from(sorted(HALLS)))
    def a_hall(self, hall: str) -> None:
        self.hall_rules = replace(HALLS[hall], forms=FormRules(warn_days=1, keep_days=2))
        self.state = initial(self.hall_rules)
        self.give(c.SetClock(9 * 3600 * 1000))
        self.give(c.OpenDay("2026-03-01"))
        self.open_all()

    def a_form(self, which: int) -> str:
        forms = list(self.state.forms)[::-1]
        return forms[which % len(forms)] if forms else "F20260301-001"

    @rule(window=st.sampled_from(["1", "3", "9"]), days=st.integers(1, 4), pages=st.integers(0, 2))
    def somebody_hands_papers_in(self, window: str, days: int, pages: int) -> None:
        for command in (
            c.TakeTicket("D02", "kiosk-1", override=True),
            c.OpenWindow(window, "1001"),
            c.FinishService(window),
        ):
            self.give(command)
        number = next(reversed(self.state.tickets), "A000")
        self.give(c.CallTicket(window, number))
        self.give(c.StartService(window))
        if pages:
            self.give(p.AddDocument(number, f"{number}-1", "paper:2", pages, 9_000, SHA))
        self.give(p.MakeForm(window, papers=(PaperTicked(1),), days=days))

    @rule(which=st.integers(1, 12), kind=st.sampled_from(["paper:1", "paper:9", "委托书"]))
    def scan(self, which: int, kind: str) -> None:
        ticket = self.state.tickets.get(self.some(which))
        if ticket is not None:
            self.give(p.AddDocument(ticket.number, next_document(ticket), kind, 2, 9_000, SHA))

    @precondition(lambda self: any(t.documents for t in self.state.tickets.values()))
    @rule(which=st.integers(0, 9), again=st.booleans())
    def correct(self, which: int, *, again: bool) -> None:
        scanned = [(t.number, d) for t in self.state.tickets.values() for d in t.documents]
        number, document = scanned[which % len(scanned)]
        if again:
            found = (document.document, document.kind, 1, 5_000, SHA)
            self.give(p.ReplaceDocument(number, *found))
        else:
            self.give(p.RemoveDocument(number, document.document))

    @rule(window=window_ids, papers=ticked, days=limits)
    def make_form(self, window: str, papers: list[PaperTicked], days: int | None) -> None:
        self.give(p.MakeForm(window, papers=tuple(papers), days=days))

    @rule(which=st.integers(0, 9), papers=st.none() | ticked, days=limits)
    def change_form(self, which: int, papers: list[PaperTicked] | None, days: int | None) -> None:
        told = None if papers is None else tuple(papers)
        self.give(p.ChangeForm(self.a_form(which), papers=told, days=days))

    @rule(
        which=st.integers(0, 9),
        kind=st.sampled_from([p.FormDone, p.WithdrawForm, p.ReprintForm]),
    )
    def with_form(
        self, which: int, kind: type[p.FormDone | p.WithdrawForm | p.ReprintForm]
    ) -> None:
        self.give(kind(self.a_form(which)))

    @invariant()
    def no_form_has_the_number_of_another(self) -> None:
        made = [event.form for event, _ in self.history if isinstance(event, FormMade)]
        assert len(set(made)) == len(made)
        assert set(self.state.forms) <= set(made)

    @invariant()
    def versions_have_no_gaps(self) -> None:
        last: dict[str, int] = {}
        for event, _ in self.history:
            if isinstance(event, FormMade | FormChanged):
                assert event.version == last.get(event.form, 0) + 1
                last[event.form] = event.version
        assert all(form.version == last[key] for key, form in self.state.forms.items())

    @invariant()
    def every_form_that_is_due_has_its_alarm_and_no_other_has_one(self) -> None:
        state = self.state
        stand = {a.subject: a.level for a in state.alarms.values() if a.kind is AlarmKind.FORM}
        assert stand == {
            form.form: level
            for form in state.forms.values()
            if form.state is FormState.OPEN
            and (level := level_of(self.hall_rules, form.due, state.day or "")) is not None
        }

    @invariant()
    def every_open_form_is_there(self) -> None:
        still_open: set[str] = set()
        for event, _ in self.history:
            if isinstance(event, FormMade):
                still_open.add(event.form)
            elif isinstance(event, FormDone | FormWithdrawn):
                still_open.remove(event.form)
        kept = self.state.forms.values()
        assert {one.form for one in kept if one.state is FormState.OPEN} == still_open


AnyForm.TestCase.settings = settings(
    max_examples=40, stateful_step_count=50, suppress_health_check=[HealthCheck.too_slow]
)
TestAnyForm = AnyForm.TestCase
