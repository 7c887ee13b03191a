"""``hallctl status``: the hall at a glance, and in safe mode what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click

from firmware_py.cli.alone_said import alone_lines
from firmware_py.cli.base import HallCommand, Session, pass_session
from firmware_py.cli.config_nodes import configuration_lines
from firmware_py.cli.lease_lines import lease_lines
from firmware_py.cli.other_version import differs
from firmware_py.cli.output import say, span, write_json
from firmware_py.cli.words import chosen, in_words, t

__all__ = [
    "backup_lines",
    "broker_line",
    "day_line",
    "hours_line",
    "hub_line",
    "node_lines",
    "papers_lines",
    "safe_lines",
    "since_words",
    "status",
    "waiting_lines",
]

#: A line's parts: words, or words and their style.
Line = tuple[str | tuple[str, str], ...]
#: What a library says of a broker that is not there, and what that means.
_NO_BROKER = (
    ("keep alive timeout", "没有应答：检查网线、交换机和消息服务器",
     "does not answer: see cable, switch and the broker"),
    ("connection refused", "没有启动：在它那台执行 systemctl status mosquitto",
     "does not run: there, systemctl status mosquitto"),
    ("timed out", "没有应答：检查网线、交换机和 broker.host",
     "does not answer: see cable, switch and broker.host"),
    ("unreachable", "网络不通：检查网线和交换机", "the network is down: see cable and switch"),
    ("no route", "网络不通：检查网线和交换机", "the network is down: see cable and switch"),
)  # fmt: skip


@click.command(
    "status",
    HallCommand,
    help=t(
        "大厅现状：营业日、窗口、告警、最近叫号、设备、消息服务器。",
        "The hall at a glance: day, windows, alarms, last calls, devices, broker.",
    ),
)
@pass_session
def status(session: Session) -> None:
    """Show the hall."""
    found = session.client.ask("hall.status")
    if session.json:
        write_json(found)
    elif found["mode"] == "safe":
        for line in safe_lines(found):
            say(*line)
    else:
        _normal(found)
    if not session.json and (other := differs(found)) is not None:
        say((t(*other), "yellow"))


def safe_lines(found: Mapping[str, Any]) -> Iterator[Line]:
    """Yield what somebody must know and do in safe mode."""
    yield ((chosen(found["name"]), "bold"),)
    yield ((t("安全模式：不取号、不叫号。", "SAFE MODE: no tickets, no calls."), "bold red"),)
    yield ((chosen(found["problem"]), "bold red"),)
    yield t("业务流水库：", "The journal: "), found["journal"]
    good = [backup for backup in found["backups"] if backup["ok"]]
    if good:
        path = good[0]["path"]
        yield t("最新的有效备份：", "The newest good backup: "), path
        yield (
            t(
                "先看大厅里最新的号票，例如 A123，在第二行末尾加上 --last-number A123。",
                "Look at the newest slip in the hall first; if it is A123, add "
                "--last-number A123 to the second line.",
            ),
        )
        yield ((t("请依次执行：", "Do this, in this order:"), "bold"),)
        for line in ("systemctl stop halld", f"hallctl restore {path}", "systemctl start halld"):
            yield "  ", (line, "bold")
    else:
        yield (
            (
                t(
                    "没有有效备份。请勿删除任何文件，联系技术人员；在此之前由人工叫号。",
                    "There is no good backup. Delete nothing and call a technician; "
                    "until then, call people by voice.",
                ),
                "bold red",
            ),
        )


def _normal(found: Mapping[str, Any]) -> None:
    from firmware_py.cli.alarms import show_alarms

    say(
        (chosen(found["name"]), "bold"),
        (f"  {found['hall']}/{found['node']}  ", "dim"),
        found["now"],
    )
    say(*day_line(found))
    if hours := hours_line(found["hours"]):
        say(*hours)
    if found["problem"]:
        say((chosen(found["problem"]), "bold red"))
    say()
    _windows(found)
    if found["alarm_list"]:
        say()
        show_alarms(found["alarm_list"])
    say()
    _calls(found["last_calls"])
    _devices(found["devices"])
    for line in papers_lines(found["papers_owed"]):
        say(*line)
    for line in waiting_lines(found.get("papers_waiting")):
        say(*line)
    say(*broker_line(found["broker"]))
    for line in alone_lines(found["broker"]):
        say(*line)
    for line in node_lines(found.get("nodes")):
        say(*line)
    for line in configuration_lines(found.get("configuration")):
        say(*line)
    for line in lease_lines(found.get("lease")):
        say(*line)
    for line in backup_lines(found):
        say(*line)
    if kept_words := kept_journals(found.get("kept_journals")):
        say((t("旧流水  ", "Kept journals  "), "dim"), kept_words)


def kept_journals(kept: Mapping[str, Any] | None) -> str:
    """Return how much room the journals take that were put aside; "" for none."""
    if not kept or not kept["count"]:
        return ""
    count, size = kept["count"], f"{kept['bytes'] / 1024**2:.1f} MB"
    return t(f"{count} 份，{size}", f"{count}, {size}")


def day_line(found: Mapping[str, Any]) -> Line:
    """Say whether the hall is open, and what the day has counted."""
    day, follows = found["day"] or "", _follows(found)
    if follows and not found["now"]:
        zh = "还没有联系上主控，不知道大厅现状"
        return ((t(zh, "The hub was not met yet; the hall is not known"), "yellow"),)
    if not found["day_open"]:
        return (
            (t("未开门", "Closed"), "yellow"),
            t(f"（上一营业日 {day}）", f" (last day {day})") if day else "",
            t("；在主控上开门：hallctl open", "; to open, at the hub: hallctl open")
            if follows
            else t("；开门：hallctl open", "; to open: hallctl open"),
        )
    counts = found["by_status"]
    return (
        (t(f"{day} 营业中", f"{day} open"), "green"),
        t(
            f"  等候 {found['waiting']}  取号 {found['taken']}  叫号 {found['calls']}  "
            f"办结 {found['finished']}  过号 {counts.get('missed', 0)}  "
            f"挂起 {counts.get('parked', 0)}",
            f"  waiting {found['waiting']}  taken {found['taken']}  calls {found['calls']}  "
            f"finished {found['finished']}  missed {counts.get('missed', 0)}  "
            f"parked {counts.get('parked', 0)}",
        ),
    )


def _follows(found: Mapping[str, Any]) -> bool:
    """Say whether this is a Pi beside the hub."""
    return "hub" in (found["broker"] or {})


def hours_line(hours: Mapping[str, Any]) -> Line:
    """Say today's hours and when the hall opens next; nothing in a hall without hours."""
    parts = []
    if hours["rest_day"]:
        name = chosen(hours["name"])
        words = t(f"（{name}）", f" ({name})") if name else ""
        parts.append(t("今天是休息日", "today is a rest day") + words)
    if hours["hours"]:
        parts.append("  ".join(f"{opens}-{closes}" for opens, closes in hours["hours"]))
        last = hours["last_ticket"]
        if last != hours["hours"][-1][1]:
            parts.append(t(f"{last} 停止取号", f"last ticket {last}"))
    opening = hours["next_opening"]
    # Today's own hours stand there already.
    if opening and opening["day"] != hours["day"]:
        when = f"{opening['day']} {opening['time']}"
        parts.append(t(f"下次开门 {when}", f"opens next {when}"))
    if not parts:
        return ()
    return (t("办公时间  ", "Hours  "), "dim"), t("，", ", ").join(parts)


