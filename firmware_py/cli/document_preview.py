"""``hallctl document preview``: whether a camera's live pictures arrive; none is shown or kept."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import click

from firmware_py.cli.base import HallCommand, Session, pass_session
from firmware_py.cli.errors import Refused
from firmware_py.cli.output import say, write_json
from firmware_py.cli.words import t

__all__ = ["preview"]

#: Base64 has four characters for three bytes.
_BASE64 = 3 / 4


@click.command(
    "preview",
    cls=HallCommand,
    help=t(
        "检查窗口高拍仪的实时预览：每秒帧数、尺寸。不显示也不保存画面。",
        "Check a window's live preview: frames a second and their size. "
        "No picture is shown or kept.",
    ),
)
@click.argument("window", metavar=t("窗口", "WINDOW"))
@click.option(
    "--seconds",
    type=click.FloatRange(0.5, 3600),
    default=5.0,
    help=t("看多久，默认 5 秒。", "For how long; 5 s if not given."),
)
@pass_session
def preview(session: Session, window: str, seconds: float) -> None:
    """Count a preview's frames."""
    session.client.ask("scanner.preview", window=window)
    frames = size = dropped = 0
    last: dict[str, Any] = {}
    # From the first frame on: a camera takes a second to open.
    began_s = ended_s = 0.0
    with suppress(KeyboardInterrupt):
        for told in _frames(session, seconds):
            ended_s = time.monotonic()
            began_s = began_s or ended_s
            frames, size = frames + 1, size + int(len(told["jpeg"]) * _BASE64)
            dropped, last = told["dropped"], told
    if not frames:
        raise Refused(
            "no_frames",
            f"{seconds:g} 秒内没有收到画面，请用 hallctl devices 查看扫描仪的状态。",
            f"No picture came within {seconds:g} s; see the scanner's state in hallctl devices.",
        )
    rate = (frames - 1) / (ended_s - began_s) if frames > 1 else 0.0
    found = {
        "window": window,
        "frames": frames,
        "rate": round(rate, 1),
        "dropped": dropped,
        "width": last["width"],
        "height": last["height"],
        "mean_size": size // frames,
    }
    if session.json:
        write_json(found)
        return
    sides, each = f"{last['width']}×{last['height']}", f"{found['mean_size'] / 1024:.0f} KiB"
    say(
        t(
            f"收到 {frames} 帧，每秒 {rate:.1f} 帧，{sides}，平均 {each}，丢弃 {dropped} 帧。",
            f"{frames} frames, {rate:.1f} a second, {sides}, {each} each, {dropped} dropped.",
        )
    )


def _frames(session: Session, seconds: float) -> Iterator[dict[str, Any]]:
    until_s = time.monotonic() + seconds
    for method, told in session.client.all_notifications(seconds):
        if method == "scanner.preview_failed":
            raise Refused(told["code"], told["zh"], told["en"])
        if method == "scanner.frame":
            yield told
        if time.monotonic() > until_s:
            return
