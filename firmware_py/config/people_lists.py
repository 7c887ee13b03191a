"""The centre's lists of people, as files: grades and appointments by keyed hash. Pure.

UTF-8, one line a record, fields with commas between and no quotes; the first line names them::

    grades.csv                    hash,grade             A or disabled
    appointments-2026-11-23.csv   hash,code,time,item    hash or code may be empty, not both

``hash`` is ``store.person_hash`` with the key that hall and centre share: 32 hexadecimal digits in
small letters. ``time`` is ``HH:MM`` of that day, ``item`` an id of the catalogue. A list is whole
or refused; a refusal names lines and fields and never what stood in them.
"""

from __future__ import annotations

import io
import re
from bisect import bisect_left
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from devices.base import Sentence
from firmware_py.core.rules import Trait

__all__ = [
    "GRADES",
    "MOST_BYTES",
    "AppointmentRow",
    "Appointments",
    "BadList",
    "Grades",
    "day_of",
    "is_list",
    "read_appointments",
    "read_grades",
]

GRADES = "grades.csv"
#: A list of 200,000 grades has 7.8 million bytes.
MOST_BYTES = 8_000_000
MOST_APPOINTMENTS = 20_000
#: Mistakes that are told; the rest is counted.
_TOLD = 5

_APPOINTMENTS = re.compile(r"appointments-([0-9]{4}-[0-9]{2}-[0-9]{2})\.csv")
_HASH = re.compile(r"[0-9a-f]{32}")
_CODE = re.compile(r"[!-+\--~]{4,128}")
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_BYTES = 16
#: How a grade is written -> its bit.
_BITS = MappingProxyType({"A": 1, "disabled": 2})
_TRAITS = ((1, Trait.A_GRADE), (2, Trait.DISABLED))


class BadList(ValueError):
    """A list that cannot be used; ``zh`` and ``en`` name its lines, never what stood there."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


def is_list(name: str) -> bool:
    """Say whether a file of this name is one of the lists."""
    return name == GRADES or day_of(name) is not None


def day_of(name: str) -> str | None:
    """Return the date whose appointments a file holds; None for any other file."""
    found = _APPOINTMENTS.fullmatch(name)
    return found[1] if found else None


class Grades:
    """Hashes and what they entitle to: 17 bytes each, looked up by halving."""

    __slots__ = ("_bits", "_hashes")

    def __init__(self, found: dict[bytes, int]) -> None:
        ordered = sorted(found)
        self._hashes = b"".join(ordered)
        self._bits = bytes(found[one] for one in ordered)

    def __len__(self) -> int:
        return len(self._bits)

    def of(self, person: str) -> tuple[Trait, ...]:
        """Return what the hash ``person`` entitles to."""
        wanted = bytes.fromhex(person)
        at = bisect_left(range(len(self)), wanted, key=self._hash)
        if at == len(self) or self._hash(at) != wanted:
            return ()
        return tuple(trait for bit, trait in _TRAITS if self._bits[at] & bit)

    def _hash(self, at: int) -> bytes:
        return self._hashes[at * _BYTES : (at + 1) * _BYTES]


@dataclass(frozen=True, slots=True, repr=False)
class AppointmentRow:
    """One appointment: at ``seconds`` of its day, for an item. Never shown as a whole."""

    person: str
    code: str
    seconds: int
    item: str

    @property
    def known_by(self) -> str:
        """What tells it from all others of the day."""
        return f"{self.seconds},{self.item},{self.person},{self.code}"


class Appointments:
    """The appointments of one day, by hash and by code."""

    def __init__(self, rows: Sequence[AppointmentRow]) -> None:
        self.count = len(rows)
        self._by_person: dict[str, list[AppointmentRow]] = {}
        self._by_code: dict[str, AppointmentRow] = {}
        for row in rows:
            if row.person:
                self._by_person.setdefault(row.person, []).append(row)
            if row.code:
                self._by_code[row.code] = row

    def of_person(self, person: str) -> Sequence[AppointmentRow]:
        """Return somebody's appointments, the earliest first."""
        return sorted(self._by_person.get(person, ()), key=lambda row: row.seconds)

    def of_code(self, code: str) -> AppointmentRow | None:
        """Return the appointment of a code."""
        return self._by_code.get(code)


