"""``[spread]``: how a hall of many Pis goes on when one of them is cut off."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from firmware_py.settings.types import Table

__all__ = ["SpreadSettings"]


class SpreadSettings(Table, frozen=True, kw_only=True):
    """``[spread]``."""

    #: Numbers of each series that every kiosk's Pi holds ahead of time; 0: none are lent.
    lend: Annotated[int, Meta(ge=0, le=200)] = 20
