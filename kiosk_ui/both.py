"""A text of the hall in both languages, as the daemon sends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["NOTHING", "Both", "both_of"]


@dataclass(frozen=True, slots=True)
class Both:
    """A text of the hall in both languages."""

    zh: str = ""
    en: str = ""

    def in_language(self, language: str) -> str:
        """Return one of the two; the other where it is not there."""
        return (self.zh or self.en) if language == "zh" else (self.en or self.zh)

    def __bool__(self) -> bool:
        """Say whether there is any text."""
        return bool(self.zh or self.en)


NOTHING = Both()


def both_of(found: object) -> Both:
    """Read ``{"zh": ..., "en": ...}``; null is empty."""
    if isinstance(found, Mapping):
        return Both(str(found.get("zh") or ""), str(found.get("en") or ""))
    return NOTHING
