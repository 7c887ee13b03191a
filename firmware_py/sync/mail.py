"""What passes between the event loop and the connection's thread."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "Acked",
    "Address",
    "Down",
    "Incoming",
    "LinkMail",
    "Outgoing",
    "Unsubscribe",
    "Up",
]


@dataclass(frozen=True, slots=True)
class Address:
    """A broker, and how we make ourselves known there."""

    host: str
    port: int
    client_id: str
    username: str | None = None
    password: str | None = None
    ca_file: str | None = None
    #: Our own certificate and its key; the broker knows us by its name.
    cert_file: str | None = None
    key_file: str | None = None
    keepalive_s: int = 5


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to publish at QoS 1. ``token`` comes back when the broker has it.

    ``expiry_s`` is MQTT 5's message expiry; ``correlation`` its correlation data; ``respond_to``
    its response topic.
    """

    topic: str
    payload: bytes
    retain: bool = False
    token: object = None
    content_type: str | None = None
    correlation: bytes | None = None
    respond_to: str | None = None
    expiry_s: int | None = None


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Hear no more of a topic filter."""

    topic: str


@dataclass(frozen=True, slots=True)
class Up:
    """Connected and subscribed. ``session`` numbers the connections of one link."""

    session: int


@dataclass(frozen=True, slots=True)
class Down:
    """No connection: one ended, or one could not be made. ``reason`` is for the log."""

    session: int
    reason: str
    was_up: bool


@dataclass(frozen=True, slots=True)
class Acked:
    """The broker has taken a message, or refused it for good (``refused`` says why)."""

    session: int
    token: object
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message from the broker. ``size`` is that of the payload as sent.

    The payload of one that is larger than the link takes is empty. ``at_s`` is monotonic; ``user``
    are MQTT 5's user properties.
    """

    session: int
    topic: str
    payload: bytes
    size: int
    retained: bool
    at_s: float
    respond_to: str | None = None
    correlation: bytes | None = None
    expiry_s: int | None = None
    user: tuple[tuple[str, str], ...] = ()


LinkMail = Up | Down | Acked | Incoming
