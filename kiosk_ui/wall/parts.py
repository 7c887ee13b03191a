"""What all parts of the wall are drawn with: its scale, and text in two languages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from kiosk_ui.both import Both
from kiosk_ui.draft import Draft
from kiosk_ui.layout import Share, at, inset, rows
from kiosk_ui.ops import Colour, Rect
from kiosk_ui.wall.model import WallModel

__all__ = ["Sheet"]

#: The wall is designed in millimetres of a 55 inch panel, and grows and shrinks with the panel.
_DESIGN_MM = (1210.0, 680.0)


class Sheet:
    """A draft with the wall's scale: ``px(10)`` is 10 mm on a panel of 55 inches."""

    def __init__(self, draft: Draft, model: WallModel) -> None:
        self.draft = draft
        self.model = model
        width, height = draft.look.panel.size_mm
        self.width_mm, self.height_mm = width, height
        #: Higher than wide.
        self.upright = height > width
        long, short = (height, width) if self.upright else (width, height)
        self.scale = min(long / _DESIGN_MM[0], short / _DESIGN_MM[1])

    def mm(self, design_mm: float) -> float:
        """Return a length of the design on this panel, in millimetres."""
        return design_mm * self.scale

    def px(self, design_mm: float) -> int:
        """Return a length of the design on this panel, in pixels."""
        return self.draft.px(design_mm * self.scale)

    def ruled(self, place: Rect, share: float) -> Rect:
        """Draw the rule above a row; return what is left of it: ``share`` of its height is air."""
        colour = self.draft.colours.rule
        self.draft.fill(Rect(place.x, place.y, place.w, max(self.px(1), 1)), colour)
        return inset(place, 0, round(place.h * share / 2))

    # ---- words

    def both(self, key: str, **fill: object) -> tuple[str, str]:
        """Return a message in people's language and in the other; that is empty without fonts."""
        look = self.draft.look
        return look.words(key, **fill), look.second(key, **fill) if look.chinese else ""

    def of(self, text: Both) -> tuple[str, str]:
        """Return a text of the hall in people's language and in the other."""
        look = self.draft.look
        if not look.chinese:
            return text.in_language("en"), ""
        first = text.in_language(look.words.language)
        second = text.in_language(look.second.language)
        return first, "" if second == first else second

    def as_both(self, first: str, second: str) -> tuple[str, str]:
        """Return a pair in the order Chinese, English."""
        return (first, second) if self.draft.look.words.language == "zh" else (second, first)

    # ---- text

    def two_lines(
        self, rect: Rect, zh: str, en: str, colour: Colour, *, cap: float,
        align: Literal["left", "center", "right"] = "left", second: Colour | None = None,
    ) -> None:  # fmt: skip
        """Draw a text in both languages, people's own above and larger; ``cap`` in design mm."""
        first, other = self.of(Both(zh, en))
        draft, small = self.draft, second if second is not None else colour
        if not first:
            return
        if not other:
            draft.text(
                rect, first, colour, cap=self.mm(cap), floor=self.mm(cap * 0.3), bold=True,
                align=align, lines=2,
            )  # fmt: skip
            return
        # Both stay together in the middle, however high the place is.
        high = min(rect.h, self.px(cap * 3.1))
        rect = at(rect, rect.w, high)
        above, below = rows(rect, Share(0.6), Share(0.4))
        draft.text(
            above, first, colour, cap=self.mm(cap), floor=self.mm(cap * 0.3), bold=True,
            align=align, valign="bottom", lines=2,
        )  # fmt: skip
        draft.text(
            below, other, small, cap=self.mm(cap * 0.6), floor=self.mm(cap * 0.17), align=align,
            valign="top", lines=2,
        )  # fmt: skip

    def lines(
        self, rect: Rect, texts: Sequence[tuple[str, float]], colour: Colour,
        *, align: Literal["left", "center", "right"] = "left",
    ) -> None:  # fmt: skip
        """Draw texts below each other, each as large as fits; heights in design mm."""
        texts = [one for one in texts if one[0]]
        if not texts:
            return
        for place, (text, cap) in zip(
            rows(rect, *(Share(cap) for _, cap in texts)), texts, strict=True
        ):
            self.draft.text(
                place, text, colour, cap=self.mm(cap), floor=self.mm(cap * 0.35), align=align,
                lines=2,
            )  # fmt: skip

    def title(self, rect: Rect, key: str, colour: Colour, second: Colour) -> None:
        """Draw the heading of a part: both languages in one line."""
        first, other = self.both(key)
        draft, cap = self.draft, self.mm(13)
        taken = draft.text(rect, first, colour, cap=cap, floor=cap * 0.5, bold=True)
        left = rect.right - taken.right - self.px(5)
        if other and left > 0:
            beside = Rect(taken.right + self.px(5), rect.y, left, rect.h)
            draft.text(beside, other, second, cap=cap * 0.72, floor=cap * 0.3)
