"""``privacy.forget`` in a hall of many Pis: also what waits at a window's Pi and is not here."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from firmware_py.app.ports import Outcome, Submission
from firmware_py.core.commands import RecordAction
from firmware_py.runtime.control import QueryError
from firmware_py.runtime.privacy import Privacy
from firmware_py.settings import HallSettings, NodeSettings, Settings, Words
from firmware_py.store.vault import Vault
from tests.core.hall import Hall

TODAY, EARLIER = "2026-03-02", "2026-03-01"
NODES = {
    "window-1": NodeSettings(roles=("window",), windows=("1",)),
    "wall-1": NodeSettings(roles=("wall",)),
}


class Hub:
    """A hub at which A001 was called and A002 waits; it keeps what a test puts there."""

    def __init__(self, folder: Path, nodes: dict[str, NodeSettings]) -> None:
        core = Hall().open("1")
        self.called, self.waits = core.take("D01"), core.take("D01")
        core.next("1")
        self.vault = Vault(folder / "vault", folder / "keys")
        self.given: list[tuple[Any, str]] = []
        own = HallSettings(id="demo", name=Words(zh="大厅", en="Hall"), node="hub")
        hall = SimpleNamespace(
            vault=self.vault,
            state=lambda: core.state,
            settings=Settings(hall=own, nodes=nodes),
            command_id=lambda name: f"{name}:1",
            writer=SimpleNamespace(submit=self.submit),
        )
        self.privacy = Privacy(cast("Any", hall))

    def submit(self, submission: Submission, reply: Any) -> None:
        self.given.append((submission.command, submission.by))
        reply(Outcome())

    async def forget(self, number: str, day: str | None = None) -> dict[str, Any]:
        told: dict[str, Any] = await self.privacy.forget({"number": number, "day": day}, "anna")
        return told


async def test_what_only_a_window_has_is_deleted_there_by_what_the_journal_says(
    tmp_path: Path,
) -> None:
    hub = Hub(tmp_path, NODES)
    told = await hub.forget(hub.called)
    assert (told["files"], told["told"]) == (0, ["window-1"])
    assert hub.given == [(RecordAction("privacy.forgotten", f"{hub.called} {TODAY}"),
                          "hallctl:anna")]  # fmt: skip
    # Of an earlier day nobody knows the numbers any more: whoever has something deletes it.
    assert (await hub.forget("A044", EARLIER))["told"] == ["window-1"]
    # What is here goes at once.
    hub.vault.put(TODAY, f"{hub.called}-1v1-p001", b"a page")
    assert (await hub.forget(hub.called))["files"] == 1
    assert hub.vault.names(TODAY) == []


async def test_a_number_that_nobody_was_called_by_is_a_slip_of_hand(tmp_path: Path) -> None:
    hub = Hub(tmp_path, NODES)
    for number in (hub.waits, "A099"):
        with pytest.raises(QueryError, match="Nothing is kept"):
            await hub.forget(number)
    assert hub.given == []


async def test_in_a_hall_of_one_pi_nothing_waits_elsewhere(tmp_path: Path) -> None:
    hub = Hub(tmp_path, {})
    for number, day in ((hub.called, None), ("A044", EARLIER)):
        with pytest.raises(QueryError, match="Nothing is kept"):
            await hub.forget(number, day)
    hub.vault.put(TODAY, f"{hub.called}-1v1-p001", b"a page")
    told = await hub.forget(hub.called)
    assert (told["files"], told["told"]) == (1, [])
