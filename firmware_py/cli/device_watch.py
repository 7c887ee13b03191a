"""``hallctl devices watch``: how devices change, until Ctrl-C."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from firmware_py.cli.base import Session
from firmware_py.cli.output import say, span, state_style, write_json
from firmware_py.cli.words import chosen, in_words, t

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["watch_devices"]

_EVERY_S = 0.5
#: Counters whose change is news for all devices; of one that is watched alone, every one.
_NEWS = ("opened", "lost", "bad_frames", "retries")
_WORST = ("fault", "gone", "warning", "starting", "unknown", "disabled", "ok")
#: Lines of a table beside its rows: heading, and how many are not shown.
_AROUND = 3

Device = Mapping[str, Any]


def watch_devices(session: Session, device: str | None) -> None:
    """Watch all devices, or one: a table on a terminal, else a line for each change."""
    with suppress(KeyboardInterrupt):
        if session.json or not sys.stdout.isatty():
            _lines(session, device)
        else:
            _live(session, device)


def _rounds(session: Session, device: str | None) -> Iterator[list[Device]]:
    if device is not None:
        # Refuses a name that there is not, before anything is drawn.
        session.client.ask("device.show", device=device)
    while True:
        found = session.client.ask("device.list")
        yield [one for one in found if device in {None, one["device"]}]
        time.sleep(_EVERY_S)


def _lines(session: Session, device: str | None) -> None:
    before: dict[str, Device] = {}
    for found in _rounds(session, device):
        for one in found:
            changed = _changed(before.get(one["device"]), one, alone=device is not None)
            if changed:
                before[one["device"]] = one
                _line(session, one, changed)
        sys.stdout.flush()


def _changed(before: Device | None, now: Device, *, alone: bool) -> list[str]:
    if before is None:
        return ["state"]
    changed = [name for name in ("state", "code", "identity") if before[name] != now[name]]
    counted, were = now["counters"], before["counters"]
    names = counted if alone else _NEWS
    return changed + [name for name in names if counted.get(name) != were.get(name)]


def _line(session: Session, one: Device, changed: Sequence[str]) -> None:
    at = time.strftime("%Y-%m-%dT%H:%M:%S")
    if session.json:
        write_json({"at": at, "changed": changed, **one}, line=True)
        return
    counts = "  ".join(f"{n}={one['counters'][n]}" for n in changed if n in one["counters"])
    state = (in_words(one["state"]), state_style(one["state"]))
    say((at[11:], "dim"), f"  {one['device']}  ", state, f"  {chosen(one['say'])}  {counts}")


def _live(session: Session, device: str | None) -> None:
    from rich.console import Console
    from rich.live import Live

    console = Console(highlight=False, emoji=False, markup=False)
    # Asked first: a refusal must not be hidden by the screen that goes away with it.
    rounds = _rounds(session, device)
    first = next(rounds)
    with Live(
        _table(first, console.height), console=console, screen=True, auto_refresh=False
    ) as on:
        on.refresh()
        for found in rounds:
            on.update(_table(found, console.height), refresh=True)


def _table(found: Sequence[Device], height: int) -> Table:
    from rich.table import Table
    from rich.text import Text

    room = max(height - _AROUND, 1)
    worst = sorted(found, key=lambda one: _WORST.index(one["state"]))
    # In the order of the configuration while all fit; else what is in trouble comes first.
    shown = list(found) if len(found) <= room else worst[: room - 1]
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0), expand=True)
    for heading, right in (
        (t("设备", "Device"), False),
        (t("状态", "State"), False),
        (t("持续", "For"), True),
        (t("收", "In"), True),
        (t("发", "Out"), True),
        (t("坏", "Bad"), True),
        (t("断", "Lost"), True),
    ):
        table.add_column(heading, justify="right" if right else "left", no_wrap=True)
    table.add_column(t("说明", "What it says"), no_wrap=True, overflow="ellipsis", ratio=1)
    now_ms = time.monotonic() * 1000
    for one in shown:
        counters = one["counters"]
        table.add_row(
            one["device"],
            Text(in_words(one["state"]), state_style(one["state"])),
            span(max(now_ms - one["since_ms"], 0) / 1000),
            *(str(counters.get(n, "")) for n in ("frames_in", "frames_out", "bad_frames", "lost")),
            chosen(one["say"]),
        )
    if len(shown) < len(found):
        more = len(found) - len(shown)
        table.add_row(Text(t(f"另有 {more} 个", f"and {more} more"), "dim"))
    return table
