"""What the kiosk's pages are drawn with: the frame around each, buttons, tiles, lists in leaves.

Sizes are the theme's millimetres of the real panel: people stand 60 cm before it, whatever it is.
On panels of more than 21.5 inches everything grows a little with them. Below 19 inches there is no
room for letters and buttons of the size that they should have: everything shrinks in proportion.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from kiosk_ui.both import Both
from kiosk_ui.draft import Draft
from kiosk_ui.fonts import INSTALL
from kiosk_ui.kiosk.model import KioskModel
from kiosk_ui.layout import Share, at, columns, inset, rows
from kiosk_ui.look import Look
from kiosk_ui.ops import Colour, Rect
from kiosk_ui.text import LEADING, height_of, wrap
from kiosk_ui.theme import load_theme

__all__ = ["REACH_MM", "Kit", "mixed"]

#: What somebody in a wheelchair reaches (ADA 2010, 308.2.1; GB 50763 has 1,200 for most controls).
REACH_MM = 1220.0
#: The narrow side of a 21.5 inch panel.
_USUAL_MM = 268.0
#: A panel may be narrower by so much before everything shrinks.
_SMALL_MM = 240.0
_LEAST_SCALE, _MOST_SCALE = 0.4, 1.6
#: Words that are longer than planned get smaller than they should be before they are cut.
_LAST_RESORT = 0.4
#: How far the colour of something that is held goes towards that of its text.
_HELD = 0.28


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """Return a colour between two."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


