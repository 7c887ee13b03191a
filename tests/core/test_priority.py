"""Who is next: accumulating priority, held against a naive reference that looks at everybody."""

from __future__ import annotations

from dataclasses import fields

from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_py.core import commands as c
from firmware_py.core import events as e
from firmware_py.core.model import State, Ticket, TicketStatus
from firmware_py.core.refusals import Refusal
from firmware_py.core.rules import Rules, Trait, Weight, Weights
from firmware_py.core.waiting import eligible, key_of, next_ticket, priority_of
from tests.core.hall import FILING, INVOICES, Hall, of, only, windows


def reason_of(hall: Hall, window: str = "1") -> e.CallReason:
    """Press "next" and return why."""
    return only(hall.do(c.CallNext(window)), e.TicketCalled).reason


def test_first_come_first_served_among_equals() -> None:
    hall = Hall().open("1")
    numbers = [hall.take() for _ in range(5)]
    assert [hall.serve() for _ in range(5)] == numbers


def test_the_elderly_pass_who_came_shortly_before_but_not_who_waited_long() -> None:
    hall = Hall().open("1", "2")
    long_ago = hall.take()
    short_ago = hall.later(900).take()
    elderly = hall.later(60).take("D01", Trait.ELDERLY)
    hall.later(600)
    # 1,560 s and 660 s of ordinary waiting against 1.5 times 600 s.
    assert [hall.next("1"), hall.next("2")] == [long_ago, elderly]
    assert hall.status(short_ago) is TicketStatus.WAITING


def test_disabled_people_are_as_the_elderly_and_a_grade_has_its_own_rate() -> None:
    hall = Hall().open("1", "2", "3")
    plain = hall.take()
    a_grade = hall.later(1).take("D01", Trait.A_GRADE)
    disabled = hall.later(1).take("D01", Trait.DISABLED)
    hall.later(600)
    assert [hall.next(w) for w in ("1", "2", "3")] == [disabled, a_grade, plain]


def test_the_reason_names_the_class_and_the_next_best() -> None:
    hall = Hall().open("1")
    plain = hall.take()
    hall.take("D01", Trait.ELDERLY)
    hall.later(100)
    assert reason_of(hall) == e.CallReason("elderly", 100, 150.0, 2, plain, 100.0)


def test_the_next_best_may_stand_behind_the_winner_in_its_own_queue() -> None:
    hall = Hall().open("1")
    hall.take()
    second = hall.later(10).take()
    hall.later(80).take("D01", Trait.ELDERLY)
    assert reason_of(hall.later(10)) == e.CallReason("ordinary", 100, 100.0, 3, second, 90.0)


def test_an_appointment_goes_first_at_its_time_and_waits_like_others_before() -> None:
    hall = Hall(appointment_early_s=900).open("1", "2")
    early_bird = hall.take(appointment_in_s=3600)
    plain = hall.take()
    hall.later(2699)
    assert reason_of(hall, "1").rule == "ordinary"
    assert hall.in_hand("1") == early_bird
    hall.do(c.CancelTicket(early_bird))
    assert hall.next("2") == plain


def test_at_its_time_an_appointment_has_its_bonus() -> None:
    hall = Hall(appointment_early_s=900).open("1")
    hall.take()
    booked = hall.later(300).take(appointment_in_s=600)
    assert reason_of(hall) == e.CallReason("appointment", 0, 600.0, 2, "A001", 300.0)
    assert hall.in_hand("1") == booked


def test_an_elderly_person_with_an_appointment_has_the_higher_of_both() -> None:
    hall = Hall().open("1", "2")
    far = hall.take("D01", Trait.ELDERLY, appointment_in_s=7200)
    near = hall.take("D01", Trait.ELDERLY, appointment_in_s=1700)
    reasons = {}
    hall.later(1000)
    for window in ("1", "2"):
        reason = reason_of(hall, window)
        reasons[hall.in_hand(window)] = (reason.rule, reason.priority)
    # The near one's 600 s of bonus are less than 1.5 times 1,000 s.
    assert reasons == {far: ("elderly", 1500.0), near: ("elderly", 1500.0)}


def test_a_returned_ticket_keeps_its_time_of_waiting_once_it_may_be_called() -> None:
    hall = Hall(return_after_calls=1).open("1")
    hall.take()
    hall.next()
    hall.do(c.MarkMissed("1"))
    others = [hall.later(10).take() for _ in range(2)]
    hall.do(c.ResumeTicket("A001"))
    assert [hall.serve(), hall.serve(), hall.serve()] == [others[0], "A001", others[1]]


# Against the naive reference.

weights = st.builds(
    Weight,
    st.floats(0.1, 10, allow_nan=False),
    st.floats(0, 3000, allow_nan=False),
)
all_weights = st.builds(Weights, **{field.name: weights for field in fields(Weights)})
traits = st.sets(st.sampled_from(list(Trait))).map(lambda found: tuple(sorted(found)))
arrivals = st.tuples(
    st.integers(0, 400),  # seconds after the one before
    st.sampled_from(["D01", "B01"]),
    traits,
    st.none() | st.integers(-800, 2000),  # appointment
    st.sampled_from(["", "", "", "transfer", "bind", "park", "miss"]),
)


