"""The machine's services around the hall's Pis: the broker here, the daemon of a new Pi.

Where there is no systemd (a container, a test) nothing is done, and the commands to type are said.
"""

from __future__ import annotations

import ipaddress
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Services"]

#: A daemon that starts has 300 s for a long journal (systemd/halld.service).
_SERVICE_S = 320.0
_UNIT = Path("etc/systemd/system/halld.service")
_DROP_IN = Path("etc/systemd/system/halld.service.d/hub.conf")
_HEAD = (
    "# 本机的服务可以连接大厅的消息服务器。由 hallctl node join 写入。\n"
    "# The daemon may reach the hall's broker. Written by hallctl node join.\n"
)
_WRITES = (
    "# 本机的服务可以放置主控发来的配置。由 hallctl node join 或 node open 写入。\n"
    "# The daemon may put the hub's configuration in place. Written by hallctl node join or open.\n"
)


@dataclass(frozen=True, slots=True)
class Services:
    """``root`` is where the machine's files begin; ``program`` is systemctl."""

    root: Path = Path("/")
    program: str = "systemctl"

    @classmethod
    def of_machine(cls) -> Services:
        """Return this machine's; ``HALL_ROOT`` names another root, for tests of images."""
        return cls(Path(os.environ.get("HALL_ROOT") or "/"))

    @property
    def there(self) -> bool:
        """Whether systemd runs here, and we may tell it something."""
        # As sd_booted(3) has it.
        return (self.root / "run/systemd/system").is_dir() and os.geteuid() == 0

    @property
    def has_unit(self) -> bool:
        """Whether the daemon's unit is installed."""
        return (self.root / _UNIT).exists()

    def run(self, *words: str) -> str:
        """Run systemctl; return "" or what it complained about."""
        try:
            done = subprocess.run(
                [self.program, *words],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_SERVICE_S,
                check=False,
                env={**os.environ, "LC_ALL": "C.UTF-8"},
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)
        said = done.stderr.decode("utf-8", "replace").strip()
        return "" if not done.returncode else said or f"exit code {done.returncode}"

    def broker_runs(self) -> bool:
        """Whether the broker is a running service of this machine."""
        return self.there and not self.run("is-active", "--quiet", "mosquitto")

    def let_out(self, addresses: Sequence[str]) -> None:
        """Let the daemon reach these addresses and no others beside its own. Raises ``OSError``."""
        path = self.root / _DROP_IN
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = "".join(f"IPAddressAllow={one}\n" for one in addresses)
        path.write_text(f"{_HEAD}[Service]\n{lines}", encoding="utf-8")

    def let_write(self, folder: Path) -> None:
        """Let the daemon put the hub's configuration in place. Raises ``OSError``."""
        path = self.root / _DROP_IN.with_name("configuration.conf")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{_WRITES}[Service]\nBindPaths={folder}\n", encoding="utf-8")

    def start(self) -> str:
        """Start the daemon with the machine, and now; return "" or a complaint."""
        for words in (("daemon-reload",), ("enable", "halld"), ("restart", "halld")):
            if said := self.run(*words):
                return said
        return ""


def is_address(host: str) -> bool:
    """Say whether it is an address rather than a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
