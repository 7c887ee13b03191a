"""What a technician is told of a Pi that is not as it should be, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from firmware_py.core.refusals import Refusal
from firmware_py.core.wire_version import Step

__all__ = ["only_at_hub", "said_apart", "say_of", "say_of_own", "say_of_refused"]

#: state -> (Chinese, English). ``{login}`` is how to reach the machine.
_STATES = {
    "away": (
        "检查它的电源和网线；能登录时：{login}，再 hallctl doctor。",
        "See to its power and network cable; if it can be reached: {login}, then hallctl doctor.",
    ),
    "silent": (
        "网络连着，但服务没有应答。{login}，再 sudo systemctl restart halld。",
        "It is connected, but its daemon is silent: {login}, then sudo systemctl restart halld.",
    ),
    "never": (
        "主控启动后没有见过它。检查电源和网络，再在该机上运行 hallctl doctor。",
        (
            "The hub has not seen it since its start. See to its power and network; then at the "
            "Pi: hallctl doctor."
        ),
    ),
    "unknown": (
        "主控没有连上消息服务器，不知道它的情况。先看 hallctl status。",
        "The hub has no broker and does not know how it is. First: hallctl status.",
    ),
    "stranger": (
        "配置中没有这台设备。改正它的 HALL_NODE，或把它写入 [nodes]。",
        "No configuration names it. Correct its HALL_NODE, or add it to [nodes].",
    ),
}
#: Of a Pi whose program is too far from the hub's, as the hub says it; as the Pi itself does.
_APART = {
    "newer": (
        (
            "程序 {theirs}（通信版本 {their_wire}）比主控 {ours}（{our_wire}）"
            "新两版以上，它不能受理。请先升级主控，一次一版。"
        ),
        (
            "Its program {theirs} (wire version {their_wire}) is two or more ahead of the hub's "
            "{ours} ({our_wire}): it can do nothing. Update the hub first, version by version."
        ),
    ),
    "older": (
        (
            "程序 {theirs}（通信版本 {their_wire}）比主控 {ours}（{our_wire}）"
            "旧两版以上，它不能受理。请升级它：{login}"
        ),
        (
            "Its program {theirs} (wire version {their_wire}) is two or more behind the hub's "
            "{ours} ({our_wire}): it can do nothing. Update it: {login}"
        ),
    ),
}
_OWN_APART = {
    "newer": (
        (
            "主控 {hub} 的程序 {theirs}（通信版本 {their_wire}）比本机 {ours}（{our_wire}）"
            "新两版以上，本机暂停受理。请升级本机的程序"
        ),
        (
            "The program of the hub, {hub}, {theirs} (wire version {their_wire}), is two or more "
            "ahead of this Pi's {ours} ({our_wire}): this Pi takes nothing. Update this Pi"
        ),
    ),
    "older": (
        (
            "主控 {hub} 的程序 {theirs}（通信版本 {their_wire}）比本机 {ours}（{our_wire}）"
            "旧两版以上，本机暂停受理。请先升级主控"
        ),
        (
            "The program of the hub, {hub}, {theirs} (wire version {their_wire}), is two or more "
            "behind this Pi's {ours} ({our_wire}): this Pi takes nothing. Update the hub first"
        ),
    ),
    # Near enough, and how the hall stands could not be read all the same.
    "": (
        (
            "本机程序 {ours}（通信版本 {our_wire}）读不懂主控 {hub} 的程序 {theirs}（{their_wire}）"
            "发来的大厅现状，本机暂停受理。请把两台装成同一版本"
        ),
        (
            "This Pi's program {ours} (wire version {our_wire}) cannot read how the hall stands "
            "as the hub, {hub}, tells it with {theirs} ({their_wire}): this Pi takes nothing. "
            "Install the same program on both"
        ),
    ),
}
_OLD_STANDBY = (
    (
        "备用主控的程序 {theirs} 比主控 {ours} 旧一版：照常复制，"
        "但主控写下新种类的记录后它不能接替。请尽快升级它：{login}"
    ),
    (
        "The standby's program {theirs} is one version behind the hub's {ours}: it copies, but "
        "cannot take over once the hub has recorded something new. Update it soon: {login}"
    ),
)
#: What the Pi itself says of its line to the hub.
_LINES = {
    "broker": (
        "本机与大厅断开，屏幕已说明能做什么。检查本机网线；消息服务器在 {broker}：hallctl doctor。",
        (
            "It is cut off; its screens say what goes on. See to its network cable; the broker is "
            "at {broker}: hallctl doctor."
        ),
    ),
    "hub": (
        (
            "本机与大厅断开，屏幕已说明能做什么。消息服务器正常，主控没有应答："
            "请看主控的电源和 halld。"
        ),
        (
            "It is cut off; its screens say what goes on. The broker is there, the hub does not "
            "answer: see to the hub's power and its halld."
        ),
    ),
    "set_back": (
        (
            "主控的存储卡像是旧的副本：缺少已告诉过本机的记录，已停止受理；本机按断网继续。"
            "请在主控上执行 hallctl status，按所说处理。"
        ),
        (
            "The hub's card looks like an old copy: it lacks what it had told this Pi, and takes "
            "nothing; this Pi goes on as if cut off. Do as hallctl status says at the hub."
        ),
    ),
    "joining": (
        "正在取得大厅现状，通常不到一秒。",
        "It fetches how the hall stands, usually within a second.",
    ),
}
_ALONE = (
    "它若开着，会独立取号（预留 {count} 个），恢复后自动合并。",
    "If it runs it gives tickets by itself ({count} numbers); they are merged when it is back.",
)
_REFUSED = (
    "不能使用现行配置，仍用第 {number} 版。{at}：{why}。改正后自动重试。",
    (
        "It cannot use the configuration in force and goes on with {number}. {at}: {why}. Mend "
        "that: it tries again by itself."
    ),
)
_DEVICES = (
    "它有 {count} 个设备不正常。{login}，再 hallctl devices。",
    "{count} of its devices are not right: {login}, then hallctl devices.",
)
_OWN_DEVICES = (
    "有 {count} 个设备不正常：hallctl devices。",
    "{count} of its devices are not right: hallctl devices.",
)


def say_of(row: Mapping[str, Any], hub_version: str, hub_wire: int) -> dict[str, str] | None:
    """Return what to do about a row of ``node.list`` (``{"zh", "en"}``); None: it is well."""
    if (step := str(row["version_step"])) and row["state"] in ("there", "silent"):
        versions = {"ours": hub_version, "our_wire": hub_wire}
        theirs = {"theirs": row["version"], "their_wire": row["wire"]}
        return _both(_APART[step], **versions, **theirs, login=_login(row))
    if (words := _STATES.get(row["state"])) is not None:
        said = _both(words, login=_login(row))
        left = sum(row["numbers"].values())
        if row["state"] not in ("away", "silent") or not left:
            return said
        # If it runs, its kiosk goes on: nobody must think that people cannot get a number there.
        more = _both(_ALONE, count=left)
        return {"zh": said["zh"] + more["zh"], "en": f"{said['en']} {more['en']}"}
    if (refused := say_of_refused(row)) is not None:
        return refused
    if row["seq"] is None:
        return _both(_LINES["joining"])
    if "standby" in row["roles"] and row["wire"] < hub_wire:
        return _both(_OLD_STANDBY, theirs=row["version"], ours=hub_version, login=_login(row))
    if row["devices"]:
        return _both(_DEVICES, count=len(row["devices"]), login=_login(row))
    return None


def said_apart(
    hub: str, ours: tuple[str, int], theirs: tuple[str, int], step: Step
) -> dict[str, str]:
    """Return what a Pi says whose program and the hub's, each (version, wire), do not fit."""
    versions = {"ours": ours[0], "our_wire": ours[1], "theirs": theirs[0], "their_wire": theirs[1]}
    return _both(_OWN_APART[step], hub=hub, **versions)


