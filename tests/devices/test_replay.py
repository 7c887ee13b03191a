"""A trace plays the device: what was recorded comes back, and what differs is named."""

from __future__ import annotations

import heapq
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from devices.registry import explain
from devices.replay import Difference, Player
from devices.simhost import SimHost, registered_simulator
from devices.simulator import Simulator
from devices.specs import DeviceSpec
from devices.ticket_printer.driver import EscPosPrinter
from devices.ticket_printer.options import Options
from devices.ticket_printer.slip import Slip
from devices.tracefile import BadTrace, Chunk, Trace, read_trace
from devices.transport import open_line
from firmware_py.runtime.tapped_line import TappedLine
from firmware_py.runtime.tracing import LineTap
from tests.runtime.echo import bench

KIND = "ticket_printer.escpos"
TICKET = Slip(
    number="A001",
    hall_zh="示范市办税服务厅",
    hall_en="Taxpayer Service Hall",
    item_zh="增值税一般纳税人登记",
    item_en="VAT registration",
    issued="2026-03-02 09:15",
    ahead=3,
    wait_zh="约15分钟",
    wait_en="~15 min",
)
HEAD = {"trace": 1, "device": "printer", "kind": KIND}


def printing(folder: Path, far: Callable[[DeviceSpec], Simulator], slip: Slip) -> list[Chunk]:
    """Open a fresh driver at the far end, print a slip, and return what went over the line."""
    spec = DeviceSpec(name="printer", kind=KIND, port=str(folder / "printer"))
    with bench(lambda: SimHost({}, {"printer": spec}, make_simulator=far)):
        tap = LineTap()
        line = TappedLine(open_line(str(folder / "printer")), tap)
        driver = EscPosPrinter("printer", Options(), line)
        driver.open()
        printed = driver.print_slip(slip, 7)
        assert printed.confirmed
        driver.close()
        line.close()
        return tap.kept()


def written(chunks: list[Chunk]) -> Trace:
    """Return the chunks by way of a file."""
    lines = [json.dumps(HEAD)]
    lines += [json.dumps({"ms": c.at_ns / 1e6, "at": "", **c.fields()}) for c in chunks]
    return read_trace(line.encode() for line in lines)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Trace:
    """A ticket, printed by the simulated printer."""
    return written(printing(tmp_path_factory.mktemp("rec"), registered_simulator, TICKET))


def test_a_recorded_ticket_prints_again_without_the_printer(
    recorded: Trace, tmp_path: Path
) -> None:
    player = Player("printer", recorded)
    printing(tmp_path, lambda _: player, TICKET)
    assert player.differences == []
    assert player.missing() == []
    assert player.done


def test_what_was_said_before_the_line_was_opened_is_not_played(recorded: Trace) -> None:
    before = [Chunk(0, "out", bytes.fromhex("100404")), Chunk(1, "in", b"\x12")]
    opened, *rest = recorded.chunks
    assert opened.note.startswith("opened ")
    trace = written([*before, opened, *before, opened, *rest])
    assert trace.since_opening().chunks == recorded.chunks
    # Nothing was written after it: there would be nothing to compare.
    assert written([opened, *before, opened]).since_opening().chunks == (opened, *before, opened)
    assert written(before).since_opening().chunks == tuple(before)


