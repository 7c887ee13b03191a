"""Giving a command and showing its outcome."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from firmware_py.cli.base import Session
from firmware_py.cli.output import say, write_json
from firmware_py.cli.sentences import sentence
from firmware_py.cli.words import t

__all__ = ["give", "only_given", "say_events"]


def give(session: Session, method: str, **params: Any) -> dict[str, Any]:
    """Give a command; show what came of it. Raises ``CliError``."""
    outcome = session.client.command(method, **only_given(params))
    if session.json:
        write_json(outcome)
    else:
        say_events(outcome)
    return outcome


def say_events(outcome: Mapping[str, Any]) -> None:
    """Say what a command made happen."""
    for event in outcome["events"]:
        # What else the same moment brought (an alarm's end) is not what was asked for.
        if event["type"] != "alarm.cleared":
            say(sentence(event["type"], event["data"]))
    if not outcome["events"]:
        say(t("没有变化。", "Nothing changed."))


def only_given(params: dict[str, Any]) -> dict[str, Any]:
    """Leave out what was not given: the daemon has the defaults."""
    return {name: value for name, value in params.items() if value not in (None, "", ())}
