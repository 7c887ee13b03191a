"""What the doctor says at the hub of the hall's other Pis."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from firmware_py.cli.doctor import nodes
from firmware_py.cli.doctor.finding import Finding, Level
from tests.cli.doctor.fakes import Fake, status_of

SAY = {"zh": "检查它的电源和网线。", "en": "See to its power and network cable."}


def found(fake: Fake, told: Any) -> list[Finding]:
    return list(nodes.look(replace(fake.facts(), status=status_of(nodes=told))))


def away(node: str, state: str, *, long_away: bool) -> dict[str, Any]:
    return {"node": node, "state": state, "long_away": long_away, "say": SAY}


def test_a_hall_of_one_pi_has_none(fake: Fake) -> None:
    (one,) = found(fake, None)
    assert one.level is Level.NOT_APPLICABLE


def test_all_there_is_fine(fake: Fake) -> None:
    (one,) = found(fake, {"total": 6, "there": 6, "away": [], "versions": []})
    assert (one.level, one.say.en) == (Level.OK, "All 6 Pis are there.")


def test_who_is_away_is_named_and_red_when_it_lasts(fake: Fake) -> None:
    gone = [
        away("kiosk-1", "away", long_away=True),
        away("window-3", "silent", long_away=False),
        away("wall-1", "unknown", long_away=False),
    ]
    versions = [{"node": "window-2", "version": "9.0.0", "version_step": "newer", "say": SAY}]
    first, second, third = found(fake, {"total": 6, "there": 3, "away": gone, "versions": versions})
    assert (first.level, first.say.en) == (Level.RED, "kiosk-1 is not there.")
    assert first.do is not None
    assert first.do.zh == SAY["zh"]
    assert (second.level, second.say.en) == (Level.WARNING, "window-3 is not there.")
    assert (third.level, third.say.en) == (Level.WARNING, "window-2 has version 9.0.0.")
