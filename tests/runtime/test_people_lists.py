"""The centre's lists in a hall: what is taken, what is refused and how it is named, what stays."""

from __future__ import annotations

import hashlib
import logging
import tracemalloc
from collections.abc import Sequence
from pathlib import Path

import pytest

from firmware_py.config.people_lists import BadList, read_appointments, read_grades
from firmware_py.core.rules import Trait
from firmware_py.runtime.people_lists import Lists, PeopleLists
from firmware_py.runtime.person_finder import PersonFinder
from firmware_py.store.person_hash import person_hash
from tests.runtime.conftest import ITEMS, KEY

#: The standard's own example of a number; its HMAC-SHA256 with the key, reckoned with openssl.
NUMBER = "11010519491231002X"
HASH = "85c657eb060419cea837964dbb93cc4d"
OTHER = "0123456789abcdef0123456789abcdef"
DAY = "2026-11-23"
TODAYS = f"appointments-{DAY}.csv"


def grades(*rows: str) -> bytes:
    return "\n".join(("hash,grade", *rows, "")).encode()


def booked(*rows: str) -> bytes:
    return "\n".join(("hash,code,time,item", *rows, "")).encode()


def test_a_hash_is_the_one_that_the_page_for_the_centre_describes() -> None:
    assert person_hash(bytes.fromhex(KEY), NUMBER) == HASH


def now(lists: PeopleLists) -> Lists:
    """Return the lists as they are now; what was known of them before may have changed."""
    return lists.now


def test_somebody_in_the_lists_is_found_and_nobody_else(lists: PeopleLists, folder: Path) -> None:
    (folder / "grades.csv").write_bytes(
        grades(f"{HASH},A", f"{OTHER},disabled", f"{HASH},disabled")
    )
    (folder / TODAYS).write_bytes(
        booked(f"{HASH},,15:00,A01", f"{HASH},YY-1,09:30,D01", ",YY-2,10:00,A01")
    )
    lists.look(DAY)
    finder = PersonFinder(lambda: None)
    found = finder.by_number(NUMBER, lists.now, DAY)
    assert found.grades == (Trait.A_GRADE, Trait.DISABLED)
    assert [(one.time, one.item) for one in found.appointments] == [
        ("09:30", "D01"),
        ("15:00", "A01"),
    ]
    assert finder.by_number("440524188001010014", lists.now, DAY).grades == ()
    by_code = finder.by_code("YY-2", lists.now, DAY)
    assert by_code is not None
    assert (by_code.time, by_code.item) == ("10:00", "A01")
    assert finder.by_code("YY-3", lists.now, DAY) is None


@pytest.mark.parametrize(
    ("data", "zh", "en"),
    [
        (b"", "第 1 行应为 hash,grade", "Line 1 is not hash,grade"),
        (b"hash;grade\n", "第 1 行应为", "Line 1 is not"),
        (grades(f"{OTHER},A", f"{NUMBER},A"), "第 3 行 hash", "line 3: hash"),
        (grades(f"{OTHER.upper()},A"), "第 2 行 hash", "line 2: hash"),
        (grades(f"{OTHER},B"), "第 2 行 grade", "line 2: grade"),
        (grades(f"{OTHER},A,张三"), "第 2 行 应有 2 项", "line 2: has not 2 fields"),
        (grades(OTHER, OTHER, OTHER, OTHER, OTHER, OTHER, OTHER), "另有 2 行", "and 2 more"),
        (b"hash,grade\n\xd5\xc5\xc8\xfd,A\n", "第 2 行不是 UTF-8", "Line 2 is not UTF-8"),
        (b"x" * 8_000_001, "超过 8000000 字节", "longer than 8000000 bytes"),
    ],
)
def test_a_wrong_line_is_named_and_never_what_stood_in_it(data: bytes, zh: str, en: str) -> None:
    with pytest.raises(BadList) as raised:
        read_grades(data)
    assert zh in raised.value.zh
    assert en in raised.value.en
    for private in (NUMBER, OTHER, "张三", "B"):
        assert private not in raised.value.en.replace("Bytes", "")


@pytest.mark.parametrize(
    ("rows", "en"),
    [
        ([",,09:30,A01"], "line 2: hash and code are both empty"),
        ([f"{OTHER},,9:30,A01"], "line 2: time"),
        ([f"{OTHER},,24:00,A01"], "line 2: time"),
        ([f"{OTHER},,09:30,Z99"], "line 2: item is not in the catalogue"),
        ([f"{OTHER},YY,09:30,A01"], "line 2: code"),
        ([f"{OTHER},YY 42 42,09:30,A01"], "line 2: code"),
        ([",YY-42,09:30,A01", ",YY-42,10:30,A01"], "line 3: code is that of line 2"),
    ],
)
def test_an_appointment_that_cannot_be_is_named(rows: Sequence[str], en: str) -> None:
    with pytest.raises(BadList, match=en):
        read_appointments(booked(*rows), ITEMS)


