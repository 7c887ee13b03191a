"""Whatever is pressed, typed, told and cut, in any order: two pictures, one command a press."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk_ui.messages import (
    Answered,
    Ask,
    Command,
    CutOff,
    Drawn,
    Happened,
    Held,
    Live,
    Message,
    Mirrored,
    Notified,
    Panels,
    Pressed,
    Previewed,
    Refused,
    Tick,
    Typed,
    Unknown,
)
from kiosk_ui.states import LAYOUTS
from kiosk_ui.window.desk import DeskScreen
from kiosk_ui.window.model import COVERS
from kiosk_ui.window.outer.view import page_of
from kiosk_ui.window.states import facts, ticket
from tests.kiosk_ui.looks import look
from tests.kiosk_ui.window_desk import screen_told

CHECK = {"check": "A061-c1", "state": "open", "title": None, "fields": [
    {"id": "phone", "label": "P", "value": "0123", "correct": True},
]}  # fmt: skip
RATING = {"number": "A061", "left_s": 20, "scores": 5, "asked_again": False}
SHOWS: list[dict[str, Any]] = [
    {}, {"ticket": ticket()}, {"ticket": ticket(status="called")}, {"status": "paused"},
    {"status": "closed", "clerk": ""}, {"rating": RATING}, {"rating": RATING, "pad": True},
    {"mode": "safe"}, {"now": ""}, {"next": None, "last": None, "away": [], "waiting": 0},
    {"ticket": ticket(number="A099", papers=[], forms=["F1"], pages=9, limit_s=0)},
]  # fmt: skip
TOLD: list[Message] = [
    CutOff(), Live(), Panels(True, False), Panels(False, True), Panels(True, True),
    Held("hold"), Held(None), Held("o_score:1"),
    Happened("ticket.called", {"window": "3"}), Happened("ticket.called", {"window": "5"}),
    Notified("screen", screen_told()), Notified("screen", screen_told(check=CHECK)),
    Notified("screen", screen_told(check={**CHECK, "state": "lost"})),
    Notified("screen", screen_told(signature={"form": "F1"}, message={"text": "你好"})),
    Notified("screen", {"window": "3"}), Notified("card", {"window": "3"}), Notified("x", {}),
    Mirrored("", size=(1920, 1080)), Mirrored("stale", "停", "still"), Mirrored("", size=(1, 9)),
    Previewed((640, 480)), Previewed((0, 0), "坏", "broken"),
    Drawn("o_sign", True, 1, 2), Drawn("o_sign", False, 999, 1000),
    Refused("facts", "safe_mode", "安全", "safe"), Refused("facts", "failed", "不", "no"),
    Answered("windows", []), Answered("items", {"items": []}), Answered("reasons", []),
    Answered("reasons", [{"id": "slow", "words": {"zh": "慢", "en": "slow"}}]),
    Answered("items", {"items": [{"id": "B1", "name": {"zh": "申报", "en": "Return"}}]}),
    Answered("windows", [{"id": "3", "name": None}, {"id": "5", "name": None}]),
    Answered("glass", None), Answered("nobody", None), Unknown("nobody"),
    Refused("nobody", "failed", "", ""),
]  # fmt: skip
ANSWERS: list[Any] = [
    lambda name: Answered(name, {"events": []}),
    lambda name: Answered(
        name, {"events": [{"type": "rating.given", "data": {"bad": True, "number": "A061"}}]}
    ),
    lambda name: Refused(name, "too_soon", "不行", "no"),
    Unknown,
]
STEP = st.one_of(
    st.tuples(st.just("press"), st.integers(0, 60)),
    st.tuples(st.just("press"), st.integers(0, 60)),
    st.tuples(st.just("blind"), st.sampled_from([
        "next", "finish", "to_window:5", "make_form", "o_signed", "o_confirm", "o_score:1",
        "o_reason:slow", "o_taken", "o_key:A", "tick:3", "tick:99", "digit:1", "leaf:7", "sign",
        "open_as", "return:A1", "say:x", "scan_as:other", "withdraw", "o_hold:phone", "days:5",
    ])),
    st.tuples(st.just("type"), st.sampled_from([*"19ab", "escape", "backspace", "return", "ü"])),
    st.tuples(st.just("answer"), st.integers(0, len(ANSWERS) - 1)),
    st.tuples(st.just("tell"), st.integers(0, len(TOLD) - 1)),
    st.tuples(st.just("show"), st.integers(0, len(SHOWS) - 1)),
    st.tuples(st.just("wait"), st.sampled_from([0.1, 0.5, 3.0, 31.0, 5000.0])),
)  # fmt: skip
INNER, OUTER = look(LAYOUTS["inner"]["21in"]), look(LAYOUTS["outer"]["21in"])


class Anybody:
    """Presses what is there and what is not; the hall answers sooner or later."""

    def __init__(self) -> None:
        self.screen, self.now_s = DeskScreen("3"), 1000.0
        self.model = self.screen.first
        self.commands: list[Command] = []
        self.on_way: list[str] = []
        self.presses = 0
        for message in (Live(), facts()):
            self.take(message)

    def take(self, message: Message) -> list[Command | Ask]:
        self.model, requests = self.screen.update(self.model, message, self.now_s)
        return list(requests)

    def press(self, area: str) -> None:
        self.presses += 1
        token = f"token-{self.presses}"
        busy, known = self.model.busy, self.model.known
        requests = self.take(Pressed(area, token))
        assert len(requests) <= 1
        for one in requests:
            # Only to a hall that is there; never two on their way but for a scan, or to cover.
            assert known
            assert not busy or one.method == "document.scan" or area in COVERS
            self.on_way.append(one.name)
            if isinstance(one, Command):
                assert one.command_id == token
                self.commands.append(one)

    def do(self, what: str, which: Any) -> None:
        match what:
            case "press":
                areas = [
                    one.id for one in (*self.screen.inner(self.model, INNER).areas,
                                       *self.screen.outer(self.model, OUTER).areas)
                ]  # fmt: skip
                if areas:
                    self.press(areas[which % len(areas)])
            case "blind":
                self.press(which)
            case "type":
                assert not self.take(Typed(which))
            case "wait":
                self.now_s += which
            case "show":
                self.take(facts(**SHOWS[which]))
            case "tell":
                found = self.take(TOLD[which])
                assert not [one for one in found if isinstance(one, Command)]
            case "answer":
                if self.on_way:
                    self.take(ANSWERS[which](self.on_way.pop(0)))
        assert not [one for one in self.take(Tick()) if isinstance(one, Command)]


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(STEP, max_size=30))
def test_whatever_happens_there_are_two_pictures_and_the_next_person_finds_the_window_as_usual(
    steps: list[tuple[str, Any]],
) -> None:
    anybody = Anybody()
    for what, which in steps:
        anybody.do(what, which)
        assert anybody.screen.inner(anybody.model, INNER).ops
        assert anybody.screen.outer(anybody.model, OUTER).ops
        if not anybody.model.known:
            assert page_of(anybody.model) in {"cut_off", "starting"}
    ids = [one.command_id for one in anybody.commands]
    assert len(ids) == len(set(ids))
    # What was on its way is answered, everybody leaves, the line breaks and is back.
    for name in anybody.on_way:
        anybody.take(Unknown(name))
    end: list[Message] = [
        CutOff(), Held(None), Panels(True, True), Live(), facts(), Mirrored("lost"), Tick(),
        Notified("screen", screen_told()), Notified("card", {"window": "3"}),
    ]  # fmt: skip
    for message in end:
        anybody.take(message)
    anybody.now_s += 100
    for _ in range(2):
        anybody.take(Tick())
    assert anybody.model.busy == ""
    assert page_of(anybody.model) == "open"
    usual = Anybody()
    usual.take(Notified("screen", screen_told()))
    for view, panel in ((anybody.screen.inner, INNER), (anybody.screen.outer, OUTER)):
        assert [one.id for one in view(anybody.model, panel).areas] == [
            one.id for one in view(usual.model, panel).areas
        ]
