"""Questions about who is at a reader, as the hub takes them from the broker."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

from firmware_py.sync.asks import Asks
from firmware_py.sync.mail import Incoming, Outgoing
from firmware_py.sync.ports import HallPort, HubPort
from firmware_py.sync.rights import NodePlace
from firmware_py.sync.sentences import Refused
from firmware_py.sync.topics import Topics

KIOSK = NodePlace("kiosk-2", frozenset({"kiosk"}), kiosks=frozenset({"kiosk-2"}))
PERSON = "85c657eb060419cea837964dbb93cc4d"
TAKE = {"what": "command", "id": "press-1", "name": "ticket.take"}


class Hub:
    """What ``Asks`` needs of a hub; it knows one visit."""

    #: It proves nothing.
    seen_by = SimpleNamespace(word=lambda: None, set_back=False)

    last_seq = 7

    def __init__(self, *, private: bool = True) -> None:
        self.epochs = [type("E", (), {"epoch": "E1", "first_seq": 1})()]
        self.asked: list[tuple[str, str, dict[str, Any]]] = []
        self.submitted: list[dict[str, Any]] = []
        self.sent: list[Outgoing] = []
        self.asks = Asks(
            cast("HallPort", self), cast("HubPort", self), Topics("demo", "hub"),
            self.sent.append, Counter(), private=private,
        )  # fmt: skip

    def now_ms(self) -> int:
        return 1

    def nodes(self) -> Mapping[str, NodePlace]:
        return {"kiosk-2": KIOSK}

    def window_of(self, number: str) -> str | None:
        return None

    async def people(self, node: str, name: str, params: dict[str, Any]) -> dict[str, Any]:
        self.asked.append((node, name, params))
        return {"known": True}

    def visit(
        self, params: Mapping[str, Any], command_id: str, visit: str, booked: str
    ) -> Mapping[str, Any]:
        if (params["origin"], command_id, visit, booked) != ("kiosk-2", "press-1", "v1", "b1"):
            raise Refused("visit_over")
        return {"person": PERSON, "appointment": None}

    async def submit(self, name: str, params: dict[str, Any], command_id: str, by: str) -> bytes:
        self.submitted.append(params)
        event = {"seq": 8, "time_ms": 1, "type": "ticket.issued", "data": {"person": PERSON}}
        return json.dumps({"events": [event], "repeated": False}).encode()

    async def answer(self, question: Mapping[str, Any]) -> dict[str, Any]:
        payload = json.dumps(question).encode()
        self.asks.take(
            Incoming(
                1, "hall/v1/demo/ask/kiosk-2", payload, len(payload), False, time.monotonic(),
                None, b"1", 30,
            ),
            "kiosk-2",
        )  # fmt: skip
        await self.asks.stop()
        await asyncio.sleep(0)
        found: dict[str, Any] = json.loads(self.sent.pop().payload)
        return found


async def test_a_kiosk_asks_of_its_own_reader_and_in_clear_nobody_is_asked_about() -> None:
    hub, open_hub = Hub(), Hub(private=False)
    asked = {"what": "people", "name": "card", "params": {"kiosk": "kiosk-2", "box": "AA=="}}
    assert (await hub.answer(asked))["known"] is True
    assert hub.asked == [("kiosk-2", "card", asked["params"])]
    for params in ({"kiosk": "kiosk-1"}, {"window": "3"}, {}):
        answer = await hub.answer({**asked, "params": params})
        assert answer["refusal"]["code"] == "not_yours"
    for name in ("key", "card"):
        answer = await open_hub.answer({**asked, "name": name})
        assert answer["refusal"]["code"] == "people_in_clear"
        assert "证书" in answer["refusal"]["zh"]
    assert (len(hub.asked), open_hub.asked) == (1, [])


async def test_a_ticket_gets_its_owner_at_the_hub_and_the_answer_says_nothing_of_them() -> None:
    hub = Hub()
    params = {"item": "F01", "origin": "kiosk-2"}
    answer = await hub.answer({**TAKE, "params": params, "visit": "v1", "booked": "b1"})
    assert hub.submitted == [{**params, "person": PERSON, "appointment": None}]
    assert PERSON not in json.dumps(answer)
    answer = await hub.answer({**TAKE, "params": params, "visit": "v2"})
    assert answer["refusal"]["code"] == "visit_over"
    # Nobody says a hash over the broker, not even a right one.
    answer = await hub.answer({**TAKE, "params": {**params, "person": PERSON}})
    assert answer["refusal"]["code"] == "personal_data"
    assert len(hub.submitted) == 1
    await hub.answer({**TAKE, "params": params})
    assert hub.submitted[1:] == [params]
