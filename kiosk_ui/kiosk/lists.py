"""Lists of the kiosk's pages: cells in leaves, paragraphs in leaves, lines with an icon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kiosk_ui.kiosk.kit import Kit
from kiosk_ui.layout import Share, columns, rows
from kiosk_ui.ops import Colour, Rect

__all__ = ["Leaf", "bullets", "leaves", "pager", "paragraphs"]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A part of a list: places for what is from ``first`` on; the leaf ``number`` of ``count``."""

    cells: tuple[Rect, ...]
    first: int
    number: int
    count: int
    pager: Rect | None


def leaves(
    kit: Kit, rect: Rect, count: int, least_mm: tuple[float, float], *, leaf: int = 0,
    most_mm: float = 0.0, across: int = 0,
) -> Leaf:  # fmt: skip
    """Divide ``rect`` into cells for ``count`` things, and into leaves where they do not fit.

    A cell is at least ``least_mm`` wide and high and at most ``most_mm`` high.
    """
    wide, high = kit.px(least_mm[0]), kit.px(least_mm[1])
    across = across or max((rect.w + kit.gap) // (wide + kit.gap), 1)
    down = max((rect.h + kit.gap) // (high + kit.gap), 1)
    pager = None
    if count > across * down:
        rect, pager = rows(rect, Share(), kit.touch, gap=kit.gap)
        down = max((rect.h + kit.gap) // (high + kit.gap), 1)
    per = across * down
    many = max(-(-count // per), 1)
    number = min(leaf, many - 1)
    here = min(per, count - number * per)
    if many == 1:
        # Fewer than there is room for: the cells are as large as that leaves them.
        across = min(across, max(count, 1))
        down = -(-max(count, 1) // across)
    side = (rect.h - kit.gap * (down - 1)) // down
    if most_mm:
        side = min(side, kit.px(most_mm))
    cells = [
        cell
        for n in range(down)
        for cell in columns(
            Rect(rect.x, rect.y + n * (side + kit.gap), rect.w, side),
            *[Share()] * across, gap=kit.gap,
        )
    ]  # fmt: skip
    return Leaf(tuple(cells[: max(here, 0)]), number * per, number, many, pager)


def pager(kit: Kit, leaf: Leaf) -> None:
    """Draw the row that turns a list's leaves."""
    if leaf.pager is None or leaf.count < 2:
        return
    before, middle, after = columns(leaf.pager, Share(), Share(0.6), Share(), gap=kit.gap)
    if leaf.number > 0:
        kit.button(f"leaf:{leaf.number - 1}", before, kit.words("kiosk.before"), "before")
    kit.text(
        middle, f"{leaf.number + 1} / {leaf.count}", kit.colours.quiet, cap=kit.sizes.small,
        align="center",
    )  # fmt: skip
    if leaf.number < leaf.count - 1:
        kit.button(f"leaf:{leaf.number + 1}", after, kit.words("kiosk.next"), "next")


def paragraphs(
    kit: Kit, rect: Rect, texts: Sequence[str], *, cap: float | None = None, leaf: int = 0,
    colour: Colour | None = None,
) -> None:  # fmt: skip
    """Draw texts below each other, in lines; what does not fit is on further leaves."""
    cap = kit.sizes.body if cap is None else cap
    if not _all_fit(kit, rect, texts, cap):
        cap = kit.sizes.small
    between = kit.line(cap) // 3
    heights = [kit.height(text, rect.w, cap=cap) for text in texts]
    place, below = rect, Rect(rect.x, rect.bottom, rect.w, 0)
    if sum(heights) + between * (len(texts) - 1) > rect.h:
        place, below = rows(rect, Share(), kit.touch, gap=kit.gap)
    parts = list[list[int]]([[]])
    used = 0
    for n, high in enumerate(heights):
        if parts[-1] and used + high > place.h:
            parts.append([])
            used = 0
        parts[-1].append(n)
        used += high + between
    number, y = min(leaf, len(parts) - 1), place.y
    for n in parts[number]:
        high = min(heights[n], place.bottom - y)
        kit.text(Rect(place.x, y, place.w, high), texts[n], colour, cap=cap, valign="top", lines=12)
        y += heights[n] + between
    if len(parts) > 1:
        pager(kit, Leaf((), 0, number, len(parts), below))


def bullets(
    kit: Kit, rect: Rect, lines: Sequence[tuple[str, str]], colour: Colour, *, cap: float = 0.0
) -> None:
    """Draw icons with a text each, below each other; smaller where there is little room.

    ``cap`` is the height of capitals where there is room for it; else the theme's body.
    """
    side, between = kit.px(12), kit.px(4)
    wide = rect.w - side - between
    highs, fitting = list[int](), 0.0
    for fitting in (cap or kit.sizes.body, kit.sizes.body, kit.sizes.floor):
        highs = [max(kit.height(text, wide, cap=fitting), side) for _, text in lines]
        if sum(highs) + kit.gap * (len(lines) - 1) <= rect.h:
            break
    left = rect.h - sum(highs)
    gap = min(max(left // max(len(lines) - 1, 1), 0), kit.px(12))
    y = rect.y
    for high, (icon, text) in zip(highs, lines, strict=True):
        high = min(high, rect.bottom - y)  # noqa: PLW2901 - the last has what is left
        kit.draft.icon(Rect(rect.x, y + (high - min(side, high)) // 2, side, min(side, high)),
                        icon, colour)  # fmt: skip
        place = Rect(rect.x + side + between, y, wide, high)
        kit.text(place, text, colour, cap=fitting, lines=6)
        y += high + gap


def _all_fit(kit: Kit, rect: Rect, texts: Sequence[str], cap: float) -> bool:
    high = sum(kit.height(text, rect.w, cap=cap) for text in texts)
    return high + kit.line(cap) // 3 * (len(texts) - 1) <= rect.h
