"""May the daemon use its devices and folders, and may nobody else read what is not theirs."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from firmware_py.cli.doctor.facts import Facts
from firmware_py.cli.doctor.finding import Finding, fine, red, unknown, warning
from firmware_py.cli.doctor.lines import used_lines
from firmware_py.cli.doctor.users import User, daemon_user, group_names
from firmware_py.settings import Settings

__all__ = ["look"]


def look(facts: Facts) -> Iterator[Finding]:
    """Look at groups, the data folder and the secrets."""
    settings = facts.settings
    if settings is None:
        yield unknown("没有可用的配置。", "There is no configuration to go by.")
        return
    user = daemon_user(facts)
    if user is None:
        yield warning(
            "系统中没有用户 hall。",
            "This machine has no user hall.",
            "按 docs/operations.md 第 3 步：sudo systemd-sysusers",
            "docs/operations.md, step 3: sudo systemd-sysusers",
        )
    found = [
        *(_groups(facts, settings, user) if user is not None else ()),
        *_data(Path(settings.journal.path).parent, user),
        *_secrets(settings),
    ]
    yield from found
    if user is not None and not found:
        yield fine(
            f"服务以用户 {user.name} 运行，权限齐全；数据和密码他人不可读。",
            f"The daemon is the user {user.name} and may do what it must; nobody else reads its "
            "data and passwords.",
        )


def _needed(facts: Facts, settings: Settings) -> dict[str, str]:
    """Return the groups that the configured devices ask for, each with a device that does."""
    needed: dict[str, str] = {}
    for line in used_lines(facts):
        if line.path is not None:
            name = "lp" if "/lp" in line.path else "dialout"
            # A pty, and whatever else belongs to the daemon's own user, needs no group.
            if line.path.startswith("/dev/") and not line.path.startswith("/dev/pts/"):
                needed.setdefault(name, line.name)
    for name, device in settings.devices.items():
        if device.kind.endswith(".gpio") and device.options.get("pins", "lgpio") == "lgpio":
            needed.setdefault("gpio", name)
        if device.kind == "voice.local" and str(device.options.get("output", "alsa")).startswith(
            "alsa"
        ):
            needed.setdefault("audio", name)
    return needed


def _groups(facts: Facts, settings: Settings, user: User) -> Iterator[Finding]:
    if user.uid == 0:
        return
    names = group_names(facts.machine)
    has = {names[gid] for gid in user.gids if gid in names}
    for group, device in _needed(facts, settings).items():
        if group not in names.values() or group in has:
            continue
        yield red(
            f"用户 {user.name} 不在组 {group} 中，不能使用 {device}。",
            f"The user {user.name} is not in the group {group} and cannot use {device}.",
            f"sudo adduser {user.name} {group} && sudo systemctl restart halld",
            f"sudo adduser {user.name} {group} && sudo systemctl restart halld",
        )
    group = settings.control.group
    if group and group not in names.values():
        yield red(
            f"没有用户组 {group}（control.group），服务不能启动。",
            f"There is no group {group} (control.group): the daemon cannot start.",
            f"sudo addgroup --system {group}",
            f"sudo addgroup --system {group}",
        )


def _data(folder: Path, user: User | None) -> Iterator[Finding]:
    try:
        seen = folder.stat()
    except FileNotFoundError:
        yield red(
            f"没有数据目录 {folder}。",
            f"There is no data folder {folder}.",
            f"sudo install -d -o hall -g hall -m 750 {folder}",
            f"sudo install -d -o hall -g hall -m 750 {folder}",
        )
        return
    except OSError:
        yield _as_root(folder)
        return
    if user is not None and user.uid and seen.st_uid != user.uid:
        yield red(
            f"数据目录 {folder} 不属于 {user.name}。",
            f"The data folder {folder} does not belong to {user.name}.",
            f"sudo chown -R {user.name}:{user.name} {folder}",
            f"sudo chown -R {user.name}:{user.name} {folder}",
        )
    if seen.st_mode & stat.S_IRWXO:
        yield warning(
            f"数据目录 {folder} 所有人可读（{stat.S_IMODE(seen.st_mode):04o}）。",
            f"Everybody may look into the data folder {folder} ({stat.S_IMODE(seen.st_mode):04o}).",
            f"sudo chmod 750 {folder}",
            f"sudo chmod 750 {folder}",
        )


def _secrets(settings: Settings) -> Iterator[Finding]:
    broker = settings.broker
    if broker is not None and broker.password_file is not None:
        yield from _secret(Path(broker.password_file))
    if broker is not None and broker.key_file is not None:
        yield from _key(Path(broker.key_file))


def _key(file: Path) -> Iterator[Finding]:
    try:
        mode = file.stat().st_mode
    except FileNotFoundError:
        # Said with the configuration.
        return
    except OSError:
        yield _as_root(file)
        return
    if mode & stat.S_IRWXO:
        yield red(
            f"私钥 {file} 所有人可读（{stat.S_IMODE(mode):04o}）。",
            f"Everybody may read the key in {file} ({stat.S_IMODE(mode):04o}).",
            f"sudo chmod 600 {file}；私钥可能已泄露，请吊销并重新签发",
            f"sudo chmod 600 {file}; somebody may have it: revoke it and make a new one",
        )


def _secret(file: Path) -> Iterator[Finding]:
    try:
        mode = file.stat().st_mode
    except FileNotFoundError:
        yield red(
            f"密码文件 {file} 不存在。",
            f"The password's file {file} is not there.",
            f"写入密码：sudo install -m 640 -g hall /dev/stdin {file}",
            f"Write the password: sudo install -m 640 -g hall /dev/stdin {file}",
        )
        return
    except OSError:
        yield _as_root(file)
        return
    if mode & stat.S_IRWXO:
        yield red(
            f"密码文件 {file} 所有人可读（{stat.S_IMODE(mode):04o}）。",
            f"Everybody may read the password in {file} ({stat.S_IMODE(mode):04o}).",
            f"sudo chgrp hall {file} && sudo chmod 640 {file}",
            f"sudo chgrp hall {file} && sudo chmod 640 {file}",
        )


def _as_root(path: Path) -> Finding:
    return unknown(
        f"没有权限查看 {os.fspath(path)}。",
        f"You may not look at {os.fspath(path)}.",
        "请以 root 身份运行：sudo hallctl doctor",
        "Run it as root: sudo hallctl doctor",
    )
