"""The wall at work: what it asks the daemon for, and how answers and events change its model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from kiosk_ui.look import Look
from kiosk_ui.messages import (
    Answered,
    Ask,
    CutOff,
    Happened,
    Live,
    Message,
    Refused,
    Request,
    Tick,
    Unreadable,
)
from kiosk_ui.ops import Picture
from kiosk_ui.wall.calls import Board
from kiosk_ui.wall.model import (
    WallModel,
    category_of,
    hall_of,
    minute_of,
    notices_of,
    window_of,
)
from kiosk_ui.wall.view import view

__all__ = ["WallScreen"]

#: The hall at a glance is asked for so often, and so soon after something happened.
STATUS_S, SOON_S = 5.0, 0.5
#: Categories and notices.
SLOW_S = 4.0
#: The page moves by a few pixels that often.
SHIFT_S = 180.0
#: What does not fit on one leaf of a list is on the next.
LEAF_S = 8.0
#: A new call flashes for so long, once a second: far below what may harm anybody.
FLASH_S, FLASH_EVERY_S = 4.0, 1.0

_OVER = frozenset({
    "service.finished", "ticket.missed", "ticket.parked", "ticket.transferred", "ticket.cancelled",
})  # fmt: skip
_QUESTIONS = {"status": "hall.status", "categories": "category.list", "notices": "notice.list"}


@dataclass(frozen=True, slots=True)
class WallScreen:
    """A ``Screen``. ``wall`` is the id by which notices name it; ``show_s`` as in ``Board``."""

    wall: str = ""
    show_s: float = 8.0
    first: WallModel = field(init=False)

    def __post_init__(self) -> None:
        """Make the model before anything is known."""
        first = WallModel(wall=self.wall, board=Board(show_s=self.show_s))
        object.__setattr__(self, "first", first)

    def view(self, model: WallModel, look: Look) -> Picture:
        """Return the wall's picture."""
        return view(model, look)

    def update(
        self, model: WallModel, message: Message, now_s: float
    ) -> tuple[WallModel, Sequence[Request]]:
        """Return the next model and what to ask for."""
        match message:
            case Tick():
                return self._asked(_ticked(model, now_s), now_s)
            case Live():
                begun = replace(
                    model,
                    live=True,
                    met=True,
                    asked=frozenset(),
                    status_at_s=now_s,
                    slow_at_s=now_s,
                )
                return begun, ()
            case CutOff():
                # What was shown may be wrong any moment: no number stays.
                return replace(
                    model, live=False, met=True, hall=None,
                    board=Board(show_s=self.show_s), asked=frozenset(),
                ), ()  # fmt: skip
            case Happened():
                return _happened(model, message, now_s), ()
            case Answered():
                return _answered(model, message, now_s), ()
            case Unreadable():
                mark = message.path, message.stamp
                return replace(model, unreadable=model.unreadable | {mark}, turned_s=now_s), ()
            case Refused():
                return replace(model, asked=model.asked - {message.name}), ()
        return model, ()

    def _asked(self, model: WallModel, now_s: float) -> tuple[WallModel, Sequence[Request]]:
        if not model.live:
            return model, ()
        due = list[str]()
        if now_s >= model.status_at_s and "status" not in model.asked:
            due.append("status")
            model = replace(model, status_at_s=now_s + STATUS_S)
        if now_s >= model.slow_at_s:
            due += [name for name in ("categories", "notices") if name not in model.asked]
            model = replace(model, slow_at_s=now_s + SLOW_S)
        if not due:
            return model, ()
        return (
            replace(model, asked=model.asked | set(due)),
            [Ask(name, _QUESTIONS[name]) for name in due],
        )


def _ticked(model: WallModel, now_s: float) -> WallModel:
    board = model.board.at(now_s)
    large = board.large_call
    fresh = large is not None and not large.served and now_s - board.large_s < FLASH_S
    flash = fresh and (now_s - board.large_s) % FLASH_EVERY_S < FLASH_EVERY_S / 2
    minute = minute_of(model.clock, now_s)
    shift, part = int(now_s // SHIFT_S), int(now_s // LEAF_S)
    turn, turned_s = model.turn, model.turned_s
    notice = model.notice
    if notice is not None and now_s - turned_s >= notice.show_s:
        turn, turned_s = turn + 1, now_s
    # What could not be shown is tried again with each shift: a disk may have been busy.
    unreadable = model.unreadable if shift == model.shift else frozenset()
    if (board, flash, minute, shift, part, turn) == (
        model.board, model.flash, model.minute, model.shift, model.part, model.turn,
    ):  # fmt: skip
        return model
    return replace(
        model, board=board, flash=flash, minute=minute, shift=shift, part=part, turn=turn,
        turned_s=turned_s, unreadable=unreadable,
    )  # fmt: skip


def _happened(model: WallModel, event: Happened, now_s: float) -> WallModel:
    board, data = model.board, event.data
    match event.type:
        case "ticket.called" | "ticket.recalled":
            board = board.called(data["number"], data["window"], now_s)
        case "service.started":
            # One that began by itself tells nothing of whether the person has come.
            if not data.get("auto"):
                board = board.served(data["number"])
        case "day.opened" | "day.closed":
            board = Board(show_s=board.show_s)
        case kind if kind in _OVER:
            board = board.ended(data["number"], now_s)
    soon = min(model.status_at_s, now_s + SOON_S)
    return replace(model, board=board, status_at_s=soon)


def _answered(model: WallModel, answer: Answered, now_s: float) -> WallModel:
    model = replace(model, asked=model.asked - {answer.name})
    match answer.name:
        case "status":
            return _status(model, answer.result, now_s)
        case "categories":
            return replace(model, categories=tuple(category_of(one) for one in answer.result))
        case "notices":
            notices = notices_of(answer.result, model.wall)
            if notices == model.notices:
                return model
            return replace(model, notices=notices, unreadable=frozenset(), turn=0, turned_s=now_s)
    return model


def _status(model: WallModel, status: Mapping[str, Any], now_s: float) -> WallModel:
    hall = hall_of(status)
    windows = status.get("windows") or ()
    board = model.board
    if hall.day_open:
        held = sorted((w for w in windows if w["ticket"]), key=lambda w: w["called_ms"] or 0)
        board = board.in_hand(
            # A service that began by itself tells nothing of whether the person has come.
            (
                (w["ticket"], w["id"], w["ticket_status"] == "serving" and not w["auto"])
                for w in held
            ),
            now_s,
        )
    else:
        board = Board(show_s=board.show_s)
    now = str(status.get("now") or "")
    clock = (datetime.fromisoformat(now), now_s) if now else None
    return replace(
        model,
        hall=hall,
        board=board,
        windows=tuple(window_of(one) for one in windows),
        clock=clock,
        minute=minute_of(clock, now_s),
    )
