"""Takes a changed configuration up while the hall works: all of a change, or nothing of it.

The daemon reads and checks its own file, finds what is different from what it runs, and refuses
when a part of that cannot be: an item that somebody waits for, a window that is at work, what only
a restart can change. Else the queue has its new rules at once, the journal has a record of each
value, and only devices that changed are opened again; the others keep their ports.

Rules are arguments of decisions, and events carry what follows from them, so the journal means the
same under any rules; a restart with the same file stands where the change left the hall.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import zlib
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from firmware_py.app.ports import Outcome, Submission
from firmware_py.config.difference import (
    Change,
    Files,
    differences,
    files_of,
    without_restart,
)
from firmware_py.config.file import ConfigError, Configuration, load_all
from firmware_py.config.mistakes import Mistake
from firmware_py.config.spread import standby_of
from firmware_py.core import commands as c
from firmware_py.core.model import State
from firmware_py.core.refusals import Refusal
from firmware_py.runtime.changeover import refusals_of, show_again, switch
from firmware_py.runtime.control import Query, QueryError
from firmware_py.runtime.crew import groups_of
from firmware_py.runtime.drivers import LOADING
from firmware_py.runtime.farewell_plan import driven_by, keep
from firmware_py.runtime.hall import Hall, device_specs
from firmware_py.runtime.node_words import only_at_hub
from firmware_py.runtime.outcomes import outcome_of
from firmware_py.runtime.params import Apply, Plan
from firmware_py.settings import Settings

if TYPE_CHECKING:
    from firmware_py.runtime.config_offer import HubConfiguration

__all__ = ["Reconfigure"]

log = logging.getLogger(__name__)

#: No hall's file is longer, however well it was packed.
LONGEST = 1_000_000
#: At a Pi that follows: events that are on their way take a moment, and never so long.
LEVEL_LOOKS, LEVEL_S = 20, 0.25
#: A record of the journal is no place for a whole table.
LONGEST_VALUE = 120


#: As by SIGHUP: a Pi that is away does not hold it up.
EVERYWHERE = Apply()


@dataclass(frozen=True, slots=True)
class Planned:
    """A configuration that was looked at: what would change, and why it cannot."""

    configuration: Configuration | None
    files: Files
    changes: Sequence[Change] = ()
    mistakes: Sequence[Mistake] = ()
    refusals: Sequence[Refusal] = ()
    #: What each of the hall's other Pis says of it.
    nodes: Sequence[dict[str, Any]] = ()


class Reconfigure:
    """The methods ``config.file``, ``config.plan`` and ``config.apply``; and SIGHUP."""

    def __init__(
        self, hall: Hall, file: Path, configuration: Configuration, env: Mapping[str, str]
    ) -> None:
        self._hall = hall
        self._file = file.absolute()
        self._running = configuration
        self._files = files_of(configuration.settings)
        self._env = dict(env)
        self._one_at_a_time = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopped = False
        #: Where the hall has other Pis, and this one is the hub.
        self.spread: HubConfiguration | None = None
        #: What somebody wrote into the file for the next start: path and value.
        self._pending: set[tuple[str, str | None]] = set()

    def queries(self) -> dict[str, Query]:
        """Return the methods."""
        return {"config.file": self.file, "config.plan": self.plan, "config.apply": self.apply}

    async def file(self, params: dict[str, Any], user: str) -> Any:
        """Return which file the daemon goes by."""
        return {"file": str(self._file)}

    async def plan(self, params: dict[str, Any], user: str) -> Any:
        """Say what a text, or the file as it is, would change; changes nothing."""
        self._only_at_the_hub()
        asked = msgspec.convert(params, Plan)
        text = None if asked.text is None else _unpacked(asked.text)
        planned = await self._look(text)
        if asked.nodes:
            planned = await self._agreed(planned, text, asked)
        return self._told(planned)

    async def apply(self, params: dict[str, Any], user: str) -> Any:
        """Take the file as it is now; with ``later``, what needs a restart waits for one."""
        self._only_at_the_hub()
        asked = msgspec.convert(params, Apply)
        return await self.take(f"hallctl:{user}", later=asked.later, asked=asked)

    def _only_at_the_hub(self) -> None:
        if not self._hall.queue.decides:
            raise QueryError(only_at_hub(self._hall.broker_status()))

    async def _agreed(self, planned: Planned, text: str | None, asked: Plan | Apply) -> Planned:
        """Have the hall's other Pis look at what is right here."""
        if self.spread is None or planned.configuration is None or planned.refusals:
            return planned
        found = await self.spread.agreed(
            planned.configuration.settings,
            text,
            without=frozenset(asked.without),
            all_nodes=asked.all_nodes,
        )
        refusals = [] if found.refusal is None else [found.refusal]
        return replace(planned, refusals=refusals, nodes=found.rows)

    def listen(self) -> None:
        """Take the file whenever SIGHUP asks for that."""

        def asked() -> None:
            task = self._hall.loop.create_task(self._on_signal())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        self._hall.loop.add_signal_handler(signal.SIGHUP, asked)

    async def stop(self) -> None:
        """Take nothing any more; what is under way goes to its end."""
        self._hall.loop.add_signal_handler(signal.SIGHUP, log.warning, "SIGHUP: not now")
        async with self._one_at_a_time:
            self._stopped = True

    async def _on_signal(self) -> None:
        if not self._hall.queue.decides:
            await self.follow(later=False)
            return
        told = await self.take("halld")
        for mistake in told["mistakes"]:
            log.error("%s:%s: %s: %s", *(mistake[k] for k in ("file", "line", "path", "en")))
        for refusal in told["refusals"]:
            log.error("the configuration was not taken: %s", refusal["en"])
        if told["applied"]:
            log.info("the configuration was taken: %d changes", len(told["changes"]))

    async def _look(self, text: str | None) -> Planned:
        found, mistakes = await asyncio.to_thread(self.judged, self._file, text)
        if found is None:
            return Planned(None, {}, mistakes=mistakes)
        files = await asyncio.to_thread(files_of, found.settings)
        changes = differences(self._running, found, (self._files, files))
        return Planned(found, files, changes, refusals=self._refusals(found))

    def judged(
        self, file: Path, text: str | None = None
    ) -> tuple[Configuration | None, Sequence[Mistake]]:
        """Read a file, or a text as if it stood there, as this daemon would; in any thread."""
        try:
            # Two threads must not work out one type of options at a time.
            with LOADING:
                found = load_all(file, self._env, with_files=True, text=text)
                lines, devices = device_specs(found.settings)
                self._hall.supervisor.check(devices)
                groups_of(lines, devices)
        except ConfigError as error:
            return None, error.mistakes
        except (ValueError, msgspec.ValidationError) as error:
            return None, [Mistake(str(file), 0, "devices", str(error), str(error))]
        return found, ()

    def _refusals(self, found: Configuration) -> list[Refusal]:
        hall = self._hall
        refusals = [hall.storage] if hall.storage is not None else []
        return [*refusals, *refusals_of(found.rules, hall.rules, hall.writer.ahead)]

    def _told(self, planned: Planned, *, applied: bool = False) -> dict[str, Any]:
        return {
            "file": str(self._file),
            "applied": applied,
            "changes": [
                {**asdict(change), "pending": self._is_pending(change)}
                for change in planned.changes
            ],
            "mistakes": [asdict(mistake) for mistake in planned.mistakes],
            "refusals": [asdict(refusal) for refusal in planned.refusals],
            "nodes": list(planned.nodes),
        }

    def _is_pending(self, change: Change) -> bool:
        return (change.path, change.new) in self._pending

    async def take(
        self, by: str, *, later: bool = False, asked: Apply = EVERYWHERE
    ) -> dict[str, Any]:
        """Take the file as it is now, or say why not; ``by`` stands in the journal."""
        async with self._one_at_a_time:
            planned = await self._look(None)
            waits = [one for one in planned.changes if one.when == "restart"]
            if not later and (new := [one for one in waits if not self._is_pending(one)]):
                planned = replace(planned, refusals=[*planned.refusals, _needs_restart(new)])
            planned = await self._agreed(planned, None, asked)
            if planned.configuration is None or planned.refusals or self._stopped:
                return self._told(planned)
            failed = await self._change(planned, planned.configuration, by)
            if failed is not None:
                return self._told(replace(planned, refusals=[failed]))
            told = self._told(planned, applied=True)
            self._pending = {(one.path, one.new) for one in waits}
            if self.spread is not None:
                await self.spread.taken(by, planned.nodes, later=bool(waits))
            return told

    async def follow(self, *, later: bool) -> bool:
        """Go by the file that the hub had put in place here; say whether a part waits.

        With ``later`` what needs a restart waits; else this Pi's daemon begins anew by itself.
        """
        async with self._one_at_a_time:
            planned = await self._look(None)
            found = planned.configuration
            if found is None or self._stopped:
                for mistake in planned.mistakes:
                    log.error("what the hub had put in place cannot be used: %s", mistake)
                return False
            anew = _needs_anew(self._running.settings, found.settings, planned.changes)
            if anew and later:
                log.info("a part of the hub's configuration waits for a restart")
            elif anew or not await self._level(found):
                self._hall.role.change.begin_anew()
                return False
            await self._change(planned, found, "hub")
            return anew

    async def _level(self, found: Configuration) -> bool:
        """Wait until nothing here is in the way any more: the hub has seen to it already."""
        for _ in range(LEVEL_LOOKS):
            if not refusals_of(found.rules, self._hall.rules, self._hall.writer.ahead):
                return True
            await asyncio.sleep(LEVEL_S)
        return False

    async def _change(self, planned: Planned, found: Configuration, by: str) -> Refusal | None:
        """Change over; return why nothing has changed, when the journal could not record it."""
        hall, before, state = self._hall, self._running, self._hall.state()
        settings = without_restart(before.settings, found.settings)
        new = replace(found, settings=settings)
        # From the decision on what waits for the disk to its rules nothing may come between.
        refusals = refusals_of(new.rules, hall.rules, hall.writer.ahead)
        if refusals:
            return refusals[0]
        old_rules = hall.rules
        done = switch(hall, new)
        # At a Pi that follows, the hub has recorded it.
        commands = [*_records(planned.changes), *_skills(old_rules, new, state)]
        if not hall.queue.decides:
            commands = []
        outcomes = await asyncio.gather(*[self._submit(one, by) for one in commands])
        failed = next((o.refusal for o in outcomes if o.refusal is not None), None)
        if failed is not None:
            show_again(hall, settings, switch(hall, before))
            return failed
        renew = {
            keys[1]
            for keys, stamp in planned.files.items()
            if keys[0] == "devices" and self._files.get(keys, stamp) != stamp
        }
        self._running, self._files = new, planned.files
        gone = before.settings.devices.keys() - settings.devices.keys()
        hall.supervisor.change(*device_specs(settings), renew)
        show_again(hall, before.settings, done)
        await asyncio.to_thread(hall.supervisor.hand_over)
        await self._broker(before, gone)
        keep(driven_by(settings, *device_specs(settings)), self._env)
        return None

    async def _broker(self, before: Configuration, gone: set[str]) -> None:
        hall = self._hall
        if before.settings.broker != hall.settings.broker:
            if hall.sync is not None:
                hall.writer.on_recorded.remove(hall.sync.recorded)
                await hall.sync.stop()
                hall.sync = None
            await hall.start_broker()
        elif hall.sync is not None:
            for device in gone:
                hall.sync.health(device, b"")
            for health in hall.supervisor.health():
                hall.publish_health(health.device)

    def _submit(self, command: c.Command, by: str) -> asyncio.Future[Outcome]:
        command_id = self._hall.command_id("config")
        return outcome_of(self._hall.writer, Submission(command_id, by, command))


