"""The hub's side of a copy: a file for whoever begins, until nobody fetches it any more."""

from __future__ import annotations

import asyncio
from base64 import b64decode
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from firmware_py.runtime import copy_shelf
from firmware_py.runtime.copy_shelf import CopyShelf
from firmware_py.store.copied import CopiedJournal, take_whole
from firmware_py.store.journal import Journal
from tests.e2e.scene import until
from tests.store.making import NODE, entry, opened

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def hub(folder: Path) -> Iterator[tuple[Journal, CopyShelf]]:
    with opened(folder / "journal.db", NODE) as journal:
        journal.append([entry(number) for number in range(1, 40)])
        yield journal, CopyShelf(journal)


async def fetched(shelf: CopyShelf, node: str) -> dict[str, Any]:
    """Ask for the file until it is made."""

    async def look() -> Any:
        return (await shelf.answer(node, "journal.file", {}))["file"]

    found: dict[str, Any] = await until(look, 60.0)
    return found


async def test_a_file_that_one_pi_fetches_is_not_taken_away_by_anothers_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copy_shelf, "PART", 4096)
    with hub(tmp_path) as (journal, shelf):
        file = await fetched(shelf, "standby-1")
        data, level = b"", {"after": journal.last_seq, "link": journal.last_hash.hex()}
        while len(data) < file["size"]:
            # A former hub, whose copy is level, asks each second.
            assert "page" in await shelf.answer("hub-2", "journal", level)
            about = {"name": file["name"], "at": len(data)}
            data += b64decode((await shelf.answer("standby-1", "journal.part", about))["bytes"])
        part = tmp_path / "part"
        part.write_bytes(data)
        take_whole(part, tmp_path / "copy.db")
        copy = CopiedJournal.open_copy(tmp_path / "copy.db")
        assert copy.last_seq == journal.last_seq
        await shelf.answer("standby-1", "journal", msgspec.structs.asdict(copy.wanted()))
        copy.close()
        # Now it goes on by pages, and the file is a card's room.
        assert not (tmp_path / "for-standby").exists()


async def test_a_file_that_took_long_to_make_is_fetched_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hub(tmp_path) as (journal, _):
        now, whole = [1000.0], Journal.backup
        shelf = CopyShelf(journal, lambda: now[0])

        def slowly(self: Journal, folder: Path, **more: Any) -> Path:
            """Make it of a journal of gigabytes."""
            now[0] += 10 * copy_shelf.FRESH_S
            return whole(self, folder, **more)

        monkeypatch.setattr(Journal, "backup", slowly)
        assert (await fetched(shelf, "standby-1"))["size"] > 0
        # Long after that it is made anew: too much would have to follow by pages.
        now[0] += 2 * copy_shelf.FRESH_S
        assert await shelf.answer("standby-1", "journal.file", {}) == {"file": None}
        assert (await fetched(shelf, "standby-1"))["size"] > 0
        await shelf.stop()


async def test_what_a_killed_hub_left_for_its_standby_goes_with_the_first_page(
    tmp_path: Path,
) -> None:
    left = tmp_path / "for-standby"
    left.mkdir()
    (left / ".journal-backup.part").write_bytes(bytes(4096))
    (left / "journal-2-hub-000000000039.db").write_bytes(bytes(4096))
    with hub(tmp_path) as (journal, shelf):
        level = {"after": journal.last_seq, "link": journal.last_hash.hex()}
        await shelf.answer("standby-1", "journal", level)
        assert not left.exists()


async def test_a_hub_that_stops_does_not_wait_for_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hub(tmp_path) as (journal, shelf):
        begun, whole = asyncio.Event(), Journal.backup
        loop = asyncio.get_running_loop()

        def slowly(
            self: Journal, folder: Path, *, keep: int = 7, between: Callable[[], None]
        ) -> Path:
            """Make one of a journal so large that it never ends."""
            loop.call_soon_threadsafe(begun.set)
            while True:
                between()

        monkeypatch.setattr(Journal, "backup", slowly)
        assert await shelf.answer("standby-1", "journal.file", {}) == {"file": None}
        async with asyncio.timeout(60):
            await begun.wait()
            await shelf.stop()
        assert not (tmp_path / "for-standby").exists()
        monkeypatch.setattr(Journal, "backup", whole)
        assert (await fetched(CopyShelf(journal), "standby-1"))["size"] > 0
