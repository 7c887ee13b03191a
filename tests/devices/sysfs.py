"""A machine's ``/sys`` and ``/dev`` in a folder, in the kernel's shape.

Devices are folders below the hub's ports; ``bus`` and ``class`` hold relative links to them. On a
Pi 4 ``udevadm info`` says
``/devices/platform/scb/fd500000.pcie/pci0000:00/0000:00:00.0/0000:01:00.0/usb1/1-1/1-1.3/1-1.3:1.0/
ttyUSB0/tty/ttyUSB0`` and links it as
``/dev/serial/by-path/platform-fd500000.pcie-pci-0000:01:00.0-usb-0:1.3:1.0-port0``.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

CONTROLLER = (
    "devices/platform/scb/fd500000.pcie/pci0000:00/0000:00:00.0/0000:01:00.0"  # VL805 of a Pi 4
)
#: ``capabilities/key`` of a USB keyboard, and of the volume keys of a wireless receiver, as their
#: owners reported them.
KEYBOARD = "1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe"
VOLUME_KEYS = (
    "3007f 0 0 483ffff17aff32d bf54444600000000 1 130f938b17c000 677bfad941dfed 9ed68000004400 "
    "10000002"
)


class Machine:
    """``sys`` and ``dev``; the Pi's own hub sits in 1-1."""

    def __init__(self, folder: Path) -> None:
        self.sys, self.dev, self.run = folder / "sys", folder / "dev", folder / "run"
        for made in (
            *("bus/usb/devices", "bus/usb-serial/devices", "bus/hid/devices", "dev/char"),
            *("class/tty", "class/usbmisc", "class/input", "class/video4linux"),
        ):
            (self.sys / made).mkdir(parents=True)
        (self.run / "udev/data").mkdir(parents=True)
        self._numbers = 0
        self.dev.mkdir()
        root = self._place("usb1")
        self._say(root, idVendor="1d6b", idProduct="0002", product="xHCI Host Controller")
        self._interface(root, "1-0", "1.0", "09")
        self._link("bus/usb/devices/usb1", root)
        hub = self._place("1-1")
        self._say(hub, idVendor="2109", idProduct="3431", product="USB2.0 Hub")
        self._interface(hub, "1-1", "1.0", "09")
        self._link("bus/usb/devices/1-1", hub)

    def serial(
        self,
        socket: str,
        ids: str,
        *ttys: str,
        serial: str = "",
        model: str = "",
        maker: str = "",
        acm: bool = False,
    ) -> Path:
        """Plug an adapter in: an interface for each of ``ttys`` (``ttyUSB0``)."""
        place = self._device(socket, ids, serial, model, maker)
        for number, tty in enumerate(ttys):
            interface = self._interface(place, socket, f"1.{number}", "02" if acm else "ff")
            port = interface if acm else interface / tty
            if not acm:
                port.mkdir()
                self._belongs(port, "bus/usb-serial")
                self._say(port, uevent="DRIVER=ftdi_sio", port_number="0")
            self._node(port / "tty" / tty, tty, 166 if acm else 188, int(tty[6:]), port)
        return place

    def printer(self, socket: str, ids: str, lp: str = "lp0", *, serial: str = "") -> Path:
        """Plug a printer of the printer class in."""
        place = self._device(socket, ids, serial, "", "")
        interface = self._interface(place, socket, "1.0", "07")
        self._node(interface / "usbmisc" / lp, f"usb/{lp}", 180, int(lp[2:]), interface)
        return place

    def reader(
        self, socket: str, ids: str, *events: str, model: str = "", keys: str = KEYBOARD
    ) -> Path:
        """Plug something in that types: a keypad, a code reader.

        ``events`` (``event0``) are its nodes, an interface each; all but the first are of volume
        keys. ``keys`` are the first one's, as the kernel tells them.
        """
        place = self._device(socket, ids, "", model, "")
        for number, event in enumerate(events or ("event0",)):
            interface = self._interface(place, socket, f"1.{number}", "03")
            hid = interface / f"0003:{ids.upper()}.{number + 1:04}"
            self.types(hid, event, VOLUME_KEYS if number else keys)
        return place

    def plain(self, socket: str, ids: str, sort: str, *, serial: str = "", model: str = "") -> Path:
        """Plug something in that the kernel has no driver for; ``sort`` is its class, in hex."""
        place = self._device(socket, ids, serial, model, "")
        self._interface(place, socket, "1.0", sort)
        return place

    def scanner(self, socket: str, ids: str, *, serial: str = "", model: str = "") -> Path:
        """Plug a scanner in that libsane1's hardware database knows, as udev records it."""
        place = self.plain(socket, ids, "ff", serial=serial, model=model)
        number = (place / "dev").read_text().strip()
        record = "I:5012345\nE:ID_MODEL_ID=1\nE:libsane_matched=yes\nG:scanner\n"
        (self.run / f"udev/data/c{number}").write_text(record)
        return place

    def camera(self, socket: str, ids: str, first: int, *, serial: str = "") -> Path:
        """Plug a camera in, with its two nodes: pictures, and what belongs to them."""
        place = self._device(socket, ids, serial, "", "")
        interface = self._interface(place, socket, "1.0", "0e")
        for index in range(2):
            node = interface / "video4linux" / f"video{first + index}"
            self._node(node, node.name, 81, first + index, interface)
            self._say(node, index=str(index))
            number = f"{ids.replace(':', '_')}_{serial}" if serial else ids.replace(":", "_")
            for folder, name in (
                ("by-id", f"usb-{number}"),
                ("by-path", f"usb-0:{socket[2:]}:1.0"),
            ):
                link = self.dev / "v4l" / folder / f"{name}-video-index{index}"
                link.parent.mkdir(parents=True, exist_ok=True)
                link.unlink(missing_ok=True)
                link.symlink_to(f"../../{node.name}")
        return place

    def types(self, hid: Path, event: str, keys: str = KEYBOARD) -> None:
        """Add an input with a node to what types."""
        parent = hid / "input" / f"input{event[5:]}"
        self._node(parent / event, f"input/{event}", 13, 64 + int(event[5:]), parent)
        (parent / "capabilities").mkdir()
        self._say(parent / "capabilities", ev="120013", key=keys)

    def unplug(self, socket: str) -> None:
        """Pull a plug: its folder goes, and every link to it."""
        shutil.rmtree(self._place(socket))
        for pattern in ("bus/*/devices/*", "class/*/*", "dev/char/*"):
            for link in self.sys.glob(pattern):
                if not link.exists():
                    link.unlink()

    def wire(self, node: str, pty: str) -> Path:
        """Make a file of ``/dev`` that leads to a pty."""
        path = self.dev / node
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.symlink_to(pty)
        return path

    def _device(self, socket: str, ids: str, serial: str, model: str, maker: str) -> Path:
        place = self._place(socket)
        vendor, _, product = ids.partition(":")
        said = {"serial": serial, "product": model, "manufacturer": maker}
        named = {key: words for key, words in said.items() if words}
        self._say(place, idVendor=vendor, idProduct=product, bDeviceClass="00", **named)
        self._numbers += 1
        name = f"bus/usb/001/{self._numbers + 2:03}"
        uevent = f"DEVNAME={name}\nDEVTYPE=usb_device\nDRIVER=usb\nPRODUCT={vendor}/{product}/100"
        self._say(place, uevent=uevent, dev=f"189:{self._numbers + 1}")
        (self.dev / name).parent.mkdir(parents=True, exist_ok=True)
        (self.dev / name).touch()
        self._belongs(place, "bus/usb")
        self._link(f"bus/usb/devices/{socket}", place)
        return place

    def _place(self, socket: str) -> Path:
        """Return where a device stands: below every hub on the way to its socket."""
        place = self.sys / CONTROLLER / "usb1"
        if socket != "usb1":
            bus, _, ports = socket.partition("-")
            steps = ports.split(".")
            for depth in range(1, len(steps) + 1):
                place /= f"{bus}-{'.'.join(steps[:depth])}"
        place.mkdir(parents=True, exist_ok=True)
        return place

    def _interface(self, place: Path, socket: str, number: str, sort: str) -> Path:
        interface = place / f"{socket}:{number}"
        interface.mkdir()
        self._say(
            interface,
            bInterfaceClass=sort,
            bInterfaceSubClass="01",
            bInterfaceProtocol="02",
            bInterfaceNumber=f"{number[-1:]:0>2}",
            uevent="DEVTYPE=usb_interface",
        )
        self._belongs(interface, "bus/usb")
        self._link(f"bus/usb/devices/{interface.name}", interface)
        return interface

    def _node(self, node: Path, name: str, major: int, minor: int, parent: Path) -> None:
        """Make what has a file in ``/dev``: its folder, its numbers, the links to it."""
        node.mkdir(parents=True)
        sort = {13: "input", 81: "video4linux", 180: "usbmisc"}.get(major, "tty")
        self._say(node, uevent=f"MAJOR={major}\nMINOR={minor}\nDEVNAME={name}")
        self._say(node, dev=f"{major}:{minor}")
        (node / "device").symlink_to(os.path.relpath(parent, node))
        self._belongs(node, f"class/{sort}")
        self._link(f"class/{sort}/{node.name}", node)
        self._link(f"dev/char/{major}:{minor}", node)
        file = self.dev / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.is_symlink():
            file.touch()

    def _say(self, place: Path, **words: str) -> None:
        for name, text in words.items():
            (place / name).write_text(text + "\n")

    def _belongs(self, place: Path, subsystem: str) -> None:
        (place / "subsystem").symlink_to(os.path.relpath(self.sys / subsystem, place))

    def _link(self, at: str, to: Path) -> None:
        link = self.sys / at
        link.symlink_to(os.path.relpath(to, link.parent))
