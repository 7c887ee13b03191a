"""The hall as the broker's side sees it: events, pictures and commands."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from socket import gethostname
from typing import TYPE_CHECKING, Any

import msgspec

from firmware_py.app.clock import FollowedClock
from firmware_py.app.followed import FollowedWriter
from firmware_py.app.ports import StoredEvent, Submission
from firmware_py.app.wire import (
    BadCommandError,
    encode,
    encode_state,
    outcome_json,
    parse_command,
)
from firmware_py.app.writer import HallWriter
from firmware_py.config.spread import standby_of
from firmware_py.core.commands_spread import TakeOverNumbers
from firmware_py.core.epoch import Epoch
from firmware_py.core.estimate import estimate
from firmware_py.core.model import State
from firmware_py.core.refusals import Refusal
from firmware_py.runtime.copy_shelf import CopyShelf
from firmware_py.runtime.form_views import FormPictures
from firmware_py.runtime.hub_role import other_hubs, stood_down
from firmware_py.runtime.list_intake import ListRefused
from firmware_py.runtime.merging import (
    may_give,
    may_have_called,
    may_have_served,
    merge_offered,
)
from firmware_py.runtime.node_desk import NodeDesk
from firmware_py.runtime.node_views import roles_here
from firmware_py.runtime.outcomes import outcome_of
from firmware_py.runtime.personal import vet_texts
from firmware_py.runtime.program import VERSION
from firmware_py.runtime.retired_file import forget_retired
from firmware_py.runtime.set_back import SeenBy, is_set_back, was_set_back
from firmware_py.runtime.views import alarm_view, hall_view, window_view
from firmware_py.settings import BrokerSettings, Settings
from firmware_py.sync.broker import BrokerSync
from firmware_py.sync.ports import EpochStart, SyncSettings
from firmware_py.sync.privacy import CODE_WORD, WITHHELD, clean_data
from firmware_py.sync.records import Merged, Offered
from firmware_py.sync.rights import NodePlace
from firmware_py.sync.side import NOTHING, NewsOf, SideLines

if TYPE_CHECKING:
    from firmware_py.runtime.control import Query
    from firmware_py.runtime.hall import Hall
    from firmware_py.runtime.node_line import NodeLine
    from firmware_py.runtime.people_asked import PeopleAsked

__all__ = ["BrokerPort", "line_of", "sync_settings"]

#: What changes by the clock alone would make every picture new at every look.
_BY_THE_CLOCK = ("seconds",)


def sync_settings(hall: Hall, broker: BrokerSettings) -> SyncSettings:
    """Return what the broker's side is told of this hall. Raises ``OSError`` for the password."""
    told = address_settings(hall.settings, broker)
    settings = hall.settings
    standby = standby_of(settings)
    return replace(
        told,
        roles=roles_here(hall),
        beside=frozenset(name for name in settings.nodes if name != standby),
        hubs=_other_hubs(hall),
        looked=hall.role.looked,
        started_ms=hall.clock.now_ms(),
    )


def _other_hubs(hall: Hall) -> frozenset[str]:
    """Return who else may decide; nobody by name at a Pi that follows in a hall without standby."""
    settings = hall.settings
    if hall.role.decides:
        return other_hubs(settings, hall.store.epochs)
    standby = standby_of(settings)
    return frozenset() if standby is None else frozenset({settings.spread.hub, standby})


def address_settings(settings: Settings, broker: BrokerSettings) -> SyncSettings:
    """Return how this Pi is known at the broker. Raises ``OSError`` for the password."""
    password = None
    if broker.password_file is not None:
        password = Path(broker.password_file).read_text(encoding="utf-8").strip()
    own = settings.hall
    return SyncSettings(
        hall=own.id,
        node=own.node,
        version=VERSION,
        machine=gethostname(),
        host=broker.host,
        port=int(broker.port),
        username=broker.username,
        password=password,
        ca_file=broker.ca_file,
        cert_file=broker.cert_file,
        key_file=broker.key_file,
        keepalive_s=broker.keepalive_s,
        consumers=broker.consumers,
        timezone=own.timezone,
        copy_in_clear=settings.spread.copy_in_clear,
    )


