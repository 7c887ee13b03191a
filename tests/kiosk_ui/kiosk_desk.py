"""The kiosk as ``hall-screen`` runs it, on glass that a test touches, with a hall that it plays."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any, Literal

from kiosk_ui.app import Runner
from kiosk_ui.kiosk.made_up import CATEGORIES, ITEMS
from kiosk_ui.kiosk.model import KioskModel, Page
from kiosk_ui.kiosk.pages.trouble import front
from kiosk_ui.kiosk.screen import KioskScreen
from kiosk_ui.kiosk.states import facts
from kiosk_ui.link import Link
from kiosk_ui.messages import Message
from kiosk_ui.ops import Picture
from kiosk_ui.panel import Panel
from kiosk_ui.touch import Contact
from tests.kiosk_ui.kiosk_at_hand import PANEL
from tests.kiosk_ui.looks import look

__all__ = ["Desk", "Glass", "PlayedHall"]


class Glass:
    """A display without a window: contacts go in."""

    def __init__(self, panel: Panel) -> None:
        self.panel = panel
        self.closed = False
        self.touched: list[Contact] = []

    def show(self, picture: Picture) -> bool:
        """Take a picture."""
        return True

    def contacts(self) -> list[Contact]:
        """Return what touched it."""
        found, self.touched = self.touched, []
        return found

    def news(self) -> list[Message]:
        """Nothing is unpacked beside it."""
        return []

    def wait(self, link: int | None) -> None:
        """The test turns the loop."""
        raise AssertionError("the test turns the loop itself")


class PlayedHall:
    """The daemon's end of the socket: answers what is asked, counts a command's id once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        #: Tickets by the command that took them, in order.
        self.tickets: dict[str, str] = {}
        self.takes = 0
        #: What is left without an answer, and what is refused.
        self.silent: set[str] = set()
        self.refused: dict[str, str] = {}
        self.show: dict[str, Any] = {}
        self.owed_by: str | None = None
        #: With the hub, where that is another Pi.
        self.trouble = ""
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self._server: socket.socket | None = None
        self._lines: list[tuple[socket.socket, bytearray]] = []

    def start(self) -> None:
        """Listen."""
        self.path.unlink(missing_ok=True)
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(self.path))
        self._server.listen()
        self._server.setblocking(False)

    def kill(self) -> None:
        """Be gone, in the middle of whatever it is."""
        for line, _ in self._lines:
            line.close()
        self._lines = []
        if self._server is not None:
            self._server.close()
            self._server = None
        self.path.unlink(missing_ok=True)

    def serve(self) -> None:
        """Read what came, and answer it."""
        if self._server is None:
            return
        try:
            line, _ = self._server.accept()
            line.setblocking(False)
            self._lines.append((line, bytearray()))
        except BlockingIOError:
            pass
        for line, came in self._lines:
            try:
                while data := line.recv(65_536):
                    came.extend(data)
            except BlockingIOError:
                pass
            *whole, rest = came.split(b"\n")
            came[:] = rest
            for one in whole:
                self._answer(line, json.loads(one))

    def tell(self, method: str, params: object) -> None:
        """Send a notification."""
        for line, _ in self._lines:
            self._write(line, {"jsonrpc": "2.0", "method": method, "params": params})

    def _write(self, line: socket.socket, message: object) -> None:
        line.setblocking(True)
        line.sendall(json.dumps(message).encode() + b"\n")
        line.setblocking(False)

    def _answer(self, line: socket.socket, request: dict[str, Any]) -> None:
        method, params = request["method"], request.get("params") or {}
        self.heard.append((method, params))
        self.note(method, params)
        if method in self.silent:
            return
        head = {"jsonrpc": "2.0", "id": request["id"]}
        if method in self.refused:
            code = self.refused[method]
            data = {"code": code, "zh": f"不行：{code}。", "en": f"No: {code}."}
            self._write(line, {**head, "error": {"code": 1, "message": "no", "data": data}})
            return
        self._write(line, {**head, "result": self.result(method, params)})

    def note(self, method: str, params: dict[str, Any]) -> None:
        """Take down what was asked, whatever the answer will be."""
        if method == "ticket.take":
            self.takes += 1
            if method not in self.refused:
                self.tickets.setdefault(params["command_id"], f"A{len(self.tickets) + 61:03}")

    def result(self, method: str, params: dict[str, Any]) -> object:
        """Return the answer to a question or a command."""
        match method:
            case "subscribe" if self.trouble:
                return {"last_seq": 1, "hub": self.trouble}
            case "kiosk.show":
                return facts(**self.show).result
            case "category.list":
                return CATEGORIES
            case "item.list":
                return {"items": ITEMS}
            case "item.show":
                return {
                    **next(one for one in ITEMS if one["id"] == params["item"]),
                    "refused": None,
                }
            case "ticket.take":
                return self._taken(params)
            case "ticket.show":
                return {"number": params["number"], "paper": {"owed_by": self.owed_by}}
            case "card.watch":
                return {"card": False, "there": False}
        return {}

    def _taken(self, params: dict[str, Any]) -> object:
        data = {"number": self.tickets[params["command_id"]], "item": params["item"], "ahead": 3,
                "estimate_s": 300, "origin": params["origin"]}  # fmt: skip
        return {"events": [{"type": "ticket.issued", "data": data}]}


class Desk:
    """The kiosk, its glass, its hall; time passes only when the test lets it."""

    def __init__(self, folder: Path, panel: Panel = PANEL) -> None:
        self.now_s = 1000.0
        self.glass = Glass(panel)
        self.hall = PlayedHall(folder / "hall.sock")
        self.link = Link(self.hall.path, lambda: self.now_s, by="screen-kiosk")
        numbers = iter(range(10_000))
        self.runner: Runner[KioskModel] = Runner(
            KioskScreen("kiosk-1"), self.glass, self.link, look(panel),
            clock=lambda: self.now_s, token=lambda: f"token-{next(numbers)}",
        )  # fmt: skip

    def close(self) -> None:
        """Hang up."""
        self.link.close()
        self.hall.kill()

    def opened(self) -> Desk:
        """Start the hall, and wait until its start page is there."""
        self.hall.start()
        self.pass_s(1)
        assert "请选择要办理的业务" in self.text()
        return self

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

    def where(self, area: str) -> tuple[int, int]:
        """Return the middle of an area that is on the picture."""
        picture = self.runner.picture
        assert picture is not None
        rects = [one.rect for one in picture.areas if one.id == area]
        assert rects, f"{area} is not there: {[one.id for one in picture.areas]}"
        return rects[-1].x + rects[-1].w // 2, rects[-1].y + rects[-1].h // 2

    def finger(
        self, kind: Literal["down", "move", "up"], place: tuple[int, int], finger: int = 1
    ) -> None:
        """Touch; the loop has a turn."""
        self.glass.touched.append(Contact(kind, finger, *place))
        self.turn()

    def press(self, *areas: str, after_s: float = 0.5) -> None:
        """Press areas as people do."""
        for area in areas:
            self.turn(after_s)
            x, y = self.where(area)
            self.finger("down", (x, y))
            self.finger("up", (x + 3, y - 2))

    def shown(self) -> Page:
        """Return the page that stands in front."""
        return front(self.runner.model)

    def held(self) -> str | None:
        """Return what looks pressed."""
        return self.runner.model.held

    def text(self) -> str:
        """Return all that can be read."""
        picture = self.runner.picture
        assert picture is not None
        return "".join(picture.texts())

    def asked(self, method: str) -> list[dict[str, Any]]:
        """Return the parameters of all questions of one kind."""
        return [params for name, params in self.hall.heard if name == method]
