"""The files of scanned documents in the vault: their names, and what a power cut leaves of them.

A page is ``<document>v<version>-p<page>``: ``A012-1v2-p003``. All that is a ticket's begins with
its number and a dash, so ``hallctl privacy forget A012`` finds it.

While files of a document come or go, ``<document>.open`` lies beside them. Whoever starts after a
power cut finds it and asks the journal which version is to stay (``settle``). A file without such a
mark is never removed by itself: a journal that was restored may know less than the vault.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from firmware_py.store.vault import Vault
from firmware_py.store.vault_errors import (
    KeyDestroyed,
    KeyMissing,
    VaultDamaged,
    VaultMissing,
)

__all__ = [
    "Kept",
    "PageFile",
    "begin",
    "digest_of",
    "end",
    "how_kept",
    "marked",
    "newest_pages",
    "page_files",
    "page_name",
    "pages_of",
    "settle",
]

log = logging.getLogger(__name__)

_MARK = ".open"
_PAGE = re.compile(r"([A-Za-z0-9]+-[0-9]+)v([0-9]+)-p([0-9]+)")


class Kept(StrEnum):
    """Whether a document's pages can be read."""

    WHOLE = "whole"
    #: No page is there: deleted at somebody's wish, or lost.
    GONE = "gone"
    #: Some pages are not there.
    INCOMPLETE = "incomplete"
    #: Pages are there and are not what was scanned.
    DAMAGED = "damaged"
    #: The day's key is not where keys lie now.
    LOCKED = "locked"
    #: The day's time is over.
    DESTROYED = "destroyed"


@dataclass(frozen=True, slots=True)
class PageFile:
    """A page's file, as its name tells."""

    document: str
    version: int
    page: int
    name: str


def page_name(document: str, version: int, page: int) -> str:
    """Return the file's name of a page (from 1)."""
    return f"{document}v{version}-p{page:03}"


def page_files(names: Iterable[str]) -> Iterator[PageFile]:
    """Yield which of these files are pages."""
    for name in names:
        if (match := _PAGE.fullmatch(name)) is not None:
            yield PageFile(match[1], int(match[2]), int(match[3]), name)


def pages_of(names: Iterable[str], document: str) -> list[PageFile]:
    """Return the pages of a document, of any version, in order."""
    found = [one for one in page_files(names) if one.document == document]
    return sorted(found, key=lambda one: (one.version, one.page))


def newest_pages(names: Iterable[str], document: str) -> list[PageFile]:
    """Return the pages of a document's newest version, for a day that the state has forgotten."""
    found = pages_of(names, document)
    return [one for one in found if one.version == found[-1].version]


def begin(vault: Vault, day: str, document: str, version: int | None = None) -> None:
    """Note that files of a document are about to come or go; ``version`` begins without any.

    Raises ``VaultError``.
    """
    vault.put(day, document + _MARK, b"")
    for page in pages_of(vault.names(day), document) if version is not None else ():
        if page.version == version:
            _remove(vault, day, page.name)


def end(vault: Vault, day: str, document: str, stays: int | None) -> None:
    """Remove all pages but those of version ``stays``, then the note. Raises ``VaultError``."""
    for page in pages_of(vault.names(day), document):
        if page.version != stays:
            _remove(vault, day, page.name)
    _remove(vault, day, document + _MARK)


def _remove(vault: Vault, day: str, name: str) -> None:
    # Somebody else may have deleted it meanwhile, at a taxpayer's wish.
    with contextlib.suppress(VaultMissing):
        vault.remove(day, name)


def marked(vault: Vault) -> list[tuple[str, str]]:
    """Return day and id of each document whose files were coming or going."""
    if not vault.begun():
        return []
    return [
        (day, name.removesuffix(_MARK))
        for day in vault.days()
        for name in vault.names(day)
        if name.endswith(_MARK)
    ]


def settle(
    vault: Vault,
    left: Iterable[tuple[str, str]],
    recorded: Callable[[str], dict[str, int] | None],
) -> None:
    """Make the files of each of these documents what the journal says; see ``marked``.

    ``recorded(day)`` returns the day's documents and their versions, None when nothing is known
    of the day any more: then nothing is removed. Raises ``VaultError``.
    """
    for day, document in left:
        known = recorded(day)
        if known is None:
            log.warning("%s: files of %s are left as they are", day, document)
            continue
        stays = known.get(document)
        end(vault, day, document, stays)
        what = "nothing of it was recorded" if stays is None else f"version {stays} stays"
        log.info("%s: what a power cut left of %s was put in order: %s", day, document, what)


def digest_of(digests: Iterable[bytes]) -> str:
    """Return a document's digest: SHA-256 of its pages' SHA-256 digests, one behind the other."""
    return hashlib.sha256(b"".join(digests)).hexdigest()


def how_kept(vault: Vault, day: str, document: str, version: int, pages: int, sha256: str) -> Kept:
    """Read a document's pages and return how they are kept. Raises ``VaultError`` for the disk."""
    if not vault.begun():
        return Kept.GONE
    there = {one.page for one in pages_of(vault.names(day), document) if one.version == version}
    try:
        if not there:
            # A day that is over has no files either.
            vault.get(day, page_name(document, version, 1))
        if not there >= set(range(1, pages + 1)):
            return Kept.INCOMPLETE if there else Kept.GONE
        digests = [
            hashlib.sha256(vault.get(day, page_name(document, version, page))).digest()
            for page in range(1, pages + 1)
        ]
    except VaultMissing:
        return Kept.GONE
    except VaultDamaged:
        return Kept.DAMAGED
    except KeyMissing:
        return Kept.LOCKED
    except KeyDestroyed:
        return Kept.DESTROYED
    return Kept.WHOLE if digest_of(digests) == sha256 else Kept.DAMAGED
