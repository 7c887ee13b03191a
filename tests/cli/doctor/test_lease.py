"""What the doctor says of the lease."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from firmware_py.cli.doctor import lease
from firmware_py.cli.doctor.finding import Finding, Level
from firmware_py.runtime.lease_words import LeaseStatus, view_of
from tests.cli.doctor.fakes import Fake, status_of

HUB = LeaseStatus("hub", ("hub", "standby", "window-1"), True, True, 8.2, 10.0, "1-hub", 9.1)


def found(fake: Fake, told: Any) -> Finding:
    (one,) = lease.look(replace(fake.facts(), status=status_of(lease=told)))
    return one


def test_a_pi_that_does_not_vote_has_none(fake: Fake) -> None:
    assert found(fake, None).level is Level.NOT_APPLICABLE


def test_the_holder_is_fine_and_a_hub_without_it_is_red(fake: Fake) -> None:
    assert found(fake, view_of(HUB)).level is Level.OK
    one = found(fake, view_of(replace(HUB, holds=False, missing=("standby",))))
    assert (one.level, one.say.zh[:4]) == (Level.RED, "受理权：")
    assert one.do is not None
    assert "standby" in one.do.en
    one = found(fake, view_of(replace(HUB, missing=("standby",))))
    assert one.level is Level.WARNING
