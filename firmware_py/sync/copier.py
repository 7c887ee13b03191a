"""Keeps a copy of the hub's journal level with it: asks, has pages taken, begins as a whole.

It has no clock, no disk and no connection of its own: ``ask`` carries a question to the hub,
``port`` keeps the copy, ``tick`` is called now and then with the running time in seconds. One
question is under way at a time::

    {"what": "journal", "copy": {"after", "link", "command", "command_id"}}   -> {"page": {...}}
    {"what": "journal.file"}                                  -> {"file": {"name", "size"}}
    {"what": "journal.part", "name", "after": offset}         -> {"bytes": base64}

A copy that is not the beginning of the hub's journal is kept aside and begun anew, unless both are
of one epoch: then it is the hub's journal that was set back, and the copy is kept as it is. One
that cannot be gone on with, because a row or a link is wrong, stays as it is too; all this is said,
and tried again.
"""

from __future__ import annotations

import logging
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

__all__ = ["Copier", "CopyPort", "CopyStatus", "Done"]

log = logging.getLogger(__name__)

#: Level with the hub, it is asked at least so often.
PULSE_S = 1.0
#: A question is asked again after this.
ANSWER_S = 5.0
#: What went wrong is tried again after this.
AGAIN_S = 10.0
#: A whole file that could not be taken, say on a full card, is fetched again after this: it may be
#: large, and each time wears the card.
WHOLE_AGAIN_S = 300.0

#: Told when the disk has it: "" or why not.
Done = Callable[[str], None]
Ask = Callable[[Mapping[str, Any], float, Callable[[dict[str, Any] | None], None]], None]

#: ``waiting``: not asked yet since the start; ``whole``: begun as a whole; ``wrong``: see ``why``.
CopyState = Literal["waiting", "whole", "behind", "level", "wrong"]


class CopyPort(Protocol):
    """The copy. Each call that writes tells ``done`` once, at once or later."""

    def wanted(self) -> Mapping[str, Any] | None:
        """Return where the copy stands; None: there is none yet."""

    def copied(self) -> int:
        """Return the last event that the copy has."""

    def unknown(self) -> tuple[str, ...]:
        """Return types of events in it that this program does not know: it must be updated."""

    def take(self, page: Mapping[str, Any], done: Done) -> None:
        """Record what follows."""

    def put_aside(self, done: Done) -> None:
        """Keep what is here under another name; then there is no copy."""

    def part(self, after: int, data: bytes, done: Done) -> None:
        """Write a part of the file that is to be the copy; ``after`` 0 begins it."""

    def whole(self, done: Done) -> None:
        """All parts are there: prove the file and make it the copy."""


@dataclass(frozen=True, slots=True)
class CopyStatus:
    """How far the copy is. ``behind`` in events, ``level_s`` seconds ago it was level."""

    state: CopyState
    copied: int
    newest: int
    #: None: not since the start.
    level_s: float | None
    #: While it begins as a whole: bytes that are here, of how many.
    bytes_here: int = 0
    bytes_all: int = 0
    why: str = ""
    #: Types of events that only a newer program knows: this one cannot go on with the copy.
    unknown: tuple[str, ...] = ()

    @property
    def behind(self) -> int:
        """Events that the hub has and the copy has not, as far as is known."""
        return max(self.newest - self.copied, 0)


