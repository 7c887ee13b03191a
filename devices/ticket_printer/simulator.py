"""The printer at the other end of the wire: buffer, engine, sensors, paper.

Plays Epson's ESC/POS reference: DLE EOT is answered at once, even while the printer stands still
with a full buffer; GS r and GS ( H when their turn comes; automatic status at every change.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from devices.simulator import Simulator, UnknownFault, UnknownKey
from devices.ticket_printer.interpreter import Feed, Interpreter, Piece
from devices.ticket_printer.options import Options

__all__ = ["EscPosPrinterSimulator"]

_DOTS_PER_MM = 8
_SLOW_MM_S = 20.0
_KEEP = 500
#: Pieces whose lines a test can read.
_RECENT = 12
#: What stops the engine.
_STOPS = frozenset({"paper-out", "cover-open", "cutter", "offline", "error", "stall"})


class EscPosPrinterSimulator(Simulator):
    """A ticket printer.

    Faults: ``paper-out``, ``paper-near-end``, ``cover-open``, ``cutter``, ``offline``, ``error``
    (unrecoverable), ``no-gs-h`` (a clone that ignores it), ``no-gs-r``, ``no-asb``, ``no-status``
    (never says anything), ``slow-print`` (20 mm/s; ``slow-print:5`` says how fast), ``stall``
    (takes bytes and does nothing), ``late-chinese`` (FS & counts from the next line),
    ``paper-out-at:57`` (the paper ends after 57 more bytes were carried out; it is put in again by
    ending ``paper-out``), ``no-identity`` (does not answer GS I), ``lies-gs-h`` and ``lies-gs-r``
    (answers when it is tried, and never once a slip was printed), ``lies-asb`` (says its state
    when automatic status is switched on, and no change of it).
    """

    faults: ClassVar[tuple[str, ...]] = (
        "paper-out", "paper-near-end", "cover-open", "cutter", "offline", "error", "no-gs-h",
        "no-gs-r", "no-asb", "no-status", "slow-print", "stall", "late-chinese", "paper-out-at",
        "no-identity", "lies-gs-h", "lies-gs-r", "lies-asb",
    )  # fmt: skip

    def __init__(self, name: str, options: Options) -> None:
        super().__init__(name, options)
        self.options: Options = options
        self._engine = Interpreter(options.dots, self._asked, self._cut_off)
        #: Finished pieces of paper, oldest first, the last 500.
        self.pieces: deque[Piece] = deque(maxlen=_KEEP)
        self._numbers: list[str] = []
        self._reprints: list[str] = []
        self._slips = 0
        self._torn = 0
        self._unsaved: deque[tuple[int, Piece]] = deque(maxlen=_KEEP)
        self._total_bytes = 0
        self._last_byte_ns = 0
        self._tail = b""
        self._asb = 0
        self._asb_said = b""
        self._paper_left: int | None = None
        self._mm_s: float | None = None
        self._moving = False

    def feed(self, data: bytes) -> None:
        """Answer real-time requests at once, queue the rest and print what can be printed."""
        self._last_byte_ns = time.monotonic_ns()
        self._total_bytes += len(data)
        window = self._tail + data
        for at in range(len(window) - 2):
            if window[at : at + 2] == b"\x10\x04" and "stall" not in self.active_faults:
                self._answer(self._real_time(window[at + 2]))
        self._tail = window[-2:]
        self._engine.buffer += data
        self._run()

    def press(self, key: str, value: int | None = None) -> None:
        """``feed``: the paper feed button."""
        del value
        if key != "feed":
            raise UnknownKey(key)
        self._engine.piece.rows.append(Feed(30))

    def fault(self, name: str, *, active: bool = True) -> None:
        """Begin or end a fault; ``paper-out-at:N`` and ``slow-print:MM_S`` carry a number."""
        kind, _, number = name.partition(":")
        if kind not in self.faults:
            raise UnknownFault(name)
        try:
            if kind == "paper-out-at":
                self._paper_left = int(number) if active else None
                return
            if kind == "slow-print":
                self._mm_s = float(number or _SLOW_MM_S) if active else None
        except ValueError:
            raise UnknownFault(name) from None
        if kind == "paper-out" and not active and kind in self.active_faults:
            # With the new roll, what hung half printed from the old one is torn off.
            self._engine.tear()
        super().fault(kind, active=active)

    def faults_changed(self) -> None:
        """Speak up if automatic status is on, and print on when nothing stops the engine."""
        self._engine.chinese_from_next_line = "late-chinese" in self.active_faults
        self._automatic()
        if not self.active_faults & _STOPS:
            self._run()

    def seen(self) -> Mapping[str, Any]:
        """What came out: counts, numbers in order, and the last piece's lines."""
        last = self.pieces[-1] if self.pieces else Piece()
        return {
            "slips": self._slips,
            "numbers": list(self._numbers),
            "reprints": list(self._reprints),
            "torn": self._torn,
            "last": last.lines,
            "recent": [piece.lines for piece in list(self.pieces)[-_RECENT:]],
            "last_number": last.number,
            "hanging": self._engine.piece.lines,
            "beeps": [beeps.times for beeps in last.beeps],
            "unknown_commands": list(self._engine.unknown[-20:]),
            "total_bytes": self._total_bytes,
            "last_byte_ns": self._last_byte_ns,
        }

    def save_pictures(self, folder: Path) -> list[Path]:
        """Write each piece that came out since the last call, named by order and number."""
        from devices.ticket_printer.paper import save

        files: list[Path] = []
        while self._unsaved:
            order, piece = self._unsaved.popleft()
            label = "".join(c for c in piece.number if c.isalnum()) or "slip"
            torn = "-torn" if piece.ended == "torn" else ""
            file = folder / f"{self.name}-{order:04}-{label}{torn}.png"
            save(piece, self.options.dots, self.options.paper, file)
            files.append(file)
        return files

    # --- the engine

    def _run(self) -> None:
        while not self._moving and not self.active_faults & _STOPS:
            rows = len(self._engine.piece.rows)
            used = self._engine.step()
            if used == 0:
                return
            if self._paper_left is not None:
                self._paper_left -= used
                if self._paper_left <= 0:
                    self._paper_left = None
                    self.fault("paper-out")
            fresh = self._engine.piece.rows[rows:]
            if self._mm_s and fresh:
                dots = sum(getattr(row, "height", 200) for row in fresh)
                self._moving = True
                self.later(dots / _DOTS_PER_MM / self._mm_s, self._moved)

    def _moved(self) -> None:
        self._moving = False
        self._run()

    def _cut_off(self, piece: Piece) -> None:
        self.pieces.append(piece)
        self._slips += 1
        self._unsaved.append((self._slips, piece))
        if piece.ended == "torn":
            self._torn += 1
            return
        self._numbers.append(piece.number)
        if any("重打" in line for line in piece.lines):
            self._reprints.append(piece.number)

    # --- what it says

    def _answer(self, data: bytes) -> None:
        if data and "no-status" not in self.active_faults:
            self.send(data)

    def _real_time(self, which: int) -> bytes:
        active = self.active_faults
        bits = {
            1: {"paper-out": 0x08, "cover-open": 0x08, "cutter": 0x08, "offline": 0x08, "error": 8},
            2: {"cover-open": 0x04, "paper-out": 0x20, "cutter": 0x40, "error": 0x40},
            3: {"cutter": 0x08, "error": 0x20},
            4: {"paper-near-end": 0x0C, "paper-out": 0x6C},
        }.get(which)
        if bits is None:
            return b""
        value = 0x12
        for fault, bit in bits.items():
            value |= bit if fault in active else 0
        return bytes((value,))

    def _asked(self, command: str, data: bytes) -> None:
        active = self.active_faults
        if command == "ESC @":
            self._asb = 0
        elif command == "GS I" and "no-identity" not in active:
            self._answer(self._identity(data[0]))
        elif command == "GS a" and "no-asb" not in active:
            self._asb = data[0]
            self._asb_said = b""
            self._automatic()
        elif command == "GS r" and not self._keeps_still("gs-r") and data[0] in {1, 49}:
            near = 0x03 if active & {"paper-near-end", "paper-out"} else 0
            self._answer(bytes((near | (0x0C if "paper-out" in active else 0),)))
        elif command == "GS ( H" and not self._keeps_still("gs-h") and data[:2] == b"00":
            self._answer(b"\x37\x22" + data[2:6] + b"\x00")

    def _keeps_still(self, what: str) -> bool:
        """Say whether this printer does not answer: never, or not when it matters."""
        lies = f"lies-{what}" in self.active_faults and bool(self._slips or self._engine.piece.rows)
        return lies or f"no-{what}" in self.active_faults

    def _identity(self, which: int) -> bytes:
        """GS I: maker, model, serial number and firmware; ``_``, text, NUL. Others: nothing."""
        texts = {66: "HALL", 67: f"SIM-{self.options.paper}", 68: self.name, 65: "1.0"}
        text = texts.get(which)
        return b"" if text is None else b"_" + text.encode("ascii", "replace")[:80] + b"\0"

    def _automatic(self) -> None:
        """Four bytes when something changed that was asked for."""
        active = self.active_faults
        if not self._asb or ("lies-asb" in active and self._asb_said):
            return
        offline = 0x08 if active & (_STOPS - {"stall"}) else 0
        block = bytes(
            (
                0x10 | offline | (0x20 if "cover-open" in active else 0),
                (0x08 if "cutter" in active else 0) | (0x20 if "error" in active else 0),
                (0x03 if active & {"paper-near-end", "paper-out"} else 0)
                | (0x0C if "paper-out" in active else 0),
                0x0F,
            )
        )
        if block != self._asb_said:
            self._asb_said = block
            if "stall" not in active:
                self._answer(block)
