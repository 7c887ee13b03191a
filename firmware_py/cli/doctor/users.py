"""Who the daemon runs as, and which groups that user is in (``/etc/passwd``, ``/etc/group``)."""

from __future__ import annotations

from dataclasses import dataclass

from firmware_py.cli.doctor.facts import Facts
from firmware_py.cli.doctor.machine import Machine

__all__ = ["User", "daemon_user", "group_names", "login_names"]

#: The user of ``sysusers.d/hall.conf``.
USUAL = "hall"
#: Users who are people (adduser's default, Debian Policy 9.2.2).
_FIRST_PERSON, _LAST_PERSON = 1000, 59_999


@dataclass(frozen=True, slots=True)
class User:
    """A user with its numbers; ``gids`` are all of its groups.

    ``running``: these are the rights of the running process, not what its next start would have.
    """

    name: str
    uid: int
    gids: frozenset[int]
    running: bool


def daemon_user(facts: Facts) -> User | None:
    """Return whom the daemon runs as, or would; None when that user does not exist."""
    machine = facts.machine
    status = machine.text(f"/proc/{facts.pid}/status") if facts.pid is not None else ""
    fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    if "Uid" in fields and "Groups" in fields:
        uid, gid = (int(fields[name].split()[1]) for name in ("Uid", "Gid"))
        gids = frozenset({gid, *map(int, fields["Groups"].split())})
        return User(_name_of(machine, uid), uid, gids, running=True)
    return _user(machine, USUAL)


def _user(machine: Machine, name: str) -> User | None:
    for entry in _entries(machine, "/etc/passwd", 4):
        if entry[0] == name and entry[2].isdigit() and entry[3].isdigit():
            groups = _entries(machine, "/etc/group", 4)
            gids = {int(g[2]) for g in groups if g[2].isdigit() and name in g[3].split(",")}
            return User(name, int(entry[2]), frozenset({int(entry[3]), *gids}), running=False)
    return None


def group_names(machine: Machine) -> dict[int, str]:
    """Return the groups of the machine by number."""
    return {int(g[2]): g[0] for g in _entries(machine, "/etc/group", 4) if g[2].isdigit()}


def login_names(machine: Machine) -> list[str]:
    """Return the users who are people."""
    return [
        entry[0]
        for entry in _entries(machine, "/etc/passwd", 4)
        if entry[2].isdigit() and _FIRST_PERSON <= int(entry[2]) <= _LAST_PERSON
    ]


def _name_of(machine: Machine, uid: int) -> str:
    names = (e[0] for e in _entries(machine, "/etc/passwd", 4) if e[2] == str(uid))
    return next(names, str(uid))


def _entries(machine: Machine, path: str, fields: int) -> list[list[str]]:
    lines = (line.split(":") for line in machine.text(path).splitlines())
    return [entry for entry in lines if len(entry) >= fields]
