"""Ends a Pi's taking of a new configuration at each of its steps, as a power cut does.

    python -m tests.store.coming_steps FOLDER

As ``joining_steps``: a child is forked for each change of the disk and dies there, at once and
without a word; what a restarted daemon finds must be the old configuration or the new one, and the
same begun again must end well. Writes a line of JSON.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path

from firmware_py.core.edition import Edition
from firmware_py.store.coming_files import ComingFiles
from firmware_py.store.editions import EditionBook, Kept
from tests.store.joining_steps import ENDED, die_at

OLD = {
    "hall.toml": b"the old hall", "items.toml": b"old items", "notices/a.txt": b"a notice",
    "node.env": b"HALL_NODE=window-3\n", "broker/window-3.key": b"a key",
}  # fmt: skip
NEW = {
    "hall.toml": b"the new hall", "items.toml": b"new items", "notices/b.txt": b"another",
    "templates/ticket.toml": b"a template",
}  # fmt: skip
ONE, TWO = Edition("E1", 1, "1" * 64), Edition("E1", 2, "2" * 64)


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def kept(edition: Edition, files: dict[str, bytes]) -> Kept:
    return Kept(edition, {name: sha(data) for name, data in files.items()})


def given() -> dict[str, bytes]:
    """Return what the hub sent before."""
    return {name: OLD[name] for name in ("hall.toml", "items.toml", "notices/a.txt")}


def wanted() -> dict[str, bytes]:
    """Return what must be there in the end: the new, without what the hub took back."""
    own = {name: OLD[name] for name in ("node.env", "broker/window-3.key")}
    return {**own, **NEW}


def contents(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in found
        if not any(part.startswith(".coming") for part in path.parts)
    }


def files_of(root: Path) -> ComingFiles:
    return ComingFiles(root / "etc" / "hall.toml", "window-3", EditionBook(root / "data"))


def prepare(root: Path) -> None:
    for name, data in OLD.items():
        path = root / "etc" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    EditionBook(root / "data").take(kept(ONE, given()))


def take(root: Path) -> None:
    """Do as a daemon does that starts, and hears of the second configuration."""
    files_of(root).finish()
    files = files_of(root)
    if files.has() == TWO:
        return
    new = kept(TWO, NEW)
    for content in files.lacks(new.files):
        data = next(data for data in NEW.values() if sha(data) == content)
        files.part(content, 0, data[:5])
        files.part(content, 5, data[5:])
    files.stage(new.files)
    files.commit(new)


def main(root: Path) -> None:
    step = untouched = finished = 0
    while True:
        step += 1
        place = root / str(step)
        place.mkdir()
        prepare(place)
        child = os.fork()
        if not child:
            die_at(step)
            take(place)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        ended = os.waitstatus_to_exitcode(status) == ENDED
        # What a daemon does before it reads its configuration.
        files_of(place).finish()
        found, has = contents(place / "etc"), files_of(place).has()
        if found == OLD:
            assert has == ONE, (step, has)
            untouched += 1
        else:
            assert (found, has) == (wanted(), TWO), (step, has, sorted(found))
            finished += 1
        take(place)
        assert contents(place / "etc") == wanted(), step
        assert files_of(place).has() == TWO, step
        if not ended:
            break
    told = {"steps": step - 1, "untouched": untouched, "finished": finished}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
