"""Documents and acceptance forms in sentences; see ``sentences``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from firmware_py.cli.words import t

__all__ = ["PAPER_SENTENCES", "kind_words", "paper_words"]

#: event -> (Chinese, English).
PAPER_SENTENCES: Mapping[str, tuple[str, str]] = {
    "document.added": (
        "{number} 扫描资料 {document}：{kind_words}，{pages_words}",
        "document {document} scanned: {kind_words}, {pages_words}",
    ),
    "document.replaced": (
        "{number} 重新扫描资料 {document}：{kind_words}，{pages_words}（第 {version} 版）",
        "document {document} scanned again: {kind_words}, {pages_words} (version {version})",
    ),
    "document.removed": (
        "{number} 取消资料 {document}{why}",
        "document {document} taken out{why}",
    ),
    "form.made": (
        "窗口 {window} 为 {ticket} 开受理单 {form}：{papers_words}，{due_words}",
        "form {form} made at window {window} for {ticket}: {papers_words}, {due_words}",
    ),
    "form.changed": (
        "受理单 {form} 改为第 {version} 版：{papers_words}，{due_words}",
        "form {form} is version {version} now: {papers_words}, {due_words}",
    ),
    "form.done": ("受理单 {form} 已办结", "form {form} finished"),
    "form.withdrawn": ("受理单 {form} 作废{why}", "form {form} withdrawn{why}"),
    "form.signed": (
        "{number} 在窗口 {window} 签了受理单 {form} 第 {version} 版",
        "{number} signed form {form}, version {version}, at window {window}",
    ),
    "form.reprint_requested": (
        "受理单 {form} 在窗口 {window} 重新打印",
        "form {form} is printed again at window {window}",
    ),
}


def paper_words(data: Mapping[str, Any]) -> dict[str, object]:
    """Return the words that these sentences need of an event's data."""
    words: dict[str, object] = {}
    if "pages" in data:
        pages = data["pages"]
        words["pages_words"] = t(f"{pages} 页", "1 page" if pages == 1 else f"{pages} pages")
    if "kind" in data and "document" in data:
        words["kind_words"] = kind_words(data["kind"])
    if "papers" in data:
        count = sum(one["count"] for one in data["papers"])
        sorts = len(data["papers"])
        papers = "1 paper" if sorts == 1 else f"{sorts} papers"
        words["papers_words"] = t(f"资料 {sorts} 种 {count} 份", f"{papers}, {count} in all")
    if "due" in data:
        words["due_words"] = t(f"最迟 {data['due']} 办结", f"due {data['due']}")
        if data.get("weekends_only"):
            words["due_words"] = t(
                f"最迟 {data['due']} 办结（未计节假日）",
                f"due {data['due']} (holidays not known)",
            )
    return words


def kind_words(kind: str) -> str:
    """Return what a document is: a paper of the item's list, or as somebody called it."""
    _, listed, place = kind.partition("paper:")
    return t(f"清单第 {place} 项", f"paper {place} of the list") if listed else kind
