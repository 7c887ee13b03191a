"""The loop of a screen: touches and messages go into its model, pictures come out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import pygame
import pytest

from kiosk_ui.app import Runner
from kiosk_ui.draft import Draft
from kiosk_ui.link import Link
from kiosk_ui.look import Look
from kiosk_ui.messages import Command, Held, Message, Pressed, Request, Tick, Unknown
from kiosk_ui.ops import Picture, Rect
from kiosk_ui.panel import Panel
from kiosk_ui.shell import Shell
from tests.kiosk_ui.looks import look

PANEL = Panel(400, 300, 400, 300)
BUTTON = Rect(100, 100, 200, 100)


@dataclass(frozen=True, slots=True)
class Model:
    pressed: int = 0
    held: bool = False
    unknown: bool = False


@dataclass(slots=True)
class Button:
    """A screen with one button; it counts how often it was drawn."""

    first: Model = field(default_factory=Model)
    views: int = 0
    ticks: int = 0

    def update(
        self, model: Model, message: Message, now_s: float
    ) -> tuple[Model, Sequence[Request]]:
        match message:
            case Pressed("take", token):
                order = Command("take", "ticket.take", token, {"item": "F01"})
                return replace(model, pressed=model.pressed + 1), [order]
            case Held(area):
                return replace(model, held=area == "take"), ()
            case Unknown():
                return replace(model, unknown=True), ()
            case Tick():
                self.ticks += 1
        return model, ()

    def view(self, model: Model, look: Look) -> Picture:
        self.views += 1
        draft = Draft(look)
        colour = draft.colours.accent if model.held else draft.colours.button
        draft.button("take", BUTTON, f"取号 {model.pressed}", colour=colour)
        return draft.picture()


class Desk:
    """The runner on a window that nobody sees, with fingers of the test."""

    def __init__(self, path: Path) -> None:
        self.now_s = 50.0
        self.screen = Button()
        self.shell = Shell(PANEL, look().faces, position=(0, 0))
        self.link = Link(path, lambda: self.now_s)
        self.tokens = (f"token-{n}" for n in range(99))
        self.runner: Runner[Model] = Runner(
            self.screen, self.shell, self.link, look(PANEL),
            clock=lambda: self.now_s, token=lambda: next(self.tokens),
        )  # fmt: skip
        self.runner.turn()
        pygame.event.clear()

    def finger(self, kind: Literal["down", "up"], x: int, y: int, finger: int = 1) -> None:
        name = pygame.FINGERDOWN if kind == "down" else pygame.FINGERUP
        place: dict[str, Any] = {"x": x / 400, "y": y / 300, "dx": 0.0, "dy": 0.0, "pressure": 1.0}
        pygame.event.post(pygame.Event(name, touch_id=1, finger_id=finger, **place))
        self.runner.turn()

    def close(self) -> None:
        self.link.close()
        self.shell.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "nobody.sock")
    yield desk
    desk.close()


def colour_at_the_edge(desk: Desk) -> tuple[int, ...]:
    return tuple(desk.shell.window_surface.get_at((105, 150)))[:3]


def test_a_finger_presses_a_button_and_is_seen_to(desk: Desk) -> None:
    before = colour_at_the_edge(desk)
    desk.finger("down", 200, 150)
    assert desk.runner.model.held
    assert colour_at_the_edge(desk) != before
    desk.finger("up", 210, 155)
    assert desk.runner.model == Model(pressed=1)
    assert colour_at_the_edge(desk) == before
    assert desk.runner.picture is not None
    assert list(desk.runner.picture.texts()) == ["取号 1"]


def test_time_passes_with_each_turn(desk: Desk) -> None:
    before = desk.screen.ticks
    for _ in range(3):
        desk.runner.turn()
    assert desk.screen.ticks == before + 3


def test_each_press_has_an_id_of_its_own_that_its_command_keeps(desk: Desk) -> None:
    for _ in range(2):
        desk.finger("down", 200, 150)
        desk.finger("up", 200, 150)
    assert list(desk.link._commands) == ["token-0", "token-1"]


def test_several_fingers_press_once(desk: Desk) -> None:
    for finger in (1, 2, 3):
        desk.finger("down", 150 + 30 * finger, 150, finger)
    for finger in (3, 1, 2):
        desk.finger("up", 150 + 30 * finger, 150, finger)
    assert desk.runner.model.pressed == 1


def test_the_mouse_presses_as_a_finger_does(desk: Desk) -> None:
    for kind in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
        pygame.event.post(pygame.Event(kind, pos=(200, 150), button=1, touch=False))
        desk.runner.turn()
    assert desk.runner.model.pressed == 1


def test_no_key_and_no_other_button_does_anything(desk: Desk) -> None:
    for event in (
        pygame.Event(pygame.KEYDOWN, key=pygame.K_F4, mod=pygame.KMOD_ALT, unicode=""),
        pygame.Event(pygame.MOUSEBUTTONDOWN, pos=(200, 150), button=3, touch=False),
        pygame.Event(pygame.MOUSEBUTTONUP, pos=(200, 150), button=3, touch=False),
        pygame.Event(pygame.DROPFILE, file="x"),
    ):
        pygame.event.post(event)
        desk.runner.turn()
    assert desk.runner.model == Model()
    assert not desk.shell.closed


def test_a_page_is_made_only_when_its_model_is_another(desk: Desk) -> None:
    for _ in range(50):
        desk.runner.turn()
    assert desk.screen.views == 1


def test_a_command_that_nobody_answers_reaches_the_page(desk: Desk) -> None:
    desk.finger("down", 200, 150)
    desk.finger("up", 200, 150)
    desk.now_s += 31
    desk.runner.turn()
    assert desk.runner.model.unknown


def test_what_somebody_else_drew_over_is_drawn_again(desk: Desk) -> None:
    desk.shell.window_surface.fill((1, 2, 3))
    pygame.event.post(pygame.Event(pygame.WINDOWEXPOSED))
    desk.runner.turn()
    assert colour_at_the_edge(desk) != (1, 2, 3)


def test_a_window_that_is_closed_ends_the_screen(desk: Desk) -> None:
    desk.shell._windowed = True
    pygame.event.post(pygame.Event(pygame.QUIT))
    desk.runner.run(lambda: False)
    assert desk.shell.closed


def test_a_screen_ends_when_it_is_told_to(desk: Desk) -> None:
    answers = [True, False, False]
    desk.runner.run(answers.pop)
    assert answers == []
