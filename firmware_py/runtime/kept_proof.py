"""A journal that this Pi kept of its own time as hub is proven before it is promoted again.

A promoted hub first merges what is in it (``hub_start``): whoever was given a number otherwise
could get one that a paper has. Where it cannot be read to its end, nothing is promoted, and a
person decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from firmware_py.core.refusals import Refusal
from firmware_py.runtime.former_records import FormerRecords
from firmware_py.store.errors import JournalDamaged, JournalError
from firmware_py.store.records import Epoch
from firmware_py.store.verify import check_after
from firmware_py.sync.ports import EpochStart

__all__ = ["KeptUnread", "kept_unread", "prove_kept"]


class KeptUnread(Exception):
    """``file`` cannot be read to its end; ``zh`` and ``en`` say why, as a part of a sentence."""

    def __init__(self, file: str, error: Exception) -> None:
        self.file = file
        self.zh, self.en = _why(error)
        super().__init__(f"{file}: {self.en}")


def prove_kept(records: FormerRecords, epochs: Sequence[Epoch], begun: str, after: int) -> None:
    """Prove what would be merged after a promotion: epoch ``begun``, behind the event ``after``.

    ``epochs`` are those of the copy. Raises ``KeptUnread``. Whatever the copy has is not read
    again, so this is a matter of milliseconds where the Pi was level.
    """
    starts = [EpochStart(one.epoch, one.cut_seq + 1) for one in epochs]
    starts.append(EpochStart(begun, after + 1))
    for path, had in records.to_merge(starts):
        if not path.exists():
            raise KeptUnread(path.name, FileNotFoundError())
        try:
            check_after(path, had)
        except (JournalError, OSError) as error:
            raise KeptUnread(path.name, error) from error


def _why(error: Exception) -> tuple[str, str]:
    match error:
        case JournalDamaged():
            return error.problem.zh.rstrip("。"), error.problem.en.rstrip(".")
        case JournalError():
            return error.zh.rstrip("。"), error.en.rstrip(".")
        case FileNotFoundError():
            return "文件不见了", "the file is gone"
        case OSError():
            words = error.strerror or type(error).__name__
            return words, words
    return str(error), str(error)


def kept_unread(error: KeptUnread, folder: Path, *, from_kept: bool) -> Refusal:
    """Return why this Pi was not promoted, and what a person can do."""
    data = {"file": str(folder / error.file)}
    if from_kept:
        return Refusal(
            "kept_unread",
            f"本机当主控时保留的流水 {error.file} 不能用（{error.zh}），没有接替。请停止服务，用 "
            "hallctl restore 恢复备份，启动后再执行 hallctl hub promote --from-kept。",
            f"The journal {error.file} that this Pi kept of its time as hub cannot be used "
            f"({error.en}): it was not promoted. Stop the daemon, restore a backup with hallctl "
            "restore, start it, and give hallctl hub promote --from-kept again.",
            data,
        )
    return Refusal(
        "kept_unread",
        f"本机当主控时保留的流水 {error.file} 不能用（{error.zh}），其中发出的号码可能会重号，"
        "没有接替。请看大厅里最新的号票，再执行 hallctl hub promote --without-kept，"
        "随后 hallctl ticket jump 号码。",
        f"The journal {error.file} that this Pi kept of its time as hub cannot be used "
        f"({error.en}), and numbers that it gave could be given twice: it was not promoted. Look "
        "at the newest slip in the hall, then give: hallctl hub promote --without-kept, and after "
        "it: hallctl ticket jump NUMBER.",
        data,
    )
