"""``hallctl hub``: who decides in a hall with a standby, and making this Pi the hub."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from firmware_py.cli.base import HallCommand, HallGroup, Session, pass_session
from firmware_py.cli.lease_lines import lease_lines
from firmware_py.cli.output import say, write_json
from firmware_py.cli.words import chosen, joined, t

__all__ = ["copy_there", "hub"]

Told = Mapping[str, Any]


@click.group(
    "hub",
    HallGroup,
    help=t(
        "主控与备用主控：现状、接替。",
        "The hub and its standby: how they stand; make this Pi the hub.",
    ),
)
def hub() -> None:
    """Hub."""


@hub.command(
    "status",
    cls=HallCommand,
    help=t(
        "谁是主控，副本到哪里，号码在谁手里。", "Who decides, how far the copy is, the numbers."
    ),
)
@pass_session
def status(session: Session) -> None:
    """Show how hub and standby stand."""
    told: Told = session.client.ask("hub.status")
    if session.json:
        write_json(told)
        return
    for words in status_words(told):
        say(words)
    for line in lease_lines(told["lease"]):
        say(*line)


def status_words(told: Told) -> list[str]:
    """Return how it stands, a sentence each."""
    epoch, hub_name = told["epoch"], told["hub"]
    if told["decides"]:
        words = [t(f"本机是主控，纪元 {epoch}。", f"This Pi is the hub, in epoch {epoch}.")]
    else:
        words = [
            t(
                f"主控是 {hub_name}（纪元 {epoch}），本机跟随。",
                f"The hub is {hub_name} (epoch {epoch}); this Pi follows.",
            )
        ]
    words += [copy_there(one) for one in told["copies"]]
    if told["copy"] is not None:
        words += copy_words(told["copy"])
    holder = told["numbers_at"]
    if holder and holder != hub_name:
        held = "，".join(f"{b['first']}—{b['last']}" for b in told["reserve"])
        held_en = ", ".join(f"{b['first']}-{b['last']}" for b in told["reserve"])
        words.append(
            t(
                f"常规号码还在 {holder} 上；主控暂用备用号段 {held or '（没有）'}。{holder} 接回后"
                f"自动交还；确认它已断电时：hallctl node write-off {holder}。",
                f"The usual numbers are still with {holder}; the hub gives from its reserve "
                f"{held_en or '(none)'}. They come when {holder} is back; if it is certainly off: "
                f"hallctl node write-off {holder}.",
            )
        )
    if (past := told.get("from_kept")) is not None:
        words.append(
            t(
                "本机还没有主控流水的副本。主控确实找不回来时：hallctl hub promote --from-kept，"
                f"从本机到第 {past['upto']} 条的旧流水继续。",
                "Nothing of the hub's journal is copied here yet. When that hub is gone for good: "
                "hallctl hub promote --from-kept goes on from this Pi's own of before, up to event "
                f"{past['upto']}.",
            )
        )
    if (unread := told.get("kept_unread")) is not None:
        words.append(chosen(unread))
    words += [
        t(f"本机当主控时的流水保留为 {name}。", f"This Pi's own journal as hub is kept as {name}.")
        for name in told["kept"]
    ]
    return words


def copy_words(copy: Told) -> list[str]:
    """Return how far this Pi's copy of the hub's journal is."""
    state, copied = copy["state"], copy["copied"]
    if state == "whole":
        here, all_ = copy["bytes_here"] // 1024, copy["bytes_all"] // 1024
        return [
            t(
                f"正在整体复制主控的流水：{here} / {all_} KB。",
                f"Copying the hub's journal as a whole: {here} of {all_} kB.",
            )
        ]
    words = []
    age = age_words(copy["level_s"])
    if state == "level":
        words.append(
            t(
                f"副本完整，到第 {copied} 条，与主控一致（{age}）。",
                f"The copy is complete, up to event {copied}, level with the hub {age}.",
            )
        )
    else:
        words.append(
            t(
                f"副本到第 {copied} 条，已知落后 {copy['behind']} 条，上次一致：{age}。",
                f"The copy is up to event {copied}, {copy['behind']} behind as far as is known; "
                f"it was level {age}.",
            )
        )
    if copy["why"]:
        words.append(t(f"副本不能继续：{copy['why']}", f"The copy cannot go on: {copy['why']}"))
    if unknown := copy.get("unknown"):
        words.append(
            t(
                f"副本中有新版程序的记录（{joined(unknown)}）：副本照常继续，但本机升级程序前不能接替。",
                f"The copy has records of a newer program ({joined(unknown)}): it goes on, but "
                "this Pi cannot be promoted before its program is updated.",
            )
        )
    if copy["left"]:
        words.append(
            t("本机当主控时的记录正在交给主控。", "What this Pi recorded as hub is handed over.")
        )
    if copy["handing_over"]:
        words.append(
            t(
                f"主控没有接受本机的记录：{copy['handing_over']}",
                f"The hub does not take this Pi's records: {copy['handing_over']}",
            )
        )
    return words


def age_words(level_s: float | None) -> str:
    """Return how long ago the copy was level."""
    if level_s is None:
        return t("启动以来没有", "not since the start")
    seconds = round(level_s)
    if seconds < 120:
        return t(f"{seconds} 秒前", f"{seconds} s ago")
    return t(f"{seconds // 60} 分钟前", f"{seconds // 60} min ago")


def copy_there(one: Told) -> str:
    """Return how far another Pi's copy is."""
    name, copied = one["node"], one["copied"]
    if copied is None:
        return t(f"{name} 还没有来复制。", f"{name} has not asked for a copy yet.")
    age = age_words(one["level_s"])
    return t(
        f"{name} 的副本到第 {copied} 条，落后 {one['behind']} 条，上次一致：{age}。",
        f"The copy at {name} is up to event {copied}, {one['behind']} behind; level {age}.",
    )


