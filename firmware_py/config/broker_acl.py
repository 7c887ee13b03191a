"""Who may do what at the hall's broker: its list of rights, with this hall's names in it.

``config/mosquitto/hall.tls.acl`` is written for a hall ``demo`` whose queue the nodes ``hub`` and
``standby`` hold or follow. A standby whose name has no section may say nothing as a hub: found out
on the day on which it is promoted, unless somebody looks before. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from firmware_py.config.spread import standby_of
from firmware_py.settings import Settings

__all__ = ["acl_for", "hubs_of", "without_rights"]

_HALL, _HUB, _STANDBY = "demo", "hub", "standby"
#: What a Pi that decides must be able to write, below the hall's root; without it nobody hears it.
_WRITES = ("event/+", "state/#", "reply/+", "lease/ask/{name}")
_SECTION = re.compile(r"^user (\S+)\s*$", re.MULTILINE)


def hubs_of(settings: Settings) -> tuple[str, ...]:
    """Return the Pis that decide or may: the one that holds the queue, and the standby."""
    own = settings.hall.node
    hub = settings.spread.hub if own in settings.nodes else own
    standby = standby_of(settings)
    return (hub,) if standby is None else (hub, standby)


def acl_for(template: str, settings: Settings) -> str:
    """Return ``template`` with this hall's id, hub and standby; without one, no section for it."""
    names = hubs_of(settings)
    parts = re.split(r"(?m)^(?=(?:#[^\n]*\n)+user )", template)
    found = list[str]()
    for part in parts:
        match = _SECTION.search(part)
        was = match[1] if match is not None else ""
        if was == _STANDBY and len(names) == 1:
            continue
        now = {_HUB: names[0], _STANDBY: names[-1]}.get(was)
        if match is not None and now is not None:
            part = _SECTION.sub(f"user {now}", part)  # noqa: PLW2901
            part = part.replace(f"/lease/ask/{was}\n", f"/lease/ask/{now}\n")  # noqa: PLW2901
        found.append(part)
    return "".join(found).replace(f"hall/v1/{_HALL}/", f"hall/v1/{settings.hall.id}/")


def without_rights(acl: str, hall: str, names: Sequence[str]) -> list[str]:
    """Return those of ``names`` that may not say at the broker what a hub says."""
    starts = [*_SECTION.finditer(acl)]
    ends = [one.start() for one in starts[1:]] + [len(acl)] * bool(starts)
    sections = dict[str, str]()
    for match, end in zip(starts, ends, strict=True):
        sections[match[1]] = sections.get(match[1], "") + acl[match.end() : end]
    lacking = list[str]()
    for name in names:
        lines = {line.strip() for line in sections.get(name, "").splitlines()}
        wanted = [f"hall/v1/{hall}/{suffix.format(name=name)}" for suffix in _WRITES]
        may = all(
            f"topic write {one}" in lines or f"topic readwrite {one}" in lines for one in wanted
        )
        if not may and f"topic readwrite hall/v1/{hall}/#" not in lines:
            lacking.append(name)
    return lacking
