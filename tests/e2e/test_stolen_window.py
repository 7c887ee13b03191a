"""A hall of several Pis with certificates, and somebody who has taken those of a window.

What goes through the topics is held to the table by ``tests/sync/test_broker_matrix.py``; here the
hub is real, and its answers are what counts.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import shutil
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from firmware_py.bench.client import HallClient
from firmware_py.bench.people import Booked, appointments_file
from firmware_py.bench.spread import HUB, SpreadStage
from firmware_py.bench.stage import ROOT
from firmware_py.cli.status import broker_line
from firmware_py.runtime.people_asked import MOST
from firmware_py.store.authority import Authority
from firmware_py.sync.sealed import HubKey, about, seal
from firmware_py.sync.session import Between, Handshake, Session
from tests.e2e.scene import until
from tests.e2e.spread import Spread
from tests.e2e.spread_cards import DAY, READERS, at_window, bring, laid
from tests.faults.test_clock import HallClock
from tests.sync.secured import Peer, SecuredBroker, comes_in
from tests.sync.test_session import identity_in
from tests.warm import begin_warm

TOPICS = "hall/v1/demo"
#: The same file at every Pi: its own name says which certificate is its own.
SECURED = """[broker]
host = "localhost"
port = {port}
ca_file = "{folder}/ca.crt"
cert_file = "{folder}/${{HALL_NODE}}.crt"
key_file = "{folder}/${{HALL_NODE}}.key"
"""


FORM = "F20261123-001"
Order = tuple[str, dict[str, Any]]
_MAKE: dict[str, Any] = {"papers": [{"name": "x"}], "days": 5}
IN_CLEAR: tuple[Order, ...] = (
    ("form.make", {"window": "3", **_MAKE}),
    ("check.ask", {"window": "3", "fields": ["a"]}),
)
_SCANNED = {"kind": "other", "pages": 1, "size": 9, "sha256": "0" * 64}
OF_WINDOW_1: tuple[Order, ...] = (
    ("form.make", {"window": "1", **_MAKE}),
    ("form.change", {"form": FORM, "days": 9}),
    ("form.withdraw", {"form": FORM}),
    ("form.reprint", {"form": FORM, "window": "3"}),
    ("form.done", {"form": FORM}),
    ("form.sign", {"window": "1", "form": FORM, "version": 1, "size": 9, "sha256": "0" * 64}),
    ("check.ask", {"window": "1", "fields": ["name"]}),
    ("document.add", {"number": "A001", "document": "A001-1", **_SCANNED}),
    ("document.replace", {"number": "A001", "document": "A001-1", **_SCANNED}),
    ("window.next", {"window": "1"}),
)
QUESTIONS: tuple[Order, ...] = (
    ("form.show", {"form": FORM}),
    ("form.paper", {"form": FORM}),
    ("form.sheet", {"form": FORM}),
    ("form.find", {}),
    ("form.find", {"window": "1"}),
    ("check.list", {"window": "1"}),
    ("document.list", {"number": "A001"}),
    ("document.list", {"window": "1"}),
    ("document.remove", {"document": "A001-1"}),
    ("document.export", {"form": FORM}),
    ("document.export", {"document": "A001-1"}),
    ("document.exported", {"document": "A001-1"}),
    ("document.part", {"export": "guessed", "page": 1}),
    ("form.signature", {"form": FORM}),
    ("check.kept", {"check": "A001-c1"}),
    ("check.kept", {"check": "A001-c1", "unmask": True}),
    ("privacy.forget", {"number": "A001"}),
    ("privacy.forget", {"number": FORM}),
    ("privacy.destroy", {"day": DAY}),
    ("privacy.status", {}),
    ("journal.tail", {}),
)


class SecuredStage(SpreadStage):
    """A bench hall of many Pis whose broker is the secured one."""

    def __init__(self, folder: Path, broker: SecuredBroker, config: Path) -> None:
        super().__init__(folder, config)
        self._broker = broker

    def start_broker(self) -> None:
        """Start it."""
        self._broker.start()

    def stop(self) -> dict[str, int]:
        """End everything."""
        ended = super().stop()
        self._broker.kill()
        return ended


@asynccontextmanager
async def secured(place: Path, *nodes: str) -> AsyncIterator[tuple[Spread, SecuredBroker]]:
    """Run the hub and these Pis, each by its own certificate."""
    made = place / "b"
    made.mkdir()
    broker = SecuredBroker(made, (HUB, "kiosk-1", "window-3", "wall-1", "centre"))
    config = place / "config"
    shutil.copytree(ROOT / "config", config)
    file = config / "spread.toml"
    told = SECURED.format(port=broker.port, folder=broker.authority.folder)
    text = re.sub(r"\[broker\]\n(?:[^\[]*\n)?(?=\[|$)", told, file.read_text("utf-8"), count=1)
    assert "cert_file" in text
    for before, after in READERS:
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    file.write_text(text, "utf-8")
    hall = Spread(place, *nodes)
    hall.stage = SecuredStage(place / "s", broker, file)
    hall.stage.begin = begin_warm
    clock = HallClock(place)
    clock.set(f"{DAY} 09:50:00")
    hall.stage.environment["HALL_CLOCK"] = f"file:{clock.path}"
    async with hall:
        yield hall, broker


class Thief:
    """Has the certificate of window 3, and asks."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self._count = 0
        #: What came behind the line of the last answer.
        self.rest = b""
        self._session: Session

    async def ask(self, **question: Any) -> dict[str, Any]:
        """Return what the hub answers."""
        number = self._send("ask/window-3", question)
        await asyncio.to_thread(self.peer.hear_answer, number)
        head, _, self.rest = self.peer.answered[number].partition(b"\n")
        answer: dict[str, Any] = json.loads(head)
        return answer

    async def agree(self, folder: Path) -> None:
        """Agree on a session with the hub, by the window's certificate."""
        handshake = Handshake(Between("demo", "window-3", HUB), identity_in(folder, "window-3"))
        answer = await self.ask(what="session", params=handshake.hello)
        self._session = handshake.agreed(answer["session"])

    async def boxed(self, **question: Any) -> dict[str, Any]:
        """Ask in a box; return what is in the answer's."""
        box = self._session.close(json.dumps(question).encode())
        told = {"box": base64.b64encode(box).decode()}
        answer = await self.ask(what="boxed", id=self._session.key, params=told)
        opened: dict[str, Any] = json.loads(
            self._session.open(base64.b64decode(answer["box"]), box)
        )
        return opened

    async def is_heard(self, topic: str, **question: Any) -> bool:
        """Say whether anybody answers; the hub takes things in turn, the journal's too."""
        number = self._send(topic, question)
        await self.ask(what="events", after=0)
        return number in self.peer.answered

    def _send(self, topic: str, question: dict[str, Any]) -> bytes:
        self._count += 1
        number = str(self._count).encode()
        told = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        told.CorrelationData = number
        told.ResponseTopic = f"{TOPICS}/reply/window-3"
        told.MessageExpiryInterval = 20
        body = json.dumps(question).encode()
        self.peer.client.publish(f"{TOPICS}/{topic}", body, qos=1, properties=told)
        return number


