"""A Pi's side of the hub's configuration: asks, fetches its part, checks it, puts it in place.

The hub offers an edition; each Pi fetches what it lacks of its own part, reads it as its daemon
will, and says yes, or its mistakes. Only what the hub says is in force is put in place. Nothing is
believed but the answer to a question of ours by the hub of the present epoch, so messages that come
late, twice, in another order or from a former hub change nothing: a notice only makes us ask.

It has no clock, no disk and no connection: ``ask`` carries a question, ``port`` has the files,
``tick`` is called now and then with the running time in seconds. One thing is under way at a time::

    {"what": "configuration", "report": {...}}        -> {"in_force", "offered": edition or null}
    {"what": "configuration.files", "edition", "after"}  -> {"files": [[name, sha, size]], "more"}
    {"what": "configuration.part", "name": sha, "after": offset}    -> {"bytes": base64}
"""

from __future__ import annotations

import logging
from base64 import b64decode
from binascii import Error as BadBase64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from firmware_py.core.edition import Edition

__all__ = [
    "ANSWER_S",
    "ConfigurationLine",
    "ConfigurationPort",
    "File",
    "Report",
    "Wrong",
]

log = logging.getLogger(__name__)

#: The hub is asked at least so often which edition is in force.
PULSE_S = 10.0
#: A question is asked again after this.
ANSWER_S = 5.0
#: What could not be used or fetched is tried again after this: a person may have seen to it.
AGAIN_S = 60.0
MOST_WRONG = 20


class File(msgspec.Struct, frozen=True, array_like=True):
    """One file of a Pi's part: its name below the folder, SHA-256 in hex, bytes."""

    name: str
    sha256: str
    size: int


class Wrong(msgspec.Struct, frozen=True):
    """A mistake, as a Pi tells the hub."""

    file: str
    line: int
    path: str
    en: str
    zh: str


class Report(msgspec.Struct, frozen=True):
    """What a Pi has, and what it says of another edition: ``wrong`` is empty for yes.

    ``doing`` is the edition that it fetches or reads just now.
    """

    has: Edition | None = None
    judged: Edition | None = None
    wrong: tuple[Wrong, ...] = ()
    doing: Edition | None = None


class _Answer(msgspec.Struct):
    in_force: Edition | None = None
    offered: Edition | None = None
    #: What needs a restart waits for one of the hub's.
    later: bool = False


class _Files(msgspec.Struct):
    files: tuple[File, ...] = ()
    more: bool = False


#: Told the result when the disk has it.
Lacking = Callable[[Sequence[File]], None]
Judged = Callable[[Sequence[Wrong]], None]
Placed = Callable[[str], None]
Ask = Callable[[Mapping[str, Any], float, Callable[[dict[str, Any] | None], None]], None]


class ConfigurationPort(Protocol):
    """This Pi's files. Each call that works tells once, at once or later."""

    def has(self) -> Edition | None:
        """Return the edition that is in place; None: not known, or changed by hand."""

    def lacks(self, files: Sequence[File], told: Lacking) -> None:
        """Tell which contents are not here yet."""

    def part(self, file: File, after: int, data: bytes, told: Placed) -> None:
        """Keep a part of a content; tells "" or why not. ``after`` 0 begins it."""

    def judge(self, edition: Edition, files: Sequence[File], told: Judged) -> None:
        """Lay it all beside where it belongs, and read it as the daemon will."""

    def place(self, edition: Edition, told: Placed, *, later: bool) -> None:
        """Put in place what was judged last, go by it; tells "" or why not."""

    def restart_now(self) -> None:
        """What waited for a restart of the hub's has had it."""


@dataclass(slots=True)
class _Fetch:
    edition: Edition
    files: list[File]
    lacking: list[File]
    here: int = 0
    begun: bool = False