def test_another_ticket_is_a_difference_that_is_named(recorded: Trace, tmp_path: Path) -> None:
    player = Player("printer", recorded)
    altered = Slip(**{name: getattr(TICKET, name) for name in Slip.__slots__} | {"number": "A002"})
    printing(tmp_path, lambda _: player, altered)
    assert player.done
    first = player.differences[0]
    told = [explain(KIND, data) for data in (first.expected, first.got)]
    assert next((a, b) for a, b in zip(*told, strict=True) if a != b) == (
        r"text 'A001\n'",
        r"text 'A002\n'",
    )
    sent = b"".join(chunk.data for chunk in recorded.chunks if chunk.way == "out")
    assert sent[first.position - 3 :].startswith(b"A001")
    assert (first.expected[first.offset :][:1], first.got[first.offset :][:1]) == (b"1", b"2")
    # The number alone: what was recorded before and after it is as it was.
    assert {d.position // 1000 for d in player.differences} == {first.position // 1000}


# ---- the player alone


class Clock:
    """Runs what is due; nothing waits."""

    def __init__(self, player: Player) -> None:
        self.now = 0.0
        self.said: list[tuple[float, bytes]] = []
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        player.send = lambda data: self.said.append((round(self.now, 3), data))
        player.later = self.later

    def later(self, delay_s: float, call: Callable[[], None]) -> None:
        heapq.heappush(self._due, (self.now + delay_s, len(self._due), call))

    def run(self) -> None:
        while self._due:
            self.now, _, call = heapq.heappop(self._due)
            call()


MS = 1_000_000
#: The host asks twice; the device greets, answers after 5 ms, and says a key 400 ms later.
TALK = Trace(
    HEAD,
    (
        Chunk(0, "note", note="opened"),
        Chunk(0, "in", b"hello"),
        Chunk(10 * MS, "out", b"\x10\x04"),
        Chunk(10 * MS, "out", b"\x01"),
        Chunk(15 * MS, "in", b"\x12"),
        Chunk(100 * MS, "out", b"\x10\x04\x04"),
        Chunk(500 * MS, "in", b"key"),
    ),
)


@pytest.fixture
def playing() -> tuple[Player, Clock]:
    player = Player("printer", TALK, speed=1.0)
    clock = Clock(player)
    player.plugged()
    return player, clock


def test_the_device_speaks_at_its_times_and_in_its_order(playing: tuple[Player, Clock]) -> None:
    player, clock = playing
    # All at once, and cut otherwise than recorded.
    for piece in (b"\x10", b"\x04\x01\x10\x04", b"\x04"):
        player.feed(piece)
    assert clock.said == [(0.0, b"hello")]
    clock.run()
    assert clock.said == [(0.0, b"hello"), (0.005, b"\x12"), (0.4, b"key")]
    assert player.done
    assert player.progress == (3, 3)
    player.feed(b"more")
    assert (player.differences, player.after_end) == ([], 4)


def test_without_waiting_the_order_is_the_same() -> None:
    player = Player("printer", TALK)
    clock = Clock(player)
    player.plugged()
    player.feed(b"\x10\x04\x01\x10\x04\x04")
    assert [data for _, data in clock.said] == [b"hello", b"\x12", b"key"]


def test_a_wrong_write_is_told_and_the_play_goes_on(playing: tuple[Player, Clock]) -> None:
    player, clock = playing
    for piece in (b"\x10\x04\x01", b"\x10\x05", b"\x04"):
        player.feed(piece)
    clock.run()
    assert player.differences == [Difference(4, 100 * MS, 1, b"\x10\x04\x04", b"\x10\x05\x04")]
    assert player.done
    assert clock.said[-1][1] == b"key"


def test_a_write_that_was_left_out_is_found_by_the_next_one() -> None:
    pieces = tuple(Chunk(n, "out", data) for n, data in enumerate((b"ABC", b"DEF", b"GHI")))
    player = Player("printer", Trace(HEAD, pieces))
    player.plugged()
    player.feed(b"ABCGHI")
    assert player.differences == [Difference(3, 1, 0, b"DEF", b"")]
    assert player.done


def test_a_write_too_many_costs_its_piece_only() -> None:
    far = Trace(HEAD, (Chunk(0, "out", b"ABCDEF"), Chunk(1, "in", b"!"), Chunk(2, "out", b"GHIJ")))
    player = Player("printer", far)
    clock = Clock(player)
    player.plugged()
    for piece in (b"xx", b"ABCDEF", b"GHIJ"):
        player.feed(piece)
    assert [(d.position, d.got) for d in player.differences] == [(0, b"xx")]
    assert player.done
    assert clock.said == [(0.0, b"!")]


def test_what_never_came_is_missing(playing: tuple[Player, Clock]) -> None:
    player, clock = playing
    player.feed(b"\x10\x04\x01\x10")
    clock.run()
    assert player.missing() == [Difference(4, 100 * MS, 1, b"\x10\x04\x04", b"\x10")]
    assert not player.done


def test_masked_bytes_fit_any() -> None:
    chunk = Chunk(0, "out", b"ID 110105************\n", ((9, 12),))
    player = Player("printer", Trace(HEAD, (chunk,)))
    player.plugged()
    player.feed(b"ID 110105199001010019\n")
    assert player.differences == []
    assert player.done


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ([], "The file is empty."),
        (["[hall]"], "line 1 "),
        (['{"trace": 2, "device": "p", "kind": "k"}'], "format 2, this program reads 1"),
        ([json.dumps(HEAD), '{"ms": 1, "dir": "out", "hex": "xx"}'], "line 2 "),
        ([json.dumps(HEAD), "", '{"ms": 1, "dir": "up"}'], "line 3 "),
    ],
)
def test_a_file_that_is_no_trace_says_in_which_line(lines: list[str], why: str) -> None:
    with pytest.raises(BadTrace) as caught:
        read_trace(line.encode() for line in lines)
    assert why in caught.value.en
    assert caught.value.zh


def test_lost_pieces_are_counted() -> None:
    lines = [json.dumps(HEAD), '{"ms": 1.0, "at": "", "lost": 17}']
    assert read_trace(line.encode() for line in lines).lost == 17
