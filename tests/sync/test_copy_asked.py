"""Who is given the journal itself, in which people are known by their hashes, and over what."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest

from firmware_py.sync.asks import Asks
from firmware_py.sync.mail import Incoming, Outgoing
from firmware_py.sync.ports import EpochStart, HallPort, HubPort, SyncSettings
from firmware_py.sync.rights import NodePlace
from firmware_py.sync.topics import Topics

PLACES = {
    "standby-1": NodePlace("standby-1", frozenset({"standby"})),
    "window-3": NodePlace("window-3", frozenset({"window"}), windows=frozenset({"3"})),
}


class Hub:
    """Gives whatever is asked of its journal, and keeps who asked."""

    #: It proves nothing.
    seen_by = SimpleNamespace(word=lambda: None, set_back=False)

    def __init__(self) -> None:
        self.gave: list[tuple[str, str]] = []
        self.epochs, self.last_seq = (EpochStart("E1", 1),), 9

    def nodes(self) -> Mapping[str, NodePlace]:
        return PLACES

    def now_ms(self) -> int:
        return 1

    async def copy(self, node: str, what: str, params: Mapping[str, Any]) -> dict[str, Any]:
        self.gave.append((node, what))
        return {"page": None}

    async def handed_over(self, node: str, source: str, upto: int) -> dict[str, Any]:
        self.gave.append((node, "handover"))
        return {"merged": upto}


async def asked(hub: Hub, node: str, question: dict[str, Any], *, private: bool) -> dict[str, Any]:
    sent: asyncio.Future[Outgoing] = asyncio.get_running_loop().create_future()
    asks = Asks(
        cast("HallPort", hub), cast("HubPort", hub), Topics("demo", "hub"), sent.set_result,
        Counter(), private=private,
    )  # fmt: skip
    body = json.dumps(question).encode()
    topic = f"hall/v1/demo/ask/{node}"
    asks.take(Incoming(1, topic, body, len(body), False, time.monotonic(), None, b"1", 30), node)
    async with asyncio.timeout(60):
        answer: dict[str, Any] = json.loads((await sent).payload)
    await asks.stop()
    return answer


QUESTIONS: list[dict[str, Any]] = [
    {"what": "journal", "copy": {"after": 0}},
    {"what": "journal.file"},
    {"what": "journal.part", "name": "journal-1", "after": 0},
]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: str(one["what"]))
async def test_the_journal_goes_to_a_standby_alone_and_where_nobody_reads_along(
    question: dict[str, Any],
) -> None:
    hub = Hub()
    assert "page" in await asked(hub, "standby-1", question, private=True)
    assert hub.gave == [("standby-1", question["what"])]
    open_line = await asked(hub, "standby-1", question, private=False)
    assert open_line["refusal"]["code"] == "not_private"
    for private in (True, False):
        other = await asked(hub, "window-3", question, private=private)
        assert other["refusal"]["code"] == "not_yours"
    assert len(hub.gave) == 1


async def test_numbers_are_handed_over_by_who_may_have_had_them() -> None:
    hub, question = Hub(), {"what": "handover", "source": "standby-1:E1", "after": 4}
    # Nothing of anybody is in that: it goes over any line.
    assert (await asked(hub, "standby-1", question, private=False))["merged"] == 4
    refused = await asked(hub, "window-3", question, private=True)
    assert refused["refusal"]["code"] == "not_yours"
    assert hub.gave == [("standby-1", "handover")]


@pytest.mark.parametrize(
    ("more", "private"),
    [
        ({"host": "192.168.1.10"}, False),
        ({"host": "192.168.1.10", "ca_file": "/etc/hall/broker/ca.crt"}, True),
        ({"host": "127.0.0.1"}, True),
        ({"host": "localhost"}, True),
        ({"host": "127.0.0.1.example.org"}, False),
        ({"host": "192.168.1.10", "copy_in_clear": True}, True),
    ],
)
def test_what_counts_as_private(more: dict[str, Any], private: bool) -> None:
    assert SyncSettings("demo", "hub", "1", **more).private is private
