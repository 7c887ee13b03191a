"""A real mosquitto, a hand-written hall, and an independent MQTT client to listen with."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from firmware_py.app.ports import Happened, StoredEvent
from firmware_py.bench.stage import free_port
from firmware_py.core.events import EVENTS
from firmware_py.sync.broker import BrokerSync
from firmware_py.sync.mail import Address
from firmware_py.sync.ports import EpochStart, SyncSettings

CONF = Path(__file__).parents[2] / "config" / "mosquitto" / "bench.conf"
ROOT = "hall/v1/demo"
EPOCH = "01KAHALLEPOCH0000000000001"


async def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait until a condition holds; fail the test when it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s")
        await asyncio.sleep(0.01)


class Mosquitto:
    """A broker of ours on a free port, with our configuration for the bench or its defaults."""

    def __init__(self, folder: Path, *, defaults: bool = False, anonymous: bool = True) -> None:
        self.port = free_port()
        self._conf = folder / "mosquitto.conf"
        text = f"listener {self.port} 127.0.0.1\nallow_anonymous true\n"
        if not defaults:
            text = CONF.read_text().replace("@PORT@", str(self.port))
            # What it had is gone when it is killed: the worst case.
            text = text.replace("persistence true", "persistence false")
            text = text.replace("@FOLDER@", str(folder))
        if not anonymous:
            text = text.replace("allow_anonymous true", "allow_anonymous false")
        self._conf.write_text(text)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            ["mosquitto", "-c", str(self._conf)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + 60
        while time.monotonic() < end:
            with socket.socket() as sock:
                if sock.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
        raise AssertionError("mosquitto does not start")

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        os.kill(self._process.pid, number)

    def kill(self) -> None:
        if self._process is not None:
            self._signal(signal.SIGKILL)
            self._process.wait(60)
            self._process = None

    def pause(self) -> None:
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)


@dataclass(frozen=True, slots=True)
class Stored:
    """An event as read back."""

    seq: int
    time_ms: int
    type: str
    by: str
    command_id: str
    body: bytes


class FakeHall:
    """A hall with a journal in memory; its events are given by the test."""

    def __init__(self) -> None:
        self.epochs: Sequence[EpochStart] = (EpochStart(EPOCH, 1),)
        self.oldest_seq = 1
        self.wall_offset_ms: int | None = 1_790_000_000_000
        self.events: list[Stored] = []
        self.kept: dict[str, int] = {}
        self.pictures: dict[str, bytes] = {"state/hall": b'{"waiting":0}'}
        self.outcomes: dict[str, bytes] = {}
        self.submitted: list[tuple[str, dict[str, Any], str, str]] = []
        self.parts: list[tuple[str, str, int, int, bytes]] = []
        self.sync: BrokerSync | None = None

    @property
    def last_seq(self) -> int:
        return self.events[-1].seq if self.events else self.oldest_seq - 1

    async def read(self, after_seq: int, limit: int) -> Sequence[StoredEvent]:
        await asyncio.sleep(0)  # as a journal on a thread of its own: others run meanwhile
        start = max(0, after_seq - self.oldest_seq + 1)
        return self.events[start : start + limit]

    def positions(self) -> Mapping[str, int]:
        return self.kept

    async def keep_position(self, reader: str, seq: int) -> None:
        await asyncio.sleep(0)
        self.kept[reader] = seq

    def snapshots(self) -> Iterable[tuple[str, bytes]]:
        return list(self.pictures.items())

    async def submit(self, name: str, params: dict[str, Any], command_id: str, by: str) -> bytes:
        await asyncio.sleep(0)
        known = self.outcomes.get(command_id)
        if known is not None:
            return known.replace(b'"repeated":false', b'"repeated":true')
        self.submitted.append((name, params, command_id, by))
        if name == "window.next":
            (event,) = self.happen("ticket.recalled", {"number": "A1", "window": "3", "calls": 2})
            reply = b'{"events":[{"seq":%d,"time_ms":%d,"type":"%s","data":%s}],"repeated":false}'
            self.outcomes[command_id] = reply % (
                event.seq,
                event.time_ms,
                event.type.encode(),
                event.body,
            )
        else:
            refusal = {"code": "unknown_command", "zh": "没有这个命令。", "en": "None.", "data": {}}
            self.outcomes[command_id] = msgspec.json.encode({"refusal": refusal})
        return self.outcomes[command_id]

    async def take_list(self, name: str, sha256: str, part: int, parts: int, data: bytes) -> bytes:
        """Remember the part; only ``grades.csv`` is a list here."""
        await asyncio.sleep(0)
        if name != "grades.csv":
            refusal = {"code": "bad_list_name", "zh": "没有这个名单。", "en": "None.", "data": {}}
            return msgspec.json.encode({"refusal": refusal})
        self.parts.append((name, sha256, part, parts, data))
        told: dict[str, Any] = {"name": name, "got": part, "parts": parts}
        if part == parts:
            told |= {"rows": 1, "sha256": sha256, "changed": True}
        return msgspec.json.encode({"list": told})

    def happen(self, kind: str, *bodies: Mapping[str, Any]) -> list[Stored]:
        """Record events in one commit and tell the broker's side."""
        new = []
        for body in bodies:
            seq = self.last_seq + 1
            stored = Stored(
                seq, 1000 + seq, kind, "pad-3", f"pad-3:{seq}", msgspec.json.encode(body)
            )
            self.events.append(stored)
            new.append(stored)
        if self.sync is not None:
            self.sync.recorded([happened(s) for s in new])
        return new

    def calls(self, count: int, commit: int = 1) -> None:
        """Record ``count`` recalls, ``commit`` of them together."""
        for first in range(0, count, commit):
            self.happen(
                "ticket.recalled",
                *(
                    {"number": f"A{n}", "window": "3", "calls": 2}
                    for n in range(first, min(first + commit, count))
                ),
            )