class ConfigurationLine:
    """Make it, call ``tick``; ``hint`` when something may have changed; ``stop`` ends it."""

    def __init__(self, ask: Ask, port: ConfigurationPort) -> None:
        self._ask_hub, self._port = ask, port
        self._now_s = self._asked_s = 0.0
        self._busy = self._stopped = False
        #: Ask at the next opportunity, whatever the time is.
        self._due = True
        self._answer = _Answer()
        self._judged: tuple[Edition, tuple[Wrong, ...]] | None = None
        self._judged_s = 0.0
        self._fetch: _Fetch | None = None
        #: Until when nothing is fetched or placed, after a failure.
        self._wait_until_s = 0.0
        self._later = False
        self.trouble = ""

    @property
    def refused(self) -> tuple[Edition, tuple[Wrong, ...]] | None:
        """The edition in force that this Pi cannot use, and why."""
        if self._judged is None or not self._judged[1]:
            return None
        return self._judged if self._judged[0] == self._answer.in_force else None

    @property
    def in_force(self) -> Edition | None:
        """What the hub said last."""
        return self._answer.in_force

    def stop(self) -> None:
        """Do nothing any more; an answer that is under way is not taken."""
        self._stopped = True

    def hint(self) -> None:
        """Something may have changed: ask."""
        self._due = True
        self._go_on()

    def lost(self) -> None:
        """Another hub, or none: what it said counts no more."""
        self._answer, self._fetch, self._due = _Answer(), None, True

    def tick(self, now_s: float) -> None:
        """Go on where something is due."""
        self._now_s = now_s
        self._go_on()

    def report(self) -> Report:
        """Return what the hub is told."""
        judged, wrong = self._judged or (None, ())
        doing = None if self._fetch is None else self._fetch.edition
        return Report(self._port.has(), judged, wrong[:MOST_WRONG], doing)

    def _go_on(self) -> None:
        if self._busy or self._stopped:
            return
        if self._due or self._now_s - self._asked_s >= PULSE_S:
            self._due, self._asked_s = False, self._now_s
            report = msgspec.to_builtins(self.report())
            self._ask({"what": "configuration", "report": report}, self._told)
            return
        if self._fetch is not None:
            # The hub has heard that it is looked at.
            if not self._fetch.begun:
                self._fetch.begun = True
                self._list(self._fetch)
            return
        offered, in_force = self._answer.offered, self._answer.in_force
        if in_force is not None and in_force != self._port.has():
            if self._judged == (in_force, ()):
                self._place(in_force)
                return
            if offered is None and self._is_to_be_judged(in_force):
                self._begin(in_force)
                return
        if offered is not None and self._is_to_be_judged(offered):
            self._begin(offered)

    def _is_to_be_judged(self, edition: Edition) -> bool:
        if self._now_s < self._wait_until_s:
            return False
        if self._judged is None or self._judged[0] != edition:
            return True
        # A person may have brought what was missing.
        return bool(self._judged[1]) and self._now_s - self._judged_s >= AGAIN_S

    # ---- questions

    def _ask(self, question: Mapping[str, Any], came: Callable[[Mapping[str, Any]], None]) -> None:
        self._busy = True

        def answered(answer: Mapping[str, Any] | None) -> None:
            self._busy = False
            if self._stopped:
                return
            if answer is None or answer.get("refusal") is not None:
                # A hub of an older version does not know the question.
                self._fetch = None
                self._wait_until_s = self._now_s + PULSE_S
                return
            try:
                came(answer)
            except (msgspec.ValidationError, BadBase64, TypeError) as error:
                log.warning("an answer about the configuration cannot be read: %s", error)
                self._fetch = None
                self._wait_until_s = self._now_s + PULSE_S

        self._ask_hub(question, ANSWER_S, answered)

    def _told(self, answer: Mapping[str, Any]) -> None:
        self._answer = msgspec.convert(dict(answer), _Answer, strict=False)
        wanted = {self._answer.in_force, self._answer.offered}
        if self._fetch is not None and self._fetch.edition not in wanted:
            self._fetch = None
        if self._later and not self._answer.later:
            self._later = False
            if self._answer.in_force == self._port.has():
                self._port.restart_now()
        self._go_on()

    # ---- fetching and judging

    def _begin(self, edition: Edition) -> None:
        self._fetch, self._due = _Fetch(edition, [], []), True
        self._go_on()

    def _list(self, fetch: _Fetch) -> None:
        question = {
            "what": "configuration.files",
            "edition": msgspec.to_builtins(fetch.edition),
            "after": len(fetch.files),
        }
        self._ask(question, lambda answer: self._listed(fetch, answer))

    def _listed(self, fetch: _Fetch, answer: Mapping[str, Any]) -> None:
        if answer.get("gone"):
            self._fetch, self._due = None, True
            return
        told = msgspec.convert(dict(answer), _Files)
        fetch.files += told.files
        if told.more and told.files:
            self._list(fetch)
            return
        self._work(lambda done: self._port.lacks(fetch.files, done),
                   lambda lacking: self._lacking(fetch, lacking))  # fmt: skip

    def _lacking(self, fetch: _Fetch, lacking: Sequence[File]) -> None:
        fetch.lacking = list(lacking)
        self._next_part(fetch)

    def _next_part(self, fetch: _Fetch) -> None:
        if self._fetch is not fetch:
            return
        if not fetch.lacking:
            self._work(lambda done: self._port.judge(fetch.edition, fetch.files, done),
                       lambda wrong: self._was_judged(fetch, wrong))  # fmt: skip
            return
        question = {
            "what": "configuration.part", "name": fetch.lacking[0].sha256, "after": fetch.here,
        }  # fmt: skip
        self._ask(question, lambda answer: self._part_came(fetch, answer))

    def _part_came(self, fetch: _Fetch, answer: Mapping[str, Any]) -> None:
        if not isinstance(answer.get("bytes"), str):
            # The hub has it no longer.
            self._fetch, self._due = None, True
            return
        data, file, at = b64decode(answer["bytes"], validate=True), fetch.lacking[0], fetch.here
        if at + len(data) > file.size or (not data and at < file.size):
            raise TypeError(f"{file.name} has another size")
        self._work(lambda done: self._port.part(file, at, data, done),
                   lambda why: self._part_kept(fetch, len(data), why))  # fmt: skip

    def _part_kept(self, fetch: _Fetch, count: int, why: str) -> None:
        if why:
            log.error("the hub's configuration cannot be kept: %s", why)
            self._fetch = None
            self._wait_until_s = self._now_s + AGAIN_S
            return
        fetch.here += count
        if fetch.here >= fetch.lacking[0].size:
            del fetch.lacking[0]
            fetch.here = 0
        self._next_part(fetch)

    def _was_judged(self, fetch: _Fetch, wrong: Sequence[Wrong]) -> None:
        self._fetch, self._due = None, True
        self._judged, self._judged_s = (fetch.edition, tuple(wrong)), self._now_s
        if wrong:
            log.warning("configuration %s cannot be used here: %s", fetch.edition, wrong[0].en)
        self._go_on()

    # ---- in place

    def _place(self, edition: Edition) -> None:
        later = self._later = self._answer.later
        self._work(lambda done: self._port.place(edition, done, later=later), self._placed)

    def _placed(self, why: str) -> None:
        self.trouble, self._judged, self._due = why, None, True
        if why:
            log.error("the hub's configuration cannot be put in place: %s", why)
            self._wait_until_s = self._now_s + AGAIN_S
        self._go_on()

    def _work(
        self, call: Callable[[Callable[[Any], None]], None], then: Callable[[Any], None]
    ) -> None:
        self._busy = True

        def done(result: Any) -> None:
            self._busy = False
            if not self._stopped:
                then(result)

        call(done)
