"""Single lines of ``hallctl status``, in both languages."""

from __future__ import annotations

from typing import Any

import pytest

from firmware_py.cli import words
from firmware_py.cli.status import backup_lines, broker_line, day_line

FOLLOWS = {"hub": "hub"}
NONE_YET = {"last": None, "state": "none", "unsaved": 0, "folder": "/b"}


def text(line: Any) -> str:
    return "".join(part if isinstance(part, str) else part[0] for part in line)


@pytest.mark.parametrize(
    ("error", "zh", "en"),
    [
        ("Keep alive timeout", "未连接  0:07  没有应答：检查网线、交换机和消息服务器",
         "not connected  0:07  does not answer: see cable, switch and the broker"),
        ("[Errno 111] Connection refused", "没有启动：在它那台执行 systemctl status mosquitto",
         "does not run: there, systemctl status mosquitto"),
        ("timed out", "没有应答：检查网线、交换机和 broker.host",
         "does not answer: see cable, switch and broker.host"),
        ("[Errno 101] Network is unreachable", "网络不通", "the network is down"),
        ("[Errno 113] No route to host", "网络不通", "the network is down"),
        ("refused: Banned", "未连接  0:07  refused: Banned", "  0:07  refused: Banned"),
    ],
)  # fmt: skip
def test_why_the_broker_is_away_is_told_with_what_to_do(
    error: str, zh: str, en: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker = {"connected": False, "since_s": 7, "error": error, "problem": None}
    for language, wanted in (("zh", zh), ("en", en)):
        monkeypatch.setattr(words, "_language", language)
        assert wanted in text(broker_line(broker))


def test_a_pi_that_never_decided_anything_has_nothing_to_back_up() -> None:
    for backup in (NONE_YET, None):
        assert list(backup_lines({"backup": backup, "broker": FOLLOWS})) == []


@pytest.mark.parametrize("broker", [None, {"connected": True}])
def test_a_hub_without_a_backup_says_so(broker: Any) -> None:
    (line,) = backup_lines({"backup": NONE_YET, "broker": broker})
    assert "of this journal none yet" in text(line)


@pytest.mark.parametrize(
    "changed",
    [
        {"unsaved": 4},
        {"state": "failed", "problem": {"zh": "已满", "en": "Full."}},
    ],
)
def test_what_a_cut_off_pi_decided_is_to_be_backed_up(changed: dict[str, Any]) -> None:
    assert list(backup_lines({"backup": NONE_YET | changed, "broker": FOLLOWS}))


@pytest.mark.parametrize(
    ("broker", "now", "wanted"),
    [
        (FOLLOWS, "", "The hub was not met yet; the hall is not known"),
        (FOLLOWS, "2026-03-02 08:00:00", "Closed; to open, at the hub: hallctl open"),
        ({"connected": False}, "", "Closed; to open: hallctl open"),
        (None, "2026-03-02 08:00:00", "Closed; to open: hallctl open"),
    ],
)
def test_a_pi_that_knows_no_hall_does_not_say_that_it_is_closed(
    broker: Any, now: str, wanted: str
) -> None:
    assert text(day_line({"day": "", "day_open": False, "now": now, "broker": broker})) == wanted
