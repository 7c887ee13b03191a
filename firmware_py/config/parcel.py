"""What one Pi of the hall is given: the hall's file and the files that it goes by there.

A list of what may go, not of what may not: catalogue, holidays, layouts, templates, profiles and
clips of its own devices, notices with their pictures, the authority of a mirror. No password, no
key, no PIN, no list of people. What a Pi needs besides is told, for a person to bring.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from firmware_py.config.difference import files_of
from firmware_py.config.file import load_all
from firmware_py.config.node_env import NODE_ENV, node_text, with_node
from firmware_py.config.notice_pictures import is_picture_file
from firmware_py.config.notices import is_notice_file
from firmware_py.settings import BrokerSettings, Settings

__all__ = [
    "CONFIG_NAME",
    "LARGEST",
    "LARGEST_FILE",
    "Collector",
    "Parcel",
    "ParcelError",
    "named",
    "never",
    "parcel_for",
    "secrets_of",
]

#: The hall's file at every Pi.
CONFIG_NAME = "hall.toml"
LARGEST_FILE, LARGEST = 16 * 1024 * 1024, 96 * 1024 * 1024
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
#: Each Pi has its own.
_OWN = frozenset({"HALL_NODE", "HALL_DATA", "HALL_RUN"})
#: What ends so is no picture and no table, however it came to be named.
_SECRET = frozenset({".key", ".password"})
_PROGRAM = Path(__file__).parents[2]


class ParcelError(Exception):
    """Why a Pi cannot be given this configuration; ``zh`` and ``en`` say what to change."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.code, self.zh, self.en = code, zh, en


@dataclass(frozen=True, slots=True)
class Parcel:
    """``files`` by name below the folder of the configuration; ``settings`` as ``node`` has them.

    ``ca``, ``cert`` and ``key`` are where those of the broker belong, named in the same way.
    ``by_hand`` are files that stay behind, as the settings name them.
    """

    node: str
    settings: Settings
    files: Mapping[str, bytes]
    ca: str
    cert: str
    key: str
    by_hand: tuple[str, ...]


def parcel_for(config: Path, node: str, env: Mapping[str, str]) -> Parcel:
    """Return what ``node`` is given of this hub's files.

    Raises ``ConfigError`` for mistakes (also those that only that Pi would have), ``ParcelError``,
    ``OSError``.
    """
    config = config.absolute()
    text = config.read_bytes()
    known = with_node(config, env)
    if known.get("HALL_NODE") == node:
        raise ParcelError(
            "is_here",
            f"{node} 就是本机。请写新设备的名称。",
            f"{node} is this Pi itself. Name the new one.",
        )
    known = {**known, "HALL_NODE": node}
    settings = load_all(config, known).settings
    if node not in settings.nodes:
        raise _unknown(node, settings)
    if settings.hall.node != node:
        raise ParcelError(
            "fixed_name",
            "配置中 hall.node 是固定的名称，各台设备不能共用一份文件。请依次执行："
            f"echo HALL_NODE={settings.hall.node} | sudo tee {config.parent / NODE_ENV}；"
            "sudo hallctl config set hall.node '${HALL_NODE}'",
            "hall.node is a fixed name, so the Pis cannot share the file. Give, one after the "
            f"other: echo HALL_NODE={settings.hall.node} | sudo tee {config.parent / NODE_ENV} ; "
            "sudo hallctl config set hall.node '${HALL_NODE}'",
        )
    # The file may be called otherwise here.
    names = _VARIABLE.findall(text.decode("utf-8", "replace"))
    variables = {name: known[name] for name in dict.fromkeys(names) if name in known}
    variables = {"HALL_NODE": node} | {k: v for k, v in variables.items() if k not in _OWN}
    try:
        env_text = node_text(variables)
    except ValueError as error:
        raise ParcelError(
            "bad_variable",
            f"环境变量的值不能写入 node.env：{error}",
            f"The value of a variable cannot stand in node.env: {error}",
        ) from None
    ca, cert, key = _broker_names(settings.broker, config.parent)
    collector = Collector(config, never(settings))
    for path in named(settings):
        collector.take(path)
    files = {name: path.read_bytes() for name, path in collector.paths.items()}
    by_hand = collector.by_hand
    files |= {NODE_ENV: env_text.encode(), CONFIG_NAME: text}
    size = sum(map(len, files.values()))
    if size > LARGEST:
        raise ParcelError(
            "too_large",
            f"配置的各文件共 {size // 1024**2} MB，最多 {LARGEST // 1024**2} MB。",
            f"The files have {size // 1024**2} MB together, at most {LARGEST // 1024**2} may go.",
        )
    _try_out(files, env, variables)
    return Parcel(node, settings, files, ca, cert, key, (*by_hand, *secrets_of(settings)))


def _unknown(node: str, settings: Settings) -> ParcelError:
    known = ", ".join(settings.nodes) or "-"
    return ParcelError(
        "unknown_node",
        f"配置的 [nodes] 中没有 {node}（现有：{known}）。先写入，例如：hallctl config set "
        f"nodes.{node}.roles '[\"window\"]' nodes.{node}.windows '[\"4\"]'",
        f"[nodes] has no {node} (there are: {known}). Add it first, such as: hallctl config set "
        f"nodes.{node}.roles '[\"window\"]' nodes.{node}.windows '[\"4\"]'",
    )


