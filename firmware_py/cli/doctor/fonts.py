"""Fonts for what a printer or a wall cannot write itself, and the words of this terminal."""

from __future__ import annotations

from collections.abc import Iterator

from firmware_py.cli.doctor.facts import Facts
from firmware_py.cli.doctor.finding import Finding, fine, red, unknown, warning

__all__ = ["look", "look_locale"]

#: A character whose Japanese form differs, and one each that Noto has not: HanaMin A and B.
_COMMON, _RARE = "门", "𪚥𮧵"


def look(facts: Facts) -> Iterator[Finding]:
    """Ask which face would draw a common and two rare characters."""
    draw = facts.machine.face_for
    do = ("sudo apt install fonts-noto-cjk fonts-hanazono",) * 2
    try:
        common = draw(_COMMON)
        rare = [c for c in _RARE if draw(c) is None]
    except ModuleNotFoundError:
        yield unknown("没有安装 pillow，不画字。", "pillow is not installed: nothing is drawn.")
        return
    if common is None or "CJK SC" not in common.family:
        yield red(
            "没有 Noto 简体中文字体，汉字画不出来或字形不对。",
            "The Simplified Chinese face of Noto is missing: characters are not drawn, or in "
            "their Japanese form.",
            *do,
        )
    elif rare:
        yield warning(
            f"缺少生僻字字体（HanaMin），例如“{rare[0]}”画不出来。",
            f"The font for rare characters (HanaMin) is missing; {rare[0]} cannot be drawn.",
            *do,
        )
    else:
        yield fine(
            "简体中文和生僻字字体齐全。", "Simplified Chinese and rare characters are there."
        )


def look_locale(facts: Facts) -> Iterator[Finding]:
    """Look at the locale of whoever runs this: it decides how Chinese comes out here."""
    env = facts.machine.env
    locale = env.get("LC_ALL") or env.get("LC_CTYPE") or env.get("LANG") or "C"
    if "utf8" in locale.lower().replace("-", ""):
        yield fine(f"终端使用 UTF-8（{locale}）。", f"This terminal speaks UTF-8 ({locale}).")
    else:
        yield warning(
            f"终端的区域设置是 {locale}，中文可能显示为乱码。",
            f"The locale here is {locale}: Chinese may come out garbled.",
            "sudo raspi-config nonint do_change_locale zh_CN.UTF-8，重新登录。",
            "sudo raspi-config nonint do_change_locale zh_CN.UTF-8, then log in again.",
        )
