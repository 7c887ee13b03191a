"""``hallctl kiosk pin``: asks for a PIN and keeps its hash where the configuration says.

It stands on no command line, in no answer and in no error.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from firmware_py.cli.base import Session
from firmware_py.cli.configfile import settings_of
from firmware_py.cli.errors import Refused, WrongUse
from firmware_py.cli.output import say, write_json
from firmware_py.cli.words import joined, t
from firmware_py.settings import Settings
from firmware_py.store.pin_file import hashed, is_pin, write_pin

__all__ = ["set_pin"]

#: Longer lines are none of ours.
_MOST = 64


def set_pin(session: Session, kiosk_id: str, config: Path | None, *, from_stdin: bool) -> None:
    """Ask for a kiosk's PIN and keep its hash. Raises ``Refused``, ``WrongUse``."""
    settings = settings_of(config)
    path = _pin_file(settings, kiosk_id)
    pin = _from_stdin() if from_stdin else _asked(kiosk_id)
    if not is_pin(pin):
        raise WrongUse("bad_pin", "PIN 应为 4 至 12 位数字。", "A PIN has 4 to 12 digits.")
    try:
        write_pin(path, hashed(pin))
    except OSError as error:
        raise Refused(
            "not_written",
            f"无法写入 {path}：{error.strerror}。请用 sudo 运行。",
            f"{path} cannot be written: {error.strerror}. Run it by sudo.",
        ) from error
    shared = [one.id for one in settings.kiosks if Path(one.pin_file or "") == path]
    if session.json:
        write_json({"kiosk": kiosk_id, "path": str(path), "kiosks": shared})
        return
    say(
        t(
            f"{joined(shared)} 的 PIN 已设置，立即生效（{path}）。",
            f"The PIN of {joined(shared)} is set and counts at once ({path}).",
        )
    )


def _pin_file(settings: Settings, kiosk_id: str) -> Path:
    """Return where a kiosk's PIN is kept. Raises ``WrongUse``."""
    found = next((one for one in settings.kiosks if one.id == kiosk_id), None)
    if found is None:
        known = joined(one.id for one in settings.kiosks) or "-"
        raise WrongUse(
            "unknown_kiosk",
            f"没有取号机 {kiosk_id}（现有：{known}）。",
            f"There is no kiosk {kiosk_id} (kiosks: {known}).",
            {"kiosk": kiosk_id},
        )
    if found.pin_file is None:
        line = f"hallctl config set kiosks.{kiosk_id}.pin_file kiosk.pin"
        raise WrongUse(
            "no_pin_file",
            f"配置中没有写明 {kiosk_id} 的 PIN 文件，请先执行：{line}",
            f"The configuration names no file for the PIN of {kiosk_id}; first: {line}",
            {"kiosk": kiosk_id},
        )
    return Path(found.pin_file)


def _from_stdin() -> str:
    return sys.stdin.readline(_MOST).strip()


def _asked(kiosk_id: str) -> str:
    if not sys.stdin.isatty():
        raise WrongUse(
            "no_terminal",
            "这里不是终端，请加 --stdin 从标准输入读取 PIN。",
            "This is no terminal; add --stdin to read the PIN from the standard input.",
        )
    words = t(f"{kiosk_id} 的新 PIN（4 至 12 位数字）", f"New PIN of {kiosk_id} (4 to 12 digits)")
    pin: str = click.prompt(words, hide_input=True, default="", show_default=False, err=True)
    again: str = click.prompt(
        t("再输入一次", "Once more"), hide_input=True, default="", show_default=False, err=True
    )
    if pin != again:
        raise WrongUse(
            "pins_differ",
            "两次输入不一致，PIN 没有更改。",
            "The two are not the same; the PIN was not changed.",
        )
    return pin
