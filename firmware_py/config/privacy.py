"""Checks of where personal data and their keys lie: apart, and neither where backups go."""

from __future__ import annotations

from pathlib import Path

from firmware_py.config.lines import KeyPath
from firmware_py.config.mistakes import Findings
from firmware_py.settings import Settings

__all__ = ["check_privacy"]


def check_privacy(settings: Settings, found: Findings) -> None:
    """Add every two folders of which one would lie in the other."""
    privacy = settings.privacy
    places: list[tuple[KeyPath, str | None]] = [
        (("journal", "backup_folder"), settings.journal.backup_folder),
        (("privacy", "vault"), privacy.vault),
        (("privacy", "keys"), privacy.keys),
    ]
    for n, (at, folder) in enumerate(places):
        for before, other in places[:n]:
            if folder and other and _one_in_the_other(Path(folder), Path(other)):
                where = ".".join(map(str, before))
                found.add(
                    at,
                    f"must be a folder apart from {where} ({other}): keys, what they protect and "
                    "backups never lie together",
                    f"不能与 {where}（{other}）在同一目录：密钥、加密资料和备份必须分开存放",
                )


def _one_in_the_other(one: Path, other: Path) -> bool:
    # As they are written: a stick that is not plugged in has no real path yet.
    return one.is_relative_to(other) or other.is_relative_to(one)
