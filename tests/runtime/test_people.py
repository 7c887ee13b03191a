"""What is pressed at pads becomes commands, and what pads are told comes back to the right one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from devices.base import Input
from firmware_py.app.ports import Happened, Submission
from firmware_py.core import commands as c
from firmware_py.core import events as e
from firmware_py.runtime.pad_choices import PadChoices
from firmware_py.runtime.people import Inputs, Pads
from firmware_py.settings import HallSettings, Settings, WindowSettings, Words
from tests.core.hall import Hall

SETTINGS = Settings(
    hall=HallSettings(id="demo", name=Words(zh="示范厅", en="Demo Hall")),
    windows=(
        WindowSettings(id="1", pad="pad-1", rating_pad="stars-1"),
        WindowSettings(id="2", pad="pad-2"),
    ),
)


class Desk:
    """A hall whose presses are decided at once; what devices are told is written down."""

    def __init__(self) -> None:
        self.hall = Hall().open("1", "2")
        self.commands: list[c.Command] = []
        self.told: list[tuple[str, str, tuple[Any, ...]]] = []
        state = partial(getattr, self.hall, "state")
        choices = PadChoices(lambda: self.hall.rules, state, _never, _unseen)
        self.inputs = Inputs(SETTINGS, self._submit, state, lambda: 0.0, _ignore, choices)
        self.pads = Pads(SETTINGS, self._post, state, choices.figures)

    def _submit(self, submission: Submission, reply: Callable[..., None]) -> None:
        self.commands.append(submission.command)

    def _post(self, device: str, job: Callable[[Any], object], **_: Any) -> None:
        job(_Told(device, self.told))

    def press(self, device: str, event: str, value: int | None = None) -> c.Command | None:
        self.commands.clear()
        self.inputs.happened(device, Input(event, value))
        return self.commands[0] if self.commands else None

    def happens(self, event: e.Event) -> list[tuple[str, str, tuple[Any, ...]]]:
        self.told.clear()
        self.pads.recorded([Happened(1, 0, "", "test", "1", event, b"{}")])
        return self.told


class _Told:
    def __init__(self, device: str, told: list[tuple[str, str, tuple[Any, ...]]]) -> None:
        self._device, self._told = device, told

    def __getattr__(self, verb: str) -> Callable[..., None]:
        return lambda *arguments: self._told.append((self._device, verb, arguments))


def _ignore(device: str, code: str) -> None:
    return None


def _never(after_s: float, job: Callable[[], None]) -> None:
    return None


def _unseen(window: str) -> None:
    return None


def test_the_taxpayers_own_pad_rates_and_says_why() -> None:
    desk = Desk()
    assert desk.press("stars-1", "rate", 2) == c.Rate(2, window="1")
    assert desk.press("stars-1", "reason", 1) == c.GiveReason("long_wait", window="1")


@pytest.mark.parametrize("key", ["call_next", "recall", "no_show", "pause", "transfer", "help"])
def test_the_taxpayers_own_pad_calls_nobody(key: str) -> None:
    assert Desk().press("stars-1", key) is None


def test_a_clerks_pad_still_may_rate() -> None:
    assert Desk().press("pad-1", "rate", 5) == c.Rate(5, window="1")


@pytest.mark.parametrize("value", [None, 0, 8, 99])
def test_a_reason_that_the_hall_does_not_have_says_nothing(value: int | None) -> None:
    assert Desk().press("pad-2", "reason", value) is None


def test_the_rating_is_asked_for_where_the_taxpayer_stands() -> None:
    desk = Desk()
    assert desk.happens(e.RatingAsked("A001", "1", 60_000)) == [("stars-1", "ask_rating", ())]
    assert desk.happens(e.RatingGiven("A001", "1", 5, bad=False)) == [("stars-1", "thank", (5,))]
    assert desk.happens(e.RatingAsked("A002", "2", 60_000)) == [("pad-2", "ask_rating", ())]


def test_numbers_are_for_the_clerks_pad() -> None:
    desk = Desk()
    desk.told.clear()
    desk.pads.refresh()
    assert {device for device, verb, _ in desk.told if verb == "show"} == {"pad-1", "pad-2"}
    assert desk.pads.knows("stars-1")
    assert desk.pads.knows("pad-1")
    assert not desk.pads.knows("lamp-1")
