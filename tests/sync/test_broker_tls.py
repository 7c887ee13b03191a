"""Who comes in at a secured broker, and with what: certificates, TLS 1.3, sizes, names."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from firmware_py.store.authority import Authority
from firmware_py.sync.connection import LARGEST_PART
from firmware_py.sync.consumer import Consumer
from firmware_py.sync.ledger import LinesLedger
from tests.sync.secured import Peer, SecuredBroker, comes_in
from tests.sync.support import FakeHall, started, until

ROOT = "hall/v1/demo"


def now() -> datetime:
    return datetime.now(UTC)


def handshake(port: int, context: ssl.SSLContext) -> None:
    """Begin to speak TLS with a broker, and leave."""
    with (
        socket.create_connection(("127.0.0.1", port), 10) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1"),
    ):
        pass


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredBroker]:
    """One for all tests that leave it as it is."""
    names = ("hub", "centre", "window-3", "window-4", "old", "stolen")
    made = SecuredBroker(tmp_path_factory.mktemp("b"), names)
    made.authority.issue("old", now(), days=-1)
    stolen = {
        name: (made.authority.folder / name).read_bytes() for name in ("stolen.crt", "stolen.key")
    }
    made.authority.revoke("stolen", now())
    made.authority.spread()
    for name, data in stolen.items():
        (made.authority.folder / name).write_bytes(data)
    made.start()
    yield made
    made.kill()


@pytest.fixture
def watcher(broker: SecuredBroker) -> Iterator[Peer]:
    with Peer(broker.port, broker.context("watcher")) as peer:
        peer.listen("#")
        yield peer


def shown(broker: SecuredBroker) -> str:
    """Return the serial number of the certificate that a broker shows, in hexadecimal."""
    with (
        socket.create_connection(("127.0.0.1", broker.port), 10) as plain,
        broker.context(None).wrap_socket(plain, server_hostname="localhost") as safe,
    ):
        found = safe.getpeercert()
    assert found is not None
    return str(found["serialNumber"]).lower().lstrip("0")


def everything_heard(watcher: Peer) -> list[tuple[str, bytes]]:
    """Return what the watcher heard of all that the broker has taken until now."""
    watcher.say_all([("the/end", b"")])
    watcher.hear("the/end", b"")
    return watcher.heard


async def test_the_hall_and_the_centre_follow_each_other_by_their_certificates(
    broker: SecuredBroker, tmp_path: Path
) -> None:
    hall, own = FakeHall(), broker.address("hub")
    sync = await started(
        hall, broker.port, ca_file=own.ca_file, cert_file=own.cert_file, key_file=own.key_file
    )
    hall.calls(10)
    await until(lambda: sync.status().published_seq == 10)
    ledger = LinesLedger(tmp_path / "centre.jsonl", durable=False)
    centre = Consumer(broker.address("centre"), "demo", "centre", ledger)
    centre.start()
    await until(lambda: centre.seq == 10)
    await until(lambda: sync.status().consumers == {"centre": 10})
    status = sync.status()
    await centre.stop()
    await sync.stop()
    assert (status.refused, status.refused_by_broker, status.problem) == ({}, 0, None)


async def test_a_stolen_window_cannot_make_the_centre_forget_what_it_has(
    broker: SecuredBroker, tmp_path: Path
) -> None:
    hall, own = FakeHall(), broker.address("hub")
    sync = await started(
        hall, broker.port, ca_file=own.ca_file, cert_file=own.cert_file, key_file=own.key_file
    )
    hall.calls(3)
    ledger = LinesLedger(tmp_path / "centre.jsonl", durable=False)
    centre = Consumer(broker.address("centre"), "demo", "centre", ledger, hubs=("hub", "standby"))
    centre.start()
    await until(lambda: centre.seq == 3)
    lie = b'{"status":"online","roles":["hub"],"seq":1,"epochs":[{"epoch":"LIE","first_seq":1}]}'
    with Peer(broker.port, broker.context("window-3")) as thief:
        for name in ("window-3", "hub"):
            thief.say_all([(f"{ROOT}/node/{name}", lie)], retain=True)
        hall.calls(1)
        await until(lambda: centre.seq == 4)
        thief.say_all([(f"{ROOT}/node/window-3", b"")], retain=True)
    counts = centre.counts
    await centre.stop()
    await sync.stop()
    assert (counts.roll_backs, counts.other_epoch, counts.lost) == (0, 0, [])


def test_nobody_comes_in_without_a_good_certificate_of_this_hall(
    broker: SecuredBroker, tmp_path: Path
) -> None:
    foreign = Authority.make(tmp_path / "other", "demo", now())
    foreign.issue("hub", now())
    assert comes_in(broker.port, broker.context("window-3"))
    assert not comes_in(broker.port, broker.context(None))
    assert not comes_in(broker.port, broker.context("old"))
    assert not comes_in(broker.port, broker.context("stolen"))
    assert not comes_in(broker.port, broker.context("hub", foreign.folder))
    # It is a server's, so nobody comes in by what lies in /etc/mosquitto.
    assert not comes_in(broker.port, broker.context("broker"))
    assert not comes_in(broker.port, None)


def test_tls_1_2_is_not_spoken(broker: SecuredBroker) -> None:
    context = broker.context("window-3")
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises(ssl.SSLError, match="PROTOCOL_VERSION"):
        handshake(broker.port, context)


def test_a_name_a_word_and_a_client_id_beside_the_certificate_do_not_count(
    broker: SecuredBroker, watcher: Peer
) -> None:
    with (
        Peer(broker.port, broker.context("hub"), "hall-demo-hub") as hub,
        Peer(broker.port, broker.context("window-3"), "hall-demo-hub", user="hub") as thief,
    ):
        thief.say_all([(f"{ROOT}/event/ticket.called", b"a lie"), (f"{ROOT}/ask/window-3", b"own")])
        assert (f"{ROOT}/ask/window-3", b"own") in everything_heard(watcher)
        assert (f"{ROOT}/event/ticket.called", b"a lie") not in watcher.heard
        # Nor is the hub's connection ended by who takes its client id.
        hub.say_all([(f"{ROOT}/state/hall", b"true")])
        assert hub.is_in


def test_an_identity_has_one_connection_and_the_newest_counts(broker: SecuredBroker) -> None:
    with (
        Peer(broker.port, broker.context("window-4"), "one") as first,
        Peer(broker.port, broker.context("window-4"), "two") as second,
    ):
        assert first.ended.wait(60)
        assert second.is_in


def test_a_will_is_no_way_around_the_rights(broker: SecuredBroker, watcher: Peer) -> None:
    for topic in (f"{ROOT}/event/day.closed", f"{ROOT}/node/window-3"):
        with Peer(broker.port, broker.context("window-3"), will=(topic, b"gone")) as peer:
            peer.cut()
    watcher.hear(f"{ROOT}/node/window-3", b"gone")
    assert (f"{ROOT}/event/day.closed", b"gone") not in everything_heard(watcher)


def test_the_largest_part_of_a_list_passes_and_what_is_too_large_ends_the_connection(
    broker: SecuredBroker, watcher: Peer
) -> None:
    topic, most = f"{ROOT}/list/grades.csv", b"x" * LARGEST_PART
    with Peer(broker.port, broker.context("centre")) as centre:
        centre.say_all([(topic, most)])
        watcher.hear(topic, most)
        centre.say(topic, b"x" * 262_144)
        assert centre.ended.wait(60)
    assert max(len(payload) for _, payload in everything_heard(watcher)) == LARGEST_PART


def test_a_client_is_told_the_limits(broker: SecuredBroker) -> None:
    with Peer(broker.port, broker.context("window-3"), keepalive=300) as peer:
        told = {
            name: getattr(peer.properties, name, None)
            for name in ("MaximumPacketSize", "ReceiveMaximum", "ServerKeepAlive")
        }
    assert told == {"MaximumPacketSize": 262_144, "ReceiveMaximum": 100, "ServerKeepAlive": 60}


def test_a_stolen_certificate_of_a_window_cannot_play_the_broker(tmp_path: Path) -> None:
    false = SecuredBroker(tmp_path, ("hub", "window-3"))
    for suffix in ("crt", "key"):
        stolen = (false.authority.folder / f"window-3.{suffix}").read_bytes()
        (false.folder / "certs" / f"broker.{suffix}").write_bytes(stolen)
    false.start()
    try:
        with pytest.raises(ssl.SSLCertVerificationError):
            handshake(false.port, false.context("hub"))
    finally:
        false.kill()


def test_a_revoked_one_is_shut_out_when_the_broker_starts_anew_and_others_stay(
    tmp_path: Path,
) -> None:
    made = SecuredBroker(tmp_path, ("window-3", "window-4"))
    stolen = made.context("window-3")
    made.start()
    try:
        with Peer(made.port, stolen) as thief:
            assert thief.is_in
            made.authority.revoke("window-3", now())
            made.authority.spread()
            made.kill()
            made.start()
            assert thief.ended.wait(60)
        assert not comes_in(made.port, stolen)
        assert comes_in(made.port, made.context("window-4"))
        # A new one for the same name, made afterwards, is good at once.
        made.authority.issue("window-3", datetime.now(UTC))
        assert comes_in(made.port, made.context("window-3"))
        # Renewed files and a longer list need no restart: mosquitto reads them when told (SIGHUP).
        again = made.context("window-3")
        made.authority.revoke("window-3", datetime.now(UTC))
        renewed = made.authority.issue("broker", datetime.now(UTC))
        made.authority.spread()
        made._signal(signal.SIGHUP)
        # It answers others in between, so it has read its files by the second.
        assert comes_in(made.port, made.context("window-4"))
        assert comes_in(made.port, made.context("watcher"))
        assert not comes_in(made.port, again)
        assert shown(made) == renewed.serial
    finally:
        made.kill()


@pytest.mark.parametrize("loopback", [False, True])
def test_a_listener_without_certificates_is_off_and_when_on_may_only_look(
    tmp_path: Path, loopback: bool
) -> None:
    made = SecuredBroker(tmp_path, ("hub", "centre"), loopback=loopback)
    made.start()
    try:
        if not loopback:
            with pytest.raises(ConnectionRefusedError):
                Peer(made.open_port, None)
            return
        with (
            Peer(made.port, made.context("watcher")) as watcher,
            Peer(made.open_port, None) as local,
        ):
            watcher.listen("#")
            local.listen("#")
            topics = [f"{ROOT}/{part}" for part in (
                "event/a", "state/hall", "node/hub", "device/hub/x", "ask/hub", "reply/hub",
                "ack/centre", "command/hall", "list/a",
            )]  # fmt: skip
            local.say_all((topic, b"from nobody") for topic in topics)
            watcher.say_all((topic, b"true") for topic in reversed(topics))
            local.hear(f"{ROOT}/event/a", b"true")
            assert {topic for topic, _ in local.heard} == set(topics[:4])
            assert b"from nobody" not in {payload for _, payload in everything_heard(watcher)}
        # Certificates are asked for at the other one all the same.
        assert not comes_in(made.port, made.context(None))
    finally:
        made.kill()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away")
def test_copies_of_the_command_are_what_debians_broker_may_read() -> None:
    # Not below pytest's folder: another user has to get there.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        made = SecuredBroker(folder)
        # Debian has this folder, for everybody to enter.
        (folder / "certs").chmod(0o755)
        made.authority.place("broker", folder / "certs", "mosquitto")
        os.chown(folder, *_ids("mosquitto"))
        # As Debian starts it: by root, then as its own user.
        conf = (folder / "mosquitto.conf").read_text("utf-8").replace("user root\n", "")
        (folder / "mosquitto.conf").write_text(conf, "utf-8")
        made.start()
        try:
            assert comes_in(made.port, made.context("watcher"))
        finally:
            made.kill()


def _ids(user: str) -> tuple[int, int]:
    import pwd

    found = pwd.getpwnam(user)
    return found.pw_uid, found.pw_gid
