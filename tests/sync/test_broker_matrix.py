"""Each identity against each topic on a real mosquitto: docs/broker.md against what is delivered.

What an identity may say is what a watcher with all rights hears of it. What it may hear is what
comes of all that the watcher said: both while it listens and retained from before. Codes of
subscriptions and of publications count for nothing: mosquitto grants every subscription.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.sync.secured import Peer, SecuredBroker

DOC = Path(__file__).parents[2] / "docs" / "broker.md"
ROOT = "hall/v1/demo"
NODES = ("kiosk-1", "window-3", "window-4", "wall-1")
OTHERS = ("hub", "standby", "centre", "technician", "viewer")
IDENTITIES = (*NODES, *OTHERS)
#: The row of the table for each topic; {own} or {other} by whose it is.
TOPICS: Mapping[str, str] = {
    f"{ROOT}/event/ticket.called": "event/{type}",
    f"{ROOT}/event/day.closed": "event/{type}",
    f"{ROOT}/state/hall": "state/...",
    f"{ROOT}/state/window/3": "state/...",
    f"{ROOT}/state/alarm/service:3": "state/...",
    **{f"{ROOT}/node/{name}": "node/{}" for name in IDENTITIES},
    **{f"{ROOT}/device/{name}/printer": "device/{}/{device}" for name in IDENTITIES},
    **{f"{ROOT}/ask/{name}": "ask/{}" for name in IDENTITIES},
    **{f"{ROOT}/reply/{name}": "reply/{}" for name in IDENTITIES},
    **{f"{ROOT}/ack/{name}": "ack/{}" for name in ("centre", "viewer", "window-3", "nobody")},
    **{f"{ROOT}/lease/ask/{name}": "lease/ask/{}" for name in IDENTITIES},
    **{f"{ROOT}/lease/vote/{name}": "lease/vote/{}" for name in IDENTITIES},
    f"{ROOT}/command/hall": "command/hall",
    f"{ROOT}/command/window-3": "command/{other}",
    f"{ROOT}/command/hub": "command/{other}",
    f"{ROOT}/list/grades.csv": "list/{name}",
    # Beside what the hall has: deeper, shorter, another hall, another root, the broker's own.
    f"{ROOT}/event/a/b": "all else",
    f"{ROOT}/event": "all else",
    f"{ROOT}/reply/window-3/x": "all else",
    f"{ROOT}/ask/window-3/x": "all else",
    f"{ROOT}/device/window-3": "all else",
    f"{ROOT}/device/window-3/a/b": "all else",
    f"{ROOT}/node/window-3/x": "all else",
    f"{ROOT}/lease/vote": "all else",
    f"{ROOT}/lease/ask/hub/x": "all else",
    f"{ROOT}/command": "all else",
    f"{ROOT}/other": "all else",
    ROOT: "all else",
    "hall/v1/elsewhere/event/ticket.called": "all else",
    "hall/v1/elsewhere/state/hall": "all else",
    "hall/v1/elsewhere/command/hall": "all else",
    "hall/v2/demo/state/hall": "all else",
    "window-3": "all else",
    "$SYS/broker/uptime": "all else",
}
#: All may hear this one, so what was said before it has arrived when it comes.
LAST = f"{ROOT}/state/last"


def table() -> dict[str, dict[str, str]]:
    """Return the rights as the document has them: row -> column -> ``rw``, ``r``, ``w``, ``-``."""
    text = re.search(r"<!-- rights -->\n(.*?)<!-- end -->", DOC.read_text("utf-8"), re.DOTALL)
    assert text is not None
    head, _, *rows = [
        [cell.strip(" `") for cell in line.strip("|").split("|")] for line in text[1].splitlines()
    ]
    return {row[0]: dict(zip(head[1:], row[1:], strict=True)) for row in rows}


def may(identity: str, topic: str, rights: Mapping[str, Mapping[str, str]]) -> str:
    """Return what the table gives an identity on a topic."""
    levels = topic.removeprefix(f"{ROOT}/").split("/")
    whose = levels[2 if levels[0] == "lease" else 1 :][:1] == [identity]
    row = TOPICS[topic].replace("{}", "{own}" if whose else "{other}")
    return rights[row]["node" if identity in NODES else identity]


@dataclass(frozen=True, slots=True)
class Found:
    """What was delivered: topics that an identity's word came through on, and that it heard."""

    said: Mapping[str, frozenset[str]]
    heard: Mapping[str, frozenset[str]]
    kept: Mapping[str, frozenset[str]]


