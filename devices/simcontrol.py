"""The bench's control socket: one JSON object a line, one answer a line.

Requests: ``{"id": 1, "do": "press", "device": "pad-3", "key": "next", "value": null}``. ``do`` is
``press`` (key, value), ``fault`` (fault, value, active), ``clear``, ``unplug``, ``plug``, ``seen``,
``times``, ``pictures`` (folder; device or all), ``list`` or ``quit``.
Answers: ``{"id": 1, "ok": true, "result": ...}`` or ``{"id": 1, "ok": false, "error": {"code": ..,
"zh": .., "en": ..}}``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, Protocol, Self

import msgspec

from devices.simerrors import BenchError, bad_request

__all__ = ["ControlServer", "Request"]

_LINE_LIMIT = 64 * 1024

Verb = Literal[
    "press", "fault", "clear", "unplug", "plug", "seen", "times", "pictures", "list", "quit"
]


class Request(msgspec.Struct, frozen=True):
    """One command; which fields count depends on ``do``."""

    do: Verb
    id: int | str | None = None
    device: str | None = None
    key: str | None = None
    fault: str | None = None
    value: float | None = None
    active: bool = True
    folder: str | None = None


class Host(Protocol):
    """What the control socket needs of ``devices.simhost.SimHost``."""

    def press(self, device: str, key: str, value: int | None = None) -> dict[str, Any]:
        """Press a key."""

    def fault(
        self, name: str, fault: str, value: float | None = None, *, active: bool = True
    ) -> dict[str, Any]:
        """Begin or end a fault."""

    def clear(self, name: str) -> dict[str, Any]:
        """End all faults."""

    def unplug(self, name: str) -> dict[str, Any]:
        """Pull the plug."""

    def plug(self, name: str) -> dict[str, Any]:
        """Put the plug back."""

    def seen(self, device: str) -> dict[str, Any]:
        """Return what a person sees."""

    def times(self, device: str) -> list[tuple[int, int]]:
        """Return and forget when bytes arrived."""

    def pictures(self, folder: Path, device: str | None = None) -> list[Path]:
        """Write pictures."""

    def listing(self) -> list[dict[str, Any]]:
        """Return every device."""


class ControlServer:
    """Serves a host's commands on a Unix socket that only this user may open."""

    def __init__(self, host: Host, path: Path, quit_bench: Callable[[], None]) -> None:
        self._host = host
        self._path = path
        self._quit = quit_bench
        self._server: asyncio.Server | None = None
        self._clients: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._drawing = asyncio.Lock()

    async def __aenter__(self) -> Self:
        """Listen. The socket's being there says that the bench is ready."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(
            self._client, path=str(self._path), limit=_LINE_LIMIT
        )
        self._path.chmod(0o600)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop listening and remove the socket."""
        if self._server is not None:
            self._server.close()
        for writer in self._clients.values():
            writer.close()
        await asyncio.gather(*self._clients, return_exceptions=True)
        self._path.unlink(missing_ok=True)

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._clients[task] = writer
        try:
            while line := await reader.readline():
                writer.write(msgspec.json.encode(await self._answered(line)) + b"\n")
                await writer.drain()
        except (ConnectionError, ValueError):
            # Gone, or a line beyond all bounds: nobody to tell.
            pass
        finally:
            if task is not None:
                self._clients.pop(task, None)
            writer.close()

    async def _answered(self, line: bytes) -> dict[str, Any]:
        """Pictures are drawn beside the loop: a printer that is silent meanwhile would be gone."""
        if b'"pictures"' not in line:
            return self.answer(line)
        async with self._drawing:
            return await asyncio.to_thread(self.answer, line)

    def answer(self, line: bytes) -> dict[str, Any]:
        """Do what one line says; return the answer."""
        request_id: Any = None
        try:
            request = _read(line)
            request_id = request.id
            return {"id": request_id, "ok": True, "result": self._do(request)}
        except BenchError as error:
            said = {"code": error.code, "zh": error.say.zh, "en": error.say.en}
            return {"id": request_id, "ok": False, "error": said}
        except ValueError as error:
            said = {"code": "bad_value", "zh": f"数值不对：{error}。", "en": f"Bad value: {error}."}
            return {"id": request_id, "ok": False, "error": said}
        except OSError as error:
            said = {"code": "os", "zh": f"系统错误：{error}。", "en": f"System error: {error}."}
            return {"id": request_id, "ok": False, "error": said}

    def _do(self, request: Request) -> Any:
        host, device = self._host, request.device
        match request.do:
            case "list":
                return host.listing()
            case "quit":
                self._quit()
                return None
            case "pictures":
                folder = Path(_needed(request.folder, "folder"))
                return [str(path) for path in host.pictures(folder, device)]
            case "press":
                value = None if request.value is None else int(request.value)
                return host.press(_needed(device, "device"), _needed(request.key, "key"), value)
            case "fault":
                return host.fault(
                    _needed(device, "device"),
                    _needed(request.fault, "fault"),
                    request.value,
                    active=request.active,
                )
            case "clear" | "unplug" | "plug" | "seen" | "times" as verb:
                return getattr(host, verb)(_needed(device, "device"))


def _read(line: bytes) -> Request:
    try:
        return msgspec.json.decode(line, type=Request)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise bad_request(f"无法识别的命令：{error}", f"This is no command: {error}") from error


def _needed(value: str | None, name: str) -> str:
    if value is None:
        raise bad_request(f"命令缺少“{name}”。", f"The command lacks {name}.")
    return value
