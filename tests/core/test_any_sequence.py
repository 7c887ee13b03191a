"""Whatever people do in whatever order: what must always hold for the queue."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from firmware_py.app.wire import decode_event, decode_state, encode, encode_state
from firmware_py.core import commands as c
from firmware_py.core import events as e
from firmware_py.core.alarms import ENDED_BY_ACKNOWLEDGEMENT
from firmware_py.core.decide import decide
from firmware_py.core.events import EVENT_NAMES
from firmware_py.core.evolve import evolve, initial
from firmware_py.core.model import AlarmKind, State, TicketStatus
from firmware_py.core.refusals import RecordedRefusal, Refusal
from firmware_py.core.rules import Hours, Rules, Series, SpecialDays, Trait
from firmware_py.core.series import count_of, number_text
from firmware_py.core.waiting import key_of
from tests.core.hall import FILING, INVOICES, RULES, windows

SKIP = frozenset({4, 7})
BUSY_HALL = replace(
    RULES,
    windows=windows(w1=None, w2=frozenset({FILING}), w3=frozenset({INVOICES, FILING}), w9=None),
    exception_window="9",
    quota_person=2,
    next_guard_s=1.0,
    return_after_calls=2,
    return_within_s=900,
    wait_limit_s=600,
    hours=(Hours(8 * 3600, 12 * 3600), Hours(13 * 3600, 18 * 3600)),
    weekdays={6: ()},
    special_days=(SpecialDays("2026-03-03", "2026-03-04", ()),),
)
HALLS: dict[str, Rules] = {
    "one series": replace(BUSY_HALL, series={"common": Series("common", "A", skip=SKIP)}),
    "by category": replace(
        BUSY_HALL,
        series={INVOICES: Series(INVOICES, "D", skip=SKIP), FILING: Series(FILING, "B")},
        rating_asked=False,
        auto_start_s=0,
        calls_before_missed=2,
    ),
}

window_ids = st.sampled_from(["1", "2", "3", "9"])
number = st.integers(1, 12)
AWAY = (TicketStatus.MISSED, TicketStatus.PARKED, TicketStatus.LEFT)
IN_HAND = (TicketStatus.CALLED, TicketStatus.SERVING)


def refilled(state: State) -> State:
    """Return a state as it comes back from a snapshot."""
    return decode_state(encode_state(state))


class AnySequence(RuleBasedStateMachine):
    """Random commands; after each, the invariants are looked at."""

    def __init__(self) -> None:
        super().__init__()
        self.hall_rules = HALLS["one series"]
        self.state = initial(self.hall_rules)
        self.now_ms = 0
        self.history: list[tuple[e.Event, int]] = []
        self.given: list[e.TicketIssued] = []
        #: Jumps that hold for the day or for one to come; of which day, nobody said for the others.
        self.jumps: list[e.SeriesJumped] = []
        self.jumps_of_no_day: list[e.SeriesJumped] = []
        self.day = 0

    @initialize(hall=st.sampled_from(sorted(HALLS)))
    def a_hall(self, hall: str) -> None:
        self.hall_rules = HALLS[hall]
        self.state = initial(self.hall_rules)
        self.give(c.SetClock(9 * 3600 * 1000))
        self.give(c.OpenDay("2026-03-01"))
        self.open_all()

    def open_all(self) -> None:
        for window in ("1", "2", "3"):
            self.give(c.OpenWindow(window, "1001"))

    def give(self, command: c.Command) -> None:
        decision = decide(self.hall_rules, self.state, command, self.now_ms)
        if isinstance(decision, Refusal):
            assert decision.zh
            decision = list(decision.events) if isinstance(decision, RecordedRefusal) else []
            # A press that does not count changes no rating, and raises nothing.
            assert all(type(event) is e.RatingRejected for event in decision)
        for event in decision:
            if isinstance(event, e.DayOpened) and not event.reopened:
                self.given = []
                kept = [j for j in self.jumps if j.day is not None and j.day >= event.day]
                self.jumps = kept + self.jumps_of_no_day
                self.jumps_of_no_day = []
            elif isinstance(event, e.DayOpened):
                # A wrong date set right: its slips are those of the right one.
                self.jumps = [
                    replace(j, day=event.day) if j.day == self.state.day else j for j in self.jumps
                ]
            if isinstance(event, e.TicketIssued):
                for jump in self.jumps:
                    slips_of_today = jump.day in (None, self.state.day)
                    assert not (slips_of_today and jump.series == event.series
                                and event.count <= jump.count)  # fmt: skip
                self.given.append(event)
            if isinstance(event, e.SeriesJumped):
                self.jumps.append(event)
                if event.day is None:
                    self.jumps_of_no_day.append(event)
            evolve(self.state, event, self.now_ms)
            self.history.append((event, self.now_ms))

    def some(self, which: int) -> str:
        """Return one of today's numbers, or one that there is not."""
        numbers = list(self.state.tickets)
        return numbers[-which] if which <= len(numbers) else "A000"

    @rule(seconds=st.sampled_from([0.4, 5, 31, 61, 200, 700, 1300]))
    def time_passes(self, seconds: float) -> None:
        self.now_ms += int(seconds * 1000)
        self.give(c.Tick())

    @rule(
        item=st.sampled_from(["D01", "D02", "B01"]),
        traits=st.sets(st.sampled_from(list(Trait))).map(tuple),
        appointment_s=st.none() | st.integers(-2000, 2000),
        person=st.none() | st.sampled_from(["hash-a", "hash-b"]),
        override=st.booleans(),
    )
    def take(
        self,
        item: str,
        traits: tuple[Trait, ...],
        appointment_s: int | None,
        person: str | None,
        override: bool,
    ) -> None:
        at_ms = None if appointment_s is None else self.now_ms + appointment_s * 1000
        self.give(c.TakeTicket(item, "kiosk-1", traits, at_ms, person, override))

    @rule(window=window_ids, clerk=st.sampled_from(["1001", "1002"]))
    def open_window(self, window: str, clerk: str) -> None:
        self.give(c.OpenWindow(window, clerk))

    @rule(
        window=window_ids,
        kind=st.sampled_from(
            [c.CallNext, c.CallNext, c.CallNext, c.Recall, c.StartService, c.FinishService,
             c.MarkMissed, c.AskRating, c.CallHelp, c.PauseWindow, c.ResumeWindow, c.CloseWindow]
        ),
    )  # fmt: skip
    def at_window(self, window: str, kind: Any) -> None:
        self.give(kind(window))

    @rule(window=st.sampled_from(["1", "2", "3"]), pause_s=st.sampled_from([0.5, 4, 70, 650]))
    def next(self, window: str, pause_s: float) -> None:
        self.now_ms += int(pause_s * 1000)
        self.give(c.CallNext(window))

    @precondition(lambda self: any(w.ticket for w in self.state.windows.values()))
    @rule(
        which=st.integers(0, 3),
        kind=st.sampled_from([c.StartService, c.FinishService, c.MarkMissed, c.AskRating, None]),
    )
    def end_or_begin_what_is_in_hand(self, which: int, kind: Any) -> None:
        busy = [w for w in self.state.windows.values() if w.ticket is not None]
        window = busy[which % len(busy)]
        self.give(c.ParkTicket(window.ticket or "") if kind is None else kind(window.id))

    @precondition(lambda self: any(w.rating_ticket for w in self.state.windows.values()))
    @rule(score=st.integers(1, 5))
    def answer_a_question(self, score: int) -> None:
        asking = [w for w in self.state.windows.values() if w.rating_ticket is not None]
        self.give(c.Rate(score, window=asking[0].id))

    @precondition(lambda self: any(t.status in AWAY for t in self.state.tickets.values()))
    @rule(which=st.integers(0, 5))
    def come_back(self, which: int) -> None:
        away = [t.number for t in self.state.tickets.values() if t.status in AWAY]
        self.give(c.ResumeTicket(away[which % len(away)]))

    @rule(which=number, kind=st.sampled_from([c.CancelTicket, c.ParkTicket, c.ResumeTicket,
                                              c.ResumeTicket, c.ReprintTicket]))  # fmt: skip
    def with_ticket(self, which: int, kind: Any) -> None:
        self.give(kind(self.some(which)))

    @rule(
        which=number,
        item=st.none() | st.sampled_from(["D01", "B01"]),
        window=st.none() | st.sampled_from(["1", "2", "3", "desk"]),
    )
    def transfer(self, which: int, item: str | None, window: str | None) -> None:
        self.give(c.TransferTicket(self.some(which), item, window))

    @rule(which=number, window=window_ids)
    def call_by_number(self, which: int, window: str) -> None:
        self.give(c.CallTicket(window, self.some(which)))

    @rule(window=window_ids, score=st.integers(0, 6))
    def rate_at_pad(self, window: str, score: int) -> None:
        self.give(c.Rate(score, window=window))

    @rule(which=number, score=st.integers(1, 5), reason=st.sampled_from(["", "太慢"]))
    def rate_by_number(self, which: int, score: int, reason: str) -> None:
        self.give(c.Rate(score, number=self.some(which), reason=reason))

    @rule(window=window_ids, reason=st.sampled_from(["", "slow"]))
    def give_reason_at_pad(self, window: str, reason: str) -> None:
        self.give(c.GiveReason(reason, window=window))

    @rule(window=window_ids, skills=st.sampled_from([None, None, None, (FILING,), (INVOICES,), ()]))
    def skills(self, window: str, skills: tuple[str, ...] | None) -> None:
        self.give(c.SetWindowSkills(window, skills))

    @precondition(lambda self: self.state.alarms)
    @rule(which=st.integers(0, 20))
    def acknowledge(self, which: int) -> None:
        keys = list(self.state.alarms)
        self.give(c.AcknowledgeAlarm(keys[which % len(keys)], "chen"))

    @rule(opens=st.sampled_from([""] * 9 + ["same", "next", "earlier"]))
    def close_and_open(self, opens: str) -> None:
        if not opens:
            # Days are longer than that; people come instead.
            for item in ("D01", "B01", "D02"):
                self.now_ms += 20_000
                self.give(c.TakeTicket(item, "kiosk-1", override=True))
            return
        self.give(c.CloseDay())
        self.day += {"same": 0, "next": 1, "earlier": -1}[opens]
        self.day = max(self.day, 0)
        self.give(c.OpenDay(f"2026-03-{self.day + 1:02d}", override=opens == "earlier"))
        self.open_all()

    @rule(
        series=st.integers(0, 1),
        ahead=st.integers(-3, 25),
        day=st.sampled_from([None, 0, 0, 1, 2]),
    )
    def slips_turn_up_that_the_journal_does_not_know(
        self, series: int, ahead: int, day: int | None
    ) -> None:
        known = list(self.hall_rules.series.values())
        found = known[series % len(known)]
        count = max(0, self.state.counters.get(found.id, 0) + ahead)
        date = None if day is None else f"2026-03-{self.day + day + 1:02d}"
        self.give(c.JumpSeries(number_text(found, count), date))

    @rule(hour=st.integers(8, 23), earlier=st.booleans())
    def close_at_another_time(self, hour: int, earlier: bool) -> None:
        self.give(c.SetClosingTime(f"{hour}:30", earlier))

    @rule()
    def restart_from_a_snapshot(self) -> None:
        """From here on the machine lives in the state that was read back."""
        self.state = refilled(self.state)

    @invariant()
    def numbers_are_unique_and_without_gaps(self) -> None:
        numbers = [issued.number for issued in self.given]
        assert len(set(numbers)) == len(numbers)
        by_series: dict[str, list[int]] = {}
        for issued in self.given:
            by_series.setdefault(issued.series, []).append(issued.count)
        for series, counts in by_series.items():
            skip = self.hall_rules.series[series].skip
            assert counts == sorted(counts)
            missing = set(range(1, counts[-1] + 1)) - skip - set(counts)
            assert missing <= self.passed_over(series)

    def passed_over(self, series: str) -> set[int]:
        """Return the counts that a jump explains."""
        rule = self.hall_rules.series[series]
        return {
            n
            for jump in self.jumps
            if jump.series == series
            for n in range(count_of(rule, jump.first) or 0, jump.count + 1)
        }

    @invariant()
    def every_ticket_is_in_exactly_one_place(self) -> None:
        state = self.state
        queued = Counter(entry[2] for queue in state.queues.values() for entry in queue)
        in_hand = Counter(w.ticket for w in state.windows.values() if w.ticket is not None)
        for ticket in state.tickets.values():
            assert queued[ticket.number] == (ticket.status is TicketStatus.WAITING)
            assert in_hand[ticket.number] == (ticket.status in IN_HAND)
            if ticket.status in IN_HAND:
                assert state.windows[ticket.window or ""].ticket == ticket.number
        assert set(queued) | set(in_hand) <= set(state.tickets)

    @invariant()
    def queues_are_in_order_and_counted(self) -> None:
        state = self.state
        assert state.waiting == sum(len(queue) for queue in state.queues.values())
        for key, queue in state.queues.items():
            assert queue
            assert queue == sorted(queue)
            assert all(key_of(state.tickets[entry[2]]) == key for entry in queue)

    @invariant()
    def counts_are_those_of_the_tickets(self) -> None:
        kept = [t for t in self.state.tickets.values() if t.status is not TicketStatus.CANCELLED]
        items = Counter(t.item for t in kept)
        assert {k: n for k, n in self.state.taken_by_item.items() if n} == dict(items)
        people = Counter(t.person for t in kept if t.person is not None)
        assert {k: n for k, n in self.state.taken_by_person.items() if n} == dict(people)

    @invariant()
    def alarms_are_about_what_is_there(self) -> None:
        state = self.state
        for key, alarm in state.alarms.items():
            assert f"{key}:".startswith(f"{alarm.kind}:{alarm.subject}:")
            if alarm.carried:
                # Its ticket may be one of yesterday; nobody has seen the alarm yet.
                assert alarm.kind in ENDED_BY_ACKNOWLEDGEMENT
                assert alarm.acknowledged_by == ""
                continue
            match alarm.kind:
                case AlarmKind.WAITING:
                    assert state.tickets[alarm.subject].status is TicketStatus.WAITING
                case AlarmKind.SERVICE:
                    assert state.windows[alarm.subject].ticket is not None
                case AlarmKind.IDLE:
                    assert state.windows[alarm.subject].ticket is None
                    assert state.windows[alarm.subject].status == "open"
                case AlarmKind.RATING:
                    assert state.tickets[alarm.subject].rating is not None
                case AlarmKind.HELP:
                    assert alarm.subject in state.windows

    @invariant()
    def a_snapshot_gives_the_same_state(self) -> None:
        assert refilled(self.state) == self.state

    def teardown(self) -> None:
        """Replayed from the start, as stored, the events give the same state; and it goes on."""
        replayed = initial(self.hall_rules)
        for event, at_ms in self.history:
            name = EVENT_NAMES[type(event)]
            evolve(replayed, decode_event(name, encode(event)), at_ms)
        assert replayed == self.state
        self.goes_on_the_same(replayed)

    def goes_on_the_same(self, other: State) -> None:
        for step in range(12):
            self.now_ms += 40_000
            window = ("1", "2", "3", "9")[step % 4]
            command: c.Command
            for command in (c.Tick(), c.TakeTicket("B01", override=True), c.CallNext(window)):
                here = decide(self.hall_rules, self.state, command, self.now_ms)
                assert decide(self.hall_rules, other, command, self.now_ms) == here
                if not isinstance(here, Refusal):
                    for event in here:
                        evolve(self.state, event, self.now_ms)
                        evolve(other, event, self.now_ms)


AnySequence.TestCase.settings = settings(
    max_examples=60, stateful_step_count=60, suppress_health_check=[HealthCheck.too_slow]
)
TestAnySequence = AnySequence.TestCase
