"""Many pictures: a few at a time, all of them, and the newest of each."""

from __future__ import annotations

from collections.abc import Sequence

from firmware_py.sync.mail import Outgoing
from firmware_py.sync.pictures import AT_ONCE, MOST_A_SECOND, Pictures, PictureToken
from firmware_py.sync.topics import Topics
from tests.sync.support import FakeHall, until

WINDOWS = 100


class Broker:
    """Takes what is published, and says so when the test wants."""

    def __init__(self, hall: FakeHall) -> None:
        self.pictures = Pictures(hall, Topics("demo", "hub"), 0.0, self._take)
        self.under_way: list[Outgoing] = []
        self.retained: dict[str, bytes] = {}

    def _take(self, messages: Sequence[Outgoing]) -> None:
        self.under_way.extend(messages)

    def answers(self) -> None:
        taken, self.under_way = self.under_way, []
        for message in taken:
            assert isinstance(message.token, PictureToken)
            self.retained[message.token.suffix] = message.payload
            self.pictures.acked(message.token)


def called(hall: FakeHall, waiting: int) -> None:
    for n in range(WINDOWS):
        hall.pictures[f"state/window/{n}"] = b'{"waiting":%d}' % waiting


async def test_the_pictures_of_a_hundred_windows_go_out_a_few_at_a_time() -> None:
    hall = FakeHall()
    called(hall, 7)
    broker = Broker(hall)
    broker.pictures.up()
    turns = 0
    while broker.under_way:
        assert len(broker.under_way) <= AT_ONCE
        broker.answers()
        turns += 1
    assert turns >= WINDOWS / AT_ONCE
    assert {f"state/window/{n}" for n in range(WINDOWS)} <= broker.retained.keys()


async def test_what_changes_while_a_lot_is_under_way_comes_with_the_next_after_a_longer_pause() -> (
    None
):
    hall = FakeHall()
    called(hall, 7)
    broker = Broker(hall)
    broker.pictures.up()
    broker.answers()
    called(hall, 6)
    broker.pictures.changed()
    while broker.under_way:
        broker.answers()
    assert b'"waiting":7' in broker.retained["state/window/50"]
    assert broker.pictures._pause_s >= WINDOWS / MOST_A_SECOND
    await until(lambda: broker.under_way)
    while broker.under_way:
        broker.answers()
    assert b'"waiting":6' in broker.retained["state/window/50"]


async def test_a_lost_connection_begins_anew_with_the_newest_of_all() -> None:
    hall = FakeHall()
    called(hall, 7)
    broker = Broker(hall)
    broker.pictures.up()
    broker.pictures.down()
    broker.under_way.clear()
    called(hall, 6)
    broker.pictures.up()
    while broker.under_way:
        broker.answers()
    assert all(b'"waiting":6' in broker.retained[f"state/window/{n}"] for n in range(WINDOWS))
