"""A wall's picture: calls in their zone, notices and lists beside them. Pure: no clock inside.

A call never waits for a notice: the calls have their lines for themselves, and what stands on
these while nobody is called gives way at once.
"""

from __future__ import annotations

from collections.abc import Sequence

from devices.led_wall.calls import CallBoard
from devices.led_wall.layout import Layout, Shown, Zone
from devices.led_wall.notices import Notice, Rotation, frames_of, shown_in
from devices.led_wall.page import LedLine, LedPage
from devices.led_wall.words import CHINESE, Words

__all__ = ["WallPicture", "lines_with"]

_DARK = LedLine("")


class WallPicture:
    """What a wall of ``width_columns`` shows by its ``layout``; its calls are in ``board``.

    ``board`` is None where the layout has no place for calls. ``now`` is seconds of any clock that
    never goes back.
    """

    def __init__(
        self,
        layout: Layout,
        width_columns: int,
        min_show_s: float,
        *,
        words: Words = CHINESE,
    ) -> None:
        self._width = width_columns
        self.board: CallBoard | None = None
        self._zones: list[tuple[Zone, Shown | None, Rotation]] = []
        for zone in layout.zone:
            if zone.show == "calls":
                self.board = CallBoard(
                    zone.rows,
                    min_show_s,
                    width_columns=width_columns,
                    forms=words.calls,
                    served_forms=words.served,
                    colour=zone.colour or "green",
                    fresh=zone.fresh,
                    align=zone.align,
                )
            self._zones.append((zone, _beside_calls(zone), Rotation()))
        self.take((), 0.0)

    def take(self, notices: Sequence[Notice], now: float) -> None:
        """Show these notices and lists from now on, instead of those of before."""
        for zone, shown, rotation in self._zones:
            if shown is not None:
                rotation.take(frames_of(zone, shown, notices, self._width), now)

    @property
    def notices(self) -> set[str]:
        """The keys of those that are on show, or take turns."""
        return set[str]().union(*(rotation.keys for _, _, rotation in self._zones))

    def page(self, now: float) -> LedPage:
        """Return what to show from ``now`` on."""
        lines: list[LedLine] = []
        for zone, _, rotation in self._zones:
            own = self._calls(zone, now)
            if not own:
                frame = rotation.frame(now)
                own = frame.lines if frame is not None else ()
            lines += [*own, *(_DARK,) * (zone.rows - len(own))]
        while lines and lines[-1] == _DARK:
            lines.pop()
        return LedPage(tuple(lines))

    def next_change(self, now: float) -> float | None:
        """Return when the page will be another if nobody calls, or None."""
        times = [self.board.next_change(now)] if self.board is not None else []
        times += [
            rotation.next_change(now)
            for zone, _, rotation in self._zones
            if not self._calls(zone, now)
        ]
        return min((time for time in times if time is not None), default=None)

    def _calls(self, zone: Zone, now: float) -> tuple[LedLine, ...]:
        if zone.show != "calls" or self.board is None:
            return ()
        return self.board.lines(now)


def _beside_calls(zone: Zone) -> Shown | None:
    return zone.when_free if zone.show == "calls" else zone.show


def lines_with(layout: Layout, width: int, notice: Notice) -> list[LedLine]:
    """Return every line on which ``notice`` would ever stand; none: the wall has no place for it.

    So that whoever takes a notice can ask the display whether it can write them.
    """
    lines: list[LedLine] = []
    for zone in layout.zone:
        shown = _beside_calls(zone)
        if shown is not None and shown != "text" and shown_in(shown, notice):
            for frame in frames_of(zone, shown, (notice,), width):
                lines += frame.lines
    return lines
