"""The folder of notices and price lists: what is in it, looked at every few seconds.

A look costs one ``stat`` a file; only files that changed are read. It runs on a thread of its own,
for the folder may be a share that hangs.
"""

from __future__ import annotations

import logging
from pathlib import Path

from devices.base import Sentence
from firmware_py.config.notices import NoticeFile, is_notice_file, read_notice
from firmware_py.runtime.personal import names_a_person

__all__ = ["NoticeFolder"]

log = logging.getLogger(__name__)

#: More files than that are somebody's whole disk.
MOST_FILES = 200

Stamp = tuple[int, int, int]


class NoticeFolder:
    """``files`` by name, and ``wrong``: what cannot be used and why, also by name."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamps: dict[str, Stamp] = {}
        self.files: dict[str, NoticeFile] = {}
        self.wrong: dict[str, Sentence] = {}
        #: Why the folder itself cannot be looked at; None when it can.
        self.problem: Sentence | None = None

    def look(self) -> bool:
        """Read what changed since the last look; say whether anything did."""
        try:
            stamps = self._look()
        except OSError as error:
            return self._lost(error)
        if self.problem is not None:
            log.warning("%s: can be read again", self._path)
        changed = [name for name, stamp in stamps.items() if self._stamps.get(name) != stamp]
        gone = self._stamps.keys() - stamps.keys()
        if not changed and not gone and self.problem is None:
            return False
        # What others read meanwhile is the state of before or that of after, never a part.
        files = {name: one for name, one in self.files.items() if name in stamps}
        wrong = {name: one for name, one in self.wrong.items() if name in stamps}
        for name in changed:
            files.pop(name, None)
            wrong.pop(name, None)
            self._read(name, files, wrong)
        self.files, self.wrong = dict(sorted(files.items())), dict(sorted(wrong.items()))
        self._stamps, self.problem = stamps, None
        return True

    def _look(self) -> dict[str, Stamp]:
        found: dict[str, Stamp] = {}
        for path in sorted(self._path.iterdir()):
            if is_notice_file(path) and path.is_file() and len(found) < MOST_FILES:
                stat = path.stat()
                found[path.name] = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        return found

    def _read(self, name: str, files: dict[str, NoticeFile], wrong: dict[str, Sentence]) -> None:
        notice, found = read_notice(self._path / name)
        personal = names_a_person(notice.text, *notice.lines) if notice is not None else None
        if notice is not None and personal is None:
            files[name] = notice
            return
        if personal is not None:
            wrong[name] = Sentence(f"{name}：{personal.zh}", f"{name}: {personal.en}")
        else:
            mistakes = found.mistakes()
            wrong[name] = Sentence(
                "；".join(one.in_chinese() for one in mistakes), "; ".join(map(str, mistakes))
            )
        log.warning("a notice cannot be shown: %s", wrong[name].en)

    def _lost(self, error: OSError) -> bool:
        why = error.strerror or type(error).__name__
        if self.problem is None:
            log.warning("the folder of notices cannot be read: %s: %s", self._path, why)
        news = self.problem is None
        # What was on show stays: a share that is away for a minute takes no notice off the walls.
        self.problem = Sentence(
            f"无法读取通知文件夹 {self._path}：{why}",
            f"the folder of notices {self._path} cannot be read: {why}",
        )
        return news
