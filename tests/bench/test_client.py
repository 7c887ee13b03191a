"""A client whose other side goes away."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from firmware_py.bench.client import HallClient


async def _never_answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readline()
    writer.close()


async def _when_the_other_side_ends(path: Path) -> None:
    server = await asyncio.start_unix_server(_never_answers, path)
    async with server, await HallClient.connect(path) as client:
        async with asyncio.timeout(60):
            with pytest.raises(ConnectionResetError, match="closed"):
                await client.call("hall.status")
            # Nobody would ever answer this one.
            with pytest.raises(ConnectionResetError, match="not connected"):
                await client.call("hall.status")


def test_a_request_in_flight_and_every_later_one_fail_when_the_other_side_ends(
    tmp_path: Path,
) -> None:
    asyncio.run(_when_the_other_side_ends(tmp_path / "s"))
