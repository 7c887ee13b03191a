"""What a lamp's colours say, as data: steps of colours and milliseconds.

All patterns differ on a lamp of one colour too: steady, even blinking, double flash, rare flash.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["PARTS", "PATTERNS", "Pattern", "Step", "flashing_at", "lit_at", "shown_by", "steady"]

#: What a lamp may have, in the order in which a self-test lights it.
PARTS = ("red", "amber", "green", "buzzer")


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


def flashing_at(pattern: Pattern, elapsed_ms: int) -> frozenset[str] | None:
    """Return what a lamp that blinks by itself may be told to blink from now on.

    None while the pattern is steady, or says more than one flash a loop can.
    """
    begun = elapsed_ms >= sum(step.ms for step in pattern.intro)
    lit = [step.lit for step in pattern.loop]
    return lit[0] if begun and len(lit) == 2 and lit[0] and not lit[1] else None


def steady(pattern: Pattern) -> frozenset[str]:
    """Return what is lit all the time on a lamp that must not blink."""
    return next((step.lit for step in pattern.loop if step.lit), frozenset())


def shown_by(lit: frozenset[str], parts: Collection[str]) -> frozenset[str]:
    """Return what a lamp of these parts lights; one of one colour says all with that colour."""
    for missing, instead in (("amber", "red"), ("red", "amber")):
        if missing in lit and missing not in parts:
            lit |= {instead}
    return lit & frozenset(parts)
