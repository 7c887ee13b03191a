"""The daemon's socket as the console keeps it: connected, subscribed, and back by itself."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec

from firmware_py.bench import client as lines
from firmware_py.cli.absence import away, broken, silent, uncertain
from firmware_py.cli.client import ANSWER_S, BY, RETURN_S
from firmware_py.cli.errors import NoDaemon, Refused

__all__ = ["Link", "try_rights"]

#: A socket that is there takes a connection at once; one that is not is tried again after a pause.
_REACH_S, _RETRY_S = 0.1, 1.0

Record = dict[str, Any]


def try_rights(path: Path) -> None:
    """Raise ``NoDaemon`` when this user may not use the socket: waiting would not change that."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
        except PermissionError as error:
            raise away(path, error) from error
        except OSError:
            return  # Nobody is there yet; the console waits and says so.


class _Connection(lines.HallClient):
    """A connection that says when it is over."""

    def __init__(self) -> None:
        super().__init__()
        self.lost = asyncio.Event()
        self.foreign = False

    async def _read(self) -> None:
        try:
            await super()._read()
        except (msgspec.DecodeError, ValueError):
            # No JSON, or a line without an end.
            self.foreign = True
        finally:
            self.lost.set()


class Link:
    """Asks and commands over one connection that ``keep_up`` keeps there.

    ``on_event`` is called when something was recorded, ``on_change`` when the connection came or
    went. Questions raise ``CliError``.
    """

    def __init__(
        self, path: Path, on_event: Callable[[], None], on_change: Callable[[], None]
    ) -> None:
        self.path = path
        self._on_event = on_event
        self._on_change = on_change
        self._connection: _Connection | None = None
        #: Set while there is a connection.
        self.up = asyncio.Event()
        #: Why there is none.
        self.trouble: NoDaemon = away(path, FileNotFoundError())

    async def keep_up(self) -> None:
        """Connect, and again whenever the connection breaks, until cancelled."""
        while True:
            try:
                async with await self._reach() as connection:
                    self._went(await self._hold(connection))
            except OSError as error:
                self._went(away(self.path, error))
            await asyncio.sleep(_RETRY_S)

    async def _hold(self, connection: _Connection) -> NoDaemon:
        """Use a connection until it breaks; return why it did."""
        connection.on_event = self._take
        try:
            async with asyncio.timeout(ANSWER_S):
                await connection.call("subscribe")
        except lines.Refused as refused:
            return NoDaemon("not_halld", refused.zh, refused.en)
        except TimeoutError:
            return silent(ANSWER_S)
        except OSError:
            return self._broken(connection)
        self._came(connection)
        await connection.lost.wait()
        return self._broken(connection)

    async def _reach(self) -> _Connection:
        try:
            return await _Connection.connect(self.path, _REACH_S)
        except TimeoutError:
            raise FileNotFoundError(str(self.path)) from None

    def _came(self, connection: _Connection) -> None:
        self._connection = connection
        self.up.set()
        self._on_change()

    def _went(self, trouble: NoDaemon) -> None:
        self._connection = None
        self.trouble = trouble
        self.up.clear()
        self._on_change()

    def _take(self, message: Record) -> None:
        if message.get("method") == "event":
            self._on_event()

    async def ask(self, method: str, /, within_s: float = ANSWER_S, **params: Any) -> Any:
        """Return the answer to a question."""
        connection = self._connection
        if connection is None:
            raise self.trouble
        return await self._ask(connection, method, within_s, params)

    async def command(self, method: str, /, **params: Any) -> Record:
        """Return the outcome of a command.

        After a connection that breaks the command is given again on the next one with the same
        id: it counts once, whatever happened.
        """
        params |= {"command_id": uuid4().hex, "by": BY}
        if not self.up.is_set():
            raise self.trouble
        outcome: Record
        try:
            async with asyncio.timeout(ANSWER_S):
                while True:
                    connection = self._connection
                    try:
                        outcome = await self.ask(method, **params)
                    except NoDaemon:
                        await self._another_than(connection)
                    else:
                        return outcome
        except TimeoutError:
            raise uncertain() from None

    async def _another_than(self, broken_one: _Connection | None) -> None:
        """Wait for the next connection. Raises ``TimeoutError`` when it does not come."""
        async with asyncio.timeout(_RETRY_S + RETURN_S):
            if broken_one is not None:
                await broken_one.lost.wait()
                # ``keep_up`` hears of it in this round of the loop.
                await asyncio.sleep(0)
            await self.up.wait()

    async def trace(self, device: str, take: Callable[[Record], None]) -> None:
        """Give ``take`` a trace's head, what was kept, and what comes, until cancelled.

        It has a connection of its own: a trace ends with its connection.
        """
        try:
            async with await self._reach() as connection:
                connection.on_event = lambda message: (
                    take(message["params"]) if message.get("method") == "trace" else None
                )
                params = {"device": device, "follow": True}
                answer = await self._ask(connection, "device.trace", ANSWER_S, params)
                take(answer["head"])
                for record in answer["kept"]:
                    take(record)
                await connection.lost.wait()
                raise self._broken(connection)
        except OSError as error:
            raise away(self.path, error) from error

    async def _ask(
        self, connection: _Connection, method: str, within_s: float, params: Record
    ) -> Any:
        try:
            async with asyncio.timeout(within_s):
                return await connection.call(method, **params)
        except lines.Refused as refused:
            zh = refused.zh or f"系统报错：{refused.en}"
            raise Refused(refused.code, zh, refused.en) from None
        except TimeoutError:
            raise silent(within_s) from None
        except OSError as error:
            raise broken(self.path, error) from error

    def _broken(self, connection: _Connection) -> NoDaemon:
        error = ConnectionAbortedError() if connection.foreign else ConnectionResetError()
        return broken(self.path, error)
