"""The clerk's PC on the taxpayer's screen: the mirror's pixels, scaled into the page.

What is private is the mirror's matter (``kiosk_ui.rfb``): it never asks for it, and covers it. Here
pixels are only moved. Nothing is kept of a picture that may not be shown any more.

Scaling takes longer than all else of a turn of the loop, so a thread of its own does it as soon as
the mirror has something new; the loop copies what has changed. It never waits for a picture, but
where one must not be shown: the first of a page, and after another program came to the front.
"""

from __future__ import annotations

import fnmatch
import logging
import threading
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
from kiosk_ui.window.model import DeskModel
from kiosk_ui.window.scaling import Scaled

__all__ = ["Glass", "viewing_of"]

log = logging.getLogger(__name__)

_STOP_S = 5.0


class Glass:
    """Follows the model: connects where there is a PC, covers by the program's title, freezes.

    ``bell`` rings with each new picture that is ready to be drawn.
    """

    def __init__(self, bell: Bell | None = None) -> None:
        self._bell = bell
        self._mirror: Mirror | None = None
        self._settings: Mapping[str, Any] | None = None
        self._title = ""
        self._frozen = False
        self._told: Mirrored | None = None
        #: What the loop must have before it draws again: it waits for it.
        self._must = False
        #: The page had the picture in the turn before.
        self._on_page = False
        self._news, self._stopping = threading.Event(), False
        self._thread: threading.Thread | None = None
        # All below with the lock held.
        self._lock = threading.Lock()
        self._scaled: Scaled | None = None
        #: Where it has changed and was not drawn yet.
        self._places: list[Rect] = []
        #: The size at which it is being shown; None while it is not, or stands still.
        self._wanted: tuple[int, int] | None = None
        #: Something came while the last one had not been drawn yet.
        self._owed = False

    def close(self) -> None:
        """Hang up."""
        if self._mirror is not None:
            self._mirror.stop()
            self._mirror = None
        if self._thread is not None:
            self._stopping = True
            self._news.set()
            self._thread.join(_STOP_S)
            self._thread = None
        with self._lock:
            self._drop()

    def look_at(self, mirror: Mirror) -> None:
        """Show what this mirror has, which tells ``fresh`` of its news; ``close`` stops it."""
        self._mirror = mirror
        self._stopping = False
        self._thread = threading.Thread(target=self._work, name="glass", daemon=True)
        self._thread.start()

    def fresh(self) -> None:
        """The mirror has something new, or nothing any more. From any thread; returns at once."""
        self._news.set()

    # ---- what the model wants

    def follow(self, model: DeskModel) -> Sequence[Message]:
        """Do what the model says; return what it is to know."""
        if model.glass != self._settings:
            self._settings, self._title = model.glass, model.title
            self._connect(model.glass)
        elif model.title != self._title and self._mirror is not None and model.glass is not None:
            self._title = model.title
            self._mirror.look(viewing_of(model.glass, model.title))
            self._must = True
        if self._mirror is None:
            return ()
        self._hold(frozen=model.shared.mirror == "freeze")
        status = self._mirror.status()
        told = Mirrored(status.code, status.zh, status.en, status.size or (0, 0))
        if told.code or not model.mirrors:
            # It may not be shown: nothing of it is kept, not even unseen.
            with self._lock:
                self._drop()
        if told == self._told:
            return ()
        self._told = told
        return (told,)

    def _hold(self, *, frozen: bool) -> None:
        if self._frozen and not frozen:
            self._must = True
        self._frozen = frozen
        if self._wanted is not None and (frozen or not self._on_page):
            with self._lock:
                self._wanted = None
        self._on_page = False

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
            mirror = Mirror(
                address, _access(settings), viewing, _tuning(settings), fresh=self.fresh
            )
        except (OSError, ValueError) as error:
            # The check of the configuration lets none of these through; a file may be gone since.
            log.warning("the mirror cannot be used: %s", error)
            return
        self.look_at(mirror)
        mirror.start()

    # ---- pixels

    def draw(self, on: pygame.Surface, rect: Rect, place: Rect) -> None:
        """Draw the present picture into ``rect``, as far as it is inside ``place``."""
        with self._lock:
            size = (rect.w, rect.h)
            shown = self._scaled is not None and self._scaled.size == size
            if not shown or (self._wanted is None and not self._frozen):
                self._take(size)
            if self._scaled is not None:
                part = pygame.Rect(rect).clip(pygame.Rect(place))
                on.blit(self._scaled.surface, part, part.move(-rect.x, -rect.y))

    def refresh(self, on: pygame.Surface, rect: Rect) -> list[Rect]:
        """Draw what is new since the last time; return where."""
        self._on_page = True
        if self._mirror is None:
            return []
        size = (rect.w, rect.h)
        alive = self._thread is not None and self._thread.is_alive()
        # Without the thread, which only a fault can end, the loop meets the same fault, and ends.
        must = not self._frozen and (
            self._must or self._wanted != size or self._scaled is None or not alive
        )
        if not self._lock.acquire(blocking=must):
            # It is being scaled just now, and the bell rings when it is ready.
            return []
        try:
            if must:
                self._must, self._wanted = False, size
                self._take(size)
            places, self._places = self._places, []
            if self._scaled is None:
                return []
            for place in places:
                on.blit(self._scaled.surface, (rect.x + place.x, rect.y + place.y), place)
            if self._owed:
                self._owed = False
                self._news.set()
        finally:
            self._lock.release()
        return [place.moved(rect.x, rect.y) for place in places]

    def _work(self) -> None:
        """Scale what is new for as long as the page shows it: the thread."""
        while self._news.wait() and not self._stopping:
            self._news.clear()
            with self._lock:
                if self._wanted is None:
                    continue
                if self._places:
                    # Nobody has seen the last one yet; the loop comes first.
                    self._owed = True
                else:
                    self._take(self._wanted)
                tells = bool(self._places) or self._scaled is None
            if tells and self._bell is not None:
                self._bell.ring()

    def _take(self, size: tuple[int, int]) -> None:
        """Bring what changed into the scaled picture."""
        mirror = self._mirror
        if mirror is None:
            return
        with mirror.picture() as shown:
            if shown is None:
                self._drop()
                return
            high, wide = shown.pixels.shape[:2]
            changed, of = shown.changed, (wide, high)
            if self._scaled is None or (self._scaled.of, self._scaled.size) != (of, size):
                self._scaled, changed = Scaled(of, size), (Area(0, 0, wide, high),)
                self._places = []
            self._places += self._scaled.take(shown.pixels, changed)

    def _drop(self) -> None:
        self._scaled, self._places, self._wanted = None, [], None


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
