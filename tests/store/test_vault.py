"""What is kept of people comes back whole, and to nobody who has not the day's key."""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from firmware_py.store.person_hash import person_hash
from firmware_py.store.vault import MOST_BYTES, Vault
from firmware_py.store.vault_errors import (
    KeyDestroyed,
    KeyMissing,
    VaultDamaged,
    VaultMissing,
    VaultTooLarge,
)
from tests.store.vaults import DAY, EARLIER, NUMBER, PAGE, everything_in, key_of, vault_in


def test_what_is_put_comes_back_and_in_another_process_too(tmp_path: Path) -> None:
    vault_in(tmp_path).put(DAY, "A012-1", PAGE)
    again = vault_in(tmp_path)
    assert again.get(DAY, "A012-1") == PAGE
    assert again.names(DAY) == ["A012-1"]
    assert again.days() == [DAY]


def test_put_again_replaces(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    vault.put(DAY, "A012-1", PAGE)
    vault.put(DAY, "A012-1", b"scanned again")
    assert vault.get(DAY, "A012-1") == b"scanned again"
    assert vault.names(DAY) == ["A012-1"]


def test_no_byte_of_the_content_is_on_the_disk(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    vault.put(DAY, "A012-1", PAGE)
    vault.hash_person(DAY, NUMBER)
    everything = everything_in(tmp_path)
    assert NUMBER.encode() not in everything
    assert b"\xff\xd8\xff\xe0" not in everything
    assert hashlib.sha256(PAGE).digest() not in everything


def test_the_file_is_as_documented_and_opens_with_the_key_alone(tmp_path: Path) -> None:
    vault_in(tmp_path).put(DAY, "A012-1", b"content")
    blob = (tmp_path / "vault" / DAY / "A012-1").read_bytes()
    assert blob[:12] == b"HALLBLOB\x01\x00\x00\x00"
    assert len(blob) == 24 + len(b"content") + 16
    day_key = key_of(tmp_path).read_bytes()
    assert len(day_key) == 32
    key = HKDFExpand(SHA256(), 32, b"hall-vault 1 blobs").derive(day_key)
    bound = b"hall-vault 1\x002026-11-22\x00A012-1\x00HALLBLOB\x01\x00\x00\x00"
    assert AESGCM(key).decrypt(blob[12:24], blob[24:], bound) == b"content"
    with pytest.raises(InvalidTag):
        AESGCM(day_key).decrypt(blob[12:24], blob[24:], bound)


def test_the_same_content_never_looks_the_same(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    for name in ("A012-1", "A012-2"):
        vault.put(DAY, name, PAGE)
    one, other = ((tmp_path / "vault" / DAY / f"A012-{n}").read_bytes()[12:] for n in (1, 2))
    assert one[:12] != other[:12]
    assert one[12:] != other[12:]


def test_only_the_daemon_may_look_into_folders_and_files(tmp_path: Path) -> None:
    vault_in(tmp_path).put(DAY, "A012-1", PAGE)
    modes = {
        str(path.relative_to(tmp_path)): path.stat().st_mode & 0o777 for path in tmp_path.rglob("*")
    }
    assert modes == {
        "keys": 0o700,
        f"keys/{DAY}.key": 0o600,
        "vault": 0o700,
        f"vault/{DAY}": 0o700,
        f"vault/{DAY}.day": 0o600,
        f"vault/{DAY}/A012-1": 0o600,
    }


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda blob: blob[:-1], id="cut off"),
        pytest.param(lambda blob: blob[:30], id="cut to less than a tag"),
        pytest.param(lambda blob: b"", id="empty"),
        pytest.param(lambda blob: blob + b"\0", id="longer"),
        pytest.param(lambda blob: b"\0" * len(blob), id="zeros"),
        pytest.param(lambda blob: blob[:8] + b"\x02" + blob[9:], id="another version"),
        pytest.param(lambda blob: blob[:12] + b"\0" * 12 + blob[24:], id="another nonce"),
        pytest.param(lambda blob: blob[:100] + bytes([blob[100] ^ 1]) + blob[101:], id="one bit"),
    ],
)
def test_a_damaged_file_is_named_and_nothing_of_it_is_given(
    tmp_path: Path, harm: Callable[[bytes], bytes]
) -> None:
    vault = vault_in(tmp_path)
    vault.put(DAY, "A012-1", PAGE)
    path = tmp_path / "vault" / DAY / "A012-1"
    path.write_bytes(harm(path.read_bytes()))
    with pytest.raises(VaultDamaged) as caught:
        vault.get(DAY, "A012-1")
    assert caught.value.path == path
    assert NUMBER not in str(caught.value)


