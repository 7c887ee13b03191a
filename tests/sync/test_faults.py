"""A broker that is away, dies, hangs or drops: the hall does not notice, nothing is lost."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import pytest

from firmware_py.sync.broker import BrokerSync
from firmware_py.sync.connection import Connection
from firmware_py.sync.consumer import Consumer
from firmware_py.sync.ledger import LinesLedger
from firmware_py.sync.link import Link
from firmware_py.sync.ports import EpochStart
from tests.sync.support import EPOCH, Ear, FakeHall, Mosquitto, address, started, until

Listen = Callable[..., Ear]


def consumer(port: int, path: Path) -> Consumer:
    found = Consumer(address(port), "demo", "centre", LinesLedger(path, durable=False))
    found.start()
    return found


class Together:
    """A hall's broker side and a consumer at the same broker; both are stopped at the end."""

    def __init__(self, port: int, path: Path, hall: FakeHall | None = None) -> None:
        self.hall = hall or FakeHall()
        self.sync: BrokerSync
        self.centre: Consumer
        self._port = port
        self._path = path

    async def __aenter__(self) -> Self:
        self.sync = await started(self.hall, self._port)
        self.centre = consumer(self._port, self._path)
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.centre.stop()
        await self.sync.stop()

    async def hall_stops(self) -> FakeHall:
        """Stop the hall's side; what it still records goes to nobody. Return the hall."""
        await self.sync.stop()
        self.hall.sync = None
        return self.hall

    async def hall_starts(self, hall: FakeHall) -> None:
        self.hall = hall
        self.sync = await started(hall, self._port)

    async def has(self, seq: int, seconds: float = 60.0) -> None:
        """Wait until the consumer has stored everything up to an event."""
        await until(lambda: self.centre.seq == seq, seconds)

    async def acknowledged(self, seq: int) -> None:
        """Wait until the hall knows that it has."""
        await until(lambda: self.sync.status().consumers["centre"] == seq)


def numbers(path: Path) -> list[int]:
    """Return the events' numbers as the consumer's file has them."""
    return [event["seq"] for event in events(path)]


def events(path: Path) -> list[dict[str, Any]]:
    """Return the events as the consumer's file has them."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def cut_by_power(path: Path, after: int) -> None:
    """Leave ``after`` events and half of the next in the consumer's file."""
    kept = path.read_bytes().splitlines(keepends=True)[:after]
    path.write_bytes(b"".join(kept) + b'{"specversion":"1.0","id":"01')


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    return tmp_path / "centre.jsonl"


async def test_no_broker_at_the_start(tmp_path: Path, lines: Path) -> None:
    broker, hall = Mosquitto(tmp_path), FakeHall()
    sync = await started(hall, broker.port)
    hall.calls(700, commit=7)
    await until(lambda: sync.status().error)
    assert not sync.status().connected
    assert sync.status().backlog == 700
    broker.start()
    centre = consumer(broker.port, lines)
    await until(lambda: centre.seq == 700)
    await until(lambda: sync.status().consumers["centre"] == 700)
    await centre.stop()
    await sync.stop()
    broker.kill()
    assert numbers(lines) == list(range(1, 701))
    assert hall.kept == {"broker": 700, "broker:centre": 700}


async def test_a_broker_that_is_killed_and_comes_back_empty(
    mosquitto: Mosquitto, lines: Path
) -> None:
    async with Together(mosquitto.port, lines) as both:
        both.hall.calls(100)
        await both.has(100)
        mosquitto.kill()
        await until(lambda: not both.sync.status().connected)
        both.hall.calls(900, commit=3)
        mosquitto.start()
        both.hall.calls(50)
        await both.has(1050)
    assert numbers(lines) == list(range(1, 1051))


async def test_a_broker_that_hangs_for_longer_than_the_keepalive(
    mosquitto: Mosquitto, lines: Path
) -> None:
    async with Together(mosquitto.port, lines) as both:
        hall, sync = both.hall, both.sync
        hall.calls(10)
        await both.has(10)
        # Whoever waited for the broker waited until it was given up. A pause of the machine may
        # take all that time, but not each time.
        for _ in range(5):
            mosquitto.pause()
            turns = 0
            while sync.status().connected:
                hall.calls(2, commit=2)
                await hall.submit("window.next", {"window": "3"}, f"pad-3:{hall.last_seq}", "pad-3")
                turns += 1
                await asyncio.sleep(0.005)
            assert isinstance(sync._link, Link)
            assert sync._link.queued <= 1000
            assert sync.status().backlog >= turns
            mosquitto.resume()
            await both.has(hall.last_seq)
            if turns > 50:
                break
            await until(lambda: sync.status().connected)
        else:
            pytest.fail("the hall waited for the broker")
    assert numbers(lines) == list(range(1, hall.last_seq + 1))