def read_grades(data: bytes) -> Grades:
    """Return the grades of a file. The same hash may stand in several lines with several grades.

    Raises ``BadList``.
    """
    found: dict[bytes, int] = {}

    def take(line: int, fields: Sequence[str], wrong: Wrong) -> None:
        person, grade = fields
        if not _HASH.fullmatch(person):
            wrong(line, "hash", "应为 32 位小写十六进制", "is not 32 hexadecimal digits")
        elif grade not in _BITS:
            wrong(line, "grade", "应为 A 或 disabled", "is not A or disabled")
        else:
            key = bytes.fromhex(person)
            found[key] = found.get(key, 0) | _BITS[grade]

    _read(data, ("hash", "grade"), take)
    return Grades(found)


def read_appointments(data: bytes, items: Container[str]) -> Appointments:
    """Return the appointments of a file; ``items`` are the ids of the catalogue.

    Raises ``BadList``.
    """
    rows: list[AppointmentRow] = []
    codes: dict[str, int] = {}

    def take(line: int, fields: Sequence[str], wrong: Wrong) -> None:
        person, code, time, item = fields
        clock = _TIME.fullmatch(time)
        if person and not _HASH.fullmatch(person):
            wrong(line, "hash", "应为 32 位小写十六进制", "is not 32 hexadecimal digits")
        elif code and not _CODE.fullmatch(code):
            wrong(line, "code", "应为 4 至 128 个可见字符", "is not 4 to 128 visible characters")
        elif not person and not code:
            wrong(line, "hash", "与 code 不能都为空", "and code are both empty")
        elif clock is None:
            wrong(line, "time", "应写成 09:30", "is not written as 09:30")
        elif item not in items:
            wrong(line, "item", "不在事项目录中", "is not in the catalogue")
        elif code and code in codes:
            first = codes[code]
            wrong(line, "code", f"与第 {first} 行重复", f"is that of line {first}")
        elif len(rows) >= MOST_APPOINTMENTS:
            wrong(line, "", f"超过 {MOST_APPOINTMENTS} 条", f"is one more than {MOST_APPOINTMENTS}")
        else:
            if code:
                codes[code] = line
            rows.append(
                AppointmentRow(person, code, int(clock[1]) * 3600 + int(clock[2]) * 60, item)
            )

    _read(data, ("hash", "code", "time", "item"), take)
    return Appointments(rows)


Wrong = Callable[[int, str, str, str], None]


def _read(
    data: bytes, names: tuple[str, ...], take: Callable[[int, Sequence[str], Wrong], None]
) -> None:
    if len(data) > MOST_BYTES:
        raise BadList(
            f"文件超过 {MOST_BYTES} 字节。", f"The file is longer than {MOST_BYTES} bytes."
        )
    told: list[Sentence] = []
    count = 0

    def wrong(line: int, field: str, zh: str, en: str) -> None:
        nonlocal count
        count += 1
        if count <= _TOLD:
            name = f" {field}" if field else ""
            told.append(Sentence(f"第 {line} 行{name} {zh}", f"line {line}:{name} {en}"))

    lines = _lines(data)
    if next(lines, "") != ",".join(names):
        head = ",".join(names)
        raise BadList(f"第 1 行应为 {head}。", f"Line 1 is not {head}.")
    for number, line in enumerate(lines, 2):
        fields = line.split(",")
        if not line:
            continue
        if len(fields) != len(names):
            wrong(number, "", f"应有 {len(names)} 项", f"has not {len(names)} fields")
        else:
            take(number, fields, wrong)
    if count:
        zh, en = "；".join(one.zh for one in told), "; ".join(one.en for one in told)
        more = count - len(told)
        raise BadList(
            zh + (f"；另有 {more} 行有误。" if more else "。"),
            en + (f"; and {more} more." if more else "."),
        )


def _lines(data: bytes) -> Iterator[str]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        # The error carries the bytes.
        raise BadList(f"第 {line} 行不是 UTF-8。", f"Line {line} is not UTF-8.") from None
    for row in io.StringIO(text, newline="\n"):
        yield row.strip(" \r\n")
