"""Searching the items: letters and digits, Chinese words as keys, what was found beside them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kiosk_ui.kiosk.kit import Kit
from kiosk_ui.kiosk.lists import leaves, pager
from kiosk_ui.kiosk.model import KioskModel, Page, Step
from kiosk_ui.kiosk.pages.item import ItemPage, look_at
from kiosk_ui.kiosk.tiles import item_height, item_tile
from kiosk_ui.layout import Share, columns, inset, rows
from kiosk_ui.ops import Rect
from kiosk_ui.words import Words

__all__ = ["Search"]

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS = "1234567890"
_MOST = 24


@dataclass(frozen=True)
class Search(Page):
    """``query`` is what was typed; ``digits``: the keys show digits."""

    query: str = ""
    leaf: int = 0
    digits: bool = False

    def key(self) -> object:
        """Return what makes it another page."""
        return type(self)

    def draw(self, kit: Kit) -> None:
        """Draw the page."""
        body = kit.frame()
        if kit.upright:
            keys = _keys_height(kit, body.w)
            found, below = rows(body, Share(), keys + kit.touch * 2 + kit.gap * 2, gap=kit.gap)
            self._found(kit, found)
            self._typing(kit, below)
            return
        left, right = columns(body, Share(0.52), Share(0.48), gap=kit.gap * 2)
        self._typing(kit, left)
        self._found(kit, right)

    def _typing(self, kit: Kit, rect: Rect) -> None:
        words, c = kit.words, kit.colours
        keys = _keys_height(kit, rect.w)
        field, chinese, board = rows(rect, kit.touch, Share(), min(keys, rect.h), gap=kit.gap)
        box, erase = columns(field, Share(), kit.touch * 5 // 4, gap=kit.gap)
        kit.draft.card(box, c.card)
        kit.draft.frame(box, c.rule, kit.px(0.7))
        inner = inset(box, kit.px(4), kit.px(1))
        if self.query:
            kit.text(inner, self.query.upper(), c.on_card, cap=kit.sizes.title, bold=True)
        else:
            kit.text(inner, words("kiosk.search.hint"), c.quiet, cap=kit.sizes.small, lines=2)
        kit.button("erase", erase, words("kiosk.search.erase"), "erase", quiet=True)
        self._offered(kit, chinese)
        held = kit.held if kit.held is not None and kit.held.startswith(("key:", "switch")) else ""
        kit.draft.once(
            ("board", board, self.digits, held, kit.scale), lambda: self._board(kit, board)
        )

    def _offered(self, kit: Kit, rect: Rect) -> None:
        """Draw the Chinese words that may be meant as keys."""
        if not kit.look.chinese:
            return
        draft, x, y = kit.draft, rect.x, rect.y
        down = (rect.h + kit.gap) // (kit.touch + kit.gap)
        for word in kit.model.catalogue.offered(self.query, 16 if down else 0):
            wide = max(draft.width_of(word, kit.cap(kit.sizes.small)) + kit.px(8), kit.touch)
            if x + wide > rect.right:
                x, y = rect.x, y + kit.touch + kit.gap
            if y + kit.touch > rect.bottom or wide > rect.w:
                break
            kit.button(f"word:{word}", Rect(x, y, wide, kit.touch), word, quiet=True)
            x += wide + kit.gap

    def _board(self, kit: Kit, rect: Rect) -> None:
        keys = list(_DIGITS if self.digits else _LETTERS)
        lines = _lines(kit, rect.w)
        across = -(-(len(keys) + 1) // lines) if self.digits else _across(kit, rect.w)
        switch = "ABC" if self.digits else "123"
        each = (rect.h - kit.gap * (lines - 1)) // lines
        for n in range(lines):
            line = Rect(rect.x, rect.y + n * (each + kit.gap), rect.w, each)
            cells = columns(line, *[Share()] * across, gap=kit.gap)
            for m, cell in enumerate(cells):
                place = n * across + m
                if place < len(keys):
                    kit.button(f"key:{keys[place]}", cell, keys[place], quiet=True,
                               cap=kit.sizes.body)  # fmt: skip
                elif n == lines - 1 and m == across - 1:
                    kit.button("switch", cell, switch, cap=kit.sizes.small * 0.8)

    def _found(self, kit: Kit, rect: Rect) -> None:
        words, c = kit.words, kit.colours
        found = kit.model.catalogue.find(self.query)
        if not found:
            text = words("kiosk.search.nothing" if self.query else "kiosk.search.start")
            kit.text(rect, text, c.quiet, align="center", lines=6)
            return
        head, list_ = rows(rect, kit.line(kit.sizes.small), Share(), gap=kit.gap // 2)
        kit.text(head, words("kiosk.search.found", count=len(found)), c.quiet,
                 cap=kit.sizes.small)  # fmt: skip
        items = [item for id_ in found if (item := kit.model.item(id_)) is not None]
        least = (60.0, item_height(kit, items, rect.w))
        leaf = leaves(
            kit, list_, len(items), least, leaf=self.leaf, across=1, most_mm=max(40.0, least[1])
        )
        for place, item in zip(leaf.cells, items[leaf.first :], strict=False):
            item_tile(kit, place, item)
        pager(kit, leaf)

    def press(self, model: KioskModel, id: str, token: str) -> Step:  # noqa: A002
        """Take a key, a word, an item."""
        kind, _, what = id.partition(":")
        match kind:
            case "key" if len(self.query) < _MOST:
                return _typed(model, self, self.query + what.lower()), ()
            case "word":
                # The letters at the end were only the way to it.
                stem = self.query.rstrip("abcdefghijklmnopqrstuvwxyz")
                return _typed(model, self, (stem + what)[:_MOST]), ()
            case "erase":
                return _typed(model, self, self.query[:-1]), ()
            case "switch":
                return replace(model, page=replace(self, digits=not self.digits)), ()
            case "leaf":
                return replace(model, page=replace(self, leaf=int(what))), ()
            case "item" if what in model.items:
                return model.to(ItemPage(what)), look_at(what)
        return model, ()

    def say(self, model: KioskModel, words: Words) -> str:
        """Speak the page, once: not with every key."""
        found = len(model.catalogue.find(self.query))
        if not self.query:
            return words("kiosk.say.search")
        return words("kiosk.say.found", count=found)


def _typed(model: KioskModel, page: Search, query: str) -> KioskModel:
    return replace(model, page=replace(page, query=query, leaf=0))


def _across(kit: Kit, width: int) -> int:
    return min(max((width + kit.gap) // (kit.touch + kit.gap), 1), 10)


def _lines(kit: Kit, width: int) -> int:
    return -(-(len(_LETTERS) + 1) // _across(kit, width))


def _keys_height(kit: Kit, width: int) -> int:
    lines = _lines(kit, width)
    return lines * kit.touch + (lines - 1) * kit.gap
