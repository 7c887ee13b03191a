"""Where what is kept of people lies: in this Pi's vault at the hub, at the hub from elsewhere.

Whoever keeps something cannot tell the two apart. What only a Pi beside the hub needs is loaded
there alone.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from firmware_py.store.vault import Vault

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall
    from firmware_py.runtime.hub_vault import HubVault

__all__ = ["Handed", "HereKept", "kept_of"]


@dataclass(frozen=True, slots=True)
class Handed:
    """What became of a scanned document: its id as it is recorded; or it still waits here."""

    document: str
    version: int
    waits: bool = False


class HereKept:
    """At the hub, or the only Pi."""

    #: Nothing has to go elsewhere.
    handing: None = None

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def bind(self) -> None:
        """All is here."""

    async def keep(self, day: str, name: str, data: bytes) -> None:
        """Keep it, durably. Raises ``VaultError``."""
        await asyncio.to_thread(self._vault.put, day, name, data)

    async def page(self, day: str, name: str) -> bytes:
        """Return a page that is recorded. Raises ``VaultError``."""
        return await asyncio.to_thread(self._vault.get, day, name)


def kept_of(hall: Hall) -> HereKept | HubVault:
    """Return where this Pi keeps what is of people."""
    if hall.queue.decides:
        return HereKept(hall.vault)
    from firmware_py.runtime.hub_vault import HubVault

    return HubVault(hall)
