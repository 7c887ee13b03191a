"""What people are told of the hall's configuration at its Pis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from firmware_py.config.mistakes import ConfigError, Mistake
from firmware_py.core.refusals import Refusal

__all__ = [
    "fixed_name",
    "mistaken",
    "node_refuses",
    "not_everywhere",
    "not_kept",
    "not_writable",
]


def not_writable(folder: Path) -> Mistake:
    """The daemon may not put anything in place."""
    return Mistake(
        str(folder),
        0,
        "",
        f"the daemon may not write here, so the hub's configuration cannot be put in place: at "
        f"this Pi, sudo hallctl node open {folder}",
        "服务无权写入此文件夹，不能放置主控的配置。请在该设备上执行："
        f"sudo hallctl node open {folder}",
    )


def fixed_name(file: str) -> Mistake:
    """With this file a Pi would be another one."""
    return Mistake(
        file,
        0,
        "hall.node",
        'it is a fixed name, so the Pis cannot share the file: node = "${HALL_NODE}"',
        '是固定的名称，各台设备不能共用一份文件：请写 node = "${HALL_NODE}"',
    )


def node_refuses(rows: Sequence[Mapping[str, Any]]) -> Refusal:
    """Some Pis cannot use it: which, where, why, and what to do."""
    zh, en = list[str](), list[str]()
    for row in rows:
        for one in row["mistakes"]:
            line = f":{one['line']}" if one["line"] else ""
            at = f"{one['file']}{line}{': ' + one['path'] if one['path'] else ''}"
            zh.append(f"  {row['node']}  {at}：{one['zh']}")
            en.append(f"  {row['node']}  {at}: {one['en']}")
        if row["by_hand"]:
            files = ", ".join(row["by_hand"])
            zh.append(f"  {row['node']}  由人带去的文件：{files}")
            en.append(f"  {row['node']}  files that a person brings: {files}")
    names = [row["node"] for row in rows]
    skip = " ".join(f"--without {name}" for name in names)
    return Refusal(
        "node_refuses",
        f"{'、'.join(names)} 不能使用这份配置，各台设备都没有改动：\n"
        + "\n".join(zh)
        + f"\n请改正后再试；要先在其他设备上生效，请加 {skip}。",
        f"{', '.join(names)} cannot use this configuration; nothing was changed at any Pi:\n"
        + "\n".join(en)
        + f"\nMend that and try again; to go on at the others, add {skip}.",
        {"nodes": " ".join(names)},
    )


def not_everywhere(rows: Sequence[Mapping[str, Any]]) -> Refusal:
    """All were asked for, and some did not answer."""
    names = [row["node"] for row in rows]
    return Refusal(
        "not_everywhere",
        f"{'、'.join(names)} 没有应答，什么都没有改变（--all-nodes）。见 hallctl node list。",
        f"{', '.join(names)} did not answer, and nothing was changed (--all-nodes). See hallctl "
        "node list.",
        {"nodes": " ".join(names)},
    )


def mistaken(error: ConfigError) -> Refusal:
    """The files cannot be sent as they are."""
    first: Mistake = error.mistakes[0]
    return Refusal("mistakes", first.in_chinese(), str(first))


def not_kept(error: OSError) -> Refusal:
    """This Pi's disk takes no more."""
    why = error.strerror or type(error).__name__
    return Refusal(
        "not_kept",
        f"配置不能发往各台设备：{why}，什么都没有改变。请检查存储卡。",
        f"The configuration cannot be sent to the Pis: {why}. Nothing was changed; see to the "
        "card.",
    )
