"""A hall of many Pis of which each has its files in a folder of its own, as on its own card."""

from __future__ import annotations

import shutil
from pathlib import Path

from firmware_py.bench.spread import HUB, SPREAD, SpreadStage
from tests.e2e.spread import Spread
from tests.warm import begin_warm

__all__ = ["OwnFiles", "folder_of"]


class _Stage(SpreadStage):
    """The hub's files lie in ``etc-hub``, the others' in ``etc-window-3``, ..."""

    def config_of(self, node: str) -> Path:
        """Return a Pi's own file."""
        return self.config if node == HUB else folder_of(self, node) / "hall.toml"


def folder_of(stage: SpreadStage, node: str) -> Path:
    """Return where a Pi's files lie."""
    return stage.config.parent.with_name(f"etc-{node}")


class OwnFiles(Spread):
    """As ``Spread``; each of ``nodes`` begins with a copy of the hub's files."""

    def __init__(self, folder: Path, *nodes: str) -> None:
        hub = folder / "etc-hub"
        hub.mkdir(parents=True)
        text = SPREAD.read_text(encoding="utf-8")
        # Who is slow on a busy machine goes on alone: that is tried elsewhere.
        text = text.replace("[spread]\n", "[spread]\nalone_after_s = 60\n")
        text = text.replace("[forms]\n", '[displays]\nnotices = "notices"\n\n[forms]\n')
        (hub / "notices").mkdir()
        (hub / "hall.toml").write_text(text, encoding="utf-8")
        for name in ("items.toml", "holidays.toml"):
            shutil.copy(SPREAD.with_name(name), hub / name)
        super().__init__(folder, *nodes, config=hub / "hall.toml")
        self.stage = _Stage(folder / "s", hub / "hall.toml")
        self.stage.begin = begin_warm
        for node in self.stage.nodes:
            shutil.copytree(hub, folder / f"etc-{node}")
