"""Of a Pi that was retired nothing stays at the broker, also when the hub ends before that."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from firmware_py.app.ports import Outcome
from firmware_py.runtime.node_actions import NodeActions
from firmware_py.runtime.retired_file import MOST, forget_retired, note_retired, retired
from firmware_py.sync.node_book import NodeBook
from firmware_py.sync.rights import NodePlace

BROKEN = b'{"device":"pad-2","state":"gone"}'


class Start:
    """A hub from its start on: its book of Pis, and what it has the broker empty."""

    def __init__(self, journal: Path, *configured: str) -> None:
        self.places = {name: NodePlace(name, frozenset({"window"})) for name in configured}
        self.cleared: list[str] = []
        self.book = NodeBook("hub", lambda: self.places, lambda: 0, self.cleared.append)
        sync = SimpleNamespace(forget=self.book.forget)
        self.hall = SimpleNamespace(
            settings=SimpleNamespace(journal=SimpleNamespace(path=str(journal))), sync=sync,
            queue=SimpleNamespace(decides=True), command_id=lambda name: f"{name}:1",
            writer=SimpleNamespace(submit=lambda submission, reply: reply(Outcome())),
        )  # fmt: skip
        forget_retired(journal, self.places, partial(self.book.forget, for_good=True))

    async def retire(self, node: str) -> None:
        self.places.pop(node, None)
        told = {"action": "retire", "node": node}
        await NodeActions(cast("Any", self.hall)).record(told, "anna")


async def test_a_hub_that_restarts_before_the_broker_is_told_tells_it_then(tmp_path: Path) -> None:
    journal = tmp_path / "journal.db"
    first = Start(journal, "window-1", "window-2")
    await first.retire("window-2")
    # The broker was away all the while.
    assert first.cleared == []
    again = Start(journal, "window-1")
    assert again.cleared == []
    again.book.up()
    assert again.cleared == ["node/window-2"]
    # What it retained of its devices comes now, and of others nothing is cleared.
    for name, device in (("window-2", "pad-2"), ("window-1", "pad-1")):
        again.book.device(name, device, BROKEN.replace(b"pad-2", device.encode()))
    assert again.cleared == ["node/window-2", "device/window-2/pad-2"]
    # Taken in again it is a Pi like any other, at this start and at the next.
    back = Start(journal, "window-1", "window-2")
    back.book.up()
    back.book.device("window-2", "pad-2", BROKEN)
    assert back.cleared == []


def test_names_are_kept_once_and_not_for_ever(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    journal = tmp_path / "journal.db"
    assert retired(journal) == []
    for number in range(MOST + 5):
        note_retired(journal, f"window-{number}")
    note_retired(journal, "window-20")
    assert len(retired(journal)) == MOST
    assert retired(journal)[-2:] == [f"window-{MOST + 4}", "window-20"]
    (tmp_path / "journal.retired").write_bytes(b"{")
    assert retired(journal) == []
    assert "cannot be read" in caplog.text
