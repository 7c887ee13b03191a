"""A pad is described, not programmed: its profile, loaded and checked.

A profile is a TOML file below ``config/pads``; ``ff68.toml`` there is the one to start from,
``polled.toml`` for pads that speak only when they are asked. docs/devices/pad.md explains the keys.
"""

from __future__ import annotations

import functools
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from devices.pad.profile_check import problems_of
from devices.pad.profile_tables import Profile
from devices.pad.toml_lines import line_of

__all__ = ["PROFILE_FOLDERS", "ProfileError", "line_settings", "load_profile", "profile_path"]

#: Where a profile's name is looked up; a hall's own folder comes first.
PROFILE_FOLDERS = (
    Path("/etc/hall/pads"),
    Path(__file__).parents[2] / "config" / "pads",
    Path(sys.prefix) / "share" / "hall-controller" / "config" / "pads",
)


class ProfileError(ValueError):
    """A profile cannot be used. ``problems`` names each mistake as ``file:line: key: what``."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


# ``msgspec.convert`` below takes what this learns of the type. Made here, not in a thread: two
# that work a type out at once crash msgspec.
msgspec.json.Decoder(Profile)


def load_profile(name: str, folders: Sequence[Path] = PROFILE_FOLDERS) -> Profile:
    """Load a profile by name (``ff68``) or by path (``/etc/.../x.toml``).

    Raises ``ProfileError`` with the file, the line and the key of every mistake.
    """
    return _load_file(profile_path(name, folders))


def line_settings(options: object) -> dict[str, Any]:
    """Return how the line of a pad with these options is set, as its profile says.

    Raises ``ProfileError``.
    """
    serial = load_profile(getattr(options, "profile", "")).serial
    settings: dict[str, Any] = msgspec.to_builtins(serial)
    return settings


def profile_path(name: str, folders: Sequence[Path] = PROFILE_FOLDERS) -> Path:
    """Return the file that a name or a path means. Raises ``ProfileError``."""
    if name.endswith(".toml"):
        return Path(name)
    candidates = [folder / f"{name}.toml" for folder in folders]
    for path in candidates:
        if path.is_file():
            return path
    looked = ", ".join(str(path) for path in candidates)
    raise ProfileError([f"{name}: no such pad profile; looked for {looked}"])


@functools.lru_cache(maxsize=32)
def _load_file(path: Path) -> Profile:
    text = ""
    try:
        text = path.read_bytes().decode("utf-8")
        profile = msgspec.convert(tomllib.loads(text), Profile)
    except OSError as error:
        raise ProfileError([f"{path}: {error.strerror}"]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileError([f"{path}: {error}"]) from error
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at ")
        raise ProfileError([_placed(path, text, where.strip("`")[2:], what)]) from error
    problems = [_placed(path, text, where, what) for where, what in problems_of(profile)]
    if problems:
        raise ProfileError(problems)
    return profile


def _placed(path: Path, text: str, where: str, what: str) -> str:
    line = line_of(text, where)
    file = f"{path}:{line}" if line else str(path)
    return f"{file}: {where}: {what}" if where else f"{file}: {what}"
