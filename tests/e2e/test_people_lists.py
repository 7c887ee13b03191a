"""The centre's lists by hand and over the broker, in a whole hall."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import Any

import pytest

from firmware_py.bench.people import grades_file, listed
from tests.e2e.scene import Scene, until
from tests.e2e.test_cards import at, lay, says, uses
from tests.sync.support import Ear


async def test_hallctl_brings_a_list_and_says_what_is_wrong_with_one(place: Path) -> None:
    _, scene = at(place, "09:00")
    async with scene as hall:
        # Larger than one line of the socket may be.
        rows = [hashlib.sha256(b"%d" % n).hexdigest()[:32] for n in range(3000)]
        data = grades_file([("citizen_4", "A")]) + "".join(f"{r},A\n" for r in rows).encode()
        file = place / "grades.csv"
        file.write_bytes(data)
        brought = await hall.hallctl("people", "import", str(file))
        assert (brought.code, brought.out) == (0, "grades.csv: 3001 rows, in use.\n")
        again = await hall.hallctl("people", "import", str(file), lang="zh")
        assert again.out == "grades.csv：与现有名单相同。\n"
        file.write_bytes(data + b"x,A\n")
        wrong = await hall.hallctl("people", "import", str(file))
        assert wrong.code == 1
        assert "line 3003: hash is not 32 hexadecimal digits" in wrong.err
        status = (await hall.hallctl("people", "status")).out
        assert "grades.csv" in status
        assert "3001" in status
        await lay(hall, "citizen-4")
        assert (await says(hall, "choose"))["traits"] == ["a_grade"]
        told = [e["data"] for e in await hall.journal() if e["type"] == "action.taken"]
        sha = hashlib.sha256(data).hexdigest()[:16]
        lists = [one["subject"] for one in told if one["action"] == "people.list"]
        assert lists == [f"grades.csv 3001 {sha}"]


async def test_the_centre_sends_a_list_in_parts_and_hears_that_it_is_in_use(place: Path) -> None:
    _, scene = at(place, "09:00", broker=True)
    async with scene as hall:
        ear = await asyncio.to_thread(Ear, hall.stage.broker_port)
        try:
            await _send(hall, ear)
        finally:
            await asyncio.to_thread(ear.close)


async def _send(hall: Scene, ear: Ear) -> None:
    async def connected() -> bool:
        return bool((await hall.status())["broker"]["connected"])

    await until(connected)
    data = grades_file([("citizen_4", "disabled"), ("citizen_3", "A")])
    user = [("sha256", hashlib.sha256(data).hexdigest()), ("parts", "2")]
    for part, piece in (("1", data[:50]), ("2", data[50:])):
        told = [*user, ("part", part)]
        await asyncio.to_thread(ear.say, "list/grades.csv", piece, user=told)

    async def answers() -> list[dict[str, Any]]:
        found = [heard.json for heard in ear.on("reply/ear")]
        return found if len(found) == 2 else []

    first, last = await until(answers)
    assert first["list"] == {"name": "grades.csv", "got": 1, "parts": 2}
    assert (last["list"]["rows"], last["list"]["changed"]) == (2, True)
    await uses(hall, "grades.csv", 2)
    await lay(hall, "citizen-4")
    assert (await says(hall, "choose"))["traits"] == ["disabled"]

    async def told_to_all() -> list[Any]:
        return [heard for heard in ear.on("event/action.taken") if b"people.list" in heard.payload]

    (event,) = await until(told_to_all)
    assert event.json["data"]["subject"].startswith("grades.csv 2 ")
    # The hall itself says nobody's hash.
    said = [heard.payload for heard in ear.heard if "/list/" not in heard.topic]
    assert listed("citizen_4").encode() not in b"".join(said)


@pytest.mark.parametrize("broken", ["chmod", "gone"])
async def test_without_a_key_the_hall_goes_on_and_says_what_is_missing(
    place: Path, broken: str
) -> None:
    _, scene = at(place, "09:00", start=False)
    async with scene as hall:
        key = hall.stage.data / "people.key"
        await asyncio.to_thread(key.chmod, 0o644)
        if broken == "gone":
            await asyncio.to_thread(key.unlink)
        hall.allowed.append("a list of people cannot be used: ")
        await hall.start()
        await hall.hall.call("day.open", day="2026-11-23")

        async def said() -> str:
            out = (await hall.hallctl("people", "status", lang="zh")).out
            return out if "密钥文件" in out else ""

        assert "没有可用的密钥" in await until(said)
        await lay(hall, "citizen")
        assert (await says(hall, "choose"))["traits"] == ["elderly"]
        await hall.take()
