"""The daemon and its unit, as systemd and the kernel tell of them."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from firmware_py.cli.doctor import daemon, device_health, journal_health, network
from firmware_py.cli.doctor.finding import Level
from firmware_py.cli.doctor.machine import Ran
from tests.cli.doctor.fakes import PLAIN, Fake, at, status_of, words
from tests.cli.hallrun import ROOT

GOOD = {
    "LoadState": "loaded", "ActiveState": "active", "UnitFileState": "enabled", "NRestarts": "0",
    "FragmentPath": "/etc/systemd/system/halld.service", "NeedDaemonReload": "no",
    "Result": "success",
}  # fmt: skip


def shipped(fake: Fake) -> str:
    return (ROOT / "systemd" / "halld.service").read_text(encoding="utf-8")


def test_no_daemon_is_red_and_says_where_to_look(fake: Fake) -> None:
    (found,) = daemon.look(fake.facts())
    assert found.level is Level.RED
    assert "journalctl -u halld" in words([found])


def test_safe_mode_is_red_with_its_reason(fake: Fake) -> None:
    problem = {"zh": "业务流水库文件不见了。", "en": "The journal's file is gone."}
    facts = replace(fake.facts(), status=status_of(mode="safe", problem=problem))
    found = words(at(Level.RED, daemon.look(facts)))
    assert "SAFE MODE: The journal's file is gone." in found
    assert "delete nothing" in found


def test_a_program_newer_than_its_daemon_is_told(fake: Fake, tmp_path: Path) -> None:
    (fake.root / "proc").symlink_to("/proc")
    code = tmp_path / "opt/firmware_py/x.py"
    code.parent.mkdir(parents=True)
    code.write_text("", encoding="utf-8")
    facts = replace(fake.facts(), status=status_of(), program=tmp_path / "opt")
    os.utime(code, (0, 0))
    assert [f.level for f in daemon.look(facts)] == [Level.OK]
    later = Path("/proc/self/stat").stat().st_mtime + 3600
    os.utime(code, (later, later))
    assert "an older version still runs" in words(at(Level.WARNING, daemon.look(facts)))


def test_a_machine_without_systemd_has_no_unit(fake: Fake) -> None:
    (found,) = daemon.look_unit(fake.facts())
    assert found.level is Level.NOT_APPLICABLE


def test_the_unit_as_shipped_is_fine(fake: Fake) -> None:
    fake.systemd(**GOOD)
    fake.say(GOOD["FragmentPath"], shipped(fake))
    (found,) = daemon.look_unit(fake.facts())
    assert found.level is Level.OK


@pytest.mark.parametrize(
    ("other", "level", "said"),
    [
        ({"LoadState": "not-found"}, Level.WARNING, "not installed"),
        ({"UnitFileState": "disabled"}, Level.WARNING, "sudo systemctl enable halld"),
        ({"NRestarts": "7"}, Level.WARNING, "restarted 7 times"),
        ({"NeedDaemonReload": "yes"}, Level.WARNING, "sudo systemctl daemon-reload"),
        ({"ActiveState": "failed", "Result": "exit-code"}, Level.RED, "stopped (exit-code)"),
    ],
)
def test_what_systemd_knows_of_trouble_is_told(
    fake: Fake, other: dict[str, str], level: Level, said: str
) -> None:
    fake.systemd(**{**GOOD, **other})
    fake.say(GOOD["FragmentPath"], shipped(fake))
    assert said in words(at(level, daemon.look_unit(fake.facts())))


def test_an_older_unit_is_told(fake: Fake) -> None:
    fake.systemd(**GOOD)
    fake.say(GOOD["FragmentPath"], shipped(fake).replace("WatchdogSec=30", "WatchdogSec=60"))
    found = words(at(Level.WARNING, daemon.look_unit(fake.facts())))
    assert "is not the one of this version" in found


def device(name: str, state: str, en: str) -> dict[str, object]:
    return {"device": name, "state": state, "say": {"zh": "缺纸。", "en": en}}


def test_each_device_in_trouble_has_its_own_sentence(fake: Fake) -> None:
    devices = (
        device("printer", "fault", "Out of paper."),
        device("pad-1", "warning", "Some frames were damaged."),
        device("strip-1", "unknown", "Cannot tell."),
        device("pad-2", "ok", "Well."),
    )
    found = list(device_health.look(replace(fake.facts(), status=status_of(), devices=devices)))
    assert words(at(Level.RED, found)).startswith("red printer: Out of paper.")
    assert "pad-1: Some frames" in words(at(Level.WARNING, found))
    assert "1 devices are well; 1 never say how they are" in words(at(Level.OK, found))


def test_without_a_daemon_no_device_is_called_well(fake: Fake) -> None:
    (found,) = device_health.look(fake.facts())
    assert found.level is Level.NOT_APPLICABLE


def test_in_safe_mode_devices_are_unknown_because_of_that(fake: Fake) -> None:
    problem = {"zh": "业务流水库文件不见了。", "en": "The journal's file is gone."}
    facts = replace(fake.facts(), status=status_of(mode="safe", problem=problem))
    (found,) = device_health.look(facts)
    assert found.level is Level.NOT_APPLICABLE
    assert "The daemon is in safe mode" in words([found])
    (found,) = journal_health.look(facts)
    assert words([found]).startswith("red The journal's file is gone. → Do as hallctl status says")


@pytest.mark.parametrize(
    ("mode", "do"),
    [("storage_failing", "df -h"), ("journal_damaged", "Delete nothing; see docs/operations.md")],
)
def test_what_the_daemon_says_of_its_journal_is_red_whatever_the_file_looks_like(
    fake: Fake, mode: str, do: str
) -> None:
    problem = {"zh": "旧记录有损坏。", "en": "Old records are damaged."}
    facts = replace(fake.facts(), status=status_of(mode=mode, problem=problem))
    (found,) = at(Level.RED, journal_health.look(facts))
    assert "Old records are damaged." in words([found])
    assert do in words([found])


REMOTE = f'{PLAIN}\n[broker]\nhost = "192.168.1.60"\n'
OWN = (
    '[{"addr_info":[{"local":"192.168.1.7","scope":"global"},{"local":"fe80::1","scope":"link"}]}]'
)


def test_a_remote_broker_needs_an_address(fake: Fake) -> None:
    fake.said["ip -j address"] = Ran(0, "[]")
    found = words(at(Level.RED, network.look(fake.facts(REMOTE))))
    assert "has no address, and broker is on the network" in found


def test_a_far_broker_needs_a_default_route_and_a_near_one_does_not(fake: Fake) -> None:
    fake.said["ip -j address"] = Ran(0, OWN)
    fake.said["ip -j route"] = Ran(0, "[]")
    assert at(Level.RED, network.look(fake.facts(REMOTE))) == []
    far = REMOTE.replace("192.168.1.60", "10.9.8.7")
    assert "no default route" in words(at(Level.RED, network.look(fake.facts(far))))


def test_a_broker_that_the_unit_does_not_let_out_to_is_red(fake: Fake) -> None:
    fake.said["ip -j address"] = Ran(0, OWN)
    rule = {"LoadState": "loaded", "IPAddressDeny": "0.0.0.0/0 ::/0"}
    fake.systemd(**rule, IPAddressAllow="127.0.0.0/8 ::1/128")
    found = words(at(Level.RED, network.look(fake.facts(REMOTE))))
    assert "IPAddressAllow=192.168.1.60" in found
    fake.systemd(**rule, IPAddressAllow="127.0.0.0/8 192.168.1.0/24")
    assert at(Level.RED, network.look(fake.facts(REMOTE))) == []


def test_a_hall_alone_needs_no_network(fake: Fake) -> None:
    fake.said["ip -j address"] = Ran(0, "[]")
    (found,) = network.look(fake.facts())
    assert found.level is Level.OK
