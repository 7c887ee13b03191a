"""A node's own records on the wire: judged, merged in order, acknowledged once on the disk."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest

from firmware_py.app import wire
from firmware_py.app.writer import HallWriter
from firmware_py.core.commands_spread import LendNumbers
from firmware_py.runtime.merging import (
    may_give,
    may_have_called,
    may_have_served,
    merge_offered,
)
from firmware_py.sync.asks import Asks
from firmware_py.sync.mail import Incoming, Outgoing
from firmware_py.sync.ports import HallPort, HubPort
from firmware_py.sync.records import Merged, Offered
from firmware_py.sync.rights import NodePlace
from firmware_py.sync.topics import Topics
from tests.app.desk import Desk

_ISSUED = wire._event_decoders["ticket.issued"]
KIOSK = NodePlace("kiosk-1", frozenset({"kiosk"}), kiosks=frozenset({"kiosk-1"}))
#: A hub that stood down.
FORMER = NodePlace("hub-1", frozenset({"standby"}))
SOURCE = "kiosk-1:E7"


class Hub:
    """What ``Asks`` needs of a hub, on a real writer."""

    #: It proves nothing.
    seen_by = SimpleNamespace(word=lambda: None, set_back=False)

    def __init__(self, writer: HallWriter) -> None:
        self.writer = writer
        self.epochs = [type("E", (), {"epoch": "E1", "first_seq": 1})()]

    @property
    def last_seq(self) -> int:
        return self.writer.last_seq

    def now_ms(self) -> int:
        return 1

    def nodes(self) -> Mapping[str, NodePlace]:
        return {
            "kiosk-1": KIOSK,
            "hub-1": FORMER,
            "kiosk-2": NodePlace("kiosk-2", frozenset({"kiosk"})),
        }

    def window_of(self, number: str) -> str | None:
        return None

    def may_give(self, node: str, number: str) -> bool:
        return may_give(self.writer.ahead, node, number)

    def may_have_called(self, window: str, number: str) -> bool:
        return may_have_called(self.writer.ahead, window, number)

    def may_have_served(self, window: str, number: str) -> bool:
        return may_have_served(self.writer.ahead, window, number)

    async def merge(self, node: str, source: str, offered: Sequence[Offered]) -> Merged:
        return await merge_offered(self.writer, node, source, offered)


class Line:
    """A kiosk's line to the hub: questions go in, answers are kept."""

    def __init__(self, *, private: bool = False) -> None:
        self.desk = Desk().open_day()
        self.desk.give(LendNumbers("kiosk-1", "common", 200), "lend")
        self.desk.disk.run()
        self.sent: list[Outgoing] = []
        hub = Hub(self.desk.writer)
        self.asks = Asks(
            cast("HallPort", hub), cast("HubPort", hub), Topics("demo", "hub"),
            self.sent.append, Counter(), private=private,
        )  # fmt: skip

    @property
    def first(self) -> int:
        return self.desk.writer.recorded.lent[0].first

    def issued(self, seq: int, **more: Any) -> dict[str, Any]:
        """Return a ticket of the kiosk's own, as it is offered."""
        count = self.first + seq - 1
        data = {
            "number": f"A{count}", "series": "common", "count": count, "item": "D01",
            "skill": "invoices", "origin": "kiosk-1", "person": None, "appointment": None,
        }  # fmt: skip
        return {
            "seq": seq, "time_ms": 5_000 + seq, "type": "ticket.issued", "by": "kiosk-1",
            "id": f"kiosk-1:{seq}", "data": {**data, **more},
        }  # fmt: skip

    async def ask(
        self,
        told: Sequence[Mapping[str, Any]],
        *,
        source: str = SOURCE,
        disk: bool = True,
        node: str = "kiosk-1",
    ) -> dict[str, Any]:
        """Offer records and return the answer; {} while there is none."""
        self.sent.clear()
        body = {"what": "records", "source": source, "told": list(told)}
        payload = json.dumps(body, separators=(",", ":")).encode()
        self.asks.take(
            Incoming(
                1, f"hall/v1/demo/ask/{node}", payload, len(payload), False, time.monotonic(),
                None, b"1", 30,
            ),
            node,
        )  # fmt: skip
        for _ in range(50):
            await asyncio.sleep(0)
            if disk:
                self.desk.disk.run()
            if self.sent:
                answer: dict[str, Any] = json.loads(self.sent[0].payload)
                return answer
        return {}

    def types(self) -> list[str]:
        return [record.type for record in self.desk.journal.records[2:]]


@pytest.fixture
def line() -> Line:
    return Line()


async def test_records_are_merged_in_order_and_acknowledged(line: Line) -> None:
    answer = await line.ask([line.issued(seq) for seq in (1, 2, 3)])
    assert answer["merged"] == 3
    assert line.types() == ["record.merged", "ticket.issued"] * 3
    numbers = list(line.desk.writer.recorded.tickets)
    assert numbers == [f"A{line.first + n}" for n in range(3)]


async def test_nothing_is_acknowledged_before_the_disk_has_it(line: Line) -> None:
    assert await line.ask([line.issued(1)], disk=False) == {}
    assert not line.desk.writer.recorded.tickets
    line.desk.disk.run()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert json.loads(line.sent[0].payload)["merged"] == 1


async def test_a_hundred_records_go_into_one_question_and_one_commit(line: Line) -> None:
    told = [line.issued(seq) for seq in range(1, 101)]
    assert len(json.dumps(told)) > 16 * 1024
    commits = line.desk.writer.commits
    assert (await line.ask(told))["merged"] == 100
    assert len(line.desk.writer.recorded.tickets) == 100
    assert line.desk.writer.commits - commits <= 2


