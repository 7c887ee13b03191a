"""Two windows on two panels in one process: without X only one process can hold the display."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import Protocol

import pygame

from kiosk_ui.bell import Bell
from kiosk_ui.fonts import Faces
from kiosk_ui.ink import Ink
from kiosk_ui.ops import Live, Picture, Rect
from kiosk_ui.panel import Panel
from kiosk_ui.plugged import Plugged, asked
from kiosk_ui.shell import Shell
from kiosk_ui.touch import Contact

__all__ = ["Moving", "Shells"]

#: Keys by SDL's names, as areas of a page have them. The keyboard's number block is named apart:
#: its figures and signs are just that.
_NAMES = {
    "page up": "pageup", "page down": "pagedown", "enter": "return",
    **{f"[{sign}]": sign for sign in "0123456789+-*/."},
}  # fmt: skip
#: Of these the newest says where the mouse is.
_POINTS = frozenset({pygame.WINDOWENTER, pygame.MOUSEMOTION, pygame.MOUSEBUTTONDOWN})


class Moving(Protocol):
    """Pictures that move, on a surface of SDL; the mirror is one."""

    def draw(self, on: pygame.Surface, rect: Rect, place: Rect) -> None:
        """Draw the present picture into ``rect``, as far as it is inside ``place``."""

    def refresh(self, on: pygame.Surface, rect: Rect) -> list[Rect]:
        """Draw what is new since the last time; return where."""


class Shells:
    """The inner panel and the outer one. ``moving`` has what moves, by its source.

    ``bell`` rings when one of those has a new picture.
    """

    def __init__(
        self,
        panels: tuple[Panel, Panel],
        faces: Faces,
        places: tuple[tuple[int, int], tuple[int, int]],
        moving: Mapping[str, Moving],
        clock: Callable[[], float],
        *,
        windowed: bool = False,
        bell: Bell | None = None,
    ) -> None:
        # One for both: FreeType keeps two fonts open, the regular and the bold one. Of those of two
        # inks it opened one anew for nearly every text, 0.8 ms each.
        ink = Ink(faces)
        self._shells = tuple(
            Shell(
                panel, faces, title=title, windowed=windowed, position=place, clock=clock, ink=ink
            )
            for panel, place, title in zip(
                panels, places, ("hall-screen inner", "hall-screen outer"), strict=True
            )
        )
        self._moving = moving
        for shell in self._shells:
            shell.painter.sources.update({name: one.draw for name, one in moving.items()})
        pygame.event.set_allowed([pygame.KEYDOWN, pygame.WINDOWENTER])
        self._typed: list[str] = []
        #: Whether the mouse's arrow is to be seen: not before it moved.
        self._pointed = False
        self._clock = clock
        #: Panels can be unplugged: neither windows on a desk nor pictures in memory can.
        self._plugged = (
            None
            if windowed or pygame.display.get_driver() == "dummy"
            else Plugged(
                {
                    name: Rect(*place, panel.width_px, panel.height_px)
                    for name, place, panel in zip(("inner", "outer"), places, panels, strict=True)
                },
                clock,
                asked(),
            )
        )
        self._bell = bell
        self._moves = False

    @property
    def panels(self) -> tuple[Panel, Panel]:
        """The panels as they were found."""
        return self._shells[0].panel, self._shells[1].panel

    @property
    def closed(self) -> bool:
        """Whether somebody closed one of the windows, which only those with a frame allow."""
        return any(shell.closed for shell in self._shells)

    @property
    def shells(self) -> tuple[Shell, Shell]:
        """Both windows."""
        return self._shells[0], self._shells[1]

    def close(self) -> None:
        """Close both windows."""
        if self._plugged is not None:
            self._plugged.close()
        for shell in self._shells:
            shell.close()

    def show(self, pictures: tuple[Picture, Picture]) -> bool:
        """Draw what differs from the last pictures, and what moves; say whether anything did."""
        changed = self._moves = False
        for shell, picture in zip(self._shells, pictures, strict=True):
            places = shell.draw(picture)
            for op in picture.ops:
                moves = self._moving.get(op.source) if isinstance(op, Live) else None
                if moves is not None:
                    self._moves = True
                    places += moves.refresh(shell.canvas, op.rect)
            shell.flip(places)
            changed |= bool(places)
        return changed

    def contacts(self) -> list[tuple[int, Contact]]:
        """Return what touched which panel since the last call."""
        found = list[tuple[int, Contact]]()
        for event in pygame.event.get():
            if event.type == pygame.KEYDOWN:
                name = pygame.key.name(event.key)
                self._typed.append(_NAMES.get(name, name))
                continue
            if event.type in _POINTS:
                self._arrow(seen=self._shells[0].owns(event))
            for n, shell in enumerate(self._shells):
                if shell.owns(event):
                    contact = shell.heard(event)
                    if contact is not None:
                        found.append((n, contact))
        return found

    def _arrow(self, *, seen: bool) -> None:
        """Show the mouse's arrow on the clerk's panel alone: X has one where a finger was, too."""
        if seen != self._pointed:
            self._pointed = seen
            # SDL's own is whatever the X server has: a cross, or none. Where nobody sees pictures
            # there are no arrows either.
            with contextlib.suppress(pygame.error):
                pygame.mouse.set_cursor(pygame.SYSTEM_CURSOR_ARROW)
            pygame.mouse.set_visible(seen)

    def typed(self) -> list[str]:
        """Return the keys that were pressed since the last call."""
        typed, self._typed = self._typed, []
        return typed

    def there(self) -> tuple[bool, ...]:
        """Say of each panel whether it can be seen now: plugged in and on."""
        if self._plugged is None:
            return True, True
        found = self._plugged.there()
        moved = [
            shell.move(place)
            for shell, place in zip(self._shells, self._plugged.places(), strict=True)
        ]
        if any(moved):
            # Where both are in one place, nobody but the clerk may see what is the clerk's.
            self._shells[1].raise_()
        return found

    def wait(self, link: int | None) -> None:
        """Wait for the next turn of the loop: a key, the daemon or the mirror comes before it.

        ``link`` is the descriptor on which the daemon speaks.
        """
        # Both windows are on one connection.
        moves = [self._bell.fileno()] if self._bell is not None and self._moves else []
        self._shells[0].waking.wait([link], moves)
        if self._bell is not None:
            self._bell.heard()
