"""The AsyncAPI document against what is really sent, and against itself."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from firmware_py.core import commands as c
from firmware_py.core import commands_checks as k
from firmware_py.core import commands_papers as p
from firmware_py.core import commands_spread as s
from firmware_py.core.checks import CheckState
from firmware_py.core.commands import COMMANDS
from firmware_py.core.epoch import NO_EPOCH, Epoch
from firmware_py.core.events import EVENTS, Event, TicketIssued
from firmware_py.core.events_hubs import HubPromoted
from firmware_py.core.events_spread import NumbersReturned
from firmware_py.core.records import Record
from firmware_py.sync.lease_wire import Ask, Word
from firmware_py.sync.lease_wire import told as lease_told
from firmware_py.sync.privacy import KEPT_OFF
from firmware_py.sync.sentences import SENTENCES
from tests.sync.corehall import CoreHall
from tests.sync.support import EPOCH, Ear, Heard, Mosquitto, started, until

DOCUMENT = Path(__file__).parents[2] / "docs" / "asyncapi.yaml"
Listen = Callable[..., Ear]


@cache
def document() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))
    return found


def resolve(reference: str) -> Any:
    """Return what a ``$ref`` of the document points to."""
    node: Any = document()
    for part in reference.removeprefix("#/").split("/"):
        node = node[part]
    return node


def mistakes(schema: dict[str, Any], value: object) -> list[str]:
    """Return what is wrong with a value, as ``path: sentence``."""
    whole = {"allOf": [schema], "components": document()["components"]}
    return [f"{e.json_path}: {e.message}" for e in Draft7Validator(whole).iter_errors(value)]


def channel_of(topic: str) -> tuple[str, dict[str, Any]] | None:
    for name, channel in document()["channels"].items():
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(channel["address"]))
        if re.fullmatch(pattern, topic):
            return name, channel
    return None


def wrong_with(topic: str, value: dict[str, Any]) -> list[str]:
    """Return what is wrong with a message on a topic: it must fit one of its channel's."""
    found = channel_of(topic)
    if found is None:
        return [f"{topic}: no channel"]
    messages = [resolve(m["$ref"]) for m in found[1]["messages"].values()]
    if found[0] == "events":
        messages = [m for m in messages if topic.endswith(f"/event/{m['name']}")]
    each = [mistakes(message["payload"], value) for message in messages]
    if not each or any(not found for found in each):
        return [] if each else [f"{topic}: no message"]
    return [f"{topic}: {sentence}" for found in each for sentence in found]


def told(heard: Heard) -> Any:
    """Return a message as the document has it: a list's part is text."""
    return heard.payload.decode() if "/list/" in heard.topic else heard.json


