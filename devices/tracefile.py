"""A byte trace: what went over one line, when and which way; as records and as a text file.

The file is JSON lines in UTF-8. The first is the head::

    {"trace": 1, "device": "printer", "kind": "ticket_printer.escpos", "port": "/dev/hall/printer",
     "line": null, "devices": {"printer": "ticket_printer.escpos"}, "line_settings": {...},
     "options": {...}, "version": "0.1.0", "started": "2026-03-02T09:15:00.123+08:00"}

Each other line is a piece of bytes, a note, or how many pieces a slow reader lost::

    {"ms": 3.214, "at": "2026-03-02T09:15:00.126+08:00", "dir": "out", "hex": "10 04 04"}
    {"ms": 9.871, "at": "...", "dir": "in", "hex": "12", "words": ["..."], "masked": [[6, 12]]}
    {"ms": 0.0, "at": "...", "note": "opened /dev/hall/printer"}
    {"ms": 12.0, "at": "...", "lost": 17}

``ms`` counts from ``started``; ``out`` goes to the device; ``masked`` are (first byte, how many)
where personal data was replaced by ``*``. ``words`` say what the bytes mean, for people.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

import msgspec

__all__ = ["OPENED", "BadTrace", "Chunk", "Trace", "Way", "read_trace"]

Way = Literal["in", "out", "note"]
_FORMAT = 1
#: Begins the note of a line that was opened.
OPENED = "opened "


class BadTrace(ValueError):
    """A file that is no trace; ``zh`` and ``en`` say why."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


class Chunk(NamedTuple):
    """A piece of bytes, or a note. ``at_ns`` counts from any beginning; ``masked`` as above."""

    at_ns: int
    way: Way
    data: bytes = b""
    masked: tuple[tuple[int, int], ...] = ()
    note: str = ""

    def fields(self) -> dict[str, Any]:
        """Return the part of its line that is not time."""
        if self.way == "note":
            return {"note": self.note}
        told: dict[str, Any] = {"dir": self.way, "hex": self.data.hex(" ")}
        if self.masked:
            told["masked"] = [list(span) for span in self.masked]
        return told


@dataclass(frozen=True, slots=True)
class Trace:
    """A recorded trace. ``lost`` counts the pieces that its reader was too slow for."""

    head: Mapping[str, Any]
    chunks: tuple[Chunk, ...]
    lost: int = 0

    @property
    def device(self) -> str:
        """The device that was traced."""
        return str(self.head["device"])

    @property
    def kind(self) -> str:
        """Its kind."""
        return str(self.head["kind"])

    def since_opening(self) -> Trace:
        """Return it from where the line was last opened and written to; whole, if never.

        A driver begins with its greeting: what was said before one can never be played to it.
        """
        opened = 0
        for at, chunk in enumerate(self.chunks):
            if chunk.note.startswith(OPENED) and any(c.way == "out" for c in self.chunks[at:]):
                opened = at
        return replace(self, chunks=self.chunks[opened:])


class _Head(msgspec.Struct):
    trace: int
    device: str
    kind: str


class _Line(msgspec.Struct):
    ms: float = 0.0
    dir: Literal["in", "out"] | None = None
    hex: str = ""
    masked: list[tuple[int, int]] = []
    note: str = ""
    lost: int = 0


# Where the module is imported: two threads must not work a type out at once.
_heads = msgspec.json.Decoder(_Head)
_lines = msgspec.json.Decoder(_Line)
_plain = msgspec.json.Decoder(dict[str, Any])


def read_trace(lines: Iterable[bytes]) -> Trace:
    """Read a file's lines. Raises ``BadTrace`` with the number of a line that cannot be."""
    head: dict[str, Any] | None = None
    chunks: list[Chunk] = []
    lost = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            if head is None:
                head = _head(line)
                continue
            one = _lines.decode(line)
            at_ns = round(one.ms * 1e6)
            if one.dir is not None:
                masked = tuple(one.masked)
                chunks.append(Chunk(at_ns, one.dir, bytes.fromhex(one.hex), masked))
            elif one.note:
                chunks.append(Chunk(at_ns, "note", note=one.note))
            lost += one.lost
        except (ValueError, msgspec.MsgspecError) as error:
            raise BadTrace(
                f"第 {number} 行不是设备通信记录：{error}", f"line {number} is of no trace: {error}"
            ) from error
    if head is None:
        raise BadTrace("文件是空的。", "The file is empty.")
    return Trace(head, tuple(chunks), lost)


def _head(line: bytes) -> dict[str, Any]:
    head = _heads.decode(line)
    if head.trace != _FORMAT:
        raise ValueError(f"format {head.trace}, this program reads {_FORMAT}")
    return _plain.decode(line)
