"""``hall-screen``: starts a screen, or writes the pictures of all of them."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kiosk_ui.panel import NoPanel, panel_of
from kiosk_ui.window.run import add_options

if TYPE_CHECKING:
    from kiosk_ui.app import Screen

__all__ = ["main"]

log = logging.getLogger("kiosk_ui")

#: A panel of this size is meant where none is given.
_USUAL_INCHES = {"wall": 55.0}
_ENDS = (signal.SIGTERM, signal.SIGINT)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s"
    )
    from kiosk_ui.fonts import NoFont
    from kiosk_ui.memory import without_sound
    from kiosk_ui.theme import ThemeError

    without_sound()
    try:
        if options.screen == "gallery":
            return _gallery(options)
        return _pair(options) if options.screen == "window" else _screen(options)
    except (ThemeError, NoFont, ValueError) as error:
        sys.stderr.write(f"hall-screen: {error}\n")
        return 2
    except NoPanel as error:
        # It may come any moment: whoever runs the screen tries again.
        sys.stderr.write(f"hall-screen: {error}\n")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hall-screen",
        description="大厅的显示屏 · The screens of the hall",
    )
    of = parser.add_subparsers(dest="screen", required=True)
    wall = of.add_parser("wall", help="叫号主屏 · calls, who waits, notices")
    wall.add_argument(
        "--wall", default="", help="通知所称的主屏编号 · the id that notices name it by"
    )
    _common(wall)
    kiosk = of.add_parser("kiosk", help="取号机 · the ticket kiosk")
    kiosk.add_argument(
        "--kiosk", default="kiosk-1", help="配置中的取号机编号 · its id in the configuration"
    )
    kiosk.add_argument(
        "--foot", type=float, default=850.0, metavar="MM",
        help="屏幕下沿离地的毫米数 · the panel's lower edge above the floor",
    )  # fmt: skip
    _common(kiosk)
    window = of.add_parser("window", help="窗口双屏 · the pair at a window: clerk and taxpayer")
    _common(window)
    add_options(window)
    gallery = of.add_parser("gallery", help="把所有页面画成图片 · every page as a picture")
    gallery.add_argument("--out", type=Path, default=Path("out/gallery"))
    for name in ("themes", "langs", "sizes", "states"):
        gallery.add_argument(f"--{name}", help="逗号分隔 · only these, separated by commas")
    return parser


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--socket", type=Path, help="控制套接字 · the daemon's socket")
    parser.add_argument("--panel", help="例如 1920x1080@90 · pixels, and how it is turned")
    parser.add_argument("--size", default="", help="例如 43in 或 940x530（毫米）· or in mm")
    parser.add_argument("--at", help="例如 1920,0 · where on the desktop")
    parser.add_argument("--theme", default="normal", help="normal, elder, contrast, ./ours.toml")
    parser.add_argument("--lang", choices=("zh", "en"), default="zh")
    parser.add_argument("--windowed", action="store_true", help="带边框 · in a window, to look at")
    parser.add_argument(
        "--picture", type=Path, help="当前画面存为文件，如 out/wall.png · also as a file"
    )


def _socket() -> Path:
    """Return where the daemon's socket should be: as for ``hallctl``."""
    own = os.environ.get("HALL_SOCKET")
    if own:
        return Path(own)
    folder = os.environ.get("HALL_RUN") or os.environ.get("RUNTIME_DIRECTORY", "").partition(":")[0]
    return Path(folder or "/run/hall") / "hall.sock"


def _screen(options: argparse.Namespace) -> int:
    began_s = time.monotonic()
    screen = _screen_of(options)
    # What has no place to be drawn on imports no toolkit.
    from kiosk_ui import memory
    from kiosk_ui.app import Runner
    from kiosk_ui.link import Link
    from kiosk_ui.look import load_look
    from kiosk_ui.notify import Watched, notify
    from kiosk_ui.saved import Saved
    from kiosk_ui.shell import Shell, desktop

    pixels = options.panel or "{}x{}".format(*desktop())
    panel = panel_of(pixels, options.size, _USUAL_INCHES.get(options.screen, 21.5))
    look = load_look(panel, options.theme, options.lang)
    link = Link(options.socket or _socket(), time.monotonic, by=f"screen-{options.screen}")
    memory.keep_small()
    stopped: list[int] = []
    before = {one: signal.signal(one, lambda number, _: stopped.append(number)) for one in _ENDS}
    shell = Shell(
        panel,
        look.faces,
        title=f"hall-screen {options.screen}",
        windowed=options.windowed,
        position=_position(options.at),
    )
    try:
        runner = Runner(screen, shell, link, look)
        runner.turn()
        log.info("first picture after %.0f ms", (time.monotonic() - began_s) * 1000)
        notify("READY=1")
        beside = [Watched(time.monotonic).turned]
        if options.picture is not None:
            beside.append(Saved(options.picture, shell, time.monotonic).turned)
        runner.run(lambda: bool(stopped), beside)
    finally:
        link.close()
        shell.close()
        look.faces.close()
        for one, handler in before.items():
            signal.signal(one, handler)
    return 0


def _pair(options: argparse.Namespace) -> int:
    from kiosk_ui.notify import Watched
    from kiosk_ui.window.run import run

    stopped: list[int] = []
    before = {one: signal.signal(one, lambda number, _: stopped.append(number)) for one in _ENDS}
    try:
        run(
            options, options.socket or _socket(), lambda: bool(stopped), _position,
            Watched(time.monotonic).turned,
        )  # fmt: skip
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
    return 0


def _screen_of(options: argparse.Namespace) -> Screen[Any]:
    if options.screen == "kiosk":
        from kiosk_ui.kiosk.screen import KioskScreen

        return KioskScreen(options.kiosk, options.lang, options.theme, options.foot)
    from kiosk_ui.wall.screen import WallScreen

    return WallScreen(wall=options.wall)


def _position(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    x, comma, y = text.partition(",")
    if not (comma and x.isdecimal() and y.isdecimal()):
        raise ValueError(f"{text!r} is no place; write 1920,0")
    return int(x), int(y)


def _gallery(options: argparse.Namespace) -> int:
    from kiosk_ui.gallery import render
    from kiosk_ui.theme import THEMES

    def some(text: str | None) -> list[str] | None:
        return text.split(",") if text else None

    wrong = render(
        options.out,
        themes=some(options.themes) or THEMES,
        languages=some(options.langs) or ("zh", "en"),
        layouts=some(options.sizes),
        only=some(options.states),
    )
    for line in wrong:
        sys.stderr.write(f"{line}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
