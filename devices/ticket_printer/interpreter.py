"""ESC/POS from the printer's side: bytes become what stands on the paper.

Written from Epson's command reference, independently of the driver's codec. Commands that this
printer does not know are listed in ``unknown`` and print nothing, as on a real one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

__all__ = ["Beeps", "Feed", "Interpreter", "Logo", "Piece", "Qr", "Raster", "Row", "Run", "TextRow"]

_LINE = 30  # dots from line to line, unless a character is taller

#: GB 18030-2022's two-byte codes that Python 3.11 still decodes to private use.
_CODES_2022 = (
    b"\xa8\xbc\xa6\xd9\xa6\xda\xa6\xdb\xa6\xdc\xa6\xdd\xa6\xde\xa6\xdf\xa6\xec\xa6\xed\xa6\xf3"
    b"\xfe\x59\xfe\x61\xfe\x66\xfe\x67\xfe\x6d\xfe\x7e\xfe\x90\xfe\xa0"
)
_SINCE_2022 = {
    _CODES_2022[2 * place : 2 * place + 2]: character
    for place, character in enumerate(
        "\u1e3f\ufe10\ufe12\ufe11\ufe13\ufe14\ufe15\ufe16\ufe17\ufe18\ufe19"
        "\u9fb4\u9fb5\u9fb6\u9fb7\u9fb8\u9fb9\u9fba\u9fbb"
    )
}


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one style; ``width`` and ``height`` multiply the 12 x 24 dots of a letter."""

    text: str
    width: int = 1
    height: int = 1
    bold: bool = False
    invert: bool = False

    @property
    def dots(self) -> int:
        """Width on paper."""
        return sum(12 if letter < "\x80" else 24 for letter in self.text) * self.width


@dataclass(frozen=True, slots=True)
class TextRow:
    """One printed line; ``align`` 0 left, 1 centre, 2 right."""

    runs: tuple[Run, ...]
    align: int

    @property
    def height(self) -> int:
        """Dots of paper."""
        return max([_LINE, *(24 * run.height for run in self.runs)])


@dataclass(frozen=True, slots=True)
class Raster:
    """A bit image, 1 is black."""

    width_bytes: int
    height: int
    data: bytes
    align: int


@dataclass(frozen=True, slots=True)
class Qr:
    """A QR code, drawn by the printer."""

    text: str
    module: int
    level: str
    align: int


@dataclass(frozen=True, slots=True)
class Feed:
    """Empty paper."""

    height: int


@dataclass(frozen=True, slots=True)
class Logo:
    """A logo from the printer's own memory, ``which``: ``FS p 1`` or ``GS ( L G1``."""

    which: str
    align: int
    #: Dots on paper: what a hall stores there, the simulator does not know.
    height: int = 96


Row = TextRow | Raster | Qr | Feed | Logo


@dataclass(frozen=True, slots=True)
class Beeps:
    """What somebody beside the printer hears: so often, so long each."""

    times: int
    each_ms: int


@dataclass(slots=True)
class Piece:
    """A piece of paper; ``ended`` is ``partial`` or ``full`` (a cut), ``torn``, or still ``""``."""

    rows: list[Row] = field(default_factory=list)
    ended: str = ""
    #: What was heard with it: a buzzer sounds once the paper is cut.
    beeps: list[Beeps] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        """What can be read on it, line by line; a bit image shows as ``[image 576x30]``."""
        found: list[str] = []
        for row in self.rows:
            if isinstance(row, TextRow):
                found.append("".join(run.text for run in row.runs).strip())
            elif isinstance(row, Raster):
                found.append(f"[image {row.width_bytes * 8}x{row.height}]")
            elif isinstance(row, Qr):
                found.append(f"[qr {row.text}]")
            elif isinstance(row, Logo):
                found.append(f"[logo {row.which}]")
        return found

    @property
    def number(self) -> str:
        """The largest text on it, if it is at least three times as high as the rest."""
        runs = [run for row in self.rows if isinstance(row, TextRow) for run in row.runs]
        tallest = max(runs, key=lambda run: run.height, default=None)
        return tallest.text.strip() if tallest is not None and tallest.height >= 3 else ""


