"""What a display's card can write: Chinese in GB2312, or letters alone. Pure.

Few cards escape or count their texts, so each family names the signs that its card would obey
rather than show; those are written in full width.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

from devices.led_wall.page import UnwritableText

__all__ = ["Charset", "ascii_letters", "gb2312", "one_line"]

# Twins of characters that GB2312 has, by other code points than Python's codec expects.
_GB2312_TWINS = {
    "·": "・",
    "•": "・",
    "—": "―",
    "–": "-",
    "‐": "-",
    "‑": "-",
    "−": "-",
    "〜": "～",
    "¥": "￥",
    "⋯": "…",
    "∶": "：",
}
# What a call or a notice may hold that a keyboard without Chinese writes otherwise.
_ASCII_TWINS = {
    **{chr(0xFF01 + n): chr(0x21 + n) for n in range(94)},
    "→": ">",
    "·": "-",
    "•": "-",
    "—": "-",
    "―": "-",
    "–": "-",
    "‐": "-",
    "‑": "-",
    "−": "-",
    "…": "...",
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
    "×": "x",
}


def one_line(text: str) -> str:
    """Return ``text`` as one line of visible characters.

    Runs of white space (line ends, tabs, no-break spaces) become one space; other control and
    invisible format characters vanish.
    """
    composed = unicodedata.normalize("NFC", text)
    visible = "".join(
        " " if one.isspace() else one
        for one in composed
        if one.isspace() or unicodedata.category(one) not in {"Cc", "Cf"}
    )
    return " ".join(visible.split())


@dataclass(frozen=True, slots=True)
class Charset:
    """The characters of a card and how they go out. ``name`` is for people."""

    name: str
    codec: str
    _twins: dict[int, str] = field(repr=False)

    def clean(self, text: str) -> str:
        """Return ``text`` as it may stand on the wire: one line, and never read as a command."""
        return one_line(text).translate(self._twins)

    def encode(self, text: str) -> bytes:
        """Return the cleaned ``text``. Raises ``UnwritableText``, naming what the card lacks."""
        ready = self.clean(text)
        try:
            return ready.encode(self.codec)
        except UnicodeEncodeError:
            raise UnwritableText(ready, self.lacking(text), self.name) from None

    def lacking(self, text: str) -> tuple[str, ...]:
        """Return the characters of ``text`` that the card cannot write, once each."""
        ready = self.clean(text)
        return tuple(dict.fromkeys(one for one in ready if not self._has(one)))

    def _has(self, one: str) -> bool:
        try:
            one.encode(self.codec)
        except UnicodeEncodeError:
            return False
        return True


def gb2312(obeyed: str = "") -> Charset:
    """Return GB2312 for a card that would obey the ASCII signs ``obeyed`` inside a text."""
    wide = {one: chr(ord(one) + 0xFEE0) for one in obeyed}
    return Charset("GB2312", "gb2312", str.maketrans({**_GB2312_TWINS, **wide}))


def ascii_letters() -> Charset:
    """Return the letters, digits and signs of ASCII: nothing of Chinese."""
    return Charset("ASCII", "ascii", str.maketrans(_ASCII_TWINS))
