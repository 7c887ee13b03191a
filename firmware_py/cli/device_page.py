"""One device on a page: how it is, where it is connected, who uses it, what it counts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from firmware_py.cli.output import prose, say, span, state_style
from firmware_py.cli.words import chosen, in_words, joined, t

__all__ = ["facts", "show_device"]

#: What a worker and every driver count; other counters are a kind's own and keep their names.
_COUNTERS = {
    "opened": ("打开次数", "opened"),
    "lost": ("断开次数", "lost"),
    "waiting": ("排队任务", "jobs waiting"),
    "frames_in": ("收到帧", "frames in"),
    "frames_out": ("发出帧", "frames out"),
    "bad_frames": ("坏帧", "bad frames"),
    "retries": ("重发", "retries"),
}
_PLACES = {
    "window": ("{} 号窗口", "window {}"),
    "kiosk": ("取号机 {} ", "kiosk {}"),
    "wall": ("主屏 {} ", "wall {}"),
    "voice": ("语音播报 {} ", "voice {}"),
    "hall": ("大厅 {} ", "hall {}"),
}
_ROLES = {
    "pad": ("呼叫器", "pad"),
    "strip": ("窗口屏", "strip"),
    "lamp": ("灯", "lamp"),
    "rating_pad": ("评价器", "rating pad"),
    "button": ("按钮", "button"),
    "card_reader": ("读卡器", "card reader"),
    "code_scanner": ("扫码器", "code scanner"),
    "scanner": ("扫描仪", "scanner"),
    "printer": ("打印机", "printer"),
    "display": ("显示屏", "display"),
    "voice": ("发声设备", "output"),
    "report": ("日报打印机", "day report"),
    "forms": ("受理单打印机", "acceptance forms"),
}
#: What types: it has neither speed nor parity.
_WITHOUT_SPEED = ("hid:", "records:", "/dev/input/")


def show_device(device: Mapping[str, Any]) -> None:
    """Say all about one device."""
    state = device["state"]
    say((device["device"], "bold"), "  ", (in_words(state), state_style(state)))
    prose(chosen(device["say"]))
    for name, value in facts(device):
        if value:
            say((name, "dim"), "  ", value)


def facts(device: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what is known of ``device`` (``device.show``): a name, and its value or nothing."""
    yield t("状态码  ", "code    "), device["code"]
    yield t("持续    ", "for     "), span(device["since_s"])
    yield t("上次应答", "answered"), _answered(device)
    yield t("型号标识", "identity"), device["identity"]
    yield t("类型    ", "kind    "), device["kind"]
    yield t("端口    ", "port    "), _port(device)
    yield t("线路    ", "line    "), _line(device)
    yield t("用于    ", "used by "), joined(_user(one) for one in device["used_by"])
    if not str(device["port"] or "").startswith(_WITHOUT_SPEED):
        yield t("端口设置", "settings"), _pairs(device["line_settings"])
    yield t("选项    ", "options "), _pairs(device["options"])
    yield t("计数    ", "counts  "), joined(_counted(device["counters"]))


def _answered(device: Mapping[str, Any]) -> str:
    if device["last_good_s"] is not None:
        ago = span(device["last_good_s"])
        return t(f"{ago} 之前", f"{ago} ago")
    if device["state"] == "disabled":
        return ""
    return t("从未应答", "never")


def _port(device: Mapping[str, Any]) -> str:
    return str(device["port"] or "") or t("无（位置见选项）", "none (its options say where)")


def _line(device: Mapping[str, Any]) -> str:
    if device["line"] is None:
        return ""
    others = device["shares_line_with"]
    if not others:
        return str(device["line"])
    return t(
        f"{device['line']}，同一线路还有 {joined(others)}",
        f"{device['line']}, shared with {joined(others)}",
    )


def _user(one: Mapping[str, str]) -> str:
    role = t(*_ROLES.get(one["as"], (one["as"], one["as"])))
    place = t(*_PLACES.get(one["place"], ("{} ", "{}"))).format(one["id"])
    return t(f"{place}的{role}", f"{place} ({role})")


def _pairs(values: Mapping[str, Any]) -> str:
    return "  ".join(
        f"{name}={value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        for name, value in values.items()
        if value not in (None, "", [], {})
    )


def _counted(counters: Mapping[str, int]) -> Iterator[str]:
    for name, count in counters.items():
        if name.endswith("_monotonic_s"):
            continue  # A time of the machine's, told above as how long ago it was.
        words = _COUNTERS.get(name)
        yield f"{t(*words) if words else name} {count}"
