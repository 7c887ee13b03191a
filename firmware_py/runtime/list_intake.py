"""Lists of people that come in parts: from ``hallctl``, and from the centre over the broker.

A sender's parts come in order. They are put together in memory, held against the list's SHA-256,
checked line by line, kept in the lists' folder and acknowledged by an ``action.taken``: action
``people.list``, with the list's name, its rows and the beginning of its SHA-256.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from firmware_py.config.people_lists import MOST_BYTES, BadList, is_list
from firmware_py.core.commands import Command, RecordAction
from firmware_py.core.refusals import Refusal
from firmware_py.runtime.people_lists import PeopleLists

__all__ = ["ListIntake", "ListRefused"]

#: Senders in the middle of a list; the oldest is forgotten for another.
_SENDERS = 4
#: Hexadecimal digits of the SHA-256 that stand in the acknowledgement.
_SHOWN = 16


class ListRefused(Exception):
    """A list or a part of one that is not taken; ``refusal`` says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.en)
        self.refusal = refusal


class _Hall(Protocol):
    def submit_own(self, command: Command, by: str = "halld") -> None:
        """Submit a command of the daemon's own."""


class _Cards(Protocol):
    lists: PeopleLists


@dataclass(slots=True)
class _Arriving:
    name: str
    sha256: str
    parts: int
    got: int = 0
    data: bytearray = field(default_factory=bytearray)


class ListIntake:
    """Takes lists for one hall. Lives in the event loop."""

    def __init__(self, hall: _Hall, cards: _Cards) -> None:
        self._hall = hall
        self._cards = cards
        self._arriving: OrderedDict[str, _Arriving] = OrderedDict()

    async def take(
        self, by: str, name: str, sha256: str, part: int, parts: int, data: bytes
    ) -> dict[str, Any]:
        """Take part ``part`` (from 1) of ``parts``; return how far the list is.

        ``{"name", "got", "parts"}`` until the last; then also ``rows``, ``sha256`` and ``changed``.
        The same part again changes nothing. Raises ``ListRefused``.
        """
        arriving = self._part_of(by, name, sha256, part, parts)
        if part == arriving.got + 1:
            arriving.data += data
            arriving.got = part
        progress = {"name": name, "got": arriving.got, "parts": parts}
        if len(arriving.data) > MOST_BYTES:
            del self._arriving[by]
            raise ListRefused(_too_large())
        if arriving.got < parts:
            return progress
        self._arriving.pop(by, None)
        whole = bytes(arriving.data)
        if hashlib.sha256(whole).hexdigest() != sha256:
            raise ListRefused(_other_sum(name))
        try:
            taken = await asyncio.to_thread(self._cards.lists.bring, name, whole)
        except BadList as error:
            raise ListRefused(Refusal("bad_list", error.zh, error.en, {"name": name})) from None
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise ListRefused(_not_kept(name, why)) from None
        if taken.changed:
            told = f"{name} {taken.rows} {sha256[:_SHOWN]}"
            self._hall.submit_own(RecordAction("people.list", told), by=by)
        return {**progress, **asdict(taken)}

    def _part_of(self, by: str, name: str, sha256: str, part: int, parts: int) -> _Arriving:
        if not is_list(name):
            raise ListRefused(_no_name())
        arriving = self._arriving.get(by)
        same = arriving is not None and (arriving.name, arriving.sha256, arriving.parts) == (
            name,
            sha256,
            parts,
        )
        if part == 1 and not (same and arriving is not None and arriving.got == 1):
            arriving = self._arriving[by] = _Arriving(name, sha256, parts)
            self._arriving.move_to_end(by)
            while len(self._arriving) > _SENDERS:
                self._arriving.popitem(last=False)
            return arriving
        if arriving is None or not same or not part <= arriving.got + 1 <= parts + 1:
            self._arriving.pop(by, None)
            raise ListRefused(_part_lacks(name, part))
        return arriving


def _no_name() -> Refusal:
    return Refusal(
        "bad_list_name",
        "名单文件名应为 grades.csv 或 appointments-2026-11-23.csv。",
        "A list is called grades.csv or appointments-2026-11-23.csv.",
    )


def _too_large() -> Refusal:
    return Refusal(
        "list_too_large",
        f"名单超过 {MOST_BYTES} 字节，请分成更短的名单。",
        f"The list is longer than {MOST_BYTES} bytes; make it shorter.",
    )


def _other_sum(name: str) -> Refusal:
    return Refusal(
        "bad_sha256",
        f"{name} 的内容与 SHA-256 不符，未采用，请重新发送。",
        f"{name} does not have this SHA-256, so it is not used; send it again.",
        {"name": name},
    )


def _not_kept(name: str, why: str) -> Refusal:
    return Refusal(
        "list_not_kept",
        f"{name} 无法保存：{why}。请检查磁盘和名单文件夹。",
        f"{name} cannot be kept: {why}. Check the disk and the folder of lists.",
        {"name": name},
    )


def _part_lacks(name: str, part: int) -> Refusal:
    return Refusal(
        "part_missing",
        f"{name} 的第 {part} 部分没有接上前面的部分，请从第 1 部分重新发送。",
        f"Part {part} of {name} does not follow those before; send all from part 1 on.",
        {"name": name, "part": str(part)},
    )
