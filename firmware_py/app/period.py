"""Figures of several days as one, and figures as people read them: medians, shares, categories.

A median is a wait or a service that somebody had: half of the people had one no longer
(nearest rank); so is the 90th percentile.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from firmware_py.app.figures import FORM, Counts, DayFigures, Tally

__all__ = ["add", "day_view", "percentile", "whole_view"]

#: Items that the catalogue does not have any more.
GONE = ""

_LONGEST = frozenset({"longest_s", "longest_wait_s"})
_NOT_SUMMED = frozenset({"day", "form", "first_seq", "last_seq"})


def percentile(counts: Counts, share: float) -> int | None:
    """Return the smallest value that ``share`` of all do not exceed; None when there are none."""
    left = share * sum(counts.values())
    for value in sorted(counts):
        left -= counts[value]
        if left <= 1e-9:
            return value
    return None


def add(total: DayFigures, day: DayFigures) -> None:
    """Add a day to a total; its ``form`` becomes the oldest of all its days."""
    total.form = min(total.form, day.form)
    _add(total, day)
    for mine, its in (
        (total.by_item, day.by_item),
        (total.by_window, day.by_window),
        (total.by_clerk, day.by_clerk),
    ):
        for name, tally in its.items():
            _add(mine.setdefault(name, Tally()), tally)


def _add(total: DayFigures | Tally, other: DayFigures | Tally) -> None:
    for one in fields(total):
        mine, its = getattr(total, one.name), getattr(other, one.name)
        if isinstance(mine, Tally):
            _add(mine, its)
        elif one.name in _NOT_SUMMED or one.name.startswith("by_"):
            continue
        elif isinstance(mine, dict):
            for value, count in its.items():
                mine[value] = mine.get(value, 0) + count
        else:
            both = max(mine, its) if one.name in _LONGEST else mine + its
            setattr(total, one.name, both)


def day_view(figures: DayFigures) -> dict[str, Any]:
    """Return a day, or a total, as a row: plain data, times in seconds.

    ``complete`` is False when days are in it that were compacted without the single waits and
    services: medians, scores and alarms are then those of the other days, None without any.
    """
    known = figures.form == FORM or bool(figures.waits)
    acknowledged = sum(figures.acknowledged.values())
    return {
        "day": figures.day,
        "complete": figures.form == FORM,
        "taken": figures.taken,
        "called": figures.called,
        "cancelled": figures.cancelled,
        "left": figures.left,
        "passed_over": figures.passed_over,
        "written_off": figures.written_off,
        "skipped": figures.skipped,
        "wait_s": figures.wait_s,
        "median_wait_s": percentile(figures.waits, 0.5),
        "p90_wait_s": percentile(figures.waits, 0.9),
        "longest_wait_s": figures.longest_wait_s,
        "amber": figures.amber if known else None,
        "red": figures.red if known else None,
        "acknowledged": acknowledged if known else None,
        "median_acknowledge_s": percentile(figures.acknowledged, 0.5),
        "longest_acknowledge_s": max(figures.acknowledged, default=None),
        "total": _tally_view(figures.total),
    }


def whole_view(figures: DayFigures, category_of: Mapping[str, str]) -> dict[str, Any]:
    """Return a day or a total with all its parts.

    Items belong to the category that they have in the catalogue of today, ``category_of``; those
    that are no longer in it to ``""``.
    """
    by_category: dict[str, Tally] = {}
    for item, tally in figures.by_item.items():
        _add(by_category.setdefault(category_of.get(item, GONE), Tally()), tally)
    return {
        **day_view(figures),
        "by_category": _views(by_category.items()),
        "by_item": _views(figures.by_item.items()),
        "by_window": _views(figures.by_window.items()),
        "by_clerk": _views(figures.by_clerk.items()),
        "first_seq": figures.first_seq,
        "last_seq": figures.last_seq,
    }


def _views(tallies: Iterable[tuple[str, Tally]]) -> dict[str, dict[str, Any]]:
    return {name: _tally_view(tally) for name, tally in tallies}


def _tally_view(tally: Tally) -> dict[str, Any]:
    return {
        "served": tally.served,
        "service_s": tally.service_s,
        "median_s": percentile(tally.services, 0.5),
        "p90_s": percentile(tally.services, 0.9),
        "longest_s": tally.longest_s,
        "missed": tally.missed,
        "overtime": tally.overtime,
        "rated": tally.rated,
        "score_sum": tally.score_sum,
        "bad": tally.bad,
        "unanswered": tally.unanswered,
        "scores": {str(score): tally.scores[score] for score in sorted(tally.scores)},
        "reasons": dict(sorted(tally.reasons.items(), key=lambda one: (-one[1], one[0]))),
    }
