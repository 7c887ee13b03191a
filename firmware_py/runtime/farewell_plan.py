"""What the daemon drives, in a small file of its own, for whoever must speak after its death.

The hall's configuration may have changed since, or be refused, which may be why the daemon is
dead: then this file still says where the displays are. It lies in the service's cache folder
(``CACHE_DIRECTORY``, which systemd gives); without one nothing is kept. Losing it costs nothing
but this. Beside it lies which of them a technician has taken out of use: those are left alone.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Literal

import msgspec

from devices.specs import DeviceSpec, LineSpec
from firmware_py.settings import Settings

__all__ = [
    "Driven",
    "Role",
    "disabled",
    "driven_by",
    "keep",
    "keep_disabled",
    "kept",
    "without_disabled",
]

log = logging.getLogger(__name__)

FILE = "driven.json"
DISABLED_FILE = "disabled.json"

Role = Literal["wall", "strip", "pad", "lamp"]


class Driven(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What people of a hall look at, by device name, with its lines."""

    lines: dict[str, LineSpec]
    devices: dict[str, DeviceSpec]
    roles: dict[str, Role]
    #: The daemon's control socket: whether another one lives.
    socket: str
    #: The daemon ended in order, and the hall was closed.
    closed: bool = False


def driven_by(
    settings: Settings,
    lines: Mapping[str, LineSpec],
    devices: Mapping[str, DeviceSpec],
    *,
    closed: bool = False,
) -> Driven:
    """Return what these settings have people see; a device that is switched off is left out."""
    bound: dict[str | None, Role] = {wall.display: "wall" for wall in settings.walls}
    bound |= {window.strip: "strip" for window in settings.windows}
    bound |= {window.pad: "pad" for window in settings.windows}
    bound |= {window.rating_pad: "pad" for window in settings.windows}
    bound |= {window.lamp: "lamp" for window in settings.windows}
    roles = {name: role for name, role in bound.items() if name is not None and name in devices}
    used = {devices[name].line for name in roles}
    return Driven(
        lines={name: line for name, line in lines.items() if name in used},
        devices={name: devices[name] for name in roles},
        roles=roles,
        socket=settings.control.socket,
        closed=closed,
    )


def keep(driven: Driven, env: Mapping[str, str]) -> None:
    """Write the file, whole or not at all; a disk that fails costs no more than a warning."""
    _write(driven, env, FILE)


def keep_disabled(devices: Collection[str], env: Mapping[str, str]) -> None:
    """Write which devices a technician has taken out of use, as ``keep`` does."""
    _write(sorted(devices), env, DISABLED_FILE)


def kept(env: Mapping[str, str]) -> Driven | None:
    """Return what the last daemon drove, or None where that is not known."""
    path = _path(env, FILE)
    try:
        return None if path is None else msgspec.json.decode(path.read_bytes(), type=Driven)
    except (OSError, msgspec.MsgspecError) as error:
        log.info("what the last daemon drove is not known: %s", error)
        return None


def without_disabled(driven: Driven, env: Mapping[str, str]) -> Driven:
    """Return ``driven`` without what a technician has taken out of use: somebody works at it."""
    off = disabled(env)
    roles = {name: role for name, role in driven.roles.items() if name not in off}
    return msgspec.structs.replace(driven, roles=roles)


def disabled(env: Mapping[str, str]) -> frozenset[str]:
    """Return what ``keep_disabled`` wrote; nothing where that is not known."""
    path = _path(env, DISABLED_FILE)
    try:
        found = [] if path is None else msgspec.json.decode(path.read_bytes(), type=list[str])
    except FileNotFoundError:
        return frozenset()
    except (OSError, msgspec.MsgspecError) as error:
        log.info("which devices are out of use is not known: %s", error)
        return frozenset()
    return frozenset(found)


def _write(what: object, env: Mapping[str, str], name: str) -> None:
    path = _path(env, name)
    if path is None:
        return
    new = path.with_suffix(".new")
    try:
        new.write_bytes(msgspec.json.encode(what))
        new.replace(path)
    except OSError as error:
        log.warning("what is driven was not kept (%s): %s", name, error)


def _path(env: Mapping[str, str], name: str) -> Path | None:
    # systemd joins several folders by colons; the unit's first is ours.
    folder = env.get("CACHE_DIRECTORY", "").partition(":")[0]
    return Path(folder) / name if folder else None
