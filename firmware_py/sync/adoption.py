"""What a new Pi and the hub say to each other while it is adopted, and how it is framed.

::

    hub                                    new Pi
    Hello    nonce, salt            ->
                                    <-     Proof    nonce, request, that it knows the code
    Welcome  that it knows it too,
             what comes; the files  ->
                                    <-     Ready    everything lies on the disk and is right
    Signed   the certificate        ->
                                    <-     Done     in place; the code is void

Each is a frame: its length (4 bytes, big-endian) and JSON; a file is a frame of its own bytes.
All of it goes over TLS 1.3. The hub's certificate is made for this listener alone and vouched for
by the code, not by an authority that the new Pi cannot know yet (docs/spread-inside.md).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import msgspec

__all__ = [
    "DEFAULT_PORT", "Broken", "Done", "Failed", "FileHead", "Hello", "Line", "Parting", "Proof",
    "Ready", "Signed", "Sorry", "Welcome",
]  # fmt: skip

#: Beside the broker's 8883.
DEFAULT_PORT = 8884
#: The largest message, and the largest file (a picture, a clip).
LARGEST, LARGEST_FILE = 65_536, 16 * 1024 * 1024
#: How long the other side may take for a step that a machine does.
STEP_S = 30.0
_LENGTH = 4


class Hello(msgspec.Struct, frozen=True, tag="hello"):
    """The hub's first word; before the proof it says nothing of the hall."""

    nonce: bytes
    salt: bytes
    version: int = 1


class Proof(msgspec.Struct, frozen=True, tag="proof"):
    """``request`` is PKCS #10, PEM."""

    nonce: bytes
    request: bytes
    proof: bytes


class FileHead(msgspec.Struct, frozen=True):
    """A file that follows. ``name`` is below the folder of the configuration, with "/"."""

    name: str
    size: int


class Welcome(msgspec.Struct, frozen=True, tag="welcome"):
    """What the new Pi becomes. ``now_s``: the hub's clock, seconds since 1970.

    ``ca``, ``cert`` and ``key`` are where those files belong, named as ``FileHead.name``.
    """

    proof: bytes
    node: str
    hall: str
    version: str
    now_s: float
    ca: str
    cert: str
    key: str
    files: tuple[FileHead, ...]
    #: What the hub's program speaks (``core.wire_version``).
    wire: int = 1


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The certificate is all that is missing."""


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """Why the new Pi could not take it; nothing was changed there."""

    zh: str
    en: str


class Signed(msgspec.Struct, frozen=True, tag="signed"):
    """The certificate (PEM)."""

    certificate: bytes


class Done(msgspec.Struct, frozen=True, tag="done"):
    """In place. ``host`` is the machine's own name."""

    host: str


class Sorry(msgspec.Struct, frozen=True, tag="sorry"):
    """Why the hub does not go on. ``left``: how often a wrong code can be tried again."""

    code: str
    zh: str = ""
    en: str = ""
    left: int = 0


Message = Hello | Proof | Welcome | Ready | Failed | Signed | Done | Sorry
M = TypeVar("M", bound=msgspec.Struct)
_messages = msgspec.json.Decoder(Message)


@dataclass(frozen=True, slots=True)
class Parting:
    """What one new Pi is given: its name, and files below the folder of the configuration.

    ``ca``, ``cert`` and ``key`` are where those files belong there.
    """

    node: str
    hall: str
    version: str
    ca: str
    cert: str
    key: str
    files: Mapping[str, bytes]


class Broken(Exception):
    """The other side ended, was too slow, or said what nobody says here."""


class Line:
    """Messages over one connection. All methods raise ``Broken``."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def say(self, message: Message) -> None:
        """Send a message."""
        await self.send(msgspec.json.encode(message))

    async def send(self, data: bytes) -> None:
        """Send a frame."""
        try:
            async with asyncio.timeout(STEP_S):
                self._writer.write(len(data).to_bytes(_LENGTH, "big") + data)
                await self._writer.drain()
        except (OSError, TimeoutError) as error:
            raise Broken(_reason(error)) from error

    async def hear(self, wanted: type[M], within_s: float = STEP_S) -> M | Sorry | Failed:
        """Return the next message; "sorry" and "failed" may come at any time."""
        data = await self.receive(LARGEST, within_s)
        try:
            found = _messages.decode(data)
        except msgspec.DecodeError as error:
            raise Broken("not a word of this program") from error
        if not isinstance(found, (wanted, Sorry, Failed)):
            raise Broken(f"unexpected: {type(found).__name__.lower()}")
        return found

    async def receive(self, most: int, within_s: float = STEP_S) -> bytes:
        """Return the next frame, of at most so many bytes."""
        try:
            async with asyncio.timeout(within_s):
                length = int.from_bytes(await self._reader.readexactly(_LENGTH), "big")
                if length > most:
                    raise Broken(f"{length} bytes are too many")
                return await self._reader.readexactly(length)
        except (OSError, TimeoutError, EOFError) as error:
            raise Broken(_reason(error)) from error

    async def close(self) -> None:
        """Hang up."""
        self._writer.close()
        try:
            async with asyncio.timeout(STEP_S):
                await self._writer.wait_closed()
        except (OSError, TimeoutError):
            # Whoever is gone does not say goodbye.
            return


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, EOFError):
        return "the connection was closed"
    return getattr(error, "strerror", None) or type(error).__name__
