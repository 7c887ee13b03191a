"""A reader of contactless cards behind pcscd: the UID of a card, and nothing else of it.

Source: PC/SC part 3 (GET DATA), winscard(3). Any reader that Debian's pcscd drives (CCID); held
against pcscd with a virtual reader, never tried on hardware. The text of an ID card needs a reader
with a SAM (``devices.card_reader.sdt_driver``).

``pcscd`` looks after the reader and is asked every ``look_every_s`` whether a card lies there. A
card that was laid is asked for its UID once, beside other programs and without keeping it;
``TagRead`` says it, ``Lifted`` that the card has gone. Another card in its place is noticed by the
count of changes, however quick the hand was. A card that tells no UID is ``CardRefused``, once for
each time that it is laid.

A reader that is unplugged and a pcscd that ends lose the device; both come back by themselves.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

from devices.base import Driver, Line, Report, Sentence, Status
from devices.card_reader.pcsc import Context, Functions, Pcsc, PcscError, Seen, State, library
from devices.card_reader.pcsc_options import PcscOptions
from devices.card_reader.pcsc_words import (
    IN_USE,
    READY,
    SELF_TEST,
    TEST_S,
    lost,
    no_reader,
    refused,
    several,
)
from devices.card_reader.reports import CardRefused, Lifted, TagRead
from devices.card_reader.tags import GET_UID, NoUid, is_random, is_shared, uid_of
from devices.card_reader.words import TEST_CARD, TEST_REFUSED

__all__ = ["PcscReader"]

#: Other programs may reset a card between two calls; a card that trembles is no use.
_TRIES = 3
_LIFTED = frozenset({Pcsc.NO_SMARTCARD, Pcsc.REMOVED_CARD})
_DEAF = frozenset(
    {
        Pcsc.UNRESPONSIVE_CARD,
        Pcsc.UNPOWERED_CARD,
        Pcsc.UNSUPPORTED_CARD,
        Pcsc.PROTO_MISMATCH,
    }
)
_AGAIN = frozenset({Pcsc.RESET_CARD, Pcsc.NOT_TRANSACTED, Pcsc.COMM_ERROR})


class PcscReader(Driver):
    """One reader. ``options`` are ``PcscOptions``; ``clock`` is any steady clock in seconds.

    Reports ``TagRead``, ``CardRefused`` and ``Lifted`` (``devices.card_reader.reports``).
    ``identity`` is the reader's name, with its serial number where it has one.
    """

    needs_line = False

    def __init__(
        self,
        name: str,
        options: PcscOptions,
        line: Line | None,
        *,
        clock: Callable[[], float] = time.monotonic,
        functions: Callable[[], Functions] = library,
    ) -> None:
        super().__init__(name, options, line)
        self.options: PcscOptions = options
        self.poll_every_s = options.look_every_s
        self._clock = clock
        self._functions = functions
        self._context: Context | None = None
        self._reader = ""
        self._forget()

    def _forget(self) -> None:
        self._status = READY
        #: pcscd's count of changes when the card that lies there was first seen; None: no card.
        self._laid: int | None = None
        #: It was read, or refused; others know of it; and how often it was tried.
        self._done = self._told = False
        self._tries = 0
        self._test_until = self._shown_until = 0.0

    # ---- opening and the self-test

    def open(self) -> Status:
        """Find the reader.

        Raises ``DeviceUnavailable`` (no library, no pcscd), ``PortAbsent`` (no such reader),
        ``DeviceFault`` (several).
        """
        self.close()
        with contextlib.ExitStack() as undo:
            undo.callback(self.close)
            try:
                seen = self._connect()
            except PcscError as error:
                raise lost(error.code, self.options.reader) from error
            undo.pop_all()
        self._status = IN_USE if State.EXCLUSIVE in seen.state else READY
        return self._status

    def _connect(self) -> Seen:
        context = Context(self._functions(), self.options.service.removeprefix("mock:"))
        self._context = context
        self._reader = self.identity = self._found(context.readers())
        return context.look(self._reader)

    def _found(self, there: list[str]) -> str:
        wanted = self.options.reader
        # Its whole name is always clear, even where another's begins with it.
        fitting = [wanted] if wanted in there else [name for name in there if wanted in name]
        if not fitting:
            raise no_reader(wanted, there)
        if len(fitting) > 1:
            raise several(wanted, fitting)
        return fitting[0]

    def close(self) -> None:
        """Let go of pcscd, and of what is known of the card."""
        context, self._context = self._context, None
        if context is not None:
            context.close()
        self._forget()

    def self_test(self) -> Sentence:
        """Take the next card, within 30 s, for a trial: nobody hears of it.

        The reader's state then says ``test_card_read`` or ``test_card_refused``.
        """
        self._test_until = self._clock() + TEST_S
        return SELF_TEST

    # ---- looking

    def poll(self) -> list[Report]:
        """See what lies there, and read it when it is new. Raises ``DeviceUnavailable``."""
        context = self._context
        if context is None:
            return []
        reports: list[Report] = []
        try:
            seen = context.look(self._reader)
            self._look(context, seen, reports)
        except PcscError as error:
            raise lost(error.code, self._reader) from error
        return reports

    def _look(self, context: Context, seen: Seen, reports: list[Report]) -> None:
        if State.UNKNOWN in seen.state:
            raise no_reader(self._reader, [])
        self.counters.frames_in += 1
        laid = seen.changes if State.PRESENT in seen.state else None
        if laid != self._laid:
            if self._told:
                reports.append(Lifted())
            self._laid, self._done, self._told, self._tries = laid, False, False, 0
        if State.EXCLUSIVE in seen.state:
            self._say(IN_USE, reports)
        elif laid is None or self._done:
            self._well(reports)
        elif State.MUTE in seen.state:
            self._refuse("mute", reports)
        else:
            self._read(context, reports)

    def _read(self, context: Context, reports: list[Report]) -> None:
        self.counters.frames_out += 1
        self._tries += 1
        try:
            uid = uid_of(context.ask(self._reader, GET_UID))
        except NoUid:
            self._refuse("no_uid", reports)
        except PcscError as error:
            self._not_read(error, reports)
        else:
            self._done = True
            self._count("cards_read")
            if not self._tried(TEST_CARD, reports):
                self._told = True
                self._well(reports)
                reports.append(TagRead(uid, random=is_random(uid), shared=is_shared(uid)))

    def _not_read(self, error: PcscError, reports: list[Report]) -> None:
        """Tell a card's failure from the reader's. Raises ``PcscError`` for the latter."""
        if error.code == Pcsc.SHARING_VIOLATION:
            self._tries = 0
            self._say(IN_USE, reports)
        elif error.code in _DEAF:
            self._refuse("mute", reports)
        elif error.code in _AGAIN:
            self.counters.retries += 1
            if self._tries >= _TRIES:
                self._refuse("read_failed", reports)
        elif error.code not in _LIFTED:
            raise error

    def _refuse(self, code: str, reports: list[Report]) -> None:
        report: CardRefused = refused(code)
        self._done = True
        self._count(f"refused_{code}")
        if not self._tried(TEST_REFUSED, reports):
            self._well(reports)
            reports.append(report)

    def _tried(self, status: Status, reports: list[Report]) -> bool:
        """Say whether the card was one of the self-test; then tell how that ended."""
        if self._clock() >= self._test_until:
            return False
        self._test_until = 0.0
        self._shown_until = self._clock() + TEST_S
        self._say(status, reports)
        return True

    def _well(self, reports: list[Report]) -> None:
        if self._clock() >= self._shown_until or self._status is IN_USE:
            self._say(READY, reports)

    def _say(self, status: Status, reports: list[Report]) -> None:
        if status is not self._status:
            self._status = status
            reports.append(status)

    def _count(self, what: str) -> None:
        self.counters.extra[what] = self.counters.extra.get(what, 0) + 1
