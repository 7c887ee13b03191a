"""What is kept of the clerk's page from one second to the next is never another page's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kiosk_ui.both import Both
from kiosk_ui.ops import Picture
from kiosk_ui.states import LAYOUTS
from kiosk_ui.window.inner.view import inner
from kiosk_ui.window.model import DeskModel, Menu, Signing
from kiosk_ui.window.states import desk_states
from tests.kiosk_ui.looks import look

PANEL = LAYOUTS["inner"]["21in"]


def alone(model: DeskModel, language: str) -> Picture:
    on = look(PANEL, "normal", language)
    on.faces.kept.clear()
    return inner(model, on)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_page_after_any_other_is_the_same_as_alone(language: str) -> None:
    states = desk_states()
    for name, model in states.items():
        shared = replace(model.shared, message="请出示材料 A paper, please", signing=Signing("1"))
        changes: tuple[dict[str, Any], ...] = (
            {"seconds": model.seconds + 1}, {"seconds": 100_000}, {"held": "hold"},
            {"ticked": frozenset({0})}, {"told": Both("完成", "Done")}, {"rests": True},
            {"menu": Menu("message")}, {"shared": shared}, {"outer_there": False}, {"minute": None},
            {"shared": shared, "menu": Menu("message")}, {"card": None}, {"live": False}, {},
        )  # fmt: skip
        for change in changes:
            other = replace(model, **change)
            wanted = alone(other, language)
            inner(model, look(PANEL, "normal", language))
            assert inner(other, look(PANEL, "normal", language)) == wanted, (name, change)


def test_a_second_more_leaves_all_but_the_time_as_it_is() -> None:
    model, on = desk_states()["serving"], look(PANEL)
    before = {id(op) for op in inner(model, on).ops}
    after = inner(replace(model, seconds=model.seconds + 1), on)
    new = [op for op in after.ops if id(op) not in before]
    assert len(new) < len(after.ops) / 4


def test_nothing_of_a_person_is_kept_when_the_hall_is_gone() -> None:
    model, on = desk_states()["serving"], look(PANEL)
    inner(model, on)
    inner(replace(model, live=False), on)
    assert model.ticket is not None
    assert model.ticket.number not in repr(list(on.faces.kept.values()))