class Copier:
    """Make it, call ``tick`` and ``newest``; ``stop`` ends it, ``go_on`` takes that back."""

    def __init__(self, ask: Ask, port: CopyPort) -> None:
        self._ask_hub, self._port = ask, port
        self._state: CopyState = "waiting"
        self._newest = 0
        self._now_s = 0.0
        self._next_s = 0.0
        self._level_s: float | None = None
        self._busy = self._stopped = False
        self._file: tuple[str, int] | None = None
        self._here = 0
        self._why = ""

    def status(self, now_s: float) -> CopyStatus:
        """Return how far it is."""
        level_s = None if self._level_s is None else max(now_s - self._level_s, 0.0)
        all_ = self._file[1] if self._file is not None else 0
        copied = self._port.copied()
        newest = max(self._newest, copied)
        state, why, unknown = self._state, self._why, self._port.unknown()
        return CopyStatus(state, copied, newest, level_s, self._here, all_, why, unknown)

    def stop(self) -> None:
        """Ask no more; an answer that is under way is not taken."""
        self._stopped = True

    def go_on(self) -> None:
        """Ask again: a promotion that failed leaves a copy, which must not grow old."""
        self._stopped, self._file = False, None

    def cannot(self, why: str) -> None:
        """The copy cannot be had at all for now: say so, where people look for it."""
        self._wrong(why)

    @property
    def busy(self) -> bool:
        """Whether a question or a write is under way."""
        return self._busy

    def newest(self, seq: int) -> None:
        """The hub has this event: it is fetched at once when nothing is under way."""
        self._newest = max(self._newest, seq)
        if seq > self._port.copied() and self._state in {"level", "behind"}:
            self._next_s = min(self._next_s, self._now_s)
            self._go_on()

    def back(self) -> None:
        """The hub was away: it is asked at once, for it may have been set back meanwhile."""
        self._next_s = min(self._next_s, self._now_s)

    def tick(self, now_s: float) -> None:
        """Go on where something is due."""
        self._now_s = now_s
        self._go_on()

    def _go_on(self) -> None:
        if self._busy or self._stopped or self._now_s < self._next_s:
            return
        if self._file is not None:
            name = self._file[0]
            self._ask({"what": "journal.part", "name": name, "after": self._here}, self._part_came)
        elif (wanted := self._port.wanted()) is not None:
            self._ask({"what": "journal", "copy": dict(wanted)}, self._page_came)
        else:
            self._state = "whole"
            self._ask({"what": "journal.file"}, self._file_came)

    def _ask(self, question: Mapping[str, Any], came: Callable[[Mapping[str, Any]], None]) -> None:
        self._busy = True

        def answered(answer: Mapping[str, Any] | None) -> None:
            self._busy = False
            if self._stopped:
                return
            if answer is None:
                self._again(PULSE_S)
            elif (refusal := answer.get("refusal")) is not None:
                self._wrong(str(refusal.get("en", refusal)))
            else:
                try:
                    came(answer)
                except (ValueError, TypeError, KeyError) as error:
                    self._wrong(f"the hub's answer cannot be read: {type(error).__name__}")

        self._ask_hub(question, ANSWER_S, answered)

    def _again(self, after_s: float) -> None:
        self._next_s = self._now_s + after_s

    def _wrong(self, why: str) -> None:
        if self._state != "wrong" or self._why != why:
            log.error(
                "主控账本的副本不能继续：%s。请在本机查看 hallctl hub status。 The copy of the "
                "hub's journal cannot go on; see hallctl hub status at this Pi.",
                why,
            )
        self._state, self._why = "wrong", why
        self._again(AGAIN_S)

    def _write(self, call: Callable[[Done], None], then: Callable[[], None]) -> None:
        self._busy = True

        def done(why: str) -> None:
            self._busy = False
            if self._stopped:
                return
            if why:
                begun, self._file = self._state == "whole", None
                self._wrong(why)
                if begun:
                    self._again(WHOLE_AGAIN_S)
            else:
                then()

        call(done)

    # ---- row by row

    def _page_came(self, answer: Mapping[str, Any]) -> None:
        page = answer.get("page")
        if not isinstance(page, dict):
            self._again(PULSE_S)
            return
        self._newest = max(self._newest, int(page.get("last_seq", 0)))
        if page.get("forked"):
            self._wrong(
                f"the hub's journal was set back to event {page.get('last_seq')}, as by an old "
                "copy of its card; what came after it is here alone, up to event "
                f"{self._port.copied()}: give hallctl hub promote at this Pi"
            )
            return
        if page.get("differs") or page.get("gone"):
            why = "it has what the hub has not" if page.get("differs") else "the hub compacted"
            log.warning(
                "主控账本的副本与主控不一致，另存后重新复制。 The copy up to event %d is not the "
                "beginning of the hub's journal (%s): it is kept aside and begun anew.",
                self._port.copied(),
                why,
            )
            self._write(self._port.put_aside, lambda: self._again(0.0))
            return
        self._write(lambda done: self._port.take(page, done), lambda: self._taken(page))

    def _taken(self, page: Mapping[str, Any]) -> None:
        more = self._port.copied() < self._newest or not page.get("whole", True)
        if more or page.get("commands"):
            # Perhaps there are more outcomes: the next page says.
            self._state = "behind" if more else "level"
            self._again(0.0)
            self._go_on()
        else:
            self._state = "level"
            self._again(PULSE_S)
        if not more:
            self._level_s, self._why = self._now_s, ""

    # ---- as a whole

    def _file_came(self, answer: Mapping[str, Any]) -> None:
        file = answer.get("file")
        if not isinstance(file, dict) or not file.get("name"):
            # The hub makes one: a copy of a large journal takes a while.
            self._again(PULSE_S)
            return
        self._file, self._here = (str(file["name"]), int(file["size"])), 0
        self._go_on()

    def _part_came(self, answer: Mapping[str, Any]) -> None:
        if self._file is None:
            return
        if not isinstance(answer.get("bytes"), str):
            # The hub has it no longer: begin anew.
            self._file = None
            self._again(PULSE_S)
            return
        data = b64decode(answer["bytes"], validate=True)
        at = self._here
        self._write(lambda done: self._port.part(at, data, done), lambda: self._part_taken(data))

    def _part_taken(self, data: bytes) -> None:
        if self._file is None:
            return
        self._here += len(data)
        if data and self._here < self._file[1]:
            self._go_on()
            return
        self._file = None

        def whole() -> None:
            self._state = "behind"
            log.info("the hub's journal was copied as a whole, up to %d", self._port.copied())
            self._go_on()

        self._write(self._port.whole, whole)
