"""A Pi that follows is opened once: its daemon may put the hub's configuration in place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from firmware_py.cli.node_open import open_folder
from firmware_py.cli.node_services import Services

#: nobody, and the group of a folder as root has it.
DAEMON = (65534, 65534)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives folders away")
def test_the_daemon_has_the_folders_and_nothing_that_is_somebody_elses(tmp_path: Path) -> None:
    for name in ("notices", "templates/ours", "authority", "mirror"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("hall.toml", "screen-wall.env", "authority/ca.key"):
        (tmp_path / name).touch()
    (tmp_path / "link").symlink_to("/")
    assert open_folder(tmp_path, DAEMON)
    owners = {
        path.relative_to(tmp_path).as_posix(): path.lstat().st_uid
        for path in (tmp_path, *tmp_path.rglob("*"))
        if "link/" not in str(path)
    }
    given = {name for name, uid in owners.items() if uid == DAEMON[0]}
    assert given == {".", "notices", "templates", "templates/ours"}
    assert Path("/").stat().st_uid == 0
    # The group that may read it stays.
    assert (tmp_path / "notices").stat().st_gid == tmp_path.stat().st_gid == 0


def test_without_a_daemon_of_its_own_nothing_is_given_away(tmp_path: Path) -> None:
    before = tmp_path.stat().st_uid
    assert not open_folder(tmp_path, None)
    assert tmp_path.stat().st_uid == before


def test_the_unit_lets_it_write_there_and_nowhere_else(tmp_path: Path) -> None:
    Services(tmp_path).let_write(Path("/etc/hall"))
    drop_in = tmp_path / "etc/systemd/system/halld.service.d/configuration.conf"
    assert drop_in.read_text("utf-8").endswith("[Service]\nBindPaths=/etc/hall\n")
