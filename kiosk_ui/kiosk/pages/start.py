"""The start: the hall at a glance, and what people come for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from kiosk_ui.kiosk.kit import Kit
from kiosk_ui.kiosk.lists import leaves, pager
from kiosk_ui.kiosk.model import Category, Facts, KioskModel, Page, Step
from kiosk_ui.kiosk.pages.item import take
from kiosk_ui.kiosk.pages.items import Items
from kiosk_ui.kiosk.pages.searching import Search
from kiosk_ui.layout import Share, at, columns, inset, rows
from kiosk_ui.ops import Rect
from kiosk_ui.words import Words

__all__ = ["Start"]


@dataclass(frozen=True)
class Start(Page):
    """Categories, or one large button where all have one number without choosing."""

    leaf: int = 0
    calm: ClassVar[bool] = True

    def key(self) -> object:
        """Return what makes it another page."""
        return type(self)

    def draw(self, kit: Kit) -> None:
        """Draw the page."""
        facts = kit.model.facts or Facts()
        words, c = kit.words, kit.colours
        one = facts.choose == "one"
        body = kit.frame(
            words("kiosk.start.one" if one else "kiosk.start"), note=_glance(kit, facts)
        )
        notes = _notes(kit, facts)
        if notes:
            indent = kit.px(12)
            highs = [
                max(kit.height(text, body.w - indent, cap=kit.sizes.small), kit.px(10))
                for _, text, _ in notes
            ]
            body, below = rows(body, Share(), sum(highs), gap=kit.gap // 2)
            for place, (icon, text, colour) in zip(rows(below, *highs), notes, strict=True):
                left, right = columns(place, kit.px(9), Share(), gap=kit.px(3))
                kit.draft.icon(at(left, kit.px(9), min(kit.px(9), place.h)), icon, colour)
                kit.text(right, text, colour, cap=kit.sizes.small, lines=3)
        if one:
            _one(kit, body)
            return
        tiles: list[Category | None] = [*kit.model.categories]
        leaf = leaves(
            kit, body, len(tiles) + 1, (100, 40) if not kit.elder else (118, 46), leaf=self.leaf,
            across=_across(kit, len(tiles) + 1), most_mm=95,
        )  # fmt: skip
        # The search comes last; on the first leaf where there are several.
        tiles.insert(len(tiles) if leaf.count == 1 else 0, None)
        for place, tile in zip(leaf.cells, tiles[leaf.first :], strict=False):
            if tile is not None:
                _tile(kit, place, tile)
            else:
                kit.surface("search", place, words("kiosk.search"), c.button, c.on_button)
                _tile_words(kit, place, "search", words("kiosk.search"), words("kiosk.search.how"),
                            c.on_button)  # fmt: skip
        pager(kit, leaf)

    def press(self, model: KioskModel, id: str, token: str) -> Step:  # noqa: A002
        """Go to a category, to the search, or take a ticket."""
        kind, _, what = id.partition(":")
        if kind == "category":
            return model.to(Items(what)), ()
        if kind == "search":
            return model.to(Search()), ()
        if kind == "leaf":
            return replace(model, page=replace(self, leaf=int(what))), ()
        if kind == "take" and model.facts is not None and model.facts.item:
            return take(model, model.facts.item, token)
        return model, ()

    def say(self, model: KioskModel, words: Words) -> str:
        """Speak the page."""
        facts = model.facts or Facts()
        if model.alone:
            return words("kiosk.alone")
        if facts.choose == "one":
            return words("kiosk.say.start_one", waiting=facts.waiting)
        names = words("kiosk.say.and").join(
            one.name.in_language(words.language) for one in model.categories
        )
        return words("kiosk.say.start", waiting=facts.waiting, names=names)


def _across(kit: Kit, count: int) -> int:
    """Return how many tiles stand beside each other: an even picture, if there is room for it."""
    if kit.upright:
        return 2
    least = kit.px(118 if kit.elder else 100)
    room = max((kit.body.w + kit.gap) // (least + kit.gap), 1)
    return min(room, 4 if count > 6 else 3)


def _glance(kit: Kit, facts: Facts) -> str:
    if kit.model.alone:
        # Who was called meanwhile is not known here.
        return ""
    if facts.waiting == 0:
        return kit.words("kiosk.nobody")
    parts = [kit.words("kiosk.waiting", count=facts.waiting)]
    if facts.wait_min:
        parts.append(kit.wait(facts.wait_min))
    return kit.words("kiosk.between").join(parts)


def _notes(kit: Kit, facts: Facts) -> list[tuple[str, str, tuple[int, int, int]]]:
    """Return what is to be known beside the choice: an icon, a text, its colour."""
    words, c = kit.words, kit.colours
    found = []
    if kit.model.alone:
        found.append(("ticket", words("kiosk.alone"), c.on_ground))
    if facts.paper == "low":
        found.append(("paper", words("kiosk.paper_low"), c.on_ground))
    if kit.model.paperless:
        found.append(("phone", words("kiosk.paperless"), c.on_ground))
    if facts.last_min is not None:
        found.append(("clock", words("kiosk.last_soon", minutes=facts.last_min), c.on_ground))
    if facts.required and not kit.model.there:
        found.append(("card", words("kiosk.card.required"), c.on_ground))
    elif kit.model.there:
        found.append(("card", words("kiosk.card.there"), c.on_ground))
    elif facts.reader or facts.scanner:
        both = "kiosk.card.both" if facts.reader and facts.scanner else "kiosk.card.card"
        found.append(("card", words(both if facts.reader else "kiosk.card.code"), c.quiet))
    return found[:3]


def _tile(kit: Kit, rect: Rect, category: Category) -> None:
    c = kit.colours
    name = kit.of(category.name)
    kit.surface(f"category:{category.id}", rect, name, c.card, c.on_card)
    if kit.model.alone:
        below = ""
    elif category.waiting:
        parts = [kit.words("kiosk.people", count=category.waiting), kit.wait(category.wait_min)]
        below = kit.words("kiosk.between").join(parts)
    else:
        below = kit.wait(0 if category.wait_min is not None else None)
    _tile_words(kit, rect, category.icon, name, below, c.on_card)


def _tile_words(
    kit: Kit, rect: Rect, icon: str, name: str, below: str, on: tuple[int, int, int]
) -> None:
    inner = inset(rect, kit.px(4), kit.px(3.5))
    floor, small = kit.sizes.floor, kit.sizes.small
    # The words come first: the icon, then the wait give way where there is no room for all.
    side = kit.px(22)
    names = kit.height(name, inner.w, cap=floor, bold=True)
    belows = kit.height(below, inner.w, cap=floor)
    if inner.h >= names + belows + side + kit.px(4):
        middle_high = max(names, min(kit.line() * 2, inner.h - belows - side - kit.px(3)))
        above, middle, last = rows(inner, Share(), middle_high, belows)
        side = min(kit.px(26), above.h)
        kit.draft.icon(at(above, side, side), icon, on)
        kit.text(middle, name, on, bold=True, align="center", lines=3)
        kit.text(last, below, on, cap=small, align="center", lines=2)
        return
    for side in (kit.px(18), kit.px(13), 0):
        right = columns(inner, side, Share(), gap=kit.px(3) if side else 0)[1]
        names = kit.height(name, right.w, cap=floor, bold=True)
        belows = kit.height(below, right.w, cap=floor)
        if names + belows <= right.h:
            break
    else:
        side = min(kit.px(13), inner.w // 6)
        right = columns(inner, side, Share(), gap=kit.px(3))[1]
        names, belows = right.h, 0
    if side:
        kit.draft.icon(Rect(inner.x, inner.y + (inner.h - side) // 2, side, side), icon, on)
    upper, lower = rows(right, Share(), belows)
    least = floor if belows else floor * 0.8
    kit.text(upper, name, on, bold=True, lines=4, floor=least)
    if belows:
        kit.text(lower, below, on, cap=small, lines=3)


def _one(kit: Kit, body: Rect) -> None:
    """Draw the hall's one button, and the way to what each item needs."""
    words, c = kit.words, kit.colours
    large, small = rows(body, Share(), max(kit.touch, kit.px(24)), gap=kit.gap * 2)
    place = at(large, min(large.w, kit.px(300)), min(large.h, kit.px(150)))
    kit.surface("take", place, words("kiosk.take"), c.accent, c.on_accent)
    inner = inset(place, kit.px(8), kit.px(6))
    above, below = rows(inner, Share(0.45), Share(0.55))
    kit.draft.icon(at(above, above.h, above.h), "ticket", c.on_accent)
    kit.text(below, words("kiosk.take"), c.on_accent, cap=26, floor=14, bold=True, align="center")
    kit.button("search", at(small, min(small.w, kit.px(300)), small.h),
               words("kiosk.search.papers"), "search", quiet=True)  # fmt: skip
