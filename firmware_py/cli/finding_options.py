"""What is plugged in and has no port of bytes: scanners, cameras, PC/SC readers.

A configuration names such a device in its ``options``. What is proposed is what stays the same: a
scanner's serial number, a camera's link by its serial number or socket.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from devices.known_hardware import numbered
from devices.usb import Node, Plugged

__all__ = ["Named", "fits", "named_by_options", "stands_for"]

#: An interface's class (usb.org, Defined Class Codes): smart card.
_CCID = 0x0B
_CAMERA, _SCANNER, _READER = "scanner.camera", "scanner.sane", "card_reader.pcsc"
_NAMES = {_CAMERA: "camera", _SCANNER: "scanner", _READER: "tag"}
_V4L2 = "v4l2:"


@dataclass(frozen=True, slots=True)
class Named:
    """One way to use a device: its ``kind``, its file, and its line of options."""

    kind: str
    node: Node
    options: str

    @property
    def device(self) -> str:
        """What such a device is usually called."""
        return _NAMES[self.kind]

    def lines(self, name: str) -> str:
        """Return the lines for ``hall.toml``."""
        lines = [f"[devices.{name}]", f'kind = "{self.kind}"', self.options]
        return "\n".join(line for line in lines if line)


def named_by_options(one: Plugged, there: Sequence[Plugged], dev: Path) -> Iterator[Named]:
    """Yield how a device can be used; ``there`` is all that is plugged in."""
    alike = [o for o in there if (o.vendor, o.product) == (one.vendor, one.product)]
    alone = numbered(one) and [o for o in alike if o.serial == one.serial] == [one]
    for node in one.nodes:
        if node.sort == "video":
            yield Named(_CAMERA, node, _options(source=_V4L2 + _stable(node, dev, alone=alone)))
    if one.bus is None:
        return
    if one.scans:
        options = {"serial": one.serial} if alone else {}
        yield Named(_SCANNER, one.bus, _options(**options))
    if _CCID in one.classes:
        yield Named(_READER, one.bus, "")


def stands_for(kind: object, options: object) -> str:
    """Return a word that stands for the device that ``options`` name, "" for none of these."""
    if not isinstance(options, Mapping):
        options = {}
    said = {str(name): str(value) for name, value in options.items() if value}
    if kind == _CAMERA:
        return said.get("source", "") if said.get("source", "").startswith(_V4L2) else ""
    if kind == _SCANNER and "escl" not in said:
        return _word(kind, said, "device", "serial", "match")
    if kind == _READER and "service" not in said:
        return _word(kind, said, "reader")
    return ""


def fits(named: Named, one: Plugged, word: str) -> bool:
    """Say whether a configuration's ``word`` (``stands_for``) means this device."""
    if word.startswith(_V4L2):
        with contextlib.suppress(OSError):
            return Path(word.removeprefix(_V4L2)).samefile(named.node.path)
        return False
    kind, _, rest = word.partition(" ")
    if kind != named.kind:
        return False
    said: dict[str, str] = json.loads(rest)
    device = said.get("device", "")
    if device:
        return named.node.path.rsplit("/", 2)[1:] == device.rsplit(":", 2)[1:]
    if said.get("serial"):
        return said["serial"] == one.serial
    words = said.get("match") or said.get("reader") or ""
    # SANE and pcscd have names of their own, which begin as the device's own words mostly do.
    own = f"{one.maker} {one.model}".casefold()
    return all(word in own for word in words.casefold().split() if not word.isdecimal())


def _word(kind: str, said: Mapping[str, str], *names: str) -> str:
    return f"{kind} {json.dumps({name: said[name] for name in names if name in said})}"


def _options(**options: str) -> str:
    said = ", ".join(f"{n} = {json.dumps(v, ensure_ascii=False)}" for n, v in options.items())
    return f"options = {{ {said} }}" if said else ""


def _stable(node: Node, dev: Path, *, alone: bool) -> str:
    """Return the camera's link by its number, where that is its own, else by its socket."""
    for folder in ("v4l/by-id", "v4l/by-path") if alone else ("v4l/by-path",):
        with contextlib.suppress(OSError):
            for link in sorted((dev / folder).iterdir()):
                # Both stand for one camera; the one with the bus's sort is of newer systems only.
                if "-usbv2-" not in link.name and link.resolve() == Path(node.path).resolve():
                    return str(link)
    return node.path
