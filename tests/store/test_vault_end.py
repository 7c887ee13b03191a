"""When a day's time is over its key goes, and with it everything that the key protected."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from firmware_py.store.vault import KeptDay, Vault
from firmware_py.store.vault_errors import KeyDestroyed, VaultDamaged, VaultError
from tests.store.vaults import DAY, EARLIER, NUMBER, PAGE, everything_in, key_of, vault_in


def test_days_before_are_destroyed_and_others_stay(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    for day in ("2026-10-01", EARLIER, DAY):
        vault.put(day, "A012-1", PAGE)
    assert vault.destroy_before(DAY) == ["2026-10-01", EARLIER]
    assert vault.days() == [DAY]
    assert vault.get(DAY, "A012-1") == PAGE
    assert vault.destroy_before(DAY) == []


def test_a_destroyed_day_is_read_by_nobody_and_gets_no_second_key(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    vault.put(DAY, "A012-1", PAGE)
    assert vault.destroy(DAY)
    assert not key_of(tmp_path).exists()
    again = vault_in(tmp_path)
    assert again.names(DAY) == []
    for attempt in (
        lambda: again.get(DAY, "A012-1"),
        lambda: again.put(DAY, "A012-1", PAGE),
        lambda: again.hash_person(DAY, NUMBER),
    ):
        with pytest.raises(KeyDestroyed):
            attempt()
    assert not key_of(tmp_path).exists()


def test_a_copy_made_before_the_end_opens_with_nothing_that_is_left(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    vault.put(DAY, "A012-1", PAGE)
    copy = (tmp_path / "vault" / DAY / "A012-1").read_bytes()
    where_the_key_lay = tmp_path / "same-blocks"
    where_the_key_lay.hardlink_to(key_of(tmp_path))
    key = key_of(tmp_path).read_bytes()
    vault.destroy(DAY)
    left = where_the_key_lay.read_bytes()
    assert len(left) == 32
    assert left != key
    assert key not in everything_in(tmp_path)
    bound = b"hall-vault 1\x002026-11-22\x00A012-1\x00HALLBLOB\x01\x00\x00\x00"
    opening = AESGCM(HKDFExpand(SHA256(), 32, b"hall-vault 1 blobs").derive(left))
    with pytest.raises(InvalidTag):
        opening.decrypt(copy[12:24], copy[24:], bound)


def test_a_key_that_is_not_there_is_destroyed_when_it_is_back_and_not_said_to_be_before(
    tmp_path: Path,
) -> None:
    stick = tmp_path / "stick" / "hall"
    stick.mkdir(parents=True)
    vault = Vault(tmp_path / "vault", stick)
    vault.put(EARLIER, "A012-1", PAGE)
    (tmp_path / "stick").rename(tmp_path / "pocket")
    assert vault.destroy_before(DAY) == []
    assert vault.untold() == []
    assert vault.survey() == [KeptDay(EARLIER, "ending", False, 0, 0)]
    (tmp_path / "pocket").rename(tmp_path / "stick")
    with pytest.raises(KeyDestroyed):
        vault.get(EARLIER, "A012-1")
    assert vault.destroy_before(DAY) == [EARLIER]
    assert list(stick.iterdir()) == []
    assert vault.untold() == [EARLIER]


def test_a_key_that_is_lost_for_good_is_given_up_by_a_person(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    vault.put(DAY, "A012-1", PAGE)
    key_of(tmp_path).unlink()
    assert not vault.destroy(DAY)
    assert vault.destroy(DAY, lost=True)
    assert vault.untold() == [DAY]


def test_what_was_destroyed_stays_to_be_told_until_it_was(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    vault.put(EARLIER, "A012-1", PAGE)
    vault.destroy_before(DAY)
    assert vault_in(tmp_path).untold() == [EARLIER]
    vault.told([EARLIER])
    assert vault_in(tmp_path).untold() == []
    with pytest.raises(KeyDestroyed):
        vault.put(EARLIER, "A012-1", PAGE)


def test_a_damaged_mark_costs_its_own_day_alone_and_is_destroyed_in_time(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    for day in (EARLIER, DAY):
        vault.put(day, "A012-1", PAGE)
    (tmp_path / "vault" / f"{EARLIER}.day").write_bytes(b"\0" * 40)
    with pytest.raises(VaultDamaged):
        vault.get(EARLIER, "A012-1")
    assert vault.get(DAY, "A012-1") == PAGE
    assert vault.destroy_before(DAY) == [EARLIER]
    assert not key_of(tmp_path, EARLIER).exists()


def test_files_and_keys_without_a_mark_are_destroyed_in_time(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    vault.put(EARLIER, "A012-1", PAGE)
    (tmp_path / "vault" / f"{EARLIER}.day").unlink()
    assert vault.destroy_before(DAY) == [EARLIER]
    assert not (tmp_path / "vault" / EARLIER).exists()


def test_one_day_that_cannot_be_destroyed_keeps_no_other_from_it(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    for day in ("2026-10-01", EARLIER):
        vault.put(day, "A012-1", PAGE)
    # A folder where the key's file should be: it can be neither overwritten nor unlinked.
    key_of(tmp_path, "2026-10-01").unlink()
    (key_of(tmp_path, "2026-10-01") / "in the way").mkdir(parents=True)
    with pytest.raises(VaultError):
        vault.destroy_before(DAY)
    assert vault.untold() == [EARLIER]
    (key_of(tmp_path, "2026-10-01") / "in the way").rmdir()
    key_of(tmp_path, "2026-10-01").rmdir()
    assert vault.destroy("2026-10-01", lost=True)


def test_what_is_put_while_its_day_ends_is_kept_or_refused_and_leaves_nothing(
    tmp_path: Path,
) -> None:
    vault = vault_in(tmp_path)
    vault.put(DAY, "A000-0", PAGE)
    started, refused = threading.Barrier(5), list[str]()

    def put_until_refused(ticket: str) -> None:
        own = vault_in(tmp_path)
        started.wait(60)
        for page in range(10_000):
            try:
                own.put(DAY, f"{ticket}-{page}", PAGE)
            except KeyDestroyed:
                refused.append(ticket)
                return

    threads = [
        threading.Thread(target=put_until_refused, args=(f"A{n:03}",), name=f"put-{n}")
        for n in range(1, 5)
    ]
    for thread in threads:
        thread.start()
    started.wait(60)
    assert vault.destroy(DAY)
    for thread in threads:
        thread.join(60)
    assert sorted(refused) == ["A001", "A002", "A003", "A004"]
    assert not key_of(tmp_path).exists()
    assert not (tmp_path / "vault" / DAY).exists()


def test_a_survey_counts_what_is_kept(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    assert vault.survey() == []
    vault.put(EARLIER, "A012-1", b"12345")
    vault.put(DAY, "A012-1", b"12345")
    vault.put(DAY, "A012-2", b"")
    vault.destroy(EARLIER)
    assert vault.survey() == [
        KeptDay(EARLIER, "destroyed", False, 0, 0),
        KeptDay(DAY, "key", True, 2, 40 + 45),
    ]
