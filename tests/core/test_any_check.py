"""Whatever people check, among whatever they do with the queue: each check ends once."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from firmware_py.core.checks import CheckState
from firmware_py.core.commands_checks import AnswerCheck, AskCheck, WithdrawCheck
from firmware_py.core.events_checks import CheckAnswered, CheckAsked, CheckWithdrawn
from tests.core.test_any_sequence import AnySequence, window_ids

outcomes = st.sampled_from(list(CheckState))


class AnyCheck(AnySequence):
    """Random commands; after each, the invariants of the queue and these are looked at."""

    @rule(window=window_ids, fields=st.sampled_from([("name",), ("name", "phone"), ()]))
    def ask(self, window: str, fields: tuple[str, ...]) -> None:
        self.give(AskCheck(window, fields))

    @precondition(lambda self: any(one.check for one in self.state.windows.values()))
    @rule(window=window_ids, outcome=outcomes, corrected=st.sampled_from([(), ("name",)]))
    def answer(self, window: str, outcome: CheckState, corrected: tuple[str, ...]) -> None:
        present = self.state.windows[window].check
        check = present.check if present is not None else "A001-c1"
        self.give(AnswerCheck(window, check, outcome, corrected))

    @rule(window=window_ids)
    def withdraw(self, window: str) -> None:
        present = self.state.windows[window].check
        self.give(WithdrawCheck(window, present.check if present is not None else "A001-c1"))

    @invariant()
    def a_check_is_of_the_ticket_in_hand(self) -> None:
        for window in self.state.windows.values():
            assert window.check is None or window.check.number == window.ticket

    @invariant()
    def each_check_ends_once_or_stands(self) -> None:
        open_ones: set[str] = set()
        for event, _ in self.history:
            match event:
                case CheckAsked(check=check):
                    assert check not in open_ones
                    open_ones.add(check)
                case CheckAnswered(check=check) | CheckWithdrawn(check=check):
                    open_ones.remove(check)
        standing = {
            one.check.check
            for one in self.state.windows.values()
            if one.check is not None and one.check.state is CheckState.OPEN
        }
        assert open_ones == standing


AnyCheck.TestCase.settings = settings(
    max_examples=40, stateful_step_count=50, suppress_health_check=[HealthCheck.too_slow]
)
TestAnyCheck = AnyCheck.TestCase
