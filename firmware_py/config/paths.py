"""Paths as a technician types them: ``day.hours``, ``devices.printer.port``, ``windows.3.strip``.

Entries of an array of tables go by their ``id`` (dates and seasons: by their number, from 1), so
``windows.3`` is window 3 wherever it stands. Keys with a dot in them are quoted as in TOML.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec import inspect

from devices.errors import DeviceUnavailable
from devices.registry import KINDS, load_options
from firmware_py.config.lines import KeyPath, parse_key
from firmware_py.settings import Settings

__all__ = ["BadPath", "completions", "fields_of", "key_of", "resolve", "split", "takes_text"]

#: The arrays of tables that have ids.
_BY_ID = ("windows", "kiosks", "walls", "voices")
#: ``devices.NAME``, and an option of it.
_DEVICE_PARTS, _OPTION_PART = 2, 3


class BadPath(ValueError):
    """A path that leads nowhere; in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


def split(text: str) -> tuple[str, ...]:
    """Return the keys of a path as typed. Raises ``BadPath``."""
    try:
        keys, end = parse_key(text)
    except ValueError:
        keys, end = [], 0
    if not keys or end != len(text):
        raise BadPath(
            f"路径写法有误：{text}（例如 day.hours、devices.printer.port、windows.3.strip）",
            f"{text} is no path (such as day.hours, devices.printer.port, windows.3.strip)",
        )
    return tuple(keys)


def resolve(data: Mapping[str, Any], keys: tuple[str, ...]) -> KeyPath:
    """Return where ``keys`` lead in a file's data: ids become places in their array.

    An id that is not there leads to the place after the last one. Raises ``BadPath``.
    """
    here: Any = data
    path: KeyPath = ()
    for n, key in enumerate(keys):
        place: str | int = key
        if isinstance(here, list) or (n == 1 and keys[0] in _BY_ID and not isinstance(here, dict)):
            place = _place(here or [], key, keys[:n])
        path = (*path, place)
        here = _inside(here, place)
    return path


def _place(entries: list[Any], key: str, where: tuple[str, ...]) -> int:
    for n, entry in enumerate(entries):
        if isinstance(entry, dict) and str(entry.get("id", "")) == key:
            return n
    if len(where) == 1 and where[0] in _BY_ID:
        return len(entries)
    if key.isdecimal() and 1 <= int(key) <= len(entries) + 1:
        return int(key) - 1
    path = ".".join(where)
    raise BadPath(
        f"{path} 有 {len(entries)} 项，没有第 {key} 项",
        f"{path} has {len(entries)} entries; there is no {key}",
    )


def _inside(here: Any, place: str | int) -> Any:
    if isinstance(place, int):
        return here[place] if isinstance(here, list) and place < len(here) else None
    return here.get(place) if isinstance(here, dict) else None


def takes_text(data: Mapping[str, Any], keys: tuple[str, ...]) -> bool:
    """Say whether the field at ``keys`` is one for text, and for nothing else."""
    node: inspect.Type | None = inspect.type_info(Settings)
    for n, key in enumerate(keys):
        node = (
            _options(data, keys)
            if keys[0] == "devices" and n == _OPTION_PART
            else _field(node, key)
        )
        if node is None:
            return False
    return _is_text(_plain(node))


def _options(data: Mapping[str, Any], keys: tuple[str, ...]) -> inspect.Type | None:
    """Return the type of an option, by the kind of its device."""
    device = data.get("devices", {}).get(keys[1])
    kind = KINDS.get(str(device.get("kind"))) if isinstance(device, dict) else None
    if keys[2] != "options" or kind is None:
        return None
    try:
        return _field(inspect.type_info(load_options(kind)), keys[3])
    except DeviceUnavailable:
        return None


def _plain(node: inspect.Type | None) -> inspect.Type | None:
    while isinstance(node, inspect.Metadata):
        node = node.type
    if isinstance(node, inspect.UnionType):
        present = [one for one in node.types if not isinstance(one, inspect.NoneType)]
        return _plain(present[0]) if len(present) == 1 else node
    return node


def _field(node: inspect.Type | None, key: str) -> inspect.Type | None:
    match _plain(node):
        case inspect.StructType(fields=fields):
            return next((one.type for one in fields if one.encode_name == key), None)
        case inspect.DictType(value_type=value):
            return value
        case inspect.VarTupleType(item_type=item):
            return item
        case _:
            return None


def _is_text(node: inspect.Type | None) -> bool:
    match node:
        case inspect.StrType() | inspect.EnumType():
            return True
        case inspect.LiteralType(values=values):
            return all(isinstance(one, str) for one in values)
        case _:
            return False


def key_of(part: str) -> str:
    """Return a key as a path has it."""
    bare = part.replace("-", "").replace("_", "")
    return part if bare.isascii() and bare.isalnum() else f'"{part}"'


def completions(data: Mapping[str, Any]) -> list[str]:
    """Return every path that can be set: what a file's data have, and what their tables take."""
    found = dict.fromkeys(_known(data, inspect.type_info(Settings), ()))
    return sorted(".".join(map(key_of, keys)) for keys in found)


def _known(data: Any, node: inspect.Type, at: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    plain = _plain(node)
    match plain:
        case inspect.StructType(fields=fields):
            here = data if isinstance(data, dict) else {}
            for one in fields:
                inside = (*at, one.encode_name)
                if len(at) == _DEVICE_PARTS and inside[::2] == ("devices", "options"):
                    names = {*here.get("options", {}), *fields_of(str(here.get("kind")))}
                    yield from ((*inside, name) for name in names)
                else:
                    yield from _known(here.get(one.encode_name), one.type, inside)
        case inspect.VarTupleType(item_type=item) if isinstance(_plain(item), inspect.StructType):
            for n, entry in enumerate(data if isinstance(data, list) else (), 1):
                name = str(entry.get("id", n)) if isinstance(entry, dict) else str(n)
                yield from _known(entry, item, (*at, name))
        case inspect.DictType(value_type=value):
            for key, entry in (data if isinstance(data, dict) else {}).items():
                yield from _known(entry, value, (*at, str(key)))
        case _:
            yield at


def fields_of(kind: str) -> tuple[str, ...]:
    """Return the options that a kind of device has; none when its library is missing."""
    if kind not in KINDS:
        return ()
    try:
        return tuple(one.encode_name for one in msgspec.structs.fields(load_options(kind)))
    except DeviceUnavailable:
        return ()