async def test_a_hall_of_many_pis_works_by_certificates(place: Path) -> None:
    async with secured(place, "kiosk-1", "window-3", "wall-1") as (hall, _):
        for node in hall.nodes:
            await hall.becomes(node, "")
        await hall.at("window-3").call("window.open", window="3", clerk="1023")
        await hall.bench.do("press", "kiosk-1-button", key="press")
        await hall.shows("printer-1", numbers=["A001"])
        await hall.press("pad-3", "next")
        await hall.shows("strip-3", lines=["A001"])
        await hall.agree(*hall.nodes)
        # A card there is known here: sealed for a key that the hub's certificate signed.
        booked = appointments_file([Booked("15:00", "D01", "citizen_2")])
        await bring(hall, {f"appointments-{DAY}.csv": booked})
        await laid(hall, "citizen-2", "样张·乙")
        shown = await at_window(hall, lambda found: found["appointments"])
        assert (shown["appointments"], shown["note"]) == ([{"time": "15:00", "item": "D01"}], None)


async def test_a_stolen_window_cannot_decide_issue_or_read_what_others_are_told(
    place: Path,
) -> None:
    async with secured(place, "kiosk-1") as (hall, broker):
        await hall.becomes("kiosk-1", "")
        hub = hall.at(HUB)
        await hub.call("window.open", window="1", clerk="1001")
        await hub.call("ticket.take", item="F01", origin="desk")
        before = await hub.call("hall.status")
        context = broker.context("window-3")
        with await asyncio.to_thread(Peer, broker.port, context) as peer:
            await asyncio.to_thread(peer.listen, "#", f"{TOPICS}/reply/+", f"{TOPICS}/ask/+")
            thief = Thief(peer)
            for name, params in (
                ("window.next", {"window": "1"}),
                ("ticket.take", {"item": "F01", "origin": "kiosk-1"}),
                ("ticket.take", {"item": "F01", "origin": "window-3"}),
                ("ticket.cancel", {"number": "A001"}),
                ("ticket.transfer", {"number": "A001", "to_window": "3"}),
                ("day.close", {}),
            ):
                answer = await thief.ask(what="command", id=f"t-{name}", name=name, params=params)
                assert answer["refusal"]["code"] == "not_yours", (name, answer)
            await _reads_no_papers(thief, hub, broker.authority.folder)
            own = {"what": "command", "id": "t-1", "name": "window.next", "params": {"window": "1"}}
            # In another's name, as the centre, or as the hub itself: nobody hears it.
            for topic in ("ask/kiosk-1", "ask/hub", "command/hall", "event/ticket.called"):
                assert not await thief.is_heard(topic, **own)
            # Who is at another's reader, whose number another has, and what an item keeps of it.
            sealed = HubKey(None, None).offer()
            box = seal(sealed, HUB, None, b"", b"110105194912310021")
            for name, where in (
                ("card", {"kiosk": "kiosk-1"}),
                ("card", {"window": "1"}),
                ("card", {"window": "3", "kiosk": "kiosk-1"}),
                ("code", {"kiosk": "kiosk-1"}),
                ("keep", {"window": "1", "number": "A001"}),
            ):
                answer = await thief.ask(what="people", name=name, params={**where, "box": box})
                assert answer["refusal"]["code"] == "not_yours", (name, where, answer)
            # At its own it may ask about whom it knows already; of the number in its hand alone.
            offer = (await thief.ask(what="people", name="key"))["seal"]
            authority = str(broker.authority.folder / "ca.crt")
            info = about("demo", "window-3", "card", "window/3")
            box = seal(offer, HUB, authority, info, b"110105194912310021")
            asked = {"window": "3", "number": "A001", "box": box}
            answer = await thief.ask(what="people", name="card", params=asked)
            assert (answer["ticket"], answer["same"], answer["booked"]) == ("", None, [])
            # What it recorded of another Pi, if it could, opens nowhere else.
            other = seal(offer, HUB, authority, about("demo", "kiosk-1", "card", "kiosk/kiosk-1"),
                         b"110105194912310021")  # fmt: skip
            answer = await thief.ask(
                what="people", name="card", params={"window": "3", "box": other}
            )
            assert answer["refusal"]["code"] == "not_sealed"
            # A name that the hub gave to a kiosk is worth nothing at a window.
            own = {"what": "command", "id": "t-2", "name": "ticket.take", "visit": "0" * 32}
            answer = await thief.ask(**own, params={"item": "F01", "origin": "kiosk-1"})
            assert answer["refusal"]["code"] == "not_yours"
            told = [await thief.ask(what="people", name="card", params=asked) for _ in range(MOST)]
            assert told[-1]["refusal"]["code"] == "too_many_people"
            # What the kiosk asks and is told goes past it.
            await hall.at("kiosk-1").call("ticket.show", number="A001")
            await thief.ask(what="pulse")
            heard = {topic for topic, _ in peer.heard if "/reply/" in topic or "/ask/" in topic}
            assert heard == {f"{TOPICS}/reply/window-3"}
        # A call and a form of window 1's own; nothing of the thief's.
        told = await hub.call("journal.tail", after=before["last_seq"])
        people = [one for one in told if one["by"] != "halld"]
        assert [(one["type"], one["by"]) for one in people] == [
            ("ticket.called", "client:root"), ("form.made", "client:root"),
        ]  # fmt: skip


