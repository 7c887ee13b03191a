"""The lines of a configuration that are in use: by whom, and which file of ``/dev`` each is now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from devices.errors import DeviceUnavailable
from devices.ports import SCHEMES, resolve
from firmware_py.cli.doctor.facts import Facts

__all__ = ["UsedLine", "remote_hosts", "used_lines"]

#: Ports that lead over a network; the host is in them.
_NETWORK = ("socket", "rfc2217")


@dataclass(frozen=True, slots=True)
class UsedLine:
    """``name`` is the line's, or the device's with a port of its own.

    ``path`` is the file behind ``port`` on the machine looked at, None for a network port and for
    one that cannot be told: ``problem`` says why. ``address`` is host and port of a network port.
    """

    name: str
    port: str
    path: str | None = None
    problem: DeviceUnavailable | None = None
    address: tuple[str, int] | None = None


def used_lines(facts: Facts) -> Iterator[UsedLine]:
    """Yield each line that an enabled device uses, once."""
    settings = facts.settings
    if settings is None:
        return
    ports: dict[str, str] = {}
    for name, device in settings.devices.items():
        if not device.enabled:
            continue
        if device.line is not None:
            ports[device.line] = settings.lines[device.line].port
        elif device.port is not None:
            ports[name] = device.port
    for name, port in ports.items():
        yield _line(facts, name, port)


def _line(facts: Facts, name: str, port: str) -> UsedLine:
    if port.startswith(SCHEMES):
        root = facts.machine
        try:
            return UsedLine(name, port, resolve(port, sys=root.at("/sys"), dev=root.at("/dev")))
        except DeviceUnavailable as error:
            return UsedLine(name, port, problem=error)
    if "://" in port:
        url = urlsplit(port)
        if url.scheme in _NETWORK and url.hostname and url.port:
            return UsedLine(name, port, address=(url.hostname, url.port))
        return UsedLine(name, port)
    return UsedLine(name, port, port if port.startswith("/") else None)


def remote_hosts(facts: Facts) -> dict[str, str]:
    """Return the hosts beyond this machine that the configuration needs, each with who needs it."""
    hosts = {line.address[0]: line.name for line in used_lines(facts) if line.address is not None}
    settings = facts.settings
    if settings is not None and settings.broker is not None:
        hosts.setdefault(settings.broker.host, "broker")
    return {host: who for host, who in hosts.items() if not _local(host)}


def _local(host: str) -> bool:
    return host in {"localhost", "::1"} or host.startswith("127.")