class Day:
    """A small day in which everything happens that can; commands go over the broker."""

    def __init__(self, ear: Ear, hall: CoreHall) -> None:
        self.ear, self.hall, self.count = ear, hall, 0

    async def say(self, name: str, **params: Any) -> dict[str, Any]:
        """Give a command over the broker and return its reply."""
        self.count += 1
        correlation = b"%d" % self.count
        self.ear.command(name, id=f"day-{self.count}", params=params, correlation=correlation)

        def answered() -> list[Any]:
            return [h for h in self.ear.on("reply/ear") if h.correlation == correlation]

        await until(answered)
        reply: dict[str, Any] = answered()[0].json
        self.hall.now_ms += 1_000
        return reply

    def tick(self, seconds: int) -> None:
        """Let time pass."""
        self.hall.now_ms += seconds * 1000
        self.hall.carry_out(c.Tick(), f"tick-{self.hall.now_ms}", "hall")

    def send_list(self) -> None:
        """The centre sends a list in two parts."""
        whole = b"hash,grade\n5f1d0c2ab35f1d0c2ab35f1d0c2ab35f,A\n"
        told = [("sha256", hashlib.sha256(whole).hexdigest()), ("parts", "2")]
        for part, data in (("1", whole[:15]), ("2", whole[15:])):
            self.ear.say("list/grades.csv", data, user=[*told, ("part", part)])

    def ask(self) -> None:
        """A window's own Pi asks for what it lacks."""
        respond_to = "hall/v1/demo/reply/window-1"
        self.ear.say("ask/window-1", b'{"what":"events","after":0}', respond_to=respond_to)

    def vote(self) -> None:
        """The standby is voted for, and the witness has lost its file."""
        ask = Ask(Epoch(2, "standby"), "5f1d0c2a:7", 10.0)
        self.ear.say("lease/ask/standby", lease_told(ask))
        yes = Word("vote", ask.round, ask.epoch, "standby", ask.epoch, yes=True)
        self.ear.say("lease/vote/window-1", lease_told(yes))
        self.ear.say("lease/vote/window-1", lease_told(Word("recall", "81b9e004", NO_EPOCH)))

    async def play(self) -> None:
        """Play it."""
        hall, say = self.hall, self.say
        self.ask()
        self.vote()
        await say("day.open", day="2026-11-23")
        hall.carry_out(c.SetClock(1_795_363_200_000), "clock", "hall")
        await say("day.closing", at="23:30")
        hall.carry_out(c.RecordAction("device.restart", "printer"), "action", "hallctl:li")
        off = c.RecordAction("device.disable", "printer", by="hallctl:li")
        hall.carry_out(off, "action-2", "hallctl:li")
        for window in ("1", "2", "3"):
            await say("window.open", window=window, clerk=f"04{window}")
        await say("window.skills", window="3", skills=["filing"])
        # With a person's hash: as a kiosk in the hall gives it, never over the broker.
        hall.carry_out(c.TakeTicket("D01", "kiosk-1", person="5f1d0c2ab3"), "kiosk-1:1", "kiosk-1")
        for item, traits in [("D01", ["elderly"]), ("B01", ["a_grade"]), *[("D01", [])] * 8]:
            await say("ticket.take", item=item, origin="kiosk-1", traits=traits)
        await say("ticket.reprint", number="A001")
        await say("window.next", window="1")
        await say("window.recall", window="1")
        await say("window.start", window="1")
        await self.hand_papers_in()
        self.check_the_entries()
        await say("window.finish", window="1")
        await say("rate", window="1", score=1, reason="等候时间太长")
        await say("rate", window="1", score=5)
        await say("window.next", window="2")
        await say("window.start", window="2")
        self.tick(500)
        self.tick(200)
        await say("alarm.ack", alarm="service:2", by="duty")
        await say("notice.show", text="请张三到导税台", lines=["电话 | 12366"], until="2027-01-01")
        await say("notice.remove", notice="n1")
        await say("window.help", window="2")
        number = hall.state.windows["2"].ticket
        await say("ticket.park", number=number, reason="缺少营业执照")
        await say("ticket.resume", number=number)
        await say("window.next", window="2")
        await say("ticket.transfer", number=hall.state.windows["2"].ticket, item="B01")
        await say("window.next", window="1")
        number = hall.state.windows["1"].ticket
        await say("window.missed", window="1")
        await say("ticket.resume", number=number)
        await say("window.next", window="1")
        await say("window.start", window="1")
        await say("window.finish", window="1")
        self.tick(120)
        await say("ticket.cancel", number="A010", reason="张三不来了")
        await say("window.pause", window="3")
        await say("window.resume", window="3")
        await say("window.close", window="3")
        self.tick(3000)
        assert "refusal" in await say("window.next", window="3")
        await say("resend", after=3)
        for window in ("1", "2"):
            if hall.state.windows[window].ticket:
                await say("window.finish", window=window)
            await say("window.close", window=window)
        self.send_list()
        self.a_kiosk_was_cut_off()
        self.the_hub_was_replaced()
        await say("node.write_off", node="kiosk-2", reason="张三拿走了")
        await say("series.jump", number="A050", day="2026-11-23")
        await say("series.jump", number="A060", reason="张三的号票")
        await say("day.close")

    def a_kiosk_was_cut_off(self) -> None:
        """It had printed A980 for a request that the hub had answered too."""
        hall = self.hall
        for holder in ("kiosk-1", "kiosk-2"):
            hall.carry_out(s.LendNumbers(holder, "common", 20), f"lend-{holder}", "halld")
        hall.carry_out(c.TakeTicket("D01", "kiosk-1"), "kiosk-1:9", "kiosk-1")
        block = hall.state.lent[0]
        issued = TicketIssued(
            block.first_number, "common", block.first, "D01", "invoices", "kiosk-1"
        )
        back = NumbersReturned(
            "kiosk-1", "common", block.first, block.last, block.handing, block.first_number,
            block.last_number, "hub",
        )  # fmt: skip
        told: list[tuple[str, str, Event]] = [
            ("ticket.issued", "kiosk-1:9", issued),
            ("numbers.returned", "back", back),
        ]
        for seq, (kind, command_id, event) in enumerate(told, 1):
            record = Record("kiosk-1:E1", seq, hall.now_ms, kind, "kiosk-1", command_id, event)
            hall.carry_out(s.MergeRecord(record), f"merge:kiosk-1:E1:{seq}", "kiosk-1")

    def the_hub_was_replaced(self) -> None:
        """Another Pi was promoted; the former hub came back and handed its numbers over."""
        promoted = HubPromoted("standby-1", "hub", "2-standby-1", "hub", self.hall.last_seq)
        self.hall.record([promoted], "promote:2-standby-1", "hallctl:li")
        self.hall.carry_out(s.TakeOverNumbers("hub"), "handover", "hub")

    def check_the_entries(self) -> None:
        """Somebody at window 1 checks what the clerk entered; the last time nobody answers."""
        number = self.hall.state.windows["1"].ticket or ""
        commands: list[c.Command] = [
            k.AskCheck("1", ("name", "account_2")),
            k.AnswerCheck("1", f"{number}-c1", CheckState.CORRECTED, ("account_2",)),
            k.AskCheck("1", ("name",)),
            k.AnswerCheck("1", f"{number}-c2", CheckState.REFUSED),
            k.AskCheck("1", ("name",)),
        ]
        for n, command in enumerate(commands):
            self.hall.carry_out(command, f"check-{n}", "window-1")

    async def hand_papers_in(self) -> None:
        """Scan what somebody brings to window 1, and make forms for it."""
        hall, say = self.hall, self.say
        number = hall.state.windows["1"].ticket or ""
        scanned = [(1, "张三的委托书"), (2, "other")]
        for n, kind in scanned:
            command = p.AddDocument(number, f"{number}-{n}", kind, n, 90_000, "9f" * 32)
            hall.carry_out(command, f"scan-{n}", "window-1")
        again = p.ReplaceDocument(number, f"{number}-1", "张三", 3, 95_000, "3c" * 32)
        hall.carry_out(again, "scan-3", "window-1")
        hall.carry_out(p.RemoveDocument(number, f"{number}-2", "是张三的"), "scan-4", "window-1")
        papers = [{"name": "张三的委托书", "count": 2}]
        for days in (1, 9):
            made = await say(
                "form.make", window="1", papers=papers, days=days, asked="张三退税", come="找张三"
            )
            assert "refusal" not in made
        await say("form.change", form="F20261123-001", asked="张三的退税")
        await say("form.reprint", form="F20261123-001")
        signed = p.SignForm("1", "F20261123-001", 2, 2_817, "9f" * 32)
        hall.carry_out(signed, "sign-1", "window-1")
        await say("form.done", form="F20261123-001")
        await say("form.withdraw", form="F20261123-002", reason="张三取回")


