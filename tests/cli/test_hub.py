"""``hallctl hub``: how old the copy is, and what a promotion does, before anything is done."""

from __future__ import annotations

from typing import Any, cast

import pytest
from click.testing import CliRunner

from firmware_py.cli.base import Session
from firmware_py.cli.client import Client
from firmware_py.cli.hub import copy_there, hub, status_words

COPY = {
    "state": "behind", "copied": 412, "behind": 3, "level_s": 4.4, "bytes_here": 0, "bytes_all": 0,
    "why": "", "handing_over": "", "left": 0,
}  # fmt: skip
FOLLOWS = {
    "decides": False, "hub": "hub", "epoch": "1-hub", "numbers_at": "", "reserve": [],
    "copies": [], "copy": COPY, "kept": [], "heard": "", "lease": None,
}  # fmt: skip
DECIDES = FOLLOWS | {
    "decides": True, "hub": "standby-1", "epoch": "2-standby-1", "numbers_at": "hub", "copy": None,
    "reserve": [{"holder": "standby-1", "first": "A960", "last": "A979"}],
}  # fmt: skip


class Daemon:
    """Answers, and notes what was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.status = FOLLOWS

    def ask(self, method: str, **params: Any) -> Any:
        """Answer a question."""
        self.asked.append((method, params))
        if method == "hub.status":
            return self.status
        return {"epoch": "2-standby-1", "cut_seq": 412}


def run(daemon: Daemon, *arguments: str, typed: str = "") -> str:
    session = Session()
    session._client = cast("Client", daemon)
    ran = CliRunner().invoke(hub, arguments, input=typed, obj=session)
    return ran.output


def test_how_old_the_copy_is_is_said_and_nothing_is_done_without_yes() -> None:
    daemon = Daemon()
    said = run(daemon, "promote", "--former-is-off", typed="no\n")
    assert "up to event 412, 3 behind as far as is known; it was level 4 s ago" in said
    assert "numbers will be on two papers" in said
    assert [method for method, _ in daemon.asked] == ["hub.status"]


def test_with_yes_the_standby_is_promoted_and_what_comes_is_said() -> None:
    daemon = Daemon()
    said = run(daemon, "promote", typed="yes\n")
    assert "in epoch 2-standby-1, from event 413 on" in said
    assert daemon.asked[-1] == ("hub.promote", {"former_is_off": False})
    daemon.asked.clear()
    run(daemon, "promote", "--yes", "--former-is-off")
    assert daemon.asked == [("hub.promote", {"former_is_off": True})]


def test_what_is_not_in_a_kept_journal_is_said_before_it_is_gone_on_with() -> None:
    past = {"file": "journal.db.1-hub", "upto": 412, "until": "2026-11-22 16:58"}
    alone = FOLLOWS | {"hub": "standby-1", "copy": COPY | {"copied": 0}, "from_kept": past}
    assert "hallctl hub promote --from-kept" in "\n".join(status_words(alone))
    daemon = Daemon()
    daemon.status = alone
    said = run(daemon, "promote", "--from-kept", typed="yes\n")
    assert "ends with event 412 (2026-11-22 16:58)" in said
    assert "Nothing that standby-1 decided after that is in it" in said
    assert daemon.asked[-1] == ("hub.promote", {"former_is_off": False, "from_kept": True})


def test_whose_numbers_are_given_and_what_to_do_is_said() -> None:
    words = "\n".join(status_words(DECIDES))
    assert "This Pi is the hub, in epoch 2-standby-1." in words
    assert "its reserve A960-A979" in words
    assert "hallctl node write-off hub" in words


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"state": "level", "behind": 0}, "complete, up to event 412, level with the hub 4 s ago"),
        ({"state": "whole", "bytes_here": 2048, "bytes_all": 8192}, "as a whole: 2 of 8 kB"),
        ({"level_s": None}, "level not since the start"),
        ({"level_s": 600.0}, "level 10 min ago"),
        ({"state": "wrong", "why": "event 413 was changed"}, "cannot go on: event 413 was changed"),
        ({"left": 1}, "What this Pi recorded as hub is handed over."),
    ],
)
def test_each_state_of_the_copy_has_its_words(change: dict[str, Any], said: str) -> None:
    assert said in "\n".join(status_words(FOLLOWS | {"copy": COPY | change}))


def test_the_hub_says_how_far_the_copy_is() -> None:
    there = {"node": "standby-1", "copied": 410, "behind": 2, "level_s": 1.0, "asked_s": 0.5}
    assert copy_there(there) == "The copy at standby-1 is up to event 410, 2 behind; level 1 s ago."
    assert "has not asked" in copy_there(there | {"copied": None})


def test_a_kept_journal_that_cannot_be_read_is_said_and_gone_on_without_only_when_told_to() -> None:
    daemon = Daemon()
    daemon.status = FOLLOWS | {"kept_unread": {"zh": "流水不能用。", "en": "It cannot be used."}}
    said = run(daemon, "promote", "--without-kept", typed="yes\n")
    assert "It cannot be used." in said
    assert daemon.asked[-1] == ("hub.promote", {"former_is_off": False, "without_kept": True})
    run(daemon, "promote", "--yes")
    assert daemon.asked[-1] == ("hub.promote", {"former_is_off": False})
