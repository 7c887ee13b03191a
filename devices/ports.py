"""Ports named by what is plugged in, not by the order in which it was: ``usb:...``.

===============================  ===========================================================
``usb:0403:6001``                the only FT232R; two of them are refused, never one of them taken
``usb:0403:6001:A50285BI``       the one with this serial number, at any socket
``usb:1a86:7523@1-1.3``          whatever CH340 is in this socket: for adapters without a number
``usb:0403:6011@1-1.3:1.2``      the third port of a four-port adapter there
``hid:1a2c:2124@1-1.4``          the keypad or scanner in this socket, as what types (evdev)
===============================  ===========================================================

``hid:`` is written as ``usb:`` and names a device's input node, ``usb:`` its serial or printer
port. Of several input nodes the one that has digits is meant, not the mouse or the volume keys.

Vendor and product are those of ``lsusb``. It is looked up in sysfs each time that the port is
opened, so an adapter that comes back as ``ttyUSB3`` is found.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from devices.errors import DeviceUnavailable, PortAbsent
from devices.usb import DEV, SYS, Node, Plugged, plugged

__all__ = ["SCHEMES", "BadPort", "UsbPort", "resolve", "usb_port"]

SCHEMES = ("usb:", "hid:")
_FORM = re.compile(
    r"(?P<scheme>usb|hid):(?P<vendor>[0-9a-f]{4}):(?P<product>[0-9a-f]{4})"
    r"(?::(?P<serial>[^@]+))?"
    r"(?:@(?P<socket>\d+-\d+(?:\.\d+)*)(?::(?P<interface>\d+\.\d+))?)?\Z",
    re.IGNORECASE,
)
_BYTES = frozenset({"serial", "printer"})


class BadPort(ValueError):
    """A ``usb:`` or ``hid:`` port that is not written as one; ``zh`` and ``en`` say how it is."""

    def __init__(self, port: str) -> None:
        self.en = (
            f"{port} is no USB identity; expected usb:VENDOR:PRODUCT (a port) or hid: (what "
            "types), then :SERIAL or @SOCKET, such as usb:0403:6001:A50285BI or "
            "usb:1a86:7523@1-1.3 (hallctl devices find)"
        )
        self.zh = (
            f"{port} 不是有效的 USB 标识；应为 usb:厂商:产品（端口）或 hid:厂商:产品（按键设备），"
            "可加 :序列号 或 @插口，例如 usb:0403:6001:A50285BI、usb:1a86:7523@1-1.3"
            "（可用 hallctl devices find 查看）"
        )
        super().__init__(self.en)


@dataclass(frozen=True, slots=True)
class UsbPort:
    """What a configuration says of a USB port; "" is "whichever"."""

    vendor: str
    product: str
    serial: str = ""
    socket: str = ""
    interface: str = ""
    #: What types, instead of what has a port of bytes.
    hid: bool = False

    def __str__(self) -> str:
        return (
            f"{'hid' if self.hid else 'usb'}:{self.vendor}:{self.product}"
            + (f":{self.serial}" if self.serial else "")
            + (f"@{self.socket}" if self.socket else "")
            + (f":{self.interface}" if self.interface else "")
        )

    def fits(self, one: Plugged) -> bool:
        """Say whether this is the device that is meant."""
        return (
            (one.vendor, one.product) == (self.vendor, self.product)
            and self.serial in {"", one.serial}
            and self.socket in {"", one.socket}
        )


def usb_port(port: str) -> UsbPort:
    """Read ``usb:0403:6001@1-1.3``. Raises ``BadPort``."""
    found = _FORM.match(port)
    if found is None:
        raise BadPort(port)
    said = {name: value or "" for name, value in found.groupdict().items()}
    return UsbPort(
        said["vendor"].lower(),
        said["product"].lower(),
        said["serial"],
        said["socket"],
        said["interface"],
        hid=said["scheme"].lower() == "hid",
    )


def resolve(port: str, *, sys: Path = SYS, dev: Path = DEV) -> str:
    """Return the file of ``/dev`` that a ``usb:`` or ``hid:`` port is now.

    Raises ``PortAbsent`` when it is not plugged in, and ``DeviceUnavailable`` when the words do not
    tell which one is meant or when the kernel made no port of it.
    """
    try:
        wanted = usb_port(port)
    except BadPort as error:
        raise DeviceUnavailable(port, error.en, error.zh) from error
    there = plugged(sys, dev, vendor=wanted.vendor, product=wanted.product)
    fitting = [one for one in there if wanted.fits(one)]
    if not fitting:
        raise _absent(port, wanted, there)
    if len(fitting) > 1:
        raise _ambiguous(port, wanted, fitting)
    return _node(port, wanted, fitting[0]).path


def _node(port: str, wanted: UsbPort, one: Plugged) -> Node:
    nodes = _of_sort(wanted, one)
    # A printer of the printer class may offer a serial port beside it; its own port is meant.
    nodes = [n for n in nodes if wanted.interface in {"", n.interface}]
    if len(nodes) == 1:
        return nodes[0]
    if not nodes:
        # Absent, for the kernel makes its port a moment after the plug is in.
        raise PortAbsent(
            port,
            f"plugged in at {one.socket}, but Linux gives it no port (is its driver loaded?)",
            f"已插在插口 {one.socket}，但系统没有为它建立端口（驱动是否已加载？）",
        )
    if wanted.hid and len({node.interface for node in nodes}) < len(nodes):
        paths = ", ".join(node.path for node in nodes)
        raise DeviceUnavailable(
            port,
            f"several of its nodes type ({paths}); name one by its link in /dev/input/by-id",
            f"该设备有多个按键节点（{paths}），请用 /dev/input/by-id 中的名称指明",
        )
    choices = ", ".join(
        str(UsbPort(one.vendor, one.product, "", one.socket, node.interface, hid=wanted.hid))
        for node in nodes
    )
    raise DeviceUnavailable(
        port,
        f"this adapter has {len(nodes)} ports; say which: {choices}",
        f"该适配器有 {len(nodes)} 个端口，请写明是哪一个：{choices}",
    )


def _of_sort(wanted: UsbPort, one: Plugged) -> list[Node]:
    if not wanted.hid:
        return [node for node in one.nodes if node.sort in _BYTES]
    inputs = [node for node in one.nodes if node.sort == "input"]
    inputs = [node for node in inputs if wanted.interface in {"", node.interface}]
    # Keypads and scanners often have a mouse or volume keys, too, each a node of its own.
    return [node for node in inputs if node.types] or inputs


def _absent(port: str, wanted: UsbPort, there: Sequence[Plugged]) -> PortAbsent:
    if not there:
        return PortAbsent(port, "not plugged in", "没有插上")
    others = ", ".join(_who(one) for one in there)
    what = "serial number" if wanted.serial else "socket"
    what_zh = "序列号" if wanted.serial else "插口"
    return PortAbsent(
        port,
        f"not plugged in; of this model there is {others}: another {what}, so it is not used",
        f"没有插上；同型号的现有 {others}，{what_zh}不同，不予使用",
    )


def _ambiguous(port: str, wanted: UsbPort, fitting: Sequence[Plugged]) -> DeviceUnavailable:
    model = f"{wanted.vendor}:{wanted.product}"
    who = ", ".join(_who(one) for one in fitting)
    best = UsbPort(wanted.vendor, wanted.product, "", fitting[0].socket, hid=wanted.hid)
    return DeviceUnavailable(
        port,
        f"{len(fitting)} of {model} are plugged in ({who}); say which socket, such as {best}",
        f"插着 {len(fitting)} 个 {model}（{who}），请写明插口，例如 {best}",
    )


def _who(one: Plugged) -> str:
    return f"{one.socket} [{one.serial}]" if one.serial else one.socket
