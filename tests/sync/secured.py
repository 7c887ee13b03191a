"""A hall's broker as config/mosquitto/hall.tls.conf has it, with certificates of its authority."""

from __future__ import annotations

import os
import ssl
import threading
from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from paho.mqtt.client import Client, MQTTMessage, MQTTMessageInfo
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties

from firmware_py.bench.stage import free_port
from firmware_py.store.authority import Authority
from firmware_py.sync.encryption import tls_context
from firmware_py.sync.mail import Address
from tests.sync.support import Mosquitto

CONFIG = Path(__file__).parents[2] / "config" / "mosquitto"
#: /etc/mosquitto/mosquitto.conf of Debian 12 (mosquitto 2.0.11), without its comments.
DEBIAN = """
pid_file /run/mosquitto/mosquitto.pid
persistence true
persistence_location /var/lib/mosquitto/
log_dest file /var/log/mosquitto/mosquitto.log
include_dir /etc/mosquitto/conf.d
"""
WAIT_S = 60.0


class SecuredBroker(Mosquitto):
    """Debian's configuration with ours below it, all of it below ``folder``.

    ``watcher`` is one more identity that may do everything: the tests' own.
    """

    def __init__(self, folder: Path, names: Iterable[str] = (), *, loopback: bool = False) -> None:
        self.port, self.open_port = free_port(), free_port()
        self.folder = folder
        self._conf = folder / "mosquitto.conf"
        self._process = None
        now = datetime.now(UTC)
        self.authority = Authority.make(folder / "authority", "demo", now)
        self.authority.issue("broker", now, hosts=("localhost", "127.0.0.1"))
        for name in ("watcher", *names):
            self.authority.issue(name, now)
        (folder / "conf.d").mkdir()
        self.authority.place("broker", folder / "certs", "")
        conf = self._here((CONFIG / "hall.tls.conf").read_text("utf-8"))
        if loopback:
            # As its last lines say.
            conf = conf.replace("#listener", "listener")
            conf = conf.replace("allow_anonymous false", "allow_anonymous true")
        (folder / "conf.d" / "hall.conf").write_text(conf, "utf-8")
        acl = (CONFIG / "hall.tls.acl").read_text("utf-8")
        acl += "\nuser watcher\ntopic readwrite #\ntopic readwrite $SYS/#\n"
        (folder / "hall.acl").write_text(acl, "utf-8")
        # As root mosquitto becomes a user of its own, who may not read below this folder.
        self._conf.write_text(self._here(DEBIAN) + ("user root\n" if not os.geteuid() else ""))

    def _here(self, text: str) -> str:
        for old, new in (
            ("/etc/mosquitto", str(self.folder)),
            ("/var/lib/mosquitto", str(self.folder)),
            ("/var/log/mosquitto", str(self.folder)),
            ("/run/mosquitto", str(self.folder)),
            ("listener 8883", f"listener {self.port} 127.0.0.1"),
            ("listener 1883", f"listener {self.open_port}"),
        ):
            text = text.replace(old, new)
        return text

    def address(self, name: str, **more: Any) -> Address:
        """Return how our own programs come in as ``name``."""
        folder = self.authority.folder
        given: dict[str, Any] = {
            "ca_file": str(folder / "ca.crt"),
            "cert_file": str(folder / f"{name}.crt"),
            "key_file": str(folder / f"{name}.key"),
            "keepalive_s": 2,
        }
        return Address("127.0.0.1", self.port, f"{name}-1", **{**given, **more})

    def context(self, name: str | None, folder: Path | None = None) -> ssl.SSLContext:
        """Return how a foreign program speaks TLS, with a certificate or without."""
        made = ssl.create_default_context(cafile=self.authority.folder / "ca.crt")
        # A socket that fails to agree is closed, which paho forgets.
        made.sslsocket_class = tls_context(self.address("watcher")).sslsocket_class
        if name is not None:
            own = folder or self.authority.folder
            made.load_cert_chain(own / f"{name}.crt", own / f"{name}.key")
        return made


