"""``hallctl privacy``: what is kept of people, deleted and destroyed by those who may."""

from __future__ import annotations

import json
import threading
import time

import pytest

from firmware_py.store.vault import Vault
from firmware_py.store.vault_errors import KeyDestroyed
from tests.cli.hallrun import Hall

TODAY, EARLIER = "2026-03-02", "2026-03-01"


@pytest.fixture
def hall(closed_hall: Hall) -> Hall:
    """A hall whose day is open."""
    closed_hall.start()
    closed_hall.hallctl.ok("open", "--date", TODAY)
    return closed_hall


@pytest.fixture
def vault(hall: Hall) -> Vault:
    """Its vault, with pages of two days."""
    found = Vault(hall.data / "vault", hall.data / "keys")
    for day, name in ((EARLIER, "A007-1"), (TODAY, "A012-1"), (TODAY, "A012-2"), (TODAY, "A0120")):
        found.put(day, name, b"a page")
    return found


def actions(hall: Hall) -> list[tuple[str, str]]:
    """Return what the journal says was done, and to what."""
    told = hall.hallctl.ok_lines("journal", "tail", "-n", "50")
    return [
        (one["data"]["action"], one["data"]["subject"])
        for one in told
        if one["type"] == "action.taken"
    ]


def test_a_hall_that_keeps_nothing_says_so_and_makes_no_folder(hall: Hall) -> None:
    assert "Nothing is kept of anybody." in hall.hallctl("privacy").out
    assert "没有保存任何个人资料。" in hall.hallctl("privacy", lang="zh").out
    assert not (hall.data / "vault").exists()
    assert not (hall.data / "keys").exists()


@pytest.mark.usefixtures("vault")
def test_days_are_listed_with_their_end_and_nothing_of_their_content(hall: Hall) -> None:
    shown = hall.hallctl("privacy", "status").out
    assert "2026-03-01" in shown
    assert "2026-04-01" in shown
    assert "encrypted" in shown
    assert "A012" not in shown
    found = hall.hallctl.ok("privacy")
    assert [(one["day"], one["files"]) for one in found["days"]] == [(EARLIER, 1), (TODAY, 3)]
    assert found["due_before"] == "2026-01-31"
    assert "已加密" in hall.hallctl("privacy", lang="zh").out


def test_a_ticket_is_forgotten_on_request_and_no_other(hall: Hall, vault: Vault) -> None:
    refused = hall.hallctl("privacy", "forget", "a012", stdin="no\n")
    assert refused.code == 2
    assert len(vault.names(TODAY)) == 3
    done = hall.hallctl("privacy", "forget", "a012", stdin="yes\n")
    assert done.out.endswith("2 deleted; recorded.\n")
    assert vault.names(TODAY) == ["A0120"]
    assert ("privacy.forgotten", f"A012 {TODAY}") in actions(hall)
    again = hall.hallctl("privacy", "forget", "A012", "--yes")
    assert again.code == 1
    assert "Nothing is kept of A012" in again.err
    assert hall.hallctl.ok("privacy", "forget", "A007", "--day", EARLIER, "--yes")["files"] == 1


def test_a_day_is_destroyed_for_good_and_the_journal_has_it(hall: Hall, vault: Vault) -> None:
    done = hall.hallctl("privacy", "destroy", EARLIER, "--yes", lang="zh")
    assert "密钥已销毁" in done.out
    with pytest.raises(KeyDestroyed):
        vault.get(EARLIER, "A007-1")
    assert vault.get(TODAY, "A012-1") == b"a page"
    assert actions(hall) == [("privacy.destroyed", EARLIER)]
    found = hall.hallctl.ok("privacy")
    assert found["destroyed"] == {"days": 1, "last": EARLIER}
    told = hall.hallctl("journal", "tail").out
    assert "key destroyed of 2026-03-01" in told
    unknown = hall.hallctl("privacy", "destroy", "2025-01-01", "--yes")
    assert unknown.code == 1
    assert hall.hallctl("privacy", "destroy", "tomorrow", "--yes").code == 2


def test_days_that_are_over_go_at_the_start_of_the_daemon(closed_hall: Hall) -> None:
    vault = Vault(closed_hall.data / "vault", closed_hall.data / "keys")
    for day in ("2026-01-05", "2026-01-06"):
        vault.put(day, "A001-1", b"a page")
    closed_hall.start()
    end, pause = time.monotonic() + 60, threading.Event()
    while len(found := actions(closed_hall)) < 2:
        assert time.monotonic() < end, found
        pause.wait(0.05)
    assert found == [("privacy.destroyed", "2026-01-05"), ("privacy.destroyed", "2026-01-06")]
    assert list((closed_hall.data / "keys").iterdir()) == []
    assert closed_hall.hallctl.ok("privacy")["destroyed"]["days"] == 2


def test_no_key_and_no_page_is_in_a_backup_or_a_report(hall: Hall, vault: Vault) -> None:
    keys = [path.read_bytes() for path in (hall.data / "keys").iterdir()]
    pages = [path.read_bytes()[24:] for path in (hall.data / "vault").glob("*/*")]
    assert (len(keys), len(pages)) == (2, 4)
    hall.hallctl.ok("backup")
    report = hall.data / "doctor.md"
    hall.hallctl("doctor", "--report", str(report))
    outside = [
        path
        for path in hall.data.parent.rglob("*")
        if path.is_file() and not {"vault", "keys"} & set(path.parts)
    ]
    assert report in outside
    assert any(path.parent.name == "backup" for path in outside)
    for path in outside:
        held = path.read_bytes()
        assert not any(
            secret in held or secret.hex().encode() in held for secret in (*keys, *pages)
        )


def test_a_day_whose_key_is_away_says_what_to_do(hall: Hall, vault: Vault) -> None:
    key = hall.data / "keys" / f"{EARLIER}.key"
    key.rename(hall.data / "pocket")
    done = hall.hallctl("privacy", "destroy", EARLIER, "--yes")
    assert "--key-lost" in done.out
    assert "waits for the medium of its key" in hall.hallctl("privacy").out
    assert actions(hall) == []
    lost = json.loads(
        hall.hallctl("privacy", "destroy", EARLIER, "--key-lost", "--yes", "--json").out
    )
    assert lost == {"day": EARLIER, "destroyed": True}
    assert actions(hall) == [("privacy.destroyed", EARLIER)]
    assert vault.days() == [TODAY]
