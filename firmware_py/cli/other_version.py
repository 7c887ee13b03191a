"""``hallctl`` and the daemon that runs are of two versions: said, with what to do about it.

After an update the daemon runs on in its old version until it is started again. Most commands work
all the same; one that does not says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from firmware_py.cli.errors import Refused
from firmware_py.cli.version import version_number
from firmware_py.core.wire_version import WIRE

__all__ = ["differs", "not_understood"]


def differs(status: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return what to say of the daemon whose ``hall.status`` this is; None: it is of our version.

    In Chinese and in English. One that tells no program is older than those that do.
    """
    told, ours = status.get("program"), version_number()[0] or "?"
    theirs = str(told["version"]) if told else ""
    if told and (theirs, told["wire"]) == (ours, WIRE):
        return None
    zh = f"正在运行的服务是{f' {theirs}' if theirs else '较旧的版本'}，hallctl 是 {ours}"
    en = f"The daemon that runs is {theirs or 'of an older version'}, hallctl is {ours}"
    if theirs == ours:
        zh, en = f"{zh}，通信版本不同", f"{en}, of another wire version"
    return (
        f"{zh}：程序更新后服务还没有重启。闭厅后执行：sudo systemctl restart halld",
        (
            f"{en}: it was not started again after the update. When the hall is closed: "
            "sudo systemctl restart halld"
        ),
    )


def not_understood(status: Mapping[str, Any]) -> Refused | None:
    """Return why daemon and ``hallctl`` do not understand each other; None: not by a version."""
    said = differs(status)
    return None if said is None else Refused("other_version", f"{said[0]}。", f"{said[1]}.")
