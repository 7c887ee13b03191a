"""Text as a printer's two-byte Chinese mode takes it, and what it cannot take.

A printer in FS & mode prints the two-byte areas of GB 18030 and plain ASCII. One ASCII letter is
one column (12 dots), everything else two: so the length in bytes is the width in columns.

Python 3.11's codec follows GB 18030-2000: nineteen two-byte codes still decode to private use
there, where GB 18030-2022 has real characters. They are mapped here in both directions.
"""

from __future__ import annotations

from functools import cache, lru_cache

__all__ = ["REMAPPED_2022", "columns", "decode", "encode", "printable", "wrap"]

#: GB 18030-2022, two-byte codes whose character changed since 2000 (A8BC since 2005).
REMAPPED_2022 = {
    b"\xa8\xbc": "\u1e3f",
    b"\xa6\xd9": "\ufe10", b"\xa6\xda": "\ufe12", b"\xa6\xdb": "\ufe11", b"\xa6\xdc": "\ufe13",
    b"\xa6\xdd": "\ufe14", b"\xa6\xde": "\ufe15", b"\xa6\xdf": "\ufe16", b"\xa6\xec": "\ufe17",
    b"\xa6\xed": "\ufe18", b"\xa6\xf3": "\ufe19",
    b"\xfe\x59": "\u9fb4", b"\xfe\x61": "\u9fb5", b"\xfe\x66": "\u9fb6", b"\xfe\x67": "\u9fb7",
    b"\xfe\x6d": "\u9fb8", b"\xfe\x7e": "\u9fb9", b"\xfe\x90": "\u9fba", b"\xfe\xa0": "\u9fbb",
}  # fmt: skip
_CODE_OF = {character: code for code, character in REMAPPED_2022.items()}
#: Never at the start of a line.
_CLOSING = "，。、；：？！）】》」』”’…·%,.;:?!)]}"
#: Never at the end of one.
_OPENING = "（【《「『“‘([{"


@cache
def _code(character: str, charset: str) -> bytes | None:
    """Return the bytes of one character, or None where the printer has none."""
    point = ord(character)
    if point < 0x80:
        # A control code in a name must never become a command.
        return character.encode() if 0x20 <= point < 0x7F else b" "
    if 0xE000 <= point <= 0xF8FF:
        return None
    try:
        code = _CODE_OF.get(character) or character.encode(charset)
    except UnicodeEncodeError:
        return None
    return code if len(code) == 2 else None


def printable(character: str, charset: str = "gb18030") -> bool:
    """Tell whether the printer itself can write this character."""
    return _code(character, charset) is not None


@lru_cache(maxsize=512)
def encode(text: str, charset: str = "gb18030", runs: bool = False) -> bytes | None:
    """Return the bytes of ``text``, or None when a character of it must be drawn.

    ``runs`` puts FS & and FS . around each Chinese run, for printers that need them there.
    """
    if text.isascii() and text.isprintable():
        return text.encode("ascii")
    codes = [_code(character, charset) for character in text]
    if None in codes:
        return None
    whole = b"".join(code for code in codes if code is not None)
    if not runs or text.isascii():
        return whole
    pieces: list[bytes] = []
    inside = False
    for code in codes:
        if code is not None:
            if inside != (len(code) == 2):
                inside = not inside
                pieces.append(b"\x1c\x26" if inside else b"\x1c\x2e")
            pieces.append(code)
    if inside:
        pieces.append(b"\x1c\x2e")
    return b"".join(pieces)


def decode(data: bytes) -> str:
    """Return the text of GB 18030-2022 bytes; what is no character becomes U+FFFD."""
    text: list[str] = []
    place = 0
    while place < len(data):
        length = 1
        if data[place] >= 0x81 and place + 1 < len(data):
            length = 4 if 0x30 <= data[place + 1] <= 0x39 else 2
        code = data[place : place + length]
        text.append(REMAPPED_2022.get(code) or code.decode("gb18030", "replace"))
        place += length
    return "".join(text)


def columns(text: str) -> int:
    """Return the width in columns: ASCII one, everything else two."""
    return sum(1 if character < "\x80" else 2 for character in text)


@lru_cache(maxsize=512)
def wrap(text: str, width: int) -> tuple[str, ...]:
    """Break ``text`` into lines of at most ``width`` columns, as even as can be.

    Breaks between Chinese characters and at spaces, never within an English word that fits a
    line, never before a closing mark or after an opening one. Even lines read better than a last
    line of one character.
    """
    needed = -(-columns(text) // width)
    if needed <= 1:
        return (text,)
    words = _words(text, width)
    best = _fill(words, width)
    for narrower in range(-(-columns(text) // needed), width):
        lines = _fill(words, narrower)
        if len(lines) == len(best) and all(columns(line) <= width for line in lines):
            return tuple(lines)
    return tuple(best)


def _words(text: str, width: int) -> list[str]:
    """Cut into pieces that stay together, each with its trailing spaces."""
    words: list[str] = []
    for character in text:
        last = words[-1] if words else ""
        # An ASCII letter joins ASCII; a space and a closing mark join whatever they follow.
        joins = character == " " or character in _CLOSING
        joins = joins or (character < "\x80" and last[-1:].isascii() and last[-1:] != " ")
        joins = joins or (last[-1:] != "" and last[-1:] in _OPENING)
        if last and joins and columns(last + character) <= width:
            words[-1] += character
        else:
            words.append(character)
    return words


def _fill(words: list[str], width: int) -> list[str]:
    lines = [""]
    for word in words:
        if lines[-1] and columns((lines[-1] + word).rstrip()) > width:
            lines.append(word)
        else:
            lines[-1] += word
    return [line.strip() for line in lines]
