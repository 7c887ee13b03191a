"""A page changes once for one key: neither for a quick command's way, nor by halves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kiosk_ui.messages import Answered, Happened, Pressed, Tick
from kiosk_ui.ops import Picture
from kiosk_ui.window.desk import DeskScreen
from kiosk_ui.window.states import desk_after, ticket
from tests.kiosk_ui.window_desk import INNER, OUTER, desk_at, screen_told

SERVING: dict[str, Any] = {"ticket": ticket()}
#: When the last message of ``desk_after`` came.
NOW_S = 1004.0
HIDDEN = {"mirror": {"state": "blank", "title": "", "hide": []}, "message": {"text": "wait"}}


@pytest.mark.parametrize(("took_s", "pages"), [(0.09, 0), (0.1, 1)])
def test_buttons_rest_only_where_a_command_is_slow(took_s: float, pages: int) -> None:
    screen, before = DeskScreen("3"), desk_after(**SERVING)
    model, _ = screen.update(before, Pressed("finish", "t"), NOW_S)
    seen = [before]
    for now_s in (NOW_S, NOW_S + took_s):
        model, _ = screen.update(model, Tick(), now_s)
        seen += [model] if model != seen[-1] else []
    assert len(seen) == 1 + pages
    answered = Answered("window.finish", {"events": []})
    for message in (answered, Tick()):
        model, _ = screen.update(model, message, NOW_S + took_s)
    assert (model.busy, model.rests) == ("", False)


def test_both_panels_change_once_when_what_follows_comes_at_once(tmp_path: Path) -> None:
    with desk_at(tmp_path, **SERVING) as desk:
        assert "A061" in desk.text(OUTER)
        pictures: list[tuple[Picture, Picture]] = []
        desk.hall.show = {"ticket": None}
        desk.hall.screen(**HIDDEN)
        desk.hall.happened("service.finished")
        for _ in range(4):
            desk.runner.turn()
            desk.hall.serve()
            assert desk.glass.shown is not None
            if not pictures or desk.glass.shown != pictures[-1]:
                pictures.append(desk.glass.shown)
        assert len(pictures) == 2
        assert "A061" not in desk.text(INNER)
        assert "wait" in desk.text(OUTER)


def test_a_panel_waits_no_longer_than_that_for_a_hall_that_is_slow(tmp_path: Path) -> None:
    with desk_at(tmp_path, **SERVING) as desk:
        desk.hall.silent = {"window.show"}
        desk.hall.screen(**HIDDEN)
        desk.hall.happened("service.finished")
        desk.runner.turn()
        assert "wait" not in desk.text(OUTER)
        desk.now_s += 0.031
        desk.runner.turn()
        assert "wait" in desk.text(OUTER)


def test_what_a_clerk_hides_is_hidden_at_once(tmp_path: Path) -> None:
    with desk_at(tmp_path, **SERVING) as desk:
        desk.hall.silent = {"window.show"}
        desk.hall.tell("screen", {"change": "mirror", **screen_told(**HIDDEN)})
        desk.runner.turn()
        assert "wait" in desk.text(OUTER)


def test_events_without_end_do_not_hold_the_page() -> None:
    screen, model = DeskScreen("3"), desk_after(**SERVING)
    held = []
    for n in range(10):
        event = Happened("rating.given", {"window": "3"}, n)
        model, _ = screen.update(model, event, NOW_S + n / 80)
        held.append(screen.holds(model, NOW_S + n / 80))
    assert held == [True] * 3 + [False] * 7