def _windows(found: Mapping[str, Any]) -> None:
    """Draw the windows that work; those that are closed take a line together."""
    from firmware_py.cli.windows_table import show_windows

    closed = [w["id"] for w in found["windows"] if w["status"] == "closed" and not w["ticket"]]
    working = [w for w in found["windows"] if w["id"] not in closed]
    if working:
        show_windows(working, _levels(found["alarm_list"]))
    if closed:
        say((t(f"未开放的窗口：{' '.join(closed)}", f"Closed windows: {' '.join(closed)}"), "dim"))


def _levels(alarms: list[Mapping[str, Any]]) -> dict[str, str]:
    """Return the level of each window's alarm on its service."""
    return {a["window"]: a["level"] for a in alarms if a["kind"] == "service" and a["window"]}


def _calls(calls: list[Mapping[str, Any]]) -> None:
    if calls:
        arrow = t(" 到窗口 ", " to ")
        recent = "  ".join(f"{c['number']}{arrow}{c['window']}" for c in calls[:4])
        say((t("最近叫号  ", "Last calls  "), "dim"), recent)


def _devices(devices: Mapping[str, Any]) -> None:
    from firmware_py.cli.devices import show_devices

    states = "  ".join(f"{in_words(s)} {n}" for s, n in devices["by_state"].items())
    say((t("设备  ", "Devices  "), "dim"), f"{devices['total']}", f"  {states}" if states else "")
    if devices["trouble"]:
        show_devices(devices["trouble"], kinds=False)


