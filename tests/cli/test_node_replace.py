"""A spare takes a dead Pi's place, and a Pi is retired: at a real broker, and in the journal."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from firmware_py.cli.client import Client
from firmware_py.cli.errors import Refused
from firmware_py.store.authority import Authority
from firmware_py.sync.adopting import TRIES
from firmware_py.sync.adoption_code import new_code
from firmware_py.sync.joining import CannotJoin
from tests.cli.hallrun import ROOT, Hall
from tests.cli.pis import HubFolder, PiFolder, Shown, hall_text
from tests.sync.adoptions import Pi
from tests.sync.secured import Peer, SecuredBroker, comes_in

ASK = "hall/v1/demo/ask/window-3"

needs_mosquitto = pytest.mark.skipif(
    shutil.which("mosquitto") is None and not Path("/usr/sbin/mosquitto").exists(),
    reason="mosquitto is not installed",
)


def context(pi: PiFolder) -> ssl.SSLContext:
    """Return how a Pi speaks with the broker by what it was given."""
    made = ssl.create_default_context(cafile=pi.etc / "broker/ca.crt")
    made.load_cert_chain(pi.etc / "broker/window-3.crt", pi.etc / "broker/window-3.key")
    return made


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[SecuredBroker]:
    (tmp_path / "hub").mkdir()
    made = SecuredBroker(tmp_path / "hub")
    made.start()
    yield made
    made.kill()


def systemd(hub: HubFolder) -> Path:
    """Give the hub a systemd whose systemctl has the broker read its files; return what it did."""
    root = hub.folder / "root"
    (root / "run/systemd/system").mkdir(parents=True)
    said, tools = hub.folder / "systemctl.log", hub.folder / "bin"
    tools.mkdir()
    program = tools / "systemctl"
    program.write_text(
        f'#!/bin/sh\necho "$@" >>{said}\n[ "$1" = is-active ] || '
        f"kill -HUP $(cat {hub.folder}/mosquitto.pid)\n",
        encoding="utf-8",
    )
    program.chmod(0o755)
    path = f"{tools}:{hub.hallctl.environment['PATH']}"
    hub.hallctl.environment |= {"HALL_ROOT": str(root), "PATH": path}
    return said


@needs_mosquitto
def test_the_old_pi_does_not_come_in_and_the_spare_stands_in_its_place(
    tmp_path: Path, broker: SecuredBroker
) -> None:
    hub, old, spare = (
        HubFolder(tmp_path / "hub", broker.port), PiFolder(tmp_path / "o"), PiFolder(tmp_path / "s")
    )  # fmt: skip
    said = systemd(hub)
    first = Shown(hub, "adopt", "window-3")
    assert old.join(first.code, first.hub).code == 0
    assert first.end() == (0, "")
    with Peer(broker.port, broker.context("watcher")) as watcher:
        watcher.listen("#")
        with Peer(broker.port, context(old), "old") as gone:
            gone.say_all([(ASK, b"from the old one")])
            watcher.hear(ASK, b"from the old one")
            shown = Shown(hub, "replace", "window-3", "--yes")
            if os.geteuid():
                # A technician who is not root is told to do it.
                broker._signal(signal.SIGHUP)
            else:
                words = ["is-active --quiet mosquitto", "reload mosquitto"]
                assert said.read_text("utf-8").splitlines() == words
            ran = spare.join(shown.code, shown.hub)
            assert (ran.code, ran.err) == (0, "")
            assert shown.line()["joined"]
            assert shown.end() == (0, "")
            # It was connected all the time; the spare is window-3 now, and there is one.
            with Peer(broker.port, context(spare), "spare") as new:
                assert gone.ended.wait(60)
                new.say_all([(ASK, b"from the spare")])
                watcher.hear(ASK, b"from the spare")
        # The dead one is repaired, and back with all that it had.
        assert not comes_in(broker.port, context(old))
        with pytest.raises((OSError, AssertionError)), Peer(broker.port, context(old)) as back:
            assert back.is_in
        assert comes_in(broker.port, context(spare))
        assert [payload for topic, payload in watcher.heard if topic == ASK] == [
            b"from the old one", b"from the spare",
        ]  # fmt: skip


def test_replacing_is_asked_for_and_told_in_both_languages(tmp_path: Path) -> None:
    hub = HubFolder(tmp_path / "hub")
    authority = Authority.make(hub.folder / "authority", "demo", datetime.now(UTC))
    authority.issue("window-3", datetime.now(UTC))
    line = ["node", "replace", "window-3", "--address", "127.0.0.1", "--port", "0",
            "--minutes", "0.001"]  # fmt: skip
    ran = hub.hallctl(*line, stdin="n\n", lang="zh")
    assert ran.code == 1
    assert "window-3 的原设备将不能再连接，不能撤回。继续吗？" in ran.err
    assert Authority(hub.folder / "authority").good("window-3") is not None
    ran = hub.hallctl(*line, stdin="y\n", lang="zh")
    assert "window-3 的 1 张证书已吊销。" in ran.out
    assert "sudo systemctl reload mosquitto" in ran.out
    assert "sudo hallctl node join " in ran.out
    assert "时间已到，没有设备加入" in ran.err
    # Interrupted there, the same command goes on; nothing is left to revoke.
    ran = hub.hallctl(*line, "--yes")
    assert "revoked" not in ran.out
    assert "sudo hallctl node join " in ran.out
    assert "Not in the journal: No daemon runs" in ran.out


class Running(Hall):
    """A hub with its daemon; its broker is away."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, hall_text())
        here = self.config.parent
        (here / "node.env").write_text("HALL_NODE=hub\n", encoding="utf-8")
        shutil.copy(ROOT / "config" / "items.toml", here)
        self.folder = here
        authority = Authority.make(here / "authority", "demo", datetime.now(UTC))
        authority.issue("hub", datetime.now(UTC))
        authority.place("hub", here / "broker", "")
        self.hallctl.environment |= {
            "HALL_CONFIG": str(self.config), "HALL_ROOT": str(folder / "no-such-root"),
        }  # fmt: skip

    def actions(self) -> list[tuple[str, str]]:
        """Return what the journal has of Pis: action and name."""
        told: list[dict[str, Any]] = self.hallctl.ok_lines("journal", "tail", "-n", "200")
        assert {one["by"] for one in told if one["type"] == "action.taken"} <= {"hallctl:root"} | {
            f"hallctl:{os.environ.get('USER', '')}"
        }
        return [
            (one["data"]["action"], one["data"]["subject"])
            for one in told
            if one["type"] == "action.taken" and one["data"]["action"].startswith("node.")
        ]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    made = Running(tmp_path / "h")
    made.start()
    yield made
    made.stop()


