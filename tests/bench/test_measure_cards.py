"""The card's figure: two cards at the real pace, by the driver and by hand."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from firmware_py.bench import measure_cards
from firmware_py.bench.figures import MEASURES
from firmware_py.bench.paced_reader import THINKS_S


def test_two_cards_are_read_and_what_is_above_the_wire_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measure_cards, "CARDS", 2)
    fields, wait = asyncio.run(measure_cards.measure(tmp_path))
    # Questions of 10 bytes, answers of 15, 19 and 1295, at 11,520 bytes a second.
    wire_ms = (3 * 10 + 15 + 19 + 1295) / 11.52 + sum(THINKS_S.values()) * 1000
    assert f"wire and reader {wire_ms:.0f} ms" in fields.beside
    assert fields.bound == "60 ms"
    assert "300 ms" in wait.bound
    assert list(tmp_path.iterdir()) == []


def test_pads_and_cards_are_among_the_figures() -> None:
    assert {"pads", "cards"} <= MEASURES.keys()
