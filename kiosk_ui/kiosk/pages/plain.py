"""A page of one message: what is the matter and what to do now, in both languages."""

from __future__ import annotations

from typing import Literal

from kiosk_ui.both import Both
from kiosk_ui.kiosk.kit import Kit
from kiosk_ui.layout import Share, at, columns, inset, rows
from kiosk_ui.ops import Colour, Rect

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
    if rest is None:
        _alone(kit, inner, icon, title, on)
        return
    side = min(kit.px(30), inner.h, inner.w // 5)
    left, right = columns(inner, side, Share(), gap=kit.px(7))
    kit.draft.icon(at(left, side, side), icon, on)
    _both(kit, right, title, on, kit.sizes.title * 1.5, "left")
    if do is None:
        return
    second = kit.other(do)
    if not second:
        kit.text(rest, kit.of(do), cap=kit.sizes.title, lines=6, align="center")
        return
    upper, lower = rows(rest, Share(0.55), Share(0.45), gap=kit.gap)
    kit.text(upper, kit.of(do), cap=kit.sizes.title, bold=True, lines=5, align="center")
    kit.text(lower, second, c.quiet, cap=kit.sizes.body, lines=5, align="center",
             floor=kit.sizes.floor * 0.75)  # fmt: skip


def _alone(kit: Kit, rect: Rect, icon: str, text: Both, on: Colour) -> None:
    """Draw a message that is all there is on the page: its icon above, all in the middle."""
    side = min(kit.px(34), rect.h // 4)
    above, below = rows(rect, Share(0.36), Share(0.64), gap=kit.gap)
    kit.draft.icon(at(above, side, side, down=0.9), icon, on)
    _both(kit, below, text, on, kit.sizes.title * 1.2, "center")


def _both(
    kit: Kit, rect: Rect, text: Both, on: Colour, cap: float, align: Literal["left", "center"]
) -> None:
    """Draw a text in both languages, the person's own above and larger."""
    other = kit.other(text)
    if not other:
        kit.text(rect, kit.of(text), on, cap=cap, bold=True, lines=5, align=align)
        return
    upper, lower = rows(rect, Share(0.56), Share(0.44), gap=kit.px(2))
    kit.text(upper, kit.of(text), on, cap=cap, bold=True, lines=5, valign="bottom", align=align)
    kit.text(lower, other, on, cap=kit.sizes.body, lines=5, valign="top", align=align,
             floor=kit.sizes.floor * 0.75)  # fmt: skip
