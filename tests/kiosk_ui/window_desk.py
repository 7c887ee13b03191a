"""The pair at a window as ``hall-screen`` runs it: fingers on two panels, keys, a hall it plays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from kiosk_ui.link import Link
from kiosk_ui.messages import Message
from kiosk_ui.ops import Picture, TouchArea
from kiosk_ui.pair import PairRunner
from kiosk_ui.panel import Panel
from kiosk_ui.states import LAYOUTS
from kiosk_ui.touch import SETTLE_S, Contact
from kiosk_ui.window.desk import DeskScreen
from kiosk_ui.window.model import DeskModel
from kiosk_ui.window.outer.view import page_of
from kiosk_ui.window.states import facts
from tests.kiosk_ui.kiosk_desk import PlayedHall
from tests.kiosk_ui.looks import look

__all__ = [
    "INNER",
    "OUTER",
    "PlayedWindow",
    "TwoGlasses",
    "WindowDesk",
    "desk_at",
    "opened",
    "screen_told",
]

INNER, OUTER = 0, 1
QUESTIONS = frozenset({
    "subscribe", "window.show", "screen.watch", "card.watch", "rating.reasons", "window.mirror",
    "window.list", "item.list", "notice.list",
})  # fmt: skip


def screen_told(**other: Any) -> dict[str, Any]:
    """Return what ``screen.watch`` answers at window 3."""
    found = {
        "window": "3", "message": None, "check": None, "signature": None,
        "mirror": {"state": "show", "title": "", "hide": []},
    }  # fmt: skip
    return {**found, **other}


class TwoGlasses:
    """A display without windows: contacts and keys go in."""

    def __init__(self, panels: tuple[Panel, Panel]) -> None:
        self.panels = panels
        self.closed = False
        self.plugged: tuple[bool, ...] = (True, True)
        self.touched: list[tuple[int, Contact]] = []
        self.keys: list[str] = []
        self.shown: tuple[Picture, Picture] | None = None

    def show(self, pictures: tuple[Picture, Picture]) -> bool:
        """Take the pictures."""
        self.shown = pictures
        return True

    def contacts(self) -> list[tuple[int, Contact]]:
        """Return what touched it."""
        found, self.touched = self.touched, []
        return found

    def typed(self) -> list[str]:
        """Return the keys that were pressed."""
        found, self.keys = self.keys, []
        return found

    def there(self) -> tuple[bool, ...]:
        """Say of each whether it is plugged in."""
        return self.plugged

    def wait(self, link: int | None) -> None:
        """The test turns the loop."""
        raise AssertionError("the test turns the loop itself")


class PlayedWindow(PlayedHall):
    """The daemon's end: answers questions, notes commands. ``show`` changes ``window.show``."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.shared = screen_told()
        self.commands: list[tuple[str, dict[str, Any]]] = []
        self.events: list[dict[str, Any]] = []
        #: ``notice.list``, and where the clerk's PC is.
        self.notices: list[dict[str, Any]] = []
        self.mirror: dict[str, Any] | None = None
        self.items = [
            {"id": f"B{n:02}", "initials": initials, "name": {"zh": zh, "en": en}}
            for n, (zh, en, initials) in enumerate(
                [("增值税申报", "VAT return", "zzssb")] * 11
                + [("社保费申报", "Social insurance", "sbfsb")], 1,
            )
        ]  # fmt: skip

    def note(self, method: str, params: dict[str, Any]) -> None:
        """Take down what is no question."""
        if method not in QUESTIONS:
            self.commands.append((method, params))

    def result(self, method: str, params: dict[str, Any]) -> object:
        """Return the answer to a question, or the events of a command."""
        match method:
            case "window.show":
                return facts(**self.show).result
            case "screen.watch":
                return self.shared
            case "window.list":
                return [{"id": str(n), "name": {"zh": f"{n}号窗口", "en": f"Window {n}"}}
                        for n in range(1, 13)]  # fmt: skip
            case "item.list":
                return {"items": self.items}
            case "rating.reasons":
                return [{"id": "slow", "words": {"zh": "慢", "en": "Slow"}}]
            case "notice.list":
                return {"notices": self.notices}
            case "window.mirror":
                return self.mirror
        return {"events": self.events}

    def happened(self, kind: str = "ticket.called", **data: Any) -> None:
        """Tell an event of the journal."""
        self.tell("event", {"type": kind, "seq": 1, "data": {"window": "3", **data}})

    def screen(self, **other: Any) -> None:
        """Tell both screens what they share now."""
        self.shared = screen_told(**other)
        self.tell("screen", {"change": "check", **self.shared})


