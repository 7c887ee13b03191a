"""What the doctor says at the hub of the hall's other Pis."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from firmware_py.cli.doctor import nodes
from firmware_py.cli.doctor.finding import Finding, Level
from firmware_py.store.authority import Authority
from tests.cli.doctor.fakes import PLAIN, Fake, status_of

SAY = {"zh": "检查它的电源和网线。", "en": "See to its power and network cable."}


def found(fake: Fake, told: Any) -> list[Finding]:
    return list(nodes.look(replace(fake.facts(), status=status_of(nodes=told))))


def away(node: str, state: str, *, long_away: bool) -> dict[str, Any]:
    return {"node": node, "state": state, "long_away": long_away, "say": SAY}


def test_a_hall_of_one_pi_has_none(fake: Fake) -> None:
    (one,) = found(fake, None)
    assert one.level is Level.NOT_APPLICABLE


def test_all_there_is_fine(fake: Fake) -> None:
    (one,) = found(fake, {"total": 6, "there": 6, "away": [], "versions": [], "refusing": []})
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


ALL_THERE = {"total": 2, "there": 2, "away": [], "versions": [], "refusing": []}


def certified(fake: Fake, *names: str) -> Authority:
    """Give the machine the hall's authority, with certificates of these names."""
    fake.wall_s = datetime.now(UTC).timestamp()
    made = Authority.make(fake.root / "authority", "demo", datetime.now(UTC))
    for name in names:
        made.issue(name, datetime.now(UTC))
    return made


def of_two_pis(fake: Fake) -> list[Finding]:
    config = PLAIN + (
        '\n[broker]\nca_file = "a"\ncert_file = "b"\nkey_file = "c"\n'
        '[nodes.window-1]\nroles = ["window"]\n[nodes.window-2]\nroles = ["window"]\n'
    )
    for name in "abc":
        fake.say(f"/{name}", "")
    return list(nodes.look(replace(fake.facts(config), status=status_of(nodes=ALL_THERE))))


def test_pis_and_certificates_that_do_not_belong_together_are_told(fake: Fake) -> None:
    made = certified(fake, "hub", "broker", "window-1", "window-2", "centre", "technician")
    (fine,) = of_two_pis(fake)
    assert fine.level is Level.OK
    made.revoke("window-2", datetime.now(UTC))
    made.issue("window-9", datetime.now(UTC))
    lacking, unknown = of_two_pis(fake)
    assert lacking.do is not None
    assert (lacking.level, lacking.say.zh, lacking.do.en) == (
        Level.WARNING, "没有证书，不能加入大厅：window-2。", "sudo hallctl node adopt window-2",
    )  # fmt: skip
    assert unknown.do is not None
    assert (unknown.level, unknown.say.en, unknown.do.zh) == (
        Level.WARNING,
        "With a certificate, but no configuration names them: window-9.",
        "不再使用的请吊销：sudo hallctl node retire window-9",
    )


def test_a_new_pi_that_was_interrupted_is_red(fake: Fake) -> None:
    fake.say("/.joining/commit", "[]")
    (one,) = found(fake, None)
    assert (one.level, one.say.en) == (
        Level.RED,
        "Joining the hall was interrupted: only some of the files are in place.",
    )
