"""A session between two Pis: what they tell each other through the broker, it cannot read.

Pages, signatures and what is checked at a window are of people, and are on no broker in clear: not
in its memory, its files, or for whoever administers it. A Pi and the hub agree on keys of one
session (ephemeral ECDH on P-256, NIST SP 800-56A; HKDF-SHA-256, RFC 5869) and put what they say
into boxes (AES-256-GCM, NIST SP 800-38D), each with a nonce of its own::

    hello    {"public": base64 of the point (65 bytes, SEC 1, uncompressed),
              "certificate": PEM, "proof": base64 of ECDSA-SHA-256 over what is below}
    proven   "hall-session 1" 0 side 0 hall 0 node 0 hub 0, then the point; the hub's: both points
    box      12 bytes nonce, then the ciphertext with its tag

A box is bound to its session, to who speaks, and an answer to its question. Both prove with their
certificates of the hall's own authority who they are, so the broker cannot stand in between either.
Without certificates (a bench on one machine) nobody is proven; ``SyncSettings.private`` says where
that may be. That a certificate is still good the broker has judged when it let the Pi in.

(``sealed`` is for what goes one way, to the hub's memory alone: a card's number.) ``cryptography``
is imported with the first session: most halls never need it here.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.x509 import Certificate

__all__ = ["BadSession", "Between", "Handshake", "Identity", "Session", "answered_session"]

_NAME = b"hall-session 1"
_NONCE = 12
_KEY = 32


class BadSession(Exception):
    """It is not of whom it should be, or was changed on its way."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Files with which a Pi proves who it is; None without certificates."""

    ca_file: str
    cert_file: str
    key_file: str

    @classmethod
    def of(
        cls, ca_file: str | None, cert_file: str | None, key_file: str | None
    ) -> Identity | None:
        """Return them when all three are there."""
        if ca_file is None or cert_file is None or key_file is None:
            return None
        return cls(ca_file, cert_file, key_file)


@dataclass(frozen=True, slots=True)
class Between:
    """Who speaks with whom, as the broker's topics name them."""

    hall: str
    node: str
    hub: str

    def proven(self, side: str, *points: bytes) -> bytes:
        """Return what ``side`` (``node`` or ``hub``) proves with its certificate's key."""
        names = (_NAME, *(name.encode() for name in (side, self.hall, self.node, self.hub)))
        return b"\0".join(names) + b"\0" + b"".join(points)


@dataclass(frozen=True, slots=True, repr=False)
class Session:
    """The keys of a session, as one of its two sides has them; ``key`` is its name."""

    key: str
    _mine: bytes
    _theirs: bytes

    def close(self, content: bytes, question: bytes = b"") -> bytes:
        """Return a box; an answer names the box that it answers (``question``)."""
        nonce = secrets.token_bytes(_NONCE)
        closed: bytes = _cipher(self._mine).encrypt(nonce, content, self._bound(question))
        return nonce + closed

    def open(self, box: bytes, question: bytes = b"") -> bytes:
        """Return what is in a box of the other side. Raises ``BadSession``."""
        from cryptography.exceptions import InvalidTag

        try:
            cipher = _cipher(self._theirs)
            return bytes(cipher.decrypt(box[:_NONCE], box[_NONCE:], self._bound(question)))
        except (InvalidTag, ValueError):
            raise BadSession("the box is not of this session") from None

    def _bound(self, question: bytes) -> bytes:
        return _NAME + b"\0" + self.key.encode() + b"\0" + question[:_NONCE]


class Handshake:
    """A Pi's half of an agreement: ``hello`` is sent, ``agreed`` takes what is answered."""

    def __init__(self, between: Between, identity: Identity | None) -> None:
        from cryptography.hazmat.primitives.asymmetric import ec

        self._between, self._identity = between, identity
        self._private = ec.generate_private_key(ec.SECP256R1())
        self._point = _point(self._private)
        self.hello = _hello(self._point, identity, between.proven("node", self._point))

    def agreed(self, answer: dict[str, Any]) -> Session:
        """Return the session. Raises ``BadSession`` when it is not the hub that answered."""
        between, theirs = self._between, _bytes(answer, "public")
        proven = between.proven("hub", self._point, theirs)
        _judge(answer, self._identity, between.hub, proven)
        to_hub, to_node = _keys(self._private, theirs, proven)
        return Session(str(answer.get("key", "")), to_hub, to_node)


def answered_session(
    between: Between, identity: Identity | None, hello: dict[str, Any]
) -> tuple[dict[str, Any], Session]:
    """Return the hub's answer to a hello, and its half of the session. Raises ``BadSession``."""
    from cryptography.hazmat.primitives.asymmetric import ec

    theirs = _bytes(hello, "public")
    _judge(hello, identity, between.node, between.proven("node", theirs))
    private = ec.generate_private_key(ec.SECP256R1())
    point = _point(private)
    proven = between.proven("hub", theirs, point)
    to_hub, to_node = _keys(private, theirs, proven)
    key = secrets.token_hex(8)
    return {"key": key, **_hello(point, identity, proven)}, Session(key, to_node, to_hub)


def _hello(point: bytes, identity: Identity | None, proven: bytes) -> dict[str, Any]:
    told = {"public": base64.b64encode(point).decode(), "certificate": "", "proof": ""}
    if identity is not None:
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec

        try:
            certificate = Path(identity.cert_file).read_text("ascii")
            key = serialization.load_pem_private_key(Path(identity.key_file).read_bytes(), None)
        except (OSError, ValueError) as error:
            raise BadSession(
                f"our own certificate cannot be read ({type(error).__name__})"
            ) from None
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise BadSession("our own key is of another kind")
        proof = key.sign(proven, ec.ECDSA(hashes.SHA256()))
        told |= {"certificate": certificate, "proof": base64.b64encode(proof).decode()}
    return told


def _judge(told: dict[str, Any], identity: Identity | None, name: str, proven: bytes) -> None:
    """Raise ``BadSession`` unless the hall's authority says that this was said by ``name``."""
    if identity is None:
        return
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    try:
        shown = x509.load_pem_x509_certificate(str(told.get("certificate", "")).encode())
        authority = x509.load_pem_x509_certificate(Path(identity.ca_file).read_bytes())
        shown.verify_directly_issued_by(authority)
        key = shown.public_key()
        if not isinstance(key, ec.EllipticCurvePublicKey):
            raise BadSession("a certificate of another kind")
        key.verify(_bytes(told, "proof"), proven, ec.ECDSA(hashes.SHA256()))
    except (OSError, ValueError, TypeError, InvalidSignature):
        raise BadSession("it does not prove who it is") from None
    if _name_of(shown) != name:
        raise BadSession("it is somebody else of this hall")


def _name_of(certificate: Certificate) -> str:
    from cryptography.x509.oid import NameOID

    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if len(names) == 1 else ""


def _bytes(told: dict[str, Any], name: str) -> bytes:
    try:
        return base64.b64decode(str(told.get(name, "")), validate=True)
    except (binascii.Error, ValueError):
        raise BadSession(f"{name} cannot be read") from None


def _point(private: EllipticCurvePrivateKey) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _keys(private: EllipticCurvePrivateKey, theirs: bytes, proven: bytes) -> tuple[bytes, bytes]:
    """Return the key of what goes to the hub, and that of what comes from it."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    try:
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
    except ValueError:
        raise BadSession("no point of the curve") from None
    shared = private.exchange(ec.ECDH(), public)
    both = HKDF(hashes.SHA256(), 2 * _KEY, salt=None, info=proven).derive(shared)
    return both[:_KEY], both[_KEY:]


def _cipher(key: bytes) -> Any:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key)
