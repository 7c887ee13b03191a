r"""What is for the hub alone: a card's number on its way there, which nobody in between can read.

A box is HPKE's (RFC 9180, base mode, one message): DHKEM(X25519, HKDF-SHA256), HKDF-SHA256,
AES-128-GCM::

    0   32  enc, a public key that was made for this box
    32   n  the content, filled up to a multiple of FILL bytes, so that its length tells nothing
    +16     the tag

``about`` says which hall, Pi and place a box is of and what for; under another it does not open.

The hub's key is made when a Pi first asks for one, is in the hub's memory alone and ends with its
process: what somebody recorded cannot be opened later with a stolen card, the hub's among them. In
a hall with certificates it is signed with that of the hub (ECDSA, P-256, SHA-256, over
``"hall-seal 1\0"``, the key's 32 bytes), and whoever seals looks at the whole chain: neither the
broker nor the certificate of a window can have numbers sealed for itself. ``cryptography`` is
imported with the first box (90 ms, 10 MB).
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from cryptography.hazmat.primitives.hpke import Suite

__all__ = ["FILL", "MOST", "HubKey", "NotSealed", "about", "seal"]

#: Bytes; a number is 18 of them, and 64 are the most.
FILL = 96
#: Of a content: fields of a card that an item keeps, with a long address.
MOST = 4096
_KEY, _TAG = 32, 16
_SIGNED = b"hall-seal 1\0"
_END = b"\x80"


class NotSealed(ValueError):
    """A box or a key that is not used. Its text holds nothing of a content."""


def about(hall: str, node: str, what: str, place: str) -> bytes:
    """Return what a box is bound to; ``place`` is ``kiosk/kiosk-2``, ``window/3``."""
    return f"hall-people 1\0{hall}\0{node}\0{what}\0{place}".encode()


class HubKey:
    """The hub's side. Both methods may read files and import much: call them on a thread."""

    def __init__(self, cert_file: str | None, key_file: str | None) -> None:
        self._files = (cert_file, key_file)
        self._key: X25519PrivateKey | None = None

    def offer(self) -> dict[str, str]:
        """Return the public key and who vouches for it. Raises ``OSError``, ``ValueError``."""
        public = self._made().public_key().public_bytes_raw()
        cert_file, key_file = self._files
        told = {"key": b64encode(public).decode()}
        if cert_file is not None and key_file is not None:
            pem = Path(cert_file).read_text(encoding="ascii")
            told |= {"cert": pem, "signed": b64encode(_signature(key_file, public)).decode()}
        return told

    def open(self, box: str, info: bytes) -> bytes:
        """Return a box's content. Raises ``NotSealed`` for one that is not for this key."""
        from cryptography.exceptions import InvalidTag

        try:
            sealed = b64decode(box, validate=True)
            if not _KEY + _TAG < len(sealed) <= _KEY + _TAG + MOST + FILL:
                raise NotSealed("a box of a wrong size")
            content = _suite().decrypt(sealed, self._made(), info)
        except (InvalidTag, binascii.Error, ValueError) as error:
            raise NotSealed("a box that is not for this key") from error
        found, end, fill = content.rpartition(_END)
        if not end or fill.strip(b"\0"):
            raise NotSealed("a box that is not filled up as it should be")
        return found

    def _made(self) -> X25519PrivateKey:
        if self._key is None:
            from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

            self._key = X25519PrivateKey.generate()
        return self._key


def seal(
    offer: Mapping[str, Any], hub: str, ca_file: str | None, info: bytes, content: bytes
) -> str:
    """Return a box for the hub of this name, in base64.

    With ``ca_file`` the offer must be signed by the hub's certificate of that authority. Raises
    ``NotSealed`` for an offer that is not the hub's, ``OSError`` for the file.
    """
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

    if len(content) > MOST:
        raise NotSealed("more than a box holds")
    filled = content + _END
    filled += bytes(-len(filled) % FILL)
    try:
        public = b64decode(str(offer["key"]), validate=True)
        if ca_file is not None:
            _believe(offer, hub, Path(ca_file).read_bytes(), public)
        key = X25519PublicKey.from_public_bytes(public)
        return b64encode(_suite().encrypt(filled, key, info)).decode()
    except (KeyError, TypeError, binascii.Error, ValueError) as error:
        raise NotSealed(f"the key is not that of {hub}") from error


def _suite() -> Suite:
    from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

    return Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_128_GCM)


def _signature(key_file: str, public: bytes) -> bytes:
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = serialization.load_pem_private_key(Path(key_file).read_bytes(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise NotSealed("the certificate's key is not on P-256")
    return key.sign(_SIGNED + public, ec.ECDSA(hashes.SHA256()))


def _believe(offer: Mapping[str, Any], hub: str, authority: bytes, public: bytes) -> None:
    """Raise ``ValueError`` unless the hub's certificate signed the key.

    Its end is not looked at: the broker does, and a Pi may wake up in the past.
    """
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    cert = x509.load_pem_x509_certificate(str(offer["cert"]).encode("ascii"))
    names = [one.value for one in cert.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)]
    signer = cert.public_key()
    if names != [hub] or not isinstance(signer, ec.EllipticCurvePublicKey):
        raise NotSealed("the key is another Pi's")
    try:
        cert.verify_directly_issued_by(x509.load_pem_x509_certificate(authority))
        signed = b64decode(str(offer["signed"]), validate=True)
        signer.verify(signed, _SIGNED + public, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise NotSealed("the key is not signed by the hub") from error
