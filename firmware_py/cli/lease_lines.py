"""The lease in ``hallctl status`` and ``hallctl hub status``: one line, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from firmware_py.cli.words import chosen, t

__all__ = ["LEASE_STYLES", "lease_lines"]

LEASE_STYLES = {"ok": "green", "warning": "yellow", "red": "bold red"}


def lease_lines(lease: Mapping[str, Any] | None) -> Iterator[tuple[str | tuple[str, str], ...]]:
    """Yield who has the right to decide and until when; nothing at a Pi that does not vote."""
    if lease is None:
        return
    yield (t("受理权  ", "Lease  "), "dim"), (chosen(lease["say"]), LEASE_STYLES[lease["level"]])
    if lease["do"] is not None:
        yield ((f"  {chosen(lease['do'])}", "dim"),)
