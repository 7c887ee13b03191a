"""“Please check” (请核对): fields on a window's outer screen, confirmed or corrected by touch.

Values are somebody's name, address or number. They are in memory alone, from the request that
brought them to the end of the ticket's time at the window: never in a command, an event, a log or
what ``subscribe`` sends. The journal knows that a check was asked, of which fields, and how it was
answered. After a restart a check is ``lost``: nobody may confirm what no screen can show, and the
clerk asks again. An item with ``keep_checks`` keeps what was checked in the vault, under the
ticket's number and with the day's key.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from firmware_py.app.ports import Happened, Outcome, Submission
from firmware_py.app.wire import encode, has_controls
from firmware_py.core.checks import CheckState, WindowCheck
from firmware_py.core.commands_checks import AnswerCheck, AskCheck, CheckCommand, WithdrawCheck
from firmware_py.core.decide_checks import standing
from firmware_py.core.decide_windows import find_window
from firmware_py.core.events_checks import CheckAnswered, CheckAsked, CheckEvent, CheckWithdrawn
from firmware_py.core.refusals import Refusal
from firmware_py.runtime import check_words as words
from firmware_py.runtime.check_held import Held, held_of, kept_of, taken, view_of, words_of
from firmware_py.runtime.control import Call, Query, QueryError, Subscriber
from firmware_py.runtime.elsewhere import recorded_outcome, stands_here
from firmware_py.runtime.keep_words import AWAY
from firmware_py.runtime.outcomes import outcome_view
from firmware_py.runtime.params import AtWindow
from firmware_py.runtime.params_checks import (
    CheckAnswer,
    CheckAsk,
    CheckWithdraw,
)
from firmware_py.runtime.personal import vet_texts
from firmware_py.store.vault_errors import VaultError, VaultMissing

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall

__all__ = ["Checks", "check_queries"]

log = logging.getLogger(__name__)


def check_queries(hall: Hall) -> dict[str, Query]:
    """Return the methods that answer whoever asks."""
    found = hall.checks
    return {
        "check.answer": found.answer,
        "check.withdraw": found.withdraw,
        "check.show": found.show,
    }


class Checks:
    """The checks of all windows. Lives in the event loop."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._held: dict[str, Held] = {}
        #: By command: what its event will be about. At a Pi that follows the hub, events do not
        #: tell their command: there it is found by its fields.
        self._coming: dict[str, tuple[AskCheck, Held]] = {}
        #: By check: corrections that are on their way.
        self._answers: dict[str, dict[str, str]] = {}
        self._standing: dict[str, WindowCheck] = _standing(hall)
        #: A double touch waits until the first is decided.
        self._answering = asyncio.Lock()
        hall.screens.register("check", self.view)

    def calls(self) -> dict[str, Call]:
        """Return the method whose caller is told later, too."""
        return {"check.ask": self.ask}

    # ---- methods

    async def ask(self, params: dict[str, Any], asker: Subscriber) -> Any:
        """Put fields before the taxpayer in hand; the answer comes as a notification ``check``."""
        wanted = msgspec.convert(params, CheckAsk)
        stands_here(self._hall, wanted.window)
        held = held_of(wanted, asker)
        ids = tuple(one.id for one in held.fields)
        # No word of it is recorded, but labels stand on a screen that others pass.
        refusal = vet_texts(*words_of(held), *ids, wanted.window, wanted.command_id or "")
        if refusal is not None:
            raise QueryError(refusal)
        command_id = wanted.command_id or self._hall.command_id("check.ask")
        command = AskCheck(wanted.window, ids)
        self._coming[command_id] = command, held
        try:
            outcome = await self._submit(command_id, f"{wanted.by}:{asker.user}", command)
        finally:
            self._coming.pop(command_id, None)
        if outcome.repeated:
            self._brought_again(outcome, held)
        return _told(outcome)

    def _brought_again(self, outcome: Outcome, held: Held) -> None:
        """Take the values of a check that were lost with the daemon, sent once more."""
        for h in outcome.happened:
            event = h.event
            if not isinstance(event, CheckAsked) or event.window in self._held:
                continue
            present = self._standing.get(event.window)
            ids = tuple(one.id for one in held.fields)
            if present is not None and (present.check, present.fields) == (event.check, ids):
                held.check = event.check
                self._held[event.window] = held
                self._changed(event.window)

    async def answer(self, params: dict[str, Any], user: str) -> Any:
        """Record how the taxpayer answered, and tell whoever asked."""
        wanted = msgspec.convert(params, CheckAnswer)
        for name, value in wanted.corrections.items():
            if has_controls(value):
                raise QueryError(words.bad_text(f"corrections.{name[:32]}"))
        ids = (wanted.window, wanted.check, wanted.command_id or "", *wanted.corrections)
        refusal = vet_texts(*ids)
        if refusal is not None:
            raise QueryError(refusal)
        async with self._answering:
            return await self._answer(wanted, f"{wanted.by}:{user}")

    async def _answer(self, wanted: CheckAnswer, by: str) -> Any:
        hall, window = self._hall, wanted.window
        command_id = wanted.command_id or hall.command_id("check.answer")
        outcome, corrections = CheckState(wanted.outcome), wanted.corrections
        present = standing(hall.state(), window, wanted.check)
        kept: bool | None = None
        if isinstance(present, WindowCheck):
            held = self._held.get(window)
            if held is None or held.check != present.check:
                raise QueryError(words.lost(present.check))
            outcome, corrections = taken(held, outcome, corrections)
            kept = held.kept = await self._keep(held, present.number, outcome, corrections)
        command = AnswerCheck(window, wanted.check, outcome, tuple(corrections))
        self._answers[wanted.check] = corrections
        try:
            done = await self._submit(command_id, by, command)
        except QueryError as error:
            if error.refusal.code != AWAY.code:
                # Else it may be recorded all the same, and its event comes later.
                self._answers.pop(wanted.check, None)
                if kept:
                    await self.unkept(wanted.check)
            raise
        self._answers.pop(wanted.check, None)
        return _told(done)

    async def withdraw(self, params: dict[str, Any], user: str) -> Any:
        """Take a check back before it is answered."""
        wanted = msgspec.convert(params, CheckWithdraw)
        refusal = vet_texts(wanted.window, wanted.check, wanted.command_id or "")
        if refusal is not None:
            raise QueryError(refusal)
        command_id = wanted.command_id or self._hall.command_id("check.withdraw")
        command = WithdrawCheck(wanted.window, wanted.check)
        return _told(await self._submit(command_id, f"{wanted.by}:{user}", command))

    async def show(self, params: dict[str, Any], user: str) -> Any:
        """Return the check at a window, with its values, for its two screens."""
        window = msgspec.convert(params, AtWindow).window
        found = find_window(self._hall.state(), window)
        if isinstance(found, Refusal):
            raise QueryError(found)
        return {"window": window, "check": self.view(window)}

    # ---- what follows from events

    def recorded(self, happened: Sequence[Happened]) -> None:
        """Follow the journal: values come with their event, and go when their check is over."""
        changed: set[str] = set()
        for h in happened:
            match h.event:
                case CheckAsked(window=window, check=check):
                    if (held := self._came(h.command_id, h.event)) is not None:
                        held.check = check
                        self._held[window] = held
                case CheckAnswered(window=window, check=check) as answered:
                    self._answered(answered, self._answers.get(check, {}))
                case CheckWithdrawn(window=window, check=check, reason=reason):
                    over = self._held.get(window)
                    if over is not None and over.check == check:
                        del self._held[window]
                        self._tell(window, over.asker, check, reason, {})
                case _:
                    continue
            changed.add(window)
        before, now = self._standing, _standing(self._hall)
        self._standing = now
        # A ticket that leaves takes an answered check with it, and no event says so.
        changed |= {window for window in before if window not in now}
        for window in [one for one in self._held if one not in now]:
            del self._held[window]
        for window in sorted(changed):
            self._changed(window)

    def _came(self, command_id: str, event: CheckAsked) -> Held | None:
        """Return what a check is about that was asked for here."""
        if command_id:
            coming = self._coming.get(command_id)
            return coming[1] if coming is not None else None
        asked = AskCheck(event.window, event.fields)
        return next((held for command, held in self._coming.values() if command == asked), None)

    def _answered(self, event: CheckAnswered, corrections: dict[str, str]) -> None:
        held = self._held.get(event.window)
        if held is not None and held.check == event.check:
            held.corrections = corrections
            self._tell(event.window, held.asker, event.check, event.outcome, corrections)

    def _tell(
        self, window: str, asker: Subscriber, check: str, outcome: str, corrections: dict[str, str]
    ) -> None:
        told = {"window": window, "check": check, "outcome": outcome, "corrections": corrections}
        line = encode({"jsonrpc": "2.0", "method": "check", "params": told}) + b"\n"
        for one in dict.fromkeys((asker, *self._hall.screens.watchers(window))):
            one.send(line)

    def _changed(self, window: str) -> None:
        self._hall.screens.tell(window, "check")

    # ---- the vault

    async def _keep(
        self, held: Held, number: str, outcome: CheckState, corrections: dict[str, str]
    ) -> bool | None:
        """Keep what was checked; None where the item keeps nothing. The answer counts anyway."""
        state = self._hall.state()
        ticket = state.tickets.get(number)
        item = self._hall.rules.items.get(ticket.item) if ticket is not None else None
        if item is None or not item.keep_checks or state.day is None:
            return None
        body = encode(kept_of(held, outcome, corrections))
        try:
            await self._hall.kept.keep(state.day, held.check, body)
        except VaultError as error:
            # Its words name a file by the ticket's number, and nothing of what it holds.
            log.warning("the check %s is not kept: %s", held.check, type(error).__name__)
            return False
        return True

    async def unkept(self, check: str) -> None:
        """Let go of what was kept of an answer that did not count; the hub does, where it is."""
        if not self._hall.queue.decides:
            return
        try:
            await asyncio.to_thread(self._hall.vault.remove, self._hall.state().day or "", check)
        except VaultMissing:
            return
        except VaultError as error:
            log.warning("the check %s is still kept: %s", check, type(error).__name__)

    # ---- what the screens see

    def view(self, window: str) -> dict[str, Any] | None:
        """Return the check at a window as its two screens show it; None without."""
        # Not as it was told of last: whoever asks may be told of the same events before this.
        found = self._hall.state().windows.get(window)
        if found is None or found.check is None:
            return None
        held = self._held.get(window)
        if held is not None and held.check != found.check.check:
            held = None
        return view_of(found.check, held, self._hall.state().wall_offset_ms)

    async def _submit(self, command_id: str, by: str, command: CheckCommand) -> Outcome:
        """Return the outcome once it is on the disk. Raises ``QueryError`` for a refusal."""
        outcome = await recorded_outcome(self._hall, Submission(command_id, by, command))
        if outcome.refusal is not None:
            raise QueryError(outcome.refusal)
        return outcome


def _standing(hall: Hall) -> dict[str, WindowCheck]:
    return {one.id: one.check for one in hall.state().windows.values() if one.check is not None}


def _told(outcome: Outcome) -> dict[str, Any]:
    """Return the outcome as commands tell it, and which check it is about."""
    checks = [h.event.check for h in outcome.happened if isinstance(h.event, CheckEvent)]
    return {**outcome_view(outcome), "check": checks[-1] if checks else None}
