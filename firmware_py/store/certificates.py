"""Certificates of a hall's broker: how they are made and read. Nothing here has files or a clock.

X.509 v3 with keys on P-256 and SHA-256 (RFC 5280, RFC 5480). The common name (CN) is the identity,
which mosquitto takes as user name; a broker's certificate is good for a server alone, all others
for a client alone, so a stolen one of a window cannot play the broker. ``cryptography`` is
imported when the first certificate is made or read.

A Pi up to 4 wakes up in the past, and a certificate of the future would keep it from the broker.
So all begin at ``BEGIN``, whenever they are made: only their end means something.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

__all__ = ["BEGIN", "Certificate", "Signer", "Use", "make_authority", "make_request", "misfit",
           "new_key", "read_certificate"]  # fmt: skip

#: Before the first line of this program, and before any clock that a Pi may wake up with.
BEGIN = datetime(2020, 1, 1, tzinfo=UTC)

Use = Literal["authority", "broker", "client"]


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a certificate says. ``name`` is its common name; ``hosts`` are names and addresses."""

    name: str
    use: Use
    serial: int
    begins: datetime
    ends: datetime
    hosts: tuple[str, ...] = ()


def new_key() -> bytes:
    """Return a new private key on P-256: PKCS #8, PEM, not encrypted."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def make_request(name: str, key: bytes) -> bytes:
    """Return a request (PKCS #10, PEM) for a certificate; the key stays where it is."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization

    request = x509.CertificateSigningRequestBuilder().subject_name(_named(name))
    return request.sign(_key(key), hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def make_authority(name: str, key: bytes, ends: datetime) -> bytes:
    """Return the certificate (PEM) of an authority that signs others and nothing further down."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization

    private, subject = _key(key), _named(name)
    public = private.public_key()
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGIN)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_others=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .sign(private, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


def read_certificate(pem: bytes) -> Certificate:
    """Return what the first certificate of a PEM file says. Raises ``ValueError``."""
    from cryptography import x509

    found = x509.load_pem_x509_certificate(pem)
    return Certificate(
        _common_name(found.subject),
        _use(found),
        found.serial_number,
        found.not_valid_before_utc,
        found.not_valid_after_utc,
        tuple(_hosts(found)),
    )


def misfit(certificate: bytes, key: bytes, authority: bytes, name: str) -> str:
    """Return why a certificate is not ``name``'s client's with this key; "" when it is. All PEM."""
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature

    try:
        found = x509.load_pem_x509_certificate(certificate)
        told, own = read_certificate(certificate), _key(key)
        found.verify_directly_issued_by(x509.load_pem_x509_certificate(authority))
    except (ValueError, TypeError, InvalidSignature) as error:
        return f"{type(error).__name__}: {error}".rstrip(": ")
    if found.public_key() != own.public_key():
        return "another key"
    return "" if (told.name, told.use) == (name, "client") else f"{told.name}, {told.use}"


class Signer:
    """An authority at work. Raises ``ValueError`` for what is no certificate or not its key."""

    __slots__ = ("_certificate", "_key", "ends")

    def __init__(self, certificate: bytes, key: bytes) -> None:
        from cryptography import x509

        self._certificate = x509.load_pem_x509_certificate(certificate)
        self._key = _key(key)
        if self._certificate.public_key() != self._key.public_key():
            raise ValueError("the key is not that of the certificate")
        #: Nothing that it signs is good for longer.
        self.ends = self._certificate.not_valid_after_utc

    def certify(
        self, request: bytes, name: str, use: Use, ends: datetime, hosts: Sequence[str] = ()
    ) -> bytes:
        """Return a certificate (PEM) for the key of a request, whatever name that asks for.

        ``hosts`` are the DNS names and addresses of a broker. Raises ``ValueError`` for a request
        that its key did not sign, and for a key that is not on P-256.
        """
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.x509.oid import ExtendedKeyUsageOID as For

        asked = x509.load_pem_x509_csr(request)
        public = asked.public_key()
        if not asked.is_signature_valid:
            raise ValueError("the request is not signed by its own key")
        if not isinstance(public, ec.EllipticCurvePublicKey) or public.curve.name != "secp256r1":
            raise ValueError("the key is not on P-256")
        wanted = For.SERVER_AUTH if use == "broker" else For.CLIENT_AUTH
        builder = (
            x509.CertificateBuilder()
            .subject_name(_named(name))
            .issuer_name(self._certificate.subject)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(BEGIN)
            .not_valid_after(min(ends, self.ends))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(signs_others=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([wanted]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
        )
        if hosts:
            names = x509.SubjectAlternativeName([_general(host) for host in hosts])
            builder = builder.add_extension(names, critical=False)
        made = builder.sign(self._key, hashes.SHA256())
        return made.public_bytes(serialization.Encoding.PEM)

    def revocations(self, revoked: Iterable[tuple[int, datetime]], number: int) -> bytes:
        """Return the list of revoked certificates (CRL, PEM): serial numbers, and since when.

        It is good as long as the authority: a list that ended would shut everybody out. OpenSSL
        takes the list with the later date when it knows several, and none of the future; so list
        ``number`` is dated that many seconds after ``BEGIN``.
        """
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization

        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self._certificate.subject)
            .last_update(BEGIN + timedelta(seconds=number))
            .next_update(self.ends)
            .add_extension(x509.CRLNumber(number), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
        )
        for serial, since in revoked:
            one = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(since)
            builder = builder.add_revoked_certificate(one.build())
        made = builder.sign(self._key, hashes.SHA256())
        return made.public_bytes(serialization.Encoding.PEM)


def _key(pem: bytes) -> EllipticCurvePrivateKey:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    try:
        found = serialization.load_pem_private_key(pem, password=None)
    except TypeError as error:
        raise ValueError("the key is encrypted") from error
    match found:
        case ec.EllipticCurvePrivateKey():
            return found
        case _:
            raise ValueError("the key is not on an elliptic curve")


def _named(name: str) -> x509.Name:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _common_name(subject: x509.Name) -> str:
    from cryptography.x509.oid import NameOID

    found = subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else ""


def _key_usage(*, signs_others: bool) -> x509.KeyUsage:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not signs_others,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_others,
        crl_sign=signs_others,
        encipher_only=False,
        decipher_only=False,
    )


def _use(found: x509.Certificate) -> Use:
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    try:
        if found.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            return "authority"
        uses = found.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return "client"
    return "client" if ExtendedKeyUsageOID.CLIENT_AUTH in uses else "broker"


def _general(host: str) -> x509.GeneralName:
    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _hosts(found: x509.Certificate) -> Iterable[str]:
    from cryptography import x509

    try:
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return
    for name in names:
        if isinstance(name, x509.DNSName | x509.IPAddress):
            yield str(name.value)
