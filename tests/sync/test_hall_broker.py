"""The example of a hall's broker as it stands, below Debian's own configuration.

It starts, encrypts what leaves the Pi, and each name may do what it must and nothing else.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from firmware_py.bench.stage import free_port
from firmware_py.sync.consumer import Consumer
from firmware_py.sync.ledger import LinesLedger
from firmware_py.sync.mail import Address
from tests.sync.secured import CONFIG, DEBIAN
from tests.sync.support import Ear, FakeHall, Mosquitto, started, until

WORDS = {"hall": "h1", "centre": "c1", "viewer": "v1"}


class HallBroker(Mosquitto):
    """The broker of a hall, its files below ``folder`` instead of ``/etc/mosquitto``."""

    def __init__(self, folder: Path) -> None:
        self.port, self.encrypted_port = free_port(), free_port()
        self.certificate = folder / "certs" / "hall.crt"
        self._folder = folder
        self._conf = folder / "mosquitto.conf"
        self._process = None
        for name in ("conf.d", "certs"):
            (folder / name).mkdir(parents=True)
        example = self._here((CONFIG / "hall.example.conf").read_text("utf-8"))
        (folder / "conf.d" / "hall.conf").write_text(example, "utf-8")
        (folder / "hall.acl").write_text((CONFIG / "hall.example.acl").read_text("utf-8"), "utf-8")
        # As root mosquitto becomes a user of its own, who may not read below this folder.
        self._conf.write_text(self._here(DEBIAN) + ("user root\n" if not os.geteuid() else ""))
        self._certify()
        passwords = folder / "hall.passwd"
        for user, word in WORDS.items():
            new = [] if passwords.exists() else ["-c"]
            subprocess.run(["mosquitto_passwd", "-b", *new, passwords, user, word], check=True)

    def _here(self, text: str) -> str:
        for old, new in (
            ("/etc/mosquitto", str(self._folder)),
            ("/var/lib/mosquitto", str(self._folder)),
            ("/var/log/mosquitto", str(self._folder)),
            ("/run/mosquitto", str(self._folder)),
            ("listener 1883", f"listener {self.port}"),
            ("listener 8883", f"listener {self.encrypted_port} 127.0.0.1"),
            ("192.168.1.10", "127.0.0.1"),
        ):
            text = text.replace(old, new)
        return text

    def _certify(self) -> None:
        """Make the certificate as the readme says it."""
        readme = (CONFIG / "README.md").read_text("utf-8").replace("\\\n", " ")
        (command,) = re.findall(r"^sudo (openssl .*)$", readme, re.MULTILINE)
        subprocess.run(["sh", "-c", self._here(command)], check=True, capture_output=True)

    def listen(self, user: str) -> Ear:
        """Return a client of this name that listens to all of the hall, as far as it may."""
        return Ear(self.port, client_id=user, login=(user, WORDS[user]))


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[HallBroker]:
    found = HallBroker(tmp_path / "mosquitto")
    found.start()
    yield found
    found.kill()


@pytest.fixture
def listen(broker: HallBroker) -> Iterator[Callable[[str], Ear]]:
    ears: list[Ear] = []

    def make(user: str) -> Ear:
        ears.append(broker.listen(user))
        return ears[-1]

    yield make
    for ear in ears:
        ear.close()


async def test_the_centre_follows_the_hall_over_an_encrypted_connection(
    broker: HallBroker, tmp_path: Path
) -> None:
    hall = FakeHall()
    sync = await started(hall, broker.port, username="hall", password=WORDS["hall"])
    hall.calls(10)
    await until(lambda: sync.status().published_seq == 10)
    address = Address(
        "127.0.0.1",
        broker.encrypted_port,
        "centre",
        username="centre",
        password=WORDS["centre"],
        ca_file=str(broker.certificate),
        keepalive_s=2,
    )
    ledger = LinesLedger(tmp_path / "centre.jsonl", durable=False)
    centre = Consumer(address, "demo", "centre", ledger)
    centre.start()
    # It has to ask for what came before it was there, and says what it has stored.
    await until(lambda: centre.seq == 10)
    await until(lambda: sync.status().consumers == {"centre": 10})
    status = sync.status()
    await centre.stop()
    await sync.stop()
    assert (status.refused, status.refused_by_broker) == ({}, 0)


@pytest.mark.parametrize("word", [None, "wrong"])
async def test_nobody_comes_in_without_the_right_word(broker: HallBroker, word: str | None) -> None:
    user = None if word is None else "hall"
    sync = await started(FakeHall(), broker.port, username=user, password=word)
    await until(lambda: sync.status().error)
    status = sync.status()
    await sync.stop()
    assert not status.connected
    assert "authori" in status.error.lower()


async def test_a_viewer_sees_pictures_and_neither_events_nor_is_it_heard(
    broker: HallBroker, listen: Callable[[str], Ear]
) -> None:
    hall = FakeHall()
    viewer, centre = listen("viewer"), listen("centre")
    sync = await started(hall, broker.port, username="hall", password=WORDS["hall"])
    viewer.command("window.next", id="from-the-viewer", respond_to=None)
    hall.calls(1)
    await until(lambda: centre.on("event/ticket.recalled"))
    hall.pictures["state/hall"] = b'{"waiting":7}'
    hall.calls(1)
    await until(lambda: any(h.json["waiting"] == 7 for h in viewer.on("state/hall")))
    await sync.stop()
    assert viewer.on("node/hub")
    assert not viewer.on("event/")
    assert not viewer.on("command/")
    assert hall.submitted == []


async def test_the_centre_commands_and_can_pretend_neither_events_nor_anothers_word(
    broker: HallBroker, listen: Callable[[str], Ear]
) -> None:
    hall = FakeHall()
    sync = await started(hall, broker.port, username="hall", password=WORDS["hall"])
    everything, centre = listen("hall"), listen("centre")
    await until(lambda: sync.status().connected)
    centre.say("event/ticket.called", b"{}")
    centre.say("state/hall", b"{}", retain=True)
    centre.say("ack/somebody", b"{}")
    centre.command("window.next", respond_to="hall/v1/demo/reply/centre")
    await until(lambda: centre.on("reply/centre"))
    await until(lambda: everything.on("reply/centre"))
    await sync.stop()
    assert [name for name, *_ in hall.submitted] == ["window.next"]
    assert not everything.on("event/ticket.called")
    assert not everything.on("ack/somebody")
    assert b"{}" not in [h.payload for h in everything.on("state/hall")]
