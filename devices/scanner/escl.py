"""Asks a network scanner who and how it is, without scanning: two pages of eSCL over HTTP.

Source: Mopria eSCL Specification 2.9x, ScannerCapabilities and ScannerStatus, as sane-airscan reads
them too; never tried on hardware. What a scanner answers is not trusted: it is bounded, and words
are looked for in it instead of parsing it.
"""

from __future__ import annotations

import contextlib
import html
import http.client
import re
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

from devices.errors import DeviceTimeout, DeviceUnavailable, FrameError, PortAbsent
from devices.reasons import reason

__all__ = ["EsclPort", "EsclState", "identity_in", "state_in"]

_MOST = 256_000
_TIMEOUT_S = 3.0
_MODEL = re.compile(r"<(?:\w+:)?MakeAndModel>([^<]{1,200})<")
_SERIAL = re.compile(r"<(?:\w+:)?SerialNumber>([^<]{1,100})<")
_STATE = re.compile(r"<(?:\w+:)?State>\s*(\w{1,40})\s*<")
_FEEDER = re.compile(r"<(?:\w+:)?AdfState>\s*(\w{1,60})\s*<")
_FAULTS = {
    "ScannerAdfJam": "jammed",
    "ScannerAdfMispick": "jammed",
    "ScannerAdfMultipickDetected": "jammed",
    "ScannerAdfHatchOpen": "cover_open",
    "ScannerAdfDoorOpen": "cover_open",
}


@dataclass(frozen=True, slots=True)
class EsclState:
    """How a scanner is: ``fault`` is a code of ``devices.scanner.faults`` or ""."""

    state: str
    fault: str


def identity_in(capabilities: str) -> str:
    """Return maker, model and serial number, "" when it does not say."""
    found = [part[1] for form in (_MODEL, _SERIAL) if (part := form.search(capabilities))]
    words = " ".join(html.unescape(part).strip() for part in found)
    return "".join(char for char in words if char.isprintable())


def state_in(status: str) -> EsclState:
    """Return what a ScannerStatus says. Raises ``FrameError`` for what is none."""
    state = _STATE.search(status)
    if state is None:
        raise FrameError("ScannerStatus")
    feeder = _FEEDER.search(status)
    return EsclState(state[1], _FAULTS.get(feeder[1], "") if feeder else "")


class EsclPort:
    """A scanner's address: ``http://host/eSCL``, or ``mock:/path`` of a Unix socket.

    Every question is one connection with a limit in time. ``ssl`` does not check certificates:
    scanners have their own, and nothing secret is asked.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self._socket = address.removeprefix("mock:") if address.startswith("mock:") else ""
        self._parts = urlsplit("http://localhost/eSCL" if self._socket else address)

    @property
    def socket(self) -> str:
        """The path of its Unix socket, "" for one on the network."""
        return self._socket

    @property
    def sane_name(self) -> str:
        """What sane-airscan calls it."""
        if self._socket:
            return f"airscan:escl:hall:unix://{self._socket.rpartition('/')[2]}/eSCL"
        return f"airscan:escl:hall:{self.address}"

    def identity(self) -> str:
        """Ask who it is. Raises as ``ask`` does."""
        return identity_in(self.ask("ScannerCapabilities"))

    def state(self) -> EsclState:
        """Ask how it is. Raises as ``ask`` does."""
        return state_in(self.ask("ScannerStatus"))

    def ask(self, page: str) -> str:
        """Return one of its pages.

        Raises ``PortAbsent``, ``DeviceUnavailable``, ``DeviceTimeout``, ``FrameError``.
        """
        connection = self._connection()
        try:
            connection.request("GET", f"{self._parts.path.rstrip('/')}/{page}")
            answer = connection.getresponse()
            data = answer.read(_MOST + 1)
        except TimeoutError:
            raise DeviceTimeout(f"answer of {self.address}", _TIMEOUT_S) from None
        except FileNotFoundError:
            raise PortAbsent(self.address, "no such socket", "没有这个套接字") from None
        except http.client.HTTPException as error:
            raise FrameError(f"{page}: {type(error).__name__}") from None
        except OSError as error:
            raise DeviceUnavailable(self.address, *reason(error)) from None
        finally:
            connection.close()
        if answer.status != http.HTTPStatus.OK or len(data) > _MOST:
            raise FrameError(f"{page}: HTTP status {answer.status}")
        return data.decode("utf-8", "replace")

    def _connection(self) -> http.client.HTTPConnection:
        host, port = self._parts.hostname or "localhost", self._parts.port
        if self._parts.scheme == "https":
            unchecked = ssl.create_default_context()
            unchecked.check_hostname = False
            unchecked.verify_mode = ssl.CERT_NONE
            return http.client.HTTPSConnection(host, port, timeout=_TIMEOUT_S, context=unchecked)
        connection = http.client.HTTPConnection(host, port, timeout=_TIMEOUT_S)
        if self._socket:
            connection.sock = _connected(self._socket)
        return connection


def _connected(path: str) -> socket.socket:
    """Connect. Raises ``PortAbsent``, ``DeviceUnavailable``."""
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.settimeout(_TIMEOUT_S)
        sock.connect(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            sock.close()
        absent = PortAbsent if isinstance(error, FileNotFoundError) else DeviceUnavailable
        raise absent(f"mock:{path}", *reason(error)) from None
    return sock
