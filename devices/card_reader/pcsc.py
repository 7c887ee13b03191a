"""PC/SC through Debian's pyscard: its plain functions alone, which start no thread.

pyscard's monitors of cards and readers are threads of their own and are not used. The functions
let other threads run while pcscd answers; importing them takes 10 ms and 0.9 MB. They wait for
pcscd without a limit of time: one that hangs holds up this reader's thread and no other.

Which pcscd it is, libpcsclite reads from its environment once a process. So for another one than
the system's, which only benches and tests have, a name is put there that can be led elsewhere.
"""

from __future__ import annotations

import enum
import importlib
import os
import threading
from dataclasses import dataclass
from typing import Any, Protocol, cast

from devices.debian_library import debian_module
from devices.errors import DeviceUnavailable, PortAbsent
from devices.reasons import reason

__all__ = ["Context", "Pcsc", "PcscError", "Seen", "State", "library"]

#: Where pcscd listens (pcscd(8)).
SYSTEM_SOCKET = "/run/pcscd/pcscd.comm"
_SOCKET_VARIABLE = "PCSCLITE_CSOCK_NAME"


class State(enum.IntFlag):
    """How a reader is, as ``SCardGetStatusChange`` tells it (winscard.h)."""

    UNKNOWN = 0x0004
    EMPTY = 0x0010
    PRESENT = 0x0020
    #: Another program has the card for itself.
    EXCLUSIVE = 0x0080
    #: The card does not answer.
    MUTE = 0x0200


class Pcsc(enum.IntEnum):
    """Results, as far as something follows from them (pcsclite.h)."""

    DONE = 0
    INVALID_HANDLE = 0x80100003
    UNKNOWN_READER = 0x80100009
    SHARING_VIOLATION = 0x8010000B
    NO_SMARTCARD = 0x8010000C
    PROTO_MISMATCH = 0x8010000F
    COMM_ERROR = 0x80100013
    NOT_TRANSACTED = 0x80100016
    READER_UNAVAILABLE = 0x80100017
    NO_SERVICE = 0x8010001D
    SERVICE_STOPPED = 0x8010001E
    NO_READERS_AVAILABLE = 0x8010002E
    UNSUPPORTED_CARD = 0x80100065
    UNRESPONSIVE_CARD = 0x80100066
    UNPOWERED_CARD = 0x80100067
    RESET_CARD = 0x80100068
    REMOVED_CARD = 0x80100069
    SECURITY_VIOLATION = 0x8010006A