def line_of(hall: Hall, broker: BrokerSettings) -> BrokerSync | NodeLine:
    """Return this Pi's side of the broker, not started. Raises ``OSError`` for the password."""
    told = sync_settings(hall, broker)
    writer, clock = hall.writer, hall.clock
    if isinstance(writer, FollowedWriter) and isinstance(clock, FollowedClock):
        from firmware_py.runtime.node_line import NodeLine

        writer.on_joined.append(lambda _: hall.shown_anew())
        side = SideLines(hall.lease or NOTHING, NewsOf(told.hall, hall.configuration))
        return NodeLine(hall, writer, clock, told, side)
    port = BrokerPort(hall)
    sync = BrokerSync(told, port, port, hall.lease or NOTHING)
    settings = hall.settings
    forget_retired(
        Path(settings.journal.path),
        {settings.hall.node, settings.spread.hub, *settings.nodes},
        partial(sync.forget, for_good=True),
    )
    sync.deciding = sync.deciding and not is_set_back(hall)
    return sync


class BrokerPort:
    """Implements ``HallPort`` and ``HubPort`` of ``firmware_py.sync.ports`` on a running hall."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self.epochs: Sequence[EpochStart] = [
            EpochStart(epoch.epoch, epoch.cut_seq + 1) for epoch in hall.store.epochs
        ]
        self.oldest_seq = hall.store.first_seq
        self._forms = FormPictures()
        self.papers = NodeDesk(hall, self._table)
        #: Made when a node first asks.
        self._queries: dict[str, Query] | None = None
        self._people: PeopleAsked | None = None

    @cached_property
    def seen_by(self) -> SeenBy:
        """What this hub proves of itself, and what others have seen of it."""
        return SeenBy(self._hall)

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
        numbered = None if hall.configuration is None else hall.configuration.picture()
        if numbered is not None:
            yield "state/configuration", encode(numbered)

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

    # ---- what the hall's other Pis ask

    def now_ms(self) -> int:
        """Return hall time."""
        return self._hall.clock.now_ms()

    def nodes(self) -> Mapping[str, NodePlace]:
        """Return the hall's other Pis by name."""
        settings = self._hall.settings
        places = {
            name: NodePlace(
                name, frozenset(node.roles), frozenset(node.windows), frozenset(node.kiosks)
            )
            for name, node in settings.nodes.items()
            if name != settings.hall.node
        }
        for name in other_hubs(settings, self._hall.store.epochs) - places.keys():
            # It decided before: what no node has stands there.
            places[name] = NodePlace(name, frozenset({"standby"}), *_of_no_node(settings))
        return places

    async def people(self, node: str, name: str, params: dict[str, Any]) -> dict[str, Any]:
        """Return who is at a Pi's reader."""
        return await self._asked_of_people().answer(node, name, params)

    def visit(
        self, params: Mapping[str, Any], command_id: str, visit: str, booked: str
    ) -> Mapping[str, Any]:
        """Return what a kiosk's ticket says of whose it is."""
        return self._asked_of_people().of_ticket(params, command_id, visit, booked)

    def _asked_of_people(self) -> PeopleAsked:
        if self._people is None:
            from firmware_py.runtime.people_asked import PeopleAsked

            self._people = PeopleAsked(self._hall)
        return self._people

    async def copy(self, node: str, what: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Answer a Pi that keeps a copy of the journal."""
        hall = self._hall
        change = hall.role.change
        if change.shelf is None:
            change.shelf = CopyShelf(hall.store, set_back=partial(was_set_back, hall))
        return await change.shelf.answer(node, what, params)

    async def configuration(
        self, node: str, what: str, question: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Answer a Pi that keeps its files as the hub's are."""
        found = self._hall.configuration
        return {} if found is None else dict(await found.answer(node, what, question))

    async def handed_over(self, node: str, source: str, upto: int) -> dict[str, Any]:
        """Take a former hub's numbers, when every record of it is here."""
        hall = self._hall
        # With nothing after the common point it had no record to offer.
        if source.partition(":")[0] == node:
            command_id = f"handover:{hall.store.epoch}:{node}"
            submission = Submission(command_id, node, TakeOverNumbers(node))
            outcome = await outcome_of(hall.writer, submission)
            if outcome.refusal is not None:
                return {"refusal": outcome.refusal}
        return {"merged": upto}

    def stand_down(self, node: str, epoch: Epoch) -> None:
        """Decide nothing from now on; the daemon begins anew in the other part."""
        hall = self._hall
        if isinstance(hall.writer, HallWriter):
            why = stood_down(node)
            hall.writer.held_back = lambda: why
        hall.role.change.stand_down(hall.settings, epoch, hall.role.note)

    def window_of(self, number: str) -> str | None:
        """Return the window that has a number in hand."""
        windows = self._hall.state().windows.values()
        return next((window.id for window in windows if window.ticket == number), None)

    def may_give(self, node: str, number: str) -> bool:
        """Say whether a number is this Pi's to give: lent to it, written off, or nobody's."""
        return may_give(self._hall.writer.ahead, node, number)

    def may_have_served(self, window: str, number: str) -> bool:
        """Say whether a number was called to this window, as far as the hub can know."""
        return may_have_served(self._hall.writer.ahead, window, number)

    def may_have_called(self, window: str, number: str) -> bool:
        """Say whether this window's Pi may know of a call to it: made here, or by another hub."""
        return may_have_called(self._hall.writer.ahead, window, number)

    async def merge(self, node: str, source: str, offered: Sequence[Offered]) -> Merged:
        """Merge another Pi's records in their order."""
        return await merge_offered(self._hall.writer, node, source, offered)

    def state(self) -> bytes:
        """Return the hall as it stands, without what is known of people."""
        return _without_people(self._hall.state())

    async def query(self, name: str, params: dict[str, Any], by: str) -> dict[str, Any]:
        """Answer a question that only the journal can."""
        from firmware_py.runtime.control import QueryError

        try:
            return {"answer": await self._table()[name](params, by)}
        except QueryError as error:
            return {"refusal": error.refusal}

    def _table(self) -> Mapping[str, Query]:
        from firmware_py.runtime.queries import queries_of

        if self._queries is None:
            self._queries = queries_of(self._hall)
        return self._queries

    async def take_list(self, name: str, sha256: str, part: int, parts: int, data: bytes) -> bytes:
        """Take one of a list's parts; return the reply."""
        intake = self._hall.list_intake
        try:
            taken = await intake.take("broker", name, sha256, part, parts, data)
        except ListRefused as error:
            return encode({"refusal": error.refusal})
        return encode({"list": taken})


def _of_no_node(settings: Settings) -> tuple[frozenset[str], frozenset[str]]:
    nodes = settings.nodes.values()
    windows = {one.id for one in settings.windows} - {w for node in nodes for w in node.windows}
    kiosks = {one.id for one in settings.kiosks} - {k for node in nodes for k in node.kiosks}
    return frozenset(windows), frozenset(kiosks)


def _without_people(state: State) -> bytes:
    """Return the state as it may leave the hub: nobody's hash, nobody's words."""
    told = dict[str, Any](msgspec.json.decode(encode_state(state)))
    told["taken_by_person"] = {}
    for ticket in told["tickets"].values():
        for name in ("person", "appointment"):
            ticket[name] = None
        if ticket["reason"] and not CODE_WORD.fullmatch(ticket["reason"]):
            ticket["reason"] = WITHHELD
        for document in ticket["documents"]:
            clean_data("document.added", document)
        if ticket["rating_reason"] and not CODE_WORD.fullmatch(ticket["rating_reason"]):
            ticket["rating_reason"] = WITHHELD
    for form in told["forms"].values():
        clean_data("form.made", form)
        clean_data("form.withdrawn", form)
    return encode(told)


def _still(view: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in view.items() if key not in _BY_THE_CLOCK}
