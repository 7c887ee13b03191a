"""A broker that wants a certificate may end the connection before its "no" is read."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from firmware_py.cli.doctor import broker as doctor
from firmware_py.cli.doctor.finding import Level
from firmware_py.runtime.kept_port import HereKept
from firmware_py.runtime.node_line import NodeLine
from firmware_py.store.vault import Vault
from firmware_py.sync.encryption import explain
from firmware_py.sync.ports import SyncSettings
from tests.cli.doctor.fakes import PLAIN, Fake
from tests.sync.ending import ENDS, EndingBroker
from tests.sync.support import FakeHall, started, until

if TYPE_CHECKING:
    from firmware_py.app.clock import FollowedClock
    from firmware_py.app.followed import FollowedWriter
    from firmware_py.runtime.hall import Hall

#: What the library and the system call it.
WORDS = (
    "EOF occurred in violation of protocol (_ssl.c:2393)",
    "[SSL: UNEXPECTED_EOF_WHILE_READING] EOF occurred in violation of protocol (_ssl.c:992)",
    "TLS/SSL connection has been closed (EOF) (_ssl.c:992)",
    "[Errno 104] Connection reset by peer",
    "[Errno 32] Broken pipe",
    "[Errno 103] Software caused connection abort",
    "The connection was lost.",
    "connection lost without an answer to the login",
    "Unspecified error",
)


@pytest.mark.parametrize("reason", WORDS)
def test_an_end_without_a_word_is_most_likely_the_certificate(reason: str) -> None:
    none = explain(reason, ours=False, fresh=True)
    assert none is not None
    code, zh, en = none
    assert code == "broker_our_certificate"
    for part in ("断开了加密连接", "要求本机出示证书", "broker.key_file", "broker.port", "8883"):
        assert part in zh
    for part in ("most likely wants a certificate", "set broker.cert_file and", "broker.port"):
        assert part in en
    own = explain(reason, ours=True, fresh=True)
    assert own is not None
    assert "this machine's certificate" in own[2]
    assert "hallctl broker certs" in own[1]


@pytest.mark.parametrize("reason", WORDS)
def test_a_connection_that_was_up_or_is_not_encrypted_merely_ends(reason: str) -> None:
    assert explain(reason, ours=True, fresh=False) is None
    assert explain(reason, ours=False, fresh=False) is None


@pytest.mark.parametrize(
    "reason", ["[Errno 111] Connection refused", "timed out", "refused: Unspecified error"]
)
def test_a_broker_that_is_down_or_says_no_itself_is_not_explained_by_certificates(
    reason: str,
) -> None:
    assert explain(reason, ours=True, fresh=True) is None
    assert explain(reason, ours=False, fresh=True) is None


class Screens:
    """Stands where a node's hall and its copy of the journal stand; nothing comes as far."""

    last_seq = 0
    carry: object = None
    #: Nothing is decided there, and nothing was heard of the hub before.
    alone = None
    queue = SimpleNamespace(followed=None)
    #: Nobody's card lies there.
    cards = SimpleNamespace(stands=lambda trouble: None)

    #: Nothing of anybody waits for the hub.
    kept = HereKept(Vault(Path("vault"), Path("keys")))

    def tell_screens(self, trouble: str) -> None:
        assert trouble == "broker"


@pytest.mark.parametrize("own", [False, True], ids=["none", "own"])
@pytest.mark.parametrize("how", ENDS)
async def test_hub_node_and_doctor_tell_what_to_do_however_the_end_comes(
    how: str, own: bool, tmp_path: Path
) -> None:
    wanted = "this machine's certificate" if own else "set broker.cert_file"
    with EndingBroker(tmp_path, how) as broker:
        files = broker.files(own=own)
        sync = await started(FakeHall(), broker.port, **files)
        await until(lambda: sync.status().error)
        hub = sync.status()
        await sync.stop()
        assert hub.problem is not None, hub.error
        assert wanted in hub.problem["en"]

        screens = Screens()
        line = NodeLine(
            cast("Hall", screens),
            cast("FollowedWriter", screens),
            cast("FollowedClock", None),
            SyncSettings(hall="demo", node="window-3", version="1", port=broker.port, **files),
        )
        await line.start()
        await until(lambda: line.status().error)
        node = line.status()
        await line.stop()
        assert node.problem is not None, node.error
        assert wanted in node.problem["en"]

        config = "".join(f'{key} = "{value}"\n' for key, value in files.items())
        facts = Fake(tmp_path).facts(f"{PLAIN}\n[broker]\nport = {broker.port}\n{config}")
        found = await asyncio.to_thread(lambda: list(doctor.look(facts)))
        said = [one.say.en for one in found if one.level is Level.RED]
        assert any(wanted in one for one in said), found
