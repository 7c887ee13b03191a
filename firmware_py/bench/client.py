"""Clients of the daemon's and the bench's sockets, for the player, the figures and the tests."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import msgspec

__all__ = ["BenchClient", "HallClient", "Refused"]

_LIMIT = 64 * 1024 * 1024


class Refused(Exception):
    """The daemon or the bench refused. ``code``, ``zh`` and ``en`` as it gave them."""

    def __init__(self, error: dict[str, Any]) -> None:
        data = error.get("data") or error
        super().__init__(data.get("en") or error.get("message") or str(error))
        self.code = str(data.get("code", error.get("code", "")))
        self.zh = str(data.get("zh", ""))
        self.en = str(data.get("en", error.get("message", "")))


class _Lines:
    """Requests with ids over one Unix socket, answers in any order."""

    def __init__(self) -> None:
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._task: asyncio.Task[None] | None = None
        #: Called with every message that answers nothing: events.
        self.on_event: Callable[[dict[str, Any]], None] = lambda message: None

    @classmethod
    async def connect(cls, path: Path, timeout_s: float = 60.0) -> Self:
        """Connect, waiting for the socket to appear. Raises ``TimeoutError``."""
        self = cls()
        async with asyncio.timeout(timeout_s):
            while True:
                try:
                    self._reader, self._writer = await asyncio.open_unix_connection(
                        str(path), limit=_LIMIT
                    )
                    break
                except (FileNotFoundError, ConnectionRefusedError):
                    await asyncio.sleep(0.01)
        self._task = asyncio.create_task(self._read())
        return self

    async def __aenter__(self) -> Self:
        """Return itself; it is connected already."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close."""
        await self.close()

    async def close(self) -> None:
        """End the connection; requests in flight fail."""
        if self._writer is not None:
            self._writer.close()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._fail()

    def _fail(self) -> None:
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(ConnectionResetError("the other side closed"))
        self._waiting.clear()

    async def _read(self) -> None:
        assert self._reader is not None  # noqa: S101 - set before the task starts
        try:
            while line := await self._reader.readline():
                message = msgspec.json.decode(line)
                future = self._waiting.pop(message.get("id"), None)
                if future is None:
                    self.on_event(message)
                elif not future.done():
                    future.set_result(message)
        except ConnectionError:
            pass
        finally:
            # Nobody is there to answer: the next request fails at once instead of waiting.
            if self._writer is not None:
                self._writer.close()
            self._fail()

    async def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        if self._writer is None or self._writer.is_closing():
            raise ConnectionResetError("not connected")
        number = next(self._ids)
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        self._writer.write(msgspec.json.encode({**request, "id": number}) + b"\n")
        return await future


class HallClient(_Lines):
    """Speaks JSON-RPC with ``halld``."""

    async def call(self, method: str, /, **params: Any) -> Any:
        """Return a method's result. Raises ``Refused``, ``ConnectionError``."""
        answer = await self._ask({"jsonrpc": "2.0", "method": method, "params": params})
        if "error" in answer:
            raise Refused(answer["error"])
        return answer["result"]


class BenchClient(_Lines):
    """Speaks with the simulators' host: presses keys, plays faults, looks at devices."""

    async def do(self, verb: str, device: str | None = None, **fields: Any) -> Any:
        """Return what the bench answers. Raises ``Refused``, ``ConnectionError``."""
        answer = await self._ask({"do": verb, "device": device, **fields})
        if not answer["ok"]:
            raise Refused(answer["error"])
        return answer["result"]
