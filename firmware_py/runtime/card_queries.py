"""Questions about cards, and about the lists of people, on the control socket.

The fields of a card go to whoever asks here, and nowhere else: the socket is for the hall's own
screens and people. No answer of these is logged.
"""

from __future__ import annotations

import asyncio
from base64 import b64decode
from binascii import Error as NoBase64
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import msgspec

from firmware_py.core.refusals import Refusal
from firmware_py.runtime.card_kiosk import KioskDesk
from firmware_py.runtime.card_window import WindowDesk
from firmware_py.runtime.control import Query, QueryError, Stream, Subscriber
from firmware_py.runtime.hall import Hall
from firmware_py.runtime.list_intake import ListRefused
from firmware_py.runtime.params import AtKiosk, AtPlace, AtWindow, ListPart

__all__ = ["CardQueries"]


class CardQueries:
    """The methods ``window.card``, ``kiosk.card``, ``card.*`` and ``people.*``."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall

    def queries(self) -> dict[str, Query]:
        """Return the methods that answer once."""
        return {
            "window.card": self.window,
            "kiosk.card": self.kiosk,
            "card.forget": self.forget,
            "people.status": self.status,
            "people.import": self.bring,
        }

    def streams(self) -> dict[str, Stream]:
        """Return the methods that go on."""
        return {"card.watch": self.watch}

    async def window(self, params: dict[str, Any], user: str) -> Any:
        """Return the card at a window, for its clerk."""
        return self._hall.cards.window(msgspec.convert(params, AtWindow).window).view()

    async def kiosk(self, params: dict[str, Any], user: str) -> Any:
        """Return who is at a kiosk, for its screen."""
        return self._hall.cards.kiosk(msgspec.convert(params, AtKiosk).kiosk).view()

    async def forget(self, params: dict[str, Any], user: str) -> Any:
        """Let go of the card at a place."""
        desk = self._desk(params)
        desk.forget()
        return desk.view()

    def watch(
        self, params: dict[str, Any], subscriber: Subscriber
    ) -> tuple[Any, Callable[[], None]]:
        """Return a place as it is, and send each change as a notification ``card``."""
        desk = self._desk(params)
        return desk.view(), self._hall.cards.watch(desk, subscriber)

    def _desk(self, params: dict[str, Any]) -> WindowDesk | KioskDesk:
        wanted = msgspec.convert(params, AtPlace)
        if wanted.window is not None and wanted.kiosk is None:
            return self._hall.cards.window(wanted.window)
        if wanted.kiosk is not None and wanted.window is None:
            return self._hall.cards.kiosk(wanted.kiosk)
        raise QueryError(
            Refusal(
                "which_place",
                "请写明窗口或取号机（二者选一）。",
                "Name a window or a kiosk: one of the two.",
            )
        )

    async def status(self, params: dict[str, Any], user: str) -> Any:
        """Return the lists in use, and why one is not."""
        people, lists = self._hall.settings.people, self._hall.cards.lists.now
        return {
            "folder": people.lists,
            "key": lists.key is not None,
            "day": lists.day,
            "lists": [asdict(one) for one in lists.used.values()],
            "problems": [
                {"file": name, "zh": why.zh, "en": why.en} for name, why in lists.wrong.items()
            ],
        }

    async def bring(self, params: dict[str, Any], user: str) -> Any:
        """Take a part of a list; the last one makes the hall go by the whole."""
        wanted = msgspec.convert(params, ListPart)
        try:
            data = await asyncio.to_thread(b64decode, wanted.data, validate=True)
            return await self._hall.list_intake.take(
                f"hallctl:{user}", wanted.name, wanted.sha256, wanted.part, wanted.parts, data
            )
        except NoBase64:
            raise QueryError(
                Refusal("bad_field", "data 应为 base64。", "data is not base64.")
            ) from None
        except ListRefused as error:
            raise QueryError(error.refusal) from None
