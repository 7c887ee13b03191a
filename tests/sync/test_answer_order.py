"""A Pi that is answered has what the answer speaks of: events come before it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import cast

from firmware_py.sync.broker import BrokerSync
from firmware_py.sync.ports import HubPort
from firmware_py.sync.rights import NodePlace
from tests.sync.support import Ear, FakeHall, Mosquitto, settings, until

TIMES = 20


class Hub:
    """One window's Pi, and the hall's clock."""

    #: It proves nothing.
    seen_by = SimpleNamespace(word=lambda: None, set_back=False)

    def nodes(self) -> Mapping[str, NodePlace]:
        return {"window-3": NodePlace("window-3", frozenset({"window"}), frozenset({"3"}))}

    def now_ms(self) -> int:
        return 1

    def window_of(self, number: str) -> str | None:
        del number
        return None


async def test_a_window_hears_of_its_call_before_the_answer(
    mosquitto: Mosquitto, listen: Callable[..., Ear]
) -> None:
    hall = FakeHall()
    sync = hall.sync = BrokerSync(settings(mosquitto.port), hall, cast("HubPort", Hub()))
    await sync.start()
    try:
        ear = listen()
        await until(lambda: sync.status().connected)
        for n in range(TIMES):
            asked = {"what": "command", "id": f"p-{n}", "name": "window.next"}
            body = json.dumps({**asked, "params": {"window": "3"}}).encode()
            # Saying it waits for the broker: not in the hall's own loop.
            await asyncio.to_thread(ear.say, "ask/window-3", body, correlation=b"%d" % n)
        await until(lambda: len(ear.on("reply/window-3")) == TIMES)
    finally:
        await sync.stop()
    order = [
        json.loads(one.payload)["seq"] if "/event/" in one.topic else one.correlation
        for one in [*ear.heard]
        if "/event/" in one.topic or "/reply/" in one.topic
    ]
    assert [one for one in order if isinstance(one, int)] == list(range(1, TIMES + 1))
    for n in range(TIMES):
        assert order.index(n + 1) < order.index(b"%d" % n)
