"""Papers that the bench's people hand in at window 1: scanned there, some taken in by a form."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from firmware_py.bench.cast import Person, Story
from firmware_py.bench.client import BenchClient, HallClient, Refused
from firmware_py.bench.follow import Event

__all__ = ["SCANNER", "WINDOW", "Paperwork"]

WINDOW, SCANNER = "1", "scan-1"
#: So many people bring papers; of the first of them a form is made.
PEOPLE, FORMS = 4, 2
PAGES = 2
#: A copier's file is taken when it has stopped growing.
_ARRIVES_S, _TRIES = 0.2, 50
#: Whoever leaves the window half-way has nothing scanned: that clerk has other things to do.
_STAYS = frozenset({Story.PLAIN, Story.AMBER, Story.RED})
#: The person went meanwhile; so the clerk does not scan.
_GONE = frozenset({"document_not_now", "document_not_here", "form_not_here"})


class Paperwork:
    """Scans while somebody is served. ``documents`` are what was recorded: id -> pages."""

    def __init__(
        self, hall: HallClient, bench: BenchClient, person_of: Callable[[str], Person | None]
    ) -> None:
        self._hall = hall
        self._bench = bench
        self._person_of = person_of
        self._left = PEOPLE
        self._forms = FORMS
        self._one_at_a_time = asyncio.Lock()
        self.documents: dict[str, int] = {}
        self.forms: list[str] = []

    def wanted(self, event: Event) -> str | None:
        """Return the number of somebody who now comes to the window with papers."""
        data: Mapping[str, Any] = event["data"]
        if event["type"] != "ticket.called" or data["window"] != WINDOW or not self._left:
            return None
        person = self._person_of(data["number"])
        if person is None or person.story not in _STAYS:
            return None
        self._left -= 1
        return str(data["number"])

    async def serve(self, number: str) -> None:
        """Lay pages into the copier, scan them for the ticket, and perhaps make a form."""
        async with self._one_at_a_time:
            await self._bench.do("press", SCANNER, key="pdf", value=PAGES)
            with suppress(_Gone):
                scanned = await self._scan(number)
                self.documents[scanned["document"]] = scanned["pages"]
                if self._forms:
                    self._forms -= 1
                    self.forms.append(await self._make_form(number))

    async def _scan(self, number: str) -> dict[str, Any]:
        for _ in range(_TRIES):
            try:
                answer: dict[str, Any] = await self._hall.call(
                    "document.scan", window=WINDOW, number=number, kind="other", source="feeder"
                )
            except Refused as refused:
                if refused.code in _GONE:
                    raise _Gone from None
                if refused.code != "no_paper":
                    raise
                await asyncio.sleep(_ARRIVES_S)
            else:
                return answer
        raise RuntimeError("what was laid into the copier never arrived")

    async def _make_form(self, number: str) -> str:
        try:
            outcome = await self._hall.call(
                "form.make",
                window=WINDOW,
                number=number,
                papers=[{"name": "申请表", "count": 1}],
                days=5,
                by=f"window-{WINDOW}",
            )
        except Refused as refused:
            if refused.code in _GONE:
                raise _Gone from None
            raise
        form: str = outcome["events"][0]["data"]["form"]
        return form


class _Gone(Exception):
    """The person has left the window."""
