"""The clerk's PC on the taxpayer's screen: the mirror's pixels, scaled into the page.

What is private is the mirror's matter (``kiosk_ui.rfb``): it never asks for it, and covers it. Here
pixels are only moved. Nothing is kept of a picture that may not be shown any more.
"""

from __future__ import annotations

import fnmatch
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pygame

from kiosk_ui.bell import Bell
from kiosk_ui.messages import Message, Mirrored
from kiosk_ui.ops import Rect
from kiosk_ui.rfb.access import Access, Trust
from kiosk_ui.rfb.line import Address
from kiosk_ui.rfb.mirror import Mirror
from kiosk_ui.rfb.region import Rect as Area
from kiosk_ui.rfb.session import Tuning
from kiosk_ui.rfb.viewing import Mask, Viewing
from kiosk_ui.window.fitting import cells
from kiosk_ui.window.model import DeskModel

__all__ = ["Glass", "viewing_of"]

log = logging.getLogger(__name__)

#: More changed places than that are drawn as one.
_MOST_PLACES = 24


class Glass:
    """Follows the model: connects where there is a PC, covers by the program's title, freezes.

    ``bell`` rings with each new picture. ``mirror``: one to begin with, for who has no server.
    """

    def __init__(self, bell: Bell | None = None, mirror: Mirror | None = None) -> None:
        self._bell = bell
        self._mirror = mirror
        self._settings: Mapping[str, Any] | None = None
        self._title = ""
        self._frozen = False
        self._told: Mirrored | None = None
        self._scaled: pygame.Surface | None = None
        #: The size of the desktop that it was scaled from.
        self._of = (0, 0)

    def close(self) -> None:
        """Hang up."""
        if self._mirror is not None:
            self._mirror.stop()
            self._mirror = None
        self._scaled = None

    # ---- what the model wants

    def follow(self, model: DeskModel) -> Sequence[Message]:
        """Do what the model says; return what it is to know."""
        if model.glass != self._settings:
            self._settings, self._title = model.glass, model.title
            self._connect(model.glass)
        elif model.title != self._title and self._mirror is not None and model.glass is not None:
            self._title = model.title
            self._mirror.look(viewing_of(model.glass, model.title))
        self._frozen = model.shared.mirror == "freeze"
        if self._mirror is None:
            return ()
        status = self._mirror.status()
        told = Mirrored(status.code, status.zh, status.en, status.size or (0, 0))
        if told.code:
            # It may not be shown: nothing of it is kept, not even unseen.
            self._scaled = None
        if told == self._told:
            return ()
        self._told = told
        return (told,)

    def _connect(self, settings: Mapping[str, Any] | None) -> None:
        self.close()
        self._told = None
        if settings is None:
            return
        try:
            host = str(settings["host"])
            # A socket of this machine: a tunnel's end, for example.
            local = Address(path=host) if host.startswith("/") else None
            address = local or Address(host, int(settings.get("port") or 5900))
            viewing = viewing_of(settings, self._title)
            fresh = self._bell.ring if self._bell is not None else lambda: None
            self._mirror = Mirror(
                address, _access(settings), viewing, _tuning(settings), fresh=fresh
            )
        except (OSError, ValueError) as error:
            # The check of the configuration lets none of these through; a file may be gone since.
            log.warning("the mirror cannot be used: %s", error)
            return
        self._mirror.start()

    # ---- pixels

    def draw(self, on: pygame.Surface, rect: Rect, place: Rect) -> None:
        """Draw the present picture into ``rect``, as far as it is inside ``place``."""
        if self._scaled is None or self._scaled.get_size() != (rect.w, rect.h):
            self._take(rect)
        if self._scaled is not None:
            part = pygame.Rect(rect).clip(pygame.Rect(place))
            on.blit(self._scaled, part, part.move(-rect.x, -rect.y))

    def refresh(self, on: pygame.Surface, rect: Rect) -> list[Rect]:
        """Draw what is new since the last time; return where."""
        if self._frozen or self._mirror is None:
            return []
        places = self._take(rect)
        if self._scaled is None:
            return []
        for place in places:
            part = pygame.Rect(place)
            on.blit(self._scaled, (rect.x + part.x, rect.y + part.y), part)
        return [place.moved(rect.x, rect.y) for place in places]

    def _take(self, rect: Rect) -> list[Rect]:
        """Bring what changed into our scaled picture; return where, in its pixels."""
        if self._mirror is None:
            return []
        with self._mirror.picture() as shown:
            if shown is None:
                self._scaled = None
                return []
            high, wide = shown.pixels.shape[:2]
            whole = [Area(0, 0, wide, high)]
            changed = _few(shown.changed, whole)
            of = (wide, high)
            if (
                self._scaled is None
                or self._scaled.get_size() != (rect.w, rect.h)
                or of != self._of
            ):
                self._scaled, self._of = pygame.Surface((rect.w, rect.h), depth=32), of
                changed = whole
            # The mirror's own memory, read in place: a copy would be 8 MB of it. The mirror goes on
            # decoding meanwhile, and waits with what it shows next.
            source = pygame.image.frombuffer(shown.pixels.data, of, "BGRA")
            source.set_alpha(None)
            return [_scale(source, self._scaled, area) for area in changed]


