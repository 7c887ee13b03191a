"""``[spread]``: how a hall of many Pis goes on when one of them is cut off, or gone."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from firmware_py.settings.types import Name, Table

__all__ = ["SpreadSettings"]


class SpreadSettings(Table, frozen=True, kw_only=True):
    """``[spread]``: docs/spread-rules.md has the rules, docs/spread.md what they mean here."""

    #: Numbers of each series that every kiosk's Pi holds ahead of time; 0: none are lent.
    lend: Annotated[int, Meta(ge=0, le=200)] = 20
    #: Who makes the standby the hub: a person (``hallctl hub promote``), or a lease that two of
    #: hub, standby and witness give.
    promote: Literal["by hand", "lease"] = "by hand"
    #: The Pi that holds the queue to begin with: it is none of ``[nodes]``.
    hub: Name = "hub"
    #: The Pi of ``[nodes]`` that votes beside hub and standby.
    witness: Name | None = None
    #: So long a hub may go on deciding after it was last voted for.
    lease_s: Annotated[int, Meta(ge=4, le=60)] = 10
    #: The copy of the journal, which tells of people, may go over a broker without encryption.
    copy_in_clear: bool = False
    #: Seconds without the hub after which a kiosk or a window decides what it can by itself.
    alone_after_s: Annotated[float, Meta(ge=0.5, le=60)] = 2.0
