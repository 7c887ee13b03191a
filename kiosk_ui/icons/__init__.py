"""The screens' own icons: white lines on nothing, 24 x 24, drawn in a colour of the theme."""

from __future__ import annotations

from functools import cache
from pathlib import Path

__all__ = ["ICONS", "icon_path"]

_FOLDER = Path(__file__).parent
ICONS = frozenset(path.stem for path in _FOLDER.glob("*.svg"))


@cache
def icon_path(name: str) -> Path:
    """Return an icon's file; one that is not there is shown as a sheet of paper."""
    return _FOLDER / f"{name if name in ICONS else 'item'}.svg"
