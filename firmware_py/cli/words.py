"""The language of this process: one of the two, chosen before anything is said."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence

__all__ = ["choose", "chosen", "in_words", "joined", "language", "t", "use"]

#: Not by pathlib: its import takes a tenth of what a page of help may.
_CLICK_WORDS = __file__.rpartition("/")[0] + "/locale"

_language = "en"


def choose(arguments: Sequence[str], env: Mapping[str, str]) -> str:
    """Return ``zh`` or ``en``: by ``--lang``, else the locale's variables as POSIX ranks them."""
    for n, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument == "--lang" and n + 1 < len(arguments):
            return _known(arguments[n + 1])
        if argument.startswith("--lang="):
            return _known(argument.removeprefix("--lang="))
    locale = env.get("LC_ALL") or env.get("LC_MESSAGES") or env.get("LANG") or ""
    return _known(locale)


def _known(name: str) -> str:
    return "zh" if name.lower().startswith("zh") else "en"


def use(language: str) -> None:
    """Speak ``language`` from now on, click's own words included.

    Comes before the import of what has help texts: they are made at import, in one language.
    """
    global _language  # noqa: PLW0603 - a process speaks one language from its start to its end
    _language = language
    # What gettext, and so click, goes by.
    os.environ["LANGUAGE"] = "zh_CN" if language == "zh" else "en"
    if language == "zh":
        import gettext

        gettext.bindtextdomain("messages", _CLICK_WORDS)


def language() -> str:
    """Return the language in use, ``zh`` or ``en``."""
    return _language


def t(zh: str, en: str) -> str:
    """Return the words of the language in use."""
    return zh if _language == "zh" else en


def chosen(words: object, otherwise: str = "") -> str:
    """Return what ``{"zh": ..., "en": ...}`` says in the language in use."""
    if isinstance(words, Mapping):
        return str(words.get(_language) or words.get("en") or otherwise)
    return otherwise


def joined(words: Iterable[str]) -> str:
    """Return words as a list is written in the language in use."""
    return t("、", ", ").join(words)


#: Words of the hall's states and kinds: code -> (Chinese, English).
_CODES = {
    "waiting": ("等候中", "waiting"),
    "called": ("已叫号", "called"),
    "serving": ("办理中", "serving"),
    "parked": ("已挂起", "parked"),
    "missed": ("已过号", "missed"),
    "finished": ("已办结", "finished"),
    "cancelled": ("已取消", "cancelled"),
    "left": ("未办理", "left over"),
    "closed": ("未开放", "closed"),
    "open": ("开放", "open"),
    "paused": ("暂停", "on a break"),
    "amber": ("黄色", "amber"),
    "red": ("红色", "red"),
    "alarm.service": ("办理超时", "service over time"),
    "alarm.waiting": ("等候过久", "waiting too long"),
    "alarm.idle": ("窗口未叫号", "window calls nobody"),
    "alarm.rating": ("差评", "bad rating"),
    "alarm.help": ("窗口求助", "call for help"),
    "alarm.form": ("受理单到期", "form due"),
    "form.open": ("办理中", "open"),
    "form.done": ("已办结", "done"),
    "form.withdrawn": ("已作废", "withdrawn"),
    "form.made": ("开单", "made"),
    "form.changed": ("更改", "changed"),
    "form.reprint_requested": ("重新打印", "printed again"),
    "form.signed": ("签字", "signed"),
    "starting": ("启动中", "starting"),
    "configuration.same": ("现行", "in force"),
    "configuration.behind": ("较旧，正在取得", "older; it fetches the one in force"),
    "configuration.refused": ("不能使用现行配置", "cannot use the one in force"),
    "configuration.unknown": ("未报告", "has not told"),
    "node.there": ("在线", "there"),
    "node.silent": ("无应答", "silent"),
    "node.away": ("不在线", "away"),
    "node.never": ("未见过", "not seen"),
    "node.unknown": ("不知道", "unknown"),
    "node.stranger": ("未配置", "not configured"),
    "role.hub": ("主控", "hub"),
    "role.standby": ("备用主控", "standby"),
    "role.kiosk": ("取号机", "kiosk"),
    "role.window": ("窗口", "window"),
    "role.wall": ("大屏", "wall"),
    "ok": ("正常", "ok"),
    "warning": ("提醒", "warning"),
    "fault": ("故障", "fault"),
    "gone": ("断开", "gone"),
    "unknown": ("不回报状态", "no status"),
    "disabled": ("停用", "disabled"),
    "failed": ("失败", "failed"),
    "high": ("高", "high"),
    "medium": ("中", "medium"),
    "low": ("低", "low"),
    "a_grade": ("A级纳税人", "A-grade"),
    "elderly": ("老年人", "elderly"),
    "trait.disabled": ("残疾人", "disabled"),
    "terminal": ("自助终端", "terminal"),
    "online": ("网上", "online"),
    "rejected.late": ("评价时间已过", "its time was over"),
    "rejected.double": ("已经评价过", "rated already"),
    "rejected.early": ("业务还没有办结", "the work was not finished"),
    "rejected.other_window": ("不是在这个窗口办理的", "served at another window"),
    "rejected.nothing": ("今天还没有办结的业务", "nobody had been served there"),
    "jump.last_slip": ("大厅里最新的号票", "the newest slip in the hall"),
    "jump.old_journal": ("被替换的流水中已发出", "given in the journal that is replaced"),
    "jump.safe_gap": ("恢复时留出的安全间隔", "a safe gap at a restore"),
    "action.journal.backup": ("备份", "backup"),
    "action.journal.restore": ("恢复备份", "restore of a backup"),
    "action.config.set": ("修改配置", "configuration"),
    "action.report.print": ("打印业务报表", "report printed by"),
    "action.privacy.destroyed": ("销毁当日密钥", "key destroyed of"),
    "action.signature.exported": ("导出签字", "took out the signature of"),
    "action.check.read": ("查看核对内容", "read what was checked:"),
    "action.document.exported": ("导出扫描件", "took out the pages of"),
    "action.privacy.forgotten": ("应要求删除资料", "forgotten on request:"),
    "action.voice.say": ("语音播报", "words said by"),
    "action.device.restart": ("重新打开设备", "opened again:"),
    "action.device.test": ("测试设备", "tested:"),
    "action.device.disable": ("停用设备", "out of use:"),
    "action.device.enable": ("启用设备", "in use again:"),
    "action.node.code": ("生成设备加入代码", "code shown to adopt"),
    "action.node.code_void": ("加入代码多次输错，已作废", "code void after wrong tries:"),
    "action.node.adopt": ("设备加入，签发证书", "adopted, certificate signed:"),
    "action.node.replace": ("更换设备，吊销原证书", "replaced, certificates revoked:"),
    "action.node.retire": ("设备撤出，吊销证书", "retired, certificates revoked:"),
    "closing_time": ("下班", "closing time"),
    "never_closed": ("前一天未关门", "never closed"),
}


def in_words(code: object, kind: str = "") -> str:
    """Return the word for a code of the daemon's; a code without one is shown as it is."""
    found = _CODES.get(f"{kind}.{code}" if kind else str(code)) or _CODES.get(str(code))
    return t(*found) if found else str(code)
