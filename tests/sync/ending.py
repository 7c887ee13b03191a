"""A broker that ends every encrypted connection without a word, in each of the ways there are."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from firmware_py.store.authority import Authority

__all__ = ["ENDS", "EndingBroker"]

#: When it ends: at the first bytes, once encryption is agreed upon, or at the first words in it;
#: and how: with a reset, or as a program that ends.
ENDS = ("reset at once", "closed at once", "reset", "closed", "closed after CONNECT")
_RESETS = struct.pack("ii", 1, 0)


class EndingBroker(AbstractContextManager["EndingBroker"]):
    """Listens on ``port`` while entered; its certificate and a hall's are in ``folder``."""

    def __init__(self, folder: Path, how: str) -> None:
        assert how in ENDS
        self._how = how
        made = Authority.make(folder / "ending", "demo", datetime.now(UTC))
        made.issue("broker", datetime.now(UTC), hosts=("127.0.0.1",))
        made.issue("hub", datetime.now(UTC))
        self._files = made.folder
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(made.folder / "broker.crt", made.folder / "broker.key")
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._run, name="ending-broker")

    def files(self, *, own: bool) -> dict[str, Any]:
        """Return a hall's settings, with a certificate of its ``own`` or without."""
        given = {"ca_file": str(self._files / "ca.crt")}
        if own:
            given["cert_file"] = str(self._files / "hub.crt")
            given["key_file"] = str(self._files / "hub.key")
        return given

    def _run(self) -> None:
        while True:
            came, _ = self._listener.accept()
            came.settimeout(60)
            # The end of our own test is a connection that says nothing.
            if not came.recv(1, socket.MSG_PEEK):
                came.close()
                return
            with contextlib.suppress(OSError):
                self._end(came)
            came.close()

    def _end(self, came: socket.socket) -> None:
        if self._how == "closed at once":
            came.recv(4096)
        elif not self._how.endswith("at once"):
            came = self._context.wrap_socket(came, server_side=True)
            if self._how == "closed after CONNECT":
                came.recv(4096)
        if self._how.startswith("reset"):
            came.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESETS)
        came.close()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        socket.create_connection(("127.0.0.1", self.port)).close()
        self._thread.join(30)
        assert not self._thread.is_alive()
        self._listener.close()
