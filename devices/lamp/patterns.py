"""What a lamp's colours say, as data: steps of colours and milliseconds.

All patterns differ on a lamp of one colour too: steady, even blinking, double flash, rare flash.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["PATTERNS", "Pattern", "Step", "lit_at"]


@dataclass(frozen=True, slots=True)
class Step:
    """These parts of the lamp are on for ``ms`` milliseconds (multiples of 250)."""

    lit: frozenset[str]
    ms: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """``intro`` once, then ``loop`` for ever."""

    loop: tuple[Step, ...]
    intro: tuple[Step, ...] = ()


def _step(lit: str, ms: int) -> Step:
    return Step(frozenset(lit.split()), ms)


PATTERNS: Mapping[str, Pattern] = MappingProxyType(
    {
        "off": Pattern((_step("", 1000),)),
        #: The window is open and in time.
        "green": Pattern((_step("green", 1000),)),
        #: The time limit is near (80 % by default).
        "amber": Pattern((_step("amber", 1000),)),
        #: Over the limit. The buzzer speaks once; nobody works beside one that never stops.
        "red": Pattern(
            loop=(_step("red", 500), _step("", 500)),
            intro=(_step("red buzzer", 500), _step("", 500)),
        ),
        #: The clerk calls for help.
        "help": Pattern(
            loop=(_step("red amber", 250), _step("", 250), _step("red amber", 250), _step("", 750)),
            intro=(
                _step("red amber buzzer", 250),
                _step("", 250),
                _step("red amber buzzer", 250),
                _step("", 750),
            ),
        ),
        #: The hall's controller cannot be reached: not a calm lamp, and not an alarm.
        "dead": Pattern((_step("red amber", 250), _step("", 1750))),
    }
)


def lit_at(pattern: Pattern, elapsed_ms: int) -> frozenset[str]:
    """Return what is on ``elapsed_ms`` after the pattern began."""
    at = max(0, elapsed_ms)
    for step in pattern.intro:
        if at < step.ms:
            return step.lit
        at -= step.ms
    at %= sum(step.ms for step in pattern.loop)
    for step in pattern.loop:
        if at < step.ms:
            return step.lit
        at -= step.ms
    raise AssertionError("a loop's steps are as long as the loop")
