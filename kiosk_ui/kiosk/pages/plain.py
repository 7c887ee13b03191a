"""A page of one message: what is the matter and what to do now, in both languages."""

from __future__ import annotations

from typing import Literal

from kiosk_ui.both import Both
from kiosk_ui.kiosk.kit import Kit
from kiosk_ui.layout import Share, at, columns, inset, rows

__all__ = ["plain"]


def plain(
    kit: Kit, icon: str, title: Both, do: Both | None, *,
    tone: Literal["warn", "calm"] = "warn", button: tuple[str, str] | None = None,
    controls: bool = True,
) -> None:  # fmt: skip
    """Draw the page. ``button``: an area's id, and its word's key."""
    c, body = kit.colours, kit.frame(controls=controls)
    ground, on = (c.warn, c.on_warn) if tone == "warn" else (c.card, c.on_card)
    if button is not None:
        body, below = rows(body, Share(), max(kit.touch, kit.px(24)), gap=kit.gap)
        wide = min(below.w, kit.px(190))
        kit.button(button[0], at(below, wide, below.h), kit.words(button[1]), main=True,
                   cap=kit.sizes.body)  # fmt: skip
    if do is None:
        band, rest = body, None
    else:
        band, rest = rows(body, Share(0.42), Share(0.58), gap=kit.gap)
    kit.draft.card(band, ground)
    if ground == c.card:
        kit.draft.frame(band, c.rule, kit.px(0.7))
    inner = inset(band, kit.px(8), kit.px(5))
    side = min(kit.px(30), inner.h, inner.w // 5)
    left, right = columns(inner, side, Share(), gap=kit.px(7))
    kit.draft.icon(at(left, side, side), icon, on)
    large = kit.sizes.title * (1.5 if rest is not None else 1.2)
    other = kit.other(title)
    if other:
        upper, lower = rows(right, Share(0.58), Share(0.42), gap=kit.px(1))
        kit.text(upper, kit.of(title), on, cap=large, bold=True, lines=5, valign="bottom")
        kit.text(lower, other, on, cap=kit.sizes.body, lines=5, valign="top",
                 floor=kit.sizes.floor * 0.75)  # fmt: skip
    else:
        kit.text(right, kit.of(title), on, cap=large, bold=True, lines=5)
    if rest is None or do is None:
        return
    second = kit.other(do)
    if not second:
        kit.text(rest, kit.of(do), cap=kit.sizes.title, lines=6, align="center")
        return
    upper, lower = rows(rest, Share(0.55), Share(0.45), gap=kit.gap)
    kit.text(upper, kit.of(do), cap=kit.sizes.title, bold=True, lines=5, align="center")
    kit.text(lower, second, c.quiet, cap=kit.sizes.body, lines=5, align="center",
             floor=kit.sizes.floor * 0.75)  # fmt: skip
