"""What each Pi of a hall goes by: the hall's file, and of all that this names its own part.

As ``parcel_for`` gives it to a new Pi, without what is that Pi's own (``node.env``) and without a
certificate. No secret is among it; what a person must bring is told.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from firmware_py.config.file import load_all
from firmware_py.config.mistakes import ConfigError, Mistake
from firmware_py.config.node_env import with_node
from firmware_py.config.notice_pictures import is_picture_file, read_picture_file
from firmware_py.config.notices import is_notice_file, read_notice
from firmware_py.config.parcel import CONFIG_NAME, LARGEST, Collector, named, never, secrets_of
from firmware_py.settings import Settings

__all__ = ["Shares", "notices_in", "shares_of"]


@dataclass(slots=True)
class Shares:
    """``of`` is each Pi's part: name below the configuration's folder -> SHA-256 in hex.

    ``sizes`` are bytes, by that. ``wrong`` are mistakes that only that Pi would have, and
    ``by_hand`` what stays behind. ``own_files``: hall.node is a fixed name, each Pi has a file of
    its own.
    """

    of: dict[str, dict[str, str]] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    wrong: dict[str, tuple[Mistake, ...]] = field(default_factory=dict)
    by_hand: dict[str, tuple[str, ...]] = field(default_factory=dict)
    own_files: bool = False

    def all_files(self) -> dict[str, str]:
        """Return all that any Pi has; a standby has it, for it may be the hub."""
        return {name: sha for files in self.of.values() for name, sha in files.items()}

    def digest(self) -> str:
        """Return what tells this configuration from another."""
        told = "".join(f"{name}\0{sha}\n" for name, sha in sorted(self.all_files().items()))
        return hashlib.sha256(told.encode()).hexdigest()


def shares_of(
    config: Path,
    settings: Settings,
    env: Mapping[str, str],
    put: Callable[[bytes], str],
    text: str | None = None,
) -> Shares:
    """Return it for all Pis of ``settings``; ``text`` as if it stood in ``config``.

    ``put`` keeps a content and returns its SHA-256: each is in memory for that moment alone.

    Raises ``OSError``, and ``ConfigError`` for files that are too large together.
    """
    config = config.absolute()
    known = with_node(config, env)
    data = config.read_bytes() if text is None else text.encode()
    found, bad, known_files = Shares(), _bad_notices(settings), dict[Path, str]()
    main = put(data)
    found.sizes[main] = len(data)
    # The hub's own part too: the next hub gives it to this one.
    for node in dict.fromkeys([*settings.nodes, settings.hall.node, settings.spread.hub]):
        try:
            own = load_all(config, {**known, "HALL_NODE": node}, text=text).settings
        except ConfigError as error:
            found.wrong[node] = tuple(error.mistakes)
            continue
        found.own_files |= own.hall.node != node
        collector = Collector(config, never(own))
        for path in named(own):
            if path not in bad:
                _take(collector, path)
        found.of[node] = {CONFIG_NAME: main}
        for name, path in collector.paths.items():
            if path not in known_files:
                content = path.read_bytes()
                known_files[path] = put(content)
                found.sizes[known_files[path]] = len(content)
            found.of[node][name] = known_files[path]
        found.by_hand[node] = (*collector.by_hand, *secrets_of(own))
        if (size := sum(found.sizes.values())) > LARGEST:
            raise ConfigError([_too_large(config, size)])
    if settings.spread.hub not in {*settings.nodes, settings.hall.node}:
        # No such Pi; whatever is wrong with it is nobody's trouble.
        found.wrong.pop(settings.spread.hub, None)
    return found


def _take(collector: Collector, path: Path) -> None:
    try:
        collector.take(path)
    except PermissionError:
        # Of a screen's user, such as what a mirror is checked against.
        collector.by_hand.append(str(path))


def _bad_notices(settings: Settings) -> frozenset[Path]:
    """Return the notices that cannot be used, here as anywhere: they are not sent."""
    if settings.displays.notices is None:
        return frozenset()
    found = set[Path]()
    for path in notices_in(Path(settings.displays.notices)):
        read = read_picture_file if is_picture_file(path) else read_notice
        if read(path)[0] is None:
            found.add(path)
    return frozenset(found)


def notices_in(folder: Path) -> list[Path]:
    """Return the files of a folder of notices and pictures."""
    try:
        inside = sorted(folder.iterdir())
    except OSError:
        return []
    return [one for one in inside if is_notice_file(one) or is_picture_file(one)]


def _too_large(config: Path, size: int) -> Mistake:
    here, most = size // 1024**2, LARGEST // 1024**2
    return Mistake(
        str(config),
        0,
        "",
        f"the files that it names have {here} MB together, at most {most} may go to the Pis",
        f"它引用的文件共 {here} MB，发往各台设备的最多 {most} MB",
    )
