"""What is plugged in, which of it the hall knows, and how a configuration names it.

Looks into sysfs, udev's records and ``/proc`` alone: no port is opened, nothing is sent.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from pathlib import Path

from devices.known_hardware import Seems, numbered, seems
from devices.ports import SCHEMES, BadPort, UsbPort, usb_port
from devices.registry import KINDS
from devices.usb import DEV, RUN, SYS, Node, Plugged, plugged
from firmware_py.cli.finding_options import Named, fits, named_by_options
from firmware_py.cli.holders import PROC, Holder, holders

__all__ = ["Found", "FoundPort", "collect", "lines_to_paste", "quoted", "unstable"]

_ANOTHERS_NEXT_TIME = (
    *("/dev/ttyUSB", "/dev/ttyACM", "/dev/usb/lp", "/dev/input/event"),
    "/dev/video",
)


@dataclass(frozen=True, slots=True)
class FoundPort:
    """A port of what is plugged in.

    ``write`` is how the configuration names it for good; ``configured`` the names of the devices
    and lines that have it, with the port as each writes it.
    """

    node: Node
    write: str
    by_path: str = ""
    configured: Mapping[str, str] = field(default_factory=dict)
    held_by: tuple[Holder, ...] = ()
    #: What has no port in the configuration but is named in its options (scanners, cameras).
    named: Named | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Something that is plugged in."""

    plugged: Plugged
    seems: Seems
    ports: tuple[FoundPort, ...]


def collect(
    configured: Mapping[str, str],
    *,
    sys: Path = SYS,
    dev: Path = DEV,
    run: Path = RUN,
    proc: Path = PROC,
) -> list[Found]:
    """Return what is plugged in.

    ``configured``: name of a device or line -> its port, or ``finding_options.stands_for`` it.
    """
    there = plugged(sys, dev, run)
    return [
        Found(
            one,
            seems(one),
            (
                *_with_ports(one, there, configured, dev, proc),
                *_others(one, there, configured, dev, proc),
            ),
        )
        for one in there
    ]


def _with_ports(
    one: Plugged, there: Sequence[Plugged], configured: Mapping[str, str], dev: Path, proc: Path
) -> Iterator[FoundPort]:
    for node in _ports(one):
        used = dict(_named(one, node, configured))
        yield FoundPort(
            node, _to_write(one, node, there), _by_path(node, dev), used, holders(node.path, proc)
        )


def _others(
    one: Plugged, there: Sequence[Plugged], configured: Mapping[str, str], dev: Path, proc: Path
) -> Iterator[FoundPort]:
    for way in named_by_options(one, there, dev):
        used = {name: port for name, port in configured.items() if fits(way, one, port)}
        yield FoundPort(way.node, "", "", used, holders(way.node.path, proc), way)


def _ports(one: Plugged) -> list[Node]:
    """Return the nodes that a configuration may name: no mouse and no volume keys."""
    inputs = [node for node in one.nodes if node.sort == "input"]
    typing = [node for node in inputs if node.types] or inputs
    return [n for n in one.nodes if n.sort in {"serial", "printer"} or n in typing]


def unstable(port: str) -> bool:
    """Say whether a port's name is another's after the next start: ``/dev/ttyUSB0``."""
    return port.removeprefix("v4l2:").startswith(_ANOTHERS_NEXT_TIME) or "libusb:" in port


def quoted(words: str) -> str:
    """Return a string as TOML writes it; JSON's form is one of TOML's."""
    return json.dumps(words, ensure_ascii=False)


def lines_to_paste(found: Found, port: FoundPort, taken: Collection[str]) -> str:
    """Return the lines for ``hall.toml``; ``taken`` are the names that it has already.

    What stands behind an adapter cannot be known: the kind is left open, and a check of the
    configuration says so.
    """
    if port.named is not None:
        return port.named.lines(_free(port.named.device, taken))
    types = port.node.sort == "input"
    # By its number alone it is a printer's; what types is none of its ports.
    kind = "" if types else found.seems.kind
    name = _free("printer", taken) if kind else "NAME"
    lines = [f"[devices.{name}]", f'kind = "{kind or "?"}"', f"port = {quoted(port.write)}"]
    if not kind:
        kinds = [one.name for one in KINDS.values() if one.line and one.records == types]
        lines[1] += f"  # {', '.join(kinds)}"
    return "\n".join(lines)


def _to_write(one: Plugged, node: Node, there: Sequence[Plugged]) -> str:
    """Name it by its serial number where that is its own, else by its socket."""
    alike = [o for o in there if (o.vendor, o.product) == (one.vendor, one.product)]
    alone = [o for o in alike if o.serial == one.serial] == [one]
    hid = node.sort == "input"
    ports = [n for n in _ports(one) if (n.sort == "input") == hid]
    if len(ports) > 1:
        return str(UsbPort(one.vendor, one.product, "", one.socket, node.interface, hid=hid))
    if numbered(one) and alone:
        return str(UsbPort(one.vendor, one.product, one.serial, hid=hid))
    return str(UsbPort(one.vendor, one.product, "", one.socket, hid=hid))


def _by_path(node: Node, dev: Path) -> str:
    with contextlib.suppress(OSError):
        folder = "input/by-path" if node.sort == "input" else "serial/by-path"
        for link in sorted((dev / folder).iterdir()):
            # Both stand for one port; the one with the bus's sort is of newer systems only.
            if "-usbv2-" not in link.name and link.resolve() == Path(node.path).resolve():
                return str(link)
    return ""


def _named(one: Plugged, node: Node, configured: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, port in configured.items():
        if port.startswith(SCHEMES):
            with contextlib.suppress(BadPort):
                wanted = usb_port(port)
                same = wanted.hid == (node.sort == "input")
                if same and wanted.fits(one) and wanted.interface in {"", node.interface}:
                    yield name, port
        elif "://" not in port and _one_file(port, node.path):
            yield name, port


def _one_file(one: str, other: str) -> bool:
    try:
        return Path(one).samefile(other)
    except OSError:
        return False


def _free(name: str, taken: Collection[str]) -> str:
    names = chain([name], (f"{name}-{number}" for number in count(2)))
    return next(one for one in names if one not in taken)
