"""Reads a hall's catalogue: what people come for (``config/items.toml``, docs/catalogue.md).

A Pi Zero takes a third of a second to read 214 items as TOML. So what was read and found right
is kept in the data folder beside the digest of the very bytes that it was read from: another
byte, another schema or a damaged copy, and the source is read again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from firmware_py.config.mistakes import ConfigError, Findings, close_to
from firmware_py.core.rules import Category, Item, Text
from firmware_py.settings import Name, Positive, Table, Words

__all__ = ["CardField", "Catalogue", "load_catalogue", "read_catalogue"]

Limit = Annotated[int, Meta(ge=1, le=86_400)]
#: Fields of ``devices.card_reader.people`` that may be kept.
CardField = Literal[
    "name",
    "sex",
    "birth",
    "number",
    "valid_from",
    "valid_to",
    "nation",
    "address",
    "authority",
    "pass_number",
    "issues",
    "name_zh",
    "country",
]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Categories and items by their ids, in the file's order."""

    categories: Mapping[str, Category]
    items: Mapping[str, Item]

    @property
    def skills(self) -> frozenset[str]:
        """What a window may be able to do."""
        return frozenset(item.skill for item in self.items.values())


class CategoryTable(Table, frozen=True, kw_only=True):
    """One of ``[[categories]]``."""

    id: Name
    prefix: Annotated[str, Meta(pattern=r"^[A-Z]$", examples=["A"])]
    name: Words
    #: A picture's name for screens.
    icon: Annotated[str, Meta(pattern=r"^[a-z_]{1,20}$", examples=["invoices"])] | None = None


class ItemTable(Table, frozen=True, kw_only=True):
    """One of ``[[items]]``. Without ``skill`` a window needs the skill of the category's name."""

    id: Name
    category: Name
    name: Words
    service_limit_s: Limit
    statutory_days: Annotated[int, Meta(ge=0, le=3650)] = 0
    papers: tuple[Words, ...] = ()
    elsewhere: tuple[Literal["terminal", "online"], ...] = ()
    initials: Annotated[str, Meta(pattern=r"^[a-z0-9]*$", examples=["xbnsrtc"])] = ""
    skill: Name | None = None
    quota: Positive | None = None
    wait_limit_s: Limit | None = None
    #: Fields of the taxpayer's card that this item needs later; kept encrypted, docs/privacy.md.
    keep: tuple[CardField, ...] = ()
    #: What a taxpayer checked on the outer screen is needed later too; kept likewise.
    keep_checks: bool = False


class CatalogueTable(Table, frozen=True, kw_only=True):
    """The whole file."""

    version: Literal[1]
    categories: tuple[CategoryTable, ...]
    items: tuple[ItemTable, ...]


def load_catalogue(path: Path, kept_in: Path | None = None) -> Catalogue:
    """Return the catalogue, from ``kept_in`` when that folder holds what these bytes say.

    Raises ``ConfigError`` with all mistakes.
    """
    catalogue, found = read_catalogue(path, kept_in)
    if found:
        raise ConfigError(found.mistakes())
    return catalogue


def read_catalogue(path: Path, kept_in: Path | None = None) -> tuple[Catalogue, Findings]:
    """Return what could be read of the catalogue, and its mistakes."""
    kept = _Kept(path, kept_in)
    catalogue = kept.read()
    if catalogue is not None:
        return catalogue, Findings(str(path))
    # Not needed, and so not loaded, at a usual start.
    from firmware_py.config.toml import read_toml
    from firmware_py.config.walk import convert

    data, found = read_toml(path)
    if not data and found:
        return Catalogue({}, {}), found
    table = convert(data, CatalogueTable, (), found)
    if table is None:
        return Catalogue({}, {}), found
    _check(table, found)
    catalogue = Catalogue(
        {entry.id: _category(entry) for entry in table.categories},
        {entry.id: _item(entry) for entry in table.items},
    )
    if not found:
        kept.write(catalogue)
    return catalogue, found


