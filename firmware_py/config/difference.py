"""What is different between two configurations of a hall, value by value, in words for people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec

from devices.errors import DeviceUnavailable
from devices.registry import KINDS, convert_options
from firmware_py.config.file import Configuration
from firmware_py.config.layouts import find_layout
from firmware_py.config.paths import key_of
from firmware_py.config.rules import hide
from firmware_py.core.rules import Item
from firmware_py.settings import Settings

__all__ = ["Change", "Files", "differences", "files_of", "without_restart"]

#: ``next_day``: from the next opening of the day on; ``restart``: from the next start of halld on.
When = Literal["now", "next_day", "restart"]
#: Path of a named file -> its real path, time of change (ns) and size (bytes).
Files = Mapping[tuple[str, ...], tuple[str, int, int]]

#: What the daemon stands on from its start.
_RESTART = (
    ("hall", "id"),
    ("hall", "node"),
    ("hall", "roles"),
    ("hall", "timezone"),
    ("hall", "clock"),
    ("spread", "promote"),
    ("spread", "hub"),
    ("spread", "witness"),
    ("spread", "lease_s"),
    ("journal", "path"),
    ("journal", "backup_folder"),
    ("journal", "backup_every_min"),
    ("journal", "backups_kept"),
    ("privacy", "vault"),
    ("privacy", "keys"),
    ("control",),
)
#: What a day has from its opening on.
_NEXT_DAY = (
    ("day", "hours"),
    ("day", "weekdays"),
    ("day", "special"),
    ("day", "seasons"),
    ("forms", "warn_days"),
)
#: A catalogue that differs in more items is told as a whole.
_MOST_ITEMS = 20
_MISSING = object()


@dataclass(frozen=True, slots=True)
class Change:
    """One value. ``old`` and ``new`` are shown as TOML has them (None: not there), secrets not."""

    path: str
    old: str | None
    new: str | None
    when: When = "now"


def files_of(settings: Settings) -> Files:
    """Return the files that devices, walls and forms go by, as they are on the disk now."""
    found: dict[tuple[str, ...], tuple[str, int, int]] = {}
    for name, device in settings.devices.items():
        kind = KINDS.get(device.kind)
        if kind is None or not kind.files:
            continue
        try:
            options = convert_options(kind, device.options)
        except (DeviceUnavailable, msgspec.ValidationError):
            continue
        for option in kind.files:
            path = getattr(options, option, None)
            if isinstance(path, str) and path:
                found["devices", name, "options", option] = _stamp(Path(path))
    for wall in settings.walls:
        if wall.layout is not None:
            found["walls", wall.id, "layout"] = _stamp(find_layout(wall.layout))
    if settings.forms.holidays is not None:
        found["forms", "holidays"] = _stamp(Path(settings.forms.holidays))
    return found


def _stamp(path: Path) -> tuple[str, int, int]:
    try:
        status = path.stat()
    except OSError:
        return str(path), 0, 0
    return str(path), status.st_mtime_ns, status.st_size


def differences(
    before: Configuration, after: Configuration, files: tuple[Files, Files] = ({}, {})
) -> list[Change]:
    """Return every value that differs; ``files`` are those of both (``files_of``)."""
    old, new = (msgspec.to_builtins(one.settings) for one in (before, after))
    found = [_change(*one) for one in _tables((), old, new)]
    old_files, new_files = files
    paths = {one.path for one in found}
    for keys, stamp in new_files.items():
        path = _path(keys)
        if keys in old_files and old_files[keys] != stamp and path not in paths:
            found.append(Change(path, "...", f"{stamp[0]} (新内容 new content)"))
    return [*found, *_items(before.catalogue.items, after.catalogue.items)]


def _change(keys: tuple[str, ...], old: object, new: object) -> Change:
    when: When = "now"
    if any(keys[: len(one)] == one for one in _RESTART):
        when = "restart"
    elif any(keys[: len(one)] == one for one in _NEXT_DAY):
        when = "next_day"
    return Change(_path(keys), _shown(keys[-1], old), _shown(keys[-1], new), when)


def _path(keys: tuple[str, ...]) -> str:
    return ".".join(map(key_of, keys))


def _shown(key: str, value: object) -> str | None:
    if value is _MISSING or value is None:
        return None
    kept = _present(hide({key: value})[key])
    return json.dumps(kept, ensure_ascii=False)


def _present(value: Any) -> Any:
    """Return it without what is not set."""
    if isinstance(value, Mapping):
        return {k: _present(v) for k, v in value.items() if v is not None}
    return [_present(one) for one in value] if isinstance(value, list | tuple) else value


def _tables(
    at: tuple[str, ...], old: object, new: object
) -> Iterator[tuple[tuple[str, ...], object, object]]:
    """Yield path, old and new of what differs; entries of arrays are known by their ids."""
    one, other = _by_name(old), _by_name(new)
    if one is None or other is None or (at and not (one and other) and one != other):
        if old != new:
            yield at, old, new
        return
    for key in dict.fromkeys([*one, *other]):
        if one.get(key, _MISSING) != other.get(key, _MISSING):
            here = one.get(key, _MISSING), other.get(key, _MISSING)
            if _MISSING in here or None in here:
                yield (*at, key), *here
            else:
                yield from _tables((*at, key), *here)


def _by_name(value: object) -> Mapping[str, Any] | None:
    if isinstance(value, Mapping):
        return value
    if isinstance(value, list | tuple) and value:
        named = {str(one["id"]): one for one in value if isinstance(one, Mapping) and "id" in one}
        return named if len(named) == len(value) else None
    return None


def _items(old: Mapping[str, Item], new: Mapping[str, Item]) -> list[Change]:
    ids = [id_ for id_ in dict.fromkeys([*old, *new]) if old.get(id_) != new.get(id_)]
    if len(ids) > _MOST_ITEMS:
        added, gone = len(new.keys() - old.keys()), len(old.keys() - new.keys())
        told = f"{len(new)}: +{added} -{gone} ~{len(ids) - added - gone}"
        return [Change("items", str(len(old)), told)]
    found = []
    for id_ in ids:
        one, other = (asdict(i) if i is not None else {} for i in (old.get(id_), new.get(id_)))
        if one and other:
            same = {key for key in one if one[key] == other[key]}
            one, other = ({k: v for k, v in i.items() if k not in same} for i in (one, other))
        was, is_now = (json.dumps(i, ensure_ascii=False) if i else None for i in (one, other))
        found.append(Change(_path(("items", id_)), was, is_now))
    return found


def without_restart(old: Settings, new: Settings) -> Settings:
    """Return ``new`` as far as it can hold without a restart."""
    held = {
        "hall": new.hall,
        "spread": new.spread,
        "journal": new.journal,
        "privacy": new.privacy,
        "control": old.control,
    }
    for keys in _RESTART:
        if len(keys) > 1:
            table, key = keys
            value = getattr(getattr(old, table), key)
            held[table] = msgspec.structs.replace(held[table], **{key: value})
    return msgspec.structs.replace(new, **held)
