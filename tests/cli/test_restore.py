from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.hallrun import Hall

REPLACED = "被替换的流水中已发出"


@pytest.fixture
def stopped(closed_hall: Hall) -> tuple[Hall, Path]:
    """A hall that was stopped after A002, and its backup that ends at A001."""
    closed_hall.start()
    hallctl = closed_hall.hallctl
    hallctl.ok("open")
    assert hallctl.take() == "A001"
    backup = Path(hallctl.ok("backup")["path"])
    assert hallctl.take() == "A002"
    closed_hall.stop()
    return closed_hall, backup


def restore(*more: str, hall: Hall, backup: Path) -> list[str]:
    return ["restore", str(backup), "--config", str(hall.config), *more]


def test_only_yes_restores(stopped: tuple[Hall, Path]) -> None:
    hall, backup = stopped
    before = (hall.data / "journal.db").read_bytes()
    for answer in ("no\n", "\n", ""):
        asked = hall.hallctl(*restore(hall=hall, backup=backup), stdin=answer)
        assert asked.code == 1
        assert "Afterwards the last 2 events will not be in the journal." in asked.err
        assert "nothing was changed" in asked.err
    assert (hall.data / "journal.db").read_bytes() == before


def test_a_restored_hall_goes_on_from_the_backup(stopped: tuple[Hall, Path]) -> None:
    hall, backup = stopped
    done = hall.hallctl(*restore(hall=hall, backup=backup), stdin="yes\n", lang="zh")
    assert done.code == 0, done
    assert "请启动服务：systemctl start halld" in done.out
    assert list(hall.data.glob("journal.db.damaged-*"))
    hall.start()
    assert [ticket["number"] for ticket in hall.hallctl.ok("ticket", "list")] == ["A001"]
    # A002 is in somebody's hand: the journal that was replaced says so.
    assert f"：A002 不再发放（{REPLACED}），下一个号 A003。" in done.out
    assert hall.hallctl.take() == "A003"


def test_a_script_restores_by_yes_and_reads_json(stopped: tuple[Hall, Path]) -> None:
    hall, backup = stopped
    done = hall.hallctl.ok(*restore("--yes", hall=hall, backup=backup))
    assert done["path"] == str(hall.data / "journal.db")
    assert done["epoch"] != done["former_epoch"]
    (jump,) = done["numbers"]
    assert (jump["number"], jump["next"], jump["reason"]) == ("A002", "A003", "old_journal")


def test_nothing_is_restored_below_a_running_daemon(stopped: tuple[Hall, Path]) -> None:
    hall, backup = stopped
    hall.start()
    refused = hall.hallctl(*restore("--yes", hall=hall, backup=backup))
    assert refused.code == 1
    assert refused.err == (
        "The daemon runs, so nothing can be restored. Stop it first: systemctl stop halld\n"
    )
    assert not list(hall.data.glob("*.damaged-*"))


def test_a_damaged_backup_is_refused_and_touches_nothing(
    stopped: tuple[Hall, Path], tmp_path: Path
) -> None:
    hall, backup = stopped
    before = (hall.data / "journal.db").read_bytes()
    data = bytearray(backup.read_bytes())
    at = data.rindex(b"ticket.issued")
    data[at : at + 13] = b"ticket.parked"
    bad = tmp_path / "bad.db"
    bad.write_bytes(data)
    refused = hall.hallctl(*restore(hall=hall, backup=bad), stdin="yes\n")
    assert refused.code == 1
    assert refused.err.startswith("Not restored: Event ")
    assert " was changed. " in refused.err
    assert (hall.data / "journal.db").read_bytes() == before


def test_a_missing_file_or_configuration_is_wrong_use(tmp_path: Path, closed_hall: Hall) -> None:
    gone = closed_hall.hallctl(*restore(hall=closed_hall, backup=tmp_path / "none.db"))
    assert gone.code == 2
    closed_hall.config.write_text("[hall]\nid = 5\n", encoding="utf-8")
    broken = closed_hall.hallctl(*restore(hall=closed_hall, backup=tmp_path / "none.db"))
    assert broken.code == 2
    assert f"{closed_hall.config}:2: hall.id" in broken.err
    assert "Another file can be given by --config." in broken.err


def test_safe_mode_says_what_to_do_and_refuses_the_rest(stopped: tuple[Hall, Path]) -> None:
    hall, backup = stopped
    (hall.data / "journal.db").write_bytes(b"\0" * 4096)
    hall.start()
    shown = hall.hallctl("status")
    assert shown.code == 0
    assert "SAFE MODE: no tickets, no calls." in shown.out
    assert shown.out.endswith(
        f"  systemctl stop halld\n  hallctl restore {backup}\n  systemctl start halld\n"
    )
    assert "安全模式：不取号、不叫号。" in hall.hallctl("status", lang="zh").out
    assert hall.hallctl.ok("status")["mode"] == "safe"
    assert len(hall.hallctl.ok("backups")) == 1
    for arguments in (["window", "list"], ["alarms"], ["report"]):
        refused = hall.hallctl(*arguments)
        assert refused.code == 1
        assert refused.err.startswith("The controller is in safe mode and cannot do this. ")
    refused = hall.hallctl("ticket", "take", "A01", lang="zh")
    assert refused.code == 1
    assert "请勿删除任何文件" in refused.err
