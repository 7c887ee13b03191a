"""How we may be let in: the kinds of security that a hall allows, and what proves who we are."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

__all__ = ["Access", "Kind", "Trust"]

#: ``none`` and ``vnc`` go over the wire as they are; the others over TLS with a certificate.
Kind = Literal["none", "vnc", "x509-none", "x509-vnc", "x509-plain"]

_KINDS = ("none", "vnc", "x509-none", "x509-vnc", "x509-plain")
_FINGERPRINT_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose certificate is good. At least one of the two is given, and all that is given holds.

    ``ca`` is a file (PEM) of the hall's authority, or of the one certificate itself. ``name`` must
    then stand in the certificate: None for the address that is called, "" for any. ``fingerprint``
    is the SHA-256 of the certificate (DER): 64 hexadecimal digits, colons allowed.
    """

    ca: Path | None = None
    fingerprint: str = ""
    name: str | None = None

    def __post_init__(self) -> None:
        if self.ca is None and not self.fingerprint:
            raise ValueError("a certificate needs a CA file or a fingerprint to be checked against")
        digits = self.digits
        if digits and (len(digits) != _FINGERPRINT_LENGTH or set(digits) - set("0123456789abcdef")):
            raise ValueError("a fingerprint is the SHA-256 of a certificate: 64 hexadecimal digits")

    @property
    def digits(self) -> str:
        """The fingerprint without colons, in small letters."""
        return self.fingerprint.replace(":", "").replace(" ", "").lower()


@dataclass(frozen=True, slots=True)
class Access:
    """``kinds`` that are allowed, the one that we like best first; no other is ever taken.

    ValueError where one of them lacks its password, its user or what its certificate is checked
    against. RFB's own password counts eight characters (Latin-1), and no more.
    """

    kinds: tuple[Kind, ...] = ("none",)
    password: str = field(default="", repr=False)
    user: str = field(default="", repr=False)
    trust: Trust | None = None

    def __post_init__(self) -> None:
        if not self.kinds or set(self.kinds) - set(_KINDS):
            raise ValueError(f"kinds of security are {', '.join(_KINDS)}: {self.kinds}")
        if not self.password and set(self.kinds) & {"vnc", "x509-vnc", "x509-plain"}:
            raise ValueError("that kind of security needs a password")
        if not self.user and "x509-plain" in self.kinds:
            raise ValueError("x509-plain needs a user")
        if self.trust is None and any(kind.startswith("x509") for kind in self.kinds):
            raise ValueError("x509 needs a CA file or a fingerprint")
        try:
            self.password.encode("latin-1" if {"vnc", "x509-vnc"} & set(self.kinds) else "utf-8")
        except UnicodeEncodeError:
            raise ValueError("RFB's password has Latin-1 characters only") from None