async def _reads_no_papers(thief: Thief, hub: HallClient, authority: Path) -> None:
    """Window 1 has somebody in hand and made a form: nothing of it is told, or taken, or made."""
    await hub.call("window.next", window="1")
    typed = "张三的合同"
    await hub.call("form.make", window="1", papers=[{"name": typed}], days=5, asked=typed)
    for name, params in IN_CLEAR:
        # In clear the hub takes no words of people, from whomever.
        answer = await thief.ask(what="command", id=f"p-{name}", name=name, params=params)
        assert answer["refusal"]["code"] == "no_session", (name, answer)
    await thief.agree(authority)
    for name, params in OF_WINDOW_1:
        told = await thief.boxed(what="command", id=f"s-{name}", name=name, params=params)
        assert told["refusal"]["code"] == "not_yours", (name, told)
    for name, params in QUESTIONS:
        told = await thief.boxed(what="query", name=name, params=params)
        assert told["refusal"]["code"] in {"not_yours", "unknown_form", "no_export"}, (name, told)
        assert "answer" not in told
    for name in ("A001-1v1-p001", f"A001-{FORM}v1-sign-01234567", "A001-c1", "A001.card"):
        for what, more in (("keep", {"part": 1, "parts": 1, "data": ""}), ("read", {})):
            told = await thief.boxed(what=what, params={"name": name, **more})
            assert told["refusal"]["code"] == "not_yours", (what, name, told)
    # The hall as a whole, which every Pi may have, is without anybody's words.
    await thief.ask(what="state")
    state = zlib.decompress(thief.rest)
    assert FORM.encode() in state
    assert typed.encode() not in state


