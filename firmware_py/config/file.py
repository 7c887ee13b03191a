"""Reads a hall's configuration and names every mistake in it at once.

``${NAME}`` is replaced from the environment in ports, paths, clock, the broker's host and port, and
devices' options; nowhere else. ``node.env`` beside the file adds to it. ``${HALL_DATA}`` and
``${HALL_RUN}`` are the data and the runtime folder: of the environment, else of systemd
(``STATE_DIRECTORY``, ``RUNTIME_DIRECTORY``), else ``/var/lib/hall`` and ``/run/hall``.
docs/configuration.md has all tables and keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from firmware_py.config.catalogue import Catalogue, read_catalogue
from firmware_py.config.checks import check_references
from firmware_py.config.devices import check_devices, with_usual
from firmware_py.config.displays import check_words
from firmware_py.config.holidays import read_holidays
from firmware_py.config.lines import KeyPath
from firmware_py.config.mistakes import ConfigError, Findings, Mistake
from firmware_py.config.node_env import with_node
from firmware_py.config.own_files import check_files_here
from firmware_py.config.places import check_places, here
from firmware_py.config.privacy import check_privacy
from firmware_py.config.rules import describe, rules_from
from firmware_py.config.spread import check_spread
from firmware_py.config.toml import parse_toml, read_toml
from firmware_py.config.walk import convert
from firmware_py.core.rules import NO_CALENDAR, Rules
from firmware_py.core.working_days import Calendar
from firmware_py.settings import MirrorSettings, Settings

__all__ = [
    "ConfigError",
    "Configuration",
    "Folders",
    "Mistake",
    "describe",
    "load",
    "load_all",
    "rules_from",
]

_VARIABLE = re.compile(r"\$\{([^}\n]*)\}?")
_VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

#: Keys beside ports and options in which ``${NAME}`` counts.
_FILLED = (
    ("hall", "node"),
    ("hall", "catalogue"),
    ("hall", "clock"),
    ("displays", "notices"),
    ("forms", "holidays"),
    ("journal", "path"),
    ("journal", "backup_folder"),
    ("privacy", "vault"),
    ("privacy", "keys"),
    ("broker", "host"),
    ("broker", "port"),
    ("broker", "password_file"),
    ("people", "key_file"),
    ("people", "lists"),
    ("broker", "ca_file"),
    ("broker", "cert_file"),
    ("broker", "key_file"),
    ("control", "socket"),
)


@dataclass(frozen=True, slots=True)
class Folders:
    """Where relative paths begin."""

    config: Path
    data: Path
    run: Path

    @classmethod
    def of(cls, config_file: Path, env: Mapping[str, str]) -> Folders:
        """Return the folders for this file and environment."""
        return cls(
            config=config_file.parent.absolute(),
            data=_folder(env, "HALL_DATA", "STATE_DIRECTORY", "/var/lib/hall"),
            run=_folder(env, "HALL_RUN", "RUNTIME_DIRECTORY", "/run/hall"),
        )


@dataclass(frozen=True, slots=True)
class Configuration:
    """A hall's files, read and checked: ``settings`` hold absolute paths, and this Pi's devices.

    The rules are those of the whole hall.
    """

    settings: Settings
    catalogue: Catalogue
    rules: Rules
    folders: Folders


def load(path: Path, env: Mapping[str, str]) -> Settings:
    """Return the settings in ``path``. Raises ``ConfigError`` with all mistakes.

    The catalogue that it names is checked with it.
    """
    return load_all(path, env).settings


def load_all(
    path: Path, env: Mapping[str, str], *, with_files: bool = False, text: str | None = None
) -> Configuration:
    """Return the settings in ``path`` with the catalogue and the queue's rules.

    ``with_files`` also reads templates, profiles, layouts and notices. ``text`` is looked at as
    if it stood in ``path`` already. Raises ``ConfigError`` with all mistakes in all of them.
    """
    env = with_node(path, env)
    folders = Folders.of(path, env)
    data, found = read_toml(path) if text is None else parse_toml(text, str(path))
    if found and not data:
        raise ConfigError(found.mistakes())
    _fill(data, folders, env, found)
    settings = convert(data, Settings, (), found)
    if settings is None:
        raise ConfigError(found.mistakes())
    settings = _absolute(settings, folders)
    catalogue, wrong_items = _catalogue(settings, folders, found)
    calendar, wrong_days = _calendar(settings, found)
    check_references(settings, catalogue, found)
    check_devices(settings, found)
    check_words(settings, found)
    check_privacy(settings, found)
    check_places(settings, found)
    check_spread(settings, found)
    shown: list[Findings] = []
    if with_files:
        shown = check_files_here(settings, found)
    mistakes = [m for wrong in (found, wrong_items, wrong_days, *shown) for m in wrong.mistakes()]
    if mistakes or catalogue is None:
        raise ConfigError(mistakes)
    settings = with_usual(settings)
    rules = rules_from(settings, catalogue, calendar)
    return Configuration(here(settings), catalogue, rules, folders)


def _catalogue(
    settings: Settings, folders: Folders, found: Findings
) -> tuple[Catalogue | None, Findings]:
    """Read the catalogue; that there is none at all is a mistake of the key that names it.

    Returns None instead of a catalogue with mistakes.
    """
    path = Path(settings.hall.catalogue)
    catalogue, wrong = read_catalogue(path, folders.data)
    for mistake in wrong.mistakes():
        if not mistake.line and not mistake.path:
            at: KeyPath = ("hall", "catalogue")
            if not found.unsure(at):
                found.add(at, f"{path}: {mistake.en}", f"{path}：{mistake.zh}")
            return None, Findings(str(path))
    return None if wrong else catalogue, wrong


def _calendar(settings: Settings, found: Findings) -> tuple[Calendar, Findings]:
    """Read the holidays; a file that is not there is a mistake of the key that names it."""
    if settings.forms.holidays is None:
        return NO_CALENDAR, Findings("")
    path = Path(settings.forms.holidays)
    calendar, wrong = read_holidays(path)
    for mistake in wrong.mistakes():
        if not mistake.line and not mistake.path:
            found.add(("forms", "holidays"), f"{path}: {mistake.en}", f"{path}：{mistake.zh}")
            return NO_CALENDAR, Findings(str(path))
    return calendar, wrong


def _folder(env: Mapping[str, str], own: str, systemd: str, usual: str) -> Path:
    # systemd joins several directories by colons; the unit's first is ours.
    text = env.get(own) or env.get(systemd, "").partition(":")[0] or usual
    return Path(text).absolute()


def _fill(data: dict[str, Any], folders: Folders, env: Mapping[str, str], found: Findings) -> None:
    """Replace ``${NAME}`` where it counts, and make options such as ``./ticket`` absolute."""
    known = {**env, "HALL_DATA": str(folders.data), "HALL_RUN": str(folders.run)}
    for holder, key, at in _places(data):
        value = holder[key]
        if not isinstance(value, str):
            continue
        before = found.count
        text = _filled(value, known, at, found)
        number = key == "port" and at[0] in {"broker", "windows"}
        if number and text != value and text.isdecimal():
            holder[key] = int(text)
        elif number and found.count > before:
            del holder[key]
        elif "options" in at and text.startswith(("./", "../")):
            holder[key] = str(folders.config / text)
        else:
            holder[key] = text


def _places(data: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str, KeyPath]]:
    """Yield table, key and path of every value in which ``${NAME}`` counts."""
    holder: Any
    for table, key in _FILLED:
        holder = data.get(table)
        if isinstance(holder, dict) and key in holder:
            yield holder, key, (table, key)
    yield from _at_screens(data)
    for table in ("lines", "devices"):
        entries = data.get(table)
        for name, entry in entries.items() if isinstance(entries, dict) else ():
            if not isinstance(entry, dict):
                continue
            if "port" in entry:
                yield entry, "port", (table, name, "port")
            options: Any = entry.get("options")
            for key in options if isinstance(options, dict) else ():
                yield options, key, (table, name, "options", key)


def _at_screens(data: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str, KeyPath]]:
    """Yield the same of kiosks and of windows' mirrors."""
    kiosks, windows = data.get("kiosks"), data.get("windows")
    for n, kiosk in enumerate(kiosks if isinstance(kiosks, list) else ()):
        if isinstance(kiosk, dict) and "pin_file" in kiosk:
            yield kiosk, "pin_file", ("kiosks", n, "pin_file")
    for n, window in enumerate(windows if isinstance(windows, list) else ()):
        mirror = window.get("mirror") if isinstance(window, dict) else None
        if isinstance(mirror, dict):
            for key in ("host", "port", "password_file", "ca"):
                if key in mirror:
                    yield mirror, key, ("windows", n, "mirror", key)


