"""A throw-away authority, and a certificate of a server by it."""

from __future__ import annotations

import datetime
import hashlib
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

__all__ = ["Papers", "papers"]


@dataclass(frozen=True, slots=True)
class Papers:
    """PEM files, and the SHA-256 of the certificate."""

    ca: Path
    certificate: Path
    key: Path
    fingerprint: str


def papers(folder: Path, name: str = "pc7.hall.test") -> Papers:
    """Make an authority and a certificate for ``name`` and 127.0.0.1, good for a day."""
    folder.mkdir()
    now = datetime.datetime.now(datetime.UTC)
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"ca of {folder.name}")])

    def signed(
        subject: x509.Name, public: ec.EllipticCurvePublicKey, extension: x509.ExtensionType
    ) -> x509.Certificate:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(ca_name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(extension, critical=True)
            .sign(ca_key, hashes.SHA256())
        )

    ca = signed(ca_name, ca_key.public_key(), x509.BasicConstraints(ca=True, path_length=None))
    names = x509.SubjectAlternativeName(
        [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    )
    own = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = signed(own, key.public_key(), names)
    pem = serialization.Encoding.PEM
    found = Papers(
        folder / "ca.pem",
        folder / "certificate.pem",
        folder / "key.pem",
        hashlib.sha256(certificate.public_bytes(serialization.Encoding.DER)).hexdigest(),
    )
    found.ca.write_bytes(ca.public_bytes(pem))
    found.certificate.write_bytes(certificate.public_bytes(pem))
    found.key.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return found
