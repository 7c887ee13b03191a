"""The names of all questions that a hall answers."""

from __future__ import annotations

from typing import cast

from firmware_py.runtime.hall import Hall
from firmware_py.runtime.queries import queries_of

__all__ = ["every_question"]


class _Nobody:
    """Enough of a hall for a table of methods, of which none is called."""

    def __getattr__(self, name: str) -> _Nobody:
        return self


def every_question() -> list[str]:
    """Return every question of a hall."""
    return list(queries_of(cast("Hall", _Nobody())))
