"""Whether certificates and Pis belong together, and a new Pi that was interrupted."""

from __future__ import annotations

from collections.abc import Iterator

from firmware_py.cli.doctor.facts import Facts
from firmware_py.cli.doctor.finding import Finding, red, warning
from firmware_py.settings import Settings
from firmware_py.store.authority_checks import BROKER
from firmware_py.store.authority_register import RegisterError, read_register

__all__ = ["look_joining", "look_names"]

#: Identities that docs/broker.md knows beside the hall's own.
_OTHERS = frozenset({BROKER, "technician", "viewer", "standby"})


def look_joining(facts: Facts) -> Iterator[Finding]:
    """Say what a power cut left of ``hallctl node join``."""
    pending = facts.config.parent / ".joining"
    try:
        begun = (pending / "commit").exists()
    except OSError:
        # Root's own.
        return
    if begun:
        yield red(
            "加入大厅时中断，文件只放好了一部分。",
            "Joining the hall was interrupted: only some of the files are in place.",
            "sudo hallctl node join（不需要代码）",
            "sudo hallctl node join (without a code)",
        )


def look_names(facts: Facts) -> Iterator[Finding]:
    """Hold the certificates that count against the Pis that the hall's file names."""
    settings = facts.settings
    if settings is None or settings.broker is None or settings.broker.cert_file is None:
        return
    try:
        register = read_register(facts.config.parent / "authority" / "register.json")
    except (OSError, RegisterError):
        # That it is damaged is said with the broker's certificates.
        return
    if register is None:
        return
    newest = {entry.name: entry for entry in register.entries}
    good = {name for name, entry in newest.items() if entry.revoked is None}
    lacking = [name for name in settings.nodes if name not in good]
    unknown = sorted(good - _known(settings))
    if lacking:
        names = ", ".join(lacking)
        yield warning(
            f"没有证书，不能加入大厅：{names}。",
            f"Without a certificate, so they cannot join: {names}.",
            f"sudo hallctl node adopt {lacking[0]}",
            f"sudo hallctl node adopt {lacking[0]}",
        )
    if unknown:
        names = ", ".join(unknown)
        yield warning(
            f"有证书，但配置中没有：{names}。",
            f"With a certificate, but no configuration names them: {names}.",
            f"不再使用的请吊销：sudo hallctl node retire {unknown[0]}",
            f"Revoke what is not used any more: sudo hallctl node retire {unknown[0]}",
        )


def _known(settings: Settings) -> frozenset[str]:
    broker = settings.broker
    consumers = () if broker is None else broker.consumers
    return _OTHERS | {settings.hall.node, *settings.nodes, *consumers}
