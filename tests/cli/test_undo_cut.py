"""``hallctl config undo`` of a hall of many Pis: all of its files or none, whatever ends it."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from firmware_py.config.together import PENDING, Together
from firmware_py.config.versions import locked
from firmware_py.runtime.configurations import Mixed, mend
from tests.cli.hallrun import Hallctl
from tests.cli.undo_steps import NEW, OLD, contents, prepare, undo
from tests.config.test_systemd import SYSTEMD, run, said

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("how", ["taken", "refused"])
def test_ended_at_any_step_a_restart_finds_all_of_the_old_or_all_of_the_new(how: str) -> None:
    # In memory, where there is such a folder: a disk would be waited for a thousand times.
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made there
    with TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as place:
        done = subprocess.run(
            [sys.executable, "-m", "tests.cli.undo_steps", place, how],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["old"] + told["new"] == told["steps"] + 1
    assert told["old"] >= len(OLD) + len(NEW)
    # Between the new ones' beginning to count and the end, or the refusal.
    assert told["new"] >= (1 if how == "refused" else 3)


def half_way(etc: Path) -> Together:
    """Leave what a power cut leaves."""
    together = Together(etc)
    together.begin([etc / "items.toml", etc / "hall.toml"])
    (etc / "items.toml").write_bytes(b"the new items")
    return together


def test_what_was_there_has_its_rights_and_owner_again(tmp_path: Path) -> None:
    etc = prepare(tmp_path)
    (etc / "items.toml").chmod(0o604)
    half_way(etc)
    mend(etc / "hall.toml")
    assert contents(etc) == OLD
    assert stat.S_IMODE((etc / "items.toml").stat().st_mode) == 0o604


def test_a_layout_that_comes_back_can_be_read_by_the_daemons_group(tmp_path: Path) -> None:
    etc = prepare(tmp_path)
    undo(etc, refuses=False)
    assert contents(etc) == NEW
    assert stat.S_IMODE((etc / "lobby.toml").stat().st_mode) == 0o640


def test_whoever_is_at_it_is_waited_for_and_what_cannot_be_mended_is_said(tmp_path: Path) -> None:
    etc = prepare(tmp_path)
    half_way(etc)
    with locked(etc / "hall.toml"), pytest.raises(Mixed, match="being changed") as busy:
        mend(etc / "hall.toml", busy_s=0.2)
    (etc / ".undoing" / "0").unlink()
    with pytest.raises(Mixed, match="sudo hallctl config mend") as lost:
        mend(etc / "hall.toml")
    assert (busy.value.again, lost.value.again) == (True, False)


def test_mend_says_what_it_did(tmp_path: Path) -> None:
    etc = prepare(tmp_path)
    hallctl = Hallctl({"HALL_RUN": str(tmp_path), "HALL_DATA": str(tmp_path)})
    half_way(etc)
    file = str(etc / "hall.toml")
    assert "former files are back" in hallctl("config", "mend", "--file", file).out
    assert contents(etc) == OLD
    assert hallctl.ok("config", "mend", "--file", file) == {"mended": False}


def test_root_gives_it_before_the_daemon_starts_which_may_not_write_there() -> None:
    mend, halld = (SYSTEMD / f"{name}.service" for name in ("hall-mend", "halld"))
    (pending,) = said("ConditionPathExists", mend)
    assert pending == f"/etc/hall/{PENDING}/begun"
    (command,) = said("ExecStart", mend)
    assert command.endswith("/hallctl config mend --file /etc/hall/hall.toml")
    assert said("ReadWritePaths", mend) == ["/etc/hall"]
    assert said("Before", mend) == ["halld.service"]
    assert "hall-mend.service" in said("Wants", halld)
    assert "hall-mend.service" in said("After", halld)


def test_systemd_finds_nothing_wrong_with_that_unit(tmp_path: Path) -> None:
    text = (SYSTEMD / "hall-mend.service").read_text(encoding="utf-8")
    unit = tmp_path / "hall-mend.service"
    # The program is not where it will be, which is all that it may complain of.
    unit.write_text(text.replace("/opt/hall/.venv/bin/hallctl", "/bin/true"), encoding="utf-8")
    checked = run("systemd-analyze", "verify", "--man=no", unit)
    assert (checked.returncode, checked.stderr) == (0, "")
