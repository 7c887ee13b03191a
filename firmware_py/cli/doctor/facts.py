"""What all checks begin with: the machine, the configuration, and what the daemon says.

Asked once, before the checks, each with a limit; that there is no daemon or no configuration is a
fact like others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from firmware_py.cli.doctor.machine import Machine
from firmware_py.cli.errors import CliError, NoDaemon

if TYPE_CHECKING:
    from firmware_py.config.file import Configuration
    from firmware_py.config.mistakes import ConfigError
    from firmware_py.settings import Settings

__all__ = ["PROGRAM", "Facts", "gather"]

#: The folder of the program: /opt/hall.
PROGRAM = Path(__file__).parents[3]
#: A daemon that is well answers in milliseconds.
ANSWER_S = 4.0


@dataclass(frozen=True, slots=True)
class Facts:
    """``configuration`` or ``wrong`` is set, neither when there is no file to read.

    ``status`` is the answer of ``hall.status``, ``away`` why there is none; ``devices`` that of
    ``device.list``, empty in safe mode.
    """

    machine: Machine
    config: Path
    socket: Path
    configuration: Configuration | None = None
    wrong: ConfigError | None = None
    #: The file is there and may not be read by this user.
    forbidden: bool = False
    status: Mapping[str, Any] | None = None
    away: CliError | None = None
    devices: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    program: Path = PROGRAM

    @property
    def settings(self) -> Settings | None:
        """The settings of a configuration that is right."""
        return None if self.configuration is None else self.configuration.settings

    @property
    def runs(self) -> bool:
        """Whether a daemon answers, in safe mode or not."""
        return self.status is not None

    @property
    def pid(self) -> int | None:
        """The daemon's process."""
        return None if self.status is None else int(self.status["pid"])


def gather(machine: Machine, config: Path, socket: Path, *, named: bool = True) -> Facts:
    """Ask the daemon and read the configuration.

    Unless somebody ``named`` the file, it is the one that the daemon was started with.
    """
    status, away, devices = _ask(socket)
    if status is not None and not named:
        machine, config = _as_started(machine, config, int(status["pid"]))
    configuration, wrong, forbidden = _read(machine, config)
    return Facts(machine, config, socket, configuration, wrong, forbidden, status, away, devices)


def _as_started(machine: Machine, config: Path, pid: int) -> tuple[Machine, Path]:
    """Return the daemon's file, and the machine with what its environment says of folders.

    The folders only for root: nobody else may look into a process that holds personal data. How
    it was started everybody may read, so its file is known if that was given in full.
    """
    process = machine.at(f"/proc/{pid}")
    words, pairs, folder = [""], list[str](), None
    try:
        words = (process / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
        folder = (process / "cwd").readlink()
        pairs = (process / "environ").read_bytes().decode("utf-8", "replace").split("\0")
    except OSError:
        pass
    own = {
        name: value
        for name, _, value in (pair.partition("=") for pair in pairs)
        if name.startswith("HALL_") or name.endswith("_DIRECTORY")
    }
    if "--config" in words[:-1]:
        given = Path(words[words.index("--config") + 1])
        if given.is_absolute() or folder is not None:
            config = (folder or Path()) / given
    return replace(machine, env={**machine.env, **own}), config


def _read(machine: Machine, config: Path) -> tuple[Configuration | None, ConfigError | None, bool]:
    from firmware_py.config.file import load_all
    from firmware_py.config.mistakes import ConfigError

    try:
        with config.open("rb"):
            pass
    except PermissionError:
        return None, None, True
    except OSError:
        return None, None, False
    try:
        return load_all(config, machine.env, with_files=True), None, False
    except ConfigError as error:
        return None, error, False


def _ask(
    socket: Path,
) -> tuple[Mapping[str, Any] | None, CliError | None, Sequence[Mapping[str, Any]]]:
    from firmware_py.cli.client import Client

    client = Client(socket, answer_s=ANSWER_S)
    try:
        status = client.ask("hall.status")
        if not isinstance(status, dict) or "pid" not in status:
            return None, NoDaemon("not_halld", f"{socket} 上应答的不是本系统的服务。",
                                  f"What answers at {socket} is no halld."), ()  # fmt: skip
        devices = () if status.get("mode") == "safe" else client.ask("device.list")
    except CliError as error:
        return None, error, ()
    finally:
        client.close()
    return status, None, devices
