"""What taxpayers checked at windows, in sentences; see ``sentences``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from firmware_py.cli.words import t

__all__ = ["CHECK_SENTENCES", "FIELD_NAMES", "check_words", "field_name", "result_words"]

#: event -> (Chinese, English).
CHECK_SENTENCES: Mapping[str, tuple[str, str]] = {
    "check.asked": (
        "窗口 {window} 请 {number} 核对 {fields_count} 项（{check}）",
        "window {window} asks {number} to check {fields_count_words} ({check})",
    ),
    "check.answered": (
        "{number} 的核对 {check}：{outcome_words}",
        "{number} answered the check {check}: {outcome_words}",
    ),
    "check.withdrawn": (
        "{number} 的核对 {check} 没有答复（{ended_words}）",
        "the check {check} of {number} was not answered ({ended_words})",
    ),
}

#: Ids of fields that ``hallctl`` knows, as they are called at a counter.
FIELD_NAMES: Mapping[str, tuple[str, str]] = {
    "name": ("姓名", "Name"),
    "id_number": ("证件号码", "ID number"),
    "company": ("单位名称", "Company"),
    "tax_number": ("纳税人识别号", "Taxpayer's number"),
    "address": ("地址", "Address"),
    "phone": ("联系电话", "Telephone"),
    "bank": ("开户银行", "Bank"),
    "account": ("银行账号", "Bank account"),
    "amount": ("金额", "Amount"),
    "period": ("所属期", "Period"),
    "item": ("办理事项", "Business"),
}

#: What became of a check.
_RESULTS = {
    "open": ("等待核对", "waits for the answer"),
    "lost": ("内容已丢失", "lost"),
    "confirmed": ("无误", "all is right"),
    "corrected": ("有更正", "corrected"),
    "refused": ("不对", "not right"),
    "withdrawn": ("已撤回", "taken back"),
    "replaced": ("改为核对其他内容", "another took its place"),
    "ended": ("号票离开窗口", "its ticket left the window"),
}


def field_name(name: str) -> str:
    """Return what a field with this id is called; another program's id as it is."""
    return t(*FIELD_NAMES.get(name, (name, name)))


def result_words(result: str) -> str:
    """Return what became of a check: its state, its answer, or why it has none."""
    return t(*_RESULTS.get(result, (result, result)))


def check_words(data: Mapping[str, Any]) -> dict[str, object]:
    """Return the words that these sentences need of an event's data."""
    if "check" not in data:
        return {}
    fields = len(data.get("fields") or ())
    words: dict[str, object] = {
        "fields_count": fields,
        "fields_count_words": "1 field" if fields == 1 else f"{fields} fields",
        "ended_words": result_words(data.get("reason", "")),
    }
    outcome = data.get("outcome", "")
    if outcome == "corrected":
        names = [field_name(one) for one in data.get("corrected") or ()]
        listed = t("、", ", ").join(names)
        words["outcome_words"] = t(f"更正了{listed}", f"corrected: {listed}")
    else:
        words["outcome_words"] = result_words(outcome)
    return words
