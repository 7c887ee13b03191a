"""Where a ticket goes, picked at a pad: keys in, commands decided, what screen and pad show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from devices.base import BACK, ENTER, ERASE, FIGURES, Input
from firmware_py.app.ports import Outcome, Submission
from firmware_py.core import commands as c
from firmware_py.core.model import State, TicketStatus
from firmware_py.core.refusals import Refusal, refuse
from firmware_py.runtime.pad_choices import LEFT_S, PadChoices
from firmware_py.runtime.people import Inputs, Pads
from firmware_py.settings import HallSettings, Settings, WindowSettings, Words
from tests.core.hall import Hall

SETTINGS = Settings(
    hall=HallSettings(id="demo", name=Words(zh="示范厅", en="Demo Hall")),
    windows=tuple(WindowSettings(id=n, pad=f"pad-{n}", button=f"button-{n}") for n in "123"),
)
TRANSFER = Input("transfer")


class Desk:
    """Window 1 serves A001. Each press is decided at once, unless ``held`` keeps the answers."""

    def __init__(self) -> None:
        self.hall = Hall(exception_window="3").open("1", "2", "3")
        self.number = self.hall.take()
        self.hall.next()
        self.timers: list[tuple[float, Callable[[], None]]] = []
        self.refused: list[tuple[str, str]] = []
        self.commands: list[c.Command] = []
        self.shown: list[tuple[int | None, str]] = []
        self.held: list[tuple[c.Command, Callable[[Outcome], None]]] | None = None
        self.choices = PadChoices(
            lambda: self.hall.rules,
            self._state,
            self._later,
            self._changed,
        )
        self.inputs = Inputs(
            SETTINGS, self._submit, self._state, lambda: 0.0, self._refused, self.choices
        )
        self.pads = Pads(SETTINGS, self._post, self._state, self.choices.figures)

    def _state(self) -> State:
        return self.hall.state

    def _changed(self, window: str) -> None:
        self.pads.show_at(window)

    def _later(self, after_s: float, job: Callable[[], None]) -> None:
        self.timers.append((after_s, job))

    def _refused(self, device: str, code: str) -> None:
        self.refused.append((device, code))

    def _post(self, device: str, job: Callable[[Any], object], **_: Any) -> None:
        if device == "pad-1":
            job(self)

    def show(self, waiting: int | None, number: str) -> None:
        self.shown.append((waiting, number))

    def _submit(self, submission: Submission, reply: Callable[[Outcome], None]) -> None:
        self.commands.append(submission.command)
        if self.held is not None:
            self.held.append((submission.command, reply))
        else:
            self.decide(submission.command, reply)

    def decide(self, command: c.Command, reply: Callable[[Outcome], None]) -> None:
        found = self.hall.ask(command)
        self.choices.recorded(())
        reply(Outcome(refusal=found if isinstance(found, Refusal) else None))

    def press(self, *given: Input | str, device: str = "pad-1") -> list[c.Command]:
        """Press keys, a text being those that are typed; return the commands of them."""
        before = len(self.commands)
        for one in given:
            key = Input(FIGURES, typed=one) if isinstance(one, str) else one
            self.inputs.happened(device, key)
        return self.commands[before:]

    def view(self) -> tuple[str, str] | None:
        found = self.choices.view("1")
        return None if found is None else (found["kind"], found["text"])


@pytest.mark.parametrize(
    ("keys", "to"),
    [
        ([f"3{ENTER}"], {"window": "desk"}),
        # Step by step as the screen asks, each key alone, or all in a frame.
        ([f"1{ENTER}", f"2{ENTER}"], {"window": "2"}),
        (["1", ENTER, "2", ENTER], {"window": "2"}),
        ([f"12{ENTER}"], {"window": "2"}),
        (["2", "4", "0", "2", ENTER], {"item": "D02"}),
        ([f"2{ENTER}201{ENTER}"], {"item": "B01"}),
        # A slip is taken back.
        (["1", ENTER, "3", ERASE, "2", ENTER], {"window": "2"}),
        (["1", ENTER, ERASE, "3", ENTER], {"window": "desk"}),
    ],
)
def test_figures_say_where_a_ticket_goes(keys: list[str], to: dict[str, str]) -> None:
    desk = Desk()
    assert desk.press(TRANSFER, *keys) == [c.TransferTicket(desk.number, at="1", **to)]
    assert desk.hall.status(desk.number) is TicketStatus.WAITING
    assert desk.refused == []
    assert desk.view() is None
    # What is typed after that is for nothing.
    assert desk.press(f"12{ENTER}") == []


def test_each_step_is_told_to_the_screen_and_to_the_pads_digits() -> None:
    desk = Desk()
    seen = [desk.view()]
    for key in (TRANSFER, "1", ENTER, "2"):
        desk.press(key)
        seen.append(desk.view())
    assert seen == [
        None,
        ("transfer", ""),
        ("transfer", "1"),
        ("transfer_window", ""),
        ("transfer_window", "2"),
    ]
    assert desk.shown == [(None, ""), (None, "1"), (None, ""), (None, "2")]
    desk.press(ENTER)
    assert desk.shown[-1] == (0, "")


def test_keys_that_have_another_meaning_are_figures_while_it_is_open() -> None:
    desk = Desk()
    no_show, call_back = Input("no_show", typed=f"6{ENTER}"), Input("call_back", typed=f"3{ENTER}")
    assert desk.press(TRANSFER, call_back) == [c.TransferTicket(desk.number, window="desk", at="1")]
    assert desk.press(no_show) == [c.MarkMissed("1")]


@pytest.mark.parametrize(
    ("keys", "code", "kind"),
    [
        ([f"7{ENTER}"], "transfer_where", "transfer"),
        ([ENTER], "transfer_where", "transfer"),
        ([f"35{ENTER}"], "transfer_where", "transfer"),
        ([f"19{ENTER}"], "unknown_window", "transfer_window"),
        ([f"11{ENTER}"], "transfer_where", "transfer_window"),
        ([f"2999{ENTER}"], "unknown_item", "transfer_item"),
        ([f"1{ENTER}", ENTER], "transfer_where", "transfer_window"),
    ],
)
def test_what_is_nowhere_is_refused_at_the_pad_and_may_be_typed_again(
    keys: list[str], code: str, kind: str
) -> None:
    desk = Desk()
    assert desk.press(TRANSFER, *keys) == []
    assert desk.refused == [("pad-1", code)]
    view = desk.choices.view("1")
    assert view is not None
    assert (view["kind"], view["text"]) == (kind, "")
    assert view["say"]["zh"]
    right = {
        "transfer": f"12{ENTER}",
        "transfer_window": f"2{ENTER}",
        "transfer_item": f"402{ENTER}",
    }
    assert len(desk.press(right[kind])) == 1
    assert desk.hall.in_hand("1") is None


def test_what_the_hall_refuses_is_told_and_the_choice_stays() -> None:
    desk = Desk()
    desk.hall = Hall().open("1")
    desk.hall.take()
    desk.hall.next()
    desk.press(TRANSFER, f"3{ENTER}")
    assert desk.refused == [("pad-1", "no_exception_window")]
    view = desk.choices.view("1")
    assert view is not None
    assert view["say"]["en"] == refuse("no_exception_window").en
    # The next key takes the sentence away.
    desk.press("1")
    view = desk.choices.view("1")
    assert view is not None
    assert view["say"] is None


@pytest.mark.parametrize(
    "key", [BACK, ERASE, Input("cancel", typed=BACK), Input("recall"), Input("pause")]
)
def test_back_and_every_command_lead_out_of_it(key: Input | str) -> None:
    desk = Desk()
    commands = desk.press(TRANSFER, key)
    assert desk.view() is None
    assert commands == {"recall": [c.Recall("1")], "pause": [c.PauseWindow("1")]}.get(
        getattr(key, "event", ""), []
    )
    assert desk.press(f"3{ENTER}") == []
    assert desk.hall.in_hand("1") == desk.number


def test_transfer_again_begins_anew() -> None:
    desk = Desk()
    desk.press(TRANSFER, "1", ENTER, "9", TRANSFER)
    assert desk.view() == ("transfer", "")
    assert len(desk.press(f"3{ENTER}")) == 1


def test_a_taxpayers_score_disturbs_no_choice() -> None:
    desk = Desk()
    desk.press(TRANSFER, "1", Input("rate", 5))
    assert desk.view() == ("transfer", "1")


def test_a_choice_that_is_left_alone_is_given_up() -> None:
    desk = Desk()
    desk.press(TRANSFER, "1")
    (first_s, first), (_, second) = desk.timers
    assert first_s == LEFT_S
    first()
    assert desk.view() == ("transfer", "1")
    second()
    assert desk.view() is None


def test_it_is_about_the_ticket_that_was_in_hand() -> None:
    desk = Desk()
    desk.hall.take()
    desk.press(TRANSFER)
    desk.hall.do(c.StartService("1"))
    desk.hall.later(300).do(c.CallNext("1"))
    # Nobody has told of it yet: what is typed goes nowhere all the same.
    assert desk.view() is None
    assert desk.press(f"3{ENTER}") == []
    desk.choices.recorded(())
    assert desk.hall.in_hand("1") not in {None, desk.number}


def test_a_command_under_way_takes_no_second_enter() -> None:
    desk = Desk()
    desk.held = []
    assert len(desk.press(TRANSFER, f"3{ENTER}", ENTER, f"12{ENTER}")) == 1
    ((command, reply),) = desk.held
    desk.decide(command, reply)
    assert desk.view() is None


def test_two_windows_choose_by_themselves() -> None:
    desk = Desk()
    other = desk.hall.take()
    desk.hall.next("2")
    desk.press(TRANSFER, "1")
    assert desk.press(TRANSFER, f"3{ENTER}", device="pad-2") == [
        c.TransferTicket(other, window="desk", at="2")
    ]
    assert desk.view() == ("transfer", "1")


@pytest.mark.parametrize(
    ("given", "command"),
    [
        (Input("to_desk"), {"window": "desk"}),
        (Input("to_window", 2), {"window": "2"}),
        (Input("to_item", 402), {"item": "D02"}),
    ],
)
def test_a_pad_that_says_where_to_at_once_has_no_choice(
    given: Input, command: dict[str, str]
) -> None:
    desk = Desk()
    assert desk.press(given) == [c.TransferTicket(desk.number, at="1", **command)]


@pytest.mark.parametrize(
    ("given", "code"),
    [(Input("to_window", 9), "unknown_window"), (Input("to_item", 9), "unknown_item")],
)
def test_a_place_that_is_not_there_is_refused_at_the_pad(given: Input, code: str) -> None:
    desk = Desk()
    assert desk.press(given) == []
    assert desk.refused == [("pad-1", code)]


@pytest.mark.parametrize("event", ["transfer", "to_desk", "park"])
def test_a_key_about_a_ticket_says_that_there_is_none(event: str) -> None:
    desk = Desk()
    assert desk.press(Input(event), device="pad-2") == []
    assert desk.refused == [("pad-2", "nobody_in_hand")]


def test_a_button_transfers_to_the_desk_and_a_pad_closes_its_window() -> None:
    desk = Desk()
    assert desk.press(TRANSFER, device="button-1") == [
        c.TransferTicket(desk.number, window="desk", at="1")
    ]
    assert desk.press(Input("close")) == [c.CloseWindow("1")]
    assert desk.press(Input("pause")) == [c.OpenWindow("1")]
