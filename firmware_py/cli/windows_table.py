"""Windows as a table: what each has in hand, and how far its time has run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from firmware_py.cli.output import Column, span, state_style, table
from firmware_py.cli.words import chosen, in_words, t

__all__ = ["show_windows"]

Cell = str | tuple[str, str]


def show_windows(
    windows: Iterable[Mapping[str, Any]], levels: Mapping[str, str] | None = None
) -> None:
    """Draw the table. ``levels`` are the windows' alarms, as their lamps show them."""
    columns: Sequence[Column] = (
        (t("窗口", "Window"), "right"),
        (t("状态", "State"), ""),
        (t("人员", "Clerk"), ""),
        (t("手中", "In hand"), ""),
        (t("用时/时限", "Time/limit"), "right"),
        (t("等候", "Waiting"), "right"),
        (t("已办", "Served"), "right"),
        (t("事项", "Item"), "wrap"),
    )
    table(columns, [_row(w, (levels or {}).get(w["id"], "")) for w in windows])


def _row(window: Mapping[str, Any], level: str) -> list[Cell]:
    state = window["ticket_status"] or window["status"]
    if window["status"] == "paused":
        state = "paused"
    return [
        window["id"],
        (in_words(state), state_style(state)),
        window["clerk"],
        window["ticket"] or "",
        _time(window, level),
        # How many it could call: of no interest while it calls nobody.
        "" if window["status"] == "closed" else str(window["waiting"]),
        str(window["served"]),
        chosen(window["item_name"]),
    ]


def _time(window: Mapping[str, Any], level: str) -> Cell:
    if window["ticket"] is None:
        return ""
    text = span(window["seconds"])
    if window["limit_s"]:
        text += "/" + span(window["limit_s"])
    style = {"red": "bold red", "amber": "yellow"}.get(level, "")
    return text, style
