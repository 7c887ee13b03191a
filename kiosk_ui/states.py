"""The states of every screen: what the gallery draws and the tests look at. One entry a screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from kiosk_ui.look import Look
from kiosk_ui.ops import Picture
from kiosk_ui.panel import Panel

__all__ = ["LAYOUTS", "State", "states"]

#: The panels that each screen is looked at on: pixels and millimetres, as makers state them.
LAYOUTS: dict[str, dict[str, Panel]] = {
    "wall": {
        "55in": Panel(1920, 1080, 1210, 680),
        "32in-1280": Panel(1280, 720, 708, 398),
        "24in": Panel(1920, 1080, 531, 299),
        "86in-4k": Panel(3840, 2160, 1895, 1066),
        "55in-upright": Panel(1920, 1080, 1210, 680, 90),
        "43in-4k-upright": Panel(3840, 2160, 941, 529, 270),
    },
    "kiosk": {
        "21in": Panel(1920, 1080, 476, 268),
        "15in": Panel(1920, 1080, 344, 194),
        "19in-1280": Panel(1280, 1024, 376, 301),
        "21in-upright": Panel(1920, 1080, 476, 268, 90),
        "32in-upright": Panel(1920, 1080, 708, 398, 270),
        "27in-4k": Panel(3840, 2160, 597, 336),
    },
    "inner": {
        "21in": Panel(1920, 1080, 476, 268),
        "19in-1280": Panel(1280, 1024, 376, 301),
        "14in-1366": Panel(1366, 768, 310, 174),
    },
    "outer": {
        "21in": Panel(1920, 1080, 476, 268),
        "19in-1280": Panel(1280, 1024, 376, 301),
        "10in-1280": Panel(1280, 800, 217, 136),
    },
}


@dataclass(frozen=True, slots=True)
class State:
    """A screen's state: ``draw`` makes its picture."""

    screen: str
    name: str
    draw: Callable[[Look], Picture]


def states(screen: str | None = None) -> Iterator[State]:
    """Yield every state of every screen, or of one."""
    if screen in {None, "wall"}:
        from kiosk_ui.wall.states import wall_states
        from kiosk_ui.wall.view import view

        for name, model in wall_states().items():
            yield State("wall", name, partial(view, model))
    if screen in {None, "kiosk"}:
        from kiosk_ui.kiosk.states import kiosk_states
        from kiosk_ui.kiosk.view import view as kiosk_view

        for name, seen in kiosk_states().items():
            yield State("kiosk", name, partial(kiosk_view, seen))
    if screen in {None, "inner", "outer"}:
        from kiosk_ui.window.inner.view import inner
        from kiosk_ui.window.outer.view import outer
        from kiosk_ui.window.states import desk_states

        for kind, one_view in (("inner", inner), ("outer", outer)):
            if screen in {None, kind}:
                for name, at_desk in desk_states().items():
                    yield State(kind, name, partial(one_view, at_desk))
