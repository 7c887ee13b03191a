"""What the hub is asked about its other Pis: lend numbers, write them off, take their records."""

from __future__ import annotations

from dataclasses import dataclass

from firmware_py.core.records import Record

__all__ = [
    "SPREAD_COMMANDS",
    "LendNumbers",
    "MergeRecord",
    "SpreadCommand",
    "TakeOverNumbers",
    "WriteOffNumbers",
]


@dataclass(frozen=True, slots=True)
class LendNumbers:
    """Lend ``holder`` the next block of ``count`` numbers of a series; the hub's own command."""

    holder: str
    series: str
    count: int
    #: A hub's: the numbers from which it gives once it was promoted (rule 2).
    reserve: bool = False


@dataclass(frozen=True, slots=True)
class TakeOverNumbers:
    """``former`` stood down and hands over the usual numbers; the hub's own command."""

    former: str


@dataclass(frozen=True, slots=True)
class WriteOffNumbers:
    """``node`` is gone for good: whatever numbers it holds are never given again today."""

    node: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class MergeRecord:
    """Take what another Pi recorded by itself; the hub's own command, for what that Pi offers.

    One that is not ``allowed`` (it is not that Pi's to say) leaves a trace and changes nothing.
    """

    record: Record
    allowed: bool = True


SpreadCommand = LendNumbers | TakeOverNumbers | WriteOffNumbers | MergeRecord

#: Names for other programs; ``LendNumbers`` and ``MergeRecord`` have none.
SPREAD_COMMANDS: dict[str, type[SpreadCommand]] = {"node.write_off": WriteOffNumbers}
