"""A kiosk's PIN on the disk: a hash for its owner alone, and nothing that shows the PIN."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from firmware_py.store.pin_file import (
    KEPT_HASH,
    PinFileError,
    StoredPin,
    hashed,
    is_pin,
    read_pin,
    write_pin,
)

PIN = "736251"
CHEAP = (2**4, 8, 1)
#: RFC 7914, section 12: scrypt("pleaseletmein", "SodiumChloride", 16384, 8, 1), 64 bytes.
RFC_7914 = bytes.fromhex(
    "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
    "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"
)


def test_the_hash_is_scrypts_of_the_rfc() -> None:
    stored = StoredPin(16_384, 8, 1, b"SodiumChloride", RFC_7914)
    assert stored.fits("pleaseletmein")
    assert not stored.fits("pleaseletmeout")


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("1234", True),
        ("123456789012", True),
        ("123", False),
        ("1234567890123", False),
        ("12a4", False),
        ("", False),
        ("12 34", False),
        ("1234\n", False),
        # Digits, but none of a keypad.
        ("１２３４", False),
    ],
)
def test_a_pin_has_4_to_12_digits(text: str, right: bool) -> None:
    assert is_pin(text) is right
    if not right:
        with pytest.raises(ValueError, match="4 to 12 digits"):
            hashed(text)


def test_what_was_written_is_read_and_fits_that_pin_alone(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.pin"
    write_pin(path, hashed(PIN))
    stored = read_pin(path)
    assert stored is not None
    assert (stored.n, stored.r, stored.p) == KEPT_HASH == (16_384, 8, 1)
    assert stored.fits(PIN)
    assert not stored.fits("736252")
    assert stored.digest == hashlib.scrypt(PIN.encode(), salt=stored.salt, n=16_384, r=8, p=1)[:32]
    assert list(tmp_path.iterdir()) == [path]


def test_two_kiosks_with_the_same_pin_have_other_hashes() -> None:
    one, other = hashed(PIN, CHEAP), hashed(PIN, CHEAP)
    assert one.salt != other.salt
    assert one.digest != other.digest


def test_the_pin_stands_neither_in_the_file_nor_in_a_repr(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.pin"
    write_pin(path, hashed(PIN, CHEAP))
    plain = [PIN, PIN.encode().hex(), hashlib.sha256(PIN.encode()).hexdigest()]
    text = path.read_text("ascii") + repr(read_pin(path))
    assert not any(one in text for one in plain)
    stored = read_pin(path)
    assert stored is not None
    assert stored.digest.hex() not in repr(stored)


def test_the_file_is_for_its_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.pin"
    before = os.umask(0)
    try:
        write_pin(path, hashed(PIN, CHEAP))
        write_pin(path, hashed("1234", CHEAP))
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    stored = read_pin(path)
    assert stored is not None
    assert stored.fits("1234")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_what_root_writes_belongs_to_whom_the_folder_belongs_to(tmp_path: Path) -> None:
    os.chown(tmp_path, 4321, 4321)
    write_pin(tmp_path / "kiosk.pin", hashed(PIN, CHEAP))
    assert (tmp_path / "kiosk.pin").stat().st_uid == 4321


def test_a_full_or_missing_folder_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        write_pin(tmp_path / "nowhere" / "kiosk.pin", hashed(PIN, CHEAP))
    folder = tmp_path / "kiosk.pin"
    folder.mkdir()
    with pytest.raises(OSError, match=r"directory|Directory"):
        write_pin(folder, hashed(PIN, CHEAP))
    assert list(tmp_path.iterdir()) == [folder]


def test_no_file_is_no_pin(tmp_path: Path) -> None:
    assert read_pin(tmp_path / "kiosk.pin") is None


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o660, 0o604, 0o620])
def test_a_file_that_others_may_read_or_write_is_not_used(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "kiosk.pin"
    write_pin(path, hashed(PIN, CHEAP))
    path.chmod(mode)
    with pytest.raises(PinFileError) as raised:
        read_pin(path)
    assert f"chmod 600 {path}" in raised.value.zh
    assert f"chmod 600 {path}" in raised.value.en
    path.chmod(0o600)
    assert read_pin(path) is not None


RIGHT: dict[str, Any] = {
    "version": 1, "n": 16, "r": 8, "p": 1, "salt": "00" * 16, "hash": "11" * 32,
}  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"version": 2},
        {"n": 15},
        {"n": 1},
        {"n": 2**18},
        {"n": "16"},
        {"r": 0},
        {"p": 5},
        {"salt": ""},
        {"salt": "zz" * 16},
        {"hash": "11" * 31},
        {"pin": PIN},
    ],
)
def test_a_file_that_says_something_else_is_not_used(tmp_path: Path, wrong: dict[str, Any]) -> None:
    path = tmp_path / "kiosk.pin"
    path.touch(mode=0o600)
    path.write_text(json.dumps(RIGHT), encoding="ascii")
    assert isinstance(read_pin(path), StoredPin)
    path.write_text(json.dumps(RIGHT | wrong), encoding="ascii")
    with pytest.raises(PinFileError, match="is not right") as raised:
        read_pin(path)
    assert PIN not in f"{raised.value} {raised.value.zh}"


@pytest.mark.parametrize("data", [b"", PIN.encode(), b"\xff\xfe", b"[]", b"{" * 2000])
def test_a_file_that_is_none_of_ours_is_not_used(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "kiosk.pin"
    path.touch(mode=0o600)
    path.write_bytes(data)
    with pytest.raises(PinFileError, match="is not right"):
        read_pin(path)


def test_a_folder_or_a_pipe_in_its_place_holds_up_nobody(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe", 0o600)
    for name in ("folder", "pipe"):
        with pytest.raises(PinFileError):
            read_pin(tmp_path / name)
