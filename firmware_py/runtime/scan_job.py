"""One scan, in the scanner's own thread: each page is finished, encrypted, written and forgotten.

The event loop never holds a page, and this thread one at most.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from devices.scanner.base import RawPage, Scanner, ScanSettings
from devices.scanner.faults import ScanFault
from devices.scanner.pages.errors import PageError
from devices.scanner.pages.page import PageWish
from devices.scanner.pages.works import PageWorks
from firmware_py.runtime.document_files import begin, digest_of, page_name
from firmware_py.store.vault import Vault
from firmware_py.store.vault_errors import VaultError

__all__ = ["ScanJob", "Scanned", "Target"]

#: They say nothing of the page itself, which may come again.
_OF_THE_WORK = frozenset({"page_slow", "page_process", "page_library"})


@dataclass(frozen=True, slots=True)
class Target:
    """Where the pages go: a business day, its ticket, the document and its version."""

    day: str
    number: str
    document: str
    version: int


@dataclass(slots=True)
class Scanned:
    """What was kept: ``pages`` of ``size`` bytes in all; which of them are blank."""

    pages: int = 0
    size: int = 0
    digests: list[bytes] = field(default_factory=list)
    blank: list[int] = field(default_factory=list)

    @property
    def sha256(self) -> str:
        """The document's digest."""
        return digest_of(self.digests)


class _Ended(Exception):
    """Ends a driver's scan for a reason that is not the device's."""


class ScanJob:
    """``run`` is the job of the scanner's worker; ``cancel`` may be called from any thread.

    ``tell`` is called from the worker's thread with the number of pages that are kept.
    """

    def __init__(
        self,
        vault: Vault,
        works: PageWorks,
        target: Target,
        settings: ScanSettings,
        tell: Callable[[int], None],
    ) -> None:
        self.target = target
        self.kept = Scanned()
        self._vault = vault
        self._works = works
        self._settings = settings
        self._wish = PageWish(grey=settings.mode != "colour")
        self._tell = tell
        self._cancelled = threading.Event()
        self._wrong: VaultError | PageError | None = None

    def cancel(self) -> None:
        """End before the next page; whoever has the driver cancels it too."""
        self._cancelled.set()

    def run(self, scanner: Scanner) -> Scanned | VaultError:
        """Scan and keep; return what was kept, or why the vault could not.

        Raises what the scanner does, and ``PageError``: then files may be left, see
        ``document_files.end``.
        """
        target = self.target
        if self._cancelled.is_set():
            raise ScanFault("cancelled")
        self._works.warm()
        try:
            begin(self._vault, target.day, target.document, target.version)
            scanner.scan(self._settings, self._take)
        except VaultError as error:
            return error
        except _Ended:
            if isinstance(self._wrong, VaultError):
                return self._wrong
            if self._wrong is not None:
                raise self._wrong from None
            raise
        if not self.kept.pages:
            raise ScanFault("no_paper")
        return self.kept

    def _take(self, page: RawPage) -> None:
        try:
            if self._cancelled.is_set():
                raise ScanFault("cancelled", self.kept.pages)
            finished = self._works.finish(page, self._wish)
        except PageError as error:
            if error.code not in _OF_THE_WORK:
                raise
            self._wrong = error
            raise _Ended from None
        finally:
            page.wipe()
        kept, target = self.kept, self.target
        name = page_name(target.document, target.version, kept.pages + 1)
        try:
            self._vault.put(target.day, name, finished.jpeg)
        except VaultError as error:
            self._wrong = error
            raise _Ended from None
        kept.pages += 1
        kept.size += len(finished.jpeg)
        kept.digests.append(hashlib.sha256(finished.jpeg).digest())
        if finished.blank:
            kept.blank.append(kept.pages)
        self._tell(kept.pages)