async def test_a_revoked_window_is_out_and_says_why_and_its_successor_is_in(place: Path) -> None:
    async with secured(place, "window-3") as (hall, broker):
        await hall.becomes("window-3", "")
        stolen = broker.context("window-3")
        # It may look at its configuration at the moment at which its certificate is no file.
        hall.allowed.append("what the hub had put in place cannot be used")
        broker.authority.revoke("window-3", datetime.now(UTC))
        broker.authority.spread()
        # It had its files in its hands when they were taken from the authority's folder.
        await asyncio.to_thread(_start_anew, broker)
        await hall.becomes("window-3", "broker")
        assert not await asyncio.to_thread(comes_in, broker.port, stolen)
        broker.authority.issue("window-3", datetime.now(UTC))
        await hall.becomes("window-3", "")
        assert not await asyncio.to_thread(comes_in, broker.port, stolen)


async def test_a_window_with_the_certificate_of_another_hall_says_so(place: Path) -> None:
    async with secured(place) as (hall, broker):
        foreign = Authority.make(place / "other", "demo", datetime.now(UTC))
        foreign.issue("window-3", datetime.now(UTC))
        for end in ("crt", "key"):
            taken = (foreign.folder / f"window-3.{end}").read_bytes()
            (broker.authority.folder / f"window-3.{end}").write_bytes(taken)
        hall.nodes = ("window-3",)
        await hall.start("window-3")

        async def told() -> bool:
            status = (await hall.at("window-3").call("hall.status"))["broker"]
            return bool(status["problem"]["code"] == "broker_our_certificate")

        await until(told)
        status = (await hall.at("window-3").call("hall.status"))["broker"]
        assert "machine's certificate" in "".join(map(str, broker_line(status)))


def _start_anew(broker: SecuredBroker) -> None:
    broker.kill()
    broker.start()
