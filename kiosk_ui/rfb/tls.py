"""TLS around RFB (VeNCrypt), whose certificate is always checked, on memory alone."""

from __future__ import annotations

import hashlib
import hmac
import ssl

from kiosk_ui.rfb.access import Trust
from kiosk_ui.rfb.errors import RfbError

__all__ = ["Tls"]

_AT_ONCE = 65_536


class Tls:
    """``receive`` encrypted bytes, ``send`` plain ones, ``to_send`` what goes out.

    ``up`` once the certificate has been found good; before that no plain byte goes out. RfbError
    (``certificate``, ``tls``, ``closed``) ends it. ValueError where ``trust`` names no host and
    ``host`` is none; OSError where its CA file cannot be read.
    """

    def __init__(self, trust: Trust, host: str) -> None:
        self._fingerprint = trust.digits
        name = host if trust.name is None else trust.name
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.check_hostname = trust.ca is not None and trust.name != ""
        if trust.ca is None:
            # The fingerprint is checked below, before anything is sent.
            context.verify_mode = ssl.CERT_NONE
        else:
            context.load_verify_locations(trust.ca)
            if context.check_hostname and not name:
                raise ValueError("a certificate's name cannot be checked without one")
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._in, self._out, server_hostname=name or None)
        self.up = False

    def receive(self, data: bytes) -> bytes:
        """Take bytes off the wire, none to begin; return plain ones, none while not ``up``."""
        self._in.write(data)
        plain = bytearray()
        try:
            if not self.up:
                self._tls.do_handshake()
                self._check()
                self.up = True
            while piece := self._tls.read(_AT_ONCE):
                plain += piece
        except ssl.SSLWantReadError:
            return bytes(plain)
        except ssl.SSLCertVerificationError as error:
            raise RfbError("certificate", error.verify_message) from error
        except ssl.SSLZeroReturnError:
            pass
        except ssl.SSLError as error:
            raise RfbError("tls", error.reason or "TLS") from error
        if plain:  # its last words, often the reason; the end is told next time
            return bytes(plain)
        raise RfbError("closed", "TLS was ended")

    def send(self, plain: bytes) -> None:
        """Encrypt what is to go out."""
        self._tls.write(plain)

    def to_send(self) -> bytes:
        """Return, once, the encrypted bytes that go out now."""
        return self._out.read()

    def _check(self) -> None:
        certificate = self._tls.getpeercert(binary_form=True)
        if certificate is None:
            raise RfbError("certificate", "there is none")
        found = hashlib.sha256(certificate).hexdigest()
        if self._fingerprint and not hmac.compare_digest(found, self._fingerprint):
            raise RfbError("certificate", f"its SHA-256 is {found}")
