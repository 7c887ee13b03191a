"""What the window's document camera sees, while the clerk looks at it.

The daemon sends frames for as long as a connection stands: this is one of its own, that stands
while the menu is open.
"""

from __future__ import annotations

import base64
import binascii
import io
import logging
from collections.abc import Callable, Sequence

import pygame

from kiosk_ui.images import picture_size
from kiosk_ui.link import Link
from kiosk_ui.messages import Ask, Live, Message, Notified, Previewed, Refused
from kiosk_ui.ops import Rect
from kiosk_ui.window.model import DeskModel

__all__ = ["Preview"]

log = logging.getLogger(__name__)

#: A camera's frame is far smaller; anything larger is not one.
_MOST_BYTES = 4 * 1024 * 1024
_MOST_PIXELS = 4_000_000


class Preview:
    """``link`` makes a connection to the daemon."""

    def __init__(self, link: Callable[[], Link]) -> None:
        self._make = link
        self._link: Link | None = None
        self._frame: pygame.Surface | None = None
        self._scaled: pygame.Surface | None = None

    def close(self) -> None:
        """Hang up; the camera's light goes out."""
        if self._link is not None:
            self._link.close()
            self._link = None
        self._frame = self._scaled = None

    def follow(self, model: DeskModel) -> Sequence[Message]:
        """Connect while the clerk looks; return what the page is to know."""
        looks = model.live and model.menu is not None and model.menu.kind == "scan"
        if not looks:
            if self._link is not None:
                self.close()
                return (Previewed(),)
            return ()
        if self._link is None:
            self._link = self._make()
        found = list[Message]()
        for message in self._link.poll():
            match message:
                case Live():
                    ask = Ask("preview", "scanner.preview", {"window": model.window})
                    self._link.send(ask)
                case Notified("scanner.frame", params):
                    self._take(str(params.get("jpeg") or ""))
                    if self._frame is not None:
                        found.append(Previewed(self._frame.get_size()))
                case Notified("scanner.preview_failed", params):
                    self._frame = self._scaled = None
                    said = str(params.get("zh") or ""), str(params.get("en") or "")
                    found.append(Previewed((0, 0), *said))
                case Refused("preview", _, zh, en):
                    found.append(Previewed((0, 0), zh, en))
                case _:
                    pass
        # Of several frames that came in one turn the last counts.
        return found[-1:]

    def _take(self, jpeg: str) -> None:
        if len(jpeg) > _MOST_BYTES:
            return
        try:
            data = base64.b64decode(jpeg, validate=True)
            width, height = picture_size(data)
            if width * height > _MOST_PIXELS:
                return
            surface = pygame.image.load(io.BytesIO(data), "f.jpg")
        except (pygame.error, binascii.Error, ValueError) as error:
            log.warning("a frame of the camera cannot be read: %s", error)
            return
        self._frame, self._scaled = surface, None

    def draw(self, on: pygame.Surface, rect: Rect, place: Rect) -> None:
        """Draw the present frame into ``rect``, as far as it is inside ``place``."""
        if self._frame is None:
            return
        if self._scaled is None or self._scaled.get_size() != (rect.w, rect.h):
            self._scaled = pygame.transform.smoothscale(self._frame.convert(32), (rect.w, rect.h))
        part = pygame.Rect(rect).clip(pygame.Rect(place))
        on.blit(self._scaled, part, part.move(-rect.x, -rect.y))

    def refresh(self, on: pygame.Surface, rect: Rect) -> list[Rect]:
        """Draw the frame if it is new; return where."""
        if self._frame is None or self._scaled is not None:
            return []
        self.draw(on, rect, rect)
        return [rect]
