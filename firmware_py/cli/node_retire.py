"""``hallctl node retire``, at the hub: a Pi is taken out of the hall for good."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from firmware_py.cli.base import HallCommand, Session, pass_session
from firmware_py.cli.config_change import Changed, ConfigFile, Mistaken
from firmware_py.cli.config_nodes import say_nodes
from firmware_py.cli.errors import Refused, WrongUse
from firmware_py.cli.node_adopt import (
    authority_here,
    confirm_going,
    revoke_at_broker,
    state_of,
    write_off,
)
from firmware_py.cli.node_invite import record
from firmware_py.cli.output import say, write_json
from firmware_py.cli.words import joined, t

if TYPE_CHECKING:
    from firmware_py.store.authority import Authority

__all__ = ["retire"]

_PLACES = ("windows", "kiosks", "walls", "voices")


@click.command(
    "retire",
    HallCommand,
    help=t(
        "主控上：让一台设备撤出大厅。\n\n"
        "从配置的 [nodes] 中取出 NAME（可用 hallctl config undo 恢复），吊销它的证书，作废它"
        "手中的号码，并说明它那里原有的窗口和设备归谁。",
        "At the hub: take a Pi out of the hall.\n\n"
        "NAME is taken out of [nodes] (hallctl config undo brings it back), its certificates are "
        "revoked and its numbers written off; whose its windows and devices are now is said.",
    ),
)
@click.argument("name", metavar="NAME")
@click.option(
    "--to",
    metavar="NODE",
    help=t(
        "它的窗口、取号机、大屏和语音归这台设备；默认归主控。",
        "Which Pi gets its windows, kiosks, walls and voices; else the hub has them.",
    ),
)
@click.option("--yes", is_flag=True, help=t("不再询问。", "Do not ask."))
@click.option(
    "--config",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help=t("大厅的配置文件。", "The hall's configuration."),
)
@click.option(
    "--folder",
    metavar="FOLDER",
    type=click.Path(path_type=Path, file_okay=False),
    help=t(
        "证书机构的文件夹；默认为配置文件旁的 authority。",
        "The authority's folder; else authority beside the configuration.",
    ),
)
@pass_session
def retire(session: Session, /, name: str, to: str | None, yes: bool, **options: Any) -> None:
    """Take a Pi out of the hall."""
    from firmware_py.cli.broker_certs_where import told

    meant = ConfigFile(session, options["config"])
    options["config"] = meant.path
    with told():
        text = _text(meant)
        _not_here(meant.path, name)
        stood, authority = _stood(text, name), _authority(options)
        certified = authority is not None and authority.good(name) is not None
        if stood is None and not certified:
            raise Refused(
                "unknown_node",
                f"配置的 [nodes] 中没有 {name}，它也没有证书。",
                f"[nodes] has no {name}, and it has no certificate.",
            )
        devices = _devices(meant.path, name) if stood is not None else []
        state = state_of(session, name)
        if not yes:
            words = t(
                f"{name} 将撤出大厅，它的证书不能恢复。",
                f"{name} leaves the hall; its certificates are gone for good.",
            )
            confirm_going(name, state, "撤出", words)
        done = None if stood is None else _taken_out(meant, name, to, stood)
        if authority is not None and certified:
            here = state in {"there", "silent", "stranger"}
            revoke_at_broker(session, authority, name, meant.path, restart=here)
        write_off(session, name)
        record(session, "retire", name)
    if session.json:
        version = None if done is None else done.version
        gone = {"node": name, "stood": stood or {}, "devices": devices, "to": to}
        write_json(gone | {"version": version})
        return
    _tell(name, to, stood or {}, devices, done)


def _text(meant: ConfigFile) -> str:
    try:
        return meant.text()
    except Mistaken as error:
        raise _mistaken(error) from error


def _not_here(config: Path, name: str) -> None:
    """Refuse what the hall cannot do without: this Pi, and the broker."""
    from firmware_py.cli.configfile import settings_of
    from firmware_py.store.authority_checks import BROKER

    if name in {settings_of(config).hall.node, BROKER}:
        raise Refused(
            "is_here",
            f"{name} 是主控或消息服务器，不能撤出。",
            f"{name} is the hub itself or its broker; it cannot be retired.",
        )


def _mistaken(error: Mistaken) -> WrongUse:
    first = error.mistakes[0]
    return WrongUse("bad_config", f"配置没有改动：{first.in_chinese()}",
                    f"The configuration was not changed: {first}")  # fmt: skip


def _stood(text: str, name: str) -> dict[str, list[str]] | None:
    """Return what stands at a Pi: kind of place -> ids; None when there is no such Pi."""
    node = tomllib.loads(text).get("nodes", {}).get(name)
    if node is None:
        return None
    return {kind: list(node[kind]) for kind in _PLACES if node.get(kind)}


def _devices(config: Path, name: str) -> list[str]:
    """Return the devices of a Pi, as far as its part of the file can be read here."""
    from firmware_py.config.file import load_all
    from firmware_py.config.mistakes import ConfigError

    try:
        found = load_all(config, {**os.environ, "HALL_NODE": name}).settings
    except ConfigError:
        # Its mistakes are told when the file is changed.
        return []
    return list(found.devices) if found.hall.node == name else []


def _authority(options: dict[str, Any]) -> Authority | None:
    """Return the authority; None where there is none, as in a hall with passwords."""
    from firmware_py.store.authority_checks import AuthorityError

    try:
        return authority_here(options)
    except AuthorityError as error:
        if error.code != "no_authority" or options["folder"] is not None:
            raise
        return None


def _taken_out(
    meant: ConfigFile, name: str, to: str | None, stood: dict[str, list[str]]
) -> Changed:
    from firmware_py.config.editing import BadPath, set_value, unset

    def make(text: str) -> str:
        nodes = tomllib.loads(text).get("nodes", {})
        if name not in nodes:
            return text
        changed = unset(text, f"nodes.{name}")
        if to is None:
            return changed
        if to not in nodes or to == name:
            known = ", ".join(one for one in nodes if one != name) or "-"
            raise WrongUse(
                "unknown_node",
                f"[nodes] 中没有 {to}（现有：{known}）。",
                f"[nodes] has no {to} (there are: {known}).",
            )
        moved = {**stood, "roles": _roles(nodes[name], stood)}
        for key, more in moved.items():
            both = list(dict.fromkeys([*nodes[to].get(key, []), *more]))
            if both != nodes[to].get(key):
                value = json.dumps(both, ensure_ascii=False)
                changed = set_value(changed, f"nodes.{to}.{key}", value)
        return changed

    try:
        return meant.change(make)
    except Mistaken as error:
        raise _mistaken(error) from error
    except BadPath as error:
        raise Refused("bad_path", error.zh, error.en) from error


def _roles(node: dict[str, Any], stood: dict[str, list[str]]) -> list[str]:
    """Return the roles that go with its places; a standby is one for itself."""
    kinds = {"window": "windows", "kiosk": "kiosks", "wall": "walls"}
    return [role for role in node.get("roles", []) if kinds.get(role) in stood]


def _tell(
    name: str,
    to: str | None,
    stood: dict[str, list[str]],
    devices: Sequence[str],
    done: Changed | None,
) -> None:
    say((t(f"{name} 已撤出大厅。", f"{name} has left the hall."), "green"))
    if done is not None and done.written:
        force = (
            t("已生效", "in force") if done.live else t("下次启动服务时生效", "from the next start")
        )
        say(
            t(
                f"配置已修改（{force}），恢复：hallctl config undo",
                f"The configuration is changed ({force}); back: hallctl config undo",
            )
        )
    names = {
        "windows": t("窗口", "Window"), "kiosks": t("取号机", "Kiosk"),
        "walls": t("大屏", "Wall"), "voices": t("语音", "Voice"),
    }  # fmt: skip
    whose = t(f" {to}" if to else "主控", to or "the hub")
    for kind, ids in stood.items():
        say(t(f"{names[kind]} {joined(ids)} 现在归{whose}。",
              f"{names[kind]} {joined(ids)}: at {whose} now."))  # fmt: skip
    if devices:
        say(
            (
                t(
                    f"请把设备接到{whose}，或停用（hallctl devices disable）：{joined(devices)}",
                    f"Plug these devices in at {whose}, or take them out of use (hallctl devices "
                    f"disable): {joined(devices)}",
                ),
                "yellow",
            )
        )
    if done is not None:
        say_nodes(done.nodes)
