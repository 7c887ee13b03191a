"""Which hub counts: who knows an epoch hears nothing of a lower one (spread-rules, rule 13)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

from firmware_py.core.epoch import NO_EPOCH, Epoch, latest_epoch
from firmware_py.sync.ports import EpochStart

__all__ = ["HighestEpoch", "epoch_told"]


def epoch_told(node: str, epochs: Iterable[Mapping[str, Any]]) -> Epoch | None:
    """Return the epoch of a hub whose birth tells these; None where it tells none."""
    names = [str(one["epoch"]) for one in epochs]
    return latest_epoch(names, node) if names else None


class HighestEpoch:
    """The highest epoch that was heard of, by births of Pis that are there or not."""

    def __init__(self, known: Epoch = NO_EPOCH) -> None:
        self.known = known

    @classmethod
    def of(cls, epochs: Sequence[EpochStart]) -> Self:
        """Return what is known of a hub with these epochs; of one never promoted nothing."""
        known = latest_epoch([one.epoch for one in epochs], "")
        return cls(known if known.hub else NO_EPOCH)

    def hears(self, node: str, epochs: Iterable[Mapping[str, Any]]) -> bool:
        """Say whether what this hub says counts; a higher epoch is known from now on."""
        epoch = epoch_told(node, epochs)
        if epoch is None:
            # Of a version that did not tell: only the first hub can be meant.
            return self.known.nth <= 1
        if epoch < self.known:
            return False
        self.known = epoch
        return True