class Peer(AbstractContextManager["Peer"]):
    """An MQTT 5 client that nobody of ours wrote; ``heard`` are topic and payload."""

    def __init__(
        self,
        port: int,
        context: ssl.SSLContext | None,
        client_id: str = "peer",
        *,
        user: str | None = None,
        will: tuple[str, bytes] | None = None,
        keepalive: int = 30,
    ) -> None:
        self.heard: list[tuple[str, bytes]] = []
        #: Answers by their correlation data.
        self.answered: dict[bytes, bytes] = {}
        self.answers: list[str] = []
        self.ended = threading.Event()
        self.properties: Properties | None = None
        self._known = threading.Event()
        self._subscribed = threading.Event()
        self._new = threading.Condition()
        client = self.client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            protocol=MQTTProtocolVersion.MQTTv5,
            reconnect_on_failure=False,
        )
        client.max_inflight_messages_set(1000)
        if context is not None:
            client.tls_set_context(context)
        if user is not None:
            client.username_pw_set(user, "a word")
        if will is not None:
            client.will_set(*will, qos=1)
        client.on_connect = self._connected
        client.on_disconnect = self._left
        client.on_subscribe = lambda *_: self._subscribed.set()
        client.on_message = self._hear
        client.connect("127.0.0.1", port, keepalive=keepalive)
        client.loop_start()
        assert self._known.wait(WAIT_S)

    def _connected(self, _c: Any, _u: Any, _f: Any, reason: Any, properties: Any) -> None:
        self.answers.append(str(reason))
        self.properties = properties
        self._known.set()

    def _left(self, *_: Any) -> None:
        self.ended.set()
        self._known.set()

    def _hear(self, client: Client, userdata: object, message: MQTTMessage) -> None:
        del client, userdata
        with self._new:
            self.heard.append((message.topic, bytes(message.payload)))
            number: bytes | None = getattr(message.properties, "CorrelationData", None)
            if number is not None:
                self.answered[number] = bytes(message.payload)
            self._new.notify_all()

    @property
    def is_in(self) -> bool:
        """Whether the broker let it in and has not ended the connection since."""
        return self.answers == ["Success"] and not self.ended.is_set()

    def say(self, topic: str, payload: bytes, *, retain: bool = False) -> MQTTMessageInfo:
        """Publish at QoS 1."""
        return self.client.publish(topic, payload, qos=1, retain=retain)

    def say_all(self, said: Iterable[tuple[str, bytes]], *, retain: bool = False) -> None:
        """Publish; return when the broker has answered for each."""
        for info in [self.say(topic, payload, retain=retain) for topic, payload in said]:
            info.wait_for_publish(WAIT_S)
            assert info.is_published()

    def listen(self, *topics: str) -> None:
        """Subscribe; return when the broker has answered."""
        self._subscribed.clear()
        self.client.subscribe([(topic, 1) for topic in topics])
        assert self._subscribed.wait(WAIT_S)

    def hear(self, topic: str, payload: bytes) -> None:
        """Wait for a message."""
        with self._new:
            assert self._new.wait_for(lambda: (topic, payload) in self.heard, WAIT_S)

    def hear_answer(self, number: bytes) -> None:
        """Wait for an answer with this correlation data."""
        with self._new:
            assert self._new.wait_for(lambda: number in self.answered, WAIT_S)

    def cut(self) -> None:
        """Break the connection, so that the broker publishes the will."""
        self.client.loop_stop()
        sock = self.client.socket()
        assert sock is not None
        sock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.client.disconnect()
        self.client.loop_stop()


def comes_in(port: int, context: ssl.SSLContext | None) -> bool:
    """Say whether a client is let in."""
    try:
        with Peer(port, context) as peer:
            return peer.is_in
    except OSError:
        return False