def _check(table: CatalogueTable, found: Findings) -> None:
    categories = [entry.id for entry in table.categories]
    _once("categories", "id", categories, found)
    _once("categories", "prefix", [entry.prefix for entry in table.categories], found)
    _once("items", "id", [entry.id for entry in table.items], found)
    for name, entries in (("categories", table.categories), ("items", table.items)):
        if not entries and not found.unsure((name,)):
            found.add((name,), "must not be empty", "不能为空")
    for n, entry in enumerate(table.items):
        for m, name in enumerate(entry.keep):
            if name in entry.keep[:m]:
                found.add(("items", n, "keep", m), f"{name} stands twice", f"{name} 重复")
        if (
            entry.category
            and entry.category not in categories
            and not found.unsure(("categories",))
        ):
            near = close_to(entry.category, categories)
            hint_en, hint_zh = (
                (f"; did you mean {near}?", f"，是否应为 {near}？") if near else ("", "")
            )
            found.add(
                ("items", n, "category"),
                f"there is no category {entry.category}{hint_en}",
                f"没有业务类别 {entry.category}{hint_zh}",
            )


def _once(table: str, key: str, values: Iterable[str], found: Findings) -> None:
    values = list(values)
    counts = Counter(values)
    for n, value in enumerate(values):
        if value and counts[value] > 1 and values.index(value) != n:
            first = found.lines.get((table, values.index(value), key), 0)
            found.add(
                (table, n, key),
                f"{value} stands twice (first on line {first})",
                f"{value} 重复（首次出现在第 {first} 行）",
            )


def _category(entry: CategoryTable) -> Category:
    return Category(entry.id, entry.prefix, _text(entry.name), entry.icon)


def _item(entry: ItemTable) -> Item:
    return Item(
        id=entry.id,
        category=entry.category,
        name=_text(entry.name),
        service_limit_s=entry.service_limit_s,
        skill=entry.skill or entry.category,
        statutory_days=entry.statutory_days,
        papers=tuple(_text(paper) for paper in entry.papers),
        elsewhere=entry.elsewhere,
        initials=entry.initials,
        wait_limit_s=entry.wait_limit_s,
        keep=entry.keep,
        keep_checks=entry.keep_checks,
        quota=entry.quota,
    )


def _text(words: Words) -> Text:
    return Text(words.zh, words.en)


class _Parts(msgspec.Struct, array_like=True):
    categories: dict[str, Category]
    items: dict[str, Item]


class _Kept:
    """The copy in the data folder: 32 bytes of digest over source and copy, then msgpack."""

    def __init__(self, source: Path, folder: Path | None) -> None:
        self._file = folder / "catalogue.kept" if folder is not None else None
        self._key = b""
        if folder is not None and folder.is_dir():
            with contextlib.suppress(OSError):
                shape = ",".join(
                    one.name for kind in (Category, Item, Text) for one in fields(kind)
                )
                self._key = hashlib.sha256(shape.encode() + b"\0" + source.read_bytes()).digest()

    def read(self) -> Catalogue | None:
        """Return the copy if it was made from these very bytes and is whole."""
        if self._file is None or not self._key:
            return None
        try:
            data = self._file.read_bytes()
            if data[:32] != self._digest(data[32:]):
                return None
            parts = msgspec.msgpack.decode(data[32:], type=_Parts)
        except (OSError, msgspec.DecodeError):
            return None
        return Catalogue(parts.categories, parts.items)

    def write(self, catalogue: Catalogue) -> None:
        """Keep a copy; a folder that takes none costs time at the next start, and no more."""
        if self._file is None or not self._key:
            return
        body = msgspec.msgpack.encode(_Parts(dict(catalogue.categories), dict(catalogue.items)))
        fresh = self._file.with_name(f".{self._file.name}.{os.getpid()}")
        try:
            fresh.write_bytes(self._digest(body) + body)
            fresh.replace(self._file)
        except OSError:
            with contextlib.suppress(OSError):
                fresh.unlink(missing_ok=True)

    def _digest(self, body: bytes) -> bytes:
        return hashlib.sha256(self._key + body).digest()
