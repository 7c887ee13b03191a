"""What a Pi knew of the hall: gone on from after a restart, not after a boot, and never half."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware_py.app.journal_thread import JournalThread
from firmware_py.app.ports import Submission
from firmware_py.app.wire import encode_state
from firmware_py.bench.spread import SPREAD
from firmware_py.config.file import load_all
from firmware_py.core import commands as c
from firmware_py.core.commands_spread import LendNumbers
from firmware_py.core.events import TicketIssued
from firmware_py.core.wire_version import WIRE
from firmware_py.runtime import node_memory
from firmware_py.runtime.bench_clock import clocks_of
from firmware_py.runtime.followed_hall import FollowedHall, followed_hall
from firmware_py.runtime.kept_hall import Known, KnownFile, boot_id
from firmware_py.runtime.queue import sentence_for
from firmware_py.store.journal import Journal
from firmware_py.sync.ports import EpochStart
from tests.core.hall import Hall

BOOT, OTHER = "b0010000-1", "b0020000-2"
EPOCH = "E1"


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    made = asyncio.new_event_loop()
    yield made
    made.close()


class Card:
    """A kiosk's card, in a Pi that starts and ends."""

    def __init__(self, folder: Path, loop: asyncio.AbstractEventLoop) -> None:
        self.loop, self.folder, self.run = loop, folder, folder
        environment = {
            "HALL_NODE": "kiosk-1", "HALL_DATA": str(folder), "HALL_RUN": str(folder),
            "HALL_WIRE": str(folder), "HALL_CLOCK": "machine", "HALL_BROKER_HOST": "127.0.0.1",
            "HALL_BROKER_PORT": "1", "HALL_PRINTER2_PORT": "1",
        }  # fmt: skip
        self.configuration = load_all(SPREAD, environment)
        rules = self.configuration.rules
        self.hub = Hall(rules=rules)
        self.hub.do(LendNumbers("kiosk-1", "common", 20))

    def start(self, boot: str) -> FollowedHall:
        """Start in a boot; the hub is not heard."""
        settings = self.configuration.settings
        self.journal = Journal.open(Path(settings.journal.path), node="kiosk-1")
        thread = JournalThread(self.journal, self.loop)
        clocks, _ = clocks_of("machine")
        hall = followed_hall(
            settings, self.configuration.rules, self.journal, thread, clocks, sentence_for,
            self.run, boot,
        )  # fmt: skip
        if hall.memory is not None:
            hall.memory.epochs = lambda: ()
        return hall

    def join(self, hall: FollowedHall) -> None:
        """Hear the hub."""
        hall.clock.heard(self.hub.now_ms)
        hall.writer.joined(encode_state(self.hub.state), 7, EPOCH)

    def end(self, hall: FollowedHall) -> None:
        """End in order: what is known is kept."""
        assert hall.memory is not None
        self.loop.run_until_complete(hall.memory.stop())
        self.journal.close()


@pytest.fixture
def card(tmp_path: Path, loop: asyncio.AbstractEventLoop) -> Card:
    return Card(tmp_path, loop)


def known_of(hall: FollowedHall) -> tuple[bool, int, str | None]:
    assert hall.writer.alone is not None
    return hall.writer.alone.ready, hall.writer.last_seq, hall.writer.recorded.day


def test_a_restart_in_the_same_boot_goes_on_where_it_was(card: Card) -> None:
    first = card.start(BOOT)
    assert known_of(first) == (False, 0, None)
    card.hub.state.lent.clear()
    card.join(first)
    now_ms = first.clock.now_ms()
    card.end(first)
    again = card.start(BOOT)
    assert known_of(again) == (True, 7, "2026-03-02")
    # The hub's time goes on by this machine's running time.
    assert again.clock.now_ms() >= now_ms
    card.end(again)


