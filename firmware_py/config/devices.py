"""Checks of lines and devices: kinds, their options, and what shares a wire or a pin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from devices.base import Kind
from devices.errors import DeviceUnavailable
from devices.hid.port import RECORDS
from devices.ports import SCHEMES, BadPort, usb_port
from devices.registry import KINDS, check_files, convert_options, load_options
from devices.transport import LineSettings
from firmware_py.config.lines import KeyPath
from firmware_py.config.mistakes import Findings, close_to
from firmware_py.config.walk import convert, listing
from firmware_py.settings import DeviceSettings, Settings

__all__ = ["check_devices", "check_named_files", "effective_devices", "with_usual"]

#: Options that number a device on a line that it shares.
_NUMBERS = ("address", "card")
#: Options that take a pin of the Pi.
_PINS = ("pin", "red", "amber", "green", "buzzer", "heartbeat")
#: Ports that are no place: each opening is another one.
_NO_PLACE = ("loop://",)
#: Ports of what types; and names of the hall's own, which may be anything.
_TYPING = ("hid:", RECORDS, "/dev/input/")
_NAMED = "/dev/hall/"


def with_usual(settings: Settings) -> Settings:
    """Fill line settings that say a part with what the kinds usually have.

    ``{ parity = "E" }`` for a printer keeps its usual 115200 baud. A table that says nothing
    stays empty: the framework takes the usual settings then.
    """
    replace = msgspec.structs.replace
    devices = {
        name: replace(device, line_settings={**KINDS[device.kind].line, **device.line_settings})
        for name, device in settings.devices.items()
        if device.line_settings
    }
    lines = {
        name: replace(line, settings={**_usual(name, settings), **line.settings})
        for name, line in settings.lines.items()
        if line.settings
    }
    return replace(
        settings,
        devices={**settings.devices, **devices},
        lines={**settings.lines, **lines},
    )


def _usual(line: str, settings: Settings) -> Mapping[str, Any]:
    """Return what all kinds on the line usually have; nothing when they differ."""
    usual = [KINDS[d.kind].line for d in settings.devices.values() if d.line == line]
    return usual[0] if usual and all(one == usual[0] for one in usual) else {}


def effective_devices(settings: Settings) -> dict[str, dict[str, Any]]:
    """Return every device as plain data with its kind's defaults filled in.

    Options of a kind whose library is missing are shown as they were written.
    """
    shown: dict[str, dict[str, Any]] = {}
    for name, device in settings.devices.items():
        entry: dict[str, Any] = msgspec.to_builtins(device)
        kind = KINDS[device.kind]
        try:
            entry["options"] = msgspec.to_builtins(convert_options(kind, device.options))
        except DeviceUnavailable:
            entry["options"] = dict(device.options)
        if device.port is not None:
            line = msgspec.convert({**kind.line, **device.line_settings}, LineSettings)
            entry["line_settings"] = msgspec.to_builtins(line)
        shown[name] = entry
    return shown


def check_devices(settings: Settings, found: Findings) -> None:
    """Add every mistake in ``[lines]`` and ``[devices]`` to ``found``."""
    options: dict[str, msgspec.Struct] = {}
    for name, device in settings.devices.items():
        at: KeyPath = ("devices", name)
        kind = _kind_of(device, at, found)
        if kind is None:
            continue
        checked = _options_of(kind, device, at, found)
        if checked is not None:
            options[name] = checked
        _check_wire(name, device, kind, settings, found)
        convert(device.line_settings, LineSettings, (*at, "line_settings"), found)
    for name, line in settings.lines.items():
        convert(line.settings, LineSettings, ("lines", name, "settings"), found)
        _check_usual(name, settings, found)
    _check_ports(settings, found)
    _check_numbers(settings, options, found)
    _check_pins(options, found)
    _check_rows(settings, options, found)


def check_named_files(settings: Settings, found: Findings) -> None:
    """Add what is wrong with templates and profiles that devices name.

    For the technician who asks; the daemon starts without it: a bad template breaks its printer
    alone, which says so.
    """
    for name, device in settings.devices.items():
        kind = KINDS.get(device.kind)
        if kind is None or not kind.files:
            continue
        try:
            options = convert_options(kind, device.options)
        except (DeviceUnavailable, msgspec.ValidationError):
            continue
        for option, words in check_files(kind, options).items():
            for line in words.splitlines():
                found.add(("devices", name, "options", option), line, line)


def _kind_of(device: DeviceSettings, at: KeyPath, found: Findings) -> Kind | None:
    kind = KINDS.get(device.kind)
    if kind is None and device.kind:
        near = close_to(device.kind, KINDS)
        hint_en, hint_zh = (f"; did you mean {near}?", f"，是否应为 {near}？") if near else ("", "")
        known = listing(sorted(KINDS))
        found.add(
            (*at, "kind"),
            f'"{device.kind}" is not a kind of device; known: {known}{hint_en}',
            f"没有设备类型“{device.kind}”；可用：{known}{hint_zh}",
        )
    return kind


def _options_of(
    kind: Kind, device: DeviceSettings, at: KeyPath, found: Findings
) -> msgspec.Struct | None:
    try:
        wanted = load_options(kind)
    except DeviceUnavailable:
        # A library that is missing breaks its own device, when that is opened; not the hall.
        return None
    return convert(device.options, wanted, (*at, "options"), found)


def _check_wire(
    name: str, device: DeviceSettings, kind: Kind, settings: Settings, found: Findings
) -> None:
    at: KeyPath = ("devices", name)
    if not kind.line:
        for key in ("port", "line", "line_settings"):
            if getattr(device, key):
                found.add(
                    (*at, key),
                    f"{kind.name} has no byte stream; leave {key} out",
                    f"{kind.name} 没有数据线，请删除 {key}",
                )
        return
    if device.port and device.line:
        found.add((*at, "line"), "a port and a line; give one of them", "port 与 line 只能写一个")
    elif not device.port and not device.line and not found.unsure((*at, "port")):
        found.add(at, "neither port nor line; give one of them", "缺少 port 或 line（写其中一个）")
    if (
        device.line
        and device.line not in settings.lines
        and not found.unsure(("lines", device.line))
    ):
        near = close_to(device.line, settings.lines)
        hint_en, hint_zh = (f"; did you mean {near}?", f"，是否应为 {near}？") if near else ("", "")
        found.add(
            (*at, "line"),
            f"there is no line {device.line} (lines: {listing(settings.lines)}){hint_en}",
            f"没有线路 {device.line}（现有：{listing(settings.lines)}）{hint_zh}",
        )
    if device.line and device.line_settings:
        found.add(
            (*at, "line_settings"),
            f"a shared line has its settings in lines.{device.line}.settings",
            f"共用线路的参数应写在 lines.{device.line}.settings",
        )
    _check_sort(device, kind, settings, at, found)
    if device.port and name in settings.lines:
        found.add(
            at,
            "a device with a port of its own must not have the name of a line",
            "自带端口的设备不能与线路同名",
        )


def _check_sort(
    device: DeviceSettings, kind: Kind, settings: Settings, at: KeyPath, found: Findings
) -> None:
    """Refuse a keypad on a serial port, and a serial device on what types."""
    line = settings.lines.get(device.line or "")
    port = line.port if line is not None else device.port or ""
    key = "line" if line is not None else "port"
    types = port.startswith(_TYPING)
    if kind.records and line is not None:
        found.add(
            (*at, key),
            f"{kind.name} has its input device for itself; give it a port",
            f"{kind.name} 独占一个输入设备，请改写 port",
        )
    elif kind.records and port and not types and not port.startswith(_NAMED):
        found.add(
            (*at, key),
            f"{port} is no input device; write hid:VENDOR:PRODUCT@SOCKET, or a link of "
            "/dev/input/by-id (hallctl devices find)",
            f"{port} 不是按键设备；应写 hid:厂商:产品@插口，或 /dev/input/by-id 中的名称"
            "（hallctl devices find）",
        )
    elif types and not kind.records:
        found.add(
            (*at, key),
            f"{port} is an input device, and {kind.name} speaks on a line of bytes",
            f"{port} 是按键设备，{kind.name} 需要串口等字节端口",
        )


def _check_usual(name: str, settings: Settings, found: Findings) -> None:
    """Refuse a line whose devices usually speak differently and which does not say how."""
    kinds = {d.kind for d in settings.devices.values() if d.line == name and d.kind in KINDS}
    # What types has no place on a line, which is said of it.
    kinds = {kind for kind in kinds if not KINDS[kind].records}
    usual = [dict(KINDS[kind].line) for kind in sorted(kinds)]
    if not settings.lines[name].settings and any(one != usual[0] for one in usual):
        found.add(
            ("lines", name),
            f"{listing(sorted(kinds))} usually speak differently; say settings for this line",
            f"{listing(sorted(kinds))} 的默认串口参数不同，请写明该线路的 settings",
        )


def _ports(settings: Settings) -> Iterator[tuple[str, KeyPath]]:
    for name, line in settings.lines.items():
        yield line.port, ("lines", name, "port")
    for name, device in settings.devices.items():
        kind = KINDS.get(device.kind)
        if device.port and not device.line and (kind is None or kind.line):
            yield device.port, ("devices", name, "port")


def _check_ports(settings: Settings, found: Findings) -> None:
    first: dict[str, KeyPath] = {}
    for port, at in _ports(settings):
        if not port or port.startswith(_NO_PLACE):
            continue
        owner = first.setdefault(_one_form(port, at, found), at)
        if owner != at:
            who = f"{owner[0]}.{owner[1]}"
            alike_zh = alike_en = ""
            if port.startswith(SCHEMES) and "@" not in port:
                alike_zh = "；如为两个同型号转换器，请写明各自的插口（hallctl devices find）"
                alike_en = "; two adapters of one model need their sockets (hallctl devices find)"
            found.add(
                at,
                f"{port} is already the port of {who}; devices that share it need a [lines] table"
                f"{alike_en}",
                f"{port} 已用于 {who}；共用端口请在 [lines] 中写一条线路{alike_zh}",
            )


def _one_form(port: str, at: KeyPath, found: Findings) -> str:
    """Return a port as it is always written; a ``usb:`` port that is none is a mistake."""
    if not port.startswith(SCHEMES):
        return port
    try:
        return str(usb_port(port))
    except BadPort as error:
        found.add(at, error.en, error.zh)
        return port


def _check_numbers(
    settings: Settings, options: Mapping[str, msgspec.Struct], found: Findings
) -> None:
    first: dict[tuple[str, str, int], str] = {}
    for name, checked in options.items():
        device = settings.devices[name]
        for key in _NUMBERS:
            number = getattr(checked, key, None)
            if not device.line or not isinstance(number, int):
                continue
            owner = first.setdefault((device.line, key, number), name)
            if owner != name:
                found.add(
                    ("devices", name, "options", key),
                    f"{number} is already the {key} of {owner} on the line {device.line}",
                    f"线路 {device.line} 上的 {key} {number} 已用于 {owner}",
                )


def _check_pins(options: Mapping[str, msgspec.Struct], found: Findings) -> None:
    first: dict[tuple[str, int], str] = {}
    for name, checked in options.items():
        chip = getattr(checked, "pins", None)
        if not isinstance(chip, str):
            continue
        for key in _PINS:
            pin = getattr(checked, key, None)
            owner = name if pin is None else first.setdefault((chip, pin), name)
            if owner != name:
                found.add(
                    ("devices", name, "options", key),
                    f"pin {pin} is already in use by {owner}",
                    f"引脚 {pin} 已用于 {owner}",
                )


def _check_rows(settings: Settings, options: Mapping[str, msgspec.Struct], found: Findings) -> None:
    for n, wall in enumerate(settings.walls):
        rows = getattr(options.get(wall.display), "rows", None)
        if isinstance(rows, int) and wall.rows > rows:
            found.add(
                ("walls", n, "rows"),
                f"{wall.rows} rows on {wall.display}, which has {rows}",
                f"{wall.display} 只有 {rows} 行，此处为 {wall.rows} 行",
            )
