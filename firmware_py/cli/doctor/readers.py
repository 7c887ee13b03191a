"""Readers of a Pi beside the hub: whether the hub may be asked who lays a card there."""

from __future__ import annotations

from collections.abc import Iterator

from firmware_py.cli.doctor.finding import Finding, warning
from firmware_py.settings import BrokerSettings, Settings

__all__ = ["look_readers"]

#: Hosts of this very machine; ``sync.ports.SyncSettings.private`` has the same.
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def look_readers(settings: Settings, broker: BrokerSettings) -> Iterator[Finding]:
    """Tell of readers whose cards nobody looks up: what is said of people goes encrypted alone."""
    private = (
        broker.ca_file is not None or broker.host in _LOOPBACK or settings.spread.copy_in_clear
    )
    read = [one.id for one in settings.windows if one.card_reader or one.code_scanner]
    read += [one.id for one in settings.kiosks if one.card_reader or one.code_scanner]
    if private or not read or settings.hall.node not in settings.nodes:
        return
    named = "、".join(read), ", ".join(read)
    yield warning(
        f"{named[0]} 的证件和预约查不到：到主控的连接没有加密，不查询证件。",
        f"Cards and appointments at {named[1]} are not looked up: the way to the hub is in clear.",
        "为消息服务器配置证书：config/mosquitto/README.md",
        "Have the hall use certificates: config/mosquitto/README.md",
    )
