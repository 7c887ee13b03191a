"""Which part this Pi has in a hall with a standby: it decides, or it keeps a copy and may decide.

The journal itself says it: whoever wrote its last epoch decides with it. A hub looks at the broker
first; one that hears of a higher epoch stands down before anything else, keeps its journal aside
and begins a copy of the new hub's. Without a broker it decides alone: promotion by hand asks
nobody.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from firmware_py.config.spread import standby_of
from firmware_py.core.epoch import NO_EPOCH, Epoch, latest_epoch
from firmware_py.core.refusals import Refusal
from firmware_py.runtime.hub_note import HubNote, Kept, read_note, write_note
from firmware_py.runtime.set_back_note import (
    Finding,
    found_in,
    kept_finding,
    proofs_of,
    write_finding,
)
from firmware_py.settings import Settings
from firmware_py.store.copied import epochs_of, last_seq_of, put_aside
from firmware_py.store.records import Epoch as Stretch

if TYPE_CHECKING:
    from firmware_py.runtime.copy_keeper import CopyKeeper
    from firmware_py.runtime.copy_shelf import CopyShelf
    from firmware_py.runtime.hall import Hall
    from firmware_py.sync.first_look import Found
    from firmware_py.sync.link import MakeLink

__all__ = ["HubRole", "RoleChange", "other_hubs", "role_of", "stand_down"]

log = logging.getLogger(__name__)

#: Where nobody else may decide, people wait no longer than this for a broker that does not answer.
_ALONE_ANSWER_S = 1.0

STOOD_DOWN = (
    "本机已不再是主控，{hub} 已接替。请稍候片刻再试。",
    "This Pi is no longer the hub, {hub} is; please try again in a moment.",
)


@dataclass(slots=True)
class RoleChange:
    """Asks the daemon to be built anew in another part; it looks at the journal for which."""

    wanted: asyncio.Event = field(default_factory=asyncio.Event)
    #: The epoch that was begun here a moment ago: the broker need not be asked again.
    begun: Epoch = NO_EPOCH
    #: The former hub is certainly off: its numbers are written off first of all.
    write_off: bool = False
    #: Where a standby reads this hub's journal; there once one has asked.
    shelf: CopyShelf | None = None
    #: A hub that was voted for above its own epoch begins this one before it goes on.
    raised: Epoch | None = None
    #: The configuration was changed in what the daemon stands on.
    read_again: bool = False

    def begin_anew(self) -> None:
        """Have the daemon read its configuration and begin anew by it, in the same part."""
        self.read_again = True
        self.wanted.set()

    def stand_down(self, settings: Settings, epoch: Epoch, note: HubNote) -> None:
        """Another hub has begun a higher epoch: have that noted, and begin anew in its following.

        Nothing is decided any more already; a disk that fails keeps nobody from standing down.
        ``note`` is what was known at the start; the one on the disk may say by now to whom the
        numbers were given.
        """
        try:
            with contextlib.suppress(OSError, msgspec.DecodeError):
                note = read_note(Path(settings.journal.path))
            stand_down(settings, epoch, note)
        except OSError as error:
            log.error("that this Pi stood down could not be noted: %s", error)  # noqa: TRY400
        self.wanted.set()


@dataclass(frozen=True, slots=True)
class HubRole:
    """``journal`` is what this Pi writes; ``keeper`` keeps a copy of the hub's at one that follows.

    ``note`` is as it was at the start of this part; ``keeper`` has the present one.
    """

    decides: bool
    journal: Path | None = None
    keeper: CopyKeeper | None = None
    change: RoleChange = field(default_factory=RoleChange)
    note: HubNote = field(default_factory=HubNote)
    #: Its journal is an old copy: it decides nothing. ``looked``: the broker was asked for that.
    set_back: Finding | None = None
    looked: bool = True

    def start(self, hall: Hall) -> None:
        """Begin to copy, where this Pi follows; the line to the hub is there."""
        if self.keeper is not None:
            self.keeper.start(hall)

    async def stop(self) -> None:
        """Copy no more, and let nobody copy."""
        if self.keeper is not None:
            await self.keeper.stop()
        if self.change.shelf is not None:
            await self.change.shelf.stop()


def other_hubs(settings: Settings, epochs: list[Stretch] | tuple[Stretch, ...]) -> frozenset[str]:
    """Return the other Pis that may decide: the standby, and whoever did before."""
    names = {stretch.node for stretch in epochs}
    standby = standby_of(settings)
    if standby is not None:
        names.add(standby)
    return frozenset(names - {settings.hall.node})


async def role_of(settings: Settings, change: RoleChange, link: MakeLink | None = None) -> HubRole:
    """Return this Pi's part, from its journal, its note and the broker.

    Raises the journal's errors, ``OSError`` and ``msgspec.DecodeError`` where they cannot be read.
    """
    own, roles = settings.hall.node, settings.hall.roles
    path = Path(settings.journal.path)
    if standby_of(settings) is None:
        if "hub" not in roles:
            return HubRole(decides=False, journal=path, change=change)
        return await _deciding(settings, change, HubNote(), await _look_alone(settings, link))
    if not {"hub", "standby"} & set(roles):
        # A kiosk's or a window's: what is in its journal it decided alone, and is no hub by that.
        return HubRole(decides=False, journal=path, change=change)
    note = await asyncio.to_thread(read_note, path)
    stretches = await asyncio.to_thread(epochs_of, path)
    mine = bool(stretches) and stretches[-1].node == own
    first = not stretches and "hub" in roles and not note.heard
    if mine or first:
        rank = latest_epoch([one.epoch for one in stretches], own)
        found = None
        if change.begun != rank:
            found = await _look(settings, other_hubs(settings, stretches), link)
        heard = note.epoch if found is None else max(note.epoch, found.highest)
        if heard <= rank:
            return await _deciding(settings, change, note, found)
        note = stand_down(settings, heard, note)
        if mine:
            note = await asyncio.to_thread(_keep, path, own, stretches, note)
    from firmware_py.runtime.copy_keeper import CopyKeeper

    keeper = CopyKeeper(settings, path, note)
    return HubRole(False, path.with_name("own.db"), keeper, change, note)


async def _deciding(
    settings: Settings, change: RoleChange, note: HubNote, found: Found | None
) -> HubRole:
    """Return the part of a hub, by what was found of its journal before and just now."""
    path, own = Path(settings.journal.path), settings.hall.node

    def judge() -> Finding | None:
        finding = kept_finding(path)
        if finding is None and found is not None and found.claims:
            finding = found_in(path, own, found.claims, proofs_of(path))
            if finding is not None:
                with contextlib.suppress(OSError):
                    # Else it is found again, by whoever tells it now.
                    write_finding(path, finding)
        return finding

    finding = await asyncio.to_thread(judge)
    looked = found is None or found.up
    return HubRole(True, path, change=change, note=note, set_back=finding, looked=looked)


async def _look_alone(settings: Settings, link: MakeLink | None) -> Found | None:
    """Look where no other Pi may decide; of a journal that begins nobody can know more."""
    begun = await asyncio.to_thread(Path(settings.journal.path).exists)
    if not settings.nodes or not begun:
        return None
    return await _look(settings, frozenset(), link, _ALONE_ANSWER_S)


async def _look(
    settings: Settings,
    hubs: frozenset[str],
    link: MakeLink | None,
    answer_s: float | None = None,
) -> Found | None:
    """Return what the broker has; None without one to be asked."""
    if settings.broker is None:
        return None
    from firmware_py.runtime.broker_port import address_settings
    from firmware_py.sync.first_look import ANSWER_S, Found, first_look
    from firmware_py.sync.link import Link

    try:
        told = address_settings(settings, settings.broker)
        found = await first_look(told, hubs, answer_s=answer_s or ANSWER_S, make_link=link or Link)
    except OSError as error:
        log.warning("the broker was not asked for another hub: %s", error)
        return Found()
    if not found.up:
        log.warning(
            "no broker says whether another hub was promoted, or how far this one was; it decides"
        )
    return found


def stand_down(settings: Settings, heard: Epoch, note: HubNote) -> HubNote:
    """Note that another hub has begun a higher epoch, before anything else. Raises ``OSError``."""
    if heard > note.epoch:
        note = HubNote(str(heard), note.kept)
        write_note(Path(settings.journal.path), note)
        log.warning(
            "%s 已接替为主控（纪元 %s），本机停止决定。 %s is the hub now, in epoch %s: this Pi "
            "decides nothing any more, hands over what only it knew, and follows.",
            heard.hub, heard, heard.hub, heard,
        )  # fmt: skip
    return note


def _keep(path: Path, own: str, stretches: list[Stretch], note: HubNote) -> HubNote:
    """Keep the journal of this Pi's time as hub aside, noted before it is moved."""
    epoch = stretches[-1].epoch
    kept = Kept(
        f"{path.name}.{epoch}",
        f"{own}:{epoch}",
        last_seq_of(path),
        tuple((one.epoch, one.cut_seq + 1) for one in stretches),
    )
    if kept.file not in {one.file for one in note.kept}:
        note = HubNote(note.heard, (*note.kept, kept))
        write_note(path, note)
    put_aside(path, epoch)
    return note


def stood_down(hub: str) -> Refusal:
    """Return why nothing is decided here any more."""
    zh, en = STOOD_DOWN
    return Refusal("stood_down", zh.format(hub=hub), en.format(hub=hub), {"hub": hub})
