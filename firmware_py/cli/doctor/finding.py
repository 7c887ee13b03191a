"""What a check finds: how bad, what it is, and what to do about it."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from devices.base import Sentence
from firmware_py.cli.doctor.facts import Facts

__all__ = ["Check", "Finding", "Level", "fine", "red", "unknown", "warning"]


class Level(enum.StrEnum):
    """How bad; what could not be looked at is ``NOT_APPLICABLE``, never ``OK``."""

    OK = "ok"
    WARNING = "warning"
    RED = "red"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found. ``do`` says what a person can do; None where there is nothing to do."""

    level: Level
    say: Sentence
    do: Sentence | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One check: ``code`` for programs, ``title`` for people; ``look`` may take its time.

    ``look`` runs on a thread of its own beside the others and changes nothing but files that it
    makes and removes again.
    """

    code: str
    title: Sentence
    look: Callable[[Facts], Iterable[Finding]]


def fine(zh: str, en: str) -> Finding:
    """Return that something is as it should be."""
    return Finding(Level.OK, Sentence(zh, en))


def unknown(zh: str, en: str, do_zh: str = "", do_en: str = "") -> Finding:
    """Return that something does not exist here, or could not be looked at."""
    return Finding(Level.NOT_APPLICABLE, Sentence(zh, en), _do(do_zh, do_en))


def warning(zh: str, en: str, do_zh: str, do_en: str) -> Finding:
    """Return that somebody should look soon."""
    return Finding(Level.WARNING, Sentence(zh, en), _do(do_zh, do_en))


def red(zh: str, en: str, do_zh: str, do_en: str) -> Finding:
    """Return that something is wrong now."""
    return Finding(Level.RED, Sentence(zh, en), _do(do_zh, do_en))


def _do(zh: str, en: str) -> Sentence | None:
    return Sentence(zh, en) if en else None
