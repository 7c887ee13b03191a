"""One item: what to bring, where else it can be done, how long it takes; then the ticket."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kiosk_ui.kiosk.kit import Kit
from kiosk_ui.kiosk.lists import bullets, paragraphs
from kiosk_ui.kiosk.model import Facts, Item, KioskModel, Page, Step
from kiosk_ui.kiosk.pages.taking import Taking, taken_as
from kiosk_ui.kiosk.saying import sentences
from kiosk_ui.layout import Share, columns, inset, rows
from kiosk_ui.messages import Ask, Command, Request
from kiosk_ui.ops import Rect
from kiosk_ui.words import Words

__all__ = ["ItemPage", "look_at", "take"]


def look_at(item: str) -> Sequence[Request]:
    """Return the question how an item stands now."""
    return (Ask("item", "item.show", {"item": item}),)


def take(model: KioskModel, item: str, token: str) -> Step:
    """Take a ticket: the command counts once, however often it is sent."""
    params = {"item": item, "origin": model.kiosk}
    command = Command(taken_as(token), "ticket.take", token, params)
    return replace(model.to(Taking(item)), token=token), (command,)


@dataclass(frozen=True)
class ItemPage(Page):
    """An item before a ticket is taken for it."""

    item: str
    leaf: int = 0

    def key(self) -> object:
        """Return what makes it another page."""
        return (type(self), self.item)

    def draw(self, kit: Kit) -> None:
        """Draw the page."""
        item = kit.model.item(self.item)
        if item is None:
            kit.frame(kit.words("kiosk.item.gone"))
            return
        body = kit.frame()
        other = kit.other(item.name) if not kit.elder else ""
        high = round(kit.height(kit.of(item.name), body.w, cap=kit.sizes.title, bold=True))
        below = kit.line(kit.sizes.small) if other and kit.upright else 0
        head, body = rows(body, min(high, body.h // 4) + below, Share(), gap=kit.gap)
        title, second = rows(head, Share(), below)
        kit.text(title, kit.of(item.name), cap=kit.sizes.title, bold=True, lines=2)
        if below:
            kit.text(second, other, kit.colours.quiet, cap=kit.sizes.small, lines=1,
                     floor=kit.sizes.floor * 0.6)  # fmt: skip
        if kit.upright:
            papers, beside = rows(body, Share(0.5), Share(0.5), gap=kit.gap)
        else:
            papers, beside = columns(body, Share(0.54), Share(0.46), gap=kit.gap * 2)
        self._papers(kit, papers, item)
        self._beside(kit, beside, item)

    def _papers(self, kit: Kit, rect: Rect, item: Item) -> None:
        words, c = kit.words, kit.colours
        kit.draft.sheet(rect)
        inner = inset(rect, kit.px(6), kit.px(4))
        head, rest = rows(inner, kit.line(kit.sizes.body), Share(), gap=kit.gap // 2)
        kit.text(head, words("kiosk.papers"), c.on_card, bold=True)
        if not item.papers:
            kit.text(rest, words("kiosk.papers.none"), c.on_card, valign="top", lines=3)
            return
        texts = [f"{n}. {kit.of(paper)}" for n, paper in enumerate(item.papers, 1)]
        paragraphs(kit, rest, texts, colour=c.on_card, leaf=self.leaf)

    def _beside(self, kit: Kit, rect: Rect, item: Item) -> None:
        words, c, facts = kit.words, kit.colours, kit.model.facts or Facts()
        refused = _refused(kit, item, facts)
        button_high = max(kit.touch * 3 // 2, kit.px(30))
        rest, button = rows(rect, Share(), button_high, gap=kit.gap)
        lines: list[tuple[str, str]] = []
        if item.elsewhere:
            lines.append((item.elsewhere[0], words(f"kiosk.elsewhere.{'_'.join(item.elsewhere)}")))
        if refused is None:
            lines.append(("people", _glance(kit, item)))
        else:
            lines.insert(0, ("warning", refused))
        bullets(kit, rest, lines, c.on_ground)
        if refused is None:
            kit.button("take", button, words("kiosk.take"), "ticket", main=True,
                       cap=kit.sizes.title)  # fmt: skip
        else:
            kit.button("home", button, words("kiosk.other"), "home")

    def press(self, model: KioskModel, id: str, token: str) -> Step:  # noqa: A002
        """Take the ticket."""
        kind, _, what = id.partition(":")
        if kind == "leaf":
            return replace(model, page=replace(self, leaf=int(what))), ()
        if kind == "take":
            facts = model.facts
            one = facts.item if facts is not None and facts.choose == "one" else None
            return take(model, one or self.item, token)
        return model, ()

    def say(self, model: KioskModel, words: Words) -> str:
        """Speak the page: papers and where else, before the ticket."""
        item = model.item(self.item)
        if item is None:
            return words("kiosk.item.gone")
        language = words.language
        parts = [item.name.in_language(language)]
        if item.papers:
            papers = words("kiosk.say.and").join(one.in_language(language) for one in item.papers)
            parts.append(words("kiosk.say.papers", papers=papers))
        if item.elsewhere:
            parts.append(words(f"kiosk.elsewhere.{'_'.join(item.elsewhere)}"))
        parts.append(words("kiosk.say.take"))
        return sentences(words, *parts)


def _refused(kit: Kit, item: Item, facts: Facts) -> str | None:
    if item.refused is not None:
        return kit.of(item.refused.both)
    if item.id in facts.full:
        return kit.words("kiosk.item.full_long")
    return None


def _glance(kit: Kit, item: Item) -> str:
    if item.ahead == 0 and item.wait_min == 0:
        return kit.words("kiosk.item.at_once")
    return kit.words("kiosk.item.ahead", count=item.ahead, wait=kit.wait(item.wait_min))
