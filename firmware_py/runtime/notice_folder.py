"""The folder of notices, price lists and pictures: what is in it, looked at every few seconds.

A look costs one ``stat`` a file; only files that changed are read. It runs on a thread of its own,
for the folder may be a share that hangs. Pictures are checked here; the screens unpack them.
"""

from __future__ import annotations

import logging
from pathlib import Path

from devices.base import Sentence
from firmware_py.config.mistakes import Findings
from firmware_py.config.notice_pictures import PictureFile, is_picture_file, read_picture_file
from firmware_py.config.notices import NoticeFile, is_notice_file, read_notice
from firmware_py.runtime.personal import names_a_person

__all__ = ["NoticeFolder"]

log = logging.getLogger(__name__)

#: More files than that are somebody's whole disk.
MOST_FILES = 200

#: A picture that no file names is always shown, on all screens.
_ALWAYS = NoticeFile()

Stamp = tuple[int, int, int]


class NoticeFolder:
    """``files`` and ``pictures`` by name, and ``wrong``: what cannot be used and why, also by name.

    A picture has the times, priority and walls of the ``.toml`` that names it, and its name.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamps: dict[str, Stamp] = {}
        self._found: dict[str, NoticeFile | PictureFile | Sentence] = {}
        self.files: dict[str, NoticeFile] = {}
        self.pictures: dict[str, tuple[PictureFile, NoticeFile]] = {}
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
        found = {name: one for name, one in self._found.items() if name in stamps}
        found |= {name: self._read(name) for name in changed}
        self._found = dict(sorted(found.items()))
        self._stamps, self.problem = stamps, None
        self._sort_out()
        return True

    def _look(self) -> dict[str, Stamp]:
        found: dict[str, Stamp] = {}
        for path in sorted(self._path.iterdir()):
            known = is_notice_file(path) or is_picture_file(path)
            if known and path.is_file() and len(found) < MOST_FILES:
                stat = path.stat()
                found[path.name] = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        return found

    def _read(self, name: str) -> NoticeFile | PictureFile | Sentence:
        path = self._path / name
        one: NoticeFile | PictureFile | None
        one, mistakes = read_picture_file(path) if is_picture_file(path) else read_notice(path)
        personal = names_a_person(one.text, *one.lines) if isinstance(one, NoticeFile) else None
        if one is not None and personal is None:
            return one
        if personal is not None:
            wrong = Sentence(f"{name}：{personal.zh}", f"{name}: {personal.en}")
        else:
            wrong = _said(mistakes)
        log.warning("a notice cannot be shown: %s", wrong.en)
        return wrong

    def _sort_out(self) -> None:
        """Give each picture the file that names it, and say which cannot be used."""
        files, pictures = dict[str, NoticeFile](), dict[str, tuple[PictureFile, NoticeFile]]()
        wrong = {name: one for name, one in self._found.items() if isinstance(one, Sentence)}
        named = set[str]()
        for name, one in self._found.items():
            if not isinstance(one, NoticeFile):
                continue
            if not one.picture:
                files[name] = one
                continue
            named.add(one.picture)
            picture = self._found.get(one.picture)
            if isinstance(picture, PictureFile):
                pictures[name] = picture, one
            elif isinstance(picture, Sentence):
                wrong[name] = picture
            else:
                missing = one.picture
                wrong[name] = Sentence(
                    f"{name}：文件夹中没有图片 {missing}",
                    f"{name}: there is no picture {missing} in the folder",
                )
        for name, one in self._found.items():
            if isinstance(one, PictureFile) and name not in named:
                pictures[name] = one, _ALWAYS
        # What others read meanwhile is the state of before or that of after, never a part.
        self.files, self.pictures = files, dict(sorted(pictures.items()))
        self.wrong = {name: wrong[name] for name in sorted(wrong) if name not in named}

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


def _said(mistakes: Findings) -> Sentence:
    found = mistakes.mistakes()
    return Sentence("；".join(one.in_chinese() for one in found), "; ".join(map(str, found)))