def naive(rules: Rules, state: State, window_id: str, now_ms: int) -> Ticket | None:
    """Look at every waiting ticket, one by one, and take the best."""
    window = state.windows[window_id]
    everybody = [
        t
        for t in state.tickets.values()
        if t.status is TicketStatus.WAITING and eligible(state, window, key_of(t))
    ]
    ready = [
        t for t in everybody if t.returned_from_call is None or t.returned_from_call <= state.calls
    ]
    if not ready:
        return min(everybody, key=lambda t: (t.issued_ms, t.ordinal), default=None)
    return max(
        ready,
        key=lambda t: (
            priority_of(rules, t, key_of(t), now_ms)[0],
            -t.issued_ms,
            -t.ordinal,
        ),
    )


def arrive(hall: Hall, people: list[tuple[int, str, tuple[Trait, ...], int | None, str]]) -> None:
    """Let people come, and some of them go a way of their own."""
    for gap_s, item, has, appointment_in_s, way in people:
        number = hall.later(gap_s).take(item, *has, appointment_in_s=appointment_in_s)
        if way == "transfer":
            hall.do(c.TransferTicket(number, item="D02"))
        elif way == "bind":
            hall.do(c.TransferTicket(number, window="2"))
        elif way in ("park", "miss"):
            hall.do(c.CallTicket("3", number))
            hall.do(c.ParkTicket(number) if way == "park" else c.MarkMissed("3"))
            hall.do(c.ResumeTicket(number))


@settings(max_examples=60)
@given(all_weights, st.lists(arrivals, min_size=1, max_size=25), st.data())
def test_the_heads_of_the_queues_give_the_same_person_as_looking_at_everybody(
    weights: Weights,
    people: list[tuple[int, str, tuple[Trait, ...], int | None, str]],
    data: st.DataObject,
) -> None:
    skills = windows(w1=frozenset({INVOICES}), w2=frozenset({FILING, INVOICES}), w3=None)
    hall = Hall(windows=skills, weights=weights, next_guard_s=0).open()
    arrive(hall, people)
    if data.draw(st.booleans(), label="window 3 is on a break"):
        hall.do(c.PauseWindow("3"))
    for _ in people:
        hall.later(data.draw(st.integers(0, 600), label="pause"))
        window = data.draw(st.sampled_from(["1", "2"]), label="window")
        expected = naive(hall.rules, hall.state, window, hall.now_ms)
        found = next_ticket(hall.rules, hall.state, hall.state.windows[window], hall.now_ms)
        assert (found[0].number if found else None) == (expected.number if expected else None)
        if found is not None:
            hall.do(c.CallNext(window))
            hall.do(c.FinishService(window))


@settings(max_examples=60)
@given(all_weights, st.lists(arrivals.filter(lambda a: a[4] in ("", "transfer")), min_size=2,
                             max_size=30), st.integers(1, 900))  # fmt: skip
def test_nobody_is_passed_by_who_came_later_than_the_bound(
    weights: Weights,
    people: list[tuple[int, str, tuple[Trait, ...], int | None, str]],
    pause_s: int,
) -> None:
    """Whoever waited ``w`` is passed only by who came before ``w * (1 - r/R) + bonus/R`` of it."""
    hall = Hall(weights=weights, next_guard_s=0).open("1")
    all_of_them = [getattr(weights, field.name) for field in fields(Weights)]
    smallest, largest = min(w.rate for w in all_of_them), max(w.rate for w in all_of_them)
    bonus = max(w.bonus_s for w in all_of_them)
    arrive(hall, people)
    while hall.state.waiting:
        called = hall.ticket(str(hall.later(pause_s).next()))
        for ticket in hall.state.tickets.values():
            if ticket.status is not TicketStatus.WAITING:
                continue
            waited_s = (hall.now_ms - ticket.issued_ms) / 1000
            came_after_s = (called.issued_ms - ticket.issued_ms) / 1000
            bound_s = waited_s * (1 - smallest / largest) + bonus / largest
            assert came_after_s <= bound_s + 1e-6
        hall.do(c.FinishService("1"))


def test_one_ordinary_person_among_endless_privileged_is_served_within_the_bound() -> None:
    """A privileged one every minute, served as fast as they come: rates 1 and 2, bonus 600."""
    hall = Hall(next_guard_s=0).open("1")
    ordinary = hall.take()
    for minute in range(1, 60):
        hall.later(60).take("D01", Trait.ELDERLY, appointment_in_s=0)
        decision = hall.ask(c.CallNext("1"))
        assert not isinstance(decision, Refusal)
        if of(decision, e.TicketCalled)[0].number == ordinary:
            # bonus / (r * 60 s): passed as long as 600 + 0 is more than the minutes waited.
            assert minute <= 11
            return
        hall.do(c.FinishService("1"))
    raise AssertionError("starved")