class WindowDesk:
    """Window 3's pair and its hall; time passes only when the test lets it."""

    def __init__(self, folder: Path, language: str = "en", *, keypad: bool = False) -> None:
        self.now_s = 1000.0
        panels = LAYOUTS["inner"]["21in"], LAYOUTS["outer"]["21in"]
        self.glass = TwoGlasses(panels)
        self.hall = PlayedWindow(folder / "hall.sock")
        self.link = Link(self.hall.path, lambda: self.now_s, by="screen-window-3")
        self.beside: list[Message] = []
        numbers = iter(range(10_000))
        self.runner: PairRunner[DeskModel] = PairRunner(
            DeskScreen("3", keypad=keypad), self.glass, self.link,
            (look(panels[0], language=language), look(panels[1], language="zh")),
            beside=lambda _: [self.beside.pop(0)] if self.beside else [],
            clock=lambda: self.now_s, token=lambda: f"token-{next(numbers)}",
        )  # fmt: skip

    def close(self) -> None:
        """Hang up."""
        self.link.close()
        self.hall.kill()

    @property
    def model(self) -> DeskModel:
        """What both screens know."""
        return self.runner.model

    def known(self) -> bool:
        """Say whether both screens have what is so now."""
        return self.model.known

    def turn(self, seconds: float = 0.05) -> None:
        """Let time pass; turn the loop once before and once after the hall's answer."""
        self.now_s += seconds
        self.runner.turn()
        self.hall.serve()
        self.runner.turn()

    def pass_s(self, seconds: float) -> None:
        """Let time pass, with turns of the loop."""
        for _ in range(round(seconds * 10)):
            self.turn(0.1)

    def shows(self, **show: Any) -> None:
        """The hall has other facts, and an event says so."""
        self.hall.show = show
        self.hall.happened()
        self.pass_s(0.3)

    # ---- what people see

    def menu(self) -> str:
        """Return what the clerk has opened."""
        return self.model.menu.kind if self.model.menu is not None else ""

    def english(self) -> bool:
        """Say whether the taxpayer reads English."""
        return self.model.english

    def picture(self, panel: int) -> Picture:
        """Return one of the two pictures."""
        assert self.glass.shown is not None
        return self.glass.shown[panel]

    def text(self, panel: int) -> str:
        """Return all that can be read on it."""
        return "".join(self.picture(panel).texts())

    def page(self) -> str:
        """Return which page the taxpayer sees."""
        return page_of(self.model)

    def areas(self, panel: int) -> dict[str, TouchArea]:
        """Return what can be touched, by its id."""
        return {one.id: one for one in self.picture(panel).areas}

    def where(self, panel: int, area: str) -> tuple[int, int]:
        """Return the middle of an area that is there."""
        found = self.areas(panel)
        assert area in found, f"{area} is not there: {list(found)}"
        rect = found[area].rect
        return rect.x + rect.w // 2, rect.y + rect.h // 2

    # ---- what people do

    def finger(
        self, panel: int, kind: Literal["down", "move", "up"], place: tuple[int, int],
        finger: int = 1,
    ) -> None:  # fmt: skip
        """Touch; the loop has a turn."""
        self.glass.touched.append((panel, Contact(kind, finger, *place)))
        self.turn()

    def touch(self, panel: int, *areas: str) -> None:
        """Press areas, one after the other, each after the page has settled."""
        for area in areas:
            self.turn(SETTLE_S)
            place = self.where(panel, area)
            self.finger(panel, "down", place)
            self.finger(panel, "up", place)

    def keys(self, *keys: str) -> None:
        """Press keys, a turn each."""
        for key in keys:
            self.glass.keys.append(key)
            self.turn()

    def commanded(self) -> list[tuple[str, dict[str, Any]]]:
        """Return and forget the commands that the hall got: method and parameters, without ids."""
        found, self.hall.commands = self.hall.commands, []
        own = {"command_id", "by"}
        return [(m, {k: v for k, v in p.items() if k not in own}) for m, p in found]


@contextmanager
def desk_at(folder: Path, **show: Any) -> Iterator[WindowDesk]:
    """Open a desk whose hall answers with ``show``; both screens know it."""
    with opened(WindowDesk(folder), show) as desk:
        yield desk


@contextmanager
def opened(desk: WindowDesk, show: dict[str, Any]) -> Iterator[WindowDesk]:
    """Open this desk; its hall answers with ``show``."""
    try:
        desk.hall.show = show
        desk.hall.start()
        desk.pass_s(1)
        assert desk.model.known, desk.text(INNER)
        desk.commanded()
        yield desk
    finally:
        desk.close()
