"""The code by which a new Pi and the hub know each other, said from one person to the other.

``K7QM-3XWD-9FTH``: eleven random symbols of 32 (55 bits) and one that checks them. No 0, 1, I or O
is among them, so what is read aloud or copied by hand is not another one. The check finds every
single wrong symbol and every two that changed places, before a try is spent.

What both sides compute from it (``key_of``, ``proof_of``) says nothing of it to whoever listens:
scrypt (RFC 7914) makes each guess cost 16 MB and some 50 ms, and 55 bits are 10^16 guesses.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Literal

__all__ = ["SYMBOLS", "check_symbol", "key_of", "new_code", "proof_of", "read_code"]

SYMBOLS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_RANDOM = 11
_GROUP = 4
#: x^5 + x^2 + 1, which makes the 32 symbols a field.
_FIELD = 0b100101
#: scrypt's cost, block size and lanes: 16 MB.
_N, _R, _P = 2**14, 8, 1
_CONTEXT = b"hall adoption 1 "


def new_code() -> str:
    """Return a new code in groups of four."""
    text = "".join(secrets.choice(SYMBOLS) for _ in range(_RANDOM))
    return _grouped(text + check_symbol(text))


def read_code(typed: str) -> str | None:
    """Return a code as it is written; None for what cannot be one (a slip of hand or ear)."""
    text = "".join(one for one in typed.upper() if one.isalnum())
    known = len(text) == _RANDOM + 1 and all(one in SYMBOLS for one in text)
    if not known or check_symbol(text[:-1]) != text[-1]:
        return None
    return _grouped(text)


def check_symbol(text: str) -> str:
    """Return the symbol that checks ``text``: the sum of 2^place times symbol, in the field."""
    total, weight = 0, 1
    for one in text:
        # 2 generates the field, so each of 31 places has a weight of its own.
        weight = _times(weight, 2)
        total ^= _times(weight, SYMBOLS.index(one))
    return SYMBOLS[total]


def _times(one: int, other: int) -> int:
    product = 0
    while other:
        if other & 1:
            product ^= one
        one <<= 1
        if one & 0b100000:
            one ^= _FIELD
        other >>= 1
    return product


def _grouped(text: str) -> str:
    return "-".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))


def key_of(code: str, salt: bytes) -> bytes:
    """Return the key (32 bytes) that both sides have by the code; takes some 50 ms."""
    word = code.replace("-", "").encode()
    return hashlib.scrypt(word, salt=salt, n=_N, r=_R, p=_P, dklen=32)


def proof_of(
    key: bytes,
    side: Literal["hub", "node"],
    certificate: bytes,
    nonces: tuple[bytes, bytes],
    request: bytes,
) -> bytes:
    """Return what ``side`` shows to say that it knows the code, on this connection alone.

    ``certificate`` (DER) is that of the listener: the hub takes its own, the node what it was
    shown, so nobody can stand between them (RFC 5929, tls-server-end-point). ``nonces`` are the
    hub's and the node's; ``request`` is what is to be signed.
    """
    parts = (side.encode(), certificate, *nonces, request)
    digests = b"".join(hashlib.sha256(part).digest() for part in parts)
    return hmac.digest(key, _CONTEXT + digests, "sha256")
