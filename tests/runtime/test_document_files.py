"""Files of documents in the vault: their names, how they are kept, what a power cut leaves."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from firmware_py.runtime.document_files import (
    Kept,
    begin,
    digest_of,
    end,
    how_kept,
    marked,
    newest_pages,
    page_name,
    settle,
)
from firmware_py.runtime.privacy import forget
from firmware_py.store.vault import Vault
from tests.store.vaults import DAY, key_of, vault_in

PAGES = (b"\xff\xd8\xff first", b"\xff\xd8\xff second")


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return vault_in(tmp_path)


def put(vault: Vault, document: str, version: int = 1, day: str = DAY) -> None:
    for n, page in enumerate(PAGES, 1):
        vault.put(day, page_name(document, version, n), page)


def digest() -> str:
    return digest_of(hashlib.sha256(page).digest() for page in PAGES)


def kept(vault: Vault) -> Kept:
    return how_kept(vault, DAY, "A012-1", 1, 2, digest())


def test_a_documents_digest_is_that_of_its_pages_digests_in_order() -> None:
    # printf '\377\330\377 first' | sha256sum, then the second; both as bytes | sha256sum
    assert (
        digest()
        == hashlib.sha256(
            bytes.fromhex(
                hashlib.sha256(PAGES[0]).hexdigest() + hashlib.sha256(PAGES[1]).hexdigest()
            )
        ).hexdigest()
    )
    assert digest_of([hashlib.sha256(one).digest() for one in PAGES[::-1]]) != digest()


def test_what_is_whole_gone_incomplete_damaged_locked_or_over_is_told_apart(
    vault: Vault, tmp_path: Path
) -> None:
    assert kept(vault) is Kept.GONE
    put(vault, "A012-1")
    assert kept(vault) is Kept.WHOLE
    vault.remove(DAY, "A012-1v1-p002")
    assert kept(vault) is Kept.INCOMPLETE
    vault.put(DAY, "A012-1v1-p002", b"another page")
    assert kept(vault) is Kept.DAMAGED
    file = tmp_path / "vault" / DAY / "A012-1v1-p002"
    file.write_bytes(file.read_bytes()[:-1])
    assert kept(vault) is Kept.DAMAGED
    key = key_of(tmp_path)
    away = shutil.move(key, tmp_path / "away")
    assert kept(vault) is Kept.LOCKED
    shutil.move(away, key)
    vault.destroy(DAY)
    assert kept(vault) is Kept.DESTROYED


def testforgetting_a_ticket_finds_its_pages_and_notes_and_no_others(vault: Vault) -> None:
    for document in ("A012-1", "A012-12", "A0121-1", "A112-1"):
        put(vault, document)
        begin(vault, DAY, document)
    assert len(forget(vault, DAY, "A012")) == 2 * 3
    assert {name.partition("v")[0] for name in vault.names(DAY) if "v" in name} == {
        "A0121-1",
        "A112-1",
    }


def test_ending_leaves_one_version_and_no_note(vault: Vault) -> None:
    put(vault, "A012-1", 1)
    put(vault, "A012-1", 2)
    put(vault, "A012-11", 1)
    begin(vault, DAY, "A012-1")
    end(vault, DAY, "A012-1", 2)
    assert vault.names(DAY) == [
        "A012-11v1-p001",
        "A012-11v1-p002",
        "A012-1v2-p001",
        "A012-1v2-p002",
    ]
    end(vault, DAY, "A012-1", None)
    assert vault.names(DAY) == ["A012-11v1-p001", "A012-11v1-p002"]


def test_a_scan_begins_without_what_an_older_one_left_of_its_version(vault: Vault) -> None:
    put(vault, "A012-1", 1)
    put(vault, "A012-1", 2)
    begin(vault, DAY, "A012-1", 2)
    assert vault.names(DAY) == ["A012-1.open", "A012-1v1-p001", "A012-1v1-p002"]


def test_after_a_power_cut_only_what_was_under_way_is_put_in_order(vault: Vault) -> None:
    assert marked(vault) == []
    other = "2026-11-20"
    put(vault, "A001-1")  # recorded
    put(vault, "A002-1")  # nothing knows of it, but it was not under way either
    put(vault, "A003-1")
    begin(vault, DAY, "A003-1")  # under way, never recorded
    put(vault, "A004-1", 1)
    put(vault, "A004-1", 2)
    begin(vault, DAY, "A004-1")  # scanned again and recorded, the old pages still there
    put(vault, "A005-1", 1, other)
    begin(vault, other, "A005-1")  # of a day that the journal has forgotten
    left = marked(vault)
    assert left == [(other, "A005-1"), (DAY, "A003-1"), (DAY, "A004-1")]
    known = {DAY: {"A001-1": 1, "A004-1": 2}}
    settle(vault, left, known.get)
    assert vault.names(DAY) == [
        page_name(document, version, page)
        for document, version in (("A001-1", 1), ("A002-1", 1), ("A004-1", 2))
        for page in (1, 2)
    ]
    assert vault.names(other) == ["A005-1.open", "A005-1v1-p001", "A005-1v1-p002"]
    assert marked(vault) == [(other, "A005-1")]


def test_a_day_that_the_state_has_forgotten_has_its_newest_pages(vault: Vault) -> None:
    put(vault, "A012-1", 1)
    put(vault, "A012-1", 10)
    put(vault, "A012-2", 1)
    found = newest_pages(vault.names(DAY), "A012-1")
    assert [one.name for one in found] == ["A012-1v10-p001", "A012-1v10-p002"]
    assert newest_pages(vault.names(DAY), "A012-3") == []