def test_files_that_changed_places_do_not_open(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    vault.put(DAY, "A012-1", b"one person's")
    vault.put(DAY, "A013-1", b"another's")
    first, second = (tmp_path / "vault" / DAY / name for name in ("A012-1", "A013-1"))
    first.rename(tmp_path / "aside")
    second.rename(first)
    with pytest.raises(VaultDamaged):
        vault.get(DAY, "A012-1")
    with pytest.raises(VaultMissing):
        vault.get(DAY, "A013-1")


def test_a_file_of_another_day_does_not_open_even_with_that_days_key(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    vault.put(EARLIER, "A012-1", b"yesterday's")
    vault.put(DAY, "A012-1", b"today's")
    (tmp_path / "vault" / EARLIER / "A012-1").replace(tmp_path / "vault" / DAY / "A012-1")
    with pytest.raises(VaultDamaged):
        vault.get(DAY, "A012-1")


def test_what_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    with pytest.raises(VaultMissing):
        vault.get(DAY, "A012-1")
    vault.put(DAY, "A012-1", PAGE)
    with pytest.raises(VaultMissing):
        vault.get(DAY, "A012-2")
    with pytest.raises(VaultMissing):
        vault.remove(DAY, "A012-2")
    assert vault.names(EARLIER) == []


def test_a_removed_file_is_gone_and_what_lay_there_has_lost_its_nonce(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    vault.put(DAY, "A012-1", PAGE)
    path = tmp_path / "vault" / DAY / "A012-1"
    blob = path.read_bytes()
    (tmp_path / "same").hardlink_to(path)
    vault.remove(DAY, "A012-1")
    assert vault.names(DAY) == []
    assert (tmp_path / "same").read_bytes()[:24] != blob[:24]
    assert (tmp_path / "same").read_bytes()[24:] == blob[24:]


@pytest.mark.parametrize("name", ["", ".", "..", "../A012-1", "a/b", ".hidden", "张三", "x" * 65])
def test_names_cannot_leave_the_vault(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="name in the vault"):
        vault_in(tmp_path).put(DAY, name, b"")


@pytest.mark.parametrize(
    "day", ["", "2026-13-01", "2026-11-32", "../keys", "2026-11-22/x", "today"]
)
def test_days_are_dates(tmp_path: Path, day: str) -> None:
    with pytest.raises(ValueError, match="not a day"):
        vault_in(tmp_path).put(day, "A012-1", b"")


def test_more_than_memory_should_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VaultTooLarge):
        vault_in(tmp_path).put(DAY, "A012-1", bytes(MOST_BYTES + 1))


def test_two_threads_at_once_make_one_key(tmp_path: Path) -> None:
    start = threading.Barrier(8)
    hashes: list[str] = []

    def hash_one() -> None:
        vault = vault_in(tmp_path)
        start.wait(60)
        hashes.append(vault.hash_person(DAY, NUMBER))
        vault.put(DAY, threading.current_thread().name, PAGE)

    threads = [threading.Thread(target=hash_one, name=f"A{n:03}-1") for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(hashes) == 8
    assert len(set(hashes)) == 1
    vault = vault_in(tmp_path)
    assert all(vault.get(DAY, thread.name) == PAGE for thread in threads)


def test_a_person_has_one_hash_a_day_and_another_on_the_next(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    today = vault.hash_person(DAY, NUMBER)
    assert len(today) == 32
    assert set(today) <= set("0123456789abcdef")
    assert vault.hash_person(DAY, "１１０１０５ 19491231 002x") == today
    assert vault.hash_person(DAY, "110105194912310038") != today
    assert vault.hash_person(EARLIER, NUMBER) != today


def test_the_days_hash_is_made_with_a_key_of_its_own(tmp_path: Path) -> None:
    found = vault_in(tmp_path).hash_person(DAY, NUMBER)
    key = HKDFExpand(SHA256(), 32, b"hall-vault 1 people").derive(key_of(tmp_path).read_bytes())
    assert found == hmac.digest(key, b"11010519491231002X", "sha256").hex()[:32]


def test_the_centres_hash_is_hmac_sha256_of_the_number() -> None:
    # printf 11010519491231002X | openssl dgst -sha256 -mac HMAC -macopt hexkey:0b0b...0b (20 bytes)
    assert person_hash(b"\x0b" * 20, NUMBER) == "ee8e2156c6b6afa77a781463fa775244"


@pytest.mark.parametrize("number", ["", "   ", "张三 11010519491231002", "1" * 65])
def test_what_is_no_number_is_refused_without_repeating_it(number: str) -> None:
    with pytest.raises(ValueError, match="letters and digits") as caught:
        person_hash(b"k" * 16, number)
    assert not number.strip() or number not in str(caught.value)


def test_a_key_that_is_too_short_is_refused() -> None:
    with pytest.raises(ValueError, match="8 bytes"):
        person_hash(b"k" * 8, NUMBER)


def test_a_stick_that_is_not_plugged_in_gives_no_second_key(tmp_path: Path) -> None:
    stick = tmp_path / "stick" / "hall"
    vault = Vault(tmp_path / "data" / "vault", stick)
    with pytest.raises(KeyMissing):
        vault.put(DAY, "A012-1", PAGE)
    stick.mkdir(parents=True)
    vault.put(DAY, "A012-1", PAGE)
    (tmp_path / "stick").rename(tmp_path / "pocket")
    for attempt in (
        lambda: vault.put(DAY, "A012-2", PAGE),
        lambda: vault.get(DAY, "A012-1"),
        lambda: vault.hash_person(DAY, NUMBER),
    ):
        with pytest.raises(KeyMissing, match="mounted"):
            attempt()
    (tmp_path / "pocket").rename(tmp_path / "stick")
    assert vault.get(DAY, "A012-1") == PAGE


def test_another_sticks_key_is_not_used(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    vault.put(DAY, "A012-1", PAGE)
    key_of(tmp_path).write_bytes(bytes(32))
    with pytest.raises(KeyMissing, match="not the key"):
        vault.put(DAY, "A012-2", PAGE)


def test_a_lost_mark_makes_no_second_key(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    vault.put(DAY, "A012-1", PAGE)
    (tmp_path / "vault" / f"{DAY}.day").unlink()
    vault.put(DAY, "A012-2", PAGE)
    assert vault.get(DAY, "A012-1") == PAGE
    (tmp_path / "vault" / f"{DAY}.day").unlink()
    key_of(tmp_path).unlink()
    with pytest.raises(KeyMissing):
        vault.put(DAY, "A012-3", PAGE)


def test_errors_say_in_both_languages_what_to_do(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    vault.put(DAY, "A012-1", PAGE)
    vault.destroy(DAY)
    with pytest.raises(KeyDestroyed) as caught:
        vault.get(DAY, "A012-1")
    assert "销毁" in caught.value.zh
    assert "destroyed" in caught.value.en
    assert isinstance(caught.value, LookupError)
