"""Clocks that nobody set, that went back, or that the hall does not believe."""

from __future__ import annotations

import os
from dataclasses import replace

from firmware_py.cli.doctor import clock
from firmware_py.cli.doctor.finding import Level
from firmware_py.cli.doctor.machine import Ran
from tests.cli.doctor.fakes import MONDAY_S, PLAIN, Fake, at, status_of, words


def synchronised(fake: Fake) -> None:
    fake.say("/run/systemd/timesync/synchronized", "")


def test_a_clock_set_by_the_network_is_fine_and_shown_in_the_halls_zone(fake: Fake) -> None:
    synchronised(fake)
    (found,) = clock.look(fake.facts())
    assert found.level is Level.OK
    assert "2026-03-02 08:30" in found.say.zh


def test_a_pi_in_the_past_is_red(fake: Fake) -> None:
    fake.wall_s = 12_345.0
    (found,) = clock.look(fake.facts())
    assert "is it 1970-01-01?" in words([found])
    assert found.level is Level.RED


def test_a_clock_that_nobody_set_is_told(fake: Fake) -> None:
    fake.said["timedatectl show"] = Ran(0, "no\n")
    assert "not set by the network" in words(at(Level.WARNING, clock.look(fake.facts())))
    fake.said["timedatectl show"] = Ran(0, "yes\n")
    assert [f.level for f in clock.look(fake.facts())] == [Level.OK]


def test_a_clock_before_the_newest_entry_of_the_journal_is_red(fake: Fake) -> None:
    synchronised(fake)
    facts = fake.facts()
    marker = fake.say("/data/journal.id", "")
    os.utime(marker, (MONDAY_S + 3600, MONDAY_S + 3600))
    found = words(at(Level.RED, clock.look(facts)))
    assert "last written at 2026-03-02 09:30" in found
    os.utime(marker, (MONDAY_S - 3600, MONDAY_S - 3600))
    assert at(Level.RED, clock.look(facts)) == []


def test_a_clock_module_that_differs_is_told(fake: Fake) -> None:
    synchronised(fake)
    fake.say("/sys/class/rtc/rtc0/since_epoch", f"{MONDAY_S - 86_400:.0f}\n")
    assert "hwclock -w" in words(at(Level.WARNING, clock.look(fake.facts())))


def test_another_time_zone_is_told(fake: Fake) -> None:
    synchronised(fake)
    fake.say("/etc/timezone", "Europe/London\n")
    assert "set-timezone Asia/Shanghai" in words(clock.look(fake.facts()))
    fake.say("/etc/timezone", "Asia/Chongqing\n")
    assert [f.level for f in clock.look(fake.facts())] == [Level.OK]


def test_a_hall_that_does_not_believe_the_clock_is_told(fake: Fake) -> None:
    synchronised(fake)
    late = replace(fake.facts(), status=status_of(now="2026-03-01 19:00:00"))
    assert "48600 s from the clock" in words(clock.look(late))
    right = replace(fake.facts(), status=status_of(now="2026-03-02 08:30:05"))
    assert [f.level for f in clock.look(right)] == [Level.OK]


def test_a_pi_beside_the_hub_is_told_how_far_its_clock_is_from_the_hubs(fake: Fake) -> None:
    synchronised(fake)
    config = PLAIN.replace("[hall]", '[hall]\nnode = "wall-1"', 1) + (
        '\n[broker]\nport = 18830\n[nodes.wall-1]\nroles = ["wall"]\n'
    )
    late = replace(fake.facts(config), status=status_of(now="2026-03-02 08:35:00"))
    said = words(at(Level.WARNING, clock.look(late)))
    assert "This Pi's clock is 300 s from the hub's (2026-03-02 08:35:00)" in said
