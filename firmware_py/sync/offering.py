"""What this Pi decided by itself is offered to the hub, before anything of the hub's is taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from firmware_py.sync.followed import Head, RecordsPort, read_answer
from firmware_py.sync.ports import EpochStart

__all__ = ["Offering"]

#: Refusals after which it is worth offering again.
_LATER = frozenset({
    "busy", "failed", "not_recorded", "safe_mode", "expired", "storage_failing", "no_decision",
})  # fmt: skip


class Offering:
    """Of a Pi that decides nothing by itself ``records`` is None."""

    def __init__(self, records: RecordsPort | None) -> None:
        self._records = records
        self.question: Mapping[str, Any] | None = None

    @property
    def stale(self) -> bool:
        """Whether the hall as known here has decisions of our own, and is to be taken anew."""
        return self._records is not None and self._records.stale

    def goes_first(self, epochs: Sequence[EpochStart]) -> bool:
        """Say whether what people press has to wait: the hub does not know yet what they see."""
        if self._records is None:
            return False
        return self.stale or (bool(epochs) and self._records.question(epochs[-1].epoch) is not None)

    def next(self, epochs: Sequence[EpochStart]) -> Mapping[str, Any] | None:
        """Return what to ask the hub of these epochs; None: it has everything."""
        if self._records is None or not epochs:
            return None
        self.question = self._records.question(epochs[-1].epoch)
        return self.question

    def answered(self, head: Head, line: bytes) -> bool:
        """Take the hub's answer to the last question; False: not now, it is asked again later.

        Raises ``msgspec.DecodeError``.
        """
        answer, asked, self.question = read_answer(line), self.question, None
        if self._records is None or asked is None:
            return True
        if (refusal := answer.get("refusal")) is None:
            if unknown := answer.get("unknown"):
                self._records.passed_over([int(one) for one in unknown])
            self._records.merged(head.epoch, int(answer["merged"]))
        elif (code := str(refusal.get("code"))) not in _LATER:
            self._records.refused(head.epoch, asked, code)
        else:
            return False
        return True