def test_a_mark_of_utf_8_blank_lines_and_windows_line_ends_are_no_mistake() -> None:
    data = b"\xef\xbb\xbfhash,grade\r\n" + OTHER.encode() + b",A\r\n\r\n"
    assert read_grades(data).of(OTHER) == (Trait.A_GRADE,)


def test_a_bad_file_changes_nothing_and_is_said_once(
    lists: PeopleLists, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "grades.csv").write_bytes(grades(f"{OTHER},A"))
    lists.look(DAY)
    (folder / "grades.csv").write_bytes(grades(f"{NUMBER},A"))
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            lists.look(DAY)
    assert len(caplog.records) == 1
    assert NUMBER not in caplog.text
    assert lists.now.grades is not None
    assert lists.now.grades.of(OTHER) == (Trait.A_GRADE,)
    assert set(lists.now.wrong) == {"grades.csv"}
    (folder / "grades.csv").unlink()
    lists.look(DAY)
    assert now(lists).grades is None
    assert not now(lists).wrong


def booked_items(lists: PeopleLists) -> list[str]:
    appointments = lists.now.appointments
    return [] if appointments is None else [row.item for row in appointments.of_person(OTHER)]


def test_appointments_hold_for_their_day_and_go_when_it_is_over(
    lists: PeopleLists, folder: Path
) -> None:
    (folder / TODAYS).write_bytes(booked(f"{OTHER},,09:30,A01"))
    (folder / "appointments-2026-11-24.csv").write_bytes(booked(f"{OTHER},,10:30,D01"))
    lists.look(DAY, DAY)
    assert booked_items(lists) == ["A01"]
    lists.look(None)
    assert now(lists).appointments is None
    lists.look("2026-11-24", "2026-11-24")
    assert booked_items(lists) == ["D01"]
    assert sorted(path.name for path in folder.iterdir()) == ["appointments-2026-11-24.csv"]


def test_a_key_that_others_may_read_is_not_used(lists: PeopleLists, tmp_path: Path) -> None:
    lists.look(DAY)
    assert now(lists).key == bytes.fromhex(KEY)
    (tmp_path / "people.key").chmod(0o640)
    lists.look(DAY)
    assert now(lists).key is None
    assert "chmod 600" in now(lists).wrong["key_file"].zh
    (tmp_path / "people.key").chmod(0o600)
    lists.look(DAY)
    assert now(lists).key == bytes.fromhex(KEY)
    assert now(lists).wrong == {}


@pytest.mark.parametrize("text", ["", "00" * 15, "not hexadecimal at all, in no way"])
def test_a_key_that_is_none_is_said_without_it(
    lists: PeopleLists, tmp_path: Path, text: str
) -> None:
    (tmp_path / "people.key").write_text(text)
    lists.look(DAY)
    assert now(lists).key is None
    assert not text or text not in now(lists).wrong["key_file"].en
    (tmp_path / "people.key").unlink()
    lists.look(DAY)
    assert "No such file" in now(lists).wrong["key_file"].en


def test_a_list_that_is_brought_is_whole_for_its_owner_alone_and_in_use(
    lists: PeopleLists, folder: Path
) -> None:
    lists.look(DAY)
    taken = lists.bring("grades.csv", grades(f"{OTHER},A"))
    assert (taken.rows, taken.changed) == (1, True)
    assert now(lists).grades is not None
    assert (folder / "grades.csv").stat().st_mode & 0o777 == 0o600
    assert not lists.bring("grades.csv", grades(f"{OTHER},A")).changed
    with pytest.raises(BadList):
        lists.bring("grades.csv", grades("x,A"))
    assert (folder / "grades.csv").read_bytes() == grades(f"{OTHER},A")
    assert [path.name for path in folder.iterdir()] == ["grades.csv"]
    for name in ("../grades.csv", "other.csv", "appointments-today.csv"):
        with pytest.raises(BadList, match="is called"):
            lists.bring(name, grades())


def test_fifty_thousand_grades_take_less_than_a_megabyte_and_are_found() -> None:
    rows = [hashlib.sha256(b"%d" % n).hexdigest()[:32] for n in range(50_000)]
    data = grades(*(f"{row},{'A' if n % 7 else 'disabled'}" for n, row in enumerate(rows)))
    tracemalloc.start()
    try:
        found = read_grades(data)
        used = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert len(found) == 50_000
    assert used < 1_000_000
    assert found.of(rows[7]) == (Trait.DISABLED,)
    assert all(found.of(row) for row in rows[:500])
    assert found.of(OTHER) == ()
