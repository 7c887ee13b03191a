"""What pages for people before a panel are drawn with: text, buttons and surfaces in millimetres.

Sizes are the theme's, of the real panel: people stand 60 cm before it, whatever it is. On panels of
more than 21.5 inches everything grows a little with them.
"""

from __future__ import annotations

from typing import Literal

from kiosk_ui.both import Both
from kiosk_ui.draft import Draft
from kiosk_ui.layout import Share, at, columns, inset
from kiosk_ui.look import Look
from kiosk_ui.ops import Colour, Rect
from kiosk_ui.text import LEADING, height_of, lines_of

__all__ = ["Pencils", "mixed"]

#: Words that are longer than planned get smaller than they should be before they are cut.
_LAST_RESORT = 0.4
#: How far the colour of something that is held goes towards that of its text.
_HELD = 0.28


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """Return a colour between two."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


class Pencils:
    """``look`` has panel, theme and language; ``held`` is the area under a finger."""

    def __init__(self, look: Look, scale: float, held: str | None) -> None:
        self.look = look
        self.scale = scale
        self.held = held
        self.draft = Draft(look)
        self.words = look.words
        self.colours = look.theme.colours
        self.sizes = look.theme.sizes
        width, height = look.panel.size_mm
        self.upright = height > width
        self.elder = look.theme.name == "elder"

    # ---- measures and words

    def px(self, mm: float) -> int:
        """Return millimetres in pixels, a little more on larger panels."""
        return self.draft.px(mm * self.scale)

    @property
    def gap(self) -> int:
        """Between two things to touch."""
        return self.px(self.sizes.gap)

    @property
    def touch(self) -> int:
        """As high as something to touch must be."""
        return self.px(self.sizes.touch)

    def cap(self, mm: float) -> float:
        """Return a height of capitals in mm, a little more on larger panels."""
        return mm * self.scale

    def of(self, text: Both) -> str:
        """Return a text of the hall in the person's language."""
        return text.in_language("zh" if self.words.language == "zh" else "en")

    def other(self, text: Both) -> str:
        """Return it in the other language; empty when it is the same, or cannot be drawn."""
        if not self.look.chinese:
            return ""
        found = text.in_language(self.look.second.language)
        return "" if found == self.of(text) else found

    def key(self, name: str, **fill: object) -> Both:
        """Return a message in both languages."""
        first, second = self.look.words, self.look.second
        said = {first.language: first(name, **fill), second.language: second(name, **fill)}
        return Both(said.get("zh", "") if self.look.chinese else "", said["en"])

    def wait(self, minutes: int | None) -> str:
        """Return a wait in words."""
        if minutes is None:
            return self.words("kiosk.wait.unknown")
        if minutes == 0:
            return self.words("kiosk.wait.none")
        return self.words("kiosk.wait.about", minutes=minutes)

    # ---- text

    def text(
        self, rect: Rect, text: str, colour: Colour | None = None, *, cap: float | None = None,
        floor: float | None = None, bold: bool = False,
        align: Literal["left", "center", "right"] = "left",
        valign: Literal["top", "middle", "bottom"] = "middle", lines: int = 1,
    ) -> Rect:  # fmt: skip
        """Place a text; ``cap`` and ``floor`` in mm, the theme's body and floor without them."""
        wanted = self.cap(self.sizes.body if cap is None else cap)
        least = min(wanted, self.cap(self.sizes.floor if floor is None else floor))
        return self.draft.text(
            rect, text, colour or self.colours.on_ground, cap=wanted, floor=least,
            last=least * _LAST_RESORT, bold=bold, align=align, valign=valign, lines=lines,
        )  # fmt: skip

    def height(self, text: str, width: int, *, cap: float | None = None, bold: bool = False) -> int:
        """Return how high a text is in lines of this width."""
        size = self.look.size_for(self.cap(self.sizes.body if cap is None else cap))
        return height_of(lines_of(self.look.faces, text, size, width, bold=bold), size)

    def line(self, cap: float | None = None) -> int:
        """Return how high one line is, with its leading."""
        return round(
            self.look.size_for(self.cap(self.sizes.body if cap is None else cap)) * LEADING
        )

    # ---- things to touch

    def surface(
        self, id: str, rect: Rect, label: str, colour: Colour, on: Colour, key: str = ""  # noqa: A002
    ) -> None:  # fmt: skip
        """Draw the ground of something to touch; darker or lighter while a finger is on it."""
        held = self.held == id
        self.draft.card(rect, mixed(colour, on, _HELD) if held else colour)
        if colour in {self.colours.ground, self.colours.card}:
            self.draft.frame(rect, self.colours.rule, self.px(0.5))
        self.draft.area(id, rect, label, key)

    def button(
        self, id: str, rect: Rect, label: str, icon: str = "", *, main: bool = False,  # noqa: A002
        cap: float | None = None, lines: int = 1, quiet: bool = False, short: str = "",
    ) -> None:  # fmt: skip
        """Draw a button; its icon stands alone where the label has no room beside it.

        That of the page's ``main`` one never does.
        """
        c = self.colours
        colour, on = (c.accent, c.on_accent) if main else (c.button, c.on_button)
        if quiet:
            colour, on = c.card, c.on_card
        self.surface(id, rect, label, colour, on)
        inner = inset(rect, min(self.px(2.5), rect.w // 16), self.px(1.5))
        cap = self.sizes.small if cap is None else cap
        if not icon:
            if (
                lines == 1
                and short
                and self.draft.width_of(label, self.cap(cap), bold=True) > inner.w
            ):
                label = short
            self.text(inner, label, on, cap=cap, bold=True, align="center", lines=lines)
            return
        side = min(inner.h, self.px(11 if not main else 15))
        room = inner.w - side - self.px(3)
        wide = self.draft.width_of(label, self.cap(cap), bold=True) if label else 0
        if main and wide > room:
            # What a page is for is said in words: smaller beside its icon, else without it.
            least = self.draft.width_of(label, self.cap(self.sizes.floor), bold=True)
            if lines == 1 and least <= room:
                wide = room
            else:
                self.text(inner, label, on, cap=cap, bold=True, align="center", lines=max(lines, 2))
                return
        if lines == 1 and wide > room:
            # A label that would be cut is left out: the icon says it, speech too.
            self.draft.icon(at(inner, min(side, inner.w), side), icon, on)
            return
        taken = min(wide, room) + side + self.px(3)
        group = at(inner, taken, inner.h)
        left, right = columns(group, side, Share(), gap=self.px(3))
        self.draft.icon(at(left, side, side), icon, on)
        right = Rect(right.x, right.y, inner.right - right.x, right.h)
        self.text(right, label, on, cap=cap, bold=True, lines=lines)
