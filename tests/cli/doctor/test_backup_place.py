"""Where the journal is backed up: at the hub and at a standby; any other Pi has little to lose."""

from __future__ import annotations

import pytest

from firmware_py.cli.doctor.finding import Level
from firmware_py.cli.doctor.journal_health import look_backup
from tests.cli.doctor.fakes import PLAIN, Fake, words

MANY = """
[broker]
host = "127.0.0.1"
[nodes.window-1]
roles = ["window"]
windows = ["1"]
[nodes.standby-1]
roles = ["standby"]
"""


def of(node: str) -> str:
    return PLAIN.replace('id = "demo"', f'id = "demo"\nnode = "{node}"') + MANY


@pytest.mark.parametrize("config", [PLAIN, of("hub"), of("standby-1")])
def test_a_hub_and_a_standby_need_a_place_for_backups(fake: Fake, config: str) -> None:
    (found,) = look_backup(fake.facts(config))
    assert found.level is Level.WARNING
    assert "No folder for backups" in words([found])


def test_a_windows_pi_is_not_told_to_have_one(fake: Fake) -> None:
    (found,) = look_backup(fake.facts(of("window-1")))
    assert found.level is Level.NOT_APPLICABLE
    assert "at the hub's Pi" in words([found])
