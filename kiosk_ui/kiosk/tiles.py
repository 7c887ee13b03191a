"""Items as things to touch."""

from __future__ import annotations

from collections.abc import Sequence

from kiosk_ui.kiosk.kit import Kit
from kiosk_ui.kiosk.model import Item
from kiosk_ui.layout import Share, at, columns, inset
from kiosk_ui.ops import Rect

__all__ = ["item_height", "item_tile"]


def item_height(kit: Kit, items: Sequence[Item], wide: int) -> float:
    """Return how high a tile must be for the longest of these names, in mm."""
    inner = wide - 2 * kit.px(4) - 2 * kit.px(11)
    longest = sorted((_label(kit, one) for one in items), key=len)[-4:]
    high = max((kit.height(text, inner, cap=kit.sizes.floor) for text in longest), default=0)
    return max((high + 2 * kit.px(2)) / kit.px(1000) * 1000, kit.sizes.touch * 1.3)


def item_tile(kit: Kit, rect: Rect, item: Item) -> None:
    """Draw an item as something to touch: its name, and where else it can be done."""
    c = kit.colours
    full = _full(kit, item)
    name = kit.of(item.name)
    kit.surface(f"item:{item.id}", rect, name, c.card, c.on_card)
    inner = inset(rect, kit.px(4), kit.px(1.5))
    icons = [one for one in ("terminal", "online") if one in item.elsewhere]
    side = min(kit.px(9), inner.h)
    parts = columns(inner, Share(), *[side] * len(icons), gap=kit.px(2))
    for place, icon in zip(parts[1:], icons, strict=True):
        kit.draft.icon(at(place, side, side), icon, c.quiet)
    kit.text(parts[0], _label(kit, item), c.quiet if full else c.on_card, lines=4)


def _full(kit: Kit, item: Item) -> bool:
    facts = kit.model.facts
    return facts is not None and item.id in facts.full


def _label(kit: Kit, item: Item) -> str:
    name = kit.of(item.name)
    return kit.words("kiosk.item.full", name=name) if _full(kit, item) else name
