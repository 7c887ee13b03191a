"""Ends ``hallctl config undo`` at each of its steps, as a power cut does, and looks what is left.

    python -m tests.cli.undo_steps FOLDER taken|refused

As ``tests.store.coming_steps``: a child is forked for each change of the disk and dies there, at
once and without a word. What a daemon does before it reads its files is then ended half-way too,
and done again; what it reads must be the old configuration or the new one. Writes a line of JSON.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from firmware_py.cli.base import Session
from firmware_py.cli.config_change import ConfigFile
from firmware_py.cli.errors import Refused
from firmware_py.runtime.configurations import mend
from tests.store.joining_steps import ENDED, die_at

OLD = {
    "hall.toml": b"the hall as it is", "items.toml": b"items as they are",
    "templates/ticket.toml": b"a template as it is", "node.env": b"HALL_NODE=hub\n",
}  # fmt: skip
#: As the hub kept it; since then somebody took a layout away.
FORMER = {
    "hall.toml": b"the former hall", "items.toml": b"former items",
    "templates/ticket.toml": b"a former template", "lobby.toml": b"a former layout",
}  # fmt: skip
NEW = {**OLD, **FORMER}
WORST = 9


class Daemon:
    """What a hub's daemon answers to ``hallctl``; ``refuses``: at the last moment."""

    def __init__(self, etc: Path, *, refuses: bool) -> None:
        self.etc, self.refuses = etc, refuses

    def ask(self, method: str, within_s: float = 0, **params: Any) -> Any:
        told: dict[str, list[Any]] = {"mistakes": [], "refusals": [], "changes": [], "nodes": []}
        if method == "config.file":
            return {"file": str(self.etc / "hall.toml")}
        if method == "config.former":
            files = [{"path": str(self.etc / name), "content": str(self.etc.parent / "kept" / name)}
                     for name in FORMER]  # fmt: skip
            return {"number": 1, "files": files}
        if method == "config.apply" and self.refuses:
            raise Refused("window_busy", "窗口正在办理。", "The window is at work.")
        return told


def prepare(root: Path) -> Path:
    for place, files in (("etc", OLD), ("kept", FORMER)):
        for name, data in files.items():
            path = root / place / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    return root / "etc"


def contents(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in found
        if not {".undoing", "versions"} & set(path.relative_to(folder).parts)
        and not path.name.endswith(".new")
    }


def undo(etc: Path, *, refuses: bool) -> None:
    """Do as the command does."""
    session = cast("Session", SimpleNamespace(client=Daemon(etc, refuses=refuses)))
    meant = ConfigFile(session, None)
    former = dict(meant.former() or {})
    text = former.pop(meant.path).decode()
    try:
        meant.change(lambda now: text, others=former)
    except Refused as error:
        if error.code != "window_busy":
            raise


def killed(step: int, work: Any) -> bool:
    """Run ``work`` in a child that dies at a step; say whether it did."""
    child = os.fork()
    if not child:
        die_at(step)
        work()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code not in {0, ENDED}:
        raise AssertionError((step, code))
    return code == ENDED


def main(root: Path, *, refuses: bool) -> None:
    step = old = new = 0
    while True:
        step += 1
        etc = prepare(root / str(step))
        ended = killed(step, lambda at=etc: undo(at, refuses=refuses))
        # The power is back and goes again, and is back.
        killed(step % WORST + 1, lambda at=etc: mend(at / "hall.toml"))
        mend(etc / "hall.toml")
        found = contents(etc)
        if found == OLD:
            old += 1
        else:
            assert found == NEW, (step, found)
            new += 1
        undo(etc, refuses=refuses)
        assert contents(etc) == (OLD if refuses and found == OLD else NEW), step
        assert not (etc / ".undoing").exists(), step
        if not ended:
            break
    sys.stdout.write(json.dumps({"steps": step - 1, "old": old, "new": new}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), refuses=sys.argv[2] == "refused")
