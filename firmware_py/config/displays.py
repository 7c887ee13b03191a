"""Checks of what LED displays are to say: they must be able to write it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from devices.base import Sentence
from devices.errors import DeviceUnavailable
from devices.led_wall.display import cannot_show
from devices.led_wall.layout import Layout
from devices.led_wall.options import PanelOptions
from devices.led_wall.page import LedLine
from devices.led_wall.wall import lines_with
from devices.led_wall.words import Words
from devices.registry import KINDS, check_texts, convert_options
from firmware_py.config.layouts import read_layout
from firmware_py.config.lines import KeyPath
from firmware_py.config.mistakes import Findings
from firmware_py.config.notice_pictures import is_picture_file, read_picture_file
from firmware_py.config.notices import NoticeFile, is_notice_file, read_notice
from firmware_py.settings import Settings, WallSettings

__all__ = ["check_display_files", "check_words"]


def check_words(settings: Settings, found: Findings) -> None:
    """Add what walls and strips could not write of their own words, with the hall's numbers."""
    number = f"{settings.numbers.prefix or 'A'}{'8' * settings.numbers.digits}"
    judged: dict[tuple[str, Words], dict[str, Sentence]] = {}
    for display, window in _displays(settings):
        panel = _panel(settings, display)
        if panel is None:
            continue
        kind, words = settings.devices[display].kind, panel.words
        # Most strips say the same; this is on the way of every start.
        if (kind, words) not in judged:
            judged[kind, words] = check_texts(kind, panel, number=number, windows=(window,))
        for key, why in judged[kind, words].items():
            at: KeyPath = ("devices", display, "options", "texts", key)
            found.add(at, why.en, why.zh)
    screens = settings.displays.screens
    for n, screen in enumerate(screens):
        if screen in screens[:n] or any(wall.id == screen for wall in settings.walls):
            at = ("displays", "screens", n)
            found.add(at, f"there is a wall {screen} already", f"已有主屏 {screen}")


def _displays(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield each display with a window that it names; their ids are all of the same letters."""
    for wall in settings.walls:
        yield wall.display, settings.windows[0].id if settings.windows else "1"
    for window in settings.windows:
        if window.strip is not None:
            yield window.strip, window.id


def _panel(settings: Settings, display: str) -> PanelOptions | None:
    """Return what a display is; None for what is said to be wrong elsewhere."""
    device = settings.devices.get(display)
    if device is None or device.kind not in KINDS:
        return None
    try:
        options = convert_options(device.kind, device.options)
    except (DeviceUnavailable, msgspec.ValidationError):
        return None
    return options if isinstance(options, PanelOptions) else None


def check_display_files(settings: Settings, found: Findings) -> list[Findings]:
    """Return what is wrong with layouts and notices; what is about the hall goes to ``found``.

    For the technician who asks; the daemon goes on without a file that it cannot use.
    """
    files: list[Findings] = []
    layouts: dict[str, Layout] = {}
    for n, wall in enumerate(settings.walls):
        layout, wrong = _layout_of(wall)
        panel = _panel(settings, wall.display)
        if panel is not None and layout.rows > panel.rows and wall.layout is not None:
            found.add(
                ("walls", n, "layout"),
                f"needs {layout.rows} rows, {wall.display} has {panel.rows}",
                f"需要 {layout.rows} 行，{wall.display} 只有 {panel.rows} 行",
            )
        elif panel is not None:
            _check_text(layout, settings, wall, panel, wrong)
        layouts[wall.id] = layout
        files.append(wrong)
    return [*files, *_check_notices(settings, layouts, found)]


def _layout_of(wall: WallSettings) -> tuple[Layout, Findings]:
    usual = Layout.of_calls(wall.rows)
    if wall.layout is None:
        return usual, Findings("")
    layout, found = read_layout(wall.layout)
    return layout or usual, found


def _check_text(
    layout: Layout, settings: Settings, wall: WallSettings, panel: PanelOptions, wrong: Findings
) -> None:
    kind = settings.devices[wall.display].kind
    for n, zone in enumerate(layout.zone):
        for m, page in enumerate(zone.pages):
            why = cannot_show(kind, panel, [LedLine(line) for line in page])
            if why is not None:
                wrong.add(("zone", n, "pages", m), why.en, why.zh)


def _check_notices(
    settings: Settings, layouts: dict[str, Layout], found: Findings
) -> Iterator[Findings]:
    folder = settings.displays.notices
    if folder is None:
        return
    if not Path(folder).is_dir():
        found.add(("displays", "notices"), f"no folder {folder}", f"没有文件夹 {folder}")
        return
    for path in sorted(Path(folder).iterdir()):
        if is_picture_file(path):
            yield read_picture_file(path)[1]
        if is_notice_file(path):
            file, wrong = read_notice(path)
            yield wrong
            if file is not None:
                _check_notice(settings, layouts, path, file, wrong)


def _check_notice(
    settings: Settings, layouts: dict[str, Layout], path: Path, file: NoticeFile, wrong: Findings
) -> None:
    known = {*settings.displays.screens, *(wall.id for wall in settings.walls)}
    for n, name in enumerate(file.walls):
        if name not in known:
            wrong.add(("walls", n), f"there is no wall {name}", f"没有主屏 {name}")
    if file.picture and not (path.parent / file.picture).is_file():
        wrong.add(("picture",), f"no file {file.picture}", f"没有文件 {file.picture}")
    for wall in settings.walls if not file.picture else ():
        panel = _panel(settings, wall.display)
        if panel is None or (file.walls and wall.id not in file.walls):
            continue
        kind = settings.devices[wall.display].kind
        lines = lines_with(layouts[wall.id], panel.columns, file.notice(path.name))
        why = cannot_show(kind, panel, lines)
        if why is not None:
            wrong.add((), f"{wall.id}: {why.en}", f"{wall.id}：{why.zh}", line=0)
