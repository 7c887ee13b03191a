"""Who holds which numbers ahead of time, and how many are left, as technicians see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from firmware_py.core.blocks import free_of
from firmware_py.core.decide_hubs import has_usual_numbers
from firmware_py.runtime.control import Query

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall

__all__ = ["NumbersHeld"]


class NumbersHeld:
    """Answers ``node.numbers``: at the hub, and at every Pi as far as it followed."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall

    def queries(self) -> dict[str, Query]:
        """Return the table of questions."""
        return {"node.numbers": self.numbers}

    async def numbers(self, params: dict[str, Any], user: str) -> Any:
        """Return the day's blocks in the order in which they were lent."""
        hall, state = self._hall, self._hall.state()
        blocks = []
        for block in state.lent:
            series = hall.rules.series.get(block.series)
            total = 0 if series is None else sum(1 for _ in block.counts(series))
            left = 0 if series is None else free_of(block, series, state.tickets)
            blocks.append(
                {
                    "holder": block.holder,
                    "series": block.series,
                    "first": block.first_number,
                    "last": block.last_number,
                    "total": total,
                    "given": total - left,
                    "left": left,
                    "written_off": block.written_off,
                    "reserve": block.reserve,
                }
            )
        skipped = [{"number": n, "paper": paper} for n, paper in state.skipped.items()]
        return {
            "lend": hall.settings.spread.lend,
            "day": state.day if state.day_open else None,
            "blocks": blocks,
            "usual_at": "" if has_usual_numbers(state) else state.numbers_at,
            "skipped": skipped,
        }
