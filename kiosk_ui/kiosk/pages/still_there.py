"""Is somebody still there? Stands before whatever page was left."""

from __future__ import annotations

from kiosk_ui.kiosk.kit import Kit
from kiosk_ui.layout import Share, at, columns, inset, rows

__all__ = ["still_there"]


def still_there(kit: Kit, left_s: int) -> None:
    """Draw the question; the page that was left comes back with an answer."""
    draft, c, words = kit.draft, kit.colours, kit.words
    body = kit.frame(controls=False)
    box = at(body, min(body.w, kit.px(330)), min(body.h, kit.px(150)),
             down=1.0 if kit.upright else 0.5)  # fmt: skip
    draft.card(box, c.card)
    draft.frame(box, c.accent, kit.px(1.2))
    inner = inset(box, kit.px(7), kit.px(5))
    above, below = rows(inner, Share(), max(kit.touch, kit.px(24)), gap=kit.gap)
    first, second, third = rows(above, Share(0.5), Share(0.28), Share(0.28))
    asks = kit.key("kiosk.idle.ask")
    kit.text(first, kit.of(asks), c.on_card, cap=kit.sizes.title * 1.3, bold=True, align="center",
             lines=2)  # fmt: skip
    kit.text(second, kit.other(asks), c.on_card, align="center", lines=2)
    kit.text(third, words("kiosk.idle.left", seconds=left_s), c.quiet, cap=kit.sizes.small,
             align="center", lines=2)  # fmt: skip
    stay, leave = columns(below, Share(1.2), Share(1), gap=kit.gap)
    kit.button("stay", stay, words("kiosk.idle.stay"), main=True, cap=kit.sizes.body)
    kit.button("leave", leave, words("kiosk.idle.leave"), cap=kit.sizes.body)
