"""Former configurations of a hall of many Pis, for taking a change of any of its files back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from firmware_py.config.parcel import CONFIG_NAME
from firmware_py.store.editions import EditionBook

__all__ = ["former_of", "name_of"]


def former_of(book: EditionBook, file: Path, notices: str) -> dict[str, Any] | None:
    """Return the files of the newest former edition that differs from what lies at ``file`` now.

    ``notices`` begins the names of those: they come and go by themselves, and are no part of it.
    ``{"number", "files": [{"path", "content"}]}``; None: there is none, or not as a whole.
    """
    for kept in book.former:
        files = {n: s for n, s in kept.files.items() if not (notices and n.startswith(notices))}
        own = {n: file if n == CONFIG_NAME else file.parent / n for n in files}
        if any(not book.content(sha).exists() for sha in files.values()):
            continue
        differs = [n for n, sha in files.items() if not _is(own[n], book.content(sha))]
        if differs:
            told = [{"path": str(own[n]), "content": str(book.content(files[n]))} for n in differs]
            return {"number": kept.edition.number, "files": told}
    return None


def _is(path: Path, content: Path) -> bool:
    try:
        return path.read_bytes() == content.read_bytes()
    except OSError:
        return False


def name_of(path: str | None, folder: Path) -> str:
    """Return how names below a folder of notices begin, "" for one that lies elsewhere."""
    if path is None or not Path(path).is_relative_to(folder) or Path(path) == folder:
        return ""
    return f"{Path(path).relative_to(folder).as_posix()}/"
