"""What happened in the hall, in words, where the data need more than a place in the sentence."""

from __future__ import annotations

import pytest

from firmware_py.cli import words
from firmware_py.cli.sentences import sentence


@pytest.fixture(params=["zh", "en"])
def language(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(words, "_language", request.param)
    return str(request.param)


def test_an_alarm_of_a_window_names_the_window(language: str) -> None:
    raised = {"level": "red", "kind": "help", "subject": "1", "window": "1"}
    assert sentence("alarm.raised", raised) == {
        "zh": "红色告警：窗口求助（窗口 1）",
        "en": "red alarm: call for help (window 1)",
    }[language]  # fmt: skip


def test_an_alarm_of_a_ticket_names_the_ticket(language: str) -> None:
    raised = {"level": "red", "kind": "rating", "subject": "A001", "window": "1"}
    assert sentence("alarm.raised", raised) == {
        "zh": "红色告警：差评（A001）",
        "en": "red alarm: bad rating (A001)",
    }[language]  # fmt: skip


@pytest.mark.parametrize(
    ("action", "zh", "en"),
    [
        ("journal.backup", "技术操作：备份 x.db", "technician: backup x.db"),
        ("journal.restore", "技术操作：恢复备份 x.db", "technician: restore of a backup x.db"),
        ("device.disable", "技术操作：停用设备 x.db", "technician: out of use: x.db"),
        # One that a later version recorded.
        ("card.clean", "技术操作：card.clean x.db", "technician: card.clean x.db"),
    ],
)
def test_what_a_technician_did_is_said_in_words(
    language: str, action: str, zh: str, en: str
) -> None:
    said = sentence("action.taken", {"action": action, "subject": "x.db"})
    assert said == {"zh": zh, "en": en}[language]


@pytest.mark.parametrize(
    ("left", "zh", "en"),
    [
        (["A001"], "2026-03-02 关门，未办理 1 人", "2026-03-02 closed, 1 person left over"),
        ([], "2026-03-02 关门，未办理 0 人", "2026-03-02 closed, 0 people left over"),
    ],
)
def test_a_closing_counts_who_was_left(language: str, left: list[str], zh: str, en: str) -> None:
    said = sentence("day.closed", {"day": "2026-03-02", "left": left})
    assert said == {"zh": zh, "en": en}[language]
