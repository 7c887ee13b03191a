"""Forms on a printer of another Pi than the hub: what stands on them is asked for, there.

The words that somebody typed on a form leave the hub in no event, so this Pi does not know them. It
asks for the paper as a whole, with the signature, at the moment of printing; while the hub is not
heard the form waits, as it does for a printer without paper.
"""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from devices.ticket_printer.form import FormSheet
from firmware_py.app.paper_jobs import FormJob
from firmware_py.runtime.control import QueryError
from firmware_py.runtime.form_paper import copy_of

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall
    from firmware_py.runtime.hub_vault import HubVault

__all__ = ["FormSheets"]

log = logging.getLogger(__name__)

#: A form that waited for the hub is tried again.
AGAIN_S = 5.0


class FormSheets:
    """Lives in the event loop."""

    def __init__(self, hall: Hall, hub: HubVault) -> None:
        self._hall, self._hub = hall, hub
        self._asking: set[asyncio.Task[None]] = set()
        self._later: asyncio.TimerHandle | None = None

    def ask(self, job: FormJob, answered: Callable[[FormSheet | None], None]) -> None:
        """Ask for what a job prints."""
        task = self._hall.loop.create_task(self._ask(job, answered), name="form-sheet")
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    async def _ask(self, job: FormJob, answered: Callable[[FormSheet | None], None]) -> None:
        try:
            told = await self._hub.query("form.sheet", {"form": job.number})
        except QueryError as error:
            log.warning("the form %s waits for the hub: %s", job.number, error.refusal.en)
            self._try_again(AGAIN_S)
            answered(None)
            return
        if told["version"] != job.version:
            # Its change is on its way here, and with it another job.
            self._try_again(AGAIN_S)
            answered(None)
            return
        sheet = copy_of(told, job, signed=told["signed"])
        if "signed" in sheet.marks:
            sheet = replace(sheet, signature=base64.b64decode(told["signature"]))
        answered(sheet)

    def back(self) -> None:
        """The hub is heard again."""
        self._try_again(0)

    def _try_again(self, after_s: float) -> None:
        if self._later is not None:
            self._later.cancel()
        self._later = self._hall.loop.call_later(after_s, self._again)

    def _again(self) -> None:
        self._later = None
        for printer in self._hall.printing.spools:
            self._hall.printing.again(printer, self._hall.supervisor.health_of(printer).state)

    async def stop(self) -> None:
        """Ask no more."""
        if self._later is not None:
            self._later.cancel()
        for task in self._asking:
            task.cancel()
        await asyncio.gather(*self._asking, return_exceptions=True)
