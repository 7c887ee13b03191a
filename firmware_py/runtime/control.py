"""The control socket: JSON-RPC 2.0, one message a line, for screens and ``hallctl``.

Commands carry ``command_id`` (it makes them count once) and ``by`` among their parameters; the
user at the other end comes from the socket itself (``SO_PEERCRED``), so "who did it" cannot be
made up by a program of another user. A refusal is an error with code -32010; its ``data``, and
that of every other error, has a code of its own and a sentence in both languages.
"""

from __future__ import annotations

import asyncio
import logging
import os
import pwd
import re
import secrets
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol, cast

import msgspec

from firmware_py.app.ports import Outcome, Submission
from firmware_py.app.wire import encode, outcome_json, parse_command
from firmware_py.app.writer import Reply
from firmware_py.app.wrong_params import WrongParams, explain
from firmware_py.core.commands import COMMANDS, AcknowledgeAlarm
from firmware_py.core.refusals import Refusal
from firmware_py.runtime.params import check_params
from firmware_py.runtime.personal import holds_id_number

__all__ = ["Call", "ControlServer", "Query", "QueryError", "Stream", "Subscriber"]

log = logging.getLogger(__name__)

MAX_LINE = 65_536
MAX_UNSENT = 4 * 1024 * 1024
REFUSED, BAD_PARAMS, NO_METHOD, BAD_REQUEST, BAD_JSON = -32010, -32602, -32601, -32600, -32700
ID_FORM = re.compile(r"[A-Za-z0-9._:/-]{1,64}")
BY_FORM = re.compile(r"[A-Za-z0-9._-]{1,32}")


class _Request(msgspec.Struct):
    method: str
    id: int | str | None = None
    params: dict[str, Any] = {}
    jsonrpc: str = "2.0"


_requests = msgspec.json.Decoder(_Request)

_TOO_LONG = Refusal("too_long", "请求超过 64 kB。", "A request is longer than 64 kB.")
_NOT_JSON = Refusal("not_json", "这一行不是可用的 JSON。", "The line is no JSON that can be used.")
_BAD_ID = Refusal(
    "bad_field",
    "command_id 应为 1 至 64 个 A-Za-z0-9._:/- 中的字符，且不含身份证号码。",
    "command_id has 1 to 64 characters of A-Za-z0-9._:/-, and no ID number.",
)
_BAD_BY = Refusal(
    "bad_field",
    "by 应为 1 至 32 个 A-Za-z0-9._- 中的字符。",
    "by has 1 to 32 characters of A-Za-z0-9._-.",
)


