"""A picture while it is put together: what a page's ``view`` writes into.

``text`` places text that fits into a rectangle, ``button`` makes something to touch. All lengths
are pixels, all heights of text millimetres of a capital letter.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Literal, TypeVar

from kiosk_ui.look import Look
from kiosk_ui.ops import (
    Colour,
    Defect,
    Fill,
    Icon,
    Image,
    Line,
    Live,
    Modules,
    Op,
    Picture,
    Rect,
    RoundRect,
    Text,
    TouchArea,
)
from kiosk_ui.text import DOWN, LEADING, UP, fit, height_of

__all__ = ["Draft"]

#: Parts that are kept (``Draft.once``): a keyboard in some themes, with a key held or not.
_KEPT_PARTS = 16

T = TypeVar("T")

Align = Literal["left", "center", "right"]
Valign = Literal["top", "middle", "bottom"]
_ALIGN = {"left": 0.0, "center": 0.5, "right": 1.0}

#: What a line of digits and capitals takes up above and below its baseline, as shares of the em.
CAP_UP, CAP_DOWN = 0.77, 0.03
#: A capital's middle above the baseline: text in a row is centred by it.
_MIDDLE = 0.37
#: A text may shrink to this share of its size where no floor is given, and not below the theme's.
_LEAST_SHARE = 0.6


class Draft:
    """Collects operations in the order of drawing. ``look`` is what it draws with."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.colours = look.theme.colours
        self.sizes = look.theme.sizes
        self.rect = look.panel.rect
        self._ops: list[Op] = []
        self._areas: list[TouchArea] = []
        self._defects: list[Defect] = []
        self._soon: list[Image] = []

    def picture(self) -> Picture:
        """Return what was drawn."""
        return Picture(
            self.look.panel.size, tuple(self._ops), tuple(self._areas), tuple(self._defects),
            tuple(self._soon),
        )  # fmt: skip

    def once(self, key: Hashable, draw: Callable[[], None]) -> None:
        """Draw a part that is the same whenever ``key``, panel, theme and language are.

        It is kept, so that a keyboard of forty keys is laid out once and not with each key.
        """
        look = self.look
        whole = (key, look.panel, look.theme, look.words.language)
        kept = look.faces.parts.get(whole)
        if kept is None:
            ops, areas, defects = len(self._ops), len(self._areas), len(self._defects)
            draw()
            if len(look.faces.parts) >= _KEPT_PARTS:
                look.faces.parts.clear()
            look.faces.parts[whole] = (
                tuple(self._ops[ops:]), tuple(self._areas[areas:]), tuple(self._defects[defects:]),
            )  # fmt: skip
            return
        self._ops += kept[0]
        self._areas += kept[1]
        self._defects += kept[2]

    def kept(self, name: str, depends: object, draw: Callable[[], T]) -> T:
        """Draw a part that stays for as long as ``depends``, panel, theme and language do.

        The last one of each name is kept, with what ``draw`` returned: a page on which a second
        changed is laid out in that place alone. ``draw`` must see nothing but ``depends``.
        """
        look = self.look
        key = (name, look.panel, look.theme, look.words.language)
        kept = look.faces.kept.get(key)
        if kept is None or kept[0] != depends:
            ops, areas, defects = len(self._ops), len(self._areas), len(self._defects)
            found = draw()
            if len(look.faces.kept) >= _KEPT_PARTS:
                look.faces.kept.clear()
            look.faces.kept[key] = (
                depends, found, tuple(self._ops[ops:]), tuple(self._areas[areas:]),
                tuple(self._defects[defects:]),
            )  # fmt: skip
            return found
        _, result, kept_ops, kept_areas, kept_defects = kept
        self._ops += kept_ops
        self._areas += kept_areas
        self._defects += kept_defects
        before: T = result
        return before

    def px(self, mm: float) -> int:
        """Return millimetres in whole pixels."""
        return self.look.px(mm)

    # ---- shapes

    def fill(self, rect: Rect, colour: Colour) -> None:
        """Draw a rectangle."""
        if rect.w > 0 and rect.h > 0:
            self._ops.append(Fill(rect, colour))

    def card(self, rect: Rect, colour: Colour, *, radius: int | None = None) -> None:
        """Draw a rectangle with the theme's round corners."""
        if rect.w > 0 and rect.h > 0:
            wanted = self.px(self.sizes.radius) if radius is None else radius
            self._ops.append(RoundRect(rect, colour, min(wanted, min(rect.w, rect.h) // 2)))

    def sheet(self, rect: Rect) -> None:
        """Draw a card with a thin outline: in some themes it has the colour of the ground."""
        self.card(rect, self.colours.card)
        self.frame(rect, self.colours.rule, self.px(self.sizes.gap * 0.1))

    def frame(self, rect: Rect, colour: Colour, width: int) -> None:
        """Draw the outline of a card."""
        if rect.w > 0 and rect.h > 0:
            self._ops.append(RoundRect(rect, colour, self.px(self.sizes.radius), max(width, 1)))

    def line(self, x1: int, y1: int, x2: int, y2: int, colour: Colour, width: int = 1) -> None:
        """Draw a straight line."""
        self._ops.append(Line(x1, y1, x2, y2, colour, width))

    def icon(self, rect: Rect, name: str, colour: Colour) -> None:
        """Draw one of ``kiosk_ui/icons/`` inside ``rect``."""
        if rect.w > 0 and rect.h > 0:
            self._ops.append(Icon(rect, name, colour))

    def image(self, rect: Rect, path: str, stamp: int = 0) -> None:
        """Show a picture file inside ``rect``."""
        self._ops.append(Image(rect, path, stamp))

    def soon(self, rect: Rect, path: str, stamp: int = 0) -> None:
        """Have a picture file made ready that another page shows in a place of this size."""
        self._soon.append(Image(rect, path, stamp))

    def live(self, rect: Rect, source: str, frame: int = 0) -> None:
        """Show pictures that move, inside ``rect``."""
        if rect.w > 0 and rect.h > 0:
            self._ops.append(Live(rect, source, frame))

    def qr(self, rect: Rect, rows: tuple[tuple[bool, ...], ...]) -> None:
        """Show a QR code, dark on white whatever the theme: readers want it so."""
        self._ops.append(Modules(rect, rows))

    # ---- text

    def text(
        self,
        rect: Rect,
        text: str,
        colour: Colour,
        *,
        cap: float,
        floor: float | None = None,
        last: float | None = None,
        bold: bool = False,
        align: Align = "left",
        valign: Valign = "middle",
        lines: int = 1,
        figures: bool = False,
    ) -> Rect:
        """Place a text at most ``cap`` high, shrunk no further than ``floor``; both mm of capitals.

        ``last``: rather so small than cut, which is a defect too. ``lines`` at most. ``figures``:
        digits and capitals alone, which may fill ``rect`` to its edges. Returns what it takes up.
        What does not fit is a defect of the picture.
        """
        if not text.strip() or rect.w <= 0 or rect.h <= 0:
            if text.strip():
                self._defects.append(Defect(text, rect))
            return Rect(rect.x, rect.y, 0, 0)
        faces, look = self.look.faces, self.look
        least = max(cap * _LEAST_SHARE, min(self.sizes.floor, cap)) if floor is None else floor
        size, up_down = look.size_for(cap), CAP_UP + CAP_DOWN if figures else None
        found = fit(
            faces, text, rect.w, rect.h, size=size, floor=look.size_for(least), lines=lines,
            bold=bold, one_line_up_down=up_down,
        )  # fmt: skip
        if not found.whole and last is not None:
            # One line more may do where a smaller size alone would not.
            smaller = fit(
                faces, text, rect.w, rect.h, size=look.size_for(least),
                floor=look.size_for(last), lines=lines + 1, bold=bold,
            )  # fmt: skip
            if smaller.whole:
                self._defects.append(Defect(text, rect, cut=False))
                found = smaller
        if not found.whole:
            self._defects.append(Defect(text, rect))
        size = found.size
        up = CAP_UP if figures else UP
        high = round((CAP_UP + CAP_DOWN) * size) if figures else height_of(len(found.lines), size)
        top = rect.y
        if valign == "bottom":
            top = rect.bottom - high
        elif valign == "middle":
            # By the capitals' middle, so that texts of several sizes in a row look level.
            span = (len(found.lines) - 1) * LEADING * size
            top = round(rect.y + rect.h / 2 - span / 2 + _MIDDLE * size - up * size)
            top = max(min(top, rect.bottom - high), rect.y)
        taken: Rect | None = None
        for n, line in enumerate(found.lines):
            width = faces.width(line, size, bold=bold)
            x = rect.x + round((rect.w - width) * _ALIGN[align])
            baseline = top + round(up * size + n * LEADING * size)
            above = round(up * size)
            place = Rect(
                x,
                baseline - above,
                width,
                above + round((DOWN if not figures else CAP_DOWN) * size),
            )
            taken = place if taken is None else taken.joined(place)
            if line:
                self._ops.append(Text(place, baseline, line, size, colour, bold))
        return taken if taken is not None else Rect(rect.x, rect.y, 0, 0)

    def width_of(self, text: str, cap: float, *, bold: bool = False) -> int:
        """Return how wide a line is whose capitals are ``cap`` mm high."""
        return self.look.faces.width(text, self.look.size_for(cap), bold=bold)

    # ---- touch

    def area(
        self, id: str, rect: Rect, label: str, key: str = "", *, draws: bool = False,  # noqa: A002
    ) -> None:  # fmt: skip
        """Make a place touchable; ``label`` is what stands there, for speech and for tests.

        ``key`` is the key that presses it as well; in an area that ``draws`` fingers draw.
        """
        self._areas.append(TouchArea(id, rect, label, key, draws))

    def button(
        self,
        id: str,  # noqa: A002 - what it is
        rect: Rect,
        label: str,
        *,
        colour: Colour | None = None,
        on: Colour | None = None,
        cap: float | None = None,
        lines: int = 2,
    ) -> None:
        """Draw a button and make it touchable; the theme's ``button`` colours if none are given."""
        self.card(rect, colour or self.colours.button)
        self.area(id, rect, label)
        edge = min(self.px(self.sizes.radius), rect.w // 8, rect.h // 8)
        inner = Rect(rect.x + edge, rect.y + edge, rect.w - 2 * edge, rect.h - 2 * edge)
        self.text(
            inner,
            label,
            on or self.colours.on_button,
            cap=cap or self.sizes.body,
            bold=True,
            align="center",
            lines=lines,
        )
