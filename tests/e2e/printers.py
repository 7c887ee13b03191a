"""Printers that a busy machine holds up with all else, for they are programs of it."""

from __future__ import annotations

__all__ = ["unhurried"]


def unhurried(text: str) -> str:
    """Return a hall's configuration whose plain printers may answer later than real ones do."""
    for paper in ("80", "58"):
        plain = f"options = {{ paper = {paper} }}\n"
        text = text.replace(plain, f"options = {{ paper = {paper}, reply_timeout_s = 5 }}\n")
    return text
