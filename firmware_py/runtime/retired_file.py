"""Which Pis were retired, kept beside the hub's journal: the broker is to keep nothing of them.

A hub that ends before the broker has heard that (the broker was away, or a last will came later)
says it again at its next start. No harm is done by saying it once more.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from pathlib import Path

import msgspec

from firmware_py.store.private_file import write_private

__all__ = ["forget_retired", "note_retired", "retired"]

log = logging.getLogger(__name__)

#: The newest ones: nobody retires more before the next start.
MOST = 50


def _file(journal: Path) -> Path:
    return journal.with_suffix(".retired")


def retired(journal: Path) -> list[str]:
    """Return their names, the newest last; none where the file cannot be read."""
    try:
        return msgspec.json.decode(_file(journal).read_bytes(), type=list[str])
    except FileNotFoundError:
        return []
    except (OSError, msgspec.DecodeError) as error:
        log.warning("which Pis were retired cannot be read: %s", error)
        return []


def note_retired(journal: Path, name: str) -> None:
    """Note one, durably. Raises ``OSError``."""
    names = [one for one in retired(journal) if one != name]
    write_private(_file(journal), msgspec.json.encode([*names, name][-MOST:]))


def forget_retired(
    journal: Path, configured: Collection[str], forget: Callable[[str], None]
) -> None:
    """Have the broker keep nothing of those that no configuration names again."""
    for name in retired(journal):
        if name not in configured:
            forget(name)
