"""What the taxpayer's screen is drawn with: people sit 70 cm before it and touch it at times."""

from __future__ import annotations

from dataclasses import replace

from kiosk_ui.both import Both
from kiosk_ui.layout import Share, at, columns, inset, rows
from kiosk_ui.look import Look
from kiosk_ui.ops import Colour, Rect
from kiosk_ui.pencils import Pencils
from kiosk_ui.theme import load_theme
from kiosk_ui.window.model import DeskModel

__all__ = ["Sheet"]

_DESIGN_MM = (476.0, 268.0)
#: Of panels below 17 inches there is no room for fingers: everything shrinks in proportion.
_SMALL = 0.7


class Sheet(Pencils):
    """The taxpayer's pencils."""

    def __init__(self, model: DeskModel, look: Look) -> None:
        width, height = look.panel.size_mm
        long, short = max(width, height), min(width, height)
        if model.elder:
            look = replace(look, theme=load_theme("elder"))
        if model.english:
            look = look.in_language("en")
        super().__init__(look, min(long / _DESIGN_MM[0], short / _DESIGN_MM[1]), model.held)
        self.model = model

    def page(self, *, language: bool = True) -> Rect:
        """Draw ground and strip: which window, which clerk; return what is left."""
        model, c, draft = self.model, self.colours, self.draft
        draft.fill(draft.rect, c.ground)
        page = inset(draft.rect, self.px(9), self.px(8))
        # Fingers are as large before a small panel.
        high = self.px(22)
        if self.scale > _SMALL:
            high = max(high, self.draft.px(self.sizes.touch))
        strip, rest = rows(page, high, Share(), gap=self.px(6))
        if language and self.look.chinese:
            strip, button = columns(strip, Share(), self.px(46), gap=self.px(6))
            short = self.look.second("kiosk.language.short")
            self.button("o_language", button, self.look.second("kiosk.language"), quiet=True,
                        short=short)  # fmt: skip
        facts = model.facts
        if facts is None:
            return rest
        name, clerk, clock = columns(strip, Share(1.3), Share(), Share(0.5), gap=self.px(6))
        self.text(name, self.of(facts.name), cap=self.sizes.title, floor=4, bold=True)
        if facts.clerk:
            self.text(clerk, self.words("outer.clerk", clerk=facts.clerk), c.quiet, floor=4)
        if model.minute is not None:
            self.text(clock, f"{model.minute:%H:%M}", cap=self.sizes.title, floor=4, align="right",
                      bold=True)  # fmt: skip
        return rest

    def two(self, rect: Rect, text: Both, on: Colour, *, cap: float, lines: int = 3) -> None:
        """Draw a text in both languages, the taxpayer's own above and larger."""
        other = self.other(text)
        if not other:
            self.text(rect, self.of(text), on, cap=cap, floor=4, bold=True, align="center",
                      lines=lines)  # fmt: skip
            return
        upper, lower = rows(rect, Share(0.62), Share(0.38), gap=self.px(2))
        self.text(upper, self.of(text), on, cap=cap, floor=4, bold=True, align="center",
                  valign="bottom", lines=lines)  # fmt: skip
        self.text(lower, other, on, cap=cap * 0.55, floor=3.5, align="center", valign="top",
                  lines=lines)  # fmt: skip

    def number(self, rect: Rect, text: str, on: Colour, *, cap: float) -> None:
        """Draw a number as large as there is room."""
        self.draft.text(rect, text, on, cap=self.cap(cap), floor=self.cap(8), bold=True,
                        align="center", figures=True)  # fmt: skip

    def choice(self, id: str, rect: Rect, text: Both, *, main: bool = False) -> None:  # noqa: A002
        """Draw something that the taxpayer presses."""
        self.button(id, at(rect, rect.w, min(rect.h, self.px(34))), self.of(text), main=main,
                    cap=self.sizes.body, lines=2)  # fmt: skip
