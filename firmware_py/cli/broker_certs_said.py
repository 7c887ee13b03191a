"""How certificates are listed for people and told to programs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from firmware_py.cli.output import say, table
from firmware_py.cli.words import joined, t

if TYPE_CHECKING:
    from firmware_py.store.authority import Authority, Placed
    from firmware_py.store.authority_register import Entry

__all__ = ["SOON_DAYS", "entry_json", "placed_json", "say_entries", "say_places"]

#: Days before its end in which a certificate is renewed: several visits of a technician.
SOON_DAYS = 60


def entry_json(entry: Entry, now: datetime) -> dict[str, Any]:
    """Return a certificate for programs. ``state`` is good, soon, ended or revoked."""
    return {
        "name": entry.name,
        "use": entry.use,
        "serial": entry.serial,
        "made": entry.made.isoformat(),
        "ends": entry.ends.isoformat(),
        "days_left": _days(entry, now),
        "state": _state(entry, now),
        "hosts": list(entry.hosts),
    }


def placed_json(one: Placed) -> dict[str, Any]:
    """Return a copy for programs; ``trouble`` is null when it is as it should be."""
    return {"name": one.name, "folder": str(one.folder), "trouble": one.trouble or None}


def say_entries(found: Authority, entries: Sequence[Entry], now: datetime) -> None:
    """List all names with their ends."""
    columns = (
        (t("名称", "Name"), ""),
        (t("到期", "Until"), ""),
        (t("剩余天数", "Days left"), "right"),
        (t("状态", "State"), ""),
        (t("主机名、副本位置", "Hosts, copies"), ""),
    )
    table(columns, [_row(found, one, now) for one in entries])
    left = (found.ends - now).days
    line = t(
        f"证书机构（大厅 {found.hall}）至 {found.ends:%Y-%m-%d}，在 {found.folder}。",
        f"The authority (hall {found.hall}) is good until {found.ends:%Y-%m-%d}; "
        f"it is in {found.folder}.",
    )
    say((line, "red" if left < 0 else "yellow" if left < SOON_DAYS else ""))
    states = [_state(one, now) for one in entries]
    if "ended" in states or "soon" in states:
        say(
            (
                t(
                    "有证书已到期或即将到期（若本机时钟正确）。续签：hallctl broker certs renew",
                    "Some have ended or end soon, if this clock is right. Renew: "
                    "hallctl broker certs renew",
                ),
                "yellow",
            )
        )


def _row(found: Authority, one: Entry, now: datetime) -> list[str | tuple[str, str]]:
    state = _state(one, now)
    copies = [place.folder for place in found.places if place.name == one.name]
    left = "" if state == "revoked" else str(_days(one, now))
    return [one.name, f"{one.ends:%Y-%m-%d}", left, _in_words(state), joined((*one.hosts, *copies))]


def _days(entry: Entry, now: datetime) -> int:
    """Return whole days that are left, or have gone by since the end (below 0)."""
    return int((entry.ends - now) / timedelta(days=1))


def _state(entry: Entry, now: datetime) -> str:
    if entry.revoked is not None:
        return "revoked"
    left = entry.ends - now
    return "ended" if left.total_seconds() < 0 else "soon" if left.days < SOON_DAYS else "good"


def _in_words(state: str) -> tuple[str, str]:
    match state:
        case "good":
            return t("有效", "good"), ""
        case "soon":
            return t("即将到期", "ends soon"), "yellow"
        case "ended":
            return t("已到期", "ended"), "red"
        case _:
            return t("已吊销", "revoked"), "dim"


def say_places(places: Sequence[Placed]) -> None:
    """Say where copies were replaced, and where they could not be."""
    for one in places:
        if not one.trouble:
            say(t(f"副本已更新：{one.folder}（{one.name}）", f"Copied: {one.folder} ({one.name})"))
        elif one.trouble != "revoked":
            say(
                (
                    t(
                        f"副本没有更新：{one.folder}（{one.name}）：{one.trouble}",
                        f"Not copied: {one.folder} ({one.name}): {one.trouble}",
                    ),
                    "yellow",
                )
            )
