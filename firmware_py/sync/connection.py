"""One MQTT 5 connection from CONNECT to its end, driven by the event loop."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from functools import cache
from socket import IPPROTO_TCP, TCP_NODELAY
from typing import Any, ParamSpec, TypeAlias

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from firmware_py.sync.encryption import tls_context
from firmware_py.sync.mail import Acked, Address, Incoming, LinkMail, Outgoing, Unsubscribe, Up
from firmware_py.sync.mailbox import Mailbox

__all__ = ["LARGEST_PART", "LARGEST_PAYLOAD", "Connection"]

log = logging.getLogger(__name__)

#: Larger payloads are not read by the hall.
LARGEST_PAYLOAD = 16 * 1024
#: Parts of lists and a node's records may be larger; ``max_packet_size`` in config/mosquitto is
#: 256 kB.
LARGEST_PART = 240 * 1024
LARGER_LEVELS = ("/list/", "/ask/")
#: The broker does not send packets beyond this at all.
LARGEST_PACKET = 1 << 20
#: Messages in flight when the broker names no limit of its own.
IN_FLIGHT = 256
#: A broker that is asked for a sign of life answers within this, or is away; the library would wait
#: a whole keepalive once more.
SIGN_S = 3.0
#: How the library begins to tell that a read failed.
_READ_FAILED = "failed to receive on socket: "

Args = ParamSpec("Args")
Socket: TypeAlias = Any


class Connection:
    """What one connection knows. ``reason`` says why it ended, once it has."""

    def __init__(
        self,
        address: Address,
        subscriptions: Sequence[str],
        will: Outgoing | None,
        session: int,
        inbox: Mailbox[LinkMail],
        largest_payload: int,
    ) -> None:
        self.session = session
        self.was_up = False
        self._closed = False
        self.reason = ""
        self.callback_errors = 0
        self.in_flight: dict[int, object] = {}
        self._subscriptions = subscriptions
        self._inbox = inbox
        self._largest_payload = largest_payload
        self._window = IN_FLIGHT
        self._largest_packet: int | None = None
        self._address = address
        self._heard_s = time.monotonic()
        #: Since when a sign of life is owed.
        self._owed_s: float | None = None
        client = self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=address.client_id,
            protocol=MQTTProtocolVersion.MQTTv5,
            reconnect_on_failure=False,
        )
        # The window is kept here, from what the broker says it can take.
        client.max_inflight_messages_set(0)
        if address.username is not None:
            client.username_pw_set(address.username, address.password)
        if address.ca_file is not None:
            client.tls_set_context(tls_context(address))
            # A broker that refuses our certificate says so with the first read, in the log alone.
            client.on_log = self._guarded(self._logged)
        if will is not None:
            client.will_set(will.topic, will.payload, qos=1, retain=will.retain)
        client.on_connect = self._guarded(self._connected)
        client.on_subscribe = self._guarded(self._subscribed)
        client.on_message = self._guarded(self._message)
        client.on_publish = self._guarded(self._published)
        client.on_disconnect = self._guarded(self._disconnected)

    def open(self, timeout_s: float) -> None:
        """Reach the broker and ask to connect; raises ``OSError``."""
        wishes = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        wishes.MaximumPacketSize = LARGEST_PACKET
        self._client.connect_timeout = timeout_s
        self._client.connect(
            self._address.host,
            self._address.port,
            keepalive=self._address.keepalive_s,
            clean_start=True,
            properties=wishes,
        )
        sock: Socket = self._client.socket()
        if sock is not None:
            # A small message must not wait for the acknowledgement of the one before (40 ms).
            sock.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)

    @property
    def alive(self) -> bool:
        """Whether there is still something to drive."""
        return not self._closed and self._client.socket() is not None

    @property
    def socket(self) -> Socket:
        """What ``select`` can wait for; None when it is gone."""
        return self._client.socket()

    @property
    def wants_write(self) -> bool:
        """Whether bytes wait to go out."""
        return self._client.want_write()

    @property
    def pending(self) -> bool:
        """Whether decrypted bytes wait that ``select`` cannot see."""
        pending: Callable[[], int] | None = getattr(self._client.socket(), "pending", None)
        return pending is not None and pending() > 0

    @property
    def has_room(self) -> bool:
        """Whether another message may be sent now."""
        return self.was_up and self.alive and len(self.in_flight) < self._window

    @property
    def inbox_full(self) -> bool:
        """Whether what came before is still to be handled."""
        return self._inbox.full

    def turn(self, readable: bool, writable: bool) -> None:
        """Read, write and keep alive."""
        rc = MQTTErrorCode.MQTT_ERR_SUCCESS
        if readable or self.pending:
            rc = self._client.loop_read()
            self._heard_s, self._owed_s = time.monotonic(), None
        if writable and rc == MQTTErrorCode.MQTT_ERR_SUCCESS:
            rc = self._client.loop_write()
        if rc == MQTTErrorCode.MQTT_ERR_SUCCESS:
            rc = self._client.loop_misc()
        if rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            self.fail(str(rc))
        elif self._silent():
            self.fail("Keep alive timeout")

    def _silent(self) -> bool:
        now_s = time.monotonic()
        if not self.was_up or now_s - self._heard_s < self._address.keepalive_s:
            return False
        # The library has asked just now. Counted from here: this process may have been stopped.
        if self._owed_s is None:
            self._owed_s = now_s
        return now_s - self._owed_s > SIGN_S

    def send(self, message: Outgoing | Unsubscribe) -> None:
        """Publish a message; its token comes back through the inbox."""
        if isinstance(message, Unsubscribe):
            self._client.unsubscribe(message.topic)
            return
        # Topic, properties and header besides the payload; a packet beyond the broker's limit
        # would end the connection, and the next one, for ever.
        size = len(message.payload) + len(message.topic.encode()) + 256
        if self._largest_packet is not None and size > self._largest_packet:
            self._inbox.put(Acked(self.session, message.token, "larger than the broker takes"))
            return
        info = self._client.publish(
            message.topic,
            message.payload,
            qos=1,
            retain=message.retain,
            properties=_properties(message),
        )
        self.in_flight[info.mid] = message.token

    def leave(self) -> None:
        """End the connection so that the broker publishes the will."""
        if self.alive:
            code = ReasonCode(PacketTypes.DISCONNECT, "Disconnect with will message")
            self._client.disconnect(reasoncode=code)
            # Usually gone with the call above; one more try when the socket was full.
            self._client.loop_write()

    def fail(self, reason: str) -> None:
        """Drop the connection for a reason."""
        self.reason = self.reason or reason
        self.close()

    def close(self) -> None:
        """Drop the connection, whatever its state."""
        sock = self._client.socket()
        if sock is not None:
            sock.close()
        self._closed = True

    # ---- called by the library -----------------------------------------------------------------

    def _guarded(self, callback: Callable[Args, None]) -> Callable[Args, None]:
        """Wrap a callback: one that raises would end the library's loop."""

        def guarded(*args: Args.args, **kwargs: Args.kwargs) -> None:
            try:
                callback(*args, **kwargs)
            except Exception:
                self.callback_errors += 1
                log.exception("a message from the broker could not be taken")

        return guarded

    def _logged(self, client: Client, userdata: object, level: int, text: str) -> None:
        del client, userdata, level
        if text.startswith(_READ_FAILED):
            self.reason = self.reason or text.removeprefix(_READ_FAILED)

    def _connected(
        self,
        client: Client,
        userdata: object,
        flags: ConnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        del userdata, flags
        client.on_log = None
        if reason.is_failure:
            self.reason = f"refused: {reason}"
            return
        self._window = min(IN_FLIGHT, getattr(properties, "ReceiveMaximum", IN_FLIGHT))
        self._largest_packet = getattr(properties, "MaximumPacketSize", None)
        if self._subscriptions:
            client.subscribe([(topic, 1) for topic in self._subscriptions])
        else:
            self._ready()

    def _subscribed(
        self,
        client: Client,
        userdata: object,
        mid: int,
        reasons: list[ReasonCode],
        properties: Properties | None,
    ) -> None:
        del client, userdata, mid, properties
        for topic, reason in zip(self._subscriptions, reasons, strict=False):
            if reason.is_failure:
                log.error("the broker refuses the subscription of %s: %s", topic, reason)
        self._ready()

    def _ready(self) -> None:
        self.was_up = True
        self._inbox.put(Up(self.session))

    def _message(self, client: Client, userdata: object, message: MQTTMessage) -> None:
        del client, userdata
        size = len(message.payload)
        properties = message.properties
        larger = any(level in message.topic for level in LARGER_LEVELS)
        most = LARGEST_PART if larger else self._largest_payload
        self._inbox.put(
            Incoming(
                self.session,
                message.topic,
                bytes(message.payload) if size <= most else b"",
                size,
                message.retain,
                time.monotonic(),
                getattr(properties, "ResponseTopic", None),
                getattr(properties, "CorrelationData", None),
                getattr(properties, "MessageExpiryInterval", None),
                tuple(getattr(properties, "UserProperty", ())),
            )
        )

    def _published(
        self,
        client: Client,
        userdata: object,
        mid: int,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        del client, userdata, properties
        token = self.in_flight.pop(mid, None)
        refused = str(reason) if reason.is_failure else None
        self._inbox.put(Acked(self.session, token, refused))

    def _disconnected(
        self,
        client: Client,
        userdata: object,
        flags: DisconnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        del client, userdata, flags, properties
        self.reason = self.reason or str(reason)


def _properties(message: Outgoing) -> Properties | None:
    if message.correlation is None and message.respond_to is None and message.expiry_s is None:
        return None if message.content_type is None else _of_type(message.content_type)
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    if message.content_type is not None:
        properties.ContentType = message.content_type
    if message.correlation is not None:
        properties.CorrelationData = message.correlation
    if message.respond_to is not None:
        properties.ResponseTopic = message.respond_to
    if message.expiry_s is not None:
        properties.MessageExpiryInterval = message.expiry_s
    return properties


@cache
def _of_type(content_type: str) -> Properties:
    """Making properties costs as much as all else of an event; they are only read."""
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.ContentType = content_type
    return properties