def papers_lines(owed: Mapping[str, int]) -> Iterator[Line]:
    """Yield which printers still owe paper: tickets, and each copy of a form."""
    for printer, count in owed.items():
        words = t(
            f"{printer} 还有 {count} 张没有打印。", f"Papers not printed by {printer}: {count}."
        )
        yield ((words, "yellow"),)


def waiting_lines(waiting: Mapping[str, Any] | None) -> Iterator[Line]:
    """Yield what was scanned at this Pi and is not at the hub yet; nothing at the hub itself."""
    if waiting is None:
        return
    label, count = (t("待交主控  ", "For the hub  "), "dim"), waiting["documents"]
    if count is None:
        yield label, (t("还读不出待交的扫描件", "what waits here cannot be read yet"), "yellow")
    elif count:
        pages, oldest = waiting["pages"], waiting["oldest_s"]
        words = t(f"扫描件 {count} 份，共 {pages} 页", f"{count} scanned documents, {pages} pages")
        if oldest is not None:
            age = span(oldest)
            words += t(f"，最早的已等 {age}", f", the oldest for {age}")
        yield label, (words, "yellow")
    if late := waiting["late"]:
        words = t(
            f"其中 {late} 份属于已结束的营业日，主控不再登记，到期自动销毁；需要的请重新扫描。",
            f"{late} of them are of a day that is over: the hub records them no more, and they go "
            "when their time is over. Scan again what is needed.",
        )
        yield "  ", (words, "bold red")


def broker_line(broker: Mapping[str, Any] | None) -> Line:
    """Say whether the broker is there, since when not, and what it has not got yet."""
    label = (t("消息服务器  ", "Broker  "), "dim")
    if broker is None:
        return label, t("未配置", "none configured")
    if "hub" in broker:
        return hub_line(broker)
    if broker["connected"]:
        backlog = broker["backlog"]
        state = (t("已连接", "connected"), "green")
        return label, state, t(f"  待发 {backlog}", f"  {backlog} to send") if backlog else ""
    since = "" if broker["since_s"] is None else span(broker["since_s"])
    state = (t("未连接", "not connected"), "bold red")
    why = chosen(broker.get("problem"), _in_words(broker["error"] or ""))
    return label, state, f"  {since}  {why}".rstrip()


def _in_words(error: str) -> str:
    """Return the reason that a library gave, for people; one that is not known stays as it is."""
    for part, zh, en in _NO_BROKER:
        if part in error.lower():
            return t(zh, en)
    return error