async def test_records_that_are_offered_again_count_once(line: Line) -> None:
    told = [line.issued(seq) for seq in (1, 2)]
    await line.ask(told)
    again = await line.ask([*told, line.issued(3)])
    assert again["merged"] == 3
    assert len(line.desk.writer.recorded.tickets) == 3


async def test_after_a_restart_of_the_hub_too(line: Line) -> None:
    told = [line.issued(seq) for seq in (1, 2)]
    await line.ask(told)
    line.desk.start()
    hub = Hub(line.desk.writer)
    line.asks = Asks(
        cast("HallPort", hub), cast("HubPort", hub), Topics("demo", "hub"), line.sent.append,
        Counter(),
    )  # fmt: skip
    assert (await line.ask([*told, line.issued(3)]))["merged"] == 3
    assert len(line.desk.writer.recorded.tickets) == 3


async def test_one_that_is_not_its_to_bring_is_a_trace_and_keeps_no_other_waiting(
    line: Line,
) -> None:
    told = [line.issued(1, origin="kiosk-2"), line.issued(2, number="A001"), line.issued(3)]
    told[1]["data"]["number"] = "A001"
    line.desk.give(LendNumbers("kiosk-2", "common", 5), "lend-2")
    line.desk.disk.run()
    told[1]["data"]["number"] = line.desk.writer.recorded.lent[1].first_number
    assert (await line.ask(told))["merged"] == 3
    assert list(line.desk.writer.recorded.tickets) == [f"A{line.first + 2}"]
    bodies = [json.loads(r.body) for r in line.desk.journal.records if r.type == "record.merged"]
    assert [body["outcome"] for body in bodies] == ["not_allowed", "not_allowed", "kept"]


async def test_what_a_newer_version_tells_is_passed_over_and_holds_up_nothing(line: Line) -> None:
    strange = {**line.issued(2), "type": "ticket.folded"}
    answer = await line.ask([line.issued(1), strange, {**line.issued(3), "mood": "new"}])
    assert (answer["merged"], answer["unknown"]) == (3, [2])
    assert list(line.desk.writer.recorded.tickets) == [f"A{line.first}", f"A{line.first + 2}"]
    # Whoever did not hear the answer is told the same again.
    again = await line.ask([line.issued(1), strange, line.issued(3)])
    assert (again["merged"], again["unknown"]) == (3, [2])
    assert (await line.ask([strange]))["unknown"] == [2]


async def test_brought_up_to_date_a_hub_takes_what_it_had_passed_over_once(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(wire._event_decoders, "ticket.issued")
    assert (await line.ask([line.issued(1)]))["unknown"] == [1]
    monkeypatch.setitem(wire._event_decoders, "ticket.issued", _ISSUED)
    assert (await line.ask([line.issued(2)]))["merged"] == 2
    for _ in range(2):
        answer = await line.ask([line.issued(1)])
        assert (answer["merged"], "unknown" in answer) == (1, False)
    assert sorted(line.desk.writer.recorded.tickets) == [f"A{line.first}", f"A{line.first + 1}"]
    traces = [json.loads(r.body) for r in line.desk.journal.records if r.type == "record.merged"]
    assert [(one["source"], one["seq"]) for one in traces] == [(SOURCE, 2), (f"{SOURCE}.1", 1)]


async def test_a_disk_that_fails_is_worth_another_try(line: Line) -> None:
    line.desk.journal.fail_after(0, 1)
    assert (await line.ask([line.issued(1)]))["refusal"]["code"] == "busy"
    line.desk.now_ms += 2_000
    assert (await line.ask([line.issued(1)]))["merged"] == 1


async def test_nobodys_hash_comes_over_the_broker(line: Line) -> None:
    answer = await line.ask([line.issued(1, person="5f1d0c2ab35f1d0c2ab35f1d0c2ab35f")])
    assert answer["refusal"]["code"] == "personal_data"
    assert not line.desk.writer.recorded.tickets


async def test_an_id_number_in_a_record_is_not_kept(line: Line) -> None:
    reason = {"number": "A001", "reason": "110105199003070011"}
    told = {**line.issued(1), "type": "ticket.cancelled", "data": reason}
    assert (await line.ask([told, line.issued(2)]))["merged"] == 2
    assert b"110105" not in b"".join(record.body for record in line.desk.journal.records)


@pytest.mark.parametrize(
    ("source", "seqs"),
    [("kiosk-2:E7", (1,)), (SOURCE, ()), (SOURCE, (2, 1)), (SOURCE, (1, 1))],
)
async def test_only_its_own_records_in_their_order_are_taken(
    line: Line, source: str, seqs: tuple[int, ...]
) -> None:
    answer = await line.ask([line.issued(seq) for seq in seqs], source=source)
    assert answer["refusal"]["code"] == "bad_field"


async def test_a_former_hub_tells_of_people_where_nobody_can_read_along_and_nobody_else_does() -> (
    None
):
    person = "f" * 64
    for private, node, source in (
        (False, "hub-1", "hub-1:E7"), (True, "kiosk-1", SOURCE), (False, "kiosk-1", SOURCE),
    ):  # fmt: skip
        line = Line(private=private)
        refused = await line.ask([line.issued(1, person=person)], source=source, node=node)
        assert refused["refusal"]["code"] == "personal_data"
        assert not line.desk.writer.recorded.tickets
    line = Line(private=True)
    told = [line.issued(1, person=person), line.issued(2)]
    assert (await line.ask(told, source="hub-1:E7", node="hub-1"))["merged"] == 2
    state = line.desk.writer.recorded
    # One ticket a person holds here too.
    assert [one.person for one in state.tickets.values()] == [person, None]
    assert state.taken_by_person == {person: 1}
