"""A file of the notices' folder: a text that people may write with any editor, or a table."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from devices.led_wall.charset import one_line
from devices.led_wall.notices import Notice
from devices.led_wall.page import Colour
from firmware_py.config.mistakes import Findings
from firmware_py.config.notice_pictures import is_picture_file
from firmware_py.config.toml import read_toml
from firmware_py.config.walk import convert
from firmware_py.core.decide_notices import moment_of
from firmware_py.settings import Name, Spans, Table

__all__ = ["SUFFIXES", "NoticeFile", "is_notice_file", "read_notice"]

SUFFIXES = frozenset({".txt", ".toml"})
MOST_BYTES = 65_536
LONGEST = 500

Line = Annotated[str, Meta(max_length=LONGEST)]


class NoticeFile(Table, frozen=True, kw_only=True):
    """``since`` and ``until`` as in ``NoticeShown``; ``hours`` are of each day.

    With a ``picture`` it has neither text nor lines.
    """

    text: Line = ""
    lines: Annotated[tuple[Line, ...], Meta(max_length=60)] = ()
    since: str = msgspec.field(name="from", default="")
    until: str = ""
    hours: Spans = ()
    priority: Annotated[int, Meta(ge=0, le=9)] = 0
    colour: Colour | None = None
    walls: tuple[Name, ...] = ()
    #: A picture file of the same folder, which this file gives its times, priority and walls.
    picture: Annotated[str, Meta(max_length=200)] = ""

    def notice(self, key: str) -> Notice:
        """Return what the walls show of it."""
        return Notice(key, self.text, self.lines, self.colour, self.priority)


def is_notice_file(path: Path) -> bool:
    """Say whether a file of the folder is a notice; editors leave others there."""
    return path.suffix.lower() in SUFFIXES and not path.name.startswith((".", "~"))


def read_notice(path: Path) -> tuple[NoticeFile | None, Findings]:
    """Return a notice's file, or None and what is wrong with it.

    A ``.txt`` is the text itself, in UTF-8 or as Windows' editor saves Chinese (GB18030).
    """
    found = Findings(str(path))
    try:
        if path.stat().st_size > MOST_BYTES:
            found.add((), "larger than 64 kB", "超过 64 kB", line=0)
            return None, found
        if path.suffix.lower() == ".txt":
            notice = _read_text(path.read_bytes(), found)
        else:
            notice, found = _read_table(path)
    except OSError as error:
        why = error.strerror or type(error).__name__
        found.add((), f"cannot be read: {why}", f"无法读取：{why}", line=0)
        return None, found
    if notice is None or found:
        return None, found
    return _checked(notice, found)


def _read_text(data: bytes, found: Findings) -> NoticeFile | None:
    for codec in ("utf-8-sig", "gb18030"):
        try:
            text = one_line(data.decode(codec))
        except UnicodeDecodeError:
            continue
        if len(text) > LONGEST:
            found.add((), f"longer than {LONGEST} characters", f"超过 {LONGEST} 个字", line=0)
        return NoticeFile(text=text)
    found.add((), "neither UTF-8 nor GB18030", "既不是 UTF-8，也不是 GB18030", line=0)
    return None


def _read_table(path: Path) -> tuple[NoticeFile | None, Findings]:
    data, found = read_toml(path)
    if found and not data:
        return None, found
    for key in ("from", "until"):
        if key in data:
            data[key] = _as_text(data[key])
    return convert(data, NoticeFile, (), found), found


def _as_text(value: Any) -> Any:
    """Return a date or time of TOML as it is typed elsewhere."""
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return value.isoformat() if isinstance(value, datetime.date) else value


def _checked(notice: NoticeFile, found: Findings) -> tuple[NoticeFile | None, Findings]:
    lines = tuple(line for line in map(one_line, notice.lines) if line)
    text = one_line(notice.text)
    if notice.picture:
        if text or lines:
            found.add(
                ("picture",),
                "stands alone: text and lines belong into another file",
                "不能与 text、lines 写在同一个文件中",
            )
        if not is_picture_file(Path(notice.picture)) or "/" in notice.picture:
            found.add(
                ("picture",),
                f'"{notice.picture}" is no picture of this folder (.png, .jpg)',
                f"“{notice.picture}”不是本文件夹中的图片（.png、.jpg）",
            )
    elif not text and not lines:
        found.add((), "says nothing: text is missing", "没有内容：缺少 text", line=0)
    since, until = moment_of(notice.since), moment_of(notice.until, end=True)
    for key, given, moment in (("from", notice.since, since), ("until", notice.until, until)):
        if moment is None:
            found.add(
                (key,),
                f'"{given}" is no time (write 2026-10-01 or "2026-10-01 09:00")',
                f'“{given}”不是时间（应写成 2026-10-01 或 "2026-10-01 09:00"）',
            )
    if until and until <= (since or ""):
        found.add(("until",), "is not after from", "不晚于 from")
    for n, (begins, ends) in enumerate(notice.hours):
        if begins >= ends:
            found.add(
                ("hours", n),
                f"{ends} is not after {begins}",
                f"{ends} 不晚于 {begins}",
            )
    if found:
        return None, found
    return msgspec.structs.replace(
        notice, text=text, lines=lines, since=since or "", until=until or ""
    ), found
