"""The hall as the broker's side sees it: events, pictures and commands."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from firmware_py.app.ports import StoredEvent, Submission
from firmware_py.app.wire import BadCommandError, encode, outcome_json, parse_command
from firmware_py.core.estimate import estimate
from firmware_py.core.refusals import Refusal
from firmware_py.runtime.form_views import FormPictures
from firmware_py.runtime.list_intake import ListRefused
from firmware_py.runtime.outcomes import outcome_of
from firmware_py.runtime.personal import vet_texts
from firmware_py.runtime.views import alarm_view, hall_view, window_view
from firmware_py.settings import BrokerSettings
from firmware_py.sync.ports import EpochStart, SyncSettings

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall

__all__ = ["BrokerPort", "sync_settings"]

#: What changes by the clock alone would make every picture new at every look.
_BY_THE_CLOCK = ("seconds",)


def sync_settings(hall: Hall, broker: BrokerSettings) -> SyncSettings:
    """Return what the broker's side is told of this hall. Raises ``OSError`` for the password."""
    password = None
    if broker.password_file is not None:
        password = Path(broker.password_file).read_text(encoding="utf-8").strip()
    own = hall.settings.hall
    return SyncSettings(
        hall=own.id,
        node=own.node,
        version=version("hall-controller"),
        roles=tuple(own.roles),
        host=broker.host,
        port=int(broker.port),
        username=broker.username,
        password=password,
        ca_file=broker.ca_file,
        keepalive_s=broker.keepalive_s,
        consumers=broker.consumers,
        timezone=own.timezone,
        started_ms=hall.clock.now_ms(),
    )


class BrokerPort:
    """Implements ``firmware_py.sync.ports.HallPort`` on a running hall."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self.epochs: Sequence[EpochStart] = [
            EpochStart(epoch.epoch, epoch.cut_seq + 1) for epoch in hall.store.epochs
        ]
        self.oldest_seq = hall.store.first_seq
        self._forms = FormPictures()

    @property
    def last_seq(self) -> int:
        """The last recorded event."""
        return self._hall.writer.last_seq

    @property
    def wall_offset_ms(self) -> int | None:
        """Hall time plus this is the local wall clock."""
        return self._hall.state().wall_offset_ms

    async def read(self, after_seq: int, limit: int) -> Sequence[StoredEvent]:
        """Return recorded events after ``after_seq``."""
        return await self._hall.journal.run(lambda journal: journal.read(after_seq, limit))

    def positions(self) -> Mapping[str, int]:
        """Return the durable positions by reader."""
        return self._hall.positions.of

    async def keep_position(self, reader: str, seq: int) -> None:
        """Keep a reader's position durably."""
        future: asyncio.Future[None] = self._hall.loop.create_future()

        def kept() -> None:
            if not future.done():
                future.set_result(None)

        self._hall.positions.keep({reader: seq}, kept)
        await future

    def snapshots(self) -> Iterable[tuple[str, bytes]]:
        """Return the pictures of hall, windows, alarms, forms, and of the items taken today."""
        hall, state = self._hall, self._hall.state()
        now_ms = state.now_ms
        yield "state/hall", encode(hall_view(state))
        for window in state.windows.values():
            view = window_view(hall.rules, state, window, now_ms)
            yield f"state/window/{window.id}", encode(_still(view))
        for alarm in state.alarms.values():
            yield f"state/alarm/{alarm.key}", encode(_still(alarm_view(state, alarm, now_ms)))
        yield from self._forms.pictures(hall.rules, state)
        yield from self._items(now_ms)

    def _items(self, now_ms: int) -> Iterator[tuple[str, bytes]]:
        rules, state = self._hall.rules, self._hall.state()
        waiting: dict[str, int] = {}
        for queue in state.queues.values():
            for _, _, number in queue:
                item = state.tickets[number].item
                waiting[item] = waiting.get(item, 0) + 1
        # Items of one skill wait equally long: one estimate serves them all.
        waits: dict[str, int | None] = {}
        for item_id, taken in state.taken_by_item.items():
            found = rules.items.get(item_id)
            if found is None:
                continue
            if found.skill not in waits:
                guess = estimate(rules, state, found, now_ms).wait_s
                # To the minute: a picture for each second's change would be noise.
                waits[found.skill] = None if guess is None else -(-guess // 60) * 60
            yield (
                f"state/item/{item_id}",
                encode(
                    {
                        "id": item_id,
                        "name": {"zh": found.name.zh, "en": found.name.en},
                        "taken": taken,
                        "waiting": waiting.get(item_id, 0),
                        "wait_s": waits[found.skill],
                    }
                ),
            )

    async def submit(self, name: str, params: dict[str, Any], command_id: str, by: str) -> bytes:
        """Have a command decided and recorded; return the reply."""
        try:
            command = parse_command(name, params)
        except BadCommandError as error:
            return encode({"refusal": Refusal(error.code, error.zh, error.en)})
        if (personal := vet_texts(command_id, by)) is not None:
            return encode({"refusal": personal})
        outcome = await outcome_of(self._hall.writer, Submission(command_id, by, command))
        if outcome.refusal is not None:
            return encode({"refusal": outcome.refusal})
        return outcome_json(outcome)

    async def take_list(self, name: str, sha256: str, part: int, parts: int, data: bytes) -> bytes:
        """Take one of a list's parts; return the reply."""
        intake = self._hall.list_intake
        try:
            taken = await intake.take("broker", name, sha256, part, parts, data)
        except ListRefused as error:
            return encode({"refusal": error.refusal})
        return encode({"list": taken})


def _still(view: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in view.items() if key not in _BY_THE_CLOCK}
