"""The session between a window and the hub: whoever carries the boxes reads and changes nothing."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from firmware_py.store.authority import Authority
from firmware_py.sync.session import (
    BadSession,
    Between,
    Handshake,
    Identity,
    Session,
    answered_session,
)

BETWEEN = Between("demo", "window-3", "hub")


def identity_in(folder: Path, name: str) -> Identity:
    """Return with what a Pi proves who it is."""
    files = [str(folder / file) for file in ("ca.crt", f"{name}.crt", f"{name}.key")]
    return Identity(*files)


def identities(folder: Path, *names: str) -> dict[str, Identity]:
    now = datetime.now(UTC)
    authority = Authority.make(folder / "authority", "demo", now)
    for name in names:
        authority.issue(name, now)
    return {name: identity_in(authority.folder, name) for name in names}


def agreed(node: Identity | None, hub: Identity | None) -> tuple[Session, Session]:
    """Return both sides' halves."""
    handshake = Handshake(BETWEEN, node)
    told, its = answered_session(BETWEEN, hub, handshake.hello)
    return handshake.agreed(told), its


def test_what_one_side_closes_the_other_opens(tmp_path: Path) -> None:
    known = identities(tmp_path, "window-3", "hub")
    for node, hub in ((known["window-3"], known["hub"]), (None, None)):
        ours, its = agreed(node, hub)
        question = ours.close("样张龘靐".encode())
        assert "样张龘靐".encode() not in question
        assert its.open(question) == "样张龘靐".encode()
        answer = its.close(b"it is kept", question)
        assert ours.open(answer, question) == b"it is kept"


def test_a_box_that_was_changed_or_is_of_another_question_or_session_does_not_open() -> None:
    ours, its = agreed(None, None)
    question, other = ours.close(b"one"), ours.close(b"two")
    for at in (0, 11, 12, len(question) - 1):
        wrong = bytearray(question)
        wrong[at] ^= 1
        with pytest.raises(BadSession):
            its.open(bytes(wrong))
    answer = its.close(b"yes", question)
    # What this Pi said, played back to it, is no answer; nor does another session open it.
    with pytest.raises(BadSession):
        ours.open(answer, other)
    with pytest.raises(BadSession):
        ours.open(question)
    with pytest.raises(BadSession):
        agreed(None, None)[1].open(question)
    with pytest.raises(BadSession):
        its.open(b"")
    # The same content is never the same box.
    assert ours.close(b"one") != question


def test_who_is_not_who_the_topics_say_gets_no_session(tmp_path: Path) -> None:
    known = identities(tmp_path / "ours", "window-3", "window-1", "hub")
    foreign = identities(tmp_path / "others", "window-3", "hub")
    hub, node = known["hub"], known["window-3"]
    # Another window of this hall, one of another hall, and somebody without a certificate.
    for thief in (known["window-1"], foreign["window-3"], None):
        with pytest.raises(BadSession):
            answered_session(BETWEEN, hub, Handshake(BETWEEN, thief).hello)
    # Whoever stands in between and plays the hub: another Pi, another hall, nobody.
    for player in (known["window-1"], foreign["hub"], None):
        handshake = Handshake(BETWEEN, node)
        # It takes anybody of this hall for whom he says, and signs as itself.
        knows = None if player is None else replace(player, ca_file=node.ca_file)
        told, _ = answered_session(BETWEEN, knows, handshake.hello)
        with pytest.raises(BadSession):
            handshake.agreed(told)
    # A hello that was recorded is good for nobody else's answer: the point is signed with it.
    first, second = Handshake(BETWEEN, node), Handshake(BETWEEN, node)
    mixed = {**first.hello, "public": second.hello["public"]}
    with pytest.raises(BadSession):
        answered_session(BETWEEN, hub, mixed)
    told, _ = answered_session(BETWEEN, hub, first.hello)
    with pytest.raises(BadSession):
        second.agreed(told)


@pytest.mark.parametrize(
    "hello",
    [
        {},
        {"public": ""},
        {"public": "not base64!"},
        {"public": base64.b64encode(b"\x04" + bytes(64)).decode()},
        {"public": base64.b64encode(bytes(70_000)).decode()},
    ],
)
def test_what_is_no_hello_is_refused(hello: dict[str, Any]) -> None:
    with pytest.raises(BadSession):
        answered_session(BETWEEN, None, hello)


def test_keys_and_what_is_in_boxes_show_in_no_repr() -> None:
    ours, _ = agreed(None, None)
    assert "Session" in repr(ours)
    assert "_mine" not in repr(ours)
