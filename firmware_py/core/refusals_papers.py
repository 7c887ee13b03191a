"""The sentences of refusals about documents and acceptance forms; see ``refusals``."""

from __future__ import annotations

__all__ = ["PAPER_SENTENCES"]

#: code -> (Chinese, English).
PAPER_SENTENCES: dict[str, tuple[str, str]] = {
    "document_not_now": (
        "{number} {status}，不能添加资料；先叫号，再扫描。",
        "{number} is {status}: nothing can be scanned for it; call it first.",
    ),
    "document_id": (
        "资料编号 {document} 不能用，下一份是 {next}，请重新扫描。",
        "A document cannot be {document}, the next one is {next}; scan it again.",
    ),
    "document_kind": (
        "请写明资料的种类，最多 {max} 个字。",
        "Say what the document is, in {max} characters at most.",
    ),
    "bad_document": (
        "扫描的资料不完整，或超过 {max} 页，请重新扫描。",
        "What was scanned is not whole, or has more than {max} pages; scan it again.",
    ),
    "too_many_documents": (
        "{number} 的资料已达 {max} 份，请把几份合成一份扫描。",
        "{number} has {max} documents already; scan several papers as one.",
    ),
    "unknown_document": (
        "{number} 没有资料 {document}，请核对编号。",
        "{number} has no document {document}; check its number.",
    ),
    "unknown_form": (
        "没有受理单 {form}，请核对单号（例如 F20261122-003），或用 hallctl form find 查找。",
        "There is no form {form}; check its number (such as F20261122-003): hallctl form find.",
    ),
    "form_misread": (
        "受理单 {form} 的校验字符不符，号码读错了，请重新扫描或核对。",
        "The check character of form {form} does not fit: it was misread; scan or check it again.",
    ),
    "form_is_done": (
        "受理单 {form} 已于 {day} 办结，不能再改。",
        "Form {form} was finished on {day} and cannot change any more.",
    ),
    "form_is_withdrawn": (
        "受理单 {form} 已于 {day} 作废，请另开一张。",
        "Form {form} was withdrawn on {day}; make another one.",
    ),
    "form_without_ticket": (
        "{window} 号窗口今天还没有办理过业务，请先叫号。",
        "Window {window} has served nobody today; call a ticket first.",
    ),
    "form_not_here": (
        "{number} 不在 {window} 号窗口办理，请在办理它的窗口开受理单。",
        "{number} was not served at window {window}; make the form at the window that served it.",
    ),
    "form_without_limit": (
        "“{name}”没有法定时限，请写明几个工作日办结（--days）。",
        '"{name}" has no statutory limit; say in how many working days (--days).',
    ),
    "form_days": (
        "办结时限应为 1 到 {max} 个工作日。",
        "The limit is from 1 to {max} working days.",
    ),
    "form_without_papers": (
        "请写明收了哪些资料：--paper 2（清单第 2 项）或 --line “委托书”。",
        "Say which papers were handed in: --paper 2 (of the item's list), or --line with words.",
    ),
    "too_many_papers": (
        "一张受理单最多 {max} 种资料，请分成几张。",
        "A form has {max} papers at most; make several of it.",
    ),
    "paper_which": (
        "每种资料写清单序号或名称，二者选一。",
        "A paper is either a number of the list or words: one of the two.",
    ),
    "unknown_paper": (
        "资料清单没有第 {paper} 项（共 {max} 项），请查看事项目录。",
        "The item's list has no paper {paper}, it has {max}; see the catalogue.",
    ),
    "paper_twice": (
        "清单第 {paper} 项写了两次，请合并份数。",
        "Paper {paper} stands twice; add up its count.",
    ),
    "paper_count": ("份数应在 1 到 {max} 之间。", "A count is from 1 to {max}."),
    "words_too_long": (
        "文字过长，最多 {max} 个字。",
        "The words are too long, {max} characters at most.",
    ),
    "form_documents_fixed": (
        "受理单 {form} 不是今天的，扫描的资料不能再换；请另开一张。",
        "Form {form} is of another day, its scanned documents stay; make another form.",
    ),
    "form_not_signed_here": (
        "受理单 {form} 不是 {window} 号窗口现在这位纳税人的，不能在这里签字。",
        "Form {form} is not of whoever is at window {window} now; it is not signed here.",
    ),
    "form_changed_meanwhile": (
        "受理单 {form} 已改为第 {version} 版，请核对后重新签字。",
        "Form {form} is version {version} now; read it, then sign again.",
    ),
    "bad_signature": (
        "签字图片不能用，请重新签字。",
        "The picture of the signature cannot be used; sign again.",
    ),
    "too_many_forms": (
        "未办结的受理单已有 {max} 张，请先把办完的记为办结（hallctl form done）。",
        "There are {max} open forms; first mark those that are finished (hallctl form done).",
    ),
}