def _needs_anew(before: Settings, after: Settings, changes: Sequence[Change]) -> bool:
    """Say whether a Pi that follows takes this up by beginning anew.

    Its line to the hub and its part in the hall stand on what is compared here.
    """
    if any(change.when == "restart" for change in changes) or before.broker != after.broker:
        return True
    own, lend = before.hall.node, after.spread.lend
    return (
        list(before.nodes) != list(after.nodes)
        or before.nodes.get(own) != after.nodes.get(own)
        or standby_of(before) != standby_of(after)
        or msgspec.structs.replace(before.spread, lend=lend) != after.spread
    )


def _records(changes: Sequence[Change]) -> list[c.Command]:
    return [
        c.RecordAction("config.set", f"{one.path}: {_short(one.old)} -> {_short(one.new)}")
        for one in changes
        if one.when != "restart"
    ]


def _short(value: str | None) -> str:
    if value is None:
        return "-"
    return value if len(value) <= LONGEST_VALUE else f"{value[:LONGEST_VALUE]}..."


def _skills(old: Any, new: Configuration, state: State) -> list[c.Command]:
    """Return what makes windows take what they take now; others keep what was set for today."""
    return [
        c.SetWindowSkills(id_, None if rule.skills is None else tuple(sorted(rule.skills)))
        for id_, rule in new.rules.windows.items()
        if id_ in old.windows and old.windows[id_].skills != rule.skills and id_ in state.windows
    ]


def _needs_restart(changes: Sequence[Change]) -> Refusal:
    paths = [change.path for change in changes]
    return Refusal(
        "needs_restart",
        f"{'、'.join(paths)} 要重新启动服务才能生效，现在什么都没有改变。",
        f"{', '.join(paths)} can only change with a restart of halld; nothing was changed.",
        {"paths": " ".join(paths)},
    )


def _unpacked(packed: str) -> str:
    try:
        inflate = zlib.decompressobj()
        data = inflate.decompress(b64decode(packed, validate=True), LONGEST)
        text = data.decode() if inflate.eof and not inflate.unconsumed_tail else None
    except (ValueError, zlib.error) as error:
        raise QueryError(_BAD_TEXT) from error
    if text is None:
        raise QueryError(_BAD_TEXT)
    return text


_BAD_TEXT = Refusal(
    "bad_text",
    f"配置文本无法读取（最长 {LONGEST} 字节）。",
    f"The text of the configuration cannot be read (at most {LONGEST} bytes).",
)
