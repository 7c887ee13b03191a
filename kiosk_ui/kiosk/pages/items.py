"""The items of a category."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kiosk_ui.both import Both
from kiosk_ui.kiosk.kit import Kit
from kiosk_ui.kiosk.lists import leaves, pager
from kiosk_ui.kiosk.model import KioskModel, Page, Step
from kiosk_ui.kiosk.pages.item import ItemPage, look_at
from kiosk_ui.kiosk.pages.searching import Search
from kiosk_ui.kiosk.tiles import item_height, item_tile
from kiosk_ui.layout import Share, rows
from kiosk_ui.words import Words

__all__ = ["Items"]


@dataclass(frozen=True)
class Items(Page):
    """All items of one category, in leaves."""

    category: str
    leaf: int = 0

    def key(self) -> object:
        """Return what makes it another page."""
        return (type(self), self.category)

    def draw(self, kit: Kit) -> None:
        """Draw the page."""
        model, words = kit.model, kit.words
        category = model.category(self.category)
        items = [one for one in model.items.values() if one.category == self.category]
        body = kit.frame(kit.of(category.name) if category is not None else "")
        if len(items) > 12:
            # A long list is searched rather than turned.
            above, body = rows(body, kit.touch, Share(), gap=kit.gap)
            kit.button("search", above, words("kiosk.search.long", count=len(items)), "search")
        across = 1 if kit.upright else 2
        wide = (body.w - kit.gap * (across - 1)) // across
        least = (100.0, item_height(kit, items, wide))
        leaf = leaves(
            kit, body, len(items), least, leaf=self.leaf, most_mm=max(55.0, least[1]), across=across
        )
        for place, item in zip(leaf.cells, items[leaf.first :], strict=False):
            item_tile(kit, place, item)
        pager(kit, leaf)

    def press(self, model: KioskModel, id: str, token: str) -> Step:  # noqa: A002
        """Go to an item, or turn the leaf."""
        kind, _, what = id.partition(":")
        if kind == "leaf":
            return replace(model, page=replace(self, leaf=int(what))), ()
        if kind == "search":
            return model.to(Search()), ()
        if kind == "item" and what in model.items:
            return model.to(ItemPage(what)), look_at(what)
        return model, ()

    def say(self, model: KioskModel, words: Words) -> str:
        """Speak the page."""
        category = model.category(self.category)
        name = category.name if category is not None else Both()
        return words("kiosk.say.items", name=name.in_language(words.language))
