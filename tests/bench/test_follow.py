"""Following the hall's events from the very first one on."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from firmware_py.bench.client import HallClient
from firmware_py.bench.follow import Follow


def event(seq: int) -> bytes:
    params = {"seq": seq, "type": "alarm.cleared", "by": "x", "time_ms": 0, "data": {}}
    return json.dumps({"jsonrpc": "2.0", "method": "event", "params": params}).encode() + b"\n"


async def answer_in_one_piece(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    request = json.loads(await reader.readline())
    answer = {"jsonrpc": "2.0", "id": request["id"], "result": {"last_seq": 7}}
    # 7 was decided before the subscription, and recorded after it.
    writer.write(json.dumps(answer).encode() + b"\n" + event(7) + event(8))
    await reader.readline()
    writer.write(event(9))
    await reader.read()
    writer.close()


async def _followed(path: Path) -> tuple[int, bool]:
    server = await asyncio.start_unix_server(answer_in_one_piece, path)
    async with server, await HallClient.connect(path) as client:
        follow = Follow(client)
        await follow.start()
        ninth = follow.expect("alarm.cleared")
        asking = asyncio.ensure_future(client.call("hall.status"))
        async with asyncio.timeout(60):
            await ninth
        asking.cancel()
        return follow.seq, follow.gap


def test_events_that_come_with_the_answer_to_the_subscription_are_no_gap(tmp_path: Path) -> None:
    assert asyncio.run(_followed(tmp_path / "s")) == (9, False)
