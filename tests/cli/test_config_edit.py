"""``hallctl config set`` and its like: without a daemon, with one, and with what goes wrong."""

from __future__ import annotations

import os
import shlex
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.hallrun import CONFIG, ROOT, Hall, Hallctl, Ran

EXAMPLE = (ROOT / "config" / "hall.example.toml").read_text(encoding="utf-8")
#: Files that the example names.
BESIDE = ("items.toml", "holidays.toml")

TEN = (
    ("day.mode", "sometimes"),
    ("day.hours", '[["12:00", "09:00"]]'),
    ("numbers.digits", "9"),
    ("queue.exception_window", "77"),
    ("limits.idle_s", "-1"),
    ("rating.bad", "5"),
    ("windows.1.pad", "pad-77"),
    ("windows.2.colour", "red"),
    ("devices.printer.kind", "ticket_printer.etching"),
    ("lines.pads.settings.baud", "9601"),
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A hall's file with its comments, and its catalogue."""
    path = tmp_path / "hall.toml"
    path.write_text(EXAMPLE, encoding="utf-8")
    for beside in BESIDE:
        (tmp_path / beside).symlink_to(ROOT / "config" / beside)
    return path


@pytest.fixture
def hallctl(file: Path, tmp_path_factory: pytest.TempPathFactory) -> Hallctl:
    """``hallctl`` where no daemon runs."""
    folder = str(tmp_path_factory.mktemp("data"))
    return Hallctl(
        {
            "HALL_RUN": folder,
            "HALL_DATA": folder,
            "HALL_CONFIG": str(file),
            "SUDO_USER": "li",
        }
    )


def untouched(file: Path) -> None:
    assert file.read_text(encoding="utf-8") == EXAMPLE
    assert sorted(one.name for one in file.parent.iterdir()) == sorted(["hall.toml", *BESIDE])


def test_without_a_daemon_the_file_changes_and_says_when_it_holds(
    hallctl: Hallctl, file: Path
) -> None:
    ran = hallctl("config", "set", "limits.idle_s", "120")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"Written: {file}.")
    assert "next start" in ran.out
    assert file.read_text(encoding="utf-8") == EXAMPLE.replace("idle_s = 180", "idle_s = 120")
    [kept] = hallctl.ok("config", "versions")
    assert (kept["number"], kept["by"], kept["changed"]) == (
        1,
        "li",
        ["- idle_s = 180", "+ idle_s = 120"],
    )
    assert Path(kept["path"]).read_text(encoding="utf-8") == EXAMPLE


def test_ten_mistakes_are_named_together_and_the_file_is_left_alone(
    hallctl: Hallctl, file: Path
) -> None:
    ran = hallctl("config", "set", *(word for pair in TEN for word in pair))
    assert ran.code == 2
    lines = ran.err.splitlines()
    assert lines[-1] == f"The configuration has {len(lines) - 1} mistakes."
    assert len(lines) > len(TEN)
    assert all(line.startswith(f"{file}:") for line in lines[:-1])
    untouched(file)


@pytest.mark.parametrize(("path", "value"), TEN)
def test_each_mistake_is_refused_in_both_languages(
    hallctl: Hallctl, file: Path, path: str, value: str
) -> None:
    for lang in ("zh", "en"):
        ran = hallctl("config", "set", path, value, lang=lang)
        assert ran.code == 2, ran
        assert any("一" <= sign <= "龥" for sign in ran.err) == (lang == "zh")
    untouched(file)


def test_a_dry_run_shows_the_lines_and_writes_nothing(hallctl: Hallctl, file: Path) -> None:
    ran = hallctl("config", "set", "day.mode", "manual", "--dry-run")
    assert ran.code == 0
    assert '-mode = "auto"\n+mode = "manual"\n' in ran.out
    untouched(file)


def test_undo_brings_the_former_bytes_back_and_undo_again_the_later_ones(
    hallctl: Hallctl, file: Path
) -> None:
    hallctl.ok("config", "set", "day.mode", "manual")
    changed = file.read_bytes()
    hallctl.ok("config", "undo")
    assert file.read_text(encoding="utf-8") == EXAMPLE
    hallctl.ok("config", "undo")
    assert file.read_bytes() == changed
    hallctl.ok("config", "undo", "1")
    assert file.read_text(encoding="utf-8") == EXAMPLE
    assert hallctl("config", "undo", "77").code == 1


def test_unset_takes_a_table_out_and_its_default_holds(hallctl: Hallctl, file: Path) -> None:
    hallctl.ok("config", "unset", "broker", "quotas.person")
    assert "[broker]" not in file.read_text(encoding="utf-8")
    assert hallctl("config", "unset", "broker").code == 2


