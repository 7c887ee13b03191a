"""A signature by finger, bound to its form."""

from __future__ import annotations

from kiosk_ui.layout import Share, at, columns, inset, rows
from kiosk_ui.ops import Rect
from kiosk_ui.window.model import Signing
from kiosk_ui.window.outer.sheet import Sheet
from kiosk_ui.window.signing import HEIGHT, WIDTH

__all__ = ["signature"]


def signature(sheet: Sheet, signing: Signing) -> None:
    """Draw the field and what is in it."""
    c, draft = sheet.colours, sheet.draft
    body = sheet.page()
    head, field, foot = rows(body, sheet.px(30), Share(), sheet.px(32), gap=sheet.px(6))
    sheet.text(head, sheet.words("outer.sign", form=signing.form), cap=sheet.sizes.title, floor=4,
               bold=True, lines=2)  # fmt: skip
    wide = min(field.w, field.h * WIDTH // HEIGHT)
    field = at(field, wide, wide * HEIGHT // WIDTH)
    draft.card(field, (255, 255, 255))
    draft.frame(field, c.rule, sheet.px(1))
    inner = inset(field, sheet.px(8), field.h // 5)
    draft.line(inner.x, inner.bottom, inner.right, inner.bottom, (160, 160, 160), sheet.px(0.5))
    if not signing.strokes:
        sheet.text(inner, sheet.words("outer.sign.here"), (120, 120, 120), align="center")
    for stroke in signing.strokes:
        points = [_at(field, point) for point in stroke]
        for (x1, y1), (x2, y2) in zip(points, points[1:] or points, strict=False):
            draft.line(x1, y1, x2, y2, (0, 0, 0), max(sheet.px(0.9), 2))
    draft.area("o_sign", field, sheet.words("outer.sign.here"), draws=True)
    clear, done = columns(foot, Share(), Share(1.4), gap=sheet.px(6))
    sheet.button("o_clear", clear, sheet.words("outer.sign.clear"), "erase")
    if signing.strokes:
        sheet.button("o_signed", done, sheet.words("outer.sign.done"), "done", main=True,
                     cap=sheet.sizes.body)  # fmt: skip


def _at(field: Rect, point: tuple[int, int]) -> tuple[int, int]:
    return field.x + point[0] * field.w // 1000, field.y + point[1] * field.h // 1000
