"""Lists that come in parts: put together, checked as a whole, acknowledged once."""

from __future__ import annotations

import asyncio
import hashlib
import os
from pathlib import Path
from typing import Any

import pytest

from firmware_py.core.commands import Command, RecordAction
from firmware_py.runtime.list_intake import ListIntake, ListRefused
from firmware_py.runtime.people_lists import PeopleLists
from tests.runtime.test_people_lists import OTHER, grades


class Desk:
    """A hall as the intake sees it."""

    def __init__(self, lists: PeopleLists) -> None:
        self.lists = lists
        self.recorded: list[tuple[Command, str]] = []

    def submit_own(self, command: Command, by: str = "halld") -> None:
        self.recorded.append((command, by))


async def send(intake: ListIntake, data: bytes, size: int = 20, **more: Any) -> dict[str, Any]:
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    told = {
        "by": "broker",
        "name": "grades.csv",
        "sha256": hashlib.sha256(data).hexdigest(),
        **more,
    }
    answer: dict[str, Any] = {}
    for n, piece in enumerate(pieces, 1):
        answer = await intake.take(part=n, parts=len(pieces), data=piece, **told)
    return answer


async def code_of(intake: ListIntake, data: bytes, **more: Any) -> str:
    with pytest.raises(ListRefused) as raised:
        await send(intake, data, **more)
    return raised.value.refusal.code


async def test_a_list_in_parts_is_taken_once_and_acknowledged(lists: PeopleLists) -> None:
    desk = Desk(lists)
    intake = ListIntake(desk, desk)
    data = grades(f"{OTHER},A")
    answer = await send(intake, data)
    assert (answer["rows"], answer["changed"], answer["got"]) == (1, True, answer["parts"])
    told = f"grades.csv 1 {hashlib.sha256(data).hexdigest()[:16]}"
    assert desk.recorded == [(RecordAction("people.list", told), "broker")]
    assert not (await send(intake, data))["changed"]
    assert len(desk.recorded) == 1


async def test_parts_that_come_twice_count_once_and_a_gap_begins_anew(lists: PeopleLists) -> None:
    desk = Desk(lists)
    intake = ListIntake(desk, desk)
    data = grades(f"{OTHER},A")
    told: dict[str, Any] = {
        "by": "broker",
        "name": "grades.csv",
        "sha256": hashlib.sha256(data).hexdigest(),
        "parts": 3,
    }
    for _ in range(2):
        assert (await intake.take(part=1, data=data[:9], **told))["got"] == 1
    with pytest.raises(ListRefused) as raised:
        await intake.take(part=3, data=data[20:], **told)
    assert raised.value.refusal.code == "part_missing"
    answer: dict[str, Any] = {}
    for part, piece in ((1, data[:9]), (2, data[9:20]), (2, data[9:20]), (3, data[20:])):
        answer = await intake.take(part=part, data=piece, **told)
    assert answer["changed"]


async def test_a_list_that_is_not_what_it_says_changes_nothing(
    lists: PeopleLists, folder: Path
) -> None:
    desk = Desk(lists)
    intake = ListIntake(desk, desk)
    good = grades(f"{OTHER},A")
    assert await code_of(intake, good, sha256="0" * 64) == "bad_sha256"
    assert await code_of(intake, good, name="../../etc/passwd") == "bad_list_name"
    assert await code_of(intake, grades("x,A")) == "bad_list"
    assert await code_of(intake, b"x" * 8_000_001, size=4_000_000) == "list_too_large"
    assert desk.recorded == []
    assert not (await asyncio.to_thread(os.listdir, folder))


def replace_by_a_file(folder: Path) -> None:
    folder.rmdir()
    folder.touch()


async def test_a_folder_that_cannot_be_written_is_said(lists: PeopleLists, folder: Path) -> None:
    replace_by_a_file(folder)
    desk = Desk(lists)
    assert await code_of(ListIntake(desk, desk), grades(f"{OTHER},A")) == "list_not_kept"
