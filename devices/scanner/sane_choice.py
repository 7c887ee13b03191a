"""Which of the scanners that SANE sees is meant; never simply the first that answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from devices.errors import DeviceUnavailable
from devices.scanner.sane_options import SaneOptions
from devices.usb import DEV, SYS

__all__ = ["SeenScanner", "choose", "node_of"]

_USB = re.compile(r"libusb:(\d{3}):(\d{3})\Z")


@dataclass(frozen=True, slots=True)
class SeenScanner:
    """A scanner as SANE lists it; ``serial`` of a USB one as the kernel tells it, else ""."""

    name: str
    vendor: str = ""
    model: str = ""
    serial: str = ""

    @property
    def identity(self) -> str:
        """What it says it is."""
        return " ".join(part for part in (self.vendor, self.model, self.serial) if part)

    @classmethod
    def listed(cls, name: str, vendor: str, model: str, sys: Path = SYS) -> SeenScanner:
        """Make it of a line of SANE's list, with its serial number out of sysfs."""
        return cls(name, vendor, model, _serial(name, sys))


def choose(seen: Sequence[SeenScanner], options: SaneOptions, port: str) -> SeenScanner:
    """Return the scanner that ``options`` mean; ``port`` names the device in errors.

    Raises ``DeviceUnavailable`` where there is none, or more than one.
    """
    wanted = options.match.casefold()
    fit = [
        one
        for one in seen
        if (not options.device or one.name == options.device)
        and wanted in f"{one.vendor} {one.model}".casefold()
        and (not options.serial or one.serial == options.serial)
    ]
    if len(fit) == 1:
        return fit[0]
    names = ", ".join(f"{one.name} ({one.identity})" for one in (fit or seen))
    if fit:
        raise DeviceUnavailable(
            port,
            f"several scanners fit ({names}): say which by device, match or serial",
            f"有多台符合的扫描仪（{names}），请用 device、match 或 serial 指明",
        )
    raise DeviceUnavailable(
        port,
        f"SANE does not see this scanner (it sees: {names or 'none'})",
        f"SANE 找不到这台扫描仪（现有：{names or '无'}）",
    )


def node_of(name: str, dev: Path = DEV) -> Path | None:
    """Return the file that stands for a USB scanner as long as it is plugged in."""
    found = _USB.search(name)
    return dev / "bus/usb" / found[1] / found[2] if found else None


def _serial(name: str, sys: Path) -> str:
    found = _USB.search(name)
    if found is None:
        return ""
    for place in sys.glob("bus/usb/devices/*/busnum"):
        folder = place.parent
        here = (_number(folder / "busnum"), _number(folder / "devnum"))
        if here == (int(found[1]), int(found[2])):
            try:
                return (folder / "serial").read_text("utf-8", "replace").strip()
            except OSError:
                return ""
    return ""


def _number(file: Path) -> int:
    try:
        return int(file.read_text("utf-8"))
    except (OSError, ValueError):
        return -1
