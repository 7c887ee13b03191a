"""Where a new Pi puts what the hub gives it: checked as a whole, then in place as a whole."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from firmware_py.cli.config_change import whoami
from firmware_py.config.file import Folders, load_all
from firmware_py.config.mistakes import ConfigError
from firmware_py.config.node_env import NODE_ENV
from firmware_py.config.parcel import CONFIG_NAME
from firmware_py.config.versions import keep_version
from firmware_py.store.certificates import misfit
from firmware_py.store.joining_files import BadName, JoiningFiles
from firmware_py.store.marker import marker_path, read_marker
from firmware_py.sync.joining import CannotJoin

if TYPE_CHECKING:
    from firmware_py.settings import Settings
    from firmware_py.sync.adoption import Welcome

__all__ = ["Place"]


class Place:
    """An ``Installer``. ``welcomed`` is told what comes, before anything is written."""

    def __init__(
        self, files: JoiningFiles, welcomed: Callable[[Welcome, Mapping[str, bytes]], None]
    ) -> None:
        self._files, self._welcomed = files, welcomed
        self._cert = self._node = ""
        self._authority = b""

    def stage(self, welcome: Welcome, files: Mapping[str, bytes]) -> None:
        """Write everything beside where it belongs, and read it as the daemon will."""
        self._welcomed(welcome, files)
        self._cert, self._node = welcome.cert, welcome.node
        if not {CONFIG_NAME, NODE_ENV, welcome.ca} <= set(files):
            raise _unusable("hall.toml, node.env, ca.crt")
        self._authority = files[welcome.ca]
        try:
            self._files.stage(files, welcome.key, welcome.cert)
        except BadName as error:
            raise _unusable(str(error)) from error
        except OSError as error:
            raise _disk(error) from error
        try:
            settings = self._checked(welcome.node)
            _look_for_memory(self._journal(settings), welcome.node)
        except CannotJoin:
            self._files.give_back()
            raise

    def commit(self, certificate: bytes) -> None:
        """Put it in place; the file that was there is kept as a version.

        A certificate with which the broker would not let this Pi in changes nothing.
        """
        old = self._files.folder / CONFIG_NAME
        try:
            if why := misfit(certificate, self._files.key(), self._authority, self._node):
                self._files.give_back()
                raise _unusable(f"{self._cert}: {why}")
            if old.exists():
                keep_version(old, whoami())
            self._files.commit({self._cert: certificate})
        except BadName as error:
            raise _unusable(str(error)) from error
        except OSError as error:
            if self._files.begun:
                raise CannotJoin(
                    "interrupted",
                    f"放置文件时出错（{error.strerror}）。排除后再执行一次 hallctl node join，"
                    "会接着做完。",
                    f"Putting the files in place failed ({error.strerror}). See to it, then give "
                    "hallctl node join again: it goes on from there.",
                ) from error
            raise _disk(error) from error

    def _checked(self, node: str) -> Settings:
        # What is set for the one who types may be of another Pi; nothing is kept of this trial.
        clean = {name: value for name, value in os.environ.items() if name != "HALL_NODE"}
        clean["HALL_DATA"] = str(self._files.pending)
        try:
            settings = load_all(self._files.new / CONFIG_NAME, clean).settings
        except ConfigError as error:
            first = error.mistakes[0]
            raise CannotJoin(
                "bad_config",
                f"本机的程序不接受大厅的配置，没有改动：{first.in_chinese()}",
                f"This Pi's program does not take the hall's configuration; nothing was changed: "
                f"{first}",
            ) from error
        if settings.hall.node != node:
            raise _unusable(NODE_ENV)
        return settings

    def _journal(self, settings: Settings) -> Path:
        data = Folders.of(self._files.folder / CONFIG_NAME, os.environ).data
        path = Path(settings.journal.path)
        trial = path.is_relative_to(self._files.pending)
        return data / path.relative_to(self._files.pending) if trial else path


def _look_for_memory(journal: Path, node: str) -> None:
    """Refuse at a Pi that was another: its daemon would stop at a journal that is not its own."""
    try:
        marker = read_marker(marker_path(journal))
    except OSError:
        return
    if marker is not None and marker.node != node:
        folder = journal.parent
        raise CannotJoin(
            "other_journal",
            f"{folder} 中有 {marker.node} 的业务流水，本机以前是它。确认不再需要后移走："
            f"sudo mv {folder} {folder}.{marker.node}，再执行一次。",
            f"{folder} has the journal of {marker.node}, which this Pi was. If nobody needs it: "
            f"sudo mv {folder} {folder}.{marker.node}, then try again.",
        )


def _disk(error: OSError) -> CannotJoin:
    why = error.strerror or type(error).__name__
    where = error.filename or ""
    return CannotJoin(
        "not_written",
        f"无法写入 {where}：{why}。本机没有改动；请用 sudo，并检查存储卡。",
        f"{where} cannot be written: {why}. Nothing was changed here; use sudo, and see to the "
        "card.",
    )


def _unusable(what: str) -> CannotJoin:
    return CannotJoin(
        "bad_parcel",
        f"主控发来的文件不能使用（{what}），本机没有改动。两边的版本相同吗？",
        f"What the hub sent cannot be used ({what}); nothing was changed here. Are both of one "
        "version?",
    )
