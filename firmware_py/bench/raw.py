"""The raw limits of this machine: what a bare commit, a bare echo and a bare server cost.

Each figure of the hall is printed beside the raw limit measured in the same run.

``python -m firmware_py.bench.raw SOCKET DATABASE`` runs the bare server: a line in, a row in a
shared durable commit, a line out; no queue, no ids, no chain.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sqlite3
import sys
import threading
import time
import tty
from pathlib import Path

__all__ = ["BareCommit", "bare_echo_ms"]

ROW = b'{"number":"A001","item":"A01","origin":"kiosk-1","ahead":0,"estimate_s":600}' * 3


def _database(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE event (seq INTEGER PRIMARY KEY, body BLOB)")
    return connection


class BareCommit:
    """Single durable commits of one row, to be made in turns with what is measured.

    A commit after a pause costs two to four times one in a row (a processor that slept, a disk
    that did): a raw limit counts only at the same pace.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._connection = _database(folder / "bare.db")
        self.took_ms: list[float] = []

    def once(self) -> None:
        """Make one commit."""
        begun = time.perf_counter()
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute("INSERT INTO event (body) VALUES (?)", (ROW,))
        self._connection.execute("COMMIT")
        self.took_ms.append((time.perf_counter() - begun) * 1000)

    def close(self) -> None:
        """Close and remove the database."""
        self._connection.close()
        for leftover in self._folder.glob("bare.db*"):
            leftover.unlink()


def bare_echo_ms(times: int = 300) -> list[float]:
    """Return the milliseconds of a line through a Unix socket to a thread and on through a pty."""
    here, there = socket.socketpair()
    master, slave = os.openpty()
    tty.setraw(slave)

    def pass_on() -> None:
        while data := there.recv(4096):
            os.write(slave, data)

    thread = threading.Thread(target=pass_on, name="bare-echo")
    thread.start()
    took: list[float] = []
    line = b"x" * 150
    for _ in range(times):
        begun = time.perf_counter()
        here.sendall(line)
        got = 0
        while got < len(line):
            got += len(os.read(master, 4096))
        took.append((time.perf_counter() - begun) * 1000)
    here.close()
    thread.join(2)
    there.close()
    os.close(master)
    os.close(slave)
    return took


class _Bare(asyncio.Protocol):
    def __init__(self, server: _Server) -> None:
        self._server = server
        self._rest = b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - what a server gives
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()
        for line in lines:
            self._server.take(self, line)


class _Server:
    def __init__(self, database: Path) -> None:
        self._connection = _database(database)
        self._gathered: list[tuple[_Bare, bytes]] = []
        self._writing = False
        self._loop = asyncio.get_running_loop()

    def take(self, client: _Bare, line: bytes) -> None:
        self._gathered.append((client, line))
        if not self._writing:
            self._write()

    def _write(self) -> None:
        batch, self._gathered = self._gathered, []
        self._writing = True
        future = self._loop.run_in_executor(None, self._commit, [line for _, line in batch])
        future.add_done_callback(lambda _: self._written(batch))

    def _commit(self, lines: list[bytes]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(
            "INSERT INTO event (body) VALUES (?)", [(line,) for line in lines]
        )
        self._connection.execute("COMMIT")

    def _written(self, batch: list[tuple[_Bare, bytes]]) -> None:
        self._writing = False
        if self._gathered:
            self._write()
        for client, _ in batch:
            if client.transport is not None:
                client.transport.write(b'{"jsonrpc":"2.0","id":1,"result":{}}\n')


async def _serve(path: Path, database: Path) -> None:
    server = _Server(database)
    loop = asyncio.get_running_loop()
    listening = await loop.create_unix_server(lambda: _Bare(server), str(path))
    await listening.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), Path(sys.argv[2])))
