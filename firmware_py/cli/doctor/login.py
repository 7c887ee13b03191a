"""A connection of our own to the broker: is this identity let in. It says nothing and leaves."""

from __future__ import annotations

import contextlib
import os
import time
from typing import Any

from firmware_py.settings import BrokerSettings
from firmware_py.sync.encryption import tls_context
from firmware_py.sync.mail import Address

__all__ = ["LOGIN_S", "REACH_S", "address_of", "login"]

REACH_S = 1.5
LOGIN_S = 2.5


def address_of(broker: BrokerSettings, password: str | None) -> Address:
    """Return how the doctor makes itself known there."""
    return Address(
        broker.host,
        int(broker.port),
        f"doctor-{os.getpid()}",
        broker.username,
        password,
        broker.ca_file,
        broker.cert_file,
        broker.key_file,
    )


def login(broker: BrokerSettings, password: str | None) -> str:
    """Return why the broker does not let us in, "" when it does. Raises ``OSError``."""
    from paho.mqtt.client import Client
    from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion

    reasons = list[str]()
    client = Client(
        CallbackAPIVersion.VERSION2,
        client_id=f"doctor-{os.getpid()}",
        protocol=MQTTProtocolVersion.MQTTv5,
        reconnect_on_failure=False,
    )
    if broker.username is not None:
        client.username_pw_set(broker.username, password)
    if broker.ca_file is not None:
        client.tls_set_context(tls_context(address_of(broker, password)))

    def connected(_client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        reasons.append(str(reason) if reason.is_failure else "")

    def logged(_client: Any, _data: Any, _level: int, text: str) -> None:
        # In TLS 1.3 a certificate is refused after the connection stands; only the log has it.
        if not reasons and "failed to receive" in text:
            reasons.append(text)

    client.on_connect = connected
    client.on_log = logged
    client.connect_timeout = REACH_S
    try:
        client.connect(broker.host, broker.port, keepalive=10)
        until_s = time.monotonic() + LOGIN_S
        while not reasons and time.monotonic() < until_s:
            if client.loop(0.2) != MQTTErrorCode.MQTT_ERR_SUCCESS:
                break
        client.disconnect()
    finally:
        _close(client.socket())
    return reasons[0] if reasons else "connection lost without an answer to the login"


def _close(left: Any) -> None:
    if left is not None:
        with contextlib.suppress(OSError):
            left.close()
