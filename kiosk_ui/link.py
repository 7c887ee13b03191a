"""A screen's line to the daemon: never waits, comes back by itself, takes no ticket twice.

JSON-RPC 2.0, one message a line, on the daemon's Unix socket (docs/interfaces.md). ``poll`` is
called with every turn of the loop: it reads what is there, writes what the socket takes, returns.
The daemon counts as there once it has answered, not when it is connected: one that hangs still
accepts connections. Where another Pi, the hub, decides for the hall, a daemon that cannot reach it
is as good as gone, unless it goes on by itself: what is shown of the queue may be wrong.
"""

from __future__ import annotations

import contextlib
import json
import logging
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kiosk_ui.messages import (
    Answered,
    Command,
    CutOff,
    Happened,
    Live,
    Message,
    Notified,
    Refused,
    Request,
    Unknown,
)

__all__ = ["Link"]

log = logging.getLogger(__name__)

#: The trouble of a Pi whose program does not fit the hub's.
APART = "version"
#: Seconds between two tries to connect: doubles from the first to the second.
PAUSES_S = (0.2, 2.0)
#: A daemon that does not answer for so long is gone.
ANSWER_S = 4.0
#: Something is asked at least so often, to notice that.
BEAT_S = 1.5
#: A command whose outcome is not known after so long is given up.
GIVE_UP_S = 30.0
#: A start takes no longer: who still knows no hall by then waits for a person's help.
STARTS_S = 20.0
#: So often it is looked whether that is so: not with each turn of a loop.
WATCH_S = 0.2
_AT_ONCE = 65_536
_MOST_LINE = 8 * 1024 * 1024
_REFUSED_CODE = "failed"
#: The refusal of a command of which nobody knows whether the hub has carried it out.
_HUB_AWAY = "hub_away"


@dataclass(slots=True)
class _Sent:
    request: Request | None  # None: our own subscribe
    at_s: float