def _few(changed: Sequence[Area], whole: list[Area]) -> list[Area]:
    if len(changed) <= _MOST_PLACES:
        return list(changed)
    left, top = min(one.x for one in changed), min(one.y for one in changed)
    right = max(one.x + one.width for one in changed)
    bottom = max(one.y + one.height for one in changed)
    return [Area(left, top, right - left, bottom - top).common(whole[0])]


def _scale(source: pygame.Surface, target: pygame.Surface, area: Area) -> Rect:
    """Scale a part of the source to its place; return that place."""
    wide, high = source.get_size()
    to_w, to_h = target.get_size()
    if (wide, high) == (to_w, to_h):
        part = pygame.Rect(area.x, area.y, area.width, area.height)
        target.blit(source, part, part)
        return Rect(*part)
    if (area.width, area.height) == (wide, high):
        pygame.transform.smoothscale(source, (to_w, to_h), target)
        return Rect(0, 0, to_w, to_h)
    across, columns = cells(wide, to_w)
    down, lines = cells(high, to_h)
    left, right = across.around(area.x, area.width, columns)
    top, bottom = down.around(area.y, area.height, lines)
    # A cell more on each side is scaled too, for what is smoothed reaches over its edge.
    more_l, more_t = max(left - 1, 0), max(top - 1, 0)
    more_r, more_b = min(right + 1, columns), min(bottom + 1, lines)
    cut = source.subsurface((
        more_l * across.source, more_t * down.source,
        (more_r - more_l) * across.source, (more_b - more_t) * down.source,
    ))  # fmt: skip
    size = ((more_r - more_l) * across.target, (more_b - more_t) * down.target)
    place = Rect(
        left * across.target, top * down.target,
        (right - left) * across.target, (bottom - top) * down.target,
    )  # fmt: skip
    offset = ((left - more_l) * across.target, (top - more_t) * down.target)
    scaled = pygame.transform.smoothscale(cut, size)
    # The fourth byte has no meaning.
    scaled.set_alpha(None)
    target.blit(scaled, place[:2], pygame.Rect(*offset, place.w, place.h))
    return place


def viewing_of(settings: Mapping[str, Any], title: str) -> Viewing:
    """Return what is shown of the PC while a program of this title is in front.

    While nobody has said a title all masks hold. Monitors count from 0 in the configuration.
    Raises ``ValueError``.
    """
    masks = tuple(
        Mask(
            float(area[0]),
            float(area[1]),
            float(area[2]),
            float(area[3]),
            "px" if mask.get("unit") == "pixels" else "percent",
        )
        for mask in settings.get("masks") or ()
        if not title or fnmatch.fnmatchcase(title.casefold(), str(mask["title"]).casefold())
        for area in mask.get("areas") or ()
    )
    crop, screen = settings.get("crop"), settings.get("screen")
    part = Area(*map(int, crop)) if crop else None
    sizes = tuple((int(wide), int(high)) for wide, high in settings.get("sizes") or ())
    return Viewing(None if screen is None else int(screen) + 1, part, masks, sizes)


def _access(settings: Mapping[str, Any]) -> Access:
    security = str(settings.get("security") or "none")
    password = ""
    if settings.get("password_file"):
        password = Path(settings["password_file"]).read_text(encoding="utf-8").strip("\r\n")
    if security == "none":
        return Access(("none",))
    if security == "password":
        return Access(("vnc",), password=password)
    trust = Trust(
        Path(settings["ca"]) if settings.get("ca") else None, str(settings.get("fingerprint") or "")
    )
    user = str(settings.get("user") or "")
    if user:
        return Access(("x509-plain",), password=password, user=user, trust=trust)
    return Access(("x509-vnc",) if password else ("x509-none",), password=password, trust=trust)


def _tuning(settings: Mapping[str, Any]) -> Tuning:
    quality = settings.get("quality")
    return Tuning(None if quality is None else int(quality), int(settings.get("compress") or 2))
