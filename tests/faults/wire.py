"""A TCP line between daemon and printer that breaks or stops after an exact number of bytes."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Literal, Self

__all__ = ["CutWire"]

Fault = Literal["unplug", "stall"]


class CutWire:
    """Listens for the daemon, passes on to the printer's simulator.

    ``cut(after, fault)``: once ``after`` more bytes have gone to the printer, nothing more gets
    through: ``unplug`` hangs up on both, ``stall`` keeps the connection and takes no more.
    ``mend()`` lets the next connection work again.
    """

    def __init__(self, printer_port: int) -> None:
        self._printer_port = printer_port
        self._server: asyncio.Server | None = None
        self._links: set[asyncio.Task[None]] = set()
        self._left: int | None = None
        self._fault: Fault = "unplug"
        self._broken = False
        #: Set while nothing gets through any more.
        self.happened = asyncio.Event()
        #: Bytes to the printer since ``cut``.
        self.passed = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._link, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        for task in list(self._links):
            task.cancel()
        await asyncio.gather(*self._links, return_exceptions=True)

    @property
    def port(self) -> int:
        """The port that the daemon connects to."""
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def cut(self, after: int, fault: Fault) -> None:
        """Break after so many bytes."""
        self._left, self._fault, self.passed = after, fault, 0
        self.happened.clear()

    def mend(self) -> None:
        """Put the plug back; what was stalled is lost with its connection."""
        self._left, self._broken = None, False

    async def _link(self, daemon: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._links.add(task)
        try:
            if not self._broken:
                await self._pass(daemon, answer)
        except OSError:
            pass
        finally:
            answer.close()
            self._links.discard(task)

    async def _pass(self, daemon: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        reader, printer = await asyncio.open_connection("127.0.0.1", self._printer_port)
        back = asyncio.create_task(_copy(reader, answer))
        try:
            while data := await daemon.read(4096):
                through = data if self._left is None else data[: self._left]
                self.passed += len(through)
                printer.write(through)
                await printer.drain()
                if self._left is None:
                    continue
                self._left -= len(through)
                if len(through) < len(data) or self._left == 0:
                    self._broken = True
                    self.happened.set()
                    if self._fault == "unplug":
                        return
                    back.cancel()
                    # Swallowed: a TCP line takes what its printer never does.
                    while await daemon.read(4096):
                        pass
                    return
        finally:
            back.cancel()
            await asyncio.gather(back, return_exceptions=True)
            printer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(4096):
            writer.write(data)
            await writer.drain()
