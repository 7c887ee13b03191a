"""The live table of ``hallctl devices watch`` on a screen of 80 by 24."""

from __future__ import annotations

from typing import Any

import pytest
from rich.console import Console

from firmware_py.cli import words
from firmware_py.cli.device_watch import _table


def device(name: str, state: str = "ok") -> dict[str, Any]:
    return {
        "device": name,
        "state": state,
        "since_ms": 0,
        "say": {"zh": "取号小票打印机正常，纸张充足，可以继续使用。" * 3, "en": "Fine. " * 30},
        "counters": {"frames_in": 54, "frames_out": 3, "bad_frames": 0, "lost": 1},
    }


def drawn(devices: list[dict[str, Any]]) -> list[str]:
    console = Console(width=80, height=24, force_terminal=False)
    with console.capture() as captured:
        console.print(_table(devices, console.height))
    return captured.get().splitlines()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_forty_devices_fit_and_those_in_trouble_come_first(
    language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "_language", language)
    many = [device(f"strip-{n}") for n in range(39)] + [device("printer", "gone")]
    lines = drawn(many)
    assert len(lines) <= 24
    assert lines[1].startswith("printer")
    assert "20" in lines[-1]


def test_a_few_stay_in_their_order() -> None:
    lines = drawn([device("a"), device("b", "gone"), device("c")])
    assert [line.split()[0] for line in lines[1:]] == ["a", "b", "c"]
