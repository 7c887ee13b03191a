"""A screen's present picture as a file, for who has no display there: ``--picture wall.png``."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from kiosk_ui.shell import Shell

__all__ = ["Saved"]

log = logging.getLogger(__name__)

#: Not more often: writing a PNG of 1920x1080 takes 90 ms.
EVERY_S = 1.0
#: After a failure: each try costs as much.
AGAIN_S = 10.0


class Saved:
    """Writes ``path`` anew after a change, once a second at most; never a half of it is there.

    Where it cannot, it tries again: a full card may be emptied, a share come back.
    """

    def __init__(self, path: Path, shell: Shell, clock: Callable[[], float]) -> None:
        self._path, self._shell, self._clock = path, shell, clock
        self._shown = 0
        self._next_s = clock()
        self._failed = False

    def turned(self) -> None:
        """Write if there is something new, and it is time to."""
        if self._shell.shown == self._shown or self._clock() < self._next_s:
            return
        shown = self._shell.shown
        new = self._path.with_name(f".{self._path.name}")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._shell.save(new, self._path.suffix)
            new.replace(self._path)
        except OSError as error:
            if not self._failed:
                log.warning("%s cannot be written: %s", self._path, error)
            self._failed = True
        else:
            if self._failed:
                log.info("%s is written again", self._path)
            self._shown, self._failed = shown, False
        # From its end: a slow card gets no more than the screen has left.
        self._next_s = self._clock() + (AGAIN_S if self._failed else EVERY_S)
