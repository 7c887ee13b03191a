"""What an LED wall or a window strip shows, whatever protocol its card speaks.

A page is a few lines of text from top to bottom. Widths are counted in columns, as the character
ROMs of LED cards do: an ASCII character takes one column (half a font height of dots), every
other character two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from devices.errors import DeviceFault

__all__ = ["Align", "Colour", "Effect", "LedLine", "LedPage", "UnwritableText", "columns"]

Colour = Literal["red", "green", "yellow"]
Effect = Literal["still", "scroll"]
Align = Literal["left", "center", "right"]


@dataclass(frozen=True, slots=True)
class LedLine:
    """One line of text. One that is too wide to stand still scrolls, whatever ``effect`` says."""

    text: str
    colour: Colour = "red"
    effect: Effect = "still"
    align: Align = "center"


@dataclass(frozen=True, slots=True)
class LedPage:
    """Everything that is on show, from top to bottom; rows below the last line are dark."""

    lines: tuple[LedLine, ...] = ()


class UnwritableText(DeviceFault, ValueError):
    """A card's character set lacks something of ``text``; nothing was sent.

    The display itself is well: it stays open and keeps its page.

    ``characters`` are the ones it lacks, once each; ``zh`` and ``en`` say so to a person.
    """

    def __init__(self, text: str, characters: tuple[str, ...], charset: str) -> None:
        # A lone surrogate could not even be logged: what cannot be printed shows as "?".
        text = "".join(one if one.isprintable() else "?" for one in text)
        signs = [(one if one.isprintable() else "?", f"U+{ord(one):04X}") for one in characters]
        named = "、".join(f"“{sign}”（{code}）" for sign, code in signs)
        named_en = ", ".join(f'"{sign}" ({code})' for sign, code in signs)
        self.text = text
        self.characters = characters
        zh = f"LED 屏字库（{charset}）中没有{named}，无法显示“{text}”，请换一个写法。"
        en = (
            f'The LED display\'s character set ({charset}) has no {named_en}: "{text}" '
            "cannot be shown; write it differently."
        )
        super().__init__("unwritable", zh, en)


def columns(text: str) -> int:
    """Return how many columns ``text`` takes: one for an ASCII character, two for any other."""
    return sum(1 if one < "\x80" else 2 for one in text)