def happened(stored: Stored) -> Happened:
    event = msgspec.json.decode(stored.body, type=EVENTS[stored.type])
    return Happened(
        stored.seq, stored.time_ms, stored.type, stored.by, stored.command_id, event, stored.body
    )


def settings(port: int, **more: Any) -> SyncSettings:
    """Return settings with a test's patience."""
    given: dict[str, Any] = {
        "keepalive_s": 2,
        "pictures_every_s": 0.05,
        "positions_every_s": 0.1,
        "stalled_after_s": 1.0,
    }
    return SyncSettings(hall="demo", node="hub", version="0.1.0", port=port, **{**given, **more})


async def started(hall: FakeHall, port: int, **more: Any) -> BrokerSync:
    """Return the hall's broker side, started."""
    hall.sync = BrokerSync(settings(port, **more), hall)
    await hall.sync.start()
    return hall.sync


def address(port: int, client_id: str = "centre") -> Address:
    return Address("127.0.0.1", port, client_id, keepalive_s=2)


@dataclass(frozen=True, slots=True)
class Heard:
    """A message as the independent client got it."""

    topic: str
    payload: bytes
    retained: bool
    qos: int
    content_type: str | None
    correlation: bytes | None

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.payload)


class Ear:
    """An MQTT 5 client of the test's own, on paho's own thread."""

    def __init__(
        self,
        port: int,
        *topics: str,
        client_id: str = "ear",
        login: tuple[str, str] | None = None,
    ) -> None:
        self.heard: list[Heard] = []
        self._lock = threading.Lock()
        self.ready = threading.Event()
        self._topics = topics or (f"{ROOT}/#",)
        client = self.client = Client(
            CallbackAPIVersion.VERSION2, client_id=client_id, protocol=MQTTProtocolVersion.MQTTv5
        )
        if login is not None:
            client.username_pw_set(*login)
        client.on_connect = lambda c, *_: c.subscribe([(topic, 1) for topic in self._topics])
        client.on_subscribe = lambda *_: self.ready.set()
        client.on_message = self._hear
        client.connect("127.0.0.1", port, keepalive=10)
        client.loop_start()
        assert self.ready.wait(60)

    def _hear(self, client: Client, userdata: object, message: MQTTMessage) -> None:
        del client, userdata
        found = message.properties
        with self._lock:
            self.heard.append(
                Heard(
                    message.topic,
                    bytes(message.payload),
                    message.retain,
                    message.qos,
                    getattr(found, "ContentType", None),
                    getattr(found, "CorrelationData", None),
                )
            )

    def on(self, topic: str) -> list[Heard]:
        """Return what was heard on a topic below the hall's root; ``x/`` is all below it."""
        whole = f"{ROOT}/{topic}"
        with self._lock:
            return [
                h
                for h in self.heard
                if h.topic == whole or (topic.endswith("/") and h.topic.startswith(whole))
            ]

    def say(
        self,
        topic: str,
        payload: bytes,
        *,
        retain: bool = False,
        respond_to: str | None = f"{ROOT}/reply/ear",
        correlation: bytes | None = b"1",
        expiry_s: int | None = 30,
        user: Sequence[tuple[str, str]] = (),
    ) -> None:
        """Publish below the hall's root and wait until the broker has it."""
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        if respond_to is not None:
            properties.ResponseTopic = respond_to
        if correlation is not None:
            properties.CorrelationData = correlation
        if expiry_s is not None:
            properties.MessageExpiryInterval = expiry_s
        if user:
            properties.UserProperty = list(user)
        info = self.client.publish(
            f"{ROOT}/{topic}", payload, qos=1, retain=retain, properties=properties
        )
        info.wait_for_publish(60)

    def command(self, name: str = "window.next", **fields: Any) -> None:
        """Publish a good command, or one with other fields."""
        options = {
            key: fields.pop(key)
            for key in ("respond_to", "correlation", "expiry_s", "retain", "target")
            if key in fields
        }
        body = {"id": "c-1", "epoch": EPOCH, "name": name, "params": {"window": "3"}, **fields}
        target = options.pop("target", "hall")
        self.say(f"command/{target}", msgspec.json.encode(body), **options)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()