async def test_all_traffic_of_a_day_is_as_the_document_says(
    mosquitto: Mosquitto, listen: Listen
) -> None:
    ear, hall = listen(), CoreHall()
    sync = await started(hall, mosquitto.port)
    await until(lambda: sync.status().connected)
    sync.health(
        "printer",
        b'{"device":"printer","kind":"escpos","state":"open","code":"","say":'
        b'{"zh":"\xe6\xad\xa3\xe5\xb8\xb8","en":"fine"},"identity":""}',
    )
    await Day(ear, hall).play()
    ear.say("ack/centre", b'{"epoch":"%s","seq":%d}' % (EPOCH.encode(), hall.last_seq))
    await until(lambda: sync.status().consumers["centre"] == hall.last_seq)
    await until(lambda: sync.status().backlog == 0)
    await sync.stop()
    await until(lambda: len(ear.on("node/hub")) == 2)
    wrong = [w for h in ear.heard if h.payload for w in wrong_with(h.topic, told(h))]
    assert not wrong, "\n".join(wrong[:20])
    happened = {event.type for event in hall.events}
    assert happened == set(EVENTS), f"the day lacks {set(EVENTS) - happened}"
    channels = {found[0] for h in ear.heard if (found := channel_of(h.topic))}
    assert channels == set(document()["channels"])
    assert [part for _, _, part, _, _ in hall.parts] == [1, 2]
    sent_by_others = ("/command/", "/list/", "/ask/")
    said = b"".join(
        h.payload for h in ear.heard if not any(one in h.topic for one in sent_by_others)
    )
    assert b"5f1d0c2ab3" not in said
    assert "张三" not in said.decode()
    seqs = [h.json["seq"] for h in ear.on("event/")]
    assert list(dict.fromkeys(seqs)) == list(range(1, hall.last_seq + 1))


