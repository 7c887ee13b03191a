"""One scan in the worker's thread: each page kept and wiped, and how it ends."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from devices.scanner.base import RawPage, Scanner, ScanSettings
from devices.scanner.faults import ScanFault
from devices.scanner.pages.errors import PageError
from devices.scanner.pages.page import FinishedPage, PageWish
from devices.scanner.pages.works import PageWorks
from firmware_py.runtime import scan_words as words
from firmware_py.runtime.device_events import Outcome, Result
from firmware_py.runtime.scan_job import ScanJob, Scanned, Target
from firmware_py.store.vault import Vault
from firmware_py.store.vault_errors import VaultError, from_os
from tests.store.vaults import DAY, vault_in

TARGET = Target(DAY, "A012", "A012-1", 1)


class Feeder:
    """Hands on ``pages`` pages, then raises ``then``; ``seen`` are the pages it gave."""

    def __init__(self, pages: int, then: Exception | None = None) -> None:
        self.pages = pages
        self.then = then
        self.seen: list[RawPage] = []

    def scan(self, settings: ScanSettings, on_page: Callable[[RawPage], None]) -> int:
        for n in range(1, self.pages + 1):
            # Those before are gone when the next one comes.
            assert all(page.wiped for page in self.seen)
            self.seen.append(RawPage(bytearray([n]) * 4, 2, 2, 1, 300))
            on_page(self.seen[-1])
        if self.then is not None:
            raise self.then
        return self.pages


class Works:
    """Makes of a page what shows which page it was."""

    def __init__(self, wrong: dict[int, Exception] | None = None) -> None:
        self.wrong = wrong or {}
        self.wishes: list[PageWish | None] = []

    def warm(self) -> None:
        pass

    def finish(self, page: RawPage, wish: PageWish | None = None) -> FinishedPage:
        self.wishes.append(wish)
        n = page.pixels[0]
        if n in self.wrong:
            raise self.wrong[n]
        blank = n == 2
        return FinishedPage(b"page %d" % n, 2, 2, 300, 0, 0.0, False, blank, True)


class FullVault(Vault):
    """Its disk is full from the third file on."""

    files = 0

    def put(self, day: str, name: str, data: bytes) -> None:
        FullVault.files += 1
        if FullVault.files > 2:
            raise from_os(OSError(errno.ENOSPC, "full"), Path(name))
        super().put(day, name, data)


def job(vault: Vault, works: Works | None = None, mode: str = "grey") -> tuple[ScanJob, list[int]]:
    told: list[int] = []
    settings = ScanSettings(mode="colour") if mode == "colour" else ScanSettings()
    page_works = cast("PageWorks", works or Works())
    return ScanJob(vault, page_works, TARGET, settings, told.append), told


def run(one: ScanJob, feeder: Feeder) -> Scanned | VaultError:
    return one.run(cast("Scanner", feeder))


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return vault_in(tmp_path)


def test_each_page_is_kept_wiped_and_counted(vault: Vault) -> None:
    one, told = job(vault)
    feeder = Feeder(3)
    kept = run(one, feeder)
    assert isinstance(kept, Scanned)
    assert (kept.pages, kept.size, kept.blank) == (3, 18, [2])
    digests = b"".join(hashlib.sha256(b"page %d" % n).digest() for n in (1, 2, 3))
    assert kept.sha256 == hashlib.sha256(digests).hexdigest()
    assert told == [1, 2, 3]
    assert all(page.wiped for page in feeder.seen)
    assert [vault.get(DAY, f"A012-1v1-p00{n}") for n in (1, 2, 3)] == [
        b"page 1",
        b"page 2",
        b"page 3",
    ]
    assert "A012-1.open" in vault.names(DAY)


@pytest.mark.parametrize(("mode", "grey"), [("grey", True), ("colour", False)])
def test_colours_are_kept_where_they_were_asked_for(vault: Vault, mode: str, grey: bool) -> None:
    works = Works()
    one, _ = job(vault, works, mode)
    run(one, Feeder(1))
    assert works.wishes == [PageWish(grey=grey)]


def test_a_jam_on_the_third_page_says_what_to_do_with_the_whole_document(vault: Vault) -> None:
    one, _ = job(vault)
    feeder = Feeder(2, ScanFault("jammed", 2))
    with pytest.raises(ScanFault) as fault:
        run(one, feeder)
    assert all(page.wiped for page in feeder.seen)
    said = words.ended(Result("scan-1", Outcome.FAILED, error=fault.value), one.kept.pages)
    assert said.zh == (
        "第 3 页卡纸：请打开输稿器取出卡住的纸，把整份资料（含已扫描的 2 页）重新放好，"
        "再扫描一次；本次没有保存。"
    )
    assert said.en == (
        "Page 3 is jammed: open the feeder, take it out, put the whole document in again "
        "(the 2 pages scanned already too) and scan again; nothing was kept."
    )


def test_a_cancelled_scan_ends_before_the_next_page(vault: Vault) -> None:
    one, told = job(vault)
    feeder = Feeder(5)
    one._tell = lambda pages: one.cancel() if pages == 2 else told.append(pages)
    with pytest.raises(ScanFault, match="cancelled"):
        run(one, feeder)
    assert (len(feeder.seen), one.kept.pages) == (3, 2)
    assert all(page.wiped for page in feeder.seen)
    # One that was cancelled before its turn draws nothing in.
    late, _ = job(vault)
    late.cancel()
    with pytest.raises(ScanFault, match="cancelled"):
        run(late, untouched := Feeder(1))
    assert untouched.seen == []


def test_a_full_disk_is_the_answer_and_no_fault_of_the_scanner(tmp_path: Path) -> None:
    FullVault.files = 0
    one, _ = job(FullVault(tmp_path / "vault", tmp_path / "keys"))
    feeder = Feeder(3)
    error = run(one, feeder)
    assert isinstance(error, VaultError)
    assert all(page.wiped for page in feeder.seen)
    said = words.vault_said(error, one.kept.pages)
    assert said.zh == (
        "扫描到第 2 页时中断，已扫描的 1 页没有保存，请整份重新扫描。"
        "存储空间已满，资料没有保存。请腾出空间后重试。"
    )


@pytest.mark.parametrize("code", ["page_damaged", "page_process"])
def test_a_page_that_cannot_be_worked_on_ends_the_scan(vault: Vault, code: str) -> None:
    one, _ = job(vault, Works({2: PageError(code)}))
    feeder = Feeder(3)
    with pytest.raises(PageError) as error:
        run(one, feeder)
    assert error.value.code == code
    assert all(page.wiped for page in feeder.seen)
    assert len(feeder.seen) == 2


def test_only_a_page_that_is_bad_itself_is_the_drivers_to_know(vault: Vault) -> None:
    """A folder passes a damaged file over from then on, and not one that came at a bad time."""

    class Folder(Feeder):
        knows: list[str]

        def scan(self, settings: ScanSettings, on_page: Callable[[RawPage], None]) -> int:
            self.knows = []
            try:
                return super().scan(settings, on_page)
            except PageError as error:
                self.knows.append(error.code)
                raise

    for code, knows in (("page_damaged", ["page_damaged"]), ("page_slow", [])):
        one, _ = job(vault, Works({1: PageError(code)}))
        folder = Folder(1)
        with pytest.raises(PageError):
            run(one, folder)
        assert folder.knows == knows


def test_a_feeder_that_gave_nothing_is_empty(vault: Vault) -> None:
    one, _ = job(vault)
    with pytest.raises(ScanFault, match="no_paper"):
        run(one, Feeder(0))
