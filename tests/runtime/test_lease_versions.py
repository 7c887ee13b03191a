"""A voter whose program is two wire versions away counts as missing; a neighbour's vote counts."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from firmware_py.core.epoch import NO_EPOCH, Epoch
from firmware_py.core.wire_version import WIRE
from firmware_py.runtime.lease import LeaseHall, LeaseKeeper
from firmware_py.sync.mail import Incoming, Outgoing
from tests.runtime.test_hub_role import HUB, STANDBY, settings_of

ROOT = "hall/v1/demo"


async def _no(epoch: Epoch) -> bool:
    return False


@pytest.fixture
def witness(tmp_path: Path) -> tuple[LeaseKeeper, list[Outgoing]]:
    settings = settings_of(tmp_path, "wall-1")
    spread = msgspec.structs.replace(settings.spread, promote="lease", witness="wall-1")
    hall = LeaseHall(lambda: None, lambda: NO_EPOCH, lambda: False, _no, lambda has: None)
    now = iter(range(0, 100_000, 20))
    keeper = LeaseKeeper(
        msgspec.structs.replace(settings, spread=spread), tmp_path, hall, lambda: float(next(now))
    )
    sent = list[Outgoing]()
    keeper.up(sent.append)
    # A new witness votes when both others have told what they voted.
    for name in (HUB, STANDBY):
        hears(keeper, "vote", name, what="recall", round="r", highest="")
    sent.clear()
    return keeper, sent


def hears(keeper: LeaseKeeper, kind: str, name: str, wire: int = WIRE, **said: object) -> None:
    payload = json.dumps({**said, "wire": wire, "mood": "new"}).encode()
    keeper.take(Incoming(1, f"{ROOT}/lease/{kind}/{name}", payload, len(payload), False, 0.0))


@pytest.mark.parametrize("wire", [WIRE - 1, WIRE, WIRE + 1])
def test_a_neighbour_is_answered(witness: tuple[LeaseKeeper, list[Outgoing]], wire: int) -> None:
    keeper, sent = witness
    hears(keeper, "ask", HUB, wire, epoch="1-hub", round="a:1", for_s=10.0)
    (answer,) = [json.loads(one.payload) for one in sent]
    assert (answer["what"], answer["to"], answer["wire"]) == ("vote", HUB, WIRE)


@pytest.mark.parametrize("wire", [WIRE - 2, WIRE + 2])
def test_who_is_two_away_is_not_answered_counts_as_missing_and_is_said_once(
    witness: tuple[LeaseKeeper, list[Outgoing]], wire: int, caplog: pytest.LogCaptureFixture
) -> None:
    keeper, sent = witness
    for turn in range(3):
        hears(keeper, "ask", HUB, wire, epoch="1-hub", round=f"a:{turn}", for_s=10.0)
    assert sent == []
    assert HUB in keeper.status().missing
    (said,) = [one for one in caplog.messages if "相差两版以上" in one]
    assert HUB in said
