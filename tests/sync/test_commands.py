"""Commands over a real broker: carried out once, answered, or refused with a reason."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from firmware_py.sync.sentences import SENTENCES
from tests.sync.support import EPOCH, ROOT, Ear, FakeHall, Mosquitto, started, until

Listen = Callable[..., Ear]


async def test_a_command_is_carried_out_and_answered(mosquitto: Mosquitto, listen: Listen) -> None:
    ear, hall = listen(f"{ROOT}/reply/+"), FakeHall()
    sync = await started(hall, mosquitto.port)
    await until(lambda: sync.status().connected)
    ear.command(by="li", correlation=b"\x00\xff42")
    await until(lambda: ear.heard)
    await sync.stop()
    (reply,) = ear.heard
    assert reply.topic == f"{ROOT}/reply/ear"
    assert reply.correlation == b"\x00\xff42"
    assert (reply.json["id"], reply.json["epoch"], reply.json["repeated"]) == ("c-1", EPOCH, False)
    assert [event["type"] for event in reply.json["events"]] == ["ticket.recalled"]
    assert hall.submitted == [("window.next", {"window": "3"}, "c-1", "broker:ear:li")]


async def test_the_same_command_twice_counts_once_and_gets_the_first_outcome(
    mosquitto: Mosquitto, listen: Listen
) -> None:
    ear, hall = listen(f"{ROOT}/reply/+"), FakeHall()
    sync = await started(hall, mosquitto.port)
    await until(lambda: sync.status().connected)
    for _ in range(2):
        ear.command(target="hub")
    await until(lambda: len(ear.heard) == 2)
    await sync.stop()
    first, second = (h.json for h in ear.heard)
    assert (first["repeated"], second["repeated"]) == (False, True)
    assert first["events"] == second["events"]
    assert len(hall.submitted) == len(hall.events) == 1


async def test_a_refusal_of_the_hall_reaches_the_client_in_both_languages(
    mosquitto: Mosquitto, listen: Listen
) -> None:
    ear, hall = listen(f"{ROOT}/reply/+"), FakeHall()
    sync = await started(hall, mosquitto.port)
    await until(lambda: sync.status().connected)
    ear.command("no.such")
    await until(lambda: ear.heard)
    assert sync.status().refused == {"hall:unknown_command": 1}
    await sync.stop()
    refusal = ear.heard[0].json["refusal"]
    assert (refusal["code"], refusal["zh"]) == ("unknown_command", "没有这个命令。")


async def test_a_reply_has_no_hash_of_a_person(mosquitto: Mosquitto, listen: Listen) -> None:
    ear, hall = listen(f"{ROOT}/reply/+"), FakeHall()
    hall.outcomes["c-1"] = msgspec.json.encode(
        {
            "events": [
                {
                    "seq": 1,
                    "time_ms": 1,
                    "type": "ticket.issued",
                    "data": {"number": "A1", "person": "5f1d"},
                }
            ],
            "repeated": False,
        }
    )
    sync = await started(hall, mosquitto.port)
    await until(lambda: sync.status().connected)
    ear.command("ticket.take")
    await until(lambda: ear.heard)
    await sync.stop()
    assert ear.heard[0].json["events"][0]["data"] == {"number": "A1"}


GOOD: dict[str, Any] = {"id": "x", "epoch": EPOCH, "name": "window.next", "params": {}}


def body(**fields: Any) -> bytes:
    return msgspec.json.encode({**GOOD, **fields})


BAD_PAYLOADS = {
    "too_large": [body(params={"x": "a" * 17_000}), b"[" * 100_000],
    "not_utf8": [b'{"id":"\xff"}', b"\x00\x01\xfe\xff"],
    "not_json": [
        b"",
        b"window.next",
        b'{"id":"x"',
        body()[:-1] + b',"by":NaN}',
        body().replace(b'"params":{}', b'"params":{"n":Infinity}'),
        body().replace(b'"x"', b'"\\ud800"'),
    ],
    "too_deep": [b"[" * 16_000, b'{"a":' * 3000, body(params={"x": [[[[[[[[1]]]]]]]]})],
    "unknown_field": [body(colour="red")],
    "bad_field": [
        body(params=[]),
        body(name=7),
        body(id=None),
        body(id="a b"),
        body(id="x" * 65),
        b"[]",
        b"null",
        b"{}",
        body(by="110105199001010029 "),
        body(params={"n": 0}).replace(b'"n":0', b'"n":1e999'),
    ],
    "no_id": [body(id="")],
    "wrong_epoch": [body(epoch="01K0THEREPOCH")],
    "personal_data": [body(params={"person": "5f1d"}), body(params={"id_number": "x"})],
    "ahead": [
        body(name="resend", params={"after": 1000}),
        body(name="resend", params={"after": -1}),
    ],
}


async def test_bad_payloads_are_refused_counted_and_answered_and_nothing_stops(
    mosquitto: Mosquitto, listen: Listen
) -> None:
    ear, hall = listen(f"{ROOT}/reply/+"), FakeHall()
    sync = await started(hall, mosquitto.port)
    await until(lambda: sync.status().connected)
    expected: dict[str, int] = {}
    for code, payloads in BAD_PAYLOADS.items():
        for payload in payloads:
            expected[code] = expected.get(code, 0) + 1
            ear.say("command/hall", payload, correlation=code.encode())
    await until(lambda: len(ear.heard) == sum(expected.values()))
    assert sync.status().refused == expected
    for reply in ear.heard:
        refusal = reply.json["refusal"]
        assert reply.correlation == refusal["code"].encode()
        zh, en = SENTENCES[refusal["code"]]
        assert refusal["zh"].startswith(zh[:4])
        assert refusal["en"].startswith(en[:8])
    assert hall.submitted == []
    ear.command()
    await until(lambda: hall.submitted)
    assert sync.status().connections == 1
    await sync.stop()


@pytest.mark.parametrize(
    ("code", "fields", "answered"),
    [
        ("no_response_topic", {"respond_to": None}, False),
        ("bad_response_topic", {"respond_to": f"{ROOT}/event/ticket.issued"}, False),
        ("bad_response_topic", {"respond_to": "hall/v1/other/reply/ear"}, False),
        ("no_correlation", {"correlation": None}, True),
        ("no_expiry", {"expiry_s": None}, True),
        ("no_expiry", {"expiry_s": 3600}, True),
        ("wrong_target", {"target": "kiosk-7"}, True),
    ],
)
async def test_commands_that_are_sent_wrongly_are_refused(
    mosquitto: Mosquitto, listen: Listen, code: str, fields: dict[str, Any], answered: bool
) -> None:
    ear, hall = listen(f"{ROOT}/reply/+", f"{ROOT}/event/+"), FakeHall()
    sync = await started(hall, mosquitto.port)
    await until(lambda: sync.status().connected)
    ear.command(**fields)
    await until(lambda: sync.status().refused == {code: 1})
    ear.command(id="c-2", correlation=b"after")
    await until(lambda: [h for h in ear.heard if h.correlation == b"after"])
    await sync.stop()
    replies = [h.json for h in ear.heard if h.correlation != b"after" and "/reply/" in h.topic]
    assert [reply["refusal"]["code"] for reply in replies] == ([code] if answered else [])
    assert [given[2] for given in hall.submitted] == ["c-2"]


async def test_a_retained_command_is_refused_at_every_connection(
    mosquitto: Mosquitto, listen: Listen
) -> None:
    ear, hall = listen(f"{ROOT}/reply/+"), FakeHall()
    ear.command(retain=True, expiry_s=60)
    sync = await started(hall, mosquitto.port)
    await until(lambda: sync.status().refused == {"retained": 1})
    await until(lambda: ear.heard)
    await sync.stop()
    assert ear.heard[0].json["refusal"]["code"] == "retained"
    assert hall.submitted == []


async def test_a_command_that_expires_while_the_hall_is_busy_is_dropped_and_counted(
    mosquitto: Mosquitto, listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    ear, hall = listen(f"{ROOT}/reply/+"), FakeHall()
    sync = await started(hall, mosquitto.port)
    await until(lambda: sync.status().connected)
    # The loop gets to the message seven seconds after it came.
    monkeypatch.setattr("firmware_py.sync.commands.running_s", lambda: time.monotonic() + 7.0)
    ear.command(expiry_s=5)
    await until(lambda: sync.status().refused.get("expired"))
    await until(lambda: ear.heard)
    await sync.stop()
    assert ear.heard[0].json["refusal"]["code"] == "expired"
    assert hall.submitted == []


async def test_bad_acknowledgements_are_refused_and_counted(
    mosquitto: Mosquitto, listen: Listen
) -> None:
    ear, hall = listen(), FakeHall()
    sync = await started(hall, mosquitto.port)
    hall.calls(3)
    await until(lambda: sync.status().published_seq == 3)
    for topic, payload in [
        ("ack/centre", b'{"epoch":"%s","seq":4}' % EPOCH.encode()),
        ("ack/centre", b'{"epoch":"OTHER","seq":2}'),
        ("ack/centre", b'{"epoch":"%s","seq":-1}' % EPOCH.encode()),
        ("ack/centre", b'{"epoch":"%s","seq":1.5}' % EPOCH.encode()),
        ("ack/centre", b'{"epoch":"%s","seq":1,"x":2}' % EPOCH.encode()),
        ("ack/centre", b"\xff"),
        ("ack/centre", b"[" * 9000),
        ("ack/stranger", b'{"epoch":"%s","seq":2}' % EPOCH.encode()),
    ]:
        ear.say(topic, payload)
    ear.say("ack/centre", b'{"epoch":"%s","seq":2}' % EPOCH.encode())
    await until(lambda: sync.status().consumers == {"centre": 2})
    assert sync.status().refused == {
        "ahead": 1,
        "wrong_epoch": 1,
        "bad_field": 2,
        "unknown_field": 1,
        "not_utf8": 1,
        "too_deep": 1,
        "unknown_consumer": 1,
    }
    await until(lambda: hall.kept.get("broker:centre") == 2)
    await sync.stop()
    assert hall.kept["broker"] == 3


async def test_a_flood_of_commands_is_bounded(mosquitto: Mosquitto, listen: Listen) -> None:
    ear, hall = listen(f"{ROOT}/reply/+"), FakeHall()
    gate = asyncio.Event()

    async def slow(*given: object) -> bytes:
        del given
        await gate.wait()
        return b'{"events":[],"repeated":false}'

    hall.submit = slow  # type: ignore[method-assign, assignment]
    sync = await started(hall, mosquitto.port)
    await until(lambda: sync.status().connected)
    for number in range(100):
        ear.command(id=f"c-{number}", expiry_s=60)
    await until(lambda: sync.status().refused == {"busy": 36})
    gate.set()
    await until(lambda: len(ear.heard) == 100)
    await sync.stop()
