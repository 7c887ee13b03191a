"""Draws pictures on a surface: the first whole, then only what another one changes."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path

import pygame

from kiosk_ui.fonts import Faces
from kiosk_ui.icons import icon_path
from kiosk_ui.ink import Ink
from kiosk_ui.ops import (
    Colour,
    Fill,
    Icon,
    Image,
    Line,
    Live,
    Modules,
    Op,
    Picture,
    Rect,
    RoundRect,
    Text,
)
from kiosk_ui.pictures import Pictures
from kiosk_ui.rounded import Rounded
from kiosk_ui.unpack import unpacked

__all__ = ["Painter", "changed"]

log = logging.getLogger(__name__)

#: More separate places than that are drawn as one.
_MOST_PLACES = 12
#: Scaled picture files that are kept.
_KEPT_IMAGES = 8
#: Below a card that covers so many pixels, and most of a place, the ground is not drawn: 0.5 ms of
#: a panel's 2. In many small pieces instead of one it would take longer.
_COVERS_PX = 100_000
#: Icons of one size and colour that are kept: more than all pages of a theme have (2 MB).
_KEPT_ICONS = 96
_BLACK = (0, 0, 0)


def changed(before: Picture | None, after: Picture) -> list[Rect]:
    """Return where two pictures differ; everything when there is none before."""
    whole = Rect(0, 0, *after.size)
    if before is None or before.size != after.size:
        return [whole]
    if before.ops == after.ops:
        return []
    first, end = _alike(before.ops, after.ops)
    went = before.ops[first : len(before.ops) - end]
    had = {op: n for n, op in enumerate(went)}
    if len(had) < len(went):
        # Something was drawn twice: nobody can say which of the two went.
        return [whole]
    new, last = list[Op](), -1
    for op in after.ops[first : len(after.ops) - end]:
        n = had.pop(op, None)
        if n is None:
            new.append(op)
        elif n < last:
            # Another order is another picture.
            return [whole]
        else:
            last = n
    if 2 * len(new) > len(after.ops):
        # Another page: looking for what stayed takes longer than drawing it.
        return [whole]
    places: list[Rect] = []
    for op in (*had, *new):
        _add(places, _reach(op))
    if len(places) > _MOST_PLACES:
        joined = places[0]
        for place in places[1:]:
            joined = joined.joined(place)
        places = [joined]
    return places


def _alike(before: Sequence[Op], after: Sequence[Op]) -> tuple[int, int]:
    """Return how many operations are the same at the beginning, and how many more at the end.

    They are most of a page on which little changed, and many of them the same objects.
    """
    most = min(len(before), len(after))
    first = 0
    while first < most and (before[first] is after[first] or before[first] == after[first]):
        first += 1
    end, most = 0, most - first
    while end < most and (
        before[-1 - end] is after[-1 - end] or before[-1 - end] == after[-1 - end]
    ):
        end += 1
    return first, end


def _reach(op: Op) -> Rect:
    """Return what an operation may touch: antialiased edges and overhanging strokes reach out."""
    x, y, w, h = op.rect
    edge = op.size // 8 + 2 if isinstance(op, Text) else 2
    return Rect(x - edge, y - edge, w + 2 * edge, h + 2 * edge)


def _is_ground(picture: Picture, place: Rect) -> bool:
    """Say whether the first thing that is drawn covers the place: then nothing is below it."""
    first = picture.ops[0] if picture.ops else None
    return isinstance(first, Fill) and first.rect.contains(place)


def _bare(ops: Sequence[Op], place: Rect) -> list[Rect]:
    """Return what of a place no card covers that has most of it: what is below one is not seen."""
    for op in ops:
        if isinstance(op, RoundRect) and not op.border:
            x, y, w, h = op.rect
            inside = Rect(x, y + op.radius + 1, w, h - 2 * op.radius - 2)
            cut = pygame.Rect(inside).clip(pygame.Rect(place))
            if 2 * cut.w * cut.h > max(place.w * place.h, _COVERS_PX):
                return _around(place, inside)
    return [place]


def _around(one: Rect, hole: Rect) -> list[Rect]:
    """Return a rectangle without what lies in another one: above, left, right, below."""
    x, y, w, h = pygame.Rect(one).clip(pygame.Rect(hole))
    if not (w and h):
        return [one]
    parts = (
        Rect(one.x, one.y, one.w, y - one.y), Rect(one.x, y, x - one.x, h),
        Rect(x + w, y, one.right - x - w, h), Rect(one.x, y + h, one.w, one.bottom - y - h),
    )  # fmt: skip
    return [part for part in parts if part.w > 0 and part.h > 0]


def _add(places: list[Rect], place: Rect) -> None:
    """Add a place; those that meet become one."""
    while (met := pygame.Rect(place).collidelist(places)) >= 0:
        place = place.joined(places.pop(met))
    places.append(place)


class Painter:
    """Draws on one surface and remembers what is on it.

    ``pictures`` unpacks picture files beside it, and they appear when they are ready; without it
    each is unpacked while it is drawn, for those who want a whole picture and can wait. ``ink`` is
    one that two painters share.
    """

    def __init__(
        self, surface: pygame.Surface, faces: Faces, pictures: Pictures | None = None,
        ink: Ink | None = None,
    ) -> None:  # fmt: skip
        self.surface = surface
        self._pictures = pictures
        self._failed: list[Image] = []
        self._ink = ink or Ink(faces)
        self._code: tuple[Modules, pygame.Surface] | None = None
        self._shown: Picture | None = None
        #: What was drawn last, and what each operation of it may touch.
        self._reached: tuple[tuple[Op, ...], list[Rect]] = (), []
        #: Who draws pictures that move: on a surface, into a rectangle, what of it changed.
        self.sources: dict[str, Callable[[pygame.Surface, Rect, Rect], None]] = {}
        self._icons: dict[tuple[str, int, Colour], pygame.Surface] = {}
        self._rounded = Rounded()
        self._images: OrderedDict[tuple[str, int, int, int], pygame.Surface | None] = OrderedDict()

    def close(self) -> None:
        """Free what was kept."""
        self._ink.close()
        self._code = None
        self._images.clear()
        self._icons.clear()

    def forget(self) -> None:
        """Somebody else drew on the surface: the next picture is drawn as a whole."""
        self._shown = None

    def show(self, picture: Picture) -> list[Rect]:
        """Draw what differs from the last picture; return where, nothing when it is the same."""
        if picture is self._shown and not picture.soon and not self._unpacks:
            # Nearly every turn of a loop: a third of what an idle kiosk takes lay below.
            return []
        places = changed(self._shown, picture)
        for rect in self._ready(picture):
            _add(places, rect)
        whole = [Rect(0, 0, *picture.size)]
        reaches = self._reaches_of(picture.ops) if places not in ([], whole) else []
        for place in places:
            self.surface.set_clip(place)
            if not _is_ground(picture, place):
                self.surface.fill(_BLACK)
            for n, op in enumerate(within := self._within(picture.ops, reaches, place)):
                if not n and isinstance(op, Fill):
                    for part in _bare(within, place):
                        self.surface.fill(op.colour, pygame.Rect(part).clip(pygame.Rect(op.rect)))
                else:
                    self._draw(op, place)
        self.surface.set_clip(None)
        self._shown = picture
        return places

    def _within(self, ops: tuple[Op, ...], reaches: list[Rect], place: Rect) -> Sequence[Op]:
        """Return what may touch a place; all where nobody had to ask."""
        if not reaches:
            return ops
        return [ops[n] for n in pygame.Rect(place).collidelistall(reaches)]

    def _reaches_of(self, ops: tuple[Op, ...]) -> list[Rect]:
        """Return what each operation may touch; of those that stayed it is known."""
        before, had = self._reached
        first, end = _alike(before, ops)
        new = [_reach(op) for op in ops[first : len(ops) - end]]
        reaches = [*had[:first], *new, *had[len(had) - end :]]
        self._reached = ops, reaches
        return reaches

    @property
    def _unpacks(self) -> bool:
        return self._pictures is not None and self._pictures.busy

    def failed(self) -> list[Image]:
        """Return which picture files have turned out to be none, since the last call."""
        found, self._failed = self._failed, []
        return found

    def _ready(self, picture: Picture) -> list[Rect]:
        """Go on with picture files; return where those that are ready now belong."""
        if self._pictures is None:
            return []
        for op in picture.soon:
            self._pictures.get(op)
        if picture is not self._shown:
            here = [op for op in picture.ops if isinstance(op, Image)]
            self._pictures.keep_only({(op.rect.w, op.rect.h) for op in (*here, *picture.soon)})
        ready, failed = self._pictures.turn()
        self._failed += failed
        what = {(op.path, op.stamp, op.rect.w, op.rect.h) for op in ready}
        return [
            op.rect
            for op in (picture.ops if what else ())
            if isinstance(op, Image) and (op.path, op.stamp, op.rect.w, op.rect.h) in what
        ]

    def _draw(self, op: Op, place: Rect) -> None:
        match op:
            case Fill():
                self.surface.fill(op.colour, op.rect)
            case RoundRect():
                self._rounded.draw(self.surface, op)
            case Line():
                pygame.draw.line(self.surface, op.colour, (op.x1, op.y1), (op.x2, op.y2), op.width)
            case Text():
                self._ink.draw(
                    self.surface, op.rect.x, op.baseline, op.text, op.size, op.colour,
                    bold=op.bold,
                )  # fmt: skip
            case Modules():
                self._modules(op)
            case Icon():
                self._icon(op)
            case Image():
                self._image(op)
            case Live():
                source = self.sources.get(op.source)
                if source is not None:
                    source(self.surface, op.rect, place)

    def _modules(self, op: Modules) -> None:
        self.surface.fill(op.light, op.rect)
        if self._code is None or self._code[0] != op:
            self._code = op, _code_of(op)
        surface = self._code[1]
        x, y = (op.rect.w - surface.get_width()) // 2, (op.rect.h - surface.get_height()) // 2
        self.surface.blit(surface, (op.rect.x + x, op.rect.y + y))

    def _icon(self, op: Icon) -> None:
        side = max(min(op.rect.w, op.rect.h), 1)
        key = (op.name, side, op.colour)
        surface = self._icons.get(key)
        if surface is None:
            if len(self._icons) >= _KEPT_ICONS:
                self._icons.clear()
            surface = self._icons[key] = _coloured(op.name, side, op.colour)
        x, y = (op.rect.w - surface.get_width()) // 2, (op.rect.h - surface.get_height()) // 2
        self.surface.blit(surface, (op.rect.x + x, op.rect.y + y))

    def _image(self, op: Image) -> None:
        surface = self._pictures.get(op) if self._pictures is not None else self._unpacked(op)
        if surface is not None:
            x = op.rect.x + (op.rect.w - surface.get_width()) // 2
            y = op.rect.y + (op.rect.h - surface.get_height()) // 2
            self.surface.blit(surface, (x, y))

    def _unpacked(self, op: Image) -> pygame.Surface | None:
        key = (op.path, op.stamp, op.rect.w, op.rect.h)
        if key not in self._images:
            try:
                self._images[key] = unpacked(Path(op.path), op.rect.w, op.rect.h)
            except (OSError, ValueError, pygame.error) as error:
                log.warning("%s cannot be shown: %s", Path(op.path).name, error)
                self._images[key] = None
            if len(self._images) > _KEPT_IMAGES:
                self._images.popitem(last=False)
        self._images.move_to_end(key)
        return self._images[key]


def _code_of(op: Modules) -> pygame.Surface:
    """Return a QR code in whole pixels a module: a reader wants them all of one size."""
    count = len(op.rows)
    side = min(op.rect.w, op.rect.h) // count * count
    dark, light = bytes(op.dark), bytes(op.light)
    pixels = b"".join(dark if one else light for row in op.rows for one in row)
    surface = pygame.image.frombytes(pixels, (count, count), "RGB")
    return pygame.transform.scale(surface, (side, side))


def _coloured(name: str, side: int, colour: Colour) -> pygame.Surface:
    """Return an icon, which is drawn in white, in another colour."""
    surface = pygame.image.load_sized_svg(icon_path(name), (side, side))
    surface.fill((*colour, 255), special_flags=pygame.BLEND_RGBA_MULT)
    # SVG's order of colours is not the panel's: as it comes, one of 105 px takes 0.28 ms to draw,
    # in the panel's order 0.01 ms.
    return surface.convert(pygame.Surface((1, 1), pygame.SRCALPHA, 32))