def _broker_names(broker: BrokerSettings | None, folder: Path) -> tuple[str, str, str]:
    if broker is None or not (broker.ca_file and broker.cert_file and broker.key_file):
        raise ParcelError(
            "no_certificates",
            "配置的 [broker] 中没有 ca_file、cert_file、key_file：先按 config/mosquitto/README.md "
            "改用证书。",
            "[broker] has no ca_file, cert_file and key_file: have the hall use certificates "
            "first (config/mosquitto/README.md).",
        )
    names = [_below(Path(one), folder) for one in (broker.ca_file, broker.cert_file,
                                                   broker.key_file)]  # fmt: skip
    ca, cert, key = (name or "" for name in names)
    if not (ca and cert and key) or len({ca, cert, key}) < len(names):
        raise ParcelError(
            "files_elsewhere",
            f"[broker] 的 ca_file、cert_file、key_file 应在 {folder} 之下，例如 "
            "broker/${HALL_NODE}.crt。",
            f"ca_file, cert_file and key_file of [broker] must be below {folder}, such as "
            "broker/${HALL_NODE}.crt.",
        )
    return ca, cert, key


def named(settings: Settings) -> Iterator[Path]:
    """Yield each file or folder that this Pi goes by."""
    yield Path(settings.hall.catalogue)
    for path, _, _ in files_of(settings).values():
        # A name alone is the program's own, such as the profile "ff68".
        if Path(path).is_absolute():
            yield Path(path)
    if settings.displays.notices is not None:
        folder = Path(settings.displays.notices)
        for notice in sorted(folder.iterdir()) if folder.is_dir() else ():
            if is_notice_file(notice) or is_picture_file(notice):
                yield notice
    own = settings.nodes.get(settings.hall.node)
    for window in settings.windows:
        at_own = own is not None and window.id in own.windows
        if at_own and window.mirror is not None and window.mirror.ca:
            yield Path(window.mirror.ca)


def secrets_of(settings: Settings) -> Iterator[str]:
    """Yield what a person brings: each is a secret of this Pi's own places."""
    own = settings.nodes.get(settings.hall.node)
    if own is None:
        return
    for window in settings.windows:
        if window.id in own.windows and window.mirror and window.mirror.password_file:
            yield window.mirror.password_file
    for kiosk in settings.kiosks:
        if kiosk.id in own.kiosks and kiosk.pin_file:
            yield kiosk.pin_file


def _below(path: Path, folder: Path) -> str | None:
    """Return the name of ``path`` below ``folder``, None for what is elsewhere."""
    try:
        name = PurePosixPath(path.absolute().relative_to(folder))
    except ValueError:
        return None
    return None if ".." in name.parts or name == PurePosixPath() else str(name)


class Collector:
    """Takes what lies below the folder of the hall's file; what does not is for a person."""

    def __init__(self, config: Path, never: frozenset[Path]) -> None:
        self._config, self._folder, self._never = config, config.parent, never
        #: By name below the folder.
        self.paths = dict[str, Path]()
        self.by_hand = list[str]()

    def take(self, path: Path) -> None:
        """Take a file, or the files of a folder such as a bank of clips."""
        name = _below(path, self._folder)
        if name is None or not self._may_go(path):
            if not path.is_relative_to(_PROGRAM) and str(path) not in self.by_hand:
                self.by_hand.append(str(path))
        elif path.is_dir():
            for inner in sorted(path.iterdir()):
                if inner.is_file():
                    self.take(inner)
        elif path.is_file():
            self.paths[name] = path

    def _may_go(self, path: Path) -> bool:
        real = path.resolve()
        if path.is_dir():
            # The hall's own folder has everything in it.
            return not self._config.resolve().is_relative_to(real)
        # A link that leads out of the folder could lead to anything.
        inside = real.is_relative_to(self._folder.resolve())
        small = not path.is_file() or path.stat().st_size <= LARGEST_FILE
        return inside and small and real not in self._never and real.suffix not in _SECRET


def never(settings: Settings) -> frozenset[Path]:
    """Return what stays here, whoever else names it."""
    broker = settings.broker
    files = [settings.people.key_file]
    if broker is not None:
        files += [broker.password_file, broker.key_file]
    files += [one.mirror.password_file for one in settings.windows if one.mirror]
    files += [one.pin_file for one in settings.kiosks]
    return frozenset(Path(one).resolve() for one in files if one)


def _try_out(files: Mapping[str, bytes], env: Mapping[str, str], own: Mapping[str, str]) -> None:
    """Read it all as that Pi will, from a folder that has nothing else. Raises ``ConfigError``."""
    with tempfile.TemporaryDirectory(prefix="hall-") as made:
        folder = Path(made)
        for name, data in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        # What the catalogue was last is kept in the data folder: not of this trial.
        load_all(folder / CONFIG_NAME, {**env, **own, "HALL_DATA": made})
