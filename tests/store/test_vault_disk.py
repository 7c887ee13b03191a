"""Disks that are full or cannot be written: the clerk is told, and what was there stays."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware_py.store.vault import Vault
from firmware_py.store.vault_errors import VaultError, VaultFull, VaultReadOnly, VaultUnreliable
from tests.store.vaults import DAY, EARLIER, PAGE, key_of, vault_in


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MiB of its own."""
    place = tmp_path / "card"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def _fill(place: Path) -> Path:
    filler = place / "filler"
    with pytest.raises(OSError, match="No space"):
        filler.write_bytes(bytes(2 << 20))
    return filler


def test_a_full_disk_is_said_and_costs_nothing_that_was_there(small_disk: Path) -> None:
    vault = vault_in(small_disk)
    vault.put(DAY, "A012-1", PAGE)
    filler = _fill(small_disk)
    with pytest.raises(VaultFull) as caught:
        vault.put(DAY, "A012-1", bytes(300_000))
    assert "空间已满" in caught.value.zh
    assert vault.get(DAY, "A012-1") == PAGE
    assert vault.names(DAY) == ["A012-1"]
    assert not list((small_disk / "vault" / DAY).glob(".*"))
    filler.unlink()
    vault.put(DAY, "A012-1", b"again")
    assert vault.get(DAY, "A012-1") == b"again"


def test_a_day_that_begins_on_a_full_disk_gets_its_key_when_there_is_room(
    small_disk: Path,
) -> None:
    vault = vault_in(small_disk)
    vault.put(EARLIER, "A012-1", PAGE)
    filler = _fill(small_disk)
    with pytest.raises(VaultFull):
        vault.put(DAY, "A012-1", PAGE)
    filler.unlink()
    vault.put(DAY, "A012-1", PAGE)
    assert vault.get(DAY, "A012-1") == PAGE


def test_a_full_disk_does_not_keep_a_day_from_its_end(small_disk: Path) -> None:
    vault = vault_in(small_disk)
    vault.put(EARLIER, "A012-1", PAGE)
    _fill(small_disk)
    try:
        vault.destroy_before(DAY)
    except VaultFull:
        # The mark found no room: said, and ended with the next look.
        (small_disk / "filler").unlink()
        assert vault.destroy_before(DAY) == [EARLIER]
    assert not key_of(small_disk, EARLIER).exists()


def test_a_disk_that_cannot_be_written_is_said(small_disk: Path) -> None:
    vault = vault_in(small_disk)
    vault.put(DAY, "A012-1", PAGE)
    remount = ["mount", "-o", "remount,ro", str(small_disk)]
    subprocess.run(remount, check=True)
    assert vault.get(DAY, "A012-1") == PAGE
    for day, name in ((DAY, "A012-2"), ("2026-11-23", "A001-1")):
        with pytest.raises(VaultReadOnly, match="write-protected"):
            vault.put(day, name, PAGE)
    with pytest.raises(VaultReadOnly, match="write-protected"):
        vault.remove(DAY, "A012-1")
    assert vault.get(DAY, "A012-1") == PAGE


def test_a_sync_that_fails_is_never_a_success(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = vault_in(tmp_path)
    vault.put(DAY, "A012-1", b"before")

    def fails(fd: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("firmware_py.store.private_files.os.fsync", fails)
    with pytest.raises(VaultUnreliable):
        vault.put(DAY, "A012-1", b"after")
    monkeypatch.undo()
    assert vault.get(DAY, "A012-1") == b"before"


def test_a_file_where_the_folder_should_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "vault").write_bytes(b"")
    with pytest.raises(VaultError):
        Vault(tmp_path / "vault", tmp_path / "keys").put(DAY, "A012-1", PAGE)
