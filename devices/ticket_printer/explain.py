"""What the bytes of an ESC/POS trace mean, for people.

Source: Epson's ESC/POS command reference; never tried on hardware. Commands that this table does
not have are shown in hex: what follows them may be told wrong until the next known one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from devices.ticket_printer.codec import (
    AutomaticStatus,
    Information,
    PaperStatus,
    ProcessEnd,
    RealTimeStatus,
    Reply,
    ReplyDecoder,
)
from devices.ticket_printer.condition import Condition

__all__ = ["explain"]

_ESC, _FS, _GS, _DLE, _LF = 0x1B, 0x1C, 0x1D, 0x10, 0x0A
_NOT_ALL = -1

#: Two bytes -> length in bytes, name. The bytes after the first two are shown as numbers.
_FIXED: dict[bytes, tuple[int, str]] = {
    b"\x1b@": (2, "ESC @ initialise"),
    b"\x1b2": (2, "ESC 2 usual line spacing"),
    b"\x1b3": (3, "ESC 3 line spacing"),
    b"\x1b!": (3, "ESC ! print mode"),
    b"\x1bE": (3, "ESC E bold"),
    b"\x1bJ": (3, "ESC J feed dots"),
    b"\x1ba": (3, "ESC a align (0 left, 1 centre, 2 right)"),
    b"\x1bd": (3, "ESC d feed lines"),
    b"\x1bt": (3, "ESC t code table"),
    b"\x1bi": (2, "ESC i cut"),
    b"\x1bm": (2, "ESC m cut"),
    b"\x1bB": (4, "ESC B buzzer (times, length)"),
    b"\x1bp": (5, "ESC p pulse, drawer or buzzer"),
    b"\x1c&": (2, "FS & Chinese mode on"),
    b"\x1c.": (2, "FS . Chinese mode off"),
    b"\x1c!": (3, "FS ! Chinese print mode"),
    b"\x1cp": (4, "FS p stored image"),
    b"\x1d!": (3, "GS ! size"),
    b"\x1dB": (3, "GS B white on black"),
    b"\x1dI": (3, "GS I which printer are you?"),
    b"\x1dL": (4, "GS L left margin"),
    b"\x1dW": (4, "GS W width"),
    b"\x1da": (3, "GS a report by itself"),
    b"\x1dr": (3, "GS r state, once all before is printed?"),
    b"\x10\x04": (3, "DLE EOT state now?"),
    b"\x10\x05": (3, "DLE ENQ recover"),
    b"\x10\x14": (5, "DLE DC4 real-time request"),
}
_ASKED = {1: "printer", 2: "why offline", 3: "error", 4: "paper"}
#: Bit of a real-time status -> what it says after DLE EOT 1, 2, 3, 4: the answer has no n.
_BITS = {
    0x04: "2: cover open, 3: error that can be cleared, 4: paper nearly out",
    0x08: "1: offline, 2: feed button, 3: cutter, 4: paper nearly out",
    0x20: "2: stopped for lack of paper, 3: must be switched off, 4: paper out",
    0x40: "1: feed button, 2: an error, 3: too hot, 4: paper out",
}


def explain(data: bytes, *, answers: bool = False) -> list[str]:
    """Return what the bytes say, a line a command, text or answer; ``answers``: the printer's."""
    if answers:
        decoder = ReplyDecoder()
        # Nothing else begins as the answer to "which printer are you?" does.
        decoder.information = True
        return [_answer(reply) for reply in decoder.feed(data)]
    return list(_commands(data))


def _answer(reply: Reply) -> str:
    match reply:
        case RealTimeStatus(value=value):
            told = [words for bit, words in _BITS.items() if value & bit]
            return f"state {value:02x}: " + ("; ".join(told) or "nothing to report")
        case AutomaticStatus(value=value):
            return f"by itself: {Condition.from_automatic(value).status.code}"
        case PaperStatus(end=True):
            return "all before is printed: paper out"
        case PaperStatus(near_end=True):
            return "all before is printed: paper nearly out"
        case PaperStatus():
            return "all before is printed: paper is there"
        case ProcessEnd(process_id=identifier):
            return f"printed up to the mark {identifier.decode('ascii')!r}"
        case Information(text=text):
            return f"it is {text!r}"