async def test_a_burst_on_a_broker_with_its_default_limits_loses_nothing_at_the_consumer(
    tmp_path: Path, lines: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker, hall = Mosquitto(tmp_path, defaults=True), FakeHall()
    broker.start()
    sync = await started(hall, broker.port)
    centre = Consumer(
        dataclasses.replace(address(broker.port), keepalive_s=60),
        "demo",
        "centre",
        LinesLedger(lines, durable=False),
    )
    centre.start()
    await until(lambda: centre.connected and sync.status().connected)
    with monkeypatch.context() as patched:
        # The consumer does not read for a while, so that the broker's queue for it overflows.
        full = property(lambda line: line._address.client_id == "centre")
        patched.setattr(Connection, "inbox_full", full)
        hall.calls(2000, commit=50)
        await until(lambda: sync.status().backlog == 0)
    await until(lambda: centre.seq == 2000)
    await centre.stop()
    await sync.stop()
    broker.kill()
    assert numbers(lines) == list(range(1, 2001))
    # In flight 20 and queued 1,000 at mosquitto's defaults; the rest it dropped.
    assert sync.status().resent >= 2000 - 1020 - 100


async def test_a_restarted_hall_goes_on_where_the_broker_was(
    mosquitto: Mosquitto, lines: Path
) -> None:
    async with Together(mosquitto.port, lines) as both:
        both.hall.calls(300, commit=3)
        await both.has(300)
        hall = await both.hall_stops()
        hall.calls(20)
        await both.hall_starts(hall)
        hall.calls(5)
        await both.has(325)
    assert both.sync.status().sent == 25
    assert numbers(lines) == list(range(1, 326))


async def test_a_killed_hall_sends_some_again_and_the_consumer_has_each_once(
    mosquitto: Mosquitto, lines: Path
) -> None:
    async with Together(mosquitto.port, lines) as both:
        both.hall.calls(300, commit=3)
        await both.has(300)
        hall = await both.hall_stops()
        # The power went before the last positions were kept, with events recorded and not sent.
        hall.kept = {"broker": 120, "broker:centre": 90}
        hall.calls(20)
        await both.hall_starts(hall)
        hall.calls(5)
        await both.has(325)
    assert both.centre.counts.repeated >= 180
    assert numbers(lines) == list(range(1, 326))


async def test_a_broker_that_does_not_know_us_says_so_in_the_status(tmp_path: Path) -> None:
    broker, hall = Mosquitto(tmp_path, anonymous=False), FakeHall()
    broker.start()
    sync = await started(hall, broker.port)
    hall.calls(1)
    await until(lambda: sync.status().error)
    status = sync.status()
    await sync.stop()
    broker.kill()
    assert (status.connected, status.error) == (False, "refused: Not authorized")
    assert status.backlog == 1


async def test_a_file_of_authorities_that_is_not_there_is_said_and_tried_again(
    mosquitto: Mosquitto,
) -> None:
    sync = await started(FakeHall(), mosquitto.port, ca_file="/nowhere/ca.pem")
    await until(lambda: sync.status().error)
    assert "No such file" in sync.status().error
    await sync.stop()


async def test_a_killed_hall_leaves_its_last_will(mosquitto: Mosquitto, listen: Listen) -> None:
    ear, hall = listen(), FakeHall()
    sync = await started(hall, mosquitto.port)
    await until(lambda: ear.on("node/hub"))
    _break_the_socket(sync)
    await until(lambda: len(ear.on("node/hub")) >= 2)
    assert ear.on("node/hub")[1].json["status"] == "offline"
    # It comes back by itself, and says so.
    await until(lambda: ear.on("node/hub")[-1].json["status"] == "online")
    await sync.stop()


def _break_the_socket(sync: BrokerSync) -> None:
    assert isinstance(sync._link, Link)
    connection = sync._link._connection
    assert connection is not None
    connection.socket.shutdown(2)


async def test_a_consumer_goes_on_from_what_it_has_stored(
    mosquitto: Mosquitto, lines: Path
) -> None:
    async with Together(mosquitto.port, lines) as both:
        both.hall.calls(50)
        await both.has(50)
        await both.centre.stop()
        both.hall.calls(1300, commit=10)
        # A power cut while it wrote: half a line, and the last acknowledged events gone.
        cut_by_power(lines, after=40)
        both.centre = consumer(mosquitto.port, lines)
        await both.has(1350)
        await both.acknowledged(1350)
    assert numbers(lines) == list(range(1, 1351))


async def test_events_that_a_consumer_cannot_store_come_again(
    mosquitto: Mosquitto, lines: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: object) -> None:
        raise OSError(28, "No space left on device")

    async with Together(mosquitto.port, lines) as both:
        both.hall.calls(5)
        await both.has(5)
        with monkeypatch.context() as patched:
            patched.setattr(LinesLedger, "_sync", full)
            both.hall.calls(5)
            await until(lambda: both.centre.counts.store_failures)
        await both.has(10)
    assert numbers(lines) == list(range(1, 11))


async def test_a_hall_restored_from_a_backup_takes_its_consumer_back_with_it(
    mosquitto: Mosquitto, lines: Path
) -> None:
    async with Together(mosquitto.port, lines) as both:
        both.hall.calls(30)
        await both.acknowledged(30)
        hall = await both.hall_stops()
        # The card died; the backup had 20 events, and the hall goes on in a new epoch.
        restored = FakeHall()
        restored.events = hall.events[:20]
        restored.epochs = (EpochStart(EPOCH, 1), EpochStart("01KBHALLEPOCH0000000000002", 21))
        restored.kept = {"broker": 18, "broker:centre": 15}
        await both.hall_starts(restored)
        restored.calls(5)
        await both.has(25)
        await both.acknowledged(25)
    stored = events(lines)
    assert [event["seq"] for event in stored] == list(range(1, 26))
    assert {event["epoch"] for event in stored[:20]} == {EPOCH}
    assert {event["epoch"] for event in stored[20:]} == {"01KBHALLEPOCH0000000000002"}
    assert both.centre.counts.roll_backs == 1
    aside = lines.with_name(f"{lines.name}.dropped-after-20")
    assert numbers(aside) == list(range(21, 31))


async def test_what_the_hall_has_compacted_is_noted_and_not_waited_for(
    mosquitto: Mosquitto, lines: Path
) -> None:
    hall = FakeHall()
    hall.calls(40)
    hall.events, hall.oldest_seq = hall.events[25:], 26
    hall.kept = {"broker": 40}
    async with Together(mosquitto.port, lines, hall) as both:
        await both.has(40)
    assert numbers(lines) == list(range(26, 41))
    assert both.centre.counts.lost == [(1, 25)]


async def test_a_journal_that_cannot_be_read_for_a_while_delays_and_loses_nothing(
    mosquitto: Mosquitto, lines: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall = FakeHall()
    hall.calls(10)
    sync = await started(hall, mosquitto.port)

    async def broken(after_seq: int, limit: int) -> list[object]:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(hall, "read", broken)
        await until(lambda: sync.status().errors)
    centre = consumer(mosquitto.port, lines)
    hall.calls(10)
    await until(lambda: centre.seq == 20)
    await centre.stop()
    await sync.stop()


async def test_a_consumer_that_is_there_but_stuck_is_sent_its_next_events_again(
    mosquitto: Mosquitto, listen: Listen
) -> None:
    ear, hall = listen(), FakeHall()
    sync = await started(hall, mosquitto.port)
    hall.calls(3)
    await until(lambda: len(ear.on("event/")) == 3)
    ear.say("ack/centre", b'{"epoch":"%s","seq":1}' % EPOCH.encode())
    await until(lambda: len(ear.on("event/")) >= 5)
    again = [h.json["seq"] for h in ear.on("event/")][3:5]
    await sync.stop()
    assert again == [2, 3]


async def test_a_connection_that_is_lost_while_it_is_made_is_tried_again(
    mosquitto: Mosquitto, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    reach, reached = Connection.open, list[float]()

    def lost_at_first(self: Connection, timeout_s: float) -> None:
        reach(self, timeout_s)
        if not reached:
            # As the library does when a broker that refuses us has hung up already.
            self._client._sock_close()
        reached.append(timeout_s)

    monkeypatch.setattr(Connection, "open", lost_at_first)
    sync = await started(FakeHall(), mosquitto.port)
    await until(lambda: sync.status().connected)
    await sync.stop()
    assert len(reached) >= 2
    assert not [one for one in caplog.records if one.levelname == "ERROR"]
