"""Whether the broker's list of rights names this hall's hub and standby.

A standby without rights follows well, and is heard by nobody on the day on which it is promoted.
"""

from __future__ import annotations

from collections.abc import Iterator

from firmware_py.cli.broker_acl import INSTALLED
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
