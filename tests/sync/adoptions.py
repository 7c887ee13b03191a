"""Adoptions on loopback: a hub that shows a code, new Pis, and who stands between them."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from firmware_py.store.certificates import make_authority, make_request, new_key
from firmware_py.sync.adopting import Adopting, CannotSign, Ending, Step
from firmware_py.sync.adoption import Parting, Welcome
from firmware_py.sync.adoption_code import new_code
from firmware_py.sync.joining import CannotJoin, Joined, join

SECRET = b'[hall]\nid = "demo-east"\n'
FILES = {"hall.toml": SECRET, "broker/ca.crt": b"the authority", "notices/a.txt": b""}
NOW_S = 1_800_000_000.0
WAIT_S = 60.0


def shown() -> tuple[ssl.SSLContext, bytes]:
    """Return what a listener speaks with, and its certificate (DER)."""
    key = new_key()
    pem = make_authority("test", key, datetime.now(UTC) + timedelta(days=1))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    memory = os.memfd_create("test")
    os.write(memory, pem + key)
    context.load_cert_chain(f"/proc/self/fd/{memory}")
    os.close(memory)
    return context, ssl.PEM_cert_to_DER_cert(pem.decode("ascii"))


class Hub:
    """A code, and what became of it. ``sign`` answers with what it was asked, marked."""

    def __init__(self) -> None:
        self.code, self.steps = new_code(), list[Step]()
        self.signed = list[bytes]()
        self.cannot: CannotSign | None = None
        self.port = 0
        self.ending: Ending | None = None
        self.time_over = asyncio.Event()
        self._news = asyncio.Event()

    def _sign(self, request: bytes) -> bytes:
        if self.cannot is not None:
            raise self.cannot
        self.signed.append(request)
        return b"certificate of " + request

    def _tell(self, step: Step) -> None:
        self.steps.append(step)
        self._news.set()

    @property
    def whats(self) -> list[str]:
        return [step.what for step in self.steps]

    async def until(self, what: str) -> None:
        """Wait for a step."""
        async with asyncio.timeout(WAIT_S):
            while what not in self.whats:
                self._news.clear()
                await self._news.wait()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[asyncio.Task[Ending]]:
        """Serve until ``time_over`` is set, the end of the block, or as long as it takes itself."""
        context, certificate = shown()
        parting = Parting(
            "window-3", "demo-east", "0.1.0", "broker/ca.crt", "broker/w.crt", "broker/w.key", FILES
        )
        adopting = Adopting(
            self.code, parting, context, certificate, self._sign, self._tell, lambda: NOW_S
        )
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = listener.getsockname()[1]
            task = asyncio.create_task(adopting.serve(listener, self.time_over.wait()))
            try:
                yield task
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)


class Pi:
    """A new Pi with a key of its own. ``full`` and ``cut`` are its troubles."""

    def __init__(self) -> None:
        self.request = make_request("new", new_key())
        self.staged: dict[str, bytes] = {}
        self.certificate = b""
        self.full = False
        #: Called before the certificate is put in place.
        self.before_commit: Callable[[], None] = lambda: None

    def stage(self, welcome: Welcome, files: Mapping[str, bytes]) -> None:
        if self.full:
            raise CannotJoin("not_written", "存储空间已满。", "The disk is full.")
        assert welcome.node == "window-3"
        self.staged = dict(files)

    def commit(self, certificate: bytes) -> None:
        self.before_commit()
        self.certificate = certificate

    async def join(self, code: str, port: int, *, clock_s: float = NOW_S) -> Joined:
        """Join by a code."""
        return await join(
            code,
            ("127.0.0.1", port),
            self.request,
            self,
            host="raspberrypi",
            wall_s=lambda: clock_s,
            within_s=WAIT_S,
        )

    @property
    def untouched(self) -> bool:
        return not self.staged and not self.certificate


class Between:
    """Somebody on the switch: ends the encryption, reads along, and passes on to the hub."""

    def __init__(self, hub_port: int) -> None:
        self.port, self._hub_port = 0, hub_port
        self.read = bytearray()
        self._tasks = set[asyncio.Task[None]]()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        context, _ = shown()
        server = await asyncio.start_server(self._come, "127.0.0.1", 0, ssl=context)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _come(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        to_hub = await asyncio.open_connection("127.0.0.1", self._hub_port, ssl=trusting)
        try:
            await asyncio.gather(self._pass(reader, to_hub[1]), self._pass(to_hub[0], writer))
        finally:
            to_hub[1].close()
            writer.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            self.read += data
            writer.write(data)
            await writer.drain()
        writer.close()
