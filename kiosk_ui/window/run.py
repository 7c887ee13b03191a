"""Starts the pair of screens: ``hall-screen window``."""

from __future__ import annotations

import argparse
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from kiosk_ui.panel import Panel, panel_of

__all__ = ["add_options", "run"]

log = logging.getLogger(__name__)

_USUAL_INCHES = 21.5


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what only a pair of screens has; the inner one has the usual options."""
    parser.add_argument("--window", required=True, help="窗口编号 · the window's id")
    parser.add_argument("--outer-panel", help="纳税人屏，如 1920x1080 · the outer panel's pixels")
    parser.add_argument("--outer-size", default="", help="纳税人屏尺寸，如 15.6in · its size")
    parser.add_argument("--outer-at", help="纳税人屏位置，如 1920,0 · where on the desktop")
    parser.add_argument(
        "--outer-theme", default="normal", help="纳税人屏主题 · normal, elder, contrast"
    )
    parser.add_argument(
        "--keypad", action="store_true",
        help="办税人员只用数字小键盘 · the clerk's only keys are those of a number pad",
    )  # fmt: skip


def run(
    options: argparse.Namespace,
    socket: Path,
    stopped: Callable[[], bool],
    position: Callable[[str | None], tuple[int, int] | None],
    beside: Callable[[], None],
) -> None:
    """Run both screens until ``stopped``. Raises as a single screen does."""
    from kiosk_ui import memory
    from kiosk_ui.bell import Bell
    from kiosk_ui.link import Link
    from kiosk_ui.look import load_look
    from kiosk_ui.notify import notify
    from kiosk_ui.pair import PairRunner
    from kiosk_ui.saved import Saved
    from kiosk_ui.shell import desktop
    from kiosk_ui.shells import Moving, Shells
    from kiosk_ui.theme import load_theme
    from kiosk_ui.window.desk import DeskScreen
    from kiosk_ui.window.glass import Glass
    from kiosk_ui.window.preview import Preview

    began_s = time.monotonic()
    pixels = options.panel or "{}x{}".format(*desktop())
    panels = _panels(options, pixels)
    look = load_look(panels[0], options.theme, options.lang)
    outer_theme = load_theme(options.outer_theme)
    looks = (look, replace(look, panel=panels[1], theme=outer_theme))
    link = Link(socket, time.monotonic, by=f"screen-window-{options.window}")
    first = position(options.at) or (0, 0)
    second = position(options.outer_at) or (first[0] + panels[0].width_px, first[1])
    memory.keep_small(scales=True)
    bell = Bell()
    glass = Glass(bell)
    preview = Preview(lambda: Link(socket, time.monotonic, by=f"preview-{options.window}"))
    moving: dict[str, Moving] = {"mirror": glass, "preview": preview}
    shells = Shells(
        panels, look.faces, (first, second), moving, time.monotonic, windowed=options.windowed,
        bell=bell,
    )  # fmt: skip
    try:
        pair = PairRunner(
            DeskScreen(options.window, keypad=options.keypad), shells, link, looks,
            beside=lambda model: (*glass.follow(model), *preview.follow(model)),
        )  # fmt: skip
        pair.turn()
        log.info("first pictures after %.0f ms", (time.monotonic() - began_s) * 1000)
        notify("READY=1")
        also = [beside]
        if options.picture is not None:
            path: Path = options.picture
            for name, shell in zip(("inner", "outer"), shells.shells, strict=True):
                own = path.with_name(f"{path.stem}-{name}{path.suffix}")
                also.append(Saved(own, shell, time.monotonic).turned)
        pair.run(stopped, also)
    finally:
        glass.close()
        preview.close()
        link.close()
        shells.close()
        look.faces.close()
        bell.close()


def _panels(options: argparse.Namespace, pixels: str) -> tuple[Panel, Panel]:
    inner = panel_of(pixels, options.size, _USUAL_INCHES)
    outer = panel_of(options.outer_panel or pixels, options.outer_size or options.size,
                     _USUAL_INCHES)  # fmt: skip
    return inner, outer
