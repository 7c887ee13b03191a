"""What is plugged in at the USB sockets, as the kernel tells it in sysfs. Nothing is opened.

The kernel's shape (Linux Documentation/ABI/testing/sysfs-bus-usb; seen on a Pi 4)::

    /sys/bus/usb/devices/1-1.3 -> ../../../devices/platform/.../usb1/1-1/1-1.3
        idVendor "0403"  idProduct "6001"  serial "A50285BI"   (serial: only if it has one)
        manufacturer "FTDI"  product "FT232R USB UART"
        1-1.3:1.0/                       an interface: bInterfaceClass "ff"
            ttyUSB0/tty/ttyUSB0/uevent   FTDI, CH340, CP210x, PL2303: "DEVNAME=ttyUSB0"
            tty/ttyACM0/uevent           CDC ACM
            usbmisc/lp0/uevent           printer class: "DEVNAME=usb/lp0"
            video4linux/video0/uevent    cameras; "index" 0 is the one with pictures
            0003:..../input/input5/event5/uevent   keyboards, readers: "DEVNAME=input/event5"
        0003:..../input/input5/capabilities/key    its keys: longs in hexadecimal, highest first

A **socket** is the name of the folder: bus, dash, the hub's ports from the root on (``1-1.3``). It
stays the same at each start and for whatever is plugged in there.

Which devices are scanners, the kernel does not know: SANE's list of them (libsane1's hwdb) is in
udev's records, ``/run/udev/data/c189:12`` with ``E:libsane_matched=yes`` for ``dev`` "189:12".
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

__all__ = ["DEV", "RUN", "SYS", "Node", "Plugged", "plugged"]

SYS = Path("/sys")
DEV = Path("/dev")
RUN = Path("/run")

#: Vendor and product of the hubs in the Pi itself and of Linux' own root hubs are class 09 too.
HUB = 0x09

Sort = Literal["serial", "printer", "input", "video", "bus"]
#: Where a device's node stands below its interface.
_NODES: tuple[tuple[Sort, str], ...] = (
    ("serial", "*/tty/*/uevent"),
    ("serial", "tty/*/uevent"),
    ("printer", "usbmisc/lp*/uevent"),
    ("input", "*/input/*/event*/uevent"),
    ("video", "video4linux/*/uevent"),
)
#: KEY_1 to KEY_0, KEY_KP0 to KEY_KP9 (input-event-codes.h). Volume keys have + and - there, too.
_DIGITS = (*range(2, 12), *(71, 72, 73, 75, 76, 77, 79, 80, 81, 82))
#: The kernel writes a 32-bit program longs of 32 bits.
_LONG_BITS = struct.calcsize("@l") * 8
_SOCKET = re.compile(r"\d+-\d+(\.\d+)*\Z")


@dataclass(frozen=True, slots=True)
class Node:
    """A file of ``/dev`` that a device has: ``path`` ``/dev/ttyUSB0``, ``interface`` ``1.0``.

    ``bus`` is the device as a whole (``/dev/bus/usb/001/012``), without an interface.
    """

    sort: Sort
    path: str
    interface: str
    #: Of an input: it has keys for digits.
    types: bool = False


@dataclass(frozen=True, slots=True)
class Plugged:
    """A USB device; ``vendor`` and ``product`` are four lower-case hex digits as in ``lsusb``.

    ``serial``, ``maker`` and ``model`` are what it says of itself, "" when it says nothing;
    ``classes`` are its interfaces' classes (7 is a printer, 3 a keyboard or reader).
    """

    vendor: str
    product: str
    serial: str
    socket: str
    maker: str
    model: str
    classes: tuple[int, ...]
    nodes: tuple[Node, ...]
    #: The device itself, for what is driven without the kernel (scanners, card readers).
    bus: Node | None = None
    #: SANE's list has it.
    scans: bool = False


def plugged(
    sys: Path = SYS, dev: Path = DEV, run: Path = RUN, *, vendor: str = "", product: str = ""
) -> list[Plugged]:
    """Return the USB devices that are plugged in, hubs left out, in the order of their sockets.

    ``vendor`` and ``product`` ask for one model; the others are not looked into. What is pulled
    while we look is left out. On a machine without USB there are none.
    """
    found: list[Plugged] = []
    try:
        places = list((sys / "bus/usb/devices").iterdir())
    except OSError:
        return []
    for place in places:
        if not _SOCKET.match(place.name):
            continue
        ids = _text(place / "idVendor").lower(), _text(place / "idProduct").lower()
        if (vendor and ids[0] != vendor) or (product and ids[1] != product) or not all(ids):
            continue
        one = _look(place, *ids, dev, run)
        if HUB not in one.classes:
            found.append(one)
    return sorted(found, key=lambda one: _natural(one.socket))


def _look(place: Path, vendor: str, product: str, dev: Path, run: Path) -> Plugged:
    interfaces = sorted(place.glob(f"{place.name}:*"))
    nodes = {node: None for interface in interfaces for node in _nodes(interface, dev)}
    return Plugged(
        vendor=vendor,
        product=product,
        serial=_text(place / "serial"),
        socket=place.name,
        maker=_text(place / "manufacturer"),
        model=_text(place / "product"),
        classes=tuple(_hex(interface / "bInterfaceClass") for interface in interfaces),
        nodes=tuple(nodes),
        bus=_bus(place, dev),
        scans=_scans(place, run),
    )


def _bus(place: Path, dev: Path) -> Node | None:
    name = _device_name(place / "uevent")
    return None if name is None else Node("bus", str(dev / name), "")


def _scans(place: Path, run: Path) -> bool:
    return "E:libsane_matched=yes" in _text(run / f"udev/data/c{_text(place / 'dev')}").split("\n")


def _device_name(uevent: Path) -> str | None:
    name = re.search(r"^DEVNAME=(.+)$", _text(uevent), re.MULTILINE)
    return None if name is None else name[1]


def _nodes(interface: Path, dev: Path) -> Iterator[Node]:
    number = interface.name.partition(":")[2]
    for sort, pattern in _NODES:
        for uevent in sorted(interface.glob(pattern)):
            name = _device_name(uevent)
            # A camera's second node brings no pictures, but what belongs to them.
            told = sort != "video" or _text(uevent.parent / "index") == "0"
            if name is not None and told:
                types = sort == "input" and _has_digits(uevent.parent.parent)
                yield Node(sort, str(dev / name), number, types)


def _has_digits(place: Path) -> bool:
    """Say whether an input (``input5``) has keys 1 to 0 or those of the keypad."""
    longs = _text(place / "capabilities/key").split()
    keys = 0
    for long in longs:
        try:
            keys = keys << _LONG_BITS | int(long, 16)
        except ValueError:
            return False
    return any(keys >> code & 1 for code in _DIGITS)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _hex(file: Path) -> int:
    try:
        return int(_text(file), 16)
    except ValueError:
        return 0


def _natural(socket: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", socket)]
