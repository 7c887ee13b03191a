"""Lists of people over the broker: parts in order, each answered, nothing kept that is wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from tests.sync.support import Ear, FakeHall, Mosquitto, started, until

Listen = Callable[..., Ear]
WHOLE = b"hash,grade\n0123456789abcdef0123456789abcdef,A\n"
SUM = hashlib.sha256(WHOLE).hexdigest()


def properties(part: object = 1, parts: object = 1, sha256: str = SUM) -> list[tuple[str, str]]:
    return [("sha256", sha256), ("part", str(part)), ("parts", str(parts))]


async def answer(ear: Ear, name: str, data: bytes, **more: Any) -> dict[str, Any]:
    count = len(ear.on("reply/ear"))
    ear.say(f"list/{name}", data, **more)
    await until(lambda: len(ear.on("reply/ear")) > count)
    found: dict[str, Any] = ear.on("reply/ear")[-1].json
    return found


async def test_each_part_is_answered_and_the_last_says_what_the_list_is(
    mosquitto: Mosquitto, listen: Listen
) -> None:
    ear, hall = listen(), FakeHall()
    sync = await started(hall, mosquitto.port)
    await until(lambda: sync.status().connected)
    first = await answer(ear, "grades.csv", WHOLE[:20], user=properties(1, 2))
    assert first["list"] == {"name": "grades.csv", "got": 1, "parts": 2}
    last = await answer(ear, "grades.csv", WHOLE[20:], user=properties(2, 2))
    assert last["list"] == {
        "name": "grades.csv", "got": 2, "parts": 2, "rows": 1, "sha256": SUM, "changed": True,
    }  # fmt: skip
    assert b"".join(data for *_, data in hall.parts) == WHOLE
    await sync.stop()


async def test_a_part_of_240_kilobytes_comes_whole_and_a_larger_one_is_refused(
    mosquitto: Mosquitto, listen: Listen
) -> None:
    ear, hall = listen(), FakeHall()
    sync = await started(hall, mosquitto.port)
    await until(lambda: sync.status().connected)
    most = b"x" * (240 * 1024)
    await answer(ear, "grades.csv", most, user=properties())
    assert hall.parts[-1][-1] == most
    told = await answer(ear, "grades.csv", most + b"x", user=properties())
    assert told["refusal"]["code"] == "part_too_large"
    assert len(hall.parts) == 1
    await sync.stop()


@pytest.mark.parametrize(
    ("code", "name", "more"),
    [
        ("no_part", "grades.csv", {}),
        ("no_part", "grades.csv", {"user": properties(0, 1)}),
        ("no_part", "grades.csv", {"user": properties(1, "all")}),
        ("no_part", "grades.csv", {"user": properties(sha256="A" * 64)}),
        ("retained", "grades.csv", {"user": properties(), "retain": True}),
        ("bad_list_name", "passwd", {"user": properties()}),
    ],
)
async def test_a_part_that_is_none_is_refused_and_says_why(
    mosquitto: Mosquitto, listen: Listen, code: str, name: str, more: dict[str, Any]
) -> None:
    ear, hall = listen(), FakeHall()
    if more.get("retain"):
        # It lies on the broker before the hall comes.
        ear.say(f"list/{name}", WHOLE, **more)
    sync = await started(hall, mosquitto.port)
    await until(lambda: sync.status().connected)
    if not more.get("retain"):
        ear.say(f"list/{name}", WHOLE, **more)
    await until(lambda: ear.on("reply/ear"))
    assert ear.on("reply/ear")[-1].json["refusal"]["code"] == code
    assert hall.parts == []
    await sync.stop()


async def test_a_part_without_a_response_topic_is_taken_and_not_answered(
    mosquitto: Mosquitto, listen: Listen
) -> None:
    ear, hall = listen(), FakeHall()
    sync = await started(hall, mosquitto.port)
    await until(lambda: sync.status().connected)
    ear.say("list/grades.csv", WHOLE, respond_to=None, user=properties())
    await until(lambda: hall.parts)
    # What comes behind it is taken too: nothing hangs.
    await answer(ear, "grades.csv", WHOLE, user=properties())
    assert len(ear.on("reply/ear")) == 1
    await sync.stop()
