"""The hall's certificates on this machine: its own, and those that its authority has signed.

Only what everybody may know is read: no key is opened. The clock that they are held against is the
machine's; that this may be wrong is said with them.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from firmware_py.cli.doctor.facts import Facts
from firmware_py.cli.doctor.finding import Finding, red, unknown, warning
from firmware_py.settings import BrokerSettings, Settings

if TYPE_CHECKING:
    from firmware_py.store.certificates import Certificate

__all__ = ["look_authority", "look_list", "look_own"]

_SOON = timedelta(days=30)
_RENEW = ("sudo hallctl broker certs renew", "sudo hallctl broker certs renew")


def look_own(facts: Facts, settings: Settings, broker: BrokerSettings) -> Iterator[Finding]:
    """Look at the certificate by which this machine is known, and at the authority it trusts."""
    for key, named in (("cert_file", broker.cert_file), ("ca_file", broker.ca_file)):
        if broker.cert_file is None or named is None:
            continue
        found = _read(key, Path(named))
        if isinstance(found, Finding):
            yield found
            continue
        if key == "cert_file":
            yield from _named(settings, found)
        yield from _ends(facts, key, found)


def _read(key: str, file: Path) -> Certificate | Finding:
    try:
        from firmware_py.store.certificates import read_certificate

        return read_certificate(file.read_bytes())
    except ModuleNotFoundError:
        return unknown(
            "缺少 cryptography 软件包，不能查看证书。",
            "The package cryptography is missing, so certificates cannot be looked at.",
            "安装 hall-controller[privacy]",
            "Install hall-controller[privacy].",
        )
    except PermissionError:
        return unknown(
            f"没有权限查看 {file}。",
            f"You may not look at {file}.",
            "请以 root 身份运行：sudo hallctl doctor",
            "Run it as root: sudo hallctl doctor",
        )
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else None
        return red(
            f"broker.{key}：{file} 不是可用的证书（{why or '内容不对'}）。",
            f"broker.{key}: {file} is no certificate ({why or 'its content is wrong'}).",
            "重新放置：hallctl broker certs place 名称 文件夹",
            "Place it anew: hallctl broker certs place NAME FOLDER",
        )


def _named(settings: Settings, found: Certificate) -> Iterator[Finding]:
    node = settings.hall.node
    if found.use != "client":
        yield red(
            f"broker.cert_file 是“{found.name}”的证书，不是设备用的证书。",
            f"broker.cert_file is the certificate of {found.name}, which is for no node.",
            f"hallctl broker certs make {node}，再 place",
            f"hallctl broker certs make {node}, then place",
        )
    elif found.name != node:
        yield red(
            f"证书的名称是 {found.name}，而 hall.node 是 {node}：消息服务器会丢弃本机的消息。",
            f"The certificate names {found.name}, but hall.node is {node}: the broker drops what "
            "this machine says.",
            f"hallctl broker certs make {node}，再 place；或更正 hall.node",
            f"hallctl broker certs make {node}, then place; or correct hall.node",
        )


def _ends(facts: Facts, key: str, found: Certificate) -> Iterator[Finding]:
    now = datetime.fromtimestamp(facts.machine.wall_s(), UTC)
    day = f"{found.ends:%Y-%m-%d}"
    if now >= found.ends:
        yield red(
            f"broker.{key}（{found.name}）已于 {day} 到期，或本机时钟不对（{now:%Y-%m-%d}）。",
            f"broker.{key} ({found.name}) ended on {day}, or this clock is wrong ({now:%Y-%m-%d}).",
            *_RENEW,
        )
    elif now + _SOON >= found.ends:
        yield warning(
            f"broker.{key}（{found.name}）{day} 到期。",
            f"broker.{key} ({found.name}) ends on {day}.",
            *_RENEW,
        )
    elif now < found.begins:
        yield red(
            f"broker.{key}（{found.name}）从 {found.begins:%Y-%m-%d} 起有效，或本机时钟不对。",
            f"broker.{key} ({found.name}) begins on {found.begins:%Y-%m-%d}, or this clock is "
            "wrong.",
            "先校准时钟：timedatectl",
            "Set the clock first: timedatectl",
        )


def look_authority(facts: Facts) -> Iterator[Finding]:
    """Look at all that the hall's authority has signed, where it is on this machine."""
    from firmware_py.store.authority_register import RegisterError, read_register

    folder = facts.config.parent / "authority"
    try:
        register = read_register(folder / "register.json")
        closed = not stat.S_IMODE(folder.stat().st_mode) & 0o077
    except FileNotFoundError:
        return
    except PermissionError:
        # Root's own: that this user may not look is as it should be.
        return
    except (OSError, RegisterError) as error:
        yield red(
            f"证书登记文件读不出：{error}。",
            f"The register of certificates cannot be read: {error}.",
            f"用备份恢复 {folder}",
            f"Bring {folder} back from a backup.",
        )
        return
    if register is None:
        return
    if not closed:
        yield red(
            f"其他用户可以进入 {folder}，其中有私钥。",
            f"Other users may enter {folder}, where keys lie.",
            f"sudo chmod 700 {folder}",
            f"sudo chmod 700 {folder}",
        )
    now = datetime.fromtimestamp(facts.machine.wall_s(), UTC)
    newest = {entry.name: entry for entry in register.entries}
    ends = {name: one.ends for name, one in newest.items() if one.revoked is None}
    ends["ca"] = register.ends
    ended = sorted(name for name, end in ends.items() if end <= now)
    soon = sorted(name for name, end in ends.items() if now < end <= now + _SOON)
    if ended:
        names = ", ".join(ended)
        yield red(
            f"证书已到期：{names}；或本机时钟不对（{now:%Y-%m-%d}）。",
            f"Certificates have ended: {names}; or this clock is wrong ({now:%Y-%m-%d}).",
            *_RENEW,
        )
    if soon:
        names, first = ", ".join(soon), min(ends[name] for name in soon)
        yield warning(
            f"证书即将到期：{names}，最早 {first:%Y-%m-%d}。",
            f"Certificates end soon: {names}, the first on {first:%Y-%m-%d}.",
            *_RENEW,
        )


def look_list(facts: Facts, settings: Settings) -> Iterator[Finding]:
    """Try, where the authority is, whether the broker goes by what it has."""
    from firmware_py.cli.broker_seen import behind_here

    for one in behind_here(facts.config, settings):
        made = red if one.bad else warning
        yield made(one.zh, one.en, one.do.zh, one.do.en)
