"""What the wall knows: the daemon's answers, turned into what can be seen. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from kiosk_ui.both import Both, both_of
from kiosk_ui.wall.calls import Board

__all__ = [
    "Category",
    "Hall",
    "Notice",
    "WallModel",
    "WindowSeen",
    "category_of",
    "hall_of",
    "minute_of",
    "notices_of",
    "window_of",
]

Page = Literal["starting", "cut_off", "safe", "closed", "open"]

#: How long a picture is on show.
_PICTURE_S = 12.0

#: A notice of the present is in one of these states; the others wait, are over or off their hours.
_PRESENT = frozenset({"shown", "yields", "no_place", "refused"})


@dataclass(frozen=True, slots=True)
class Hall:
    """``next_opening`` is empty while the hall is open or nobody can say."""

    name: Both
    day: str | None
    day_open: bool
    mode: str
    waiting: int
    next_opening: Both
    rest_name: Both


@dataclass(frozen=True, slots=True)
class Category:
    """Who waits for a category. ``wait_s`` None: no open window takes it."""

    id: str
    name: Both
    waiting: int
    wait_s: int | None


@dataclass(frozen=True, slots=True)
class WindowSeen:
    """A window as people see it. ``status`` is ``open``, ``paused`` or ``closed``."""

    id: str
    name: Both
    status: str


@dataclass(frozen=True, slots=True)
class Notice:
    """``lines`` is a list, such as of prices: ``what | how much``; ``picture`` a file's path."""

    key: str
    text: str
    lines: tuple[str, ...] = ()
    picture: str = ""
    stamp: int = 0

    @property
    def show_s(self) -> float:
        """How long people need to read it."""
        if self.picture:
            return _PICTURE_S
        return min(6.0 + 0.2 * (len(self.text) + sum(map(len, self.lines))), 40.0)


@dataclass(frozen=True, slots=True)
class WallModel:
    """All that the wall shows; times that only drive it do not count as another model."""

    #: False until the daemon answered for the first time.
    met: bool = False
    live: bool = False
    hall: Hall | None = None
    board: Board = field(default_factory=Board)
    categories: tuple[Category, ...] = ()
    windows: tuple[WindowSeen, ...] = ()
    notices: tuple[Notice, ...] = ()
    #: Picture files, by path and stamp, that have turned out to be none: they are left out.
    unreadable: frozenset[tuple[str, int]] = frozenset()
    #: Which notice is on show; long lists of categories and prices turn their leaves with ``part``.
    turn: int = 0
    part: int = 0
    #: The hall's date and time to the minute; None while nobody knows it.
    minute: datetime | None = None
    #: Where the page stands against burning in, counted on every few minutes.
    shift: int = 0
    #: The large call is drawn the other way round for a moment.
    flash: bool = False
    wall: str = ""

    # ---- what only drives it
    #: The hall's local time at a moment of our clock.
    clock: tuple[datetime, float] | None = field(default=None, compare=False)
    status_at_s: float = field(default=0.0, compare=False)
    slow_at_s: float = field(default=0.0, compare=False)
    turned_s: float = field(default=0.0, compare=False)
    asked: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def page(self) -> Page:
        """Which page is shown."""
        if not self.live:
            return "cut_off" if self.met else "starting"
        if self.hall is None:
            return "starting"
        if self.hall.mode == "safe":
            return "safe"
        return "open" if self.hall.day_open and not self._another_day else "closed"

    @property
    def _another_day(self) -> bool:
        """Whether the hall's day is over by the calendar although nobody closed it."""
        if self.minute is None or self.hall is None or self.hall.day is None:
            return False
        return self.minute.date().isoformat() > self.hall.day

    @property
    def notice(self) -> Notice | None:
        """The notice on show."""
        return self._notice_at(self.turn)

    @property
    def next_notice(self) -> Notice | None:
        """The notice that is on show next."""
        return self._notice_at(self.turn + 1)

    def _notice_at(self, turn: int) -> Notice | None:
        shown = [one for one in self.notices if (one.picture, one.stamp) not in self.unreadable]
        return shown[turn % len(shown)] if shown else None

    def window_name(self, window: str) -> Both:
        """Return how people call a window; its id as it is when it is not known."""
        for one in self.windows:
            if one.id == window and (one.name.zh or one.name.en):
                return one.name
        numbered = window.isascii() and window.isalnum()
        return Both(f"{window}号窗口", f"Window {window}") if numbered else Both(window, window)


def hall_of(status: Mapping[str, Any]) -> Hall:
    """Read ``hall.status``; safe mode has less."""
    hours = status.get("hours") or {}
    return Hall(
        both_of(status.get("name")),
        status.get("day"),
        bool(status.get("day_open")),
        str(status.get("mode", "normal")),
        int(status.get("waiting") or 0),
        both_of(hours.get("next_words")),
        both_of(hours.get("name")) if hours.get("rest_day") else Both(),
    )


def category_of(found: Mapping[str, Any]) -> Category:
    """Read one of ``category.list``; waits are told, and kept, in whole minutes."""
    wait_s = found.get("wait_s")
    minutes = None if wait_s is None else max(-(-int(wait_s) // 60), 0) * 60
    return Category(
        str(found["id"]), both_of(found.get("name")), int(found.get("waiting") or 0), minutes
    )


def window_of(found: Mapping[str, Any]) -> WindowSeen:
    """Read one of the windows of ``hall.status``."""
    return WindowSeen(str(found["id"]), both_of(found.get("name")), str(found["status"]))


def notices_of(listing: Mapping[str, Any], wall: str) -> tuple[Notice, ...]:
    """Read ``notice.list``: those of the present for this wall, of the highest priority alone."""
    present = [
        one
        for one in listing.get("notices", ())
        if one["state"] in _PRESENT
        and (one["text"] or one["lines"] or one["picture"])
        and (not one.get("walls") or wall in one["walls"])
    ]
    highest = max((one["priority"] for one in present), default=0)
    return tuple(
        Notice(one["notice"], one["text"], tuple(one["lines"]), one["picture"], one["stamp"])
        for one in present
        if one["priority"] == highest
    )


def minute_of(clock: tuple[datetime, float] | None, now_s: float) -> datetime | None:
    """Return the hall's time to the minute."""
    if clock is None:
        return None
    told, at_s = clock
    return (told + timedelta(seconds=now_s - at_s)).replace(second=0, microsecond=0)