def what_is_said(broker: SecuredBroker, watcher: Peer) -> dict[str, frozenset[str]]:
    """Have each identity publish on each topic; return what of it the watcher heard."""
    watcher.listen("#", "$SYS/#")
    for name in IDENTITIES:
        with Peer(broker.port, broker.context(name)) as peer:
            peer.say_all((topic, f"said by {name}".encode()) for topic in TOPICS)
            assert peer.is_in
    watcher.say_all([(LAST, b"all was said")])
    watcher.hear(LAST, b"all was said")
    return {
        name: frozenset(t for t, payload in watcher.heard if payload == f"said by {name}".encode())
        for name in IDENTITIES
    }


def what_is_heard(
    broker: SecuredBroker, watcher: Peer
) -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    """Have the watcher publish on each topic; return what each identity heard, live and kept."""
    watcher.say_all(((topic, b"kept") for topic in TOPICS), retain=True)
    peers = {name: Peer(broker.port, broker.context(name)) for name in IDENTITIES}
    try:
        for name, peer in peers.items():
            peer.listen("#", "$SYS/#", "+/+/+/+/+", f"$share/{name}/{ROOT}/#", *TOPICS, LAST)
        watcher.say_all((topic, b"live") for topic in TOPICS)
        watcher.say_all([(LAST, b"that was all")])
        for peer in peers.values():
            peer.hear(LAST, b"that was all")
    finally:
        for peer in peers.values():
            peer.__exit__(None, None, None)
    live, kept = (
        {
            name: frozenset(t for t, said in peer.heard if said == which)
            for name, peer in peers.items()
        }
        for which in (b"live", b"kept")
    )
    # The broker's own figures are retained too, with other words than ours.
    assert not [t for p in peers.values() for t, _ in p.heard if t.startswith("$SYS")]
    return live, kept


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Found]:
    broker = SecuredBroker(tmp_path_factory.mktemp("b"), IDENTITIES)
    broker.start()
    try:
        with Peer(broker.port, broker.context("watcher")) as watcher:
            said = what_is_said(broker, watcher)
        with Peer(broker.port, broker.context("watcher")) as watcher:
            heard, kept = what_is_heard(broker, watcher)
        yield Found(said, heard, kept)
    finally:
        broker.kill()


def test_the_table_names_every_row_and_more_than_a_hundred_pairs_are_tried() -> None:
    rights = table()
    used = {
        TOPICS[topic].replace("{}", whose) for topic in TOPICS for whose in ("{own}", "{other}")
    }
    assert set(rights) == used
    assert len(IDENTITIES) * len(TOPICS) > 300
    cells = {right for row in rights.values() for right in row.values()}
    assert cells == {"rw", "r", "w", "-"}


@pytest.mark.parametrize("identity", IDENTITIES)
def test_what_an_identity_says_is_delivered_where_it_may_speak_and_nowhere_else(
    found: Found, identity: str
) -> None:
    rights = table()
    allowed = {topic for topic in TOPICS if "w" in may(identity, topic, rights)}
    assert found.said[identity] == allowed


@pytest.mark.parametrize("identity", IDENTITIES)
def test_an_identity_hears_what_it_may_and_nothing_else(found: Found, identity: str) -> None:
    rights = table()
    allowed = {topic for topic in TOPICS if "r" in may(identity, topic, rights)}
    assert found.heard[identity] == allowed


@pytest.mark.parametrize("identity", IDENTITIES)
def test_what_was_kept_from_before_is_no_way_around_it(found: Found, identity: str) -> None:
    rights = table()
    allowed = {topic for topic in TOPICS if "r" in may(identity, topic, rights)}
    assert found.kept[identity] == allowed
