"""Which printer is whose: kiosks print tickets, windows print acceptance forms.

In a hall of many Pis each knows the printers of all, and prints with those that stand at it.
"""

from __future__ import annotations

from firmware_py.app.paper_jobs import Asks
from firmware_py.settings import Settings

__all__ = ["Printers"]


class Printers:
    """The printers of a configuration, by what asks for paper."""

    def __init__(self, settings: Settings) -> None:
        self._kiosks = {k.id: k.printer for k in settings.kiosks if k.printer is not None}
        self._windows = {w.id: w.printer for w in settings.windows if w.printer is not None}
        #: Tickets taken elsewhere print at the first kiosk's printer.
        self._tickets = next(iter(self._kiosks.values()), None)
        self._forms = settings.forms.printer
        #: None on one Pi, where every printer is.
        self._here = settings.devices.keys() if settings.nodes else None

    def of(self, asks: Asks) -> str | None:
        """Return the printer for a ticket's origin or a form's window, at whichever Pi it stands.

        None: the hall has none.
        """
        if asks.form:
            return self._windows.get(asks.origin, self._forms)
        return self._kiosks.get(asks.origin, self._tickets)

    def all(self) -> list[str]:
        """Return every printer of this Pi that prints tickets or forms, each once."""
        named = [*self._kiosks.values(), *self._windows.values()]
        named += [self._forms] if self._forms is not None else []
        return list(dict.fromkeys(n for n in named if self._here is None or n in self._here))
