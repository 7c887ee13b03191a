"""One window on one panel: shows pictures, tells what touched it. The only part that knows SDL.

Xorg without a window manager and without a GPU is the usual place; SDL then draws in memory and
copies what it is told (``SDL_FRAMEBUFFER_ACCELERATION=0``: 60 MB and 0.7 ms a picture; llvmpipe
takes 175 MB and 8.5 ms). ``SDL_VIDEODRIVER=kmsdrm`` works without X.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

os.environ.setdefault("SDL_FRAMEBUFFER_ACCELERATION", "0")
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
# The screen stays on; people look at it without touching it.
os.environ.setdefault("SDL_VIDEO_ALLOW_SCREENSAVER", "0")
# A press that gives the window its focus is a press all the same.
os.environ.setdefault("SDL_MOUSE_FOCUS_CLICKTHROUGH", "1")
os.environ.setdefault("SDL_TOUCH_MOUSE_EVENTS", "0")
os.environ.setdefault("SDL_MOUSE_TOUCH_EVENTS", "0")

import pygame

from kiosk_ui.flipping import Flipping
from kiosk_ui.fonts import Faces
from kiosk_ui.ink import Ink
from kiosk_ui.messages import Message, Unreadable
from kiosk_ui.ops import Picture, Rect
from kiosk_ui.painter import Painter
from kiosk_ui.panel import NoPanel, Panel
from kiosk_ui.pictures import Pictures
from kiosk_ui.touch import Contact
from kiosk_ui.waking import Waking, connection

__all__ = ["Shell", "desktop"]

log = logging.getLogger(__name__)

#: The mouse among fingers, whose ids SDL counts from 0.
_MOUSE = -1
#: What SDL takes by itself where there is no display: pictures that nobody sees.
_UNSEEN = frozenset({"offscreen", "dummy", "evdev"})


def _begin() -> None:
    """Connect to the display. Raises ``NoPanel``: a screen must not work where nobody sees it."""
    try:
        pygame.display.init()
    except pygame.error as error:
        raise NoPanel(f"没有可用的显示屏 · no display: {error}") from None
    driver = pygame.display.get_driver()
    if driver in _UNSEEN and os.environ.get("SDL_VIDEODRIVER") != driver:
        pygame.display.quit()
        raise NoPanel(
            "没有可用的显示屏，请检查 Xorg 与 DISPLAY · no display: look at Xorg and DISPLAY"
        )


def desktop() -> tuple[int, int]:
    """Return the pixels of the first panel. Raises ``NoPanel``."""
    _begin()
    width, height = pygame.display.get_desktop_sizes()[0]
    return width, height


class Shell:
    """A window at ``position`` of the desktop. ``windowed``: with a frame, for people at a desk.

    ``closed`` is True once somebody closed it, which only a window with a frame takes.
    ``panel`` is as it was found: one of another size than was told has the same millimetres.
    """

    def __init__(
        self,
        panel: Panel,
        faces: Faces,
        *,
        title: str = "hall-screen",
        windowed: bool = False,
        position: tuple[int, int] | None = None,
        clock: Callable[[], float] = time.monotonic,
        ink: Ink | None = None,
    ) -> None:
        _begin()
        size = (panel.width_px, panel.height_px)
        middle = pygame.WINDOWPOS_CENTERED if windowed else (0, 0)
        self._position = position
        self._window = pygame.Window(
            title,
            size,
            position if position is not None else middle,
            borderless=not windowed,
            fullscreen=not windowed and position is None,
        )
        if not windowed:
            pygame.mouse.set_visible(False)
        pygame.event.set_blocked(None)
        pygame.event.set_allowed(_HEARD)
        self._surface = self._window.get_surface()
        found = self._surface.get_size()
        if found != size:
            log.warning("the panel has %dx%d pixels, not %dx%d", *found, *size)
            panel = replace(panel, width_px=found[0], height_px=found[1])
        self.panel = panel
        self.canvas = (
            pygame.Surface(panel.size).convert(self._surface) if panel.turned else self._surface
        )
        self.pictures = Pictures()
        self.painter = Painter(self.canvas, faces, self.pictures, ink)
        self._flipping = Flipping(self._window)
        self.waking = Waking(clock, connection(self._window))
        self._windowed = windowed
        #: How often something else was to be seen.
        self.shown = 0
        self.closed = False

    @property
    def window_surface(self) -> pygame.Surface:
        """The panel's own pixels."""
        return self._surface

    def save(self, path: Path, kind: str = ".png") -> None:
        """Write the picture as people see it, also of a turned panel. Raises ``OSError``."""
        try:
            pygame.image.save(self.canvas, str(path), kind)
        except pygame.error as error:
            raise OSError(str(error)) from error

    def close(self) -> None:
        """Close the window."""
        self.painter.close()
        self.pictures.close()
        if pygame.display.get_init():
            self._window.destroy()
            pygame.display.quit()

    def move(self, position: tuple[int, int]) -> bool:
        """Move to a place of the desktop; say whether it was elsewhere."""
        if self._position == position:
            return False
        self._position = self._window.position = position
        return True

    def raise_(self) -> None:
        """Come before all other windows."""
        self._window.focus()

    def show(self, picture: Picture) -> bool:
        """Draw what differs from the last picture; say whether anything did."""
        places = self.draw(picture)
        self.flip(places)
        return bool(places)

    def draw(self, picture: Picture) -> list[Rect]:
        """Draw it on the canvas alone; return where it differs from the last one."""
        places = self.painter.show(picture)
        self.shown += bool(places)
        return places

    def flip(self, places: Sequence[Rect]) -> None:
        """Bring to the panel what was drawn on the canvas at these places."""
        if self.panel.turned:
            inside = [pygame.Rect(place).clip(pygame.Rect(self.panel.rect)) for place in places]
            places = [self.panel.on_panel(Rect(*part)) for part in inside]
            for part, (x, y, _, _) in zip(inside, places, strict=True):
                turned = pygame.transform.rotate(self.canvas.subsurface(part), self.panel.turned)
                self._surface.blit(turned, (x, y))
        self._flipping.flip(places, Rect(0, 0, self.panel.width_px, self.panel.height_px))

    def news(self) -> list[Message]:
        """Return which picture files cannot be shown."""
        return [Unreadable(one.path, one.stamp) for one in self.painter.failed()]

    def wait(self, link: int | None) -> None:
        """Wait for the next turn of the loop: a touch or the daemon comes before it."""
        self.waking.wait([link])

    def contacts(self) -> list[Contact]:
        """Return what touched the panel since the last call, at places of the upright picture."""
        heard = (self.heard(event) for event in pygame.event.get())
        return [contact for contact in heard if contact is not None]

    def owns(self, event: pygame.Event) -> bool:
        """Say whether an event is this window's; one of no window is everybody's."""
        window = getattr(event, "window", None)
        return window is None or window is self._window

    def heard(self, event: pygame.Event) -> Contact | None:
        """Take an event of this window; return what it says of a finger or of the mouse."""
        match event.type:
            case pygame.QUIT | pygame.WINDOWCLOSE:
                self.closed = self._windowed
            case pygame.WINDOWEXPOSED:
                self.painter.forget()
            case pygame.FINGERDOWN | pygame.FINGERMOTION | pygame.FINGERUP:
                x = int(event.x * self.panel.width_px)
                y = int(event.y * self.panel.height_px)
                return self._contact(event.type, event.finger_id, x, y)
            case pygame.MOUSEBUTTONDOWN | pygame.MOUSEBUTTONUP if event.button == 1:
                return self._contact(event.type, _MOUSE, *event.pos)
            case pygame.MOUSEMOTION if event.buttons[0]:
                return self._contact(event.type, _MOUSE, *event.pos)
        return None

    def _contact(self, kind: int, finger: int, x: int, y: int) -> Contact:
        inside_x = min(max(x, 0), self.panel.width_px - 1)
        inside_y = min(max(y, 0), self.panel.height_px - 1)
        return Contact(_KINDS[kind], finger, *self.panel.upright(inside_x, inside_y))


_KINDS: dict[int, Literal["down", "move", "up"]] = {
    pygame.FINGERDOWN: "down",
    pygame.MOUSEBUTTONDOWN: "down",
    pygame.FINGERMOTION: "move",
    pygame.MOUSEMOTION: "move",
    pygame.FINGERUP: "up",
    pygame.MOUSEBUTTONUP: "up",
}
#: Nothing else is even queued: no key, no clipboard, no dropped file leads out of a screen.
_HEARD = [pygame.QUIT, pygame.WINDOWCLOSE, pygame.WINDOWEXPOSED, *_KINDS]
