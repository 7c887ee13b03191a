"""How the hall's side of the broker is doing."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["BrokerStatus"]


@dataclass(frozen=True, slots=True)
class BrokerStatus:
    """The broker's side at a moment, for people and programs."""

    connected: bool
    #: Seconds since it became so; None before the first attempt ended.
    since_s: float | None
    #: Why there is no connection, as the library or the broker says it.
    error: str
    #: The same for people, as code and sentences, where it is known what to do.
    problem: dict[str, str] | None
    connections: int
    #: Events: sent as new, sent again, recorded but not taken by the broker yet.
    sent: int
    resent: int
    backlog: int
    published_seq: int
    pictures: int
    replies: int
    #: Messages from the broker that were refused, by reason, and what was refused by the broker.
    refused: dict[str, int]
    refused_by_broker: int
    #: How far each consumer has stored.
    consumers: dict[str, int]
    #: Inside errors that were survived; the log has them.
    errors: int
