"""Vaults of the tests: a day, made-up people, and what stands on the disk."""

from __future__ import annotations

from pathlib import Path

from firmware_py.store.vault import Vault

#: Made up; the check character is right (GB 11643).
NUMBER = "11010519491231002X"
DAY = "2026-11-22"
EARLIER = "2026-11-21"
PAGE = b"\xff\xd8\xff\xe0" + NUMBER.encode() * 500 + b"\xff\xd9"


def vault_in(folder: Path) -> Vault:
    """Return the vault of a data folder, its keys beside it."""
    return Vault(folder / "vault", folder / "keys")


def key_of(folder: Path, day: str = DAY) -> Path:
    """Return where a day's key lies."""
    return folder / "keys" / f"{day}.key"


def everything_in(folder: Path) -> bytes:
    """Return every byte of every file below a folder."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
