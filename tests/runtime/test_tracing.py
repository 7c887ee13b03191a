"""Taps: what they keep, how they pass it on, and that a slow reader costs the worker nothing."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable

import pytest

from devices.errors import DeviceTimeout, DeviceUnavailable
from devices.tracefile import Chunk
from firmware_py.runtime.tapped_line import TappedLine
from firmware_py.runtime.tracing import (
    KEPT_BYTES,
    KEPT_CHUNKS,
    PIECE,
    WAITING_BYTES,
    Follower,
    LineTap,
)

ID = b"11010519491231002X"


def tap() -> LineTap:
    """Return a tap whose clock is 1, 2, 3 ..."""
    return LineTap(clock_ns=itertools.count(1).__next__)


class Wire:
    """A line that says ``says`` and raises ``error``."""

    port = "wire"

    def __init__(self, says: bytes = b"", error: Exception | None = None) -> None:
        self.says = says
        self.error = error

    def _go(self) -> bytes:
        if self.error is not None:
            raise self.error
        return self.says

    def read_available(self) -> bytes:
        return self._go()

    def read_some(self, timeout_s: float) -> bytes:
        return self._go()

    def write(self, data: bytes, timeout_s: float = 2.0) -> None:
        self._go()

    def fileno(self) -> int | None:
        return 7

    def close(self) -> None:
        pass


def seen(one: LineTap) -> list[tuple[str, bytes | str]]:
    return [(c.way, c.note if c.way == "note" else c.data) for c in one.kept()]


def test_a_line_tells_its_tap_both_directions_and_its_ends() -> None:
    there = tap()
    line = TappedLine(Wire(b"\x12"), there)
    line.write(b"\x10\x04\x01")
    assert (line.read_available(), line.read_some(1.0), line.fileno()) == (b"\x12", b"\x12", 7)
    line.close()
    line.close()
    assert seen(there) == [
        ("note", "opened wire"),
        ("out", b"\x10\x04\x01"),
        ("in", b"\x12"),
        ("in", b"\x12"),
        ("note", "closed"),
    ]


def test_a_pulled_plug_and_a_stalled_write_are_in_the_trace() -> None:
    there = tap()
    line = TappedLine(Wire(error=DeviceTimeout("writing", 2.0)), there)
    with pytest.raises(DeviceTimeout):
        line.write(b"slip")
    gone = TappedLine(Wire(error=DeviceUnavailable("wire", "hung up")), there)
    for call in (gone.read_available, lambda: gone.write(b"x"), gone.close):
        try:
            call()
        except DeviceUnavailable:
            continue
    told = [words for _, words in seen(there)]
    assert told[1:3] == [b"slip", "the write above did not end in time: a part of it may be out"]
    assert told[3:] == ["opened wire", "gone: hung up", b"x"]


def test_no_id_number_is_kept_even_cut_in_two() -> None:
    there = tap()
    there.heard(b"\x02" + ID[:9])
    there.sent(b"?", 5)
    there.heard(ID[9:] + b"\x03")
    assert [c.data for c in there.kept()] == [b"\x02110105***", b"?", b"*********\x03"]
    assert [c.masked for c in there.kept()] == [((7, 3),), (), ((0, 9),)]


def test_a_tap_keeps_the_newest_and_little() -> None:
    there = tap()
    for number in range(KEPT_CHUNKS + 5):
        there.sent(bytes((number % 251,)), number)
    assert [c.at_ns for c in there.kept()] == list(range(5, KEPT_CHUNKS + 5))
    there.sent(bytes(3 * KEPT_BYTES + 1), 999)
    kept = there.kept()
    assert {c.at_ns for c in kept} == {999}
    assert sum(len(c.data) for c in kept) <= KEPT_BYTES
    assert max(len(c.data) for c in kept) == PIECE


def test_between_what_was_kept_and_what_comes_nothing_is_missing() -> None:
    there, came = tap(), list[Chunk]()
    there.sent(b"1", 1)
    kept = there.follow(came.append)
    there.sent(b"2", 2)
    there.leave(came.append)
    there.sent(b"3", 3)
    assert [c.data for c in kept + came] == [b"1", b"2"]


def test_a_slow_reader_loses_pieces_and_is_told_how_many() -> None:
    async def run() -> None:
        got: list[Chunk | int] = []
        came, room = asyncio.Event(), asyncio.Event()

        def send(one: Chunk | int) -> None:
            got.append(one)
            came.set()

        async def until(there: Callable[[], bool]) -> None:
            async with asyncio.timeout(60):
                while not there():
                    came.clear()
                    await came.wait()

        follower = Follower(asyncio.get_running_loop(), send, room.is_set)
        piece = Chunk(0, "out", bytes(PIECE))
        many = WAITING_BYTES // PIECE + 50
        for _ in range(many):
            follower.take(piece)
        await asyncio.sleep(0)
        assert got == []
        room.set()
        await until(lambda: bool(got) and isinstance(got[-1], int))
        lost = sum(one for one in got if isinstance(one, int))
        assert len(got) - 1 + lost == many
        assert lost >= 50
        # It has room again: what comes now is there, behind what is missing.
        follower.take(piece)
        await until(lambda: isinstance(got[-1], Chunk))
        there = len(got)
        follower.close()
        follower.take(piece)
        await asyncio.sleep(0.01)
        assert len(got) == there

    asyncio.run(run())


def test_a_reader_whose_loop_has_ended_harms_nobody() -> None:
    loop = asyncio.new_event_loop()
    follower = Follower(loop, lambda one: None, lambda: True)
    loop.close()
    follower.take(Chunk(0, "in", b"x"))
