"""A person as the hall remembers one: a keyed hash, never the number itself.

Lists that the centre sends (appointments, grades) are made in the same way with the centre's key,
so whoever writes such a program needs this page alone: HMAC-SHA256 (RFC 2104) over the number in
ASCII, the check character in capitals, and of that the first 16 bytes in lower-case hexadecimal.

Without the key a hash of ID numbers is no protection: there are few enough to try them all.
"""

from __future__ import annotations

import hmac
import unicodedata

__all__ = ["LEAST_KEY", "person_hash", "plain_number"]

#: Bytes; a shorter key could be found by trying.
LEAST_KEY = 16
#: 128 bits: what ``TakeTicket.person`` takes at least.
_SHOWN = 16
_MOST = 64


def plain_number(number: str) -> str:
    """Return a document's number as it is hashed: plain digits and capitals, no blanks or dashes.

    Raises ``ValueError``, whose text never holds the number.
    """
    plain = unicodedata.normalize("NFKC", number).upper()
    plain = "".join(plain.split()).replace("-", "")
    if not plain or len(plain) > _MOST or not (plain.isascii() and plain.isalnum()):
        raise ValueError("a document's number is 1 to 64 letters and digits")
    return plain


def person_hash(key: bytes, number: str) -> str:
    """Return the keyed hash of the person with this document's number: 32 hexadecimal digits.

    ``key`` has 16 bytes or more. Raises ``ValueError`` for a shorter one, and for what is no number
    (nothing of it stands in the error).
    """
    if len(key) < LEAST_KEY:
        raise ValueError(
            f"the key of people's hashes has {len(key)} bytes, not {LEAST_KEY} or more"
        )
    return hmac.digest(key, plain_number(number).encode("ascii"), "sha256")[:_SHOWN].hex()
