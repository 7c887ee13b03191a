"""Questions of the ticket kiosk's screen on the control socket."""

from __future__ import annotations

import time
from typing import Any

import msgspec

from firmware_py.core.refusals import Refusal, refuse
from firmware_py.runtime.alone_view import kiosk_alone
from firmware_py.runtime.card_hall import works
from firmware_py.runtime.control import Query, QueryError
from firmware_py.runtime.hall import Hall
from firmware_py.runtime.kiosk_pin import KioskPins
from firmware_py.runtime.kiosk_view import one_item_view, paper_of, printer_view, queue_view
from firmware_py.runtime.params import AtKiosk, KioskSay, KioskUnlock, OneItem
from firmware_py.runtime.supervisor import Health
from firmware_py.runtime.views import mode_of

__all__ = ["Kiosks"]


class Kiosks:
    """The methods ``kiosk.show``, ``kiosk.say``, ``kiosk.unlock`` and ``item.show``."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._pins = KioskPins(time.monotonic)

    def queries(self) -> dict[str, Query]:
        """Return the methods."""
        return {
            "kiosk.show": self.show,
            "kiosk.say": self.say,
            "kiosk.unlock": self.unlock,
            "item.show": self.item,
        }

    async def show(self, params: dict[str, Any], user: str) -> Any:
        """Return a kiosk as its screen needs it."""
        hall = self._hall
        desk = hall.cards.kiosk(msgspec.convert(params, AtKiosk).kiosk)
        kiosk, name = desk.settings, hall.settings.hall.name
        printer = self._health(kiosk.printer)
        return {
            "kiosk": kiosk.id,
            "name": {"zh": name.zh, "en": name.en},
            "mode": mode_of(hall.storage, hall.proof.damage),
            "choose": kiosk.choose,
            "item": kiosk.item,
            **queue_view(hall.rules, hall.state(), hall.clock.now_ms()),
            **kiosk_alone(hall),
            "printer": printer_view(printer),
            "paper": paper_of(printer),
            "required": desk.required(),
            "reader": desk.reads(),
            "scanner": works(hall.supervisor, kiosk.code_scanner),
            "voice": works(hall.supervisor, kiosk.voice),
            "technician": self._pins.is_set(kiosk),
        }

    async def say(self, params: dict[str, Any], user: str) -> Any:
        """Have a kiosk's loudspeaker say a text at once; return whether it does."""
        wanted = msgspec.convert(params, KioskSay)
        kiosk = self._hall.cards.kiosk(wanted.kiosk).settings
        spoken = await self._hall.kiosk_voices.say(
            kiosk, wanted.text, wanted.language, wanted.volume
        )
        if isinstance(spoken, Refusal):
            raise QueryError(spoken)
        return {"kiosk": kiosk.id, "spoken": spoken}

    async def unlock(self, params: dict[str, Any], user: str) -> Any:
        """Say whether a PIN opens a kiosk's page for technicians."""
        wanted = msgspec.convert(params, KioskUnlock)
        kiosk = self._hall.cards.kiosk(wanted.kiosk).settings
        refusal = await self._pins.unlock(kiosk, wanted.pin)
        if refusal is not None:
            raise QueryError(refusal)
        return {"kiosk": kiosk.id, "unlocked": True}

    async def item(self, params: dict[str, Any], user: str) -> Any:
        """Return one item, and whether a ticket for it can be taken now."""
        hall, name = self._hall, msgspec.convert(params, OneItem).item
        item = hall.rules.items.get(name)
        if item is None:
            raise QueryError(refuse("unknown_item", item=name))
        return one_item_view(hall.rules, hall.state(), item, hall.clock.now_ms())

    def _health(self, device: str | None) -> Health | None:
        """Return a device's health; None for none, one at another Pi, and one that is disabled."""
        found = self._hall.settings.devices.get(device or "")
        if device is None or found is None or not found.enabled:
            return None
        return self._hall.supervisor.health_of(device)