def hub_line(line: Mapping[str, Any]) -> Line:
    """Say, at a Pi beside the hub, how its line to the hub is."""
    label, name = (t("主控  ", "Hub  "), "dim"), line["hub"] or t("尚未见到", "not seen yet")
    version, length = line["version"], span(line["since_s"])
    where = t(f"  经 {line['broker']}", f"  by {line['broker']}")
    if not line["trouble"]:
        told = t(
            f"  版本 {version}  已跟随到第 {line['seq']} 条  {length}",
            f"  version {version}  followed up to {line['seq']}  for {length}",
        )
        return label, (t(f"{name} 正常", f"{name} answers"), "green"), told + where
    why = chosen(line["problem"], chosen(line))
    return label, (f"{name}  {why}", "bold red"), f"  {length}" + where


def node_lines(nodes: Mapping[str, Any] | None) -> Iterator[Line]:
    """Yield how many of the hall's Pis are there, and who is not, since when."""
    if nodes is None:
        return
    total, there, away = nodes["total"], nodes["there"], nodes["away"]
    style = "green" if not away else "yellow"
    if any(one["long_away"] for one in away):
        style = "bold red"
    count = t(f"{total} 台中 {there} 台在线", f"{there} of {total} are there")
    yield (t("各台设备  ", "Pis  "), "dim"), (count, style)
    if all(one["state"] == "unknown" for one in away):
        # What the broker's line says already.
        return
    for one in away:
        state = in_words(one["state"], "node")
        words = f"  {one['node']}  {state}  {since_words(one)}".rstrip()
        yield ((words, "bold red" if one["long_away"] else "yellow"),)
    for one in nodes.get("refusing", ()):
        yield ((f"  {one['node']}  {chosen(one['say'])}", "bold red"),)
    for one in nodes["versions"]:
        words = t(f"  {one['node']}  版本 {one['version']}", f"  {one['node']}  {one['version']}")
        yield ((words + "  " + chosen(one["say"]), "yellow"),)
    if away:
        yield ((t("  要做的事：hallctl node list", "  What to do: hallctl node list"), "dim"),)


def since_words(one: Mapping[str, Any]) -> str:
    """Say since when a Pi is as it is; "at least" when the hub was not there to see it."""
    if one["for_s"] is None:
        return ""
    length = span(one["for_s"])
    if not one["since"]:
        return length
    at = one["since"][5:]
    if one["exact"]:
        return t(f"自 {at}（{length}）", f"since {at} ({length})")
    return t(f"至少自 {at}（{length}）", f"at least since {at} ({length})")


def backup_lines(found: Mapping[str, Any]) -> Iterator[Line]:
    """Yield how the last backup is, the trouble first; none where nothing is to be backed up."""
    label, backup = (t("备份  ", "Backup  "), "dim"), found["backup"]
    follows = _follows(found)
    if follows and backup is None:
        return
    if backup is None:
        yield label, (t("未配置备份目录", "no folder for backups configured"), "yellow")
        return
    last, state = backup["last"], backup["state"]
    if follows and last is None and not backup["unsaved"] and state != "failed":
        # A Pi beside the hub that never decided anything by itself has no journal of its own.
        return
    made = t("本业务流水尚无备份", "of this journal none yet")
    if last is not None:
        age = span(last["age_s"])
        made = t(f"最近一次 {last['at']}（{age} 前）", f"last {last['at']} ({age} ago)")
    if backup["unsaved"]:
        made += t(f"，之后有 {backup['unsaved']} 条记录", f", {backup['unsaved']} events since")
    where = ("  " + backup["folder"], "dim")
    if state == "failed":
        yield label, (t("失败：", "FAILED: ") + chosen(backup["problem"]), "bold red")
        yield "  ", (made, "yellow"), where
    elif state == "late":
        words = t("超过两个周期没有备份  ", "late by more than two intervals  ")
        yield label, (words + made, "yellow"), where
    else:
        yield label, (made, "green" if state == "ok" else "yellow"), where
