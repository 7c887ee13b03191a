"""Ends a new Pi's installation at each of its steps, as a power cut does, and looks what is left.

    python -m tests.store.joining_steps FOLDER

Each step is a call by which the program changes the disk (sys.audit's events). For each one a child
is forked that dies there, at once and without a word; then the same is begun again and must end
well. Writes a line of JSON: how many steps, after how many of them nothing had changed.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from firmware_py.store.joining_files import JoiningFiles

OLD = {"hall.toml": b"the old hall", "items.toml": b"old items", "notices/keep.txt": b"stays"}
NEW = {
    "hall.toml": b"the new hall", "items.toml": b"new items", "node.env": b"HALL_NODE=window-3\n",
    "notices/a.txt": b"new", "broker/ca.crt": b"authority",
}  # fmt: skip
CERT, KEY = "broker/window-3.crt", "broker/window-3.key"
#: Events that come before the disk changes.
CHANGES = frozenset({"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod", "os.chown"})
ENDED = 9


def contents(folder: Path) -> dict[str, bytes]:
    """Return all files outside of what is pending."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in found
        if ".joining" not in path.parts
    }


def prepare(folder: Path) -> None:
    for name, data in OLD.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def install(folder: Path) -> None:
    files = JoiningFiles(folder)
    if files.finish():
        return
    files.request()
    files.stage(NEW, KEY)
    files.commit({CERT: b"certificate"})


def die_at(step: int) -> None:
    """End this process at the ``step``-th change; from 1."""
    left = [step]

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & os.O_CREAT
        if event in CHANGES or writes:
            left[0] -= 1
            if not left[0]:
                os._exit(ENDED)

    sys.addaudithook(hook)


def whole(found: dict[str, bytes]) -> bool:
    """Say whether everything new is there, and what is nobody's business still is."""
    key = found.get(KEY, b"")
    wanted = {**NEW, CERT: b"certificate", "notices/keep.txt": b"stays"}
    return key.startswith(b"-----BEGIN PRIVATE KEY") and found == {**wanted, KEY: key}


def main(root: Path) -> None:
    step = untouched = forward = 0
    while True:
        step += 1
        folder = root / str(step)
        folder.mkdir()
        prepare(folder)
        child = os.fork()
        if not child:
            die_at(step)
            install(folder)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        ended, found = os.waitstatus_to_exitcode(status) == ENDED, contents(folder)
        if JoiningFiles(folder).begun:
            forward += 1
        elif found == OLD:
            untouched += 1
        else:
            # Between the marker's end and that of its folder.
            assert whole(found), (step, sorted(found))
        if not whole(found):
            install(folder)
        assert whole(contents(folder)), (step, sorted(contents(folder)))
        if not ended:
            break
    told = {"steps": step - 1, "untouched": untouched, "forward": forward}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
