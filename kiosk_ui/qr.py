"""QR codes as modules, for ``Draft.qr``."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from functools import lru_cache
from types import ModuleType

__all__ = ["modules"]

#: Light modules around a code (ISO/IEC 18004, 9.1).
_QUIET = 4


@lru_cache(1)
def _encoder() -> ModuleType:
    """Return segno's encoder without segno's writers.

    ``import segno`` takes 60 ms and 7 MB: what writes files imports ``xml.sax``, that
    ``urllib.request``, that ``ssl``. A screen writes none, so the encoder is imported below a
    package that has not run; whoever wants all of segno in this process still gets it.
    """
    name = "segno.encoder"
    if name not in sys.modules and "segno" not in sys.modules:
        spec = importlib.util.find_spec("segno")
        if spec is None:
            raise ModuleNotFoundError("segno is not installed", name="segno")
        sys.modules["segno"] = importlib.util.module_from_spec(spec)
        try:
            return importlib.import_module(name)
        finally:
            del sys.modules["segno"]
    return importlib.import_module(name)


@lru_cache(64)
def modules(text: str) -> tuple[tuple[bool, ...], ...]:
    """Return a code's rows, its quiet zone of four modules included; True is dark.

    Error level M, the smallest version that holds ``text`` (ISO/IEC 18004, by segno). Raises
    ``ValueError`` for a text that no code can hold.
    """
    code = _encoder().encode(text, error="m", micro=False, boost_error=False)
    side = (False,) * _QUIET
    rows = [side + tuple(bool(one) for one in row) + side for row in code.matrix]
    edge = [(False,) * (len(code.matrix) + 2 * _QUIET)] * _QUIET
    return (*edge, *rows, *edge)
