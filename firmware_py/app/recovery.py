"""From the journal to the state: the newest snapshot and the events after it."""

from __future__ import annotations

import logging

import msgspec

from firmware_py.app.known_ids import KnownIds
from firmware_py.app.ports import HistoryPort, JournalPort
from firmware_py.app.wire import decode_event, decode_state
from firmware_py.core.evolve import evolve, initial
from firmware_py.core.model import AlarmKind, State, Window
from firmware_py.core.rules import Rules

__all__ = ["UnknownEventError", "match_windows", "recover", "remembered_ids"]

log = logging.getLogger(__name__)

READ_AT_ONCE = 5000


class UnknownEventError(ValueError):
    """The journal has an event that this version does not know: it was written by a newer one."""

    def __init__(self, seq: int, name: str) -> None:
        super().__init__(f"event {seq} is of the unknown type {name}: use a newer version")
        self.seq = seq
        self.name = name
        self.zh = f"账本中第 {seq} 条记录（{name}）来自更新的版本，请升级程序后再启动。"
        self.en = f"Record {seq} ({name}) is from a newer version; upgrade the controller."


def recover(rules: Rules, journal: HistoryPort) -> State:
    """Return the recorded state. Raises ``UnknownEventError`` and the journal's own errors."""
    state, seq = initial(rules), 0
    snapshot = journal.newest_snapshot()
    if snapshot is not None:
        try:
            state, seq = decode_state(snapshot[1]), snapshot[0]
        except msgspec.DecodeError as error:
            # A snapshot is only a short cut: the events themselves are all still there.
            log.warning("the snapshot at %d is of another form: %s", snapshot[0], error)
            state, seq = initial(rules), 0
    while batch := journal.read(seq, READ_AT_ONCE):
        for stored in batch:
            try:
                event = decode_event(stored.type, stored.body)
            except KeyError:
                raise UnknownEventError(stored.seq, stored.type) from None
            evolve(state, event, stored.time_ms)
            seq = stored.seq
    match_windows(rules, state)
    return state


def match_windows(rules: Rules, state: State) -> None:
    """Windows that the configuration gained appear; free ones that it lost go.

    So do their alarms, but for those of an earlier day that nobody has seen yet.
    """
    for rule in rules.windows.values():
        if rule.id not in state.windows:
            state.windows[rule.id] = Window(rule.id, rule.skills)
    for gone in [w for w in state.windows if w not in rules.windows]:
        if state.windows[gone].ticket is None:
            del state.windows[gone]
    known = [window for window in rules.windows if window in state.windows]
    # In the file's order, as whoever lists them expects.
    ordered = {window: state.windows.pop(window) for window in known}
    state.windows.update({**ordered, **{w: state.windows.pop(w) for w in list(state.windows)}})
    for key, alarm in list(state.alarms.items()):
        of_window = alarm.kind in (AlarmKind.IDLE, AlarmKind.HELP) and not alarm.carried
        if of_window and alarm.subject not in state.windows:
            del state.alarms[key]


def remembered_ids(journal: JournalPort) -> KnownIds:
    """Return the ids of all commands whose outcome the journal remembers."""
    known = KnownIds()
    for command_id in journal.command_ids():
        known.add(command_id)
    return known
