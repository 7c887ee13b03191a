"""What the clerk's screen is drawn with. It is designed on 21.5 inches and scales with the panel.

A clerk sits before it all day with a mouse, a keyboard or a finger: letters are 4 mm high, what is
touched is 12 mm, and every button has its key.
"""

from __future__ import annotations

from kiosk_ui.layout import Share, inset, rows
from kiosk_ui.look import Look
from kiosk_ui.ops import Colour, Rect
from kiosk_ui.pencils import Pencils
from kiosk_ui.window.keypad import key_of
from kiosk_ui.window.model import DeskModel

__all__ = ["Sheet"]

_DESIGN_MM = (476.0, 268.0)
#: Of the sizes for people who stand before a kiosk.
_DESK = 0.58
#: As they stand on a keyboard; the others are one letter, or F and a number.
_KEYS = {
    "return": "Enter", "escape": "Esc", "pageup": "PgUp", "pagedown": "PgDn", "backspace": "←",
}  # fmt: skip


class Sheet(Pencils):
    """The clerk's pencils."""

    def __init__(self, model: DeskModel, look: Look) -> None:
        width, height = look.panel.size_mm
        fits = min(width / _DESIGN_MM[0], height / _DESIGN_MM[1])
        super().__init__(look, _DESK * fits, model.held)
        self.model = model

    def of_model(self, model: DeskModel) -> Sheet:
        """Return pencils for the same picture that see another model."""
        other = Sheet(model, self.look)
        other.draft = self.draft
        return other

    def card(self, rect: Rect, title: str = "") -> Rect:
        """Draw a card with a heading; return what is inside."""
        self.draft.sheet(rect)
        inner = inset(rect, self.px(6), self.px(5))
        if not title:
            return inner
        head, rest = rows(inner, self.line(self.sizes.small), Share(), gap=self.px(3))
        self.text(head, title, self.colours.quiet, cap=self.sizes.small)
        return rest

    def command(
        self, id: str, rect: Rect, label: str, key: str, *, can: bool = True, main: bool = False,  # noqa: A002
    ) -> None:  # fmt: skip
        """Draw a command and its key; one that cannot be given now is pale and does nothing."""
        c = self.colours
        key = key_of(key) if self.model.keypad else key
        if not can:
            self.draft.card(rect, c.card)
            self.draft.frame(rect, c.rule, self.px(0.7))
            self._label(rect, label, key, c.quiet)
            return
        colour, on = (c.accent, c.on_accent) if main else (c.button, c.on_button)
        self.surface(id, rect, label, colour, on, key.lower())
        self._label(rect, label, key, on)

    def _label(self, rect: Rect, label: str, key: str, on: Colour) -> None:
        inner = inset(rect, self.px(4), self.px(2))
        if key:
            text, hint = rows(inner, Share(0.62), Share(0.38))
            # A point or a dash alone would hardly be seen.
            cap = self.sizes.small * 0.8 if key.isalnum() else self.sizes.title
            self.text(
                hint, _KEYS.get(key.lower(), key.upper()), on, cap=cap, floor=2, align="center"
            )
        else:
            text = inner
        self.text(
            text, label, on, cap=self.sizes.title, floor=3, bold=True, align="center", lines=2
        )

    def line_of(self, rect: Rect, name: str, value: str) -> None:
        """Draw a name and its value in a line."""
        taken = self.text(rect, name, self.colours.quiet, cap=self.sizes.small, floor=2)
        room = Rect(taken.right + self.px(4), rect.y, rect.right - taken.right - self.px(4), rect.h)
        self.text(room, value, self.colours.on_card, floor=2, bold=True, align="right", lines=2)