class Kit:
    """A page's pencils. ``body`` is what is left for the page once ``frame`` was drawn."""

    def __init__(self, model: KioskModel, look: Look) -> None:
        choices = model.choices
        theme = load_theme(choices.theme) if choices.theme else look.theme
        self.model = model
        own = replace(look, theme=theme)
        self.look = own.in_language(choices.language) if choices.language else own
        width, height = look.panel.size_mm
        short = min(width, height)
        grown = max(short / _USUAL_MM, 1.0) if short >= _SMALL_MM else short / _USUAL_MM
        # What is within low reach is a part of the panel: there nothing grows.
        most = 1.0 if choices.low else _MOST_SCALE
        self.scale = min(max(grown, _LEAST_SCALE), most)
        self.draft = Draft(self.look)
        self.words = self.look.words
        self.colours = theme.colours
        self.sizes = theme.sizes
        self.upright = height > width
        self.body = self.draft.rect
        self.elder = theme.name == "elder"

    # ---- measures and words

    def px(self, mm: float) -> int:
        """Return millimetres in pixels, a little more on larger panels."""
        return self.draft.px(mm * self.scale)

    @property
    def gap(self) -> int:
        """Between two things to touch."""
        return self.px(self.sizes.gap)

    @property
    def touch(self) -> int:
        """As high as something to touch must be."""
        return self.px(self.sizes.touch)

    def cap(self, mm: float) -> float:
        """Return a height of capitals in mm, a little more on larger panels."""
        return mm * self.scale

    def of(self, text: Both) -> str:
        """Return a text of the hall in the person's language."""
        return text.in_language("zh" if self.words.language == "zh" else "en")

    def other(self, text: Both) -> str:
        """Return it in the other language; empty when it is the same, or cannot be drawn."""
        if not self.look.chinese:
            return ""
        found = text.in_language(self.look.second.language)
        return "" if found == self.of(text) else found

    def key(self, name: str, **fill: object) -> Both:
        """Return a message in both languages."""
        first, second = self.look.words, self.look.second
        said = {first.language: first(name, **fill), second.language: second(name, **fill)}
        return Both(said.get("zh", "") if self.look.chinese else "", said["en"])

    def wait(self, minutes: int | None) -> str:
        """Return a wait in words."""
        if minutes is None:
            return self.words("kiosk.wait.unknown")
        if minutes == 0:
            return self.words("kiosk.wait.none")
        return self.words("kiosk.wait.about", minutes=minutes)

    # ---- text

    def text(
        self, rect: Rect, text: str, colour: Colour | None = None, *, cap: float | None = None,
        floor: float | None = None, bold: bool = False,
        align: Literal["left", "center", "right"] = "left",
        valign: Literal["top", "middle", "bottom"] = "middle", lines: int = 1,
    ) -> Rect:  # fmt: skip
        """Place a text; ``cap`` and ``floor`` in mm, the theme's body and floor without them."""
        wanted = self.cap(self.sizes.body if cap is None else cap)
        least = min(wanted, self.cap(self.sizes.floor if floor is None else floor))
        return self.draft.text(
            rect, text, colour or self.colours.on_ground, cap=wanted, floor=least,
            last=least * _LAST_RESORT, bold=bold, align=align, valign=valign, lines=lines,
        )  # fmt: skip

    def height(self, text: str, width: int, *, cap: float | None = None, bold: bool = False) -> int:
        """Return how high a text is in lines of this width."""
        size = self.look.size_for(self.cap(self.sizes.body if cap is None else cap))
        return height_of(len(wrap(self.look.faces, text, size, width, bold=bold)), size)

    def line(self, cap: float | None = None) -> int:
        """Return how high one line is, with its leading."""
        return round(
            self.look.size_for(self.cap(self.sizes.body if cap is None else cap)) * LEADING
        )

    # ---- things to touch

    def surface(self, id: str, rect: Rect, label: str, colour: Colour, on: Colour) -> None:  # noqa: A002
        """Draw the ground of something to touch; darker or lighter while a finger is on it."""
        held = self.model.held == id
        self.draft.card(rect, mixed(colour, on, _HELD) if held else colour)
        if colour in {self.colours.ground, self.colours.card}:
            self.draft.frame(rect, self.colours.rule, self.px(0.5))
        self.draft.area(id, rect, label)

    def button(
        self, id: str, rect: Rect, label: str, icon: str = "", *, main: bool = False,  # noqa: A002
        cap: float | None = None, lines: int = 1, quiet: bool = False, short: str = "",
    ) -> None:  # fmt: skip
        """Draw a button; its icon stands alone where the label has no room beside it."""
        c = self.colours
        colour, on = (c.accent, c.on_accent) if main else (c.button, c.on_button)
        if quiet:
            colour, on = c.card, c.on_card
        self.surface(id, rect, label, colour, on)
        inner = inset(rect, min(self.px(2.5), rect.w // 16), self.px(1.5))
        cap = self.sizes.small if cap is None else cap
        if not icon:
            if (
                lines == 1
                and short
                and self.draft.width_of(label, self.cap(cap), bold=True) > inner.w
            ):
                label = short
            self.text(inner, label, on, cap=cap, bold=True, align="center", lines=lines)
            return
        side = min(inner.h, self.px(11 if not main else 15))
        room = inner.w - side - self.px(3)
        wide = self.draft.width_of(label, self.cap(cap), bold=True) if label else 0
        if lines == 1 and wide > room:
            # A label that would be cut is left out: the icon says it, speech too.
            self.draft.icon(at(inner, min(side, inner.w), side), icon, on)
            return
        taken = min(wide, room) + side + self.px(3)
        group = at(inner, taken, inner.h)
        left, right = columns(group, side, Share(), gap=self.px(3))
        self.draft.icon(at(left, side, side), icon, on)
        right = Rect(right.x, right.y, inner.right - right.x, right.h)
        self.text(right, label, on, cap=cap, bold=True, lines=lines)

    # ---- the frame around every page

    def frame(self, title: str = "", *, controls: bool = True, note: str = "") -> Rect:
        """Draw ground, header and controls; return what is left, all of it within reach."""
        draft, c = self.draft, self.colours
        draft.fill(draft.rect, c.ground)
        page = inset(draft.rect, self.px(self.sizes.margin), self.px(self.sizes.margin * 0.8))
        if not self.look.chinese:
            page, foot = rows(page, Share(), self.px(9), gap=self.gap)
            self.text(foot, self.words("fonts.missing", install=INSTALL), c.quiet, floor=1, cap=5)
        top = rows(page, self.px(self.sizes.title * 2), Share())[0]
        rest = Rect(page.x, top.bottom + self.gap, page.w, page.bottom - top.bottom - self.gap)
        if controls:
            rest, foot = rows(rest, Share(), self.touch, gap=self.gap)
            self._controls(foot)
        low = self._reach_top()
        if self.model.choices.low and low > rest.y:
            self._above(Rect(page.x, page.y, page.w, low - page.y - self.gap))
            rest = Rect(rest.x, low, rest.w, max(rest.bottom - low, 0))
        else:
            self._header(top)
        if title or note:
            rest = self._titled(rest, title, note)
        self.body = rest
        return rest

    def _titled(self, rest: Rect, title: str, note: str) -> Rect:
        """Draw a title, and a note beside it or, where there is no room, below; return the rest."""
        draft = self.draft
        beside = draft.width_of(note, self.cap(self.sizes.small)) if note else 0
        wide = draft.width_of(title, self.cap(self.sizes.title), bold=True)
        stacked = bool(title and note) and wide + beside + self.gap > rest.w
        lines = min(-(-wide // rest.w), 2) if rest.w else 1
        high = max(self.px(self.sizes.title * 1.7), self.line(self.sizes.title) * lines)
        if stacked:
            name, more, rest = rows(rest, high, self.line(self.sizes.small), Share())
            self.text(more, note, self.colours.quiet, cap=self.sizes.small)
        else:
            first, rest = rows(rest, high, Share(), gap=self.gap // 2)
            name, more = columns(first, Share(), beside, gap=self.gap)
            self.text(more, note, self.colours.quiet, cap=self.sizes.small, align="right")
        self.text(name, title, cap=self.sizes.title, bold=True, lines=lines)
        return rest

    def _reach_top(self) -> int:
        """Return the highest row of the panel that everybody reaches, within the panel's half."""
        above = self.look.panel.size_mm[1] - (REACH_MM - self.model.foot_mm)
        return min(max(self.draft.px(max(above, 0)), 0), self.draft.rect.h * 55 // 100)

    @property
    def has_low(self) -> bool:
        """Whether something on this panel is too high for a person in a wheelchair."""
        return self._reach_top() > self.px(self.sizes.margin + self.sizes.title * 2)

    def _header(self, rect: Rect) -> None:
        model, c = self.model, self.colours
        name = model.facts.name if model.facts is not None else Both()
        clock = f"{model.minute:%H:%M}" if model.minute is not None else ""
        wide = self.draft.width_of(clock, self.cap(self.sizes.title), bold=True) if clock else 0
        left, right = columns(rect, Share(), wide, gap=self.gap)
        # The technician's way in: nothing shows it.
        self.draft.area("corner", left, "")
        if name:
            self.text(
                left, self.of(name), c.on_ground, cap=self.sizes.body, bold=True, lines=2,
                floor=self.sizes.floor * 0.75,
            )  # fmt: skip
        if clock:
            self.text(right, clock, c.on_ground, cap=self.sizes.title, bold=True, align="right")

    def _above(self, rect: Rect) -> None:
        """Fill what is out of reach with what is only read."""
        model, c = self.model, self.colours
        name = model.facts.name if model.facts is not None else Both()
        self.draft.area("corner", rect, "")
        lines = [self.of(name), self.other(name)]
        clock = f"{model.minute:%H:%M}" if model.minute is not None else ""
        upper, lower = rows(rect, Share(0.55), Share(0.45), gap=self.gap)
        places = rows(upper, Share(0.6), Share(0.4))
        for place, text, cap in zip(
            places, lines, (self.sizes.title, self.sizes.body), strict=True
        ):
            if text:
                self.text(place, text, cap=cap, align="center", bold=True, lines=2)
        if clock:
            self.text(lower, clock, c.quiet, cap=self.sizes.title * 2.2, align="center", bold=True)

    def _controls(self, rect: Rect) -> None:
        model, choices, words = self.model, self.model.choices, self.words
        shown: list[tuple[str, str, str]] = []
        if model.behind or model.page != model.start:
            shown.append(("home", words("kiosk.home"), "home"))
            if len(model.behind) > 1:
                shown.append(("back", words("kiosk.back"), "back"))
        if self.look.chinese:
            shown.append(("language", self.look.second("kiosk.language"), ""))
        elder = "kiosk.usual" if self.elder else "kiosk.elder"
        shown.append(("elder", words(elder), "large"))
        shown.append(("access", words("kiosk.access"), "access"))
        if choices.speaks and model.facts is not None and model.facts.voice:
            shown.append(("repeat", words("kiosk.repeat"), "repeat"))
        for place, (id_, label, icon) in zip(
            columns(rect, *[Share()] * len(shown), gap=self.gap), shown, strict=True
        ):
            short = self.look.second("kiosk.language.short") if id_ == "language" else ""
            self.button(id_, place, label, icon, quiet=id_ not in {"home", "back"}, short=short)