def guess(hub: str) -> None:
    """Have somebody try codes until there is none left."""
    port = int(hub.rpartition(":")[2])
    for _ in range(TRIES):
        with pytest.raises(CannotJoin):
            asyncio.run(Pi().join(new_code(), port))


def test_what_is_done_about_pis_is_in_the_journal_and_the_file_goes_back_by_undo(
    running: Running, tmp_path: Path
) -> None:
    hallctl, pi = running.hallctl, PiFolder(tmp_path / "p")
    shown = Shown(running, "adopt", "window-3")
    assert pi.join(shown.code, shown.hub).code == 0
    assert shown.end() == (0, "")
    shown = Shown(running, "replace", "window-3", "--yes")
    guess(shown.hub)
    code, complaint = shown.end()
    assert (code, "wrong too often and is void" in complaint) == (1, True)
    before = running.config.read_text("utf-8")
    ran = hallctl("node", "retire", "window-3", "--to", "window-9", "--yes")
    assert (ran.code, "[nodes] has no window-9" in ran.err) == (2, True)
    assert running.config.read_text("utf-8") == before
    ran = hallctl("node", "retire", "window-3", "--to", "window-4", "--yes", lang="zh")
    assert (ran.code, ran.err) == (0, "")
    assert "window-3 已撤出大厅。" in ran.out
    assert "窗口 3 现在归 window-4。" in ran.out
    assert "hallctl config undo" in ran.out
    text = running.config.read_text("utf-8")
    assert "本厅的说明 a comment" in text
    assert "[nodes.window-3]" not in text
    assert 'windows = ["4", "3"]' in text
    assert [one["node"] for one in hallctl.ok("node", "list")] == ["hub", "window-4"]
    assert running.actions() == [
        ("node.code", "window-3"), ("node.adopt", "window-3"), ("node.replace", "window-3"),
        ("node.code", "window-3"), ("node.code_void", "window-3"), ("node.retire", "window-3"),
    ]  # fmt: skip
    # What is called beside it is there, and finds that this Pi held no numbers.
    client = Client(running.run / "hall.sock")
    with pytest.raises(Refused) as refused_numbers:
        client.command("node.write_off", node="window-3")
    client.close()
    assert refused_numbers.value.code == "no_numbers_held"
    tail = hallctl("journal", "tail", "-n", "200", lang="zh").out
    assert "设备加入，签发证书 window-3" in tail
    assert shown.code not in tail
    assert hallctl("config", "undo").code == 0
    assert running.config.read_text("utf-8") == before
    # It has no certificate, and is in the file again: taken out once more, it is gone.
    assert hallctl.ok("node", "retire", "window-3", "--yes")["stood"] == {"windows": ["3"]}
    ran = hallctl("node", "retire", "window-3", "--yes")
    assert (ran.code, "[nodes] has no window-3" in ran.err) == (1, True)
