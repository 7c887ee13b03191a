"""What somebody is told to type next can be typed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware_py.bench import spread_telling, summary
from firmware_py.bench.stage import ROOT
from firmware_py.cli.root import root

#: Two spaces stand between a command and what it is for, as a comment does.
PARTS = ("  ", " #")


def typed(line: str) -> list[str]:
    """Return a line's words after ``hallctl``; none where it is no line of it."""
    _, found, words = line.partition("hallctl ")
    for part in PARTS:
        words = words.partition(part)[0]
    return words.split() if found else []


def told() -> Iterator[str]:
    yield from spread_telling.invitation(Path("out/spread"), "switch", 1)
    yield from summary.invitation("A061", Path("out").absolute())
    readme = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    yield from (line for line in readme if line.startswith(".venv/bin/hallctl "))


LINES = sorted({" ".join(typed(line)) for line in told()} - {""})


def test_the_lines_are_found() -> None:
    assert {"status", "hub promote", "ticket take D01 --kiosk kiosk-2", "why A061"} <= set(LINES)


@pytest.mark.parametrize("line", LINES)
def test_a_line_that_is_told_is_understood(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    # What is unknown is refused before the help is shown.
    assert root.main([*line.split(), "--help"], "hallctl", standalone_mode=False) == 0
    assert "hallctl" in capsys.readouterr().out


def test_cables_are_told_of_only_where_there_are_some() -> None:
    together = "\n".join(spread_telling.invitation(Path("out/spread")))
    assert "link set" not in together
    apart = "\n".join(spread_telling.invitation(Path("out/spread"), "hall-bench-7-switch"))
    for way in ("down", "up"):
        assert f"ip -n hall-bench-7-switch link set kiosk-2 {way} " in apart
