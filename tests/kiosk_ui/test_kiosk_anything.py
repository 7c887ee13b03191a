"""Whatever is pressed, told and waited for, in any order: a picture, no ticket too many, home."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk_ui.kiosk.made_up import CATEGORIES, ITEMS
from kiosk_ui.kiosk.states import facts
from kiosk_ui.messages import (
    Answered,
    Ask,
    Command,
    CutOff,
    Happened,
    Held,
    Live,
    Message,
    Pressed,
    Refused,
    Tick,
    Unknown,
)
from tests.kiosk_ui.kiosk_at_hand import LIFTED, Kiosk, issued, laid, said

SHOWS: list[dict[str, Any]] = [
    {}, {"choose": "one"}, {"paper": "out"}, {"paper": "none"}, {"paper": "gone"},
    {"take": said("on_break")}, {"take": said("new_reason")}, {"mode": "safe"}, {"voice": False},
    {"now": ""}, {"now": "2020-01-01 00:00:00", "day": "2020-01-01"}, {"technician": False},
    {"required": True, "full": ["A01"], "waiting": 0, "wait_s": None, "last_ticket_s": 100},
]  # fmt: skip
TOLD: list[Message] = [
    CutOff(), Live(), laid(), LIFTED, laid("changed", say=said("choose")),
    laid("changed", say=said("taken")), laid("changed", card=False, say=said("unknown_code")),
    issued("A099"), issued("A098", origin="kiosk-2"), Held("take"), Held(None),
    Happened("day.closed", {"day": "2026-03-02"}),
    Answered("items", {"items": []}), Answered("items", {"items": ITEMS}),
    Answered("categories", []), Answered("categories", CATEGORIES), Answered("say", {}),
    Answered("unlock", {}), Answered("paper", {"number": "A099", "paper": {"owed_by": None}}),
    Refused("facts", "failed", "不行", "no"), Refused("unlock", "wrong_pin", "不对", "wrong"),
    Refused("items", "failed", "不行", "no"), Refused("say", "no_voice", "没有", "none"),
    Answered("nobody", None), Refused("nobody", "failed", "", ""), Unknown("nobody"),
]  # fmt: skip

STEP = st.one_of(
    st.tuples(st.just("press"), st.integers(0, 60)),
    st.tuples(st.just("press"), st.integers(0, 60)),
    st.tuples(st.just("answer"), st.integers(0, 4)),
    st.tuples(st.just("tell"), st.integers(0, len(TOLD) - 1)),
    st.tuples(st.just("show"), st.integers(0, len(SHOWS) - 1)),
    st.tuples(st.just("wait"), st.sampled_from([0.1, 0.5, 0.5, 3.0, 11.0, 61.0, 5000.0])),
)


class Anybody:
    """Presses what is on the picture; the hall answers what was ordered, sooner or later."""

    def __init__(self) -> None:
        self.kiosk = Kiosk()
        self.commands: list[Command] = []
        self.presses = 0

    def take(self, message: Message) -> list[Command]:
        kiosk = self.kiosk
        kiosk.model, requests = kiosk.screen.update(kiosk.model, message, kiosk.now_s)
        kiosk.asked += [one for one in requests if isinstance(one, Ask)]
        found = [one for one in requests if isinstance(one, Command)]
        self.commands += found
        return found

    def do(self, what: str, which: Any) -> None:
        kiosk, found = self.kiosk, list[Command]()
        match what:
            case "press":
                self.presses += 1
                areas = kiosk.areas()
                token = f"token-{self.presses}"
                found = self.take(Pressed(areas[which % len(areas)], token))
                assert len(found) <= 1
                assert all(one.command_id == token for one in found)
                return
            case "wait":
                kiosk.now_s += which
                found = self.take(Tick())
            case "show":
                found = self.take(facts(**SHOWS[which]))
            case "tell":
                found = self.take(TOLD[which])
            case "answer":
                found = self._answer(which)
        # Only a finger takes a ticket.
        assert found == []

    def _answer(self, which: int) -> list[Command]:
        if not self.commands:
            return []
        name = self.commands[-1].name
        event = issued(f"A{len(self.commands):03}")
        answers: list[Message] = [
            Answered(name, {"events": [{"type": event.type, "data": dict(event.data)}]}),
            Answered(name, {"events": []}), Refused(name, "person_waiting", "有了", "you have one"),
            Unknown(name), Answered("paper", {"number": "A001", "paper": {"owed_by": None}}),
        ]  # fmt: skip
        return self.take(answers[which])


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEP, max_size=40))
def test_whatever_happens_there_is_a_picture_and_nobody_is_left_behind(
    steps: list[tuple[str, Any]],
) -> None:
    anybody = Anybody()
    kiosk = anybody.kiosk
    for what, which in steps:
        anybody.do(what, which)
        assert kiosk.picture().ops
        anybody.take(Tick())
    assert len({one.command_id for one in anybody.commands}) == len(anybody.commands)
    # Everybody goes home; the hall has opened again.
    kiosk.take(CutOff(), Held(None))
    for _ in range(400):
        kiosk.now_s += 1
        kiosk.take(Tick())
    kiosk.take(Live(), Tick(), facts(), Answered("categories", CATEGORIES),
               Answered("items", {"items": ITEMS}), Tick())  # fmt: skip
    usual = Kiosk()
    assert kiosk.model.untouched
    assert kiosk.areas() == usual.areas()
    assert kiosk.text() == usual.text()
