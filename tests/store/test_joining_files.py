"""What a new Pi is given lies in its folder as a whole or not at all, whatever ends the program."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from firmware_py.store.joining_files import BadName, JoiningFiles
from tests.store.joining_steps import CERT, KEY, NEW, OLD, contents, install, prepare, whole

ROOT = Path(__file__).parents[2]


def test_interrupted_at_any_step_all_is_old_or_the_next_time_makes_all_new(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.store.joining_steps", str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    # Before the marker, with it, and perhaps just behind it.
    assert told["untouched"] >= 20
    assert told["forward"] >= len(NEW)
    assert 0 <= told["steps"] - told["untouched"] - told["forward"] <= 12


def test_files_belong_to_whom_they_should_and_nobody_else_reads_the_key(tmp_path: Path) -> None:
    prepare(tmp_path)
    install(tmp_path)
    modes = {name: stat.S_IMODE((tmp_path / name).stat().st_mode) for name in contents(tmp_path)}
    assert modes[KEY] == 0o600
    assert {modes[name] for name in (*NEW, CERT)} == {0o640}
    assert stat.S_IMODE((tmp_path / "broker").stat().st_mode) == 0o750
    assert not (tmp_path / ".joining").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_the_daemon_gets_its_key_and_the_rest_stays_the_folders_owners(tmp_path: Path) -> None:
    os.chown(tmp_path, 4321, 4322)
    files = JoiningFiles(tmp_path, (5432, 5433))
    files.request()
    files.stage(NEW, KEY)
    files.commit({CERT: b"certificate"})
    owners = {}
    for name in (*NEW, CERT, KEY, "broker", "notices"):
        status = (tmp_path / name).stat()
        owners[name] = status.st_uid, status.st_gid
    assert {owners[name] for name in ("hall.toml", "node.env", "notices", "notices/a.txt")} == {
        (4321, 4322)
    }
    assert {owners[name] for name in ("broker", KEY, CERT, "broker/ca.crt")} == {(5432, 5433)}


def test_the_key_is_made_once_and_stays_until_all_is_in_place(tmp_path: Path) -> None:
    files = JoiningFiles(tmp_path)
    request = files.request()
    files.stage(NEW, KEY)
    files.give_back()
    assert contents(tmp_path) == {}
    assert JoiningFiles(tmp_path).request() == request
    assert stat.S_IMODE((tmp_path / ".joining").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "name",
    ["", "/etc/passwd", "../x", "a/../../x", "a/./x/..", "authority/ca.key", ".joining/commit",
     "a\\b", "a\0b", ".ssh/authorized_keys"],
)  # fmt: skip
def test_a_name_that_leads_elsewhere_is_refused_and_nothing_is_written(
    tmp_path: Path, name: str
) -> None:
    prepare(tmp_path)
    files = JoiningFiles(tmp_path)
    files.request()
    for given in ({**NEW, name: b"x"}, NEW):
        with pytest.raises(BadName):
            files.stage(given, KEY if given is not NEW else name)
    assert contents(tmp_path) == OLD
    assert not files.new.exists()


def test_a_second_time_replaces_the_first_as_a_whole(tmp_path: Path) -> None:
    prepare(tmp_path)
    install(tmp_path)
    assert whole(contents(tmp_path))
    before = (tmp_path / KEY).read_bytes()
    install(tmp_path)
    assert whole(contents(tmp_path))
    assert (tmp_path / KEY).read_bytes() != before
