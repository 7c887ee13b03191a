"""The journal and its backups: whole, not too long since the last snapshot, saved elsewhere."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from firmware_py.cli.doctor.facts import Facts
from firmware_py.cli.doctor.finding import Finding, fine, red, unknown, warning
from firmware_py.cli.output import span
from firmware_py.config.spread import standby_of
from firmware_py.settings import JournalSettings
from firmware_py.store.backup import newest_backup
from firmware_py.store.errors import JournalError
from firmware_py.store.kept_files import kept_files
from firmware_py.store.marker import Marker, marker_path, read_marker
from firmware_py.store.verify import check_at_open, reading

__all__ = ["look", "look_backup", "look_kept"]

_LARGE_BYTES = 2 * 1024**3
#: A start works through what came after the newest snapshot; three of them missing is slow.
_MOST_UNSEEN = 60_000
#: What to do about a hub whose card is an old copy.
_SET_BACK = (
    "按所说处理，请勿删除任何文件；见 docs/operations.md“主控的存储卡是旧副本”。",
    "Do as it says, and delete nothing; see docs/operations.md, The hub's card is an old copy.",
)
#: What to do about what the daemon says of its journal, by its mode.
_DO = {
    "safe": (
        "按 hallctl status 所列步骤处理，请勿删除任何文件。",
        "Do as hallctl status says, step by step; delete nothing.",
    ),
    "storage_failing": (
        "按所说处理；查看：df -h；dmesg；journalctl -u halld -n 50",
        "Do as it says; see df -h; dmesg; journalctl -u halld -n 50",
    ),
    "journal_damaged": (
        "请勿删除任何文件；按 docs/operations.md“备份与恢复”处理。",
        "Delete nothing; see docs/operations.md, Backup and restore.",
    ),
}


def look(facts: Facts) -> Iterator[Finding]:
    """Check it as a start does: marker, tables, both ends, and the chain since the snapshot.

    Through a connection that cannot write, beside the daemon or without it. What the daemon says
    of it comes first: it has read more than a start does, or could not start from it at all.
    """
    told = _told(facts)
    if told is not None:
        yield told
        if facts.status is not None and facts.status["mode"] == "safe":
            return
    settings = facts.settings
    if settings is None:
        yield unknown("没有可用的配置。", "There is no configuration to go by.")
        return
    path = Path(settings.journal.path)
    try:
        size = path.stat().st_size
        with path.open("rb"):
            pass
    except PermissionError:
        yield unknown(
            f"没有权限读取 {path}。",
            f"You may not read {path}.",
            "请以 root 身份运行：sudo hallctl doctor",
            "Run it as root: sudo hallctl doctor",
        )
        return
    except OSError:
        yield from _no_file(path)
        return
    try:
        # Before the journal: a commit in between makes the journal newer, never the marker.
        marker = _marker(path)
        # With a standby either of two Pis may have written it: its last epoch says who decides.
        copied = standby_of(settings) is not None and {"hub", "standby"} & set(settings.hall.roles)
        _, head = check_at_open(path, None if copied else settings.hall.node, marker)
        with reading(path) as connection:
            row = connection.execute("SELECT coalesce(max(seq), 0) FROM snapshots").fetchone()
    except JournalError as error:
        yield red(
            error.zh,
            error.en,
            *_DO["journal_damaged"],
        )
        return
    except (sqlite3.Error, OSError) as error:
        yield unknown(f"无法读取业务流水：{error}。", f"The journal could not be read: {error}.")
        return
    yield from _whole(facts, size, head.last_seq, head.last_seq - int(row[0]))
    if copied:
        yield from look_kept(path)


def look_kept(path: Path) -> Iterator[Finding]:
    """Say how much room the journals take that were put aside; a full card stops the hall."""
    try:
        found = kept_files(path)
        free = shutil.disk_usage(path.parent).free
    except OSError:
        # Whether the folder can be read is said above.
        return
    if not found:
        return
    count, size = len(found), sum(one.size for one in found)
    damaged = [one.path.name for one in found if one.damaged]
    zh = f"另有保留的旧流水 {count} 份，共 {size / 1024**2:.1f} MB"
    en = f"Journals kept of before: {count}, {size / 1024**2:.1f} MB"
    if size < free:
        yield fine(f"{zh}，到期自动删除。", f"{en}; those not needed go by themselves.")
    elif damaged:
        yield warning(
            f"{zh}，超过剩余空间；其中损坏的 {len(damaged)} 份不会自动删除。",
            f"{en}, more than is free; of the damaged ones ({len(damaged)}) none goes by itself.",
            f"确认无用后删除或移走：{path.parent} 中的 {'、'.join(damaged)}",
            f"Once nobody needs them, move them away: {', '.join(damaged)} in {path.parent}",
        )
    else:
        yield warning(
            f"{zh}，超过剩余空间。",
            f"{en}, more than is free.",
            "换更大的存储卡（docs/operations.md“换存储卡”），不要手工删除",
            "A larger card (docs/operations.md, Another Pi, another card); delete none by hand",
        )


def _told(facts: Facts) -> Finding | None:
    """Return what the daemon says is wrong with the journal, in its own words."""
    problem = (facts.status or {}).get("problem")
    if facts.status is None or not problem:
        return None
    do = _DO.get(facts.status["mode"], _DO["journal_damaged"])
    return red(
        problem["zh"], problem["en"], *(_SET_BACK if problem.get("code") == "set_back" else do)
    )


def _whole(facts: Facts, size: int, last_seq: int, unseen: int) -> Iterator[Finding]:
    found = 0
    if unseen > _MOST_UNSEEN:
        found += 1
        yield warning(
            f"上次快照之后已有 {unseen} 条记录，启动会变慢。",
            f"{unseen} events since the last snapshot: the next start will be slow.",
            "查看日志中快照失败的原因：journalctl -u halld",
            "See in the log why snapshots fail: journalctl -u halld",
        )
    if size > _LARGE_BYTES:
        found += 1
        yield warning(
            f"业务流水库已有 {size // 1024**2} MB。",
            f"The journal has {size // 1024**2} MB.",
            "可减小 journal.keep_days，让更早的明细压缩。",
            "A smaller journal.keep_days compacts older events.",
        )
    if not found and _told(facts) is None:
        yield fine(
            f"业务流水完好：{last_seq} 条，{size / 1024**2:.1f} MB。",
            f"Whole: {last_seq} events, {size / 1024**2:.1f} MB.",
        )


def _marker(path: Path) -> Marker | None:
    try:
        return read_marker(marker_path(path))
    except FileNotFoundError:
        return None


def _no_file(path: Path) -> Iterator[Finding]:
    if marker_path(path).exists():
        yield red(
            f"业务流水库 {path} 不见了，而它的标识文件还在。",
            f"The journal {path} is gone, while its marker is there.",
            "请勿启动服务；挂载所在的盘，或恢复备份：hallctl backups",
            "Do not start the daemon; mount its disk, or restore a backup: hallctl backups",
        )
    else:
        yield unknown(
            f"还没有业务流水（{path}），首次启动时建立。",
            f"There is no journal yet ({path}); the first start makes it.",
        )


def look_backup(facts: Facts) -> Iterator[Finding]:
    """Say when the last backup was made, and why there is none."""
    settings = facts.settings
    if settings is None:
        yield unknown("没有可用的配置。", "There is no configuration to go by.")
        return
    folder = settings.journal.backup_folder
    if folder is None and not {"hub", "standby"} & set(settings.hall.roles):
        yield unknown("流水在主控那台备份。", "The journal is backed up at the hub's Pi.")
        return
    if folder is None:
        yield warning(
            "没有配置备份目录。",
            "No folder for backups is configured.",
            "在另一块盘上准备目录，写入 journal.backup_folder（docs/operations.md 第 6 步）。",
            "Prepare one on another disk and set journal.backup_folder (docs/operations.md, "
            "step 6).",
        )
        return
    told = (facts.status or {}).get("backup")
    yield _from_daemon(told) if told else _from_folder(facts, settings.journal, Path(folder))


def _from_daemon(told: dict[str, Any]) -> Finding:
    problem, last = told["problem"], told["last"]
    if told["state"] == "failed":
        return red(
            f"备份失败：{problem['zh']}",
            f"Backup FAILED: {problem['en']}",
            "处理后：hallctl backup",
            "Mend that, then: hallctl backup",
        )
    age = "" if last is None else span(last["age_s"])
    if told["state"] == "late":
        return warning(
            f"超过两个周期没有备份（最近一次 {age} 前）。" if age else "超过两个周期没有备份。",
            f"Backups are late (last {age} ago)." if age else "Backups are late; there is none.",
            "hallctl backup；查看备份盘：dmesg",
            "hallctl backup; look at its disk: dmesg",
        )
    if last is None:
        return unknown(
            "本业务流水尚无备份，首次备份即将进行。",
            "There is no backup of this journal yet; the first will come.",
        )
    return fine(f"最近一次备份 {age} 前。", f"Last backup {age} ago.")


def _from_folder(facts: Facts, settings: JournalSettings, folder: Path) -> Finding:
    if not folder.is_dir():
        return red(
            f"备份目录 {folder} 不存在：备份盘没有挂载？",
            f"The folder for backups {folder} is not there: is its disk mounted?",
            f"插好备份盘并挂载：sudo mount {folder.parent}",
            f"Plug the disk in and mount it: sudo mount {folder.parent}",
        )
    try:
        marker = _marker(Path(settings.path))
    except OSError:
        marker = None
    newest = newest_backup(folder, marker.epoch) if marker is not None else None
    if newest is None:
        return unknown(f"{folder} 中没有本厅的备份。", f"{folder} has no backup of this journal.")
    age = span(max(facts.machine.wall_s() - newest.made_s, 0.0))
    behind = marker.seq - newest.last_seq if marker is not None else 0
    return fine(
        f"最近一次备份 {age} 前，之后有 {behind} 条记录。",
        f"Last backup {age} ago, {behind} events since.",
    )
