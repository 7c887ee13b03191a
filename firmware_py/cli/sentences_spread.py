"""What passed between the hall's Pis, in sentences; see ``sentences``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from firmware_py.cli.words import t
from firmware_py.core.explain_records import outcome_words

__all__ = ["SPREAD_SENTENCES", "spread_words"]

#: event -> (Chinese, English).
SPREAD_SENTENCES: Mapping[str, tuple[str, str]] = {
    "numbers.lent": (
        "{numbers} 预留给 {holder}，断网时由它发放",
        "{numbers} are lent to {holder}, which gives them when it is cut off",
    ),
    "hub.promoted": (
        "{hub} 接替 {former} 为主控，纪元 {epoch}，副本到第 {copy_seq} 条",
        "{hub} is the hub after {former}, in epoch {epoch}; its copy had events up to {copy_seq}",
    ),
    "hub.numbers_taken_over": (
        "{former} 的常规号码转归 {hub}{off_words}",
        "the usual numbers of {former} are with {hub}{off_words}",
    ),
    "numbers.returned": ("{holder} 交回 {numbers}", "{holder} gave {numbers} back"),
    "numbers.written_off": (
        "{holder} 的 {numbers} 已作废，其中 {missing} 个未见发出，今天不再发放{why}",
        (
            "{numbers} of {holder} are written off: {missing} of them are not known to have been "
            "given, and nobody gives them today{why}"
        ),
    ),
    "record.merged": (
        "并入 {node} 的记录 {seq}{about}：{merged_outcome}",
        "record {seq} of {node} was taken{about}: {merged_outcome}",
    ),
    "ticket.replaced": (
        "{number} 跳过：同一次取号的纸质号票是 {paper}{carried_words}",
        "{number} is skipped: the paper of the same request says {paper}{carried_words}",
    ),
}


def spread_words(data: Mapping[str, Any]) -> dict[str, object]:
    """Return the words that these sentences need of an event's data."""
    words: dict[str, object] = {}
    if "first_number" in data:
        first, last = data["first_number"], data["last_number"]
        words["numbers"] = t(f"{first} 至 {last}", f"{first} to {last}")
    if "numbers_at" in data or "written_off" in data:
        off = data.get("written_off", False)
        words["off_words"] = t("（按已断电作废）", " (it was written off)") if off else ""
    if "carried" in data:
        carried = t("，已办理，计入该号", ", which counts as served") if data["carried"] else ""
        words["carried_words"] = carried
    if "outcome" in data and "source" in data:
        words["node"] = str(data["source"]).partition(":")[0]
        words["merged_outcome"] = t(*_said(data))
        number, window = data.get("number"), data.get("window")
        told = number or (window and t(f"窗口 {window}", f"window {window}"))
        words["about"] = t(f"（{told}）", f" ({told})") if told else ""
    return words


def _said(data: Mapping[str, Any]) -> tuple[str, str]:
    came = outcome_words(str(data["outcome"]), data.get("other"))
    return came.zh, came.en
