"""Writes what every page says now: ``python -m tests.kiosk_ui.goldens``, then look at the diff."""

from __future__ import annotations

import json
from pathlib import Path

from kiosk_ui.states import LAYOUTS, states
from tests.kiosk_ui.looks import look

__all__: list[str] = []


def _said() -> dict[str, dict[str, list[str]]]:
    found = dict[str, dict[str, list[str]]]()
    for state in states():
        panel = next(iter(LAYOUTS[state.screen].values()))
        found[f"{state.screen}-{state.name}"] = {
            lang: list(state.draw(look(panel, "normal", lang)).texts()) for lang in ("zh", "en")
        }
    return found


if __name__ == "__main__":
    path = Path(__file__).parent / "golden.json"
    text = json.dumps(_said(), ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
