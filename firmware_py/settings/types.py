"""What a value of the configuration may be: names, times, shares, and a table of the file."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

__all__ = [
    "Date", "Filled", "Name", "Percent", "Positive", "Rate", "Seconds", "Share", "Spans", "Table",
    "TimeOfDay", "Weekday", "Words",
]  # fmt: skip

Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$", examples=["pad-1"])]
TimeOfDay = Annotated[
    str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$", examples=["09:30"])
]
#: A day's hours: spans in order, the gap between two is a break.
Spans = tuple[tuple[TimeOfDay, TimeOfDay], ...]
Date = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", examples=["2026-10-01"])]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
#: Words, a reference, a path: anything but nothing.
Filled = Annotated[str, Meta(min_length=1, max_length=250)]
Seconds = Annotated[int, Meta(ge=0, le=86_400)]
Share = Annotated[float, Meta(gt=0, le=1)]
Rate = Annotated[float, Meta(gt=0, le=100)]
Positive = Annotated[int, Meta(ge=1)]
Percent = Annotated[int, Meta(ge=0, le=100)]


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the configuration file."""


class Words(Table, frozen=True, kw_only=True):
    """Words for people in both languages."""

    zh: Filled
    en: Filled
