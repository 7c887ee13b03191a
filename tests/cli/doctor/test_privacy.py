"""Keys that are away, folders that others may enter, days that did not end, memory in swap."""

from __future__ import annotations

from dataclasses import replace

import pytest

from firmware_py.cli.doctor import privacy
from firmware_py.cli.doctor.finding import Level
from firmware_py.store.vault import Vault
from tests.cli.doctor.fakes import Fake, at, status_of, words

DAY = "2026-03-01"


@pytest.fixture
def vault(fake: Fake) -> Vault:
    """A vault with one day."""
    found = Vault(fake.root / "data" / "vault", fake.root / "data" / "keys")
    found.put(DAY, "A012-1", b"a page")
    return found


def test_a_hall_that_keeps_nothing_has_nothing_to_look_at(fake: Fake) -> None:
    (found,) = privacy.look(fake.facts())
    assert found.level is Level.NOT_APPLICABLE


@pytest.mark.usefixtures("vault")
def test_a_vault_with_its_keys_is_fine(fake: Fake) -> None:
    (found,) = privacy.look(fake.facts())
    assert found.level is Level.OK


@pytest.mark.usefixtures("vault")
def test_keys_that_are_away_are_red(fake: Fake) -> None:
    (fake.root / "data" / "keys").rename(fake.root / "data" / "pocket")
    found = words(at(Level.RED, privacy.look(fake.facts())))
    assert f"Keys missing in {fake.root}/data/keys: 1, the newest of 2026-03-01." in found
    assert "--key-lost" in found


def test_a_day_that_was_destroyed_needs_no_key(fake: Fake, vault: Vault) -> None:
    vault.destroy(DAY)
    (found,) = privacy.look(fake.facts())
    assert found.level is Level.OK


@pytest.mark.usefixtures("vault")
def test_a_folder_that_others_may_enter_is_red(fake: Fake) -> None:
    (fake.root / "data" / "keys").chmod(0o755)
    assert "chmod 700" in words(at(Level.RED, privacy.look(fake.facts())))


@pytest.mark.usefixtures("vault")
def test_days_that_did_not_end_are_red(fake: Fake) -> None:
    problem = {"code": "privacy_overdue", "zh": "磁盘只读。", "en": "The disk is read-only."}
    facts = replace(fake.facts(), status=status_of(privacy={"problem": problem}))
    found = words(at(Level.RED, privacy.look(facts)))
    assert "still kept: The disk is read-only." in found


@pytest.mark.usefixtures("vault")
def test_memory_that_may_be_swapped_to_the_card_is_told(fake: Fake) -> None:
    head = "Filename\tType\tSize\tUsed\tPriority\n"
    fake.say("/proc/swaps", f"{head}/var/swap file 102396 0 -2\n")
    fake.say("/sys/fs/cgroup/cgroup.controllers", "cpu io pids\n")
    assert "cgroup_enable=memory" in words(at(Level.WARNING, privacy.look(fake.facts())))
    fake.say("/sys/fs/cgroup/cgroup.controllers", "cpu io memory pids\n")
    assert at(Level.WARNING, privacy.look(fake.facts())) == []
    fake.say("/sys/fs/cgroup/cgroup.controllers", "cpu io pids\n")
    fake.say("/proc/swaps", f"{head}/dev/zram0 partition 102396 0 100\n")
    assert at(Level.WARNING, privacy.look(fake.facts())) == []