class Interpreter:
    """The print engine: ``step`` carries out the next whole command of ``buffer``.

    ``ask`` is called with the name and bytes of a command that wants an answer or sets automatic
    status (``GS r``, ``GS ( H``, ``GS a``, ``GS I``, ``ESC @``); ``cut`` with each finished piece.
    """

    def __init__(
        self, dots: int, ask: Callable[[str, bytes], None], cut: Callable[[Piece], None]
    ) -> None:
        self.dots = dots
        self.buffer = bytearray()
        self.piece = Piece()
        #: The piece that was finished last.
        self.last: Piece | None = None
        self.unknown: list[str] = []
        #: A model where FS & takes effect from the next line.
        self.chinese_from_next_line = False
        self._ask = ask
        self._cut = cut
        self._qr_text = ""
        self._reset()

    def _reset(self) -> None:
        self._runs: list[Run] = []
        self._pending_chinese: bool | None = None
        self._chinese = False
        self._align = 0
        self._width = self._height = 1
        self._bold = self._invert = False
        self._module, self._level = 3, "L"

    def step(self) -> int:
        """Carry out one command or character; return the bytes used, 0 when more must come."""
        used = self._length()
        if used == 0 or used > len(self.buffer):
            return 0
        command = bytes(self.buffer[:used])
        del self.buffer[:used]
        self._carry_out(command)
        return used

    def tear(self) -> None:
        """Somebody takes the paper off where it is."""
        if self.piece.rows:
            self._finish("torn")

    def _length(self) -> int:
        """Return how long the next command is, 0 where that is not known yet."""
        data = self.buffer
        if not data:
            return 0
        if data[0] == 0x10:
            return 3
        if data[0] not in {0x1B, 0x1C, 0x1D}:
            return 2 if data[0] >= 0x81 and self._chinese else 1
        if len(data) < 2:
            return 0
        head = bytes(data[:2])
        if head in {b"\x1d(", b"\x1c(", b"\x1b("}:
            return 0 if len(data) < 5 else 5 + int.from_bytes(data[3:5], "little")
        if head == b"\x1dv":
            if len(data) < 8:
                return 0
            size = int.from_bytes(data[4:6], "little") * int.from_bytes(data[6:8], "little")
            return 8 + size
        if head == b"\x1dV":
            return 0 if len(data) < 3 else (4 if data[2] in {65, 66} else 3)
        if head in {b"\x1bB", b"\x1cp"}:
            return 4
        return 2 if head in {b"\x1b@", b"\x1c&", b"\x1c.", b"\x1b2"} else 3

    def _carry_out(self, command: bytes) -> None:
        first = command[0]
        if first == 0x0A:
            self._line()
        elif first == 0x1B:
            self._escape(command[1:2], command[2:])
        elif first == 0x1C:
            self._chinese_mode(command[1:2], command[2:])
        elif first == 0x1D:
            self._group(command[1:2], command[2:])
        elif first >= 0x20:
            self._character(command)
        # The rest: NUL, CR and real-time commands, which were answered when they arrived.

    def _character(self, code: bytes) -> None:
        if len(code) == 2:
            text = _SINCE_2022.get(code) or code.decode("gb18030", "replace")
        else:
            text = code.decode("ascii", "replace")
        style = (self._width, self._height, self._bold, self._invert)
        run = Run(text, *style)
        if sum(r.dots for r in self._runs) + run.dots > self.dots:
            self._line()
        last = self._runs[-1] if self._runs else None
        if last and (last.width, last.height, last.bold, last.invert) == style:
            self._runs[-1] = Run(last.text + text, *style)
        else:
            self._runs.append(run)

    def _line(self) -> None:
        self.piece.rows.append(TextRow(tuple(self._runs), self._align))
        self._runs = []
        if self._pending_chinese is not None:
            self._chinese, self._pending_chinese = self._pending_chinese, None

    def _chinese_mode(self, name: bytes, rest: bytes) -> None:
        if name == b"p" and rest[0]:
            self.piece.rows.append(Logo(f"FS p {rest[0]}", self._align))
        elif name not in {b"&", b"."}:
            self.unknown.append(f"FS {name!r}")
        elif self.chinese_from_next_line:
            self._pending_chinese = name == b"&"
        else:
            self._chinese = name == b"&"

    def _escape(self, name: bytes, rest: bytes) -> None:
        if name == b"@":
            self._reset()
            self._ask("ESC @", b"")
        elif name == b"a" and not self._runs:
            self._align = rest[0] % 48 if rest[0] % 48 <= 2 else self._align
        elif name == b"d":
            if self._runs:
                self._line()
            self.piece.rows.append(Feed(rest[0] * _LINE))
        elif name == b"E":
            self._bold = bool(rest[0] & 1)
        elif name == b"B" and 1 <= rest[0] <= 9 and 1 <= rest[1] <= 9:
            self._beep(Beeps(rest[0], rest[1] * 100))
        elif name == b"(" and rest.startswith((b"A\x04\x00\x30", b"A\x05\x00\x61\x64")):
            self._beep(Beeps(rest[5], rest[6] * 100))
        else:
            self.unknown.append(f"ESC {name!r} {rest.hex()}")

    def _group(self, name: bytes, rest: bytes) -> None:
        if name == b"!":
            self._width, self._height = (rest[0] >> 4) + 1, (rest[0] & 15) + 1
        elif name == b"B":
            self._invert = bool(rest[0] & 1)
        elif name == b"V":
            if self._runs:
                self._line()
            self._finish("full" if rest[0] in {0, 48, 65} else "partial")
        elif name == b"v":
            size = int.from_bytes(rest[2:4], "little"), int.from_bytes(rest[4:6], "little")
            self.piece.rows.append(Raster(*size, rest[6:], self._align))
        elif name == b"(" and rest[:1] == b"k":
            self._two_dimensional(rest[3:])
        elif name == b"(" and rest[:1] == b"H":
            self._ask("GS ( H", rest[3:])
        elif name == b"(" and rest[:5] == b"L\x06\x00\x30\x45" and len(rest) == 9:
            self.piece.rows.append(Logo(f"GS ( L {rest[5:7].decode('latin-1')}", self._align))
        elif name in {b"r", b"a", b"I"}:
            self._ask(f"GS {name.decode()}", rest)
        else:
            self.unknown.append(f"GS {name!r} {rest[:8].hex()}")

    def _two_dimensional(self, rest: bytes) -> None:
        function, data = rest[1:2], rest[2:]
        value = data[0] if data else 0
        if rest[:1] != b"1":
            self.unknown.append(f"GS ( k {rest[:8].hex()}")
        elif function == b"C" and 1 <= value <= 16:
            self._module = value
        elif function == b"E" and 48 <= value <= 51:
            self._level = "LMQH"[value - 48]
        elif function == b"P":
            self._qr_text = data[1:].decode("utf-8", "replace")
        elif function == b"Q" and self._qr_text:
            self.piece.rows.append(Qr(self._qr_text, self._module, self._level, self._align))

    def _beep(self, beeps: Beeps) -> None:
        """The buzzer sounds for the piece that was cut last, if none was begun since."""
        piece = self.piece if self.piece.rows or self.last is None else self.last
        piece.beeps.append(beeps)

    def _finish(self, how: str) -> None:
        piece, self.piece = self.piece, Piece()
        piece.ended = how
        if piece.rows:
            self.last = piece
            self._cut(piece)
