"""A hub's configuration lies in a Pi's folder as a whole or not at all, whatever ends it."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from firmware_py.core.edition import Edition
from firmware_py.store.coming_files import ComingFiles
from firmware_py.store.editions import KEPT, EditionBook, Kept
from firmware_py.store.joining_files import BadName
from tests.store.coming_steps import NEW, ONE, TWO, contents, files_of, kept, prepare, sha, take

ROOT = Path(__file__).parents[2]


def test_interrupted_at_any_step_a_restart_finds_all_of_the_old_or_all_of_the_new() -> None:
    # In memory, where there is such a folder: a disk would be waited for a thousand times.
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made there
    with TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as place:
        done = subprocess.run(
            [sys.executable, "-m", "tests.store.coming_steps", place],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    # Before the marker, and from it on.
    assert told["untouched"] >= 20
    assert told["finished"] >= len(NEW)
    assert told["untouched"] + told["finished"] == told["steps"] + 1


def test_the_trial_is_the_folder_as_it_would_be(tmp_path: Path) -> None:
    prepare(tmp_path)
    files, new = files_of(tmp_path), kept(TWO, NEW)
    for data in NEW.values():
        files.part(sha(data), 0, data)
    main = files.stage(new.files)
    tried = {
        (Path(at) / name).relative_to(main.parent).as_posix(): (Path(at) / name).read_bytes()
        for at, _, names in os.walk(main.parent, followlinks=True)
        for name in names
    }
    take(tmp_path)
    assert tried == contents(tmp_path / "etc")


def test_files_keep_their_rights_and_new_ones_are_for_the_group_to_read(tmp_path: Path) -> None:
    prepare(tmp_path)
    (tmp_path / "etc" / "items.toml").chmod(0o600)
    take(tmp_path)
    modes = {name: stat.S_IMODE((tmp_path / "etc" / name).stat().st_mode) for name in NEW}
    assert (modes["items.toml"], modes["templates/ticket.toml"]) == (0o600, 0o640)
    assert stat.S_IMODE((tmp_path / "etc" / "templates").stat().st_mode) == 0o750


def test_the_halls_file_has_the_name_that_it_has_here(tmp_path: Path) -> None:
    main = tmp_path / "bench.toml"
    main.write_bytes(b"old")
    files = ComingFiles(main, "window-3", EditionBook(tmp_path / "data"))
    new = kept(TWO, {"hall.toml": b"new"})
    (content,) = files.lacks(new.files)
    files.part(content, 0, b"new")
    files.stage(new.files)
    files.commit(new)
    assert main.read_bytes() == b"new"
    assert not (tmp_path / "hall.toml").exists()


@pytest.mark.parametrize(
    "name",
    ["../hall.toml", "/etc/passwd", "a/../../b", ".ssh/keys", "authority/ca.key", "node.env",
     "broker/window-3.key", "mirror/3.password"],
)  # fmt: skip
def test_no_name_leads_out_of_the_folder_or_to_what_is_this_pis_own(
    tmp_path: Path, name: str
) -> None:
    prepare(tmp_path)
    with pytest.raises(BadName):
        files_of(tmp_path).lacks({name: sha(b"x")})


def test_a_content_that_came_wrong_is_never_used(tmp_path: Path) -> None:
    prepare(tmp_path)
    files, new = files_of(tmp_path), kept(TWO, NEW)
    for data in NEW.values():
        files.part(sha(data), 0, data)
    files.part(sha(NEW["hall.toml"]), 0, b"somebody else's")
    assert files.lacks(new.files) == {sha(NEW["hall.toml"])}
    with pytest.raises(OSError, match="not whole"):
        files.stage(new.files)


def test_what_somebody_changed_by_hand_is_not_taken_for_the_hubs(tmp_path: Path) -> None:
    prepare(tmp_path)
    assert files_of(tmp_path).has() == ONE
    (tmp_path / "etc" / "items.toml").write_bytes(b"by hand")
    assert files_of(tmp_path).has() is None


def test_the_book_keeps_former_ones_and_lets_contents_go_with_the_last_that_has_them(
    tmp_path: Path,
) -> None:
    book = EditionBook(tmp_path / "data")
    for number in range(1, KEPT + 4):
        content = book.put(b"items %d" % number)
        book.take(Kept(Edition("E1", number, content), {"items.toml": content}))
    book.drop(())
    again = EditionBook(tmp_path / "data")
    assert again.in_force is not None
    assert again.in_force.edition.number == KEPT + 3
    assert [one.edition.number for one in again.former] == list(range(KEPT + 2, 2, -1))
    assert len(list((tmp_path / "data" / "contents").iterdir())) == KEPT + 1


def test_a_book_that_cannot_be_read_is_begun_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    EditionBook(tmp_path).take(kept(ONE, {"hall.toml": b"x"}))
    (tmp_path / "editions.json").write_bytes(b"{")
    assert EditionBook(tmp_path).in_force is None
    assert "begun anew" in caplog.text
    shutil.rmtree(tmp_path)
    assert EditionBook(tmp_path).in_force is None
