"""What a USB device seems to be, by its vendor and product number. Words, never a decision.

Sources: usb.ids 2025.07.26 (Debian usb.ids) and the tables of Linux' own drivers: drivers/usb/
serial/ftdi_sio_ids.h, ch341.c, cp210x.c, pl2303.c. Marked "reported": receipt printers with the
numbers of their chip's maker, as owners of such printers told python-escpos and others; not in
usb.ids, and not seen here. A number does not say what stands behind an adapter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from devices.base import Sentence
from devices.usb import Plugged

__all__ = ["ADAPTERS", "Seems", "numbered", "seems"]


@dataclass(frozen=True, slots=True)
class Seems:
    """What it is called, and the kind of device that it can only be ("" where many fit)."""

    say: Sentence
    kind: str = ""


_PRINTER = "ticket_printer.escpos"


def _adapter(name: str) -> Seems:
    return Seems(Sentence(f"{name} USB 转串口", f"{name} USB serial adapter"))


def _printer(name: str) -> Seems:
    return Seems(Sentence(f"{name} 小票打印机", f"{name} receipt printer"), _PRINTER)


#: Serial adapters of a hall: (vendor, product) -> name of the chip.
ADAPTERS: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("0403", "6001"): "FTDI FT232R",
        ("0403", "6010"): "FTDI FT2232",
        ("0403", "6011"): "FTDI FT4232H",
        ("0403", "6014"): "FTDI FT232H",
        ("0403", "6015"): "FTDI FT-X",
        ("1a86", "7522"): "CH340",
        ("1a86", "7523"): "CH340",
        ("1a86", "5523"): "CH341",
        # CDC ACM, which needs no driver of its own.
        ("1a86", "55d3"): "CH343",
        ("1a86", "55d4"): "CH9102",
        ("10c4", "ea60"): "CP210x",
        ("10c4", "ea70"): "CP2105",
        ("10c4", "ea71"): "CP2108",
        ("067b", "2303"): "Prolific PL2303",
        ("067b", "23a3"): "Prolific PL2303GC",
        ("067b", "23b3"): "Prolific PL2303GB",
        ("067b", "23c3"): "Prolific PL2303GT",
    }
)

_OTHERS: Mapping[tuple[str, str], Seems] = MappingProxyType(
    {
        ("04b8", "0202"): _printer("Epson TM (UB-U05)"),
        ("04b8", "0e03"): _printer("Epson TM-T20"),
        # Reported.
        ("04b8", "0e15"): _printer("Epson TM-T20II / TM-T88V"),
        ("0416", "5011"): _printer("POS-58 / XP-58"),
        ("0483", "5743"): _printer("POS-80 / RP58"),
        ("0483", "070b"): _printer("Xprinter XP-58 / RP328"),
        ("0fe6", "811e"): _printer("Xprinter 80 mm"),
        ("28e9", "0289"): _printer("58 mm"),
        ("6868", "0200"): _printer("80 mm"),
        ("6868", "0500"): _printer("80 mm"),
        ("0519", "0003"): _printer("Star TSP100"),
        ("1a86", "7584"): Seems(
            Sentence("CH340S USB 转并口（打印机）", "CH340S USB parallel adapter (a printer)"),
            _PRINTER,
        ),
        ("067b", "2305"): Seems(
            Sentence("PL2305 USB 转并口（打印机）", "PL2305 USB parallel adapter (a printer)"),
            _PRINTER,
        ),
    }
)
_VENDORS: Mapping[str, Sentence] = MappingProxyType(
    {
        "1eab": Sentence("新大陆扫码器", "Newland code reader"),
        "05e0": Sentence("Symbol/斑马扫码器", "Symbol (Zebra) code reader"),
        "0c2e": Sentence("霍尼韦尔扫码器", "Honeywell code reader"),
        "05f9": Sentence("得利捷扫码器", "Datalogic (PSC) code reader"),
        "065a": Sentence("Opticon 扫码器", "Opticon code reader"),
        "072f": Sentence("ACS 读卡器", "ACS card reader"),
        "076b": Sentence("OmniKey 读卡器", "OmniKey card reader"),
    }
)
#: By the class of an interface (usb.org, Defined Class Codes), the more telling first.
_CLASSES: tuple[tuple[int, Seems], ...] = (
    (0x07, Seems(Sentence("USB 打印机", "USB printer"), _PRINTER)),
    (0x0B, Seems(Sentence("智能卡读卡器", "smart card reader"))),
    (0x0E, Seems(Sentence("摄像头或高拍仪", "camera or document camera"))),
    (0x06, Seems(Sentence("扫描仪或相机", "scanner or still camera"))),
    (0x01, Seems(Sentence("声卡", "sound card"))),
    (0x08, Seems(Sentence("U 盘或存储卡", "USB stick or card"))),
    (0x02, Seems(Sentence("USB 串口设备", "USB serial device"))),
    (0x03, Seems(Sentence("键盘类设备（键盘、扫码器、读卡器）", "keypad, code or card reader"))),
    (0xE0, Seems(Sentence("蓝牙或无线网卡", "Bluetooth or wireless adapter"))),
)
_CLASS_PRINTER = 0x07
_SCANS = Seems(Sentence("扫描仪", "scanner"))
_PRINTS_AND_SCANS = Seems(Sentence("打印扫描一体机", "printer with a scanner"))
_NOTHING_KNOWN = Seems(Sentence("未知设备", "unknown device"))
#: Serial numbers that makers give to every piece.
_GIVEN_TO_ALL = frozenset(
    {"0", "1", "0001", "00000001", "0000000000", "12345678", "123456789", "0123456789abcdef"}
)


def seems(one: Plugged) -> Seems:
    """Return what a device seems to be: by its number, its maker, else by its class."""
    ids = one.vendor, one.product
    if ids in ADAPTERS:
        return _adapter(ADAPTERS[ids])
    if ids in _OTHERS:
        return _OTHERS[ids]
    if one.scans:
        return _PRINTS_AND_SCANS if _CLASS_PRINTER in one.classes else _SCANS
    if one.vendor in _VENDORS:
        return Seems(_VENDORS[one.vendor])
    if any(node.sort == "serial" for node in one.nodes):
        return Seems(Sentence("USB 串口设备", "USB serial device"))
    return next((is_ for number, is_ in _CLASSES if number in one.classes), _NOTHING_KNOWN)


def numbered(one: Plugged) -> bool:
    """Say whether its serial number is its own: other pieces of its model have others."""
    return bool(one.serial) and one.serial.casefold() not in _GIVEN_TO_ALL
