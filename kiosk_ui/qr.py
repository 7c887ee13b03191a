"""QR codes as modules, for ``Draft.qr``."""

from __future__ import annotations

from functools import lru_cache

__all__ = ["modules"]


@lru_cache(64)
def modules(text: str) -> tuple[tuple[bool, ...], ...]:
    """Return a code's rows, its quiet zone of four modules included; True is dark.

    Error level M, the smallest version that holds ``text`` (ISO/IEC 18004, by segno, which is
    imported with the first code). Raises ``ValueError`` for a text that no code can hold.
    """
    import segno

    code = segno.make_qr(text, error="m", boost_error=False)
    return tuple(tuple(bool(one) for one in row) for row in code.matrix_iter(border=4))