def test_two_at_once_both_count(hallctl: Hallctl, file: Path) -> None:
    pairs = [("limits.idle_s", "61"), ("limits.wait_s", "62"), ("rating.bad", "1")]
    rans: list[Ran] = []
    threads = [
        threading.Thread(target=lambda p=pair: rans.append(hallctl("config", "set", *p)))
        for pair in pairs
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(50)
    assert [ran.code for ran in rans] == [0, 0, 0], rans
    text = file.read_text(encoding="utf-8")
    assert all(f"{path.rpartition('.')[2]} = {value}\n" in text for path, value in pairs)
    assert len(hallctl.ok("config", "versions")) == len(pairs)


def editor(folder: Path, script: str) -> str:
    """Return an $EDITOR that runs a line of Python on ``text``, one more of them each time."""
    program = folder / "editor.py"
    program.write_text(
        "import sys, pathlib\n"
        f"runs = pathlib.Path({str(folder / 'runs')!r})\n"
        "n = int(runs.read_text()) + 1 if runs.exists() else 1\n"
        "runs.write_text(str(n))\n"
        "file = pathlib.Path(sys.argv[1])\n"
        "text = file.read_text(encoding='utf-8')\n"
        f"{script}\n"
        "file.write_text(text, encoding='utf-8')\n",
        encoding="utf-8",
    )
    return f"python3 {shlex.quote(str(program))}"


def test_edit_offers_the_mistakes_again_until_there_are_none(
    hallctl: Hallctl, file: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    wrong_then_right = "text = text.replace('idle_s = 180' if n == 1 else 'idle_s = -5',"
    wrong_then_right += " 'idle_s = -5' if n == 1 else 'idle_s = 99')"
    hallctl.environment["EDITOR"] = editor(tmp_path_factory.mktemp("e"), wrong_then_right)
    ran = hallctl("config", "edit", stdin="y\n")
    assert ran.code == 0, ran
    assert "idle_s: -5 is out of range" in ran.err
    assert file.read_text(encoding="utf-8") == EXAMPLE.replace("idle_s = 180", "idle_s = 99")


def test_edit_with_mistakes_that_nobody_mends_changes_nothing(
    hallctl: Hallctl, file: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    hallctl.environment["EDITOR"] = editor(
        tmp_path_factory.mktemp("e"), "text = text.replace('idle_s = 180', 'idle_s = oops')"
    )
    assert hallctl("config", "edit", stdin="n\n").code == 1
    untouched(file)


@pytest.fixture
def read_only(file: Path) -> Iterator[Path]:
    """The file's folder on a disk that nobody may write."""
    folder = str(file.parent)
    bound = subprocess.run(["mount", "--bind", folder, folder], capture_output=True, check=False)
    if bound.returncode:
        pytest.skip(f"needs the right to mount: {bound.stderr.decode().strip()}")
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", folder], check=True)
        yield file
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def test_a_read_only_disk_is_said_and_a_dry_run_works_on_it(
    hallctl: Hallctl, read_only: Path
) -> None:
    ran = hallctl("config", "set", "limits.idle_s", "99")
    assert ran.code == 1
    assert "Read-only file system" in ran.err
    assert hallctl("config", "set", "limits.idle_s", "99", "--dry-run").code == 0
    untouched(read_only)


def test_completion_offers_paths(hallctl: Hallctl) -> None:
    found = hallctl("config", "paths").out.split()
    assert {"day.hours", "devices.printer.port", "windows.3.strip"} <= set(found)
    for shell in ("bash", "zsh"):
        assert "hallctl config paths" in hallctl("completion", shell).out


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away")
def test_the_owner_and_the_mode_of_the_file_stay(hallctl: Hallctl, file: Path) -> None:
    os.chown(file, 0, 4321)
    file.chmod(0o640)
    hallctl.ok("config", "set", "limits.idle_s", "99")
    status = file.stat()
    assert (status.st_uid, status.st_gid, status.st_mode & 0o777) == (0, 4321, 0o640)


def test_a_running_hall_takes_it_at_once_and_the_journal_says_who(closed_hall: Hall) -> None:
    hall = closed_hall
    hall.start_bench()
    hall.start()
    ran = hall.hallctl("config", "set", "queue.next_guard_s", "5", lang="zh")
    assert (ran.code, ran.out) == (0, "queue.next_guard_s: 0.0 → 5.0\n已生效。\n")
    assert hall.hallctl.ok("config", "show")["queue"]["next_guard_s"] == 5
    last = hall.hallctl.ok("journal", "tail", "-n", "1")
    assert last["type"] == "action.taken"
    assert last["by"].startswith("hallctl:")
    assert last["data"]["subject"] == "queue.next_guard_s: 0.0 -> 5.0"
    refused = hall.hallctl("config", "set", "control.socket", "other.sock")
    assert (refused.code, "--restart-later" in refused.err) == (1, True)
    assert "other.sock" not in hall.config.read_text(encoding="utf-8")
    done = hall.hallctl.ok("config", "set", "control.socket", "x.sock", "--restart-later")
    assert [c["when"] for c in done["changes"]] == ["restart"]
    assert 'socket = "x.sock"' in hall.config.read_text(encoding="utf-8")


def test_a_change_that_cannot_be_leaves_file_and_hall_as_they_were(closed_hall: Hall) -> None:
    hall = closed_hall
    hall.start_bench()
    hall.start()
    assert hall.hallctl("open").code == 0
    assert hall.hallctl("window", "open", "2").code == 0
    ran = hall.hallctl("config", "unset", "windows.2")
    assert (ran.code, "Window 2 is at work" in ran.err) == (1, True)
    assert hall.config.read_text(encoding="utf-8") == CONFIG
    assert "2" in {window["id"] for window in hall.hallctl.ok("window", "list")}
