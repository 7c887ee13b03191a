"""The rating, where the window has no pad; a bad one is asked for its reason."""

from __future__ import annotations

from kiosk_ui.layout import Share, columns, grid, inset, rows
from kiosk_ui.window.model import Facts
from kiosk_ui.window.outer.sheet import Sheet

__all__ = ["rating"]


def rating(sheet: Sheet, facts: Facts, *, why: bool) -> None:
    """Draw the scores, the best first, or the reasons."""
    model, c = sheet.model, sheet.colours
    body = sheet.page()
    head, rest = rows(body, sheet.px(50), Share(), gap=sheet.px(6))
    sheet.two(head, sheet.key("outer.why" if why else "outer.rating"), c.on_ground,
              cap=sheet.sizes.title * 1.3, lines=2)  # fmt: skip
    if why:
        cells, below = rows(rest, Share(), sheet.px(30), gap=sheet.px(6))
        reasons = model.reasons[:8]
        for place, (id_, words) in zip(
            grid(cells, len(reasons), 2, gap=sheet.px(6)), reasons, strict=True
        ):
            sheet.choice(f"o_reason:{id_}", place, words)
        sheet.button("o_no_reason", inset(below, below.w // 4, 0), sheet.words("outer.why.none"),
                     quiet=True)  # fmt: skip
        return
    scores = range(facts.scores, 0, -1)
    for place, score in zip(
        columns(rest, *[Share()] * facts.scores, gap=sheet.px(6)), scores, strict=True
    ):
        label = sheet.words(f"outer.score.{_word(score, facts.scores)}")
        ground, on = (c.good, c.on_good) if score * 2 > facts.scores else (c.button, c.on_button)
        sheet.surface(f"o_score:{score}", place, label, ground, on)
        upper, lower = rows(inset(place, sheet.px(3), sheet.px(8)), Share(1.2), Share(1))
        sheet.number(upper, str(score), on, cap=30)
        sheet.text(lower, label, on, cap=sheet.sizes.body, floor=3.5, bold=True, align="center",
                   lines=2)  # fmt: skip


def _word(score: int, most: int) -> int:
    """Return the word of a score on the scale of five."""
    return round(1 + (score - 1) * 4 / max(most - 1, 1))