def test_after_another_boot_nothing_is_known_until_the_hub_is_heard(card: Card) -> None:
    first = card.start(BOOT)
    card.hub.state.lent.clear()
    card.join(first)
    card.end(first)
    again = card.start(OTHER)
    assert known_of(again) == (False, 0, None)
    # Only what its printers owe is judged by what was known then.
    assert again.former is not None
    assert again.former.day == "2026-03-02"
    card.end(again)


@pytest.mark.parametrize("program", [WIRE - 2, WIRE - 1, WIRE, WIRE + 1, WIRE + 2])
@pytest.mark.parametrize("hub", [WIRE - 2, WIRE, WIRE + 1, WIRE + 2])
def test_what_another_program_kept_is_gone_on_with_if_it_and_its_hub_were_neighbours(
    card: Card, monkeypatch: pytest.MonkeyPatch, program: int, hub: int
) -> None:
    first = card.start(BOOT)
    card.hub.state.lent.clear()
    card.join(first)
    assert first.writer.alone is not None
    first.writer.alone.hub_wire = lambda: hub
    monkeypatch.setattr(node_memory, "WIRE", program)
    card.end(first)
    # This Pi's program was changed.
    again = card.start(BOOT)
    near = abs(program - WIRE) <= 1 and abs(hub - WIRE) <= 1
    assert known_of(again) == ((True, 7, "2026-03-02") if near else (False, 0, None))
    assert again.former is not None
    card.end(again)


def test_what_was_known_of_one_hub_is_not_gone_on_with_under_another(card: Card) -> None:
    """It heard the new hub, and died before that hub's picture was here."""
    first = card.start(BOOT)
    card.hub.state.lent.clear()
    card.join(first)
    assert first.memory is not None
    first.memory.epochs = lambda: [EpochStart(EPOCH, 1), EpochStart("2-standby", 5)]
    first.memory.joined = lambda: False
    card.end(first)
    again, told = card.start(BOOT), list[tuple[int | None, str]]()
    assert again.memory is not None
    again.memory.go_on(lambda seq, epochs: told.append((seq, epochs[-1].epoch)))
    # All of it is asked for; and that the new hub is the higher one is not forgotten.
    assert told == [(None, "2-standby")]
    card.end(again)


def test_a_paper_of_before_the_boot_is_told_to_a_hub_that_does_not_know_it(card: Card) -> None:
    """The hub that gave the number died before its standby heard, and the kiosk lost power."""
    first = card.start(BOOT)
    card.hub.state.lent.clear()
    (issued,) = card.hub.do(c.TakeTicket("F01", "kiosk-1"))
    card.join(first)
    card.end(first)
    assert isinstance(issued, TicketIssued)
    card.hub.state.tickets.clear()
    again = card.start(OTHER)
    card.join(again)
    alone = again.writer.alone
    assert alone is not None
    (record,) = alone.records.all
    assert isinstance(record.event, TicketIssued)
    assert record.event.number == issued.number
    # Once: the next hub's picture is compared with what is known now.
    card.join(again)
    assert len(alone.records.all) == 1
    card.end(again)


def test_numbers_of_before_the_boot_are_not_ready_to_be_given(card: Card) -> None:
    hall = card.start(BOOT)
    asked = list[str]()
    assert hall.writer.alone is not None
    hall.writer.alone.give_up = lambda: asked.append("give up")
    card.join(hall)
    assert (known_of(hall)[0], asked) == (False, ["give up"])
    card.end(hall)
    # A restart before that is done asks again.
    assert known_of(card.start(BOOT))[0] is False
    card.journal.close()


