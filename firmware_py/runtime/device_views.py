"""What a technician is shown of one device, and of a broker that was never connected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from firmware_py.config.file import describe
from firmware_py.core.refusals import Refusal
from firmware_py.runtime.supervisor import Health
from firmware_py.settings import BrokerSettings, Settings

__all__ = ["device_view", "without_broker"]

_DISABLED = Refusal(
    "disabled",
    "设备已在配置中停用（enabled = false）。",
    "The device is disabled in the configuration (enabled = false).",
)
_NOT_STARTED = Refusal(
    "broker_not_started",
    "尚未连接消息服务器。如一直如此（例如密码文件是后来补上的），"
    "请重启服务：systemctl restart halld",
    "The connection to the broker is not started yet. If it stays so (the password's file came "
    "later, for one): systemctl restart halld",
)


def device_view(
    settings: Settings, name: str, health: Health | None, now_ms: int
) -> dict[str, Any]:
    """Return a device with its health, port, settings and users.

    ``now_ms`` is of the supervisor's clock; ``health`` is None for a device that the
    configuration disables. Secrets are hidden as in ``config.show``.
    """
    shown = describe(settings)
    device = shown["devices"][name]
    line = shown["lines"].get(device["line"]) if device["line"] is not None else None
    view = {
        "device": name,
        "kind": device["kind"],
        "enabled": device["enabled"],
        "port": line["port"] if line else device["port"],
        "line": device["line"],
        "line_settings": line["settings"] if line else device["line_settings"],
        "shares_line_with": [
            other
            for other, its in settings.devices.items()
            if device["line"] is not None and its.line == device["line"] and other != name
        ],
        "options": device["options"],
        "used_by": list(_users(settings, name)),
    }
    if health is None:
        return view | {
            "state": "disabled",
            "code": _DISABLED.code,
            "say": {"zh": _DISABLED.zh, "en": _DISABLED.en},
            "since_s": None,
            "last_good_s": None,
            "identity": "",
            "counters": {},
        }
    last_good_ms = health.last_good_ms
    return view | {
        "state": health.state,
        "code": health.code,
        "say": asdict(health.say),
        "since_s": max(now_ms - health.since_ms, 0) // 1000,
        "last_good_s": None if last_good_ms is None else max(now_ms - last_good_ms, 0) // 1000,
        "identity": health.identity,
        "counters": health.counters,
    }


#: What windows and kiosks may both have.
READERS = ("card_reader", "code_scanner")
AT_WINDOWS = ("pad", "rating_pad", "strip", "lamp", "button", "printer", "scanner", *READERS)


def _users(settings: Settings, device: str) -> Iterator[dict[str, str]]:
    """Yield where the device belongs: ``{"place": "window", "id": "3", "as": "pad"}``."""
    for window in settings.windows:
        for role in AT_WINDOWS:
            if getattr(window, role) == device:
                yield {"place": "window", "id": window.id, "as": role}
    for kiosk in settings.kiosks:
        for role in ("printer", "button", "voice", *READERS):
            if getattr(kiosk, role) == device:
                yield {"place": "kiosk", "id": kiosk.id, "as": role}
    for wall in settings.walls:
        if wall.display == device:
            yield {"place": "wall", "id": wall.id, "as": "display"}
    for voice in settings.voices:
        if voice.device == device:
            yield {"place": "voice", "id": voice.id, "as": "voice"}
    of_the_hall = {"report": settings.day.report_printer, "forms": settings.forms.printer}
    for role in (role for role, named in of_the_hall.items() if named == device):
        yield {"place": "hall", "id": settings.hall.id, "as": role}


def without_broker(settings: BrokerSettings) -> dict[str, Any]:
    """Return why the hall works without the broker that its configuration has."""
    problem = _why_not(settings)
    return {
        "connected": False,
        "since_s": None,
        "error": problem.en,
        "problem": {"code": problem.code, "zh": problem.zh, "en": problem.en},
        "backlog": None,
    }


def _why_not(settings: BrokerSettings) -> Refusal:
    file = settings.password_file
    if file is None:
        return _NOT_STARTED
    try:
        Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why_zh, why_en = _reason(error)
        return Refusal(
            "broker_password",
            f"读不到消息服务器的密码文件 {file}（{why_zh}），大厅暂不连接消息服务器。"
            "请补好文件后重启服务：systemctl restart halld",
            f"The broker's password file {file} cannot be read ({why_en}), so the hall works "
            "without its broker. Put it there, then: systemctl restart halld",
        )
    return _NOT_STARTED


def _reason(error: OSError | UnicodeDecodeError) -> tuple[str, str]:
    match error:
        case FileNotFoundError():
            return "文件不存在", "it is not there"
        case PermissionError():
            return "没有读取权限", "no permission"
        case IsADirectoryError():
            return "是一个文件夹", "it is a folder"
        case UnicodeDecodeError():
            return "不是 UTF-8 文本", "it is not UTF-8 text"
        case _:
            return f"错误 {error.errno}", error.strerror or str(error)
