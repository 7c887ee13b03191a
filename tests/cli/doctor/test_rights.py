"""Groups, the data folder's owner and mode, and who may read the broker's password."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from firmware_py.cli.doctor import rights
from firmware_py.cli.doctor.finding import Level
from tests.cli.doctor.fakes import PLAIN, Fake, at, status_of, words

DEVICES = """
[devices.printer]
kind = "ticket_printer.escpos"
port = "/dev/hall/printer"
[devices.lamp]
kind = "lamp.gpio"
options = { red = 5 }
"""
GROUPS = "root:x:0:\ndialout:x:20:{dialout}\ngpio:x:997:{gpio}\nhall:x:996:\n"


def users(fake: Fake, *, dialout: str = "hall", gpio: str = "hall") -> None:
    uid = os.getuid()
    fake.say("/etc/passwd", f"hall:x:{uid or 996}:996::/var/lib/hall:/usr/sbin/nologin\n")
    fake.say("/etc/group", GROUPS.format(dialout=dialout, gpio=gpio))


def test_a_user_without_dialout_cannot_use_the_printer(fake: Fake) -> None:
    users(fake, dialout="anna")
    found = at(Level.RED, rights.look(fake.facts(PLAIN + DEVICES)))
    assert "is not in the group dialout and cannot use printer" in words(found)
    assert "sudo adduser hall dialout && sudo systemctl restart halld" in words(found)
    assert "gpio" not in words(found)


def test_the_running_daemons_own_groups_count(fake: Fake) -> None:
    users(fake)
    fake.say("/proc/77/status", "Uid:\t996\t996\t996\t996\nGid:\t996\t996\t996\t996\nGroups:\t20\n")
    facts = replace(fake.facts(PLAIN + DEVICES), status=status_of(pid=77))
    found = words(at(Level.RED, rights.look(facts)))
    assert "group gpio and cannot use lamp" in found
    assert "dialout" not in found


def test_a_machine_without_the_user_says_how_to_make_it(fake: Fake) -> None:
    found = at(Level.WARNING, rights.look(fake.facts()))
    assert "systemd-sysusers" in words(found)


def test_a_group_of_the_socket_that_is_not_there_is_red(fake: Fake) -> None:
    users(fake)
    found = rights.look(fake.facts(f'{PLAIN}\n[control]\ngroup = "clerks"\n'))
    assert "There is no group clerks" in words(at(Level.RED, found))


def test_a_data_folder_that_everybody_reads_is_told(fake: Fake) -> None:
    users(fake)
    facts = fake.facts()
    assert "Everybody may look" not in words(rights.look(facts))
    (fake.root / "data").chmod(0o755)
    assert "Everybody may look" in words(at(Level.WARNING, rights.look(facts)))


def test_a_data_folder_of_somebody_else_is_red(fake: Fake) -> None:
    users(fake)
    fake.say("/etc/passwd", "hall:x:4242:996::/var/lib/hall:/usr/sbin/nologin\n")
    assert "does not belong to hall" in words(at(Level.RED, rights.look(fake.facts())))


@pytest.mark.parametrize(("mode", "told"), [(0o640, False), (0o644, True)])
def test_a_password_that_everybody_reads_is_red(
    fake: Fake, tmp_path: Path, mode: int, told: bool
) -> None:
    users(fake)
    password = tmp_path / "broker.password"
    password.write_text("secret-of-the-hall", encoding="utf-8")
    password.chmod(mode)
    facts = fake.facts(f'{PLAIN}\n[broker]\nusername = "h"\npassword_file = "{password}"\n')
    found = words(at(Level.RED, rights.look(facts)))
    assert ("Everybody may read the password" in found) is told
    assert "secret-of-the-hall" not in found


def test_a_password_that_is_not_there_is_red(fake: Fake) -> None:
    users(fake)
    facts = fake.facts(f'{PLAIN}\n[broker]\nusername = "h"\npassword_file = "none"\n')
    assert "is not there" in words(at(Level.RED, rights.look(facts)))
