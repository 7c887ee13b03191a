from __future__ import annotations

import json
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from tests.cli.hallrun import Hall, Hallctl

MANY = 1200


@pytest.fixture(scope="module", autouse=True)
def many_events(hall: Hall) -> None:
    """Record more events than the daemon is asked for at once."""
    requests = [
        {
            "id": n,
            "method": "window.open" if n % 2 else "window.close",
            "params": {"window": "11", "by": "test"},
        }
        for n in range(1, MANY + 1)
    ]
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(hall.run / "hall.sock"))
        line.sendall("".join(json.dumps(r) + "\n" for r in requests).encode())
        with line.makefile("rb") as answers:
            for _ in requests:
                assert "result" in json.loads(answers.readline())


def test_the_tail_says_what_happened_last(hallctl: Hallctl) -> None:
    number = hallctl.take()
    lines = hallctl("journal", "tail", "-n", "3", lang="zh").out.splitlines()
    assert len(lines) == 3
    assert f"取号 {number}（A01）" in lines[-1]
    assert len(hallctl("journal", "tail").out.splitlines()) == 20
    assert hallctl("journal", "tail", "-n", "0").out == ""


def test_the_tail_in_json_is_an_event_a_line(hallctl: Hallctl) -> None:
    lines = hallctl("journal", "tail", "-n", "5", "--json").out.splitlines()
    events = [json.loads(line) for line in lines]
    assert [event["seq"] for event in events] == list(range(events[0]["seq"], events[0]["seq"] + 5))
    assert {"seq", "time_ms", "at", "type", "by", "command_id", "data"} == set(events[0])


def test_following_shows_each_new_event_once_and_in_order(hallctl: Hallctl) -> None:
    following = subprocess.Popen(
        [*hallctl.program, "journal", "tail", "-f", "-n", "1", "--json"],
        env=hallctl.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        assert following.stdout is not None
        before = json.loads(following.stdout.readline())["seq"]
        taken = [hallctl.take() for _ in range(3)]
        seen = [json.loads(following.stdout.readline()) for _ in range(3)]
    finally:
        following.send_signal(signal.SIGINT)
        _, errors = following.communicate(timeout=120)
    assert [event["seq"] for event in seen] == [before + 1, before + 2, before + 3]
    assert [event["data"]["number"] for event in seen] == taken
    assert following.returncode == 0
    assert errors == b""


def test_a_reader_that_has_enough_ends_the_tail_quietly(hallctl: Hallctl) -> None:
    program = " ".join(hallctl.program)
    done = subprocess.run(
        ["bash", "-c", f"{program} journal export | head -1"],
        env=hallctl.environment,
        capture_output=True,
        timeout=120,
        check=True,
    )
    assert json.loads(done.stdout)["seq"] == 1
    assert done.stderr == b""


def test_the_whole_chain_is_verified(hallctl: Hallctl) -> None:
    good = hallctl("journal", "verify")
    assert (good.code, good.out[:6]) == (0, "Good: ")
    assert hallctl.ok("journal", "verify")["ok"]


def test_a_backup_is_verified_without_the_daemon_and_damage_is_named(
    hallctl: Hallctl, tmp_path: Path
) -> None:
    backup = Path(hallctl.ok("backup")["path"])
    alone = Hallctl({})
    assert alone.ok("journal", "verify", str(backup))["ok"]
    data = bytearray(backup.read_bytes())
    at = data.rindex(b"window.opened")
    data[at : at + 13] = b"window.closed"
    changed = tmp_path / "changed.db"
    changed.write_bytes(data)
    bad = alone("journal", "verify", str(changed))
    assert bad.code == 1
    assert bad.out.startswith("Not good:\n")
    assert "was changed" in bad.out
    chinese = alone("journal", "verify", str(changed), "--json", lang="zh")
    assert chinese.code == 1
    assert not chinese.json()["ok"]
    assert alone("journal", "verify", str(tmp_path / "none.db")).code == 2


def test_the_export_has_every_event_once(hallctl: Hallctl, tmp_path: Path) -> None:
    last = hallctl.ok("status")["last_seq"]
    assert last > MANY
    lines = hallctl("journal", "export").out.splitlines()
    assert [json.loads(line)["seq"] for line in lines] == list(range(1, last + 1))
    file = tmp_path / "journal.jsonl"
    assert hallctl("journal", "export", str(file)).out == f"{last} events written to {file}.\n"
    assert file.read_text(encoding="utf-8").splitlines() == lines
    kept = hallctl("journal", "export", str(file), lang="zh")
    assert kept.code == 2
    assert "--force" in kept.err
    assert hallctl.ok("journal", "export", str(file), "--force")["events"] == last


def test_an_export_that_cannot_be_written_is_refused_and_leaves_nothing(
    hallctl: Hallctl, tmp_path: Path
) -> None:
    ran = hallctl("journal", "export", str(tmp_path / "no" / "journal.jsonl"))
    assert ran.code == 1
    assert "cannot be written: No such file or directory" in ran.err
    assert list(tmp_path.iterdir()) == []
