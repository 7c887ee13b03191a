"""Addresses, a way to what is elsewhere, and whether the daemon is let out at all."""

from __future__ import annotations

import ipaddress
import json
import socket
from collections.abc import Iterator
from typing import Any

from firmware_py.cli.doctor.facts import Facts
from firmware_py.cli.doctor.finding import Finding, fine, red, unknown
from firmware_py.cli.doctor.lines import remote_hosts
from firmware_py.cli.doctor.machine import Machine

__all__ = ["look"]


def look(facts: Facts) -> Iterator[Finding]:
    """Look only as far as the configuration needs a network."""
    hosts = remote_hosts(facts)
    addresses = own_addresses(facts.machine)
    if facts.settings is None and not addresses:
        yield unknown("没有网络地址。", "This machine has no address.")
        return
    found = [*_way(facts.machine, hosts, addresses), *_let_out(facts, hosts)] if hosts else []
    yield from found
    if not found:
        shown = "、".join(addresses)
        words = ", ".join(addresses)
        yield fine(
            f"本机地址：{shown or '无（不需要网络）'}。",
            f"Addresses: {words or 'none (none is needed)'}.",
        )


def own_addresses(machine: Machine) -> list[str]:
    """Return the machine's addresses beside those of the loopback."""
    ran = machine.run(["ip", "-j", "address", "show", "up"])
    if ran is None or ran.code:
        return []
    try:
        links: list[dict[str, Any]] = json.loads(ran.out or "[]")
    except ValueError:
        return []
    return [
        one["local"]
        for link in links
        for one in link.get("addr_info", ())
        if one.get("scope") == "global"
    ]


def _way(machine: Machine, hosts: dict[str, str], addresses: list[str]) -> Iterator[Finding]:
    who = ", ".join(sorted(set(hosts.values())))
    if not addresses:
        yield red(
            f"本机没有网络地址，而 {who} 在网络上。",
            f"This machine has no address, and {who} is on the network.",
            "检查网线、交换机和 DHCP：ip address",
            "Check cable, switch and DHCP: ip address",
        )
        return
    ran = machine.run(["ip", "-j", "route", "show", "default"])
    near = [ipaddress.ip_address(address) for address in addresses]
    far = [host for host in hosts if not _same_net(host, near)]
    if far and ran is not None and not ran.code and ran.out.strip() in {"", "[]"}:
        yield red(
            f"没有默认路由，可能到不了 {', '.join(far)}。",
            f"There is no default route; {', '.join(far)} may be out of reach.",
            "检查网关设置：ip route",
            "Check the gateway: ip route",
        )


def _same_net(host: str, near: list[ipaddress.IPv4Address | ipaddress.IPv6Address]) -> bool:
    """Say whether a host is probably on the same wire: the same first 24 bits."""
    try:
        wanted = ipaddress.ip_address(host)
    except ValueError:
        return False
    return any(
        wanted.version == one.version == 4
        and wanted in ipaddress.ip_network(f"{one}/24", strict=False)
        for one in near
    )


def _let_out(facts: Facts, hosts: dict[str, str]) -> Iterator[Finding]:
    """Compare with ``IPAddressAllow=``: the unit as shipped reaches this Pi alone."""
    told = facts.machine.unit("LoadState", "IPAddressDeny", "IPAddressAllow")
    if told.get("LoadState") != "loaded" or not told.get("IPAddressDeny"):
        return
    allowed = []
    for word in told.get("IPAddressAllow", "").split():
        try:
            allowed.append(ipaddress.ip_network(word, strict=False))
        except ValueError:
            continue
    for host, who in hosts.items():
        for address in _addresses_of(host):
            if not any(address in net for net in allowed if net.version == address.version):
                yield red(
                    f"{who}（{address}）：服务单元不允许访问这个地址。",
                    f"{who} ({address}): the unit does not let the daemon reach this address.",
                    f"sudo systemctl edit halld，写入 [Service] 和 IPAddressAllow={address}，"
                    "再重启服务。",
                    f"sudo systemctl edit halld: [Service] and IPAddressAllow={address}; then "
                    "restart the daemon.",
                )


def _addresses_of(host: str) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    try:
        return [ipaddress.ip_address(host)]
    except ValueError:
        pass
    try:
        found = socket.getaddrinfo(host, None, socket.AF_INET, socket.SOCK_STREAM)
    except OSError:
        return []
    return [ipaddress.ip_address(one[4][0]) for one in found[:1]]
