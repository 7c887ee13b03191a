"""``kill -9`` at random moments: what was kept opens, whole, and what was destroyed stays so."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from firmware_py.store.vault import Vault
from firmware_py.store.vault_errors import KeyDestroyed
from tests.store.vaults import NUMBER, vault_in

#: Keeps, replaces, removes, and destroys days for ever; a line for each once it is durable.
CHILD = """
import random, sys
from pathlib import Path
from tests.store.vaults import vault_in
vault, chance = vault_in(Path(sys.argv[1])), random.Random(int(sys.argv[2]))
for turn in range(int(sys.argv[3]), 10**6):
    day = f"{2000 + turn // 336}-{turn // 28 % 12 + 1:02}-{turn % 28 + 1:02}"
    hashed = vault.hash_person(day, "11010519491231002X")
    for n in range(chance.randint(1, 4)):
        vault.put(day, f"A{n:03}-1", f"{day} {n}".encode() * chance.randint(1, 3000))
        print("put", day, n, hashed, flush=True)
    if chance.random() < 0.3:
        print("ending", day, flush=True)
        for gone in vault.destroy_before(day):
            print("gone", gone, flush=True)
"""


def _kill_once(folder: Path, chance: random.Random, start: int) -> list[list[str]]:
    """Let a child work, kill it, and return the lines that it wrote wholly."""
    seed = str(chance.randrange(10**6))
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(folder), seed, str(start)],
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        lines = [child.stdout.readline() for _ in range(chance.randint(1, 25))]
        # Spin for a while that no line decides, so that the kill falls anywhere.
        for _ in range(chance.randint(0, 40_000)):
            pass
        child.kill()
        lines += child.stdout.read().splitlines(keepends=True)
    return [line.split() for line in lines if line.endswith("\n")]


def _is_kept(
    vault: Vault, kept: Mapping[tuple[str, int], str], ending: str, gone: set[str]
) -> None:
    """What was acknowledged opens; of days that began to end, some may have ended."""
    alive = set(vault.days())
    for (day, n), hashed in kept.items():
        try:
            content = vault.get(day, f"A{n:03}-1")
        except KeyDestroyed:
            assert day < ending
            assert day not in alive
            continue
        assert day not in gone
        assert content == f"{day} {n}".encode() * (len(content) // len(f"{day} {n}"))
        assert vault.hash_person(day, NUMBER) == hashed


def _survives(folder: Path, kills: int, seed: int) -> None:
    chance = random.Random(seed)
    kept: dict[tuple[str, int], str] = {}
    ending, gone = "", set[str]()
    for turn in range(kills):
        written = _kill_once(folder, chance, turn * 40)
        fresh = {(day, int(more[0])): more[1] for word, day, *more in written if word == "put"}
        ending = max([ending, *(day for word, day, *_ in written if word == "ending")])
        gone |= {day for word, day, *_ in written if word == "gone"}
        kept |= fresh
        _is_kept(vault_in(folder), fresh, ending, gone)
    _is_kept(vault_in(folder), kept, ending, gone)
    vault = vault_in(folder)
    vault.destroy_before(ending)
    assert all(day >= ending for day in vault.days())
    keys = {path.stem for path in (folder / "keys").iterdir()}
    # Killed between a key and its mark: nothing was kept with that one; it goes with its day.
    unused = {one.day for one in vault.survey() if one.state == "none"}
    assert keys == {*vault.days(), *unused}
    assert all(day >= ending and not vault.names(day) for day in unused)
    # Nothing half written is left, and no file of a day that has ended.
    assert not list(folder.rglob(".*"))
    assert {path.name for path in (folder / "vault").iterdir() if path.is_dir()} <= keys
    assert gone
    assert set(vault.untold()) >= gone


def test_nothing_that_was_kept_is_lost_by_10_kills(tmp_path: Path) -> None:
    _survives(tmp_path, 10, seed=1)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_nothing_that_was_kept_is_lost_by_150_kills(tmp_path: Path) -> None:
    _survives(tmp_path, 150, seed=2)