def test_numbers_of_before_the_boot_are_given_up_until_the_hub_has_heard(
    card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall, asked = card.start(BOOT), list[str]()
    alone = hall.writer.alone
    assert alone is not None
    alone.give_up = lambda: asked.append("give up")
    card.join(hall)
    alone.stands("")
    alone.tick()
    assert len(asked) == 1
    # Nobody answered that command.
    now_s = alone.now_s() + 11
    monkeypatch.setattr(alone, "now_s", lambda: now_s)
    alone.stands("hub")
    alone.tick()
    assert len(asked) == 1
    alone.stands("")
    alone.tick()
    assert len(asked) == 2
    card.hub.state.lent.clear()
    card.join(hall)
    monkeypatch.setattr(alone, "now_s", lambda: now_s + 11)
    alone.tick()
    assert (len(asked), alone.ready) == (2, True)
    card.end(hall)


def taken_alone(hall: FollowedHall) -> list[str | None]:
    """Be cut off for a while, and take a number."""
    alone = hall.writer.alone
    assert alone is not None
    alone.stands("broker")
    for passed in range(10):
        alone.now_s = lambda passed=passed: 1e9 + passed / 2  # type: ignore[misc]
        alone.look()
    took = list[str | None]()
    hall.writer.submit(
        Submission("p1", "screen", c.TakeTicket("F01", "kiosk-1")),
        lambda outcome: took.append(getattr(outcome.happened[0].event, "number", None)),
    )
    return took


def source_of(hall: FollowedHall) -> str:
    """Return how what is written now is named."""
    assert hall.writer.alone is not None
    return hall.writer.alone.records.told.sources[-1][1]


def test_a_folder_that_is_put_back_in_the_same_boot_joins_before_it_gives_a_number(
    card: Card, tmp_path_factory: pytest.TempPathFactory
) -> None:
    card.run = tmp_path_factory.mktemp("run")
    hall = card.start(BOOT)
    card.hub.state.lent.clear()
    card.join(hall)
    card.hub.do(LendNumbers("kiosk-1", "common", 20))
    card.join(hall)
    card.end(hall)
    old = shutil.copytree(card.folder, tmp_path_factory.mktemp("old") / "card")
    newer = card.start(BOOT)
    source = source_of(newer)
    assert taken_alone(newer) == ["A980"]
    card.end(newer)
    # An older copy over it, while the machine runs on.
    shutil.rmtree(card.folder)
    shutil.copytree(old, card.folder)
    put_back = card.start(BOOT)
    assert known_of(put_back)[0] is False
    assert source_of(put_back) != source
    card.end(put_back)
    # That it was put back is known from then on: a mere restart is one.
    again = card.start(BOOT)
    assert source_of(again) == source_of(put_back)
    card.end(again)


def test_our_own_records_are_on_what_was_known(card: Card) -> None:
    hall = card.start(BOOT)
    card.hub.state.lent.clear()
    card.join(hall)
    card.hub.do(LendNumbers("kiosk-1", "common", 20))
    card.join(hall)
    card.end(hall)
    again = card.start(BOOT)
    assert taken_alone(again) == ["A980"]
    # Killed: nothing is kept but the journal.
    card.journal.close()
    third = card.start(BOOT)
    assert list(third.writer.recorded.tickets) == ["A980"]
    assert third.writer.alone is not None
    assert third.writer.alone.stale
    card.journal.close()


@pytest.mark.parametrize("damage", [b"", b"{}", b"no json\nx", b'{"boot":"x"}\nabc'])
def test_a_file_that_cannot_be_read_is_nothing_known(tmp_path: Path, damage: bytes) -> None:
    file = KnownFile(tmp_path / "known.hall")
    assert file.load() is None
    (tmp_path / "known.hall").write_bytes(damage)
    assert file.load() is None


def test_a_bit_that_fell_over_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "known.hall"
    file, known = KnownFile(path), Known(BOOT, 3, ((EPOCH, 1),), 5)
    file.save(known, b"STATE" * 100)
    loaded = file.load()
    assert loaded is not None
    assert (loaded[0].boot, loaded[0].seq, loaded[1]) == (BOOT, 3, b"STATE" * 100)
    content = bytearray(path.read_bytes())
    content[-3] ^= 4
    path.write_bytes(bytes(content))
    assert file.load() is None


def test_a_boot_without_an_id_is_never_the_same_as_another(tmp_path: Path) -> None:
    assert boot_id(tmp_path / "none") == ""
    assert len(boot_id()) == 36
