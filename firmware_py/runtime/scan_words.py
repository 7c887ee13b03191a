"""What a clerk reads when a scan cannot begin or has kept nothing: a sentence on what to do."""

from __future__ import annotations

from firmware_py.core.refusals import Refusal
from firmware_py.runtime.device_events import Outcome, Result, describe
from firmware_py.store.vault_errors import VaultError

__all__ = [
    "ended",
    "forgotten_meanwhile",
    "no_scanner",
    "nothing_running",
    "on_a_form",
    "other_window",
    "running",
    "vault_said",
]


def no_scanner(window: str) -> Refusal:
    """Say that nothing can scan there."""
    return Refusal(
        "no_scanner",
        f"{window} 号窗口没有配置扫描仪，请换一个窗口，或请技术人员配置（windows 的 scanner）。",
        f"Window {window} has no scanner; use another window, or have a technician set one "
        "(scanner of the window).",
        {"window": window},
    )


def running(window: str, number: str) -> Refusal:
    """Say that somebody scans already."""
    return Refusal(
        "scan_running",
        f"{window} 号窗口正在为 {number} 扫描，请等它完成，"
        f"或先取消（hallctl document cancel {window}）。",
        f"Window {window} is scanning for {number}; wait until it is done, or cancel it first "
        f"(hallctl document cancel {window}).",
        {"window": window, "number": number},
    )


def nothing_running(window: str) -> Refusal:
    """Say that there is nothing to cancel."""
    return Refusal(
        "no_scan",
        f"{window} 号窗口没有正在进行的扫描。",
        f"Window {window} is not scanning.",
        {"window": window},
    )


def other_window(number: str, window: str, its: str | None) -> Refusal:
    """Say whose ticket it is."""
    if its is None:
        zh = f"{number} 还没有窗口办理，请先叫号，再扫描。"
        en = f"No window serves {number} yet; call it first, then scan."
    else:
        zh = f"{number} 不在 {window} 号窗口办理，请到 {its} 号窗口扫描。"
        en = f"{number} is not served at window {window}; scan it at window {its}."
    return Refusal("document_not_here", zh, en, {"number": number, "window": window})


def on_a_form(document: str, form: str) -> Refusal:
    """Say why a document stays."""
    return Refusal(
        "document_on_form",
        f"资料 {document} 已列入受理单 {form}，不能取消；请先修改或作废受理单，或重新扫描该资料。",
        f"Document {document} belongs to form {form} and stays; change or withdraw the form first, "
        "or scan the document again.",
        {"document": document, "form": form},
    )


def forgotten_meanwhile(number: str) -> Refusal:
    """Say that pages were deleted while others still came."""
    return Refusal(
        "scan_forgotten",
        f"扫描过程中 {number} 的扫描件已被要求删除，本次没有保存；如仍需要请重新扫描。",
        f"The pages of {number} were deleted on request while it was scanned; nothing was kept. "
        "Scan again if they are still needed.",
        {"number": number},
    )


def vault_said(error: VaultError, pages: int) -> Refusal:
    """Say why pages could not be kept."""
    return Refusal("not_kept", *_with_pages("", error.zh, error.en, pages))


def ended(result: Result, pages: int) -> Refusal:
    """Say how a scan ended that kept nothing; ``pages`` had come until then."""
    if result.error is not None and result.outcome is Outcome.FAILED:
        status = describe(result.error)
        return Refusal(status.code, *_with_pages(status.code, status.say.zh, status.say.en, pages))
    if result.error is not None:
        status = describe(result.error)
        return Refusal("device_failed", status.say.zh, status.say.en)
    return Refusal(
        "scan_stopped",
        "扫描仪刚刚停用或重新启动，扫描没有进行；请稍候再扫描。",
        "The scanner was just stopped or opened again, and nothing was scanned; "
        "wait a moment and scan again.",
    )


def _with_pages(code: str, zh: str, en: str, pages: int) -> tuple[str, str]:
    """Say what became of the pages before: they are not kept, a document is whole or not there."""
    if code == "cancelled":
        return "扫描已取消，什么都没有保存。", "The scan was cancelled; nothing was kept."
    if code == "jammed" and pages:
        zh = (
            f"第 {pages + 1} 页卡纸：请打开输稿器取出卡住的纸，把整份资料（含已扫描的 {pages} 页）"
            "重新放好，再扫描一次；本次没有保存。"
        )
        en = (
            f"Page {pages + 1} is jammed: open the feeder, take it out, put the whole document in "
            f"again ({_count(pages)} scanned already too) and scan again; nothing was kept."
        )
        return zh, en
    if not pages:
        return zh, en
    before_zh = f"扫描到第 {pages + 1} 页时中断，已扫描的 {pages} 页没有保存，请整份重新扫描。"
    before_en = (
        f"The scan ended at page {pages + 1} and nothing was kept: scan the whole document again. "
    )
    return before_zh + zh, before_en + en


def _count(pages: int) -> str:
    return "the page" if pages == 1 else f"the {pages} pages"
