"""A Pi's power and heat, from the firmware's bits and from hwmon."""

from __future__ import annotations

import pytest

from firmware_py.cli.doctor import power, watchdog
from firmware_py.cli.doctor.finding import Level
from firmware_py.cli.doctor.machine import Ran
from tests.cli.doctor.fakes import Fake, at, words


def pi(fake: Fake, *, throttled: str | None, millis: int = 51_540) -> None:
    fake.say("/proc/device-tree/model", "Raspberry Pi 4 Model B Rev 1.4\0")
    fake.say("/sys/class/thermal/thermal_zone0/temp", f"{millis}\n")
    if throttled is not None:
        fake.said["vcgencmd get_throttled"] = Ran(0, f"throttled={throttled}\n")


def test_a_pc_has_no_such_check(fake: Fake) -> None:
    (found,) = power.look(fake.facts())
    assert found.level is Level.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("throttled", "level", "said"),
    [
        ("0x0", Level.OK, "power is well, 52 °C"),
        ("0x1", Level.RED, "The voltage is too low."),
        ("0x50005", Level.RED, "The voltage is too low."),
        ("0x10000", Level.WARNING, "too low since the start"),
        ("0x8", Level.RED, "Too hot: it runs slower (52 °C)."),
        ("0x40000", Level.WARNING, "too hot since the start"),
    ],
)
def test_the_firmwares_bits_are_told_in_words(
    fake: Fake, throttled: str, level: Level, said: str
) -> None:
    pi(fake, throttled=throttled)
    found = list(power.look(fake.facts()))
    assert said in words(at(level, found))


def test_the_kernels_file_does_without_a_program(fake: Fake) -> None:
    pi(fake, throttled=None)
    fake.say("/sys/devices/platform/soc/soc:firmware/get_throttled", "50000\n")
    assert power.throttled(fake.machine) == 0x50000


@pytest.mark.parametrize(("alarm", "level"), [("0", Level.OK), ("1", Level.RED)])
def test_without_the_firmware_hwmon_knows_the_voltage(fake: Fake, alarm: str, level: Level) -> None:
    pi(fake, throttled=None)
    fake.say("/sys/class/hwmon/hwmon0/name", "cpu_thermal\n")
    fake.say("/sys/class/hwmon/hwmon1/name", "rpi_volt\n")
    fake.say("/sys/class/hwmon/hwmon1/in0_lcrit_alarm", f"{alarm}\n")
    (found,) = power.look(fake.facts())
    assert found.level is level


def test_a_pi_of_whose_power_nobody_tells_is_not_called_well(fake: Fake) -> None:
    pi(fake, throttled=None)
    (found,) = power.look(fake.facts())
    assert found.level is Level.NOT_APPLICABLE


@pytest.mark.parametrize(("millis", "level"), [(72_000, Level.WARNING), (83_000, Level.RED)])
def test_heat_is_told_with_degrees(fake: Fake, millis: int, level: Level) -> None:
    pi(fake, throttled="0x0", millis=millis)
    (found,) = power.look(fake.facts())
    assert found.level is level
    assert f"{millis // 1000} °C" in found.say.zh


def test_a_machine_that_nobody_wakes_is_told(fake: Fake) -> None:
    fake.systemd(LoadState="loaded", WatchdogUSec="30s", RuntimeWatchdogUSec="0")
    (found,) = watchdog.look(fake.facts())
    assert "RuntimeWatchdogSec=15" in words([found])
    fake.systemd(LoadState="loaded", WatchdogUSec="30s", RuntimeWatchdogUSec="15s")
    (found,) = watchdog.look(fake.facts())
    assert found.level is Level.OK