def _filled(text: str, known: Mapping[str, str], at: KeyPath, found: Findings) -> str:
    def value(match: re.Match[str]) -> str:
        whole, name = match[0], match[1]
        if not whole.endswith("}") or not _VARIABLE_NAME.fullmatch(name):
            found.add(at, f"{whole} is not of the form ${{NAME}}", f"{whole} 不是 ${{NAME}} 的形式")
        elif name not in known:
            found.add(
                at,
                f"the environment variable {name} is not set",
                f"没有设置环境变量 {name}",
            )
        else:
            return known[name]
        return whole

    return _VARIABLE.sub(value, text) if "${" in text else text


def _absolute(settings: Settings, folders: Folders) -> Settings:
    replace = msgspec.structs.replace
    hall, journal, control = settings.hall, settings.journal, settings.control
    broker = settings.broker
    if broker is not None:
        broker = replace(
            broker,
            password_file=_below(folders.config, broker.password_file),
            ca_file=_below(folders.config, broker.ca_file),
            cert_file=_below(folders.config, broker.cert_file),
            key_file=_below(folders.config, broker.key_file),
        )
    return replace(
        settings,
        hall=replace(hall, catalogue=str(folders.config / hall.catalogue)),
        journal=replace(
            journal,
            path=str(folders.data / journal.path),
            backup_folder=_below(folders.data, journal.backup_folder),
        ),
        privacy=replace(
            settings.privacy,
            vault=str(folders.data / settings.privacy.vault),
            keys=str(folders.data / settings.privacy.keys),
        ),
        control=replace(control, socket=str(folders.run / control.socket)),
        displays=replace(
            settings.displays, notices=_below(folders.config, settings.displays.notices)
        ),
        people=replace(
            settings.people,
            key_file=_below(folders.config, settings.people.key_file),
            lists=_below(folders.data, settings.people.lists),
        ),
        forms=replace(settings.forms, holidays=_below(folders.config, settings.forms.holidays)),
        windows=tuple(
            replace(window, mirror=_absolute_mirror(window.mirror, folders.config))
            for window in settings.windows
        ),
        kiosks=tuple(
            replace(kiosk, pin_file=_below(folders.data, kiosk.pin_file))
            for kiosk in settings.kiosks
        ),
        walls=tuple(
            replace(wall, layout=_file_below(folders.config, wall.layout))
            for wall in settings.walls
        ),
        broker=broker,
    )


def _absolute_mirror(mirror: MirrorSettings | None, folder: Path) -> MirrorSettings | None:
    if mirror is None:
        return None
    return msgspec.structs.replace(
        mirror,
        password_file=_below(folder, mirror.password_file),
        ca=_below(folder, mirror.ca),
    )


def _below(folder: Path, path: str | None) -> str | None:
    return None if path is None else str(folder / path)


def _file_below(folder: Path, name: str | None) -> str | None:
    """Return a file's path; a name alone is looked for elsewhere."""
    return _below(folder, name) if name and (name.endswith(".toml") or "/" in name) else name
