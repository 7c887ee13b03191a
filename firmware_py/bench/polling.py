"""Waiting for what another process does and nobody announces."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

__all__ = ["until"]


async def until(true: Callable[[], Awaitable[bool]], every_s: float = 0.05) -> None:
    """Look every so many seconds until it is so. Bound it by ``asyncio.timeout``."""
    while True:
        if await true():
            return
        await asyncio.sleep(every_s)
