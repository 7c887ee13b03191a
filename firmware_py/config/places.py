"""Which Pi a device stands at: one file tells the whole hall, each Pi takes its own part of it.

``[nodes.window-3] windows = ["3"]`` gives that Pi whatever window 3 names: pad, strip, lamp,
printer, scanner, readers. What no node has is the hub's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from firmware_py.config.lines import KeyPath
from firmware_py.config.mistakes import Findings
from firmware_py.settings import HallSettings, NodeSettings, Settings

__all__ = ["HUB", "check_places", "device_nodes", "here", "left_to_hub"]

#: The place of whatever no node has.
HUB = ""
_AT_WINDOW = (
    "pad", "rating_pad", "strip", "lamp", "button", "printer", "scanner", "card_reader",
    "code_scanner",
)  # fmt: skip
_AT_KIOSK = ("printer", "button", "card_reader", "code_scanner", "voice")


def _named(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """Yield ``(kind of place, its id, device)`` for every device that a place names."""
    for window in settings.windows:
        for key in _AT_WINDOW:
            if (device := getattr(window, key)) is not None:
                yield "windows", window.id, device
    for kiosk in settings.kiosks:
        for key in _AT_KIOSK:
            if (device := getattr(kiosk, key)) is not None:
                yield "kiosks", kiosk.id, device
    for wall in settings.walls:
        yield "walls", wall.id, wall.display
    for voice in settings.voices:
        yield "voices", voice.id, voice.device


def _place_nodes(settings: Settings) -> dict[tuple[str, str], str]:
    return {
        (kind, place): name
        for name, node in settings.nodes.items()
        for kind in ("windows", "kiosks", "walls", "voices")
        for place in getattr(node, kind)
    }


def device_nodes(settings: Settings) -> dict[str, str]:
    """Return the node of each device that stands at a place; ``HUB`` for the others."""
    of_place = _place_nodes(settings)
    found = dict.fromkeys(settings.devices, HUB)
    found.update(
        {device: of_place.get((kind, place), HUB) for kind, place, device in _named(settings)}
    )
    return found


def left_to_hub(settings: Settings) -> dict[str, tuple[str, ...]]:
    """Return the places that no node has, by kind: they stand at the hub's Pi."""
    taken = _place_nodes(settings)
    walls = (*(wall.id for wall in settings.walls), *settings.displays.screens)
    every = {
        "windows": [window.id for window in settings.windows],
        "kiosks": [kiosk.id for kiosk in settings.kiosks],
        "walls": list(dict.fromkeys(walls)),
        "voices": [voice.id for voice in settings.voices],
    }
    return {
        kind: tuple(name for name in names if (kind, name) not in taken)
        for kind, names in every.items()
    }


def check_places(settings: Settings, found: Findings) -> None:
    """Add what is wrong with the nodes: places that do not exist, or stand at two Pis."""
    own, nodes = settings.hall, settings.nodes
    if own.node not in nodes and "hub" not in own.roles:
        known = ", ".join(nodes)
        found.add(
            ("hall", "node"),
            f"{own.node} is none of the nodes ({known}), and not the hub",
            f"{own.node} 既不是已配置的节点（{known}），也不是主控",
        )
    if nodes and settings.broker is None:
        found.add(
            ("nodes",),
            "several Pis need a broker between them: [broker]",
            "多台设备之间需要消息服务器：请配置 [broker]",
        )
    exists: Mapping[str, frozenset[str]] = {
        kind: frozenset(place.id for place in getattr(settings, kind))
        for kind in ("windows", "kiosks", "walls", "voices")
    }
    # Walls on screens have no display of their own.
    exists = {**exists, "walls": exists["walls"] | set(settings.displays.screens)}
    taken = dict[tuple[str, str], str]()
    for name, node in nodes.items():
        for kind, known_places in exists.items():
            for place in getattr(node, kind):
                _check_place(found, ("nodes", name, kind), place, known_places)
                first = taken.setdefault((kind, place), name)
                if first != name:
                    found.add(
                        ("nodes", name, kind),
                        f"{place} is at {first} already",
                        f"{place} 已属于 {first}",
                    )
    _check_shared(settings, found)
    _check_standby(settings, found)


def _check_standby(settings: Settings, found: Findings) -> None:
    """One standby, whose Pi has nothing that goes on by itself: it must be free to be promoted."""
    standbys = [name for name, node in settings.nodes.items() if "standby" in node.roles]
    for name in standbys[1:]:
        found.add(
            ("nodes", name, "roles"),
            f"{standbys[0]} is the standby already; a hall has one",
            f"{standbys[0]} 已是备用主控，一个大厅只能有一台",
        )
    for name in standbys:
        for kind in ("windows", "kiosks"):
            if getattr(settings.nodes[name], kind):
                found.add(
                    ("nodes", name, kind),
                    "a standby has walls and voices at most; give these another Pi",
                    "备用主控只能带大屏和语音，请把这些放到其他设备上",
                )


def _check_place(found: Findings, at: KeyPath, place: str, known: frozenset[str]) -> None:
    if place not in known:
        found.add(at, f"there is no {place} in [[{at[-1]}]]", f"[[{at[-1]}]] 中没有 {place}")


def _check_shared(settings: Settings, found: Findings) -> None:
    """A device, or a line, has one Pi."""
    of_place, nodes = _place_nodes(settings), dict[str, str]()
    for kind, place, device in _named(settings):
        node = of_place.get((kind, place), HUB)
        if nodes.setdefault(device, node) != node:
            found.add(
                ("devices", device),
                f"it stands at {nodes[device] or 'the hub'} and at {node or 'the hub'}",
                f"它同时属于{nodes[device] or '主控'}和{node or '主控'}",
            )
    of_line = dict[str, str]()
    for device, about in settings.devices.items():
        if about.line is None:
            continue
        node = nodes.get(device, HUB)
        if of_line.setdefault(about.line, node) != node:
            found.add(
                ("devices", device, "line"),
                f"the line {about.line} ends at {of_line[about.line] or 'the hub'}",
                f"线路 {about.line} 接在{of_line[about.line] or '主控'}",
            )


def here(settings: Settings) -> Settings:
    """Return the settings with what stands at this Pi: its roles, devices and their lines."""
    if not settings.nodes:
        return settings
    own = settings.hall.node if settings.hall.node in settings.nodes else HUB
    replace = msgspec.structs.replace
    nodes = device_nodes(settings)
    devices = {name: about for name, about in settings.devices.items() if nodes[name] == own}
    lines = {about.line for about in devices.values()}

    def without_others(place: msgspec.Struct, keys: tuple[str, ...]) -> dict[str, None]:
        # Every Pi knows which printer prints what, or tickets of others would be nobody's.
        return {
            key: None
            for key in keys
            if key != "printer"
            and (device := getattr(place, key)) is not None
            and nodes[device] != own
        }

    return replace(
        settings,
        hall=_hall(settings.hall, settings.nodes.get(own)),
        devices=devices,
        lines={name: line for name, line in settings.lines.items() if name in lines},
        windows=tuple(replace(w, **without_others(w, _AT_WINDOW)) for w in settings.windows),
        kiosks=tuple(replace(k, **without_others(k, _AT_KIOSK)) for k in settings.kiosks),
        walls=tuple(wall for wall in settings.walls if wall.display in devices),
        voices=tuple(voice for voice in settings.voices if voice.device in devices),
    )


def _hall(hall: HallSettings, node: NodeSettings | None) -> HallSettings:
    return hall if node is None else msgspec.structs.replace(hall, roles=node.roles)
