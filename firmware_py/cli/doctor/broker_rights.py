"""Whether the broker's list of rights names this hall's hub and standby.

A standby without rights follows well, and is heard by nobody on the day on which it is promoted.
"""

from __future__ import annotations

from collections.abc import Iterator

from firmware_py.cli.broker_acl import INSTALLED, last_written
from firmware_py.cli.doctor.facts import Facts
from firmware_py.cli.doctor.finding import Finding, warning
from firmware_py.config.broker_acl import hubs_of, without_rights

__all__ = ["look_rights"]


def look_rights(facts: Facts) -> Iterator[Finding]:
    """Look at the list on this machine, if it has one that may be read."""
    settings = facts.settings
    if settings is None or settings.broker is None or not settings.nodes:
        return
    text = facts.machine.text(INSTALLED)
    if not text:
        yield from _elsewhere(facts, hubs_of(settings))
        return
    lacking = without_rights(text + "\n", settings.hall.id, hubs_of(settings))
    if lacking:
        zh, en = "、".join(lacking), ", ".join(lacking)
        do = f"sudo hallctl broker acl | sudo tee {INSTALLED}"
        yield warning(
            f"{INSTALLED} 中 {zh} 没有本厅主控的权限：由它担任主控时，其他设备听不到它。",
            f"{INSTALLED} gives {en} no rights of this hall's hub: as the hub, nobody would "
            "hear it.",
            f"{do}，再 sudo systemctl reload mosquitto",
            f"{do}, then sudo systemctl reload mosquitto",
        )


def _elsewhere(facts: Facts, names: tuple[str, ...]) -> Iterator[Finding]:
    """Nobody can ask a broker for its list: what is known is for whom it was written last."""
    written = last_written(facts.config.parent / "authority")
    if written is None or set(names) <= set(written):
        return
    zh, en = "、".join(set(names) - set(written)), ", ".join(set(names) - set(written))
    do = "sudo hallctl broker acl | sudo tee /media/usb/broker/hall.acl"
    yield warning(
        f"上次写出消息服务器的权限表时还没有 {zh}（消息服务器上的从这里看不到）：由它担任主控时，"
        "其他设备可能听不到它。",
        f"When the broker's list of rights was last written, {en} was not in it (what the broker "
        "itself has cannot be seen from here): as the hub, nobody might hear it.",
        f"{do}，再带去消息服务器（config/mosquitto/README.md）",
        f"{do}, then bring it to the broker (config/mosquitto/README.md)",
    )
