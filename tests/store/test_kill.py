"""``kill -9`` at random moments: what was acknowledged is there, once, and nothing is half."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from firmware_py.store.marker import read_marker
from tests.store.making import opened

#: Appends batches of one to nine commands for ever; a line for each batch once it is durable.
CHILD = """
import random, sys
from pathlib import Path
from firmware_py.store.journal import Journal
from firmware_py.store.records import Entry, NewEvent
from firmware_py.store import opening
opening.CHECKPOINT_PAGES = 40
journal = Journal.open(Path(sys.argv[1]), node="hub-1")
chance = random.Random(int(sys.argv[2]))
number = journal.last_seq
while True:
    entries = []
    for _ in range(chance.randint(1, 9)):
        number += 1
        event = NewEvent("TicketTaken", b'{"number":%d}' % number)
        entries.append(Entry(f"c{number}", "kiosk-1", number, b"%d" % number, (event,)))
    numbers = journal.append(entries, {"printer": journal.last_seq})
    if chance.random() < 0.1:
        journal.save_snapshot(journal.last_seq, b"state")
    if chance.random() < 0.05:
        journal.checkpoint()
    print(numbers[-1][-1], flush=True)
"""


def _kill_once(path: Path, chance: random.Random) -> int:
    """Let a child append, kill it, and return the newest event that it acknowledged."""
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(path), str(chance.random())[2:8]],
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        acknowledged = 0
        for _ in range(chance.randint(1, 80)):
            acknowledged = int(child.stdout.readline())
        # Spin for a while that no line decides, so that the kill falls anywhere in a commit.
        for _ in range(chance.randint(0, 40_000)):
            pass
        child.kill()
        # Lines that it still wrote were acknowledged as well.
        rest = [line for line in child.stdout.read().splitlines(keepends=True) if "\n" in line]
    return int(rest[-1]) if rest else acknowledged


def _survives(path: Path, kills: int, seed: int) -> None:
    chance = random.Random(seed)
    epochs = set()
    for _ in range(kills):
        acknowledged = _kill_once(path, chance)
        before = read_marker(path.with_suffix(".id"))
        assert before is not None
        with opened(path) as journal:
            epochs.add(journal.epoch)
            assert journal.last_seq >= max(acknowledged, before.seq)
            tail = journal.read(max(0, acknowledged - 500), 10_000)
            for event in tail:
                assert event.body == b'{"number":%d}' % event.seq
                assert journal.outcome(f"c{event.seq}") == b"%d" % event.seq
            assert journal.outcome(f"c{journal.last_seq + 1}") is None
    with opened(path) as journal:
        found = journal.verify()
        assert found.problems == ()
        assert found.count == journal.last_seq
    assert len(epochs) == 1


def test_nothing_acknowledged_is_lost_by_40_kills(tmp_path: Path) -> None:
    _survives(tmp_path / "journal.db", 40, seed=1)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_nothing_acknowledged_is_lost_by_200_kills(tmp_path: Path) -> None:
    _survives(tmp_path / "journal.db", 200, seed=2)