class Link:
    """The connection of one screen. ``by`` is the program's name in the journal.

    ``live`` says whether the daemon answers and knows the hall, ``since_s`` since when it is as it
    is, by ``clock``.
    """

    def __init__(self, path: Path, clock: Callable[[], float], *, by: str = "screen") -> None:
        self._path = path
        self._clock = clock
        self._by = by
        self._socket: socket.socket | None = None
        self._in = bytearray()
        self._out = bytearray()
        self._number = 0
        self._sent: dict[int, _Sent] = {}
        #: Commands without an outcome yet, and when each was first given.
        self._commands: dict[str, tuple[Command, float]] = {}
        self._try_at_s = self._asked_s = self._heard_s = clock()
        self._pause_s = PAUSES_S[0]
        self._watch_s = 0.0
        self.live = False
        #: The daemon goes on by itself.
        self.alone = False
        self.since_s = clock()
        self._told_gone = False
        #: Nothing was told yet: the screen says that it starts, for as long as that is true.
        self._starts_until_s: float | None = clock() + STARTS_S
        #: Why the daemon does not know the hall, where only people can help.
        self._why = ""

    def close(self) -> None:
        """Hang up."""
        self._hang_up()

    def fileno(self) -> int | None:
        """Return what can be waited for until something came; None while not connected."""
        return self._socket.fileno() if self._socket is not None else None

    def send(self, request: Request) -> None:
        """Send a request. A question while the daemon is gone is dropped, a command is kept."""
        if isinstance(request, Command):
            self._commands.setdefault(request.command_id, (request, self._clock()))
        if self.live:
            self._write(request)
            # Now, not with the next turn: somebody waits. ``poll`` goes on with the rest, and tells
            # of a daemon that is gone.
            with contextlib.suppress(OSError):
                if self._socket is not None:
                    del self._out[: self._socket.send(self._out)]

    def poll(self) -> list[Message]:
        """Do what can be done without waiting; return what came."""
        now_s, found = self._clock(), list[Message]()
        if self._socket is None and now_s >= self._try_at_s:
            self._connect(now_s)
        if self._socket is not None:
            self._flush(found)
            self._receive(found)
        if self._socket is not None:
            self._watch(now_s, found)
        if self._starts_until_s is not None and now_s >= self._starts_until_s:
            self._starts_until_s = None
            log.warning("no hall after %.0f s: the screen says so, and waits", STARTS_S)
            found.append(CutOff(self._why))
        self._give_up(now_s, found)
        return found

    # ---- connection

    def _connect(self, now_s: float) -> None:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.setblocking(False)
        try:
            sock.connect(str(self._path))
        except OSError as error:
            sock.close()
            if not self._told_gone:
                self._told_gone = True
                log.warning("the daemon is not there (%s): %s", self._path, error.strerror)
            self._later(now_s)
            return
        self._socket = sock
        self._heard_s = self._asked_s = now_s
        self._write(None)

    def _later(self, now_s: float) -> None:
        self._try_at_s = now_s + self._pause_s
        self._pause_s = min(self._pause_s * 2, PAUSES_S[1])

    def _hang_up(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        self._in.clear()
        self._out.clear()
        self._sent.clear()

    def _lost(self, found: list[Message], why: str) -> None:
        self._hang_up()
        self._why = ""
        now_s = self._clock()
        self._later(now_s)
        if self.live:
            self.live, self.since_s, self._told_gone = False, now_s, True
            log.warning("cut off from the daemon: %s", why)
            found.append(CutOff())

    def _watch(self, now_s: float, found: list[Message]) -> None:
        """Notice a daemon that is silent, and ask one that nobody asks."""
        if now_s < self._watch_s:
            return
        self._watch_s = now_s + WATCH_S
        oldest_s = min((sent.at_s for sent in self._sent.values()), default=now_s)
        if now_s - oldest_s >= ANSWER_S and now_s - self._heard_s >= ANSWER_S:
            self._lost(found, f"no answer for {ANSWER_S:.0f} s")
        elif now_s - self._asked_s >= BEAT_S and not self._beats():
            self._write(None)

    def _beats(self) -> bool:
        """Say whether a beat is under way; a command may well wait for the hub meanwhile."""
        return any(sent.request is None for sent in self._sent.values())

    def _give_up(self, now_s: float, found: list[Message]) -> None:
        for command_id, (command, since_s) in list(self._commands.items()):
            if now_s - since_s >= GIVE_UP_S:
                del self._commands[command_id]
                found.append(Unknown(command.name))

    # ---- writing

    def _write(self, request: Request | None) -> None:
        self._number += 1
        now_s = self._clock()
        self._sent[self._number] = _Sent(request, now_s)
        self._asked_s = now_s
        if request is None:
            method, params = "subscribe", dict[str, Any]()
        else:
            method, params = request.method, dict(request.params)
        if isinstance(request, Command):
            params |= {"command_id": request.command_id, "by": self._by}
        message = {"jsonrpc": "2.0", "id": self._number, "method": method, "params": params}
        self._out += json.dumps(message, ensure_ascii=False).encode() + b"\n"

    def _flush(self, found: list[Message]) -> None:
        while self._out and self._socket is not None:
            try:
                count = self._socket.send(self._out)
            except BlockingIOError:
                return
            except OSError as error:
                self._lost(found, str(error.strerror))
                return
            del self._out[:count]

    # ---- reading

    def _receive(self, found: list[Message]) -> None:
        while self._socket is not None:
            try:
                data = self._socket.recv(_AT_ONCE)
            except BlockingIOError:
                return
            except OSError as error:
                self._lost(found, str(error.strerror))
                return
            if not data:
                self._lost(found, "it closed the connection")
                return
            self._in += data
            if len(self._in) > _MOST_LINE:
                self._lost(found, "a line without an end")
                return
            *lines, rest = self._in.split(b"\n")
            self._in = rest
            for line in lines:
                if not self._take(line, found):
                    # Nothing behind what cannot be read counts.
                    self._lost(found, "what it says cannot be read")
                    return

    def _take(self, line: bytearray, found: list[Message]) -> bool:
        """Take a line; say whether it could be read."""
        try:
            message = json.loads(line)
            told = _told(message) if "method" in message else None
            sent = self._sent.pop(message.get("id") or 0, None) if told is None else None
        except (ValueError, RecursionError, AttributeError, KeyError, TypeError):
            return False
        self._heard_s = self._clock()
        if told is not None and isinstance(told, Notified) and told.method == "hub":
            self._hub_stands(dict(told.params), "trouble", found)
        elif told is not None:
            found.append(told)
        elif sent is not None:
            self._answered(sent.request, message, found)
        return True

    def _answered(
        self, request: Request | None, message: dict[str, Any], found: list[Message]
    ) -> None:
        if request is None:
            result = message.get("result")
            self._hub_stands(result if isinstance(result, dict) else {}, "hub", found)
            return
        if isinstance(request, Command):
            if _code(message) == _HUB_AWAY and request.command_id in self._commands:
                # Perhaps it was carried out: it is repeated with its id when the hub is back.
                if not self.alone:
                    self._hub_stands({"trouble": "hub"}, "trouble", found)
                return
            self._commands.pop(request.command_id, None)
        if "error" in message:
            found.append(_refused(request, message["error"]))
        else:
            found.append(Answered(request.name, message.get("result")))

    def _hub_stands(self, told: Mapping[str, Any], key: str, found: list[Message]) -> None:
        """The daemon is there; ``key`` says why it does not know the hall, "" that it does.

        ``alone``: it does not, and goes on all the same.
        """
        trouble, alone = str(told.get(key) or ""), told.get("alone") is True
        if not trouble or alone:
            self._why = ""
            self._follows(found, alone=alone and bool(trouble))
            return
        # Also where nothing was ever shown: it does not come by itself.
        new = trouble == APART and not self._why
        self._why = trouble if trouble == APART else ""
        if self.live or new:
            self.live, self.since_s, self._starts_until_s = False, self._clock(), None
            log.warning("the daemon is cut off from the hall: %s", trouble)
            found.append(CutOff(self._why))

    def _follows(self, found: list[Message], *, alone: bool) -> None:
        changed, self.alone = alone != self.alone, alone
        if self.live and not changed:
            return
        self.live, self.since_s, self._starts_until_s = True, self._clock(), None
        self._pause_s, self._told_gone = PAUSES_S[0], False
        log.info("the daemon goes on by itself" if alone else "connected to the daemon")
        found.append(Live(alone))
        under_way = {
            sent.request.command_id
            for sent in self._sent.values()
            if isinstance(sent.request, Command)
        }
        for command_id, (command, _) in self._commands.items():
            if command_id not in under_way:
                self._write(command)


def _told(message: dict[str, Any]) -> Happened | Notified:
    """Read what the daemon says unasked. Raises as a mapping does where something is missing."""
    if message["method"] == "event":
        params = message["params"]
        return Happened(params["type"], params["data"], params["seq"])
    return Notified(str(message["method"]), message.get("params") or {})


def _code(message: dict[str, Any]) -> str:
    """Return the code of a refusal, "" of an answer."""
    data = (message.get("error") or {}).get("data")
    return str(data.get("code", "")) if isinstance(data, dict) else ""


def _refused(request: Request, error: dict[str, Any]) -> Refused:
    data = error.get("data")
    text = str(error.get("message", ""))
    if not isinstance(data, dict):
        return Refused(request.name, _REFUSED_CODE, text, text)
    return Refused(
        request.name,
        str(data.get("code", _REFUSED_CODE)),
        str(data.get("zh", text)),
        str(data.get("en", text)),
    )
