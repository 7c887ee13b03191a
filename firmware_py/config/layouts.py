"""Layout files of walls: found by name, read with all their mistakes."""

from __future__ import annotations

import sys
from pathlib import Path

from devices.led_wall.layout import Layout
from devices.led_wall.options import PanelOptions
from devices.registry import convert_options
from firmware_py.config.mistakes import Findings
from firmware_py.config.toml import read_toml
from firmware_py.config.walk import convert
from firmware_py.settings import Settings

__all__ = ["find_layout", "layouts_of", "read_layout"]


def find_layout(name: str) -> Path:
    """Return the file of a layout: a path, or a name in the first folder that has it.

    Folders: ``/etc/hall/layouts`` (a hall's own), then the shipped ones. A name that none has is
    returned as it would stand in the first.
    """
    given = Path(name)
    if given.suffix == ".toml" or len(given.parts) > 1:
        return given
    folders = (
        Path("/etc/hall/layouts"),
        Path(__file__).parents[2] / "config" / "layouts",
        Path(sys.prefix) / "share" / "hall-controller" / "config" / "layouts",
    )
    files = [folder / f"{name}.toml" for folder in folders]
    return next((file for file in files if file.is_file()), files[0])


def read_layout(name: str) -> tuple[Layout | None, Findings]:
    """Return a layout by name or path, and what is wrong with its file."""
    data, found = read_toml(find_layout(name))
    if found and not data:
        return None, found
    layout = convert(data, Layout, (), found)
    return (None if found else layout), found


def layouts_of(settings: Settings) -> tuple[dict[str, Layout], list[Findings]]:
    """Return the layouts of the walls that name one, by wall, and what is wrong with them.

    One that needs more rows than its display has is wrong too. For checked ``settings``.
    """
    layouts: dict[str, Layout] = {}
    wrong: list[Findings] = []
    for wall in settings.walls:
        if wall.layout is None:
            continue
        layout, found = read_layout(wall.layout)
        rows = _rows_of(settings, wall.display)
        if layout is not None and layout.rows > rows:
            found.add(
                ("zone",),
                f"needs {layout.rows} rows, {wall.display} has {rows}",
                f"需要 {layout.rows} 行，{wall.display} 只有 {rows} 行",
            )
        if layout is not None and not found:
            layouts[wall.id] = layout
        else:
            wrong.append(found)
    return layouts, wrong


def _rows_of(settings: Settings, display: str) -> int:
    device = settings.devices[display]
    options = convert_options(device.kind, device.options)
    return options.rows if isinstance(options, PanelOptions) else 0