@hub.command(
    "promote",
    cls=HallCommand,
    help=t(
        "本机接替为主控。在备用主控上执行；不询问任何设备，原主控接回后自动让位。",
        "Make this Pi the hub. Give it at the standby; nobody is asked, and the former hub stands "
        "down when it is back.",
    ),
)
@click.option(
    "--former-is-off",
    is_flag=True,
    help=t(
        "确认原主控已断电：立即作废它手里的号码，号码往后跳。",
        "The former hub is certainly off: its numbers are written off at once, numbers go on "
        "after a gap.",
    ),
)
@click.option(
    "--from-kept",
    is_flag=True,
    help=t(
        "接替过的主控确实找不回来，本机又没有它的副本：用本机自己当主控时保留的流水接替。",
        "The hub that took over is gone for good, and nothing of it was copied here: go on from "
        "the journal that this Pi kept of its own time as hub.",
    ),
)
@click.option(
    "--without-kept",
    is_flag=True,
    help=t(
        "本机当主控时保留的流水不能用：不并入它，照样接替。随后用 hallctl ticket jump 跳过已发的"
        "号码。",
        "What this Pi kept of its time as hub cannot be read: become the hub without it. Name the "
        "newest slip with hallctl ticket jump afterwards.",
    ),
)
@click.option("--yes", is_flag=True, help=t("不再询问。", "Do not ask."))
@pass_session
def promote(session: Session, /, yes: bool, **wanted: bool) -> None:
    """Promote this Pi."""
    former_is_off, from_kept = wanted["former_is_off"], wanted["from_kept"]
    if not yes:
        _ask(session.client.ask("hub.status"), former_is_off=former_is_off, from_kept=from_kept)
    # A daemon of the version before knows no other word than the first.
    asked = {name: True for name, given in wanted.items() if given}
    done: Told = session.client.ask("hub.promote", **{"former_is_off": False, **asked})
    if session.json:
        write_json(done)
        return
    say(
        t(
            f"本机已接替为主控，纪元 {done['epoch']}，从第 {done['cut_seq'] + 1} 条继续。"
            "几秒钟后各窗口即可叫号；请用 hallctl hub status 查看。",
            f"This Pi is the hub, in epoch {done['epoch']}, from event {done['cut_seq'] + 1} on. "
            "The windows call again within seconds; see hallctl hub status.",
        )
    )


def _ask(told: Told, *, former_is_off: bool, from_kept: bool) -> None:
    """Say what will happen; go on only when ``yes`` is typed."""
    lines = status_words(told)
    hub_name = told["hub"]
    if from_kept and told.get("from_kept"):
        lines.append(_from_kept_words(told["from_kept"], hub_name))
    elif not told["decides"]:
        lines.append(
            t(
                f"接替后由本机决定一切。{hub_name} 若仍在运行且断开，它会继续自行决定，接回后自动"
                "让位，它独有的记录会并入。",
                f"From then on this Pi decides. If {hub_name} still runs, cut off, both decide "
                "until it is back: then it stands down, and what only it knew is merged.",
            )
        )
        if former_is_off:
            lines.append(
                t(
                    f"{hub_name} 手里的号码立即作废。若它其实还在发号，会出现重号！",
                    f"The numbers of {hub_name} are written off at once. If it still gives "
                    "tickets, numbers will be on two papers!",
                )
            )
    for words in lines:
        click.echo(words, err=True)
    answer = click.prompt(
        t("确定接替请输入 yes", "Type yes to make this Pi the hub"),
        default="",
        show_default=False,
        err=True,
    )
    if answer.strip().lower() != "yes":
        raise click.Abort


def _from_kept_words(past: Told, lost: str) -> str:
    """Return what is not in the journal that would be gone on from."""
    upto, until = past["upto"], past["until"] or t("时间不明", "at an unknown time")
    return t(
        f"将从本机自己的流水 {past['file']} 继续，它到第 {upto} 条（{until}）为止。{lost} 在那之后"
        "决定的一切都不在其中：排队、办理、评价、受理单。各取号机和窗口断网时自己记录的会并入；"
        f"手里的号票查不到的，请重新取号。号码往后跳，避开 {lost} 可能发出的；大厅里有更新的号票，"
        f"随后用 hallctl ticket jump。只有 {lost} 确实找不回来才能这样做：若它还在发号，会出现"
        "重号！",
        f"It goes on from this Pi's own journal {past['file']}, which ends with event {upto} "
        f"({until}). Nothing that {lost} decided after that is in it: tickets, service, ratings, "
        "forms. What kiosks and windows recorded by themselves is merged; who holds a slip that is "
        f"not known gets a new one. Numbers go on behind those that {lost} may have given; name a "
        f"newer slip with hallctl ticket jump. Only when {lost} is gone for good: if it still "
        "gives tickets, numbers will be on two papers!",
    )
