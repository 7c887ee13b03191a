"""What the hall says on a real broker."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from firmware_py.sync.broker import BrokerSync
from firmware_py.sync.mail import Incoming
from firmware_py.sync.mailbox import Mailbox
from firmware_py.sync.outbox import WINDOW
from firmware_py.sync.ports import SyncSettings
from tests.sync.support import EPOCH, Ear, FakeHall, Mosquitto, happened, started, until
from tests.timing import steps

Listen = Callable[..., Ear]

ISSUED = {
    "number": "A012",
    "series": "common",
    "count": 12,
    "item": "D03",
    "skill": "invoices",
    "origin": "kiosk-1",
    "traits": ["elderly"],
    "appointment_ms": None,
    "person": "5f1d0c2ab3",
    "ahead": 4,
    "estimate_s": 600,
    "sure": "medium",
}


async def test_an_event_is_a_cloud_event_without_what_knows_a_person(
    mosquitto: Mosquitto, listen: Listen
) -> None:
    ear, hall = listen(), FakeHall()
    sync = await started(hall, mosquitto.port)
    await until(lambda: sync.status().connected)
    hall.happen("ticket.issued", ISSUED)
    await until(lambda: ear.on("event/ticket.issued"))
    (heard,) = ear.on("event/ticket.issued")
    await sync.stop()
    assert (heard.qos, heard.retained) == (1, False)
    assert heard.content_type == "application/cloudevents+json"
    data = {key: value for key, value in ISSUED.items() if key != "person"}
    assert json.loads(heard.payload) == {
        "specversion": "1.0",
        "id": f"{EPOCH}-1",
        "source": "/hall/v1/demo",
        "type": "ticket.issued",
        "subject": "A012",
        "time": "2026-09-21T14:13:21.001+08:00",
        "datacontenttype": "application/json",
        "epoch": EPOCH,
        "seq": 1,
        "by": "pad-3",
        "halltime": "1001",
        "data": data,
    }


@pytest.mark.parametrize(
    ("kind", "reason", "published"),
    [
        ("ticket.cancelled", "张三 110105199001010029 不来了", "withheld"),
        ("ticket.cancelled", "no_show", "no_show"),
        ("ticket.cancelled", "", ""),
    ],
)
async def test_typed_words_stay_in_the_hall(
    mosquitto: Mosquitto, listen: Listen, kind: str, reason: str, published: str
) -> None:
    ear, hall = listen(), FakeHall()
    sync = await started(hall, mosquitto.port)
    hall.happen(kind, {"number": "A1", "reason": reason})
    await until(lambda: ear.on(f"event/{kind}"))
    await sync.stop()
    assert ear.on(f"event/{kind}")[0].json["data"]["reason"] == published


async def test_without_a_wall_clock_an_event_has_no_time(
    mosquitto: Mosquitto, listen: Listen
) -> None:
    ear, hall = listen(), FakeHall()
    hall.wall_offset_ms = None
    sync = await started(hall, mosquitto.port)
    hall.calls(1)
    await until(lambda: ear.on("event/ticket.recalled"))
    await sync.stop()
    event = ear.on("event/ticket.recalled")[0].json
    assert "time" not in event
    assert event["halltime"] == "1001"


async def test_pictures_are_published_when_they_change_and_only_then(
    mosquitto: Mosquitto, listen: Listen
) -> None:
    ear, hall = listen(), FakeHall()
    sync = await started(hall, mosquitto.port)
    await until(lambda: ear.on("state/hall"))
    for waiting in range(1, 30):
        hall.pictures["state/hall"] = b'{"waiting":%d}' % waiting
        hall.pictures["state/window/3"] = b'{"status":"open"}'
        hall.calls(1)
    await until(lambda: ear.on("state/hall")[-1].json["waiting"] == 29)
    hall.calls(1)
    hall.pictures["state/alarm/service:3"] = b'{"level":"red"}'
    hall.calls(1)
    await until(lambda: ear.on("state/alarm/service:3"))
    await sync.stop()
    assert ear.on("state/hall")[-1].json == {"epoch": EPOCH, "seq": 29, "waiting": 29}
    assert len(ear.on("state/hall")) <= 3, "a burst of changes is one picture"
    assert len(ear.on("state/window/3")) == 1


async def test_a_cleared_alarm_is_no_longer_retained(mosquitto: Mosquitto, listen: Listen) -> None:
    hall = FakeHall()
    hall.pictures["state/alarm/service:3"] = b'{"level":"red"}'
    sync = await started(hall, mosquitto.port)
    await until(lambda: sync.status().pictures == 2)
    del hall.pictures["state/alarm/service:3"]
    hall.calls(1)
    await until(lambda: sync.status().pictures == 3)
    await sync.stop()
    late = listen()
    await until(lambda: late.on("state/hall"))
    assert not late.on("state/alarm/")


async def test_an_alarm_that_was_cleared_while_the_hall_was_off_is_emptied(
    mosquitto: Mosquitto, listen: Listen
) -> None:
    ear, hall = listen(), FakeHall()
    ear.say("state/alarm/service:9", b'{"level":"red"}', retain=True)
    ear.say("device/hub/old-printer", b'{"state":"open"}', retain=True)
    sync = await started(hall, mosquitto.port)
    await until(lambda: [h for h in ear.on("state/alarm/service:9") if not h.payload])
    await until(lambda: [h for h in ear.on("device/hub/old-printer") if not h.payload])
    await sync.stop()


async def test_a_picture_with_personal_data_is_held_back_and_counted(
    mosquitto: Mosquitto, listen: Listen
) -> None:
    ear, hall = listen(), FakeHall()
    hall.pictures["state/window/3"] = b'{"ticket":{"person":"5f1d0c2ab3"}}'
    sync = await started(hall, mosquitto.port)
    await until(lambda: ear.on("state/hall"))
    hall.calls(1)
    await until(lambda: ear.on("event/ticket.recalled"))
    assert sync.status().errors >= 1
    await sync.stop()
    assert not ear.on("state/window/3")


async def test_health_is_retained_and_a_device_that_is_gone_leaves_nothing(
    mosquitto: Mosquitto, listen: Listen
) -> None:
    hall = FakeHall()
    sync = await started(hall, mosquitto.port)
    sync.health("printer", b'{"state":"open"}')
    sync.health("led", b'{"state":"open"}')
    await until(lambda: sync.status().pictures == 3)
    sync.health("led", b"")
    await until(lambda: sync.status().pictures == 4 and not sync._pictures._in_flight)
    late = listen()
    await until(lambda: late.on("device/hub/printer"))
    assert late.on("device/hub/printer")[0].retained
    assert not late.on("device/hub/led")
    await sync.stop()


async def test_birth_tells_the_epochs_and_a_clean_stop_says_offline(
    mosquitto: Mosquitto, listen: Listen
) -> None:
    ear, hall = listen(), FakeHall()
    sync = await started(hall, mosquitto.port)
    await until(lambda: ear.on("node/hub"))
    await sync.stop()
    await until(lambda: len(ear.on("node/hub")) == 2)
    birth, death = (h.json for h in ear.on("node/hub"))
    assert birth["status"] == "online"
    assert birth["epochs"] == [{"epoch": EPOCH, "first_seq": 1}]
    assert (birth["version"], birth["roles"]) == ("0.1.0", ["hub"])
    # Also of one that is gone: a hub in a lower epoch stands down.
    told = {"status": "offline", "node": "hub", "roles": ["hub"], "epochs": birth["epochs"]}
    assert death == told
    late = listen(client_id="late")
    await until(lambda: late.on("node/hub"))
    assert late.on("node/hub")[0].json["status"] == "offline"


async def test_events_of_one_commit_cost_the_loop_little_each(
    mosquitto: Mosquitto,
) -> None:
    hall = FakeHall()
    sync = await started(hall, mosquitto.port)
    await until(lambda: sync.status().connected)
    hall.sync = None  # the test hands the events over itself, to measure that alone

    def handed_over(count: int) -> int:
        hall.calls(count, commit=count)
        batch = [happened(stored) for stored in hall.events[-count:]]

        def hand_over() -> None:
            sync.recorded(batch)
            sync._outbox.flush()

        return steps(hand_over)

    # It takes about 60 lines of Python for an event, and 100 for a commit.
    for count in (50, 1, 50, 1):
        assert handed_over(count) < 250 + 100 * count
        await until(lambda: sync.status().backlog == 0)
    await sync.stop()


async def test_not_more_than_a_window_of_events_is_under_way(
    mosquitto: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall = FakeHall()
    sync = await started(hall, mosquitto.port)
    await until(lambda: sync.status().connected)
    most = 0
    send = sync._link.send

    def counting(session: int, *messages: object) -> None:
        nonlocal most
        send(session, *messages)  # type: ignore[arg-type]
        most = max(most, len(sync._outbox._in_flight))

    monkeypatch.setattr(sync._link, "send", counting)
    hall.calls(5000, commit=10)
    await until(lambda: sync.status().backlog == 0)
    await sync.stop()
    assert 0 < most <= WINDOW


async def test_an_exception_inside_a_callback_leaves_the_connection_working(
    mosquitto: Mosquitto, listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    ear, hall = listen(), FakeHall()
    sync = await started(hall, mosquitto.port)
    await until(lambda: sync.status().connected)

    raised, put = list[object](), Mailbox.put

    def broken(self: Mailbox[object], letter: object) -> None:
        # Once: another message may come before it is whole again.
        if not raised and isinstance(letter, Incoming):
            raised.append(letter)
            raise ZeroDivisionError
        put(self, letter)

    with monkeypatch.context() as patched:
        patched.setattr("firmware_py.sync.mailbox.Mailbox.put", broken)
        ear.command()
        await until(lambda: raised)
    hall.calls(1)
    await until(lambda: ear.on("event/ticket.recalled"))
    status = sync.status()
    await sync.stop()
    assert (status.connections, status.errors) == (1, 1)


def test_names_that_would_break_a_topic_stop_the_start() -> None:
    for hall in ("", "a/b", "+", "#", "大厅"):
        with pytest.raises(ValueError, match="level of a topic"):
            BrokerSync(_named(hall), FakeHall())


def _named(hall: str) -> SyncSettings:
    return SyncSettings(hall=hall, node="hub", version="0")