def _commands(data: bytes) -> Iterator[str]:
    at, text = 0, 0
    while at < len(data):
        if data[at] in {_ESC, _FS, _GS, _DLE}:
            yield from _text(data[text:at])
            length, words = _command(data[at:])
            if length == _NOT_ALL:
                return
            yield words
            at += length
            text = at
        elif data[at] == _LF:
            yield from _text(data[text : at + 1])
            at += 1
            text = at
        else:
            # The second byte of a character may look like a letter, never like a control.
            at += 2 if data[at] >= 0x81 and data[at + 1 : at + 2] > b"\x2f" else 1
    yield from _text(data[text:])


def _text(data: bytes) -> Iterator[str]:
    zeros = len(data) - len(data.lstrip(b"\0"))
    if zeros:
        yield f"{zeros} zeros"
    if data[zeros:]:
        yield f"text {data[zeros:].decode('gb18030', 'replace')!r}"


def _command(rest: bytes) -> tuple[int, str]:
    """Return how long the command at the front is, ``_NOT_ALL`` for a part, and what it does."""
    head = rest[:2]
    if len(head) < 2:
        return _NOT_ALL, ""
    if head in _LONG:
        return _LONG[head](rest)
    length, name = _FIXED.get(head, (2, f"command {head.hex(' ')}"))
    if len(rest) < length:
        return _NOT_ALL, ""
    values = rest[2:length]
    if head == b"\x10\x04":
        return length, f"{name} {values[0]} ({_ASKED.get(values[0], 'unknown')})"
    if head == b"\x1d!":
        return length, f"{name} {(values[0] >> 4) + 1}x{(values[0] & 15) + 1}"
    return length, " ".join([name, *(str(value) for value in values)])


def _cut(rest: bytes) -> tuple[int, str]:
    if len(rest) < 3:
        return _NOT_ALL, ""
    fed = rest[2] in {65, 66}
    how = "full" if rest[2] in {0, 48, 65} else "partial"
    return (4 if fed else 3), f"GS V cut, {how}"


def _image(rest: bytes) -> tuple[int, str]:
    if len(rest) < 8:
        return _NOT_ALL, ""
    width, height = int.from_bytes(rest[4:6], "little"), int.from_bytes(rest[6:8], "little")
    length = 8 + width * height
    return (length if len(rest) >= length else _NOT_ALL), f"GS v 0 image {width * 8}x{height} dots"


def _block(rest: bytes) -> tuple[int, str]:
    """GS ( x and FS ( x: a length of two bytes, then so many."""
    length = 5 + int.from_bytes(rest[3:5], "little")
    if len(rest) < 5 or len(rest) < length:
        return _NOT_ALL, ""
    body = rest[5:length]
    if rest[:3] == b"\x1d(H":
        return length, f"GS ( H say when all before is printed, mark {body[2:].decode('latin-1')!r}"
    if rest[:3] == b"\x1d(k":
        return length, f"GS ( k {_qr(body)}"
    name = "GS" if rest[0] == _GS else "FS" if rest[0] == _FS else "ESC"
    return length, f"{name} ( {chr(rest[2])} {body.hex(' ')}"


_QR = {b"1A": "QR model", b"1C": "QR dots a square", b"1E": "QR correction", b"1Q": "QR print"}


def _qr(body: bytes) -> str:
    if body[:2] == b"1P":
        return f"QR code {body[3:].decode('utf-8', 'replace')!r}"
    names = {
        b"1A": "QR model",
        b"1C": "QR dots a square",
        b"1E": "QR correction",
        b"1Q": "QR print",
    }
    name = names.get(body[:2], f"code {body[:2].hex(' ')}")
    return " ".join([name, *(str(value) for value in body[2:])])


_LONG: dict[bytes, Callable[[bytes], tuple[int, str]]] = {
    b"\x1dV": _cut,
    b"\x1dv": _image,
    b"\x1d(": _block,
    b"\x1c(": _block,
    b"\x1b(": _block,
}
