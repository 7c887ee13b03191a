"""The commands of ``hallctl``, by name; what stands behind each is imported when it runs."""

from __future__ import annotations

from firmware_py.cli.base import LazyGroup
from firmware_py.cli.words import t

__all__ = ["COMMANDS", "root"]

#: name -> (module:attribute, what it does).
COMMANDS = {
    "status": (
        "status:status",
        t("大厅现状一览", "The hall at a glance"),
    ),
    "doctor": (
        "doctor.command:doctor",
        t("全面检查：什么坏了，怎么办", "Check everything: what is wrong, what to do"),
    ),
    "open": (
        "day:open_day",
        t("开门：开始营业日", "Open the business day"),
    ),
    "close": (
        "day:close_day",
        t("关门：结束营业日", "Close the business day"),
    ),
    "day": (
        "day:day",
        t("今天的办公时间：延长", "Today's opening hours: extend"),
    ),
    "ticket": (
        "ticket:ticket",
        t("号票：取号、查看、转移等", "Tickets: take, show, transfer ..."),
    ),
    "window": (
        "window:window",
        t("窗口：开放、叫号、办结等", "Windows: open, call, finish ..."),
    ),
    "screen": (
        "screen:screen",
        t("窗口双屏：留言、同屏、标题", "A window's screens: message, mirror, title"),
    ),
    "card": (
        "card:card",
        t("窗口或取号机上的证件", "The card at a window or a kiosk"),
    ),
    "kiosk": (
        "kiosk:kiosk",
        t("取号机：现状、技术员 PIN", "Ticket kiosks: state, technician's PIN"),
    ),
    "people": (
        "people:people",
        t("名单：等级、预约", "The centre's lists: grades, appointments"),
    ),
    "rate": (
        "rating:rate",
        t("代为记录评价", "Give a rating"),
    ),
    "why": (
        "rating:why",
        t("为什么叫这个号，或为什么还没叫到", "Why a ticket was called, or still waits"),
    ),
    "document": (
        "document:document",
        t("资料：扫描、查看、取消、导出", "Documents: scan, list, remove, take out"),
    ),
    "check": (
        "check:check",
        t("请核对：外屏核对内容、查看、撤回", "Checks on outer screens: ask, show, withdraw"),
    ),
    "alarms": (
        "alarms:alarms",
        t("告警：查看、确认", "Alarms: list, acknowledge"),
    ),
    "form": (
        "form:form",
        t("文书受理单：开单、查找、办结", "Acceptance forms: make, find, mark as done"),
    ),
    "notice": (
        "notice:notice",
        t("大屏通知：列出、显示、撤下", "Notices on the walls: list, show, remove"),
    ),
    "items": (
        "items:items",
        t("业务事项：按拼音首字母、名称、编号查找", "Items: search by name, initials or number"),
    ),
    "devices": (
        "devices:devices",
        t("设备：状态、重启、自检", "Devices: health, restart, self-test"),
    ),
    "node": (
        "node:node",
        t(
            "各台树莓派：在线、版本、要做的事",
            "The hall's Pis: there or not, what to do",
        ),
    ),
    "hub": (
        "hub:hub",
        t("主控与备用主控：现状、接替", "Hub and standby: how they stand, promote"),
    ),
    "pads": (
        "pads:pads",
        t("评价器：已有型号，按键学习新型号", "Pads: makes described; learn one by its keys"),
    ),
    "say": (
        "voice:say",
        t("播报一句话", "Have the hall say a sentence"),
    ),
    "voice": (
        "voice:voice",
        t("语音：现状、录制与检查语音库", "Voices: state; record and check banks of clips"),
    ),
    "console": (
        "console.command:console",
        t("全屏控制台：窗口、设备、排队、告警", "A full screen: windows, devices, queue, alarms"),
    ),
    "journal": (
        "journal:journal",
        t("业务流水：查看、校验、导出", "The journal: tail, verify, export"),
    ),
    "backup": (
        "backup:backup",
        t("立即备份", "Make a backup now"),
    ),
    "backups": (
        "backup:backups",
        t("已有的备份", "The backups there are"),
    ),
    "restore": (
        "restore:restore",
        t("从备份恢复（须先停止服务）", "Restore a backup (stop the daemon first)"),
    ),
    "privacy": (
        "privacy:privacy",
        t("个人信息：查看、销毁、删除", "Personal data: list, destroy, forget"),
    ),
    "report": (
        "report:report",
        t("当日统计", "The day's figures"),
    ),
    "config": (
        "config:config",
        t("配置：检查、查看", "The configuration: check, show"),
    ),
    "broker": (
        "broker:broker",
        t("消息服务器：证书、权限", "The broker: certificates, rights"),
    ),
    "bench": (
        "bench:bench",
        t("模拟台：按键、故障、拔插头", "The bench: press keys, play faults"),
    ),
    "completion": (
        "completion:completion",
        t("命令补全脚本（bash、zsh）", "Completion for bash or zsh"),
    ),
    "version": (
        "version:version",
        t("版本", "The version"),
    ),
}

root = LazyGroup(
    "hallctl",
    COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=t(
        "办税服务厅控制程序的命令行。\n\n"
        "退出码：0 完成，1 被拒绝，2 用法或配置有误，3 服务没有运行。",
        "The command line of the service hall's controller.\n\n"
        "Exit codes: 0 done, 1 refused, 2 wrong use or configuration, 3 no daemon.",
    ),
    no_args_is_help=True,
)
