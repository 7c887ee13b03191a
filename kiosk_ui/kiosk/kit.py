"""What the kiosk's pages are drawn with: the frame around each, within everybody's reach.

Below 19 inches there is no room for letters and buttons of the size that they should have:
everything shrinks in proportion.
"""

from __future__ import annotations

from dataclasses import replace

from kiosk_ui.both import Both
from kiosk_ui.fonts import INSTALL
from kiosk_ui.kiosk.model import KioskModel
from kiosk_ui.layout import Share, at, columns, inset, rows
from kiosk_ui.look import Look
from kiosk_ui.ops import Rect
from kiosk_ui.pencils import Pencils
from kiosk_ui.theme import load_theme

__all__ = ["REACH_MM", "Kit"]

#: What somebody in a wheelchair reaches (ADA 2010, 308.2.1; GB 50763 has 1,200 for most controls).
REACH_MM = 1220.0
#: The narrow side of a 21.5 inch panel.
_USUAL_MM = 268.0
#: A panel may be narrower by so much before everything shrinks.
_SMALL_MM = 240.0
_LEAST_SCALE, _MOST_SCALE = 0.4, 1.6


class Kit(Pencils):
    """A page's pencils. ``body`` is what is left for the page once ``frame`` was drawn."""

    def __init__(self, model: KioskModel, look: Look) -> None:
        choices = model.choices
        theme = load_theme(choices.theme) if choices.theme else look.theme
        own = replace(look, theme=theme)
        own = own.in_language(choices.language) if choices.language else own
        width, height = look.panel.size_mm
        short = min(width, height)
        grown = max(short / _USUAL_MM, 1.0) if short >= _SMALL_MM else short / _USUAL_MM
        # What is within low reach is a part of the panel: there nothing grows.
        most = 1.0 if choices.low else _MOST_SCALE
        super().__init__(own, min(max(grown, _LEAST_SCALE), most), model.held)
        self.model = model
        self.body = self.draft.rect

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
        return min(self.draft.px(max(above, 0)), self.draft.rect.h * 55 // 100)

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

    @property
    def spoken(self) -> bool:
        """Whether somebody hears the pages, and may want to hear one again."""
        facts = self.model.facts
        return self.model.choices.speaks and facts is not None and facts.voice

    def ending(self, rect: Rect, id_: str, label: str) -> None:
        """Draw the one button of a page without controls; what is spoken can be heard again."""
        wide = min(rect.w, self.px(190))
        if self.spoken:
            both = at(rect, min(rect.w, wide * 2), rect.h)
            place, again = columns(both, Share(), Share(0.8), gap=self.gap)
            self.button("repeat", again, self.words("kiosk.repeat"), "repeat", quiet=True)
        else:
            place = at(rect, wide, rect.h)
        self.button(id_, place, label, main=True, cap=self.sizes.body)

    def _controls(self, rect: Rect) -> None:
        model, words = self.model, self.words
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
        if self.spoken:
            shown.append(("repeat", words("kiosk.repeat"), "repeat"))
        places = columns(rect, *[Share()] * len(shown), gap=self.gap)
        # One row has one form: as soon as a word lacks room beside its icon all stand below theirs.
        most = max(self.draft.width_of(label, self.cap(self.sizes.small), bold=True)
                   for _, label, icon in shown if icon)  # fmt: skip
        beside = most + self.px(11) + self.px(3) <= places[0].w - 2 * self.px(2.5)
        for place, (id_, label, icon) in zip(places, shown, strict=True):
            quiet = id_ not in {"home", "back"}
            short = self.look.second("kiosk.language.short") if id_ == "language" else ""
            if beside or not icon:
                self.button(id_, place, label, icon, quiet=quiet, short=short)
            else:
                cap = self.sizes.small * min(0.9, (place.w - 2 * self.px(3)) / most)
                self._stacked(id_, place, label, icon, quiet=quiet, cap=cap)

    def _stacked(
        self, id_: str, rect: Rect, label: str, icon: str, *, quiet: bool, cap: float
    ) -> None:
        c = self.colours
        colour, on = (c.card, c.on_card) if quiet else (c.button, c.on_button)
        self.surface(id_, rect, label, colour, on)
        inner = inset(rect, self.px(1), self.px(1.5))
        above, below = rows(inner, Share(0.42), Share(0.58))
        self.draft.icon(at(above, above.h, above.h), icon, on)
        self.text(below, label, on, cap=cap, floor=cap * 0.7, bold=True, align="center")
