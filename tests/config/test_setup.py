"""Set-up makes the environment that is asked for, and never takes the tests' packages away.

``setup.sh`` itself runs, in a checkout of its own; the programs that it calls write down what
they were asked for, and install nothing.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SETUP = "config/setup"

#: Every Debian package is there; nobody may install one.
DPKG_QUERY = 'shift 3; for name; do echo "installed $name"; done'
APT_GET = "exit 1"
PYTHON = 'case "$*" in *compileall*) echo "$@" >>compiled;; esac'
HALLCTL = '[ ! -e bank-fails ] && mkdir -p "$3" && echo "$2" >>"$3/bank.toml"'
UV = 'echo "$@" >>asked; [ ! -e uv-fails ]'


@dataclass(frozen=True, slots=True)
class Checkout:
    """A copy of what set-up reads, with an environment whose programs are ours."""

    folder: Path

    def setup(self, mode: str) -> str | None:
        """Run set-up; return the lock that was installed, or None when nothing was."""
        asked = self.folder / "asked"
        asked.unlink(missing_ok=True)
        done = subprocess.run(
            [self.folder / SETUP / "setup.sh", mode],
            env={**os.environ, "PATH": f"{self.folder}/bin:{os.environ['PATH']}"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            text=True,
        )
        assert done.returncode == (1 if (self.folder / "uv-fails").exists() else 0), done.stderr
        if not asked.exists():
            # The first run in an environment of the tests has its voice clips to make yet.
            assert [line for line in done.stderr.splitlines() if ".venv/voice" not in line] == []
            return None
        (sync,) = (line for line in asked.read_text("utf-8").splitlines() if "pip sync" in line)
        (lock,) = (w for w in sync.split() if w.endswith(".lock") and "uv.lock" not in w)
        return Path(lock).name

    def change_project(self) -> None:
        with (self.folder / "pyproject.toml").open("a", encoding="utf-8") as file:
            file.write("# another line\n")


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    (tmp_path / SETUP).mkdir(parents=True)
    (tmp_path / "firmware_py").mkdir()
    for file in (ROOT / SETUP).iterdir():
        if file.suffix in {".sh", ".lock", ".txt"}:
            shutil.copy(file, tmp_path / SETUP)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    programs = tmp_path / ".venv" / "bin"
    for path, said in (
        (tmp_path / "bin" / "dpkg-query", DPKG_QUERY),
        (tmp_path / "bin" / "apt-get", APT_GET),
        (programs / "python", PYTHON),
        (programs / "uv", UV),
        (programs / "hallctl", HALLCTL),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{said}\n", encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
    # By its first line set-up knows that the environment was made here.
    (programs / "pip").write_text(f"#!{programs}/python\n", encoding="utf-8")
    return Checkout(tmp_path)


@pytest.mark.parametrize(("mode", "lock"), [("run", "hall.lock"), ("test", "test.lock")])
def test_a_new_environment_gets_the_lock_of_its_purpose_and_the_second_time_nothing(
    checkout: Checkout, mode: str, lock: str
) -> None:
    assert checkout.setup(mode) == lock
    assert checkout.setup(mode) is None


def test_a_placeholder_of_voice_clips_is_made_once_and_for_a_run_only(checkout: Checkout) -> None:
    bank = checkout.folder / ".venv" / "voice" / "bank.toml"
    checkout.setup("test")
    assert not bank.exists()
    checkout.setup("run")
    checkout.change_project()
    checkout.setup("run")
    assert bank.read_text("utf-8") == "make-placeholder\n"


def test_set_up_goes_on_without_voice_clips(checkout: Checkout) -> None:
    (checkout.folder / "bank-fails").touch()
    assert checkout.setup("run") == "hall.lock"


def test_what_a_pi_runs_is_compiled_also_when_only_the_program_is_new(checkout: Checkout) -> None:
    compiled = checkout.folder / "compiled"
    checkout.setup("run")
    assert ".venv/lib" in compiled.read_text("utf-8")
    compiled.unlink()
    assert checkout.setup("run") is None
    assert compiled.read_text("utf-8") == "-m compileall -q firmware_py devices kiosk_ui\n"


def test_an_environment_of_the_tests_is_good_for_a_run(checkout: Checkout) -> None:
    checkout.setup("test")
    assert checkout.setup("run") is None


def test_an_environment_of_a_run_grows_for_the_tests(checkout: Checkout) -> None:
    checkout.setup("run")
    assert checkout.setup("test") == "test.lock"
    assert checkout.setup("run") is None


def test_a_run_after_a_change_keeps_the_packages_of_the_tests(checkout: Checkout) -> None:
    checkout.setup("test")
    checkout.change_project()
    assert checkout.setup("run") == "test.lock"
    assert checkout.setup("test") is None


def test_a_copy_of_a_developers_checkout_does_not_bring_the_tests_to_a_pi(
    checkout: Checkout,
) -> None:
    checkout.setup("test")
    made = checkout.folder / ".venv" / "made-for-test"
    made.write_text(made.read_text("utf-8").replace(str(checkout.folder), "/home/anna/hall"))
    assert checkout.setup("run") == "hall.lock"
    assert checkout.setup("run") is None


def test_an_installation_that_failed_is_made_again_for_the_same_purpose(
    checkout: Checkout,
) -> None:
    checkout.setup("test")
    checkout.change_project()
    fails = checkout.folder / "uv-fails"
    fails.touch()
    assert checkout.setup("run") == "test.lock"
    fails.unlink()
    assert checkout.setup("run") == "test.lock"
    assert checkout.setup("run") is None
