"""A machine in a folder, with programs that say what a test has them say."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from firmware_py.cli.doctor.facts import Facts, gather
from firmware_py.cli.doctor.finding import Finding, Level
from firmware_py.cli.doctor.machine import Drawn, Machine, Ran
from tests.cli.hallrun import ROOT

__all__ = ["PLAIN", "Fake", "at", "status_of", "words"]

#: A hall without devices; the rest of a test's file comes behind it.
PLAIN = f"""
[hall]
id = "demo"
name = {{ zh = "示范市办税服务厅", en = "Demo City Tax Hall" }}
catalogue = "{ROOT}/config/items.toml"
[[windows]]
id = "1"
"""
#: 2026-03-02 08:30 in Shanghai.
MONDAY_S = 1_772_411_400.0


def status_of(**more: Any) -> dict[str, Any]:
    """Return an answer of ``hall.status``, as short as the checks need it."""
    return {
        "pid": os.getpid(), "mode": "normal", "up_s": 60, "problem": None, "now": None,
        "last_seq": 0, "broker": None, "backup": None, **more,
    }  # fmt: skip


@dataclass
class Fake:
    """``said`` is what programs say, by the beginning of their line."""

    root: Path
    said: dict[str, Ran] = field(default_factory=dict)
    statvfs: Callable[[Path], os.statvfs_result] = os.statvfs
    face_for: Callable[[str], Drawn | None] = lambda _: None
    env: dict[str, str] = field(default_factory=dict)
    wall_s: float = MONDAY_S
    uid: int = 0

    def say(self, path: str, text: str) -> Path:
        """Have a file of the machine hold a text."""
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def systemd(self, **properties: str) -> None:
        """Have systemd run the machine and tell these properties of any unit."""
        (self.root / "run/systemd/system").mkdir(parents=True, exist_ok=True)
        lines = "".join(f"{name}={value}\n" for name, value in properties.items())
        self.said["systemctl show"] = Ran(0, lines)

    def run(self, command: Sequence[str]) -> Ran | None:
        line = " ".join(command)
        return next((ran for start, ran in self.said.items() if line.startswith(start)), None)

    @property
    def machine(self) -> Machine:
        return Machine(
            self.root,
            env={"HALL_DATA": str(self.root / "data"), "HALL_RUN": str(self.root / "run"),
                 **self.env},
            run=self.run,
            statvfs=self.statvfs,
            face_for=self.face_for,
            wall_s=lambda: self.wall_s,
            uid=self.uid,
        )  # fmt: skip

    def facts(self, config: str | None = PLAIN) -> Facts:
        """Return what is known of this machine with this configuration, without a daemon."""
        (self.root / "data").mkdir(mode=0o750, exist_ok=True)
        file = self.root / "hall.toml"
        if config is not None:
            file.write_text(config, encoding="utf-8")
        facts = gather(self.machine, file, self.root / "run/hall.sock")
        assert facts.wrong is None, facts.wrong
        return facts


def at(level: Level, findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings of a level."""
    return [one for one in findings if one.level is level]


def words(findings: Iterable[Finding]) -> str:
    """Return all that is said in English, with what to do."""
    return "\n".join(f"{f.level} {f.say.en} → {f.do.en if f.do else '-'}" for f in findings)