class QueryError(Exception):
    """A query that cannot be answered; ``refusal`` says why in both languages."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.en)
        self.refusal = refusal


#: Answers a query: parameters and who asks -> plain data.
Query = Callable[[dict[str, Any], str], Awaitable[Any]]


class Subscriber(Protocol):
    """Who asked for something that goes on."""

    user: str

    def send(self, line: bytes) -> None:
        """Send a line; one who does not read is cut off in the end."""

    def unsent(self) -> int:
        """Return how many bytes its socket has not taken yet."""


#: Answers as a query does, and may send to whoever asked later.
Call = Callable[[dict[str, Any], Subscriber], Awaitable[Any]]

#: Answers, and sends more until what it returns beside the answer is called: the subscriber left.
Stream = Callable[[dict[str, Any], Subscriber], tuple[Any, Callable[[], None]]]


class _Connection(asyncio.Protocol):
    def __init__(self, server: ControlServer) -> None:
        self._server = server
        self._buffer = b""
        self._transport: asyncio.Transport | None = None
        self.user = "?"
        #: Called when it leaves.
        self.endings: list[Callable[[], None]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # A server on a stream socket gives a transport that also writes.
        self._transport = cast("asyncio.Transport", transport)
        self.user = _peer(transport.get_extra_info("socket"))
        self._server.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._server.connections.discard(self)
        self._server.subscribers.discard(self)
        for end in self.endings:
            end()

    def hang_up(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def unsent(self) -> int:
        transport = self._transport
        return 0 if transport is None else transport.get_write_buffer_size()

    def send(self, line: bytes) -> None:
        transport = self._transport
        if transport is None:
            return
        if transport.get_write_buffer_size() > MAX_UNSENT:
            # It does not read: the hall's memory is worth more. It may come back and catch up.
            log.warning("a client of the control socket does not read; closed")
            transport.abort()
            return
        transport.write(line)

    def data_received(self, data: bytes) -> None:
        data = self._buffer + data if self._buffer else data
        lines = data.split(b"\n")
        self._buffer = lines.pop()
        for line in lines:
            if len(line) > MAX_LINE:
                self.send(_error(None, BAD_REQUEST, _TOO_LONG))
            elif line:
                self._server.handle(self, line)
        if len(self._buffer) > MAX_LINE:
            self.send(_error(None, BAD_REQUEST, _TOO_LONG))
            self._buffer = b""
            if self._transport is not None:
                self._transport.close()


def remove_socket(path: Path) -> None:
    """Remove what a daemon that was killed left behind."""
    path.unlink(missing_ok=True)


def give_socket(path: Path, gid: int) -> None:
    """Give the socket to a group; not asked for in vain, for a sandbox may forbid the call."""
    if path.stat().st_gid != gid:
        os.chown(path, -1, gid)


def _peer(sock: socket.socket) -> str:
    raw = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    _, uid, _ = struct.unpack("3i", raw)
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid{uid}"


def _error(request_id: int | str | None, code: int, why: Refusal) -> bytes:
    error = {"code": code, "message": why.en, "data": why}
    return encode({"jsonrpc": "2.0", "id": request_id, "error": error}) + b"\n"


def _no_method(method: str) -> Refusal:
    name = method[:64]
    return Refusal("no_method", f"没有方法 {name}。", f"There is no method {name}.")


def _wrong(error: WrongParams) -> Refusal:
    return Refusal(error.code, error.zh, error.en)


def _result(request_id: int | str | None, body: bytes) -> bytes:
    return b'{"jsonrpc":"2.0","id":%b,"result":%b}\n' % (encode(request_id), body)


class Decider(Protocol):
    """What decides commands: the writer, or safe mode that refuses them all."""

    last_seq: int

    def submit(self, submission: Submission, reply: Reply) -> None:
        """Decide a command; ``reply`` runs once."""


class ControlServer:
    """Serves commands through the writer, queries and streams through the tables it is given."""

    def __init__(
        self,
        writer: Decider,
        queries: dict[str, Query],
        streams: Mapping[str, Stream] = MappingProxyType({}),
        calls: Mapping[str, Call] = MappingProxyType({}),
    ) -> None:
        self._writer = writer
        self._queries = queries
        self._streams = streams
        self._calls = calls
        self._server: asyncio.Server | None = None
        self._path: Path | None = None
        #: How it stands with the hub, where that is another Pi; "" is well.
        self.trouble: Callable[[], str] = str
        #: Whether people here go on all the same.
        self.goes_on: Callable[[], bool] = bool
        self._tasks: set[asyncio.Task[None]] = set()
        self.connections: set[_Connection] = set()
        self.subscribers: set[_Connection] = set()

    async def start(self, path: Path, gid: int | None = None) -> None:
        """Listen at ``path``; only its owner and the group may connect."""
        loop = asyncio.get_running_loop()
        remove_socket(path)
        old_mask = os.umask(0o117)
        try:
            self._server = await loop.create_unix_server(
                lambda: _Connection(self), str(path), backlog=128
            )
        finally:
            os.umask(old_mask)
        self._path = path
        if gid is not None:
            give_socket(path, gid)

    async def stop(self) -> None:
        """Close the socket and every connection."""
        if self._server is not None:
            self._server.close()
        for connection in list(self.connections):
            connection.hang_up()
        for task in list(self._tasks):
            task.cancel()
        if self._path is not None:
            remove_socket(self._path)

    def publish(self, line: bytes) -> None:
        """Send a notification to everybody who subscribed."""
        for connection in list(self.subscribers):
            connection.send(line)

    def handle(self, connection: _Connection, line: bytes) -> None:
        """Answer one request. Whatever it holds, the connection stays usable."""
        try:
            request = _requests.decode(line)
        except msgspec.ValidationError as error:
            wrong = explain("JSON-RPC", error)
            why = Refusal("bad_request", wrong.zh, wrong.en)
            connection.send(_error(None, BAD_REQUEST, why))
            return
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            connection.send(_error(None, BAD_JSON, _NOT_JSON))
            return
        if request.method in COMMANDS:
            self._command(connection, request)
        elif request.method == "subscribe":
            self._subscribe(connection, request)
        elif request.method in self._queries or request.method in self._calls:
            task = asyncio.get_running_loop().create_task(self._query(connection, request))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        elif request.method in self._streams:
            self._stream(connection, request)
        else:
            connection.send(_error(request.id, NO_METHOD, _no_method(request.method)))

    def _subscribe(self, connection: _Connection, request: _Request) -> None:
        try:
            check_params(request.method, request.params)
        except WrongParams as error:
            connection.send(_error(request.id, BAD_PARAMS, _wrong(error)))
        else:
            self.subscribers.add(connection)
            told: dict[str, object] = {"last_seq": self._writer.last_seq}
            if trouble := self.trouble():
                told["hub"] = trouble
                if self.goes_on():
                    told["alone"] = True
            connection.send(_result(request.id, encode(told)))

    def _stream(self, connection: _Connection, request: _Request) -> None:
        try:
            check_params(request.method, request.params)
            answer, end = self._streams[request.method](request.params, connection)
        except QueryError as error:
            connection.send(_refused(request.id, error.refusal))
        except WrongParams as error:
            connection.send(_error(request.id, BAD_PARAMS, _wrong(error)))
        else:
            connection.endings.append(end)
            connection.send(_result(request.id, encode(answer)))

    def _command(self, connection: _Connection, request: _Request) -> None:
        params = request.params
        command_id = params.pop("command_id", None)
        by = params.pop("by", "client")
        if command_id is None:
            command_id = secrets.token_hex(8)
        usable = isinstance(command_id, str) and ID_FORM.fullmatch(command_id)
        if not usable or holds_id_number(command_id):
            connection.send(_error(request.id, BAD_PARAMS, _BAD_ID))
            return
        if not (isinstance(by, str) and BY_FORM.fullmatch(by)):
            connection.send(_error(request.id, BAD_PARAMS, _BAD_BY))
            return
        try:
            command = parse_command(request.method, params)
        except WrongParams as error:
            connection.send(_error(request.id, BAD_PARAMS, _wrong(error)))
            return
        if isinstance(command, AcknowledgeAlarm) and not command.by:
            command = AcknowledgeAlarm(command.alarm, f"{by}:{connection.user}")
        request_id = request.id

        def reply(outcome: Outcome) -> None:
            if outcome.refusal is not None:
                connection.send(_refused(request_id, outcome.refusal))
            else:
                connection.send(_result(request_id, outcome_json(outcome)))

        self._writer.submit(Submission(command_id, f"{by}:{connection.user}", command), reply)

    async def _query(self, connection: _Connection, request: _Request) -> None:
        try:
            check_params(request.method, request.params)
            call = self._calls.get(request.method)
            answer = await (
                self._queries[request.method](request.params, connection.user)
                if call is None
                else call(request.params, connection)
            )
        except QueryError as error:
            connection.send(_refused(request.id, error.refusal))
        except WrongParams as error:
            connection.send(_error(request.id, BAD_PARAMS, _wrong(error)))
        except Exception as error:
            # Whoever asked must get an answer, whatever went wrong; the log has the rest.
            said = self._sentence_of(error)
            if said is None:
                log.exception("%s could not be answered", request.method)
                said = Refusal(
                    "failed",
                    "操作没有完成，请查看 halld 的日志。",
                    "This could not be done; see the log of halld.",
                )
            connection.send(_refused(request.id, said))
        else:
            connection.send(_result(request.id, encode(answer)))

    @staticmethod
    def _sentence_of(error: Exception) -> Refusal | None:
        """Return what an error of ours says to a person; None for one that nobody foresaw."""
        zh, en = getattr(error, "zh", None), getattr(error, "en", None)
        if isinstance(zh, str) and isinstance(en, str):
            return Refusal("failed", zh, en)
        return None


def _refused(request_id: int | str | None, refusal: Refusal) -> bytes:
    return _error(request_id, REFUSED, refusal)