def say_of_refused(row: Mapping[str, Any]) -> dict[str, str] | None:
    """Return what to do about a Pi that cannot use the configuration in force."""
    found = row["configuration"]
    if found is None or found["state"] != "refused":
        return None
    first = found["mistakes"][0]
    line = f":{first['line']}" if first["line"] else ""
    at = f"{first['file']}{line}" + (f": {first['path']}" if first["path"] else "")
    number = found["number"] or "-"
    return {
        "zh": _REFUSED[0].format(number=number, at=at, why=first["zh"]),
        "en": _REFUSED[1].format(number=number, at=at, why=first["en"]),
    }


def say_of_own(trouble: str, broker: str, wrong: int) -> dict[str, str] | None:
    """Return what to do about this Pi: its line to the hub first, then its devices."""
    if (words := _LINES.get(trouble)) is not None:
        return _both(words, broker=broker)
    return _both(_OWN_DEVICES, count=wrong) if wrong else None


def _login(row: Mapping[str, Any]) -> str:
    return f"ssh {row['host'] or row['node']}"


def _both(words: tuple[str, str], **more: object) -> dict[str, str]:
    zh, en = words
    return {"zh": zh.format(**more), "en": en.format(**more)}


def only_at_hub(status: object) -> Refusal:
    """Return where to do what only the hub may; ``status`` is this Pi's ``NodeStatus`` or None."""
    hub, host = getattr(status, "hub", ""), getattr(status, "host", "")
    if not hub:
        return Refusal(
            "only_at_hub",
            "此操作只能在主控上进行。主控暂时联系不上，请到主控机前操作，或稍后再试。",
            "This can only be done at the hub, which cannot be reached just now: go there, or try "
            "again later.",
        )
    login = f"ssh {host or hub}"
    return Refusal(
        "only_at_hub",
        f"此操作只能在主控 {hub} 上进行：{login}，再执行同一命令。",
        f"This can only be done at the hub, {hub}: {login}, then give the same command.",
    )
