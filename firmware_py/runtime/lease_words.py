"""How it stands with the lease, and what people are told of it. Pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from firmware_py.core.epoch import epoch_in

__all__ = ["LeaseStatus", "Part", "VoterSeen", "own_part", "part_view", "view_of"]

Level = Literal["ok", "warning", "red"]
Part = Literal["hub", "standby", "witness"]

_PARTS: dict[Part, tuple[str, str]] = {
    "hub": ("主控", "hub"),
    "standby": ("备用主控", "standby"),
    "witness": ("见证设备", "witness"),
}


@dataclass(frozen=True, slots=True)
class LeaseStatus:
    """As one of the three voters knows it. Seconds are running time of this Pi."""

    node: str
    voters: tuple[str, ...]
    #: It is a hub, which decides when it has the lease.
    hub: bool
    #: It has it, and for so long if nobody votes for it again.
    holds: bool
    left_s: float
    lease_s: float
    #: The epoch that this Pi voted for, and for how long it promises; "" and 0: free.
    votes_for: str
    promised_s: float
    #: Other voters that said nothing for a whole lease.
    missing: tuple[str, ...] = ()
    #: This Pi's own vote was lost: it votes when it has heard these.
    unheard: tuple[str, ...] = ()


def view_of(status: LeaseStatus) -> dict[str, Any]:
    """Return it with its level, a sentence, and what to do about it, for people and programs."""
    level, zh, en = _said(status)
    do = _do(status) if level != "ok" else None
    return {**asdict(status), "level": level, "say": {"zh": zh, "en": en}, "do": do}


@dataclass(frozen=True, slots=True)
class VoterSeen:
    """Another voter as this Pi heard it; seconds ago."""

    part: Part
    #: None: it has said nothing since this Pi's start.
    heard_s: float | None
    #: The epoch that it voted for, or, where it did not, the one below which it votes for nobody.
    epoch: str = ""
    yes: bool = False
    voted_s: float = 0.0


def own_part(part: Part, status: LeaseStatus) -> dict[str, Any]:
    """Return this Pi's own part, for ``node.show``."""
    level, zh, en = _said(status)
    do = _do(status) if level != "ok" else None
    zh_part, en_part = _PARTS[part]
    say = {"zh": f"{zh_part}；受理权：{zh}", "en": f"{en_part}; the lease: {en}"}
    return {"part": part, "level": level, "say": say, "do": do}


def part_view(seen: VoterSeen, lease_s: float) -> dict[str, Any]:
    """Return another voter's part as this Pi knows it, for ``node.show``."""
    level, zh, en = _seen(seen, lease_s)
    zh_part, en_part = _PARTS[seen.part]
    say = {"zh": f"{zh_part}；{zh}", "en": f"{en_part}; {en}"}
    do = {
        "zh": "检查它的电源和网线：再少一台，大厅就会停止受理。",
        "en": "See to its power and network: with one less, the hall stops deciding.",
    }
    return {"part": seen.part, "level": level, "say": say, "do": do if level != "ok" else None}


def _seen(seen: VoterSeen, lease_s: float) -> tuple[Level, str, str]:
    if seen.heard_s is None:
        return (
            "warning",
            "本机启动后没有听到它投票",
            "nothing heard of its vote since the start here",
        )
    if seen.heard_s > lease_s:
        ago = f"{seen.heard_s:.0f}"
        return "warning", f"已 {ago} 秒没有应答", f"it has said nothing for {ago} s"
    if not seen.epoch:
        return "ok", "在线，还没有投票", "it is there, and was not asked yet"
    epoch = epoch_in(seen.epoch)
    who, ago = epoch.hub if epoch else seen.epoch, f"{seen.voted_s:.0f}"
    if seen.yes:
        return (
            "ok",
            f"{ago} 秒前投给 {who}（纪元 {seen.epoch}）",
            f"voted for {who} (epoch {seen.epoch}) {ago} s ago",
        )
    return (
        "warning",
        f"{ago} 秒前没有同意：它已投给过 {who}（纪元 {seen.epoch}）",
        f"voted for nobody {ago} s ago: it had voted for {who} (epoch {seen.epoch})",
    )


def _said(status: LeaseStatus) -> tuple[Level, str, str]:
    of = f"（投票：{'、'.join(status.voters)}）", f" (voters: {', '.join(status.voters)})"
    lost_zh = f"未应答：{'、'.join(status.missing)}" if status.missing else ""
    lost_en = f"missing: {', '.join(status.missing)}" if status.missing else ""
    if status.unheard:
        zh, en = "、".join(status.unheard), ", ".join(status.unheard)
        return (
            "red" if status.hub and not status.holds else "warning",
            f"{status.node} 没有投票记录，须先与 {zh} 核对才能投票{of[0]}",
            f"{status.node} does not know what it voted; it votes after it has heard {en}{of[1]}",
        )
    if status.holds:
        left = status.left_s
        return (
            "warning" if status.missing else "ok",
            f"在本机，还有 {left:.0f} 秒，自动续期{_and(of[0], lost_zh)}",
            f"here, for {left:.0f} s more, had again all the time{_and(of[1], lost_en)}",
        )
    if status.hub:
        return (
            "red",
            f"没有，本机不受理任何操作{_and(of[0], lost_zh)}",
            f"none: this hub decides nothing{_and(of[1], lost_en)}",
        )
    if status.votes_for:
        epoch = epoch_in(status.votes_for)
        who, left = epoch.hub if epoch else status.votes_for, status.promised_s
        lost = _and(of[1], lost_en)
        return (
            "warning" if status.missing else "ok",
            f"投给 {who}（纪元 {status.votes_for}），还有 {left:.0f} 秒{_and(of[0], lost_zh)}",
            f"voted for {who} (epoch {status.votes_for}), for {left:.0f} s more{lost}",
        )
    return (
        "warning",
        f"没有主控请求投票{_and(of[0], lost_zh)}",
        f"no hub asks for a vote{_and(of[1], lost_en)}",
    )


def _and(of: str, lost: str) -> str:
    return f"{of}  {lost}" if lost else of


def _do(status: LeaseStatus) -> dict[str, str]:
    who = status.unheard or status.missing or tuple(v for v in status.voters if v != status.node)
    zh, en = "、".join(who), ", ".join(who)
    if status.hub and not status.holds:
        return {
            "zh": f"检查 {zh} 的电源和网线，以及消息服务器；三者中恢复两者后自动受理。"
            '长时间无法恢复时，把 [spread] 的 promote 改为 "by hand" 并重启本机，'
            "见 docs/spread.md。",
            "en": f"See to power and network of {en}, and to the broker: with two of three it goes "
            'on by itself. If that lasts, set promote = "by hand" in [spread] and restart this Pi; '
            "see docs/spread.md.",
        }
    return {
        "zh": f"检查 {zh} 的电源和网线：再少一台，大厅就会停止受理。",
        "en": f"See to power and network of {en}: with one less, the hall stops deciding.",
    }