class PcscError(Exception):
    """A call failed; ``code`` is its result, ``call`` its name."""

    def __init__(self, call: str, code: int) -> None:
        name = Pcsc(code).name if code in set(Pcsc) else f"0x{code:08X}"
        super().__init__(f"{call}: {name}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Seen:
    """A reader at one moment. ``changes`` grows with each card that comes or goes (16 bits)."""

    state: State
    changes: int


class Functions(Protocol):
    """What is used of ``smartcard.scard``; every function returns its result first."""

    SCARD_SCOPE_SYSTEM: int
    SCARD_SHARE_SHARED: int
    SCARD_PROTOCOL_T0: int
    SCARD_PROTOCOL_T1: int
    SCARD_PCI_T0: Any
    SCARD_PCI_T1: Any
    SCARD_LEAVE_CARD: int
    SCARD_STATE_UNAWARE: int

    def SCardEstablishContext(self, scope: int, /) -> tuple[int, int]: ...
    def SCardReleaseContext(self, context: int, /) -> int: ...
    def SCardListReaders(self, context: int, groups: list[str], /) -> tuple[int, list[str]]: ...
    def SCardGetStatusChange(
        self, context: int, wait_ms: int, readers: list[tuple[str, int]], /
    ) -> tuple[int, list[tuple[str, int, list[int]]]]: ...
    def SCardConnect(
        self, context: int, reader: str, share: int, protocols: int, /
    ) -> tuple[int, int, int]: ...
    def SCardTransmit(
        self, card: int, protocol: Any, data: list[int], /
    ) -> tuple[int, list[int]]: ...
    def SCardDisconnect(self, card: int, disposition: int, /) -> int: ...


def library() -> Functions:
    """Return pyscard's functions. Raises ``DeviceUnavailable`` when Debian's package is missing."""
    debian_module("smartcard", "python3-pyscard")
    return cast("Functions", importlib.import_module("smartcard.scard"))


class Context:
    """A connection to pcscd. All but ``close`` raise ``PcscError``; one thread at a time."""

    def __init__(self, functions: Functions, socket: str = "") -> None:
        self._call = functions
        self._context = _established(functions, socket)

    def close(self) -> None:
        """End the connection; a second call does nothing."""
        context, self._context = self._context, 0
        if context:
            self._call.SCardReleaseContext(context)

    def readers(self) -> list[str]:
        """Return the names of all readers."""
        result, names = self._call.SCardListReaders(self._context, [])
        if _code(result) == Pcsc.NO_READERS_AVAILABLE:
            return []
        _check("SCardListReaders", result)
        return list(names)

    def look(self, reader: str) -> Seen:
        """Return how a reader is now; ``State.UNKNOWN`` when there is none of that name."""
        asked = [(reader, self._call.SCARD_STATE_UNAWARE)]
        result, told = self._call.SCardGetStatusChange(self._context, 0, asked)
        if _code(result) == Pcsc.UNKNOWN_READER:
            return Seen(State.UNKNOWN, 0)
        _check("SCardGetStatusChange", result)
        state = told[0][1]
        return Seen(State(state & 0xFFFF & sum(State)), state >> 16 & 0xFFFF)

    def ask(self, reader: str, command: bytes) -> bytes:
        """Have the card answer one command, beside other programs; it stays as it is."""
        call = self._call
        protocols = call.SCARD_PROTOCOL_T0 | call.SCARD_PROTOCOL_T1
        result, card, protocol = call.SCardConnect(
            self._context, reader, call.SCARD_SHARE_SHARED, protocols
        )
        _check("SCardConnect", result)
        try:
            t0 = protocol == call.SCARD_PROTOCOL_T0
            header = call.SCARD_PCI_T0 if t0 else call.SCARD_PCI_T1
            result, answer = call.SCardTransmit(card, header, list(command))
        finally:
            call.SCardDisconnect(card, call.SCARD_LEAVE_CARD)
        _check("SCardTransmit", result)
        return bytes(answer)


def _code(result: int) -> int:
    # On a system of 32 bits results are negative.
    return result & 0xFFFFFFFF


def _check(call: str, result: int) -> None:
    if _code(result) != Pcsc.DONE:
        raise PcscError(call, _code(result))


class _Way:
    """Where libpcsclite of this process finds pcscd: it asks its environment once."""

    def __init__(self) -> None:
        #: Held until the context is there: two must not be led at once.
        self.lock = threading.Lock()
        #: The descriptor that it is led through, -1 while it knows its own way.
        self._through = -1

    def lead_to(self, socket: str) -> None:
        """Make its name of the socket mean this one, from the first call that needs it.

        Raises ``DeviceUnavailable``.
        """
        if not socket and self._through < 0:
            return
        path = socket or SYSTEM_SOCKET
        try:
            found = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except FileNotFoundError as error:
            raise PortAbsent(
                path,
                "the card service does not run: systemctl enable --now pcscd.socket",
                "读卡服务没有运行，请执行 systemctl enable --now pcscd.socket",
            ) from error
        except OSError as error:
            raise DeviceUnavailable(path, *reason(error)) from error
        if self._through < 0:
            self._through = found
            os.environ[_SOCKET_VARIABLE] = f"/proc/self/fd/{found}"
        else:
            os.dup2(found, self._through, inheritable=False)
            os.close(found)


_way = _Way()


def _established(functions: Functions, socket: str) -> int:
    with _way.lock:
        _way.lead_to(socket)
        result, context = functions.SCardEstablishContext(functions.SCARD_SCOPE_SYSTEM)
    _check("SCardEstablishContext", result)
    return context
