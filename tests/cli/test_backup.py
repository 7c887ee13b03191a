"""Backups as a technician sees them: made by themselves, and never failing in silence."""

from __future__ import annotations

import threading
import time
from typing import Any

from tests.cli.hallrun import Hall


def backup_when(hall: Hall, state: str, seq: int = 0) -> dict[str, Any]:
    """Wait until backups are in this state, the newest with event ``seq``; return how they are."""
    end, pause = time.monotonic() + 60, threading.Event()
    while True:
        status = hall.hallctl.ok("status")
        found: dict[str, Any] = status["backup"]
        newest = found["last"]["seq"] if found["last"] is not None else 0
        if found["state"] == state and newest >= seq:
            return found
        assert time.monotonic() < end, found
        pause.wait(0.2)


def test_the_close_of_the_day_is_backed_up_by_itself(closed_hall: Hall) -> None:
    closed_hall.start()
    hallctl = closed_hall.hallctl
    hallctl.ok("open", "--date", "2026-03-02")
    assert hallctl.ok("status")["backup"]["state"] == "none"
    assert "Backup  of this journal none yet, " in hallctl("status").out
    assert "备份  本业务流水尚无备份，" in hallctl("status", lang="zh").out
    number = hallctl.take()
    (closed,) = (e for e in hallctl.ok("close")["events"] if e["type"] == "day.closed")
    assert closed["data"]["left"] == [number]
    found = backup_when(closed_hall, "ok", closed["seq"])
    assert found["folder"] == str(closed_hall.data / "backup")
    assert hallctl.ok("journal", "verify", found["last"]["path"])["last_seq"] >= closed["seq"]
    shown = hallctl("status").out
    assert f"Backup  last {found['last']['at'][:15]}" in shown
    assert " ago)" in shown
    # A daemon that starts again knows it by its file.
    closed_hall.stop()
    closed_hall.start()
    assert backup_when(closed_hall, "ok", closed["seq"])["last"]["path"] == found["last"]["path"]
    assert "备份  最近一次 " in hallctl("status", lang="zh").out


def test_a_stick_that_was_pulled_is_in_the_status_until_it_is_back(closed_hall: Hall) -> None:
    folder = closed_hall.data / "backup"
    folder.rename(closed_hall.data / "pulled")
    closed_hall.start()
    hallctl = closed_hall.hallctl
    found = backup_when(closed_hall, "failed")
    assert found["problem"]["code"] == "backup_failed"
    assert "Backup  FAILED: The folder for backups is not there. " in hallctl("status").out
    assert "备份  失败：备份目录不存在。" in hallctl("status", lang="zh").out
    refused = hallctl("backup")
    assert refused.code == 1
    assert refused.err.startswith("The folder for backups is not there. ")
    (closed_hall.data / "pulled").rename(folder)
    hallctl.ok("backup")
    assert backup_when(closed_hall, "ok")["problem"] is None
    assert "FAILED" not in hallctl("status").out
