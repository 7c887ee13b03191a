"""What an authority looks at before it signs: names, owners, and the clock."""

from __future__ import annotations

import pwd
import re
from collections.abc import Sequence
from datetime import datetime

from firmware_py.store.authority_register import Register
from firmware_py.store.certificates import Use

__all__ = ["BROKER", "AuthorityError", "believe", "owner_of", "use_of"]

#: The identity of the broker itself.
BROKER = "broker"
#: A level of a topic, and a file's name.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
#: Its certificate and key are the authority's own.
_OWN = "ca"
_HOST = re.compile(r"[A-Za-z0-9:._-]{1,253}")
_FIRST_YEAR, _LAST_YEAR = 2026, 2099


class AuthorityError(Exception):
    """Why nothing was done; ``zh`` and ``en`` say what to do."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.code = code
        self.zh = zh
        self.en = en


def use_of(name: str, hosts: Sequence[str]) -> Use:
    """Return what a name's certificate is for. Raises ``AuthorityError`` for what is no name."""
    if not _NAME.fullmatch(name) or name == _OWN:
        raise AuthorityError(
            "bad_name",
            f"名称 {name!r} 不能用：只能用字母、数字、“-”“_”“.”，以字母或数字开头，最长 64 个。",
            f"{name!r} cannot be a name: letters, digits, - _ . and at most 64 of them, beginning "
            "with a letter or digit.",
        )
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise AuthorityError(
                "bad_host",
                f"{host!r} 不是主机名或 IP 地址。",
                f"{host!r} is neither a host's name nor an address.",
            )
    return "broker" if name == BROKER else "client"


def believe(now: datetime, register: Register | None, *, trust: bool = False) -> None:
    """Refuse to sign by a clock that is wrong: what it made would end at a wrong time."""
    entries = () if register is None or trust else register.entries
    early = any(now < entry.made for entry in entries)
    if early or not _FIRST_YEAR <= now.year <= _LAST_YEAR:
        raise AuthorityError(
            "wrong_clock",
            f"本机时钟不对（现在是 {now:%Y-%m-%d %H:%M} UTC？），没有签发。"
            "请先校准：timedatectl，或 sudo date -s '2026-03-02 08:30'",
            f"The clock is wrong (is it {now:%Y-%m-%d %H:%M} UTC?), so nothing was signed; set it "
            "first: timedatectl, or sudo date -s '2026-03-02 08:30'",
        )
    if register is not None and now >= register.ends:
        raise AuthorityError(
            "authority_ended",
            f"本厅的证书机构已于 {register.ends:%Y-%m-%d} 到期，请把整个文件夹改名保存后重新建立。",
            f"The hall's authority ended on {register.ends:%Y-%m-%d}; move its folder away and "
            "make a new one.",
        )


def owner_of(name: str) -> tuple[int, int] | None:
    """Return a user's and its group's number, None for "". Raises ``AuthorityError``."""
    if not name:
        return None
    try:
        found = pwd.getpwnam(name)
    except KeyError:
        raise AuthorityError(
            "unknown_user", f"本机没有用户 {name}。", f"This machine has no user {name}."
        ) from None
    return found.pw_uid, found.pw_gid
