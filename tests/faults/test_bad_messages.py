"""What no hall should believe, from the broker and from the control socket: nothing stops."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.e2e.scene import Scene, refused, unplugged, until
from tests.sync.support import Ear, Heard

GOOD = {"id": "c:1", "name": "ticket.take", "params": {"item": "F01", "origin": "kiosk-1"}}


@contextmanager
def listening(hall: Scene) -> Iterator[Ear]:
    ear = Ear(hall.stage.broker_port)
    try:
        yield ear
    finally:
        ear.close()


async def broker_counts(hall: Scene) -> dict[str, int]:
    counts: dict[str, int] = (await hall.status())["broker"]["refused"]
    return counts


def body(epoch: str, **fields: Any) -> bytes:
    return msgspec.json.encode({**GOOD, "epoch": epoch, **fields})


def bad_payloads(epoch: str) -> dict[str, list[bytes]]:
    """Code of the refusal -> payloads that deserve it."""
    good = body(epoch)
    return {
        "too_large": [b'{"id":"' + b"x" * 20_000 + b'"}', b"[" * 60_000],
        "too_deep": [body(epoch, params=nested(30)), b"[" * 10_000],
        "not_json": [b"take a ticket", b"", b"\x00\x01\x02", good[:-1], good + b"}", nan(good)],
        "not_utf8": [good.replace(b"F01", b"\xff\xfe\x80"), b"\xd6\xd0\xb9\xfa"],
        "unknown_field": [body(epoch, colour="red")],
        "bad_field": [body(epoch, id=7), body(epoch, params=[1]), b"[]", b"null", b"7"],
        "wrong_epoch": [body("01NOTTHISHALL")],
        "no_id": [msgspec.json.encode({**GOOD, "id": "", "epoch": epoch})],
    }


def nested(levels: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for _ in range(levels):
        found = {"in": found}
    return found


def nan(good: bytes) -> bytes:
    return good.replace(b'"F01"', b"NaN")


async def test_bad_commands_from_the_broker_are_refused_counted_and_stop_nothing(
    place: Path,
) -> None:
    async with Scene(place, broker=True) as hall:
        epoch = (await hall.status())["epoch"]
        recorded = len(await hall.journal())
        with listening(hall) as ear:
            sent = bad_payloads(epoch)
            for payloads in sent.values():
                for payload in payloads:
                    await asyncio.to_thread(ear.say, "command/hall", payload)
            await asyncio.to_thread(ear.say, "ack/centre", b"\xff")
            await asyncio.to_thread(ear.say, "ack/nobody", b'{"epoch":"x","seq":1}')

            async def all_counted() -> bool:
                counts = await broker_counts(hall)
                return all(counts.get(code, 0) >= len(found) for code, found in sent.items())

            try:
                await until(all_counted)
            except AssertionError:
                raise AssertionError(await broker_counts(hall)) from None
            assert len(await hall.journal()) == recorded
            for heard in ear.on("reply/ear"):
                assert heard.json["refusal"]["zh"]
                assert heard.json["refusal"]["en"]
            await asyncio.to_thread(
                ear.say, "command/hall", body(epoch, id="c:good"), correlation=b"good"
            )

            async def answered() -> Heard | None:
                found = [h for h in ear.on("reply/ear") if h.correlation == b"good"]
                return found[0] if found else None

            reply = await until(answered)
            number = reply.json["events"][0]["data"]["number"]
        await hall.on_paper(number)
        assert (await hall.status())["mode"] == "normal"
        assert (await hall.status())["broker"]["connected"]


LINES = {
    "text": b"take a ticket\n",
    "not utf-8": b'{"method":"\xff\xfe"}\n',
    "half a line": b'{"jsonrpc":"2.0","id":1,"meth',
    "nested": b"[" * 50_000 + b"\n",
    "a megabyte": b"x" * 1_000_000 + b"\n",
    "a megabyte without an end": b"x" * 1_000_000,
    "nul": b"\x00" * 5_000 + b"\n",
    "nan": b'{"jsonrpc":"2.0","id":1,"method":"rate","params":{"score":NaN}}\n',
    "a list": b"[1,2,3]\n",
    "no method": b'{"jsonrpc":"2.0","id":1}\n',
    "no such method": b'{"jsonrpc":"2.0","id":1,"method":"hall.burn"}\n',
    "parameters in a list": b'{"jsonrpc":"2.0","id":1,"method":"ticket.take","params":[1]}\n',
    "a wrong parameter": b'{"jsonrpc":"2.0","id":1,"method":"ticket.take","params":{"item":7}}\n',
    "one too many": b'{"jsonrpc":"2.0","id":1,"method":"hall.status","params":{"x":1}}\n',
    "own commands": b'{"jsonrpc":"2.0","id":1,"method":"tick"}\n',
    "a strange id": b'{"jsonrpc":"2.0","id":{"a":1},"method":"hall.status"}\n',
    "large numbers": b'{"jsonrpc":"2.0","id":1,"method":"journal.tail","params":{"limit":%d}}\n'
    % 10**30,
    "a negative tail": b'{"jsonrpc":"2.0","id":1,"method":"journal.tail","params":{"after":-5}}\n',
    "a far tail": b'{"jsonrpc":"2.0","id":1,"method":"journal.tail","params":{"after":99999}}\n',
    "a tail beyond 64 bits": (
        b'{"jsonrpc":"2.0","id":1,"method":"journal.tail","params":{"after":%d}}\n' % 2**63
    ),
}


#: These are answered.
HARMLESS = {
    "large numbers",
    "a far tail",
    "a negative tail",
    "a tail beyond 64 bits",
}


async def test_garbage_on_the_control_socket_hurts_nobody_else(place: Path) -> None:
    async with Scene(place, windows=("1",)) as hall, AsyncExitStack() as open_till_the_end:
        for name, line in LINES.items():
            reader, writer = await asyncio.open_unix_connection(str(hall.stage.hall_socket))
            open_till_the_end.callback(writer.close)
            await said(writer, line)
            assert await hall.take() in await hall.issued(), name
            if line.endswith(b"\n") and len(line) < 10_000:
                answer = json.loads(await asyncio.wait_for(reader.readline(), 60))
                assert ("error" in answer) == (name not in HARMLESS), (name, answer)
                # The connection stays usable.
                await said(writer, b'{"jsonrpc":"2.0","id":5,"method":"hall.status"}\n')
                answer = json.loads(await asyncio.wait_for(reader.readline(), 60))
                assert (answer["id"], answer["result"]["mode"]) == (5, "normal"), name
        assert len(await hall.issued()) == len(LINES)
        await hall.verified()


async def said(writer: asyncio.StreamWriter, line: bytes) -> None:
    """Send; the daemon may hang up on too much."""
    try:
        writer.write(line)
        await writer.drain()
    except ConnectionError:
        pass


async def test_a_client_that_never_reads_is_hung_up_on_and_others_are_served(place: Path) -> None:
    async with unplugged(place) as hall:
        reader, writer = await asyncio.open_unix_connection(str(hall.stage.hall_socket), limit=1024)
        writer.write(b'{"jsonrpc":"2.0","id":1,"method":"subscribe"}\n')
        asked = b'{"jsonrpc":"2.0","id":2,"method":"config.show"}\n'

        async def hung_up() -> bool:
            for _ in range(200):
                await said(writer, asked)
            await hall.take()
            return "does not read" in hall.stage.log_of("halld")

        await until(hung_up)
        assert (await hall.status())["mode"] == "normal"
        writer.close()
        assert not reader.at_eof()


async def test_a_clients_name_and_id_must_be_plain(place: Path) -> None:
    async with unplugged(place) as hall:
        for wrong in ({"command_id": "a b"}, {"command_id": ""}, {"by": "x" * 33}, {"by": "值班"}):
            with pytest.raises(AssertionError):
                await asyncio.wait_for(never_taken(hall, wrong), 60)
        assert await hall.issued() == []


async def never_taken(hall: Scene, params: dict[str, Any]) -> None:
    refusal = await refused(hall.hall.call("ticket.take", item="F01", **params))
    raise AssertionError(refusal.en)