@pytest.mark.parametrize(
    ("topic", "value"),
    [
        ("hall/v1/demo/ack/centre", {"epoch": EPOCH, "seq": -1}),
        ("hall/v1/demo/ack/centre", {"epoch": EPOCH, "seq": 1, "more": 1}),
        ("hall/v1/demo/ack/centre", {"seq": 1}),
        ("hall/v1/demo/state/hall", {"epoch": EPOCH, "seq": 1}),
        ("hall/v1/demo/nowhere", {}),
        ("hall/v1/demo/event/ticket.called", {"specversion": "1.0"}),
    ],
)
def test_the_check_finds_what_is_not_in_the_document(topic: str, value: dict[str, Any]) -> None:
    assert wrong_with(topic, value)


def test_a_field_that_the_document_does_not_know_is_found_in_an_event() -> None:
    message = document()["components"]["messages"]["ticket.issued"]
    payload = message["examples"][0]["payload"]
    assert not mistakes(message["payload"], payload)
    told = {**payload, "data": {**payload["data"], "person": "5f1d"}}
    assert mistakes(message["payload"], told)


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_every_event_has_its_fields_in_the_document(name: str) -> None:
    schema = resolve(f"#/components/schemas/{EVENTS[name].__name__}")
    fields = {f.name for f in dataclasses.fields(EVENTS[name])} - KEPT_OFF.get(name, frozenset())
    assert set(schema["properties"]) == fields
    assert schema["additionalProperties"] is False
    assert name in document()["channels"]["events"]["messages"]


def test_every_example_fits_and_every_message_has_one() -> None:
    for name, message in document()["components"]["messages"].items():
        assert message["examples"], name
        for example in message["examples"]:
            assert not mistakes(message["payload"], example["payload"]), name


def test_the_document_is_whole() -> None:
    """Every reference leads somewhere; channels, messages, operations and schemas are all used."""
    references = set(re.findall(r"\$ref: '?(#/[^\s']+)", DOCUMENT.read_text(encoding="utf-8")))
    for reference in references:
        assert resolve(reference) is not None, reference
    for kind in ("messages", "schemas"):
        for name in document()["components"][kind]:
            assert f"#/components/{kind}/{name}" in references, name
    used = {op["channel"]["$ref"] for op in document()["operations"].values()}
    used |= {
        op["reply"]["channel"]["$ref"] for op in document()["operations"].values() if "reply" in op
    }
    assert used == {f"#/channels/{name}" for name in document()["channels"]}
    for schema in document()["components"]["schemas"].values():
        Draft7Validator.check_schema(schema)


def test_the_document_names_every_command_and_every_reason() -> None:
    schemas = document()["components"]["schemas"]
    assert schemas["Command"]["properties"]["name"]["enum"] == [*COMMANDS, "resend"]
    text = schemas["ReplyRefused"]["properties"]["refusal"]["properties"]["code"]["description"]
    for code in SENTENCES:
        assert code in text
