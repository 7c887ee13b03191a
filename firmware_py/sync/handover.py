"""A former hub hands over what only it knew: its records in order, then its numbers (rule 15).

No clock and no line of its own: ``ask`` carries a question to the hub that is followed, ``tick`` is
called now and then with the running time in seconds. What a hub has acknowledged counts for that
hub's epoch alone (rule 10): the next one is offered everything again, and takes it once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from firmware_py.core.wire_version import WIRE
from firmware_py.sync.ports import EpochStart

__all__ = ["Handover", "HandoverPort"]

log = logging.getLogger(__name__)

ANSWER_S = 8.0
AGAIN_S = 2.0
#: What could not be read here is tried again after this.
UNREAD_S = 60.0

Ask = Callable[[Mapping[str, Any], float, Callable[[dict[str, Any] | None], None]], None]


class HandoverPort(Protocol):
    """What this Pi kept of its own time as hub.

    ``why`` says which of it cannot be offered at all for now; "" when there is no such thing.
    """

    why: str

    def question(self, epochs: Sequence[EpochStart], wire: int) -> Mapping[str, Any] | None:
        """Return what to offer next to the hub with these epochs; None: it has everything.

        ``wire`` is what it speaks: a record that an older one did not know is offered again.
        """

    def withhold(self) -> bool:
        """Offer nothing of people from here on; say whether something was offered before."""

    def passed_over(self, asked: Mapping[str, Any], seqs: Sequence[int], wire: int) -> None:
        """A hub that speaks ``wire`` does not know these records: kept for a newer one."""

    def merged(self, epochs: Sequence[EpochStart], asked: Mapping[str, Any], upto: int) -> None:
        """That hub has what was asked, up to record ``upto``."""


class Handover:
    """Make it, call ``tick`` while a hub is followed."""

    def __init__(self, ask: Ask, port: HandoverPort) -> None:
        self._ask_hub, self._port = ask, port
        self._busy, self._next_s, self._now_s = False, 0.0, 0.0
        self._epochs: tuple[EpochStart, ...] = ()
        self._wire = WIRE
        #: Why it does not get on; "" while it does.
        self.why = ""
        self.done = False

    def tick(self, now_s: float, epochs: Sequence[EpochStart], wire: int = WIRE) -> None:
        """Offer what is next to the hub of these epochs, which speaks ``wire``."""
        self._now_s = now_s
        if (tuple(epochs), wire) != (self._epochs, self._wire):
            self._epochs, self._wire = tuple(epochs), wire
            self.done, self._next_s = False, now_s
        self._go_on()

    def _go_on(self) -> None:
        if self._busy or self.done or not self._epochs or self._now_s < self._next_s:
            return
        epochs, wire = self._epochs, self._wire
        question = self._port.question(epochs, wire)
        if question is None:
            # What lies here and cannot be read is not handed over: people must hear of it.
            self.why = self._port.why
            self.done = not self.why
            self._next_s = self._now_s + UNREAD_S
            return
        self._busy = True

        def answered(answer: Mapping[str, Any] | None) -> None:
            self._busy = False
            upto = None if answer is None else answer.get("merged")
            if isinstance(upto, int) and epochs == self._epochs:
                self._port.passed_over(question, (answer or {}).get("unknown", ()), wire)
                self._port.merged(epochs, question, upto)
                self.why = ""
                self._go_on()
                return
            self._next_s = self._now_s + AGAIN_S
            refusal = (answer or {}).get("refusal")
            if (refusal or {}).get("code") == "personal_data" and self._port.withhold():
                # A hub that does not know that Pis which decided may tell of people, over TLS.
                self._next_s = self._now_s
                self._go_on()
            elif refusal is not None and self.why != refusal.get("en"):
                self.why = str(refusal.get("en"))
                log.error("the hub does not take our records: %s", self.why)

        self._ask_hub(question, ANSWER_S, answered)
