"""A busy hall that nobody runs, behind a real socket: what a wall sees of it in weeks, in minutes.

It answers what the wall asks as ``halld`` does (docs/interfaces.md) and tells of each call, by a
clock that is given to it. It opens at 09:00 and closes at 17:30 with every number; 1,450 are called
in between, every ninth twice, by 32 windows of which some have a break.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

__all__ = ["CALLS", "MadeUpHall"]

CALLS, WINDOWS = 1450, 32
OPENS_S, CLOSES_S = 9 * 3600, 17.5 * 3600
_EVERY_S = (CLOSES_S - OPENS_S - 600) / CALLS
_DAY_S = 86_400
_AT_ONCE = 65_536

_CATEGORIES = (
    ("税务登记", "Tax registration"), ("申报征收", "Filing and collection"),
    ("税收优惠", "Tax benefits"), ("发票办理", "Invoices"), ("证明开具", "Certificates"),
    ("咨询信用投诉", "Advice, credit and complaints"), ("退税与文书", "Refunds and documents"),
)  # fmt: skip
_NOTICES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("60周岁以上老年人、残疾人和A级纳税人可到导税台优先取号，请提前备齐资料。", ()),
    ("收费标准", ("开具完税证明 | 免费", "材料复印 | 0.20元/张", "证照邮寄（市内） | 12.00元")),
    ("月底人多，请错峰办理，也可登录电子税务局办理。", ()),
)

Event = tuple[float, str, dict[str, Any]]


def _one_day() -> Iterator[Event]:
    """Yield what happens on a day, by the seconds since its midnight; in no order."""
    yield OPENS_S, "day.opened", {}
    yield CLOSES_S, "day.closed", {}
    for n in range(CALLS):
        at_s, window = OPENS_S + 60 + n * _EVERY_S, str(n * 5 % WINDOWS + 1)
        here = {"number": f"A{n + 1:03}", "window": window}
        yield at_s, "ticket.called", here
        if n % 9 == 4:
            yield at_s + 14, "ticket.recalled", here
        end_s = at_s + _EVERY_S * (WINDOWS - 1) - n % 7
        if n % 13 == 6:
            yield at_s + 95, "ticket.missed", here
        else:
            yield at_s + 20 + n % 17, "service.started", {**here, "auto": n % 3 == 0}
            yield end_s, "service.finished", here


class MadeUpHall:
    """The daemon's end of ``path``. ``clock`` in seconds; at 0 it is ``begins`` in the hall.

    ``turn`` accepts, answers and tells what has happened since the last one; ``hang_up`` is a
    daemon that was killed, and is back with the next turn. ``pictures`` are among the notices.
    """

    def __init__(
        self, path: Path, begins: datetime, clock: Callable[[], float],
        *, pictures: Sequence[Path] = (),
    ) -> None:  # fmt: skip
        self._clock, self._begins = clock, begins
        self._pictures = tuple(pictures)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        self._listener.listen()
        self._listener.setblocking(False)
        self._peer: socket.socket | None = None
        self._in = bytearray()
        self._coming = self._events()
        self._next = next(self._coming)
        #: Who is at which window: number, status, when it was called, whether it began by itself.
        self._held: dict[str, tuple[str, str, float, bool]] = {}
        self.open = False
        self.calls = 0
        self.seq = 0

    def close(self) -> None:
        """Be gone for good."""
        self.hang_up()
        self._listener.close()

    def hang_up(self) -> None:
        """Break the connection."""
        if self._peer is not None:
            self._peer.close()
            self._peer = None
        self._in.clear()

    def turn(self) -> None:
        """Do what is due."""
        now_s = self._clock()
        while self._next[0] <= now_s:
            self._happens(*self._next)
            self._next = next(self._coming)
        if self._peer is None:
            try:
                self._peer, _ = self._listener.accept()
            except BlockingIOError:
                return
            self._peer.setblocking(False)
        self._answer(self._peer)

    @property
    def came(self) -> set[str]:
        """The numbers whose person has come: a clerk said so."""
        return {
            number
            for number, status, _, auto in self._held.values()
            if status == "serving" and not auto
        }

    # ---- the hall

    def _events(self) -> Iterator[Event]:
        began = self._begins
        since_midnight = began - began.replace(hour=0, minute=0, second=0, microsecond=0)
        before_s = since_midnight.total_seconds()
        usual = sorted(_one_day(), key=lambda event: event[0])
        day = 0
        while True:
            for at_s, kind, data in usual:
                yield at_s + day * _DAY_S - before_s, kind, data
            day += 1

    def _happens(self, at_s: float, kind: str, data: dict[str, Any]) -> None:
        match kind:
            case "day.opened" | "day.closed":
                self.open = kind == "day.opened"
                self._held.clear()
            case "ticket.called" | "ticket.recalled":
                self.calls += kind == "ticket.called"
                self._held[data["window"]] = (data["number"], "called", at_s, False)
            case "service.started":
                _, _, called_s, _ = self._held[data["window"]]
                self._held[data["window"]] = (data["number"], "serving", called_s, data["auto"])
            case "service.finished" | "ticket.missed":
                self._held.pop(data["window"], None)
        self.seq += 1
        params = {"seq": self.seq, "type": kind, "data": data}
        if self._peer is not None:
            self._write(self._peer, {"jsonrpc": "2.0", "method": "event", "params": params})

    def _answer(self, peer: socket.socket) -> None:
        try:
            data = peer.recv(_AT_ONCE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.hang_up()
            return
        self._in += data
        *lines, rest = self._in.split(b"\n")
        self._in = bytearray(rest)
        for line in lines:
            asked = json.loads(line)
            result = self._result(asked["method"])
            self._write(peer, {"jsonrpc": "2.0", "id": asked["id"], "result": result})

    def _write(self, peer: socket.socket, message: dict[str, Any]) -> None:
        try:
            peer.sendall(json.dumps(message, ensure_ascii=False).encode() + b"\n")
        except OSError:
            self.hang_up()

    def _result(self, method: str) -> Any:
        match method:
            case "hall.status":
                return self._status()
            case "category.list":
                return self._categories()
            case "notice.list":
                return {"notices": list(self._notices())}
            case _:
                return {}

    def _status(self) -> dict[str, Any]:
        now_s = self._clock()
        now = self._begins + timedelta(seconds=now_s)
        step = int(now_s // 600)
        windows = []
        for n in range(1, WINDOWS + 1):
            number, status, called_s, auto = self._held.get(str(n), (None, None, now_s, False))
            paused = self.open and number is None and (n + step) % 11 == 0
            windows.append({
                "id": str(n), "name": {"zh": f"{n}号窗口", "en": f"Window {n}"},
                "status": "closed" if not self.open else "paused" if paused else "open",
                "ticket": number, "ticket_status": status, "auto": auto,
                "called_ms": int(called_s * 1000),
            })  # fmt: skip
        opening = {"zh": "明天 09:00 开门。", "en": "It opens tomorrow at 09:00."}
        return {
            "name": {"zh": "国家税务总局示范市税务局办税服务厅", "en": "Demo City Tax Hall"},
            "mode": "normal", "now": f"{now:%Y-%m-%d %H:%M:%S}", "day": f"{now:%Y-%m-%d}",
            "day_open": self.open, "waiting": step * 37 % 200 if self.open else 0,
            "windows": windows,
            "hours": {
                "rest_day": False, "name": None, "next_words": None if self.open else opening,
            },
        }  # fmt: skip

    def _categories(self) -> list[dict[str, Any]]:
        step = int(self._clock() // 20)
        return [
            {"id": str(n), "name": {"zh": zh, "en": en},
             "waiting": (step * (n + 3) + n * n) % 41 if self.open else 0,
             "wait_s": (step * (n + 5)) % 50 * 60 if self.open else 0}
            for n, (zh, en) in enumerate(_CATEGORIES)
        ]  # fmt: skip

    def _notices(self) -> Iterator[dict[str, Any]]:
        # What is told changes with the hour, as it does where people put files into a folder.
        hour = int(self._clock() // 3600)
        usual = {
            "source": "file",
            "priority": 0,
            "state": "shown",
            "walls": [],
            "picture": "",
            "stamp": 0,
        }
        for n, (text, lines) in enumerate(_NOTICES):
            told = f"{text}（{hour}）" if n == 2 else text
            yield {**usual, "notice": f"{n}.toml", "text": told, "lines": list(lines)}
        for path in self._pictures:
            yield {
                **usual, "notice": path.name, "text": "", "lines": [], "picture": str(path),
                "stamp": hour // 5,
            }  # fmt: skip
