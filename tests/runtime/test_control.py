"""Requests that are none: each is answered with a code and a sentence in both languages."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from firmware_py.app.ports import Outcome, Submission
from firmware_py.app.writer import Reply
from firmware_py.core.commands import COMMANDS
from firmware_py.runtime.control import MAX_LINE, ControlServer, Query
from tests.runtime.methods import every_question

HAN = re.compile(r"[\u4e00-\u9fff]")
#: Words of the library that finds the mistakes.
FOREIGN = ("Expected", "Object", "got `", "$.", "JSON is malformed")


class Taken:
    """Stands where the writer does, and takes every command."""

    last_seq = 7

    def submit(self, submission: Submission, reply: Reply) -> None:
        reply(Outcome())


async def _never(params: dict[str, Any], user: str) -> Any:
    return {"params": params}


def asked(path: Path, lines: Sequence[bytes]) -> list[dict[str, Any]]:
    """Return the answers to lines sent one after the other."""

    async def talk() -> list[dict[str, Any]]:
        queries: dict[str, Query] = dict.fromkeys(every_question(), _never)
        server = ControlServer(Taken(), queries)
        await server.start(path)
        try:
            reader, writer = await asyncio.open_unix_connection(str(path))
            answers = []
            for line in lines:
                writer.write(line + b"\n")
                answers.append(json.loads(await asyncio.wait_for(reader.readline(), 60)))
            writer.close()
            return answers
        finally:
            await server.stop()

    return asyncio.run(talk())


def call(method: str, **params: Any) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()


def told(error: dict[str, Any]) -> dict[str, Any]:
    """Return an error's data; its sentences must be of their language and of no library."""
    data: dict[str, Any] = error["data"]
    assert HAN.search(data["zh"])
    assert not HAN.search(data["en"])
    assert data["en"] == error["message"]
    assert data["zh"].endswith("。")
    for word in FOREIGN:
        assert word not in data["zh"] + data["en"]
    return data


def test_every_method_refuses_a_parameter_that_it_does_not_know(tmp_path: Path) -> None:
    names = ["subscribe", *every_question(), *COMMANDS]
    for answer in asked(tmp_path / "s", [call(name, colour="red") for name in names]):
        assert answer["error"]["code"] == -32602, answer
        data = told(answer["error"])
        assert data["code"] in {"unknown_field", "bad_field"}
    # Without what they need, those name that first.
    needs_nothing = asked(tmp_path / "s", [call(n, colour="red") for n in ("hall.status", "why")])
    assert needs_nothing[0]["error"]["data"]["code"] == "unknown_field"
    assert "colour" in needs_nothing[0]["error"]["data"]["zh"]


@pytest.mark.parametrize(
    ("line", "code", "own"),
    [
        (call("why"), -32602, "bad_field"),
        (call("why", number=3), -32602, "bad_field"),
        (call("journal.tail", limit="many"), -32602, "bad_field"),
        (call("report.day", day="yesterday"), -32602, "bad_field"),
        (call("ticket.take", item="A01", traits=["tall"]), -32602, "bad_field"),
        (call("ticket.take", item="A01", command_id="a b"), -32602, "bad_field"),
        (call("ticket.take", item="A01", by="\n"), -32602, "bad_field"),
        (call("hall.dance"), -32601, "no_method"),
        (b"{", -32700, "not_json"),
        (b'{"id":1,"method":"\xff"}', -32700, "not_json"),
        (b"[]", -32600, "bad_request"),
        (b'{"id":1}', -32600, "bad_request"),
        (b'{"id":1,"method":"why","params":[1]}', -32600, "bad_request"),
        (b"x" * (MAX_LINE + 70_000), -32600, "too_long"),
    ],
)
def test_what_is_no_request_is_told_so(tmp_path: Path, line: bytes, code: int, own: str) -> None:
    (answer,) = asked(tmp_path / "s", [line])
    assert answer["error"]["code"] == code
    assert told(answer["error"])["code"] == own


def test_what_is_right_is_answered(tmp_path: Path) -> None:
    lines = [call("hall.status"), call("why", number="A001"), call("subscribe")]
    status, why, subscribed = asked(tmp_path / "s", lines)
    assert status["result"] == {"params": {}}
    assert why["result"] == {"params": {"number": "A001"}}
    assert subscribed["result"] == {"last_seq": 7}
