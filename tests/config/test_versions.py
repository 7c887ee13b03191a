"""A hall's file is the old one or the new one at every moment, and what it was is kept."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from firmware_py.config import versions
from firmware_py.config.versions import (
    FileBusy,
    keep_version,
    locked,
    replace_file,
    versions_of,
)

OLD, NEW = b"# old\n" * 5000, b"# newer\n" * 7000
WRITER = f"""
import sys
from pathlib import Path
from firmware_py.config.versions import keep_version, locked, replace_file
path, texts = Path(sys.argv[1]), ({OLD[:6]!r} * 5000, {NEW[:8]!r} * 7000)
print("begun", flush=True)
for n in range(10**6):
    with locked(path):
        keep_version(path, "li")
        replace_file(path, texts[n % 2])
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "hall.toml"
    path.write_bytes(OLD)
    return path


def test_mode_and_owner_stay(file: Path) -> None:
    file.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(file, 1234, 2345)
    before = file.stat()
    replace_file(file, NEW)
    after = file.stat()
    assert file.read_bytes() == NEW
    assert (after.st_mode, after.st_uid, after.st_gid) == (
        before.st_mode,
        before.st_uid,
        before.st_gid,
    )
    kept = keep_version(file, "li").path.stat()
    assert (kept.st_mode, kept.st_uid) == (before.st_mode, before.st_uid)


def test_a_kill_at_any_moment_leaves_one_of_the_two_whole(file: Path) -> None:
    chance, pause = random.Random(7), threading.Event()
    for _ in range(12):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(file)], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"begun\n"
        pause.wait(chance.uniform(0, 0.03))
        writer.send_signal(signal.SIGKILL)
        writer.wait(60)
        writer.stdout.close()
        assert file.read_bytes() in (OLD, NEW)
        assert all(one.path.read_bytes() in (OLD, NEW) for one in versions_of(file))
        with locked(file):
            # The lock ended with its holder, and what it left half done is in nobody's way.
            replace_file(file, OLD)


def test_two_cannot_change_it_at_once(file: Path) -> None:
    with locked(file), pytest.raises(FileBusy), locked(file):
        pass
    with locked(file):
        pass


def test_a_disk_that_fails_leaves_the_file_and_nothing_beside_it(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        replace_file(file, NEW)
    assert file.read_bytes() == OLD
    assert list(file.parent.iterdir()) == [file]


def test_versions_are_numbered_named_and_kept_once(file: Path) -> None:
    assert keep_version(file, "li").number == 1
    assert keep_version(file, "wang").number == 1
    replace_file(file, NEW)
    second = keep_version(file, "../王")
    assert (second.number, second.path.parent) == (2, file.parent / "versions")
    assert [one.path.read_bytes() for one in versions_of(file)] == [NEW, OLD]
    assert [one.by for one in versions_of(file)] == ["..__", "li"]


def test_the_oldest_versions_are_let_go_of(file: Path) -> None:
    for n in range(versions.KEPT + 3):
        file.write_text(f"# {n}\n", encoding="utf-8")
        keep_version(file, "li")
    numbers = [one.number for one in versions_of(file)]
    assert numbers == list(range(versions.KEPT + 3, 3, -1))
