"""docs/configuration.md says of every table and kind exactly what the code does."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import msgspec
import pytest

from devices.registry import KINDS, load_options
from devices.transport import LineSettings
from firmware_py import settings as schema
from firmware_py.core.rules import Weight, Weights
from firmware_py.settings.mirror import MaskSettings

DOC = Path(__file__).parents[2] / "docs" / "configuration.md"

#: Headings of the document and what they describe; weights stand below the queue.
TABLES: dict[str, type[msgspec.Struct]] = {
    "[hall]": schema.HallSettings,
    "[nodes.NAME]": schema.NodeSettings,
    "[spread]": schema.SpreadSettings,
    "[day]": schema.DaySettings,
    "[day.weekdays]": schema.WeekdaySettings,
    "[[day.special]]": schema.SpecialDaySettings,
    "[[day.seasons]]": schema.SeasonSettings,
    "[numbers]": schema.NumberSettings,
    "[quotas]": schema.QuotaSettings,
    "[people]": schema.PeopleSettings,
    "[queue]": schema.QueueSettings,
    "[limits]": schema.LimitSettings,
    "[rating]": schema.RatingSettings,
    "[forms]": schema.FormSettings,
    "[[windows]]": schema.WindowSettings,
    "[windows.mirror]": schema.MirrorSettings,
    "[[windows.mirror.masks]]": MaskSettings,
    "[[kiosks]]": schema.KioskSettings,
    "[[walls]]": schema.WallSettings,
    "[[voices]]": schema.VoiceSettings,
    "[displays]": schema.DisplaysSettings,
    "[lines.NAME]": schema.LineConfig,
    "[devices.NAME]": schema.DeviceSettings,
    "[broker]": schema.BrokerSettings,
    "[journal]": schema.JournalSettings,
    "[privacy]": schema.PrivacySettings,
    "[control]": schema.ControlSettings,
    "Line settings": LineSettings,
}

#: Defaults that a sentence says better than a value.
IN_WORDS = {
    ("[hall]", "roles"),
    ("[day]", "weekdays"),
    ("[rating]", "reasons"),
    ("[forms]", "come"),
    ("[[windows]]", "name"),
    ("[lines.NAME]", "settings"),
    ("[devices.NAME]", "line_settings"),
}


def rows(heading: str) -> dict[str, tuple[bool, str]]:
    """Return key -> (must be there, default as written) of the section's tables."""
    text = DOC.read_text(encoding="utf-8")
    section = re.search(
        rf"^### `?{re.escape(heading)}`?\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL
    )
    assert section, f"no section {heading}"
    found = re.findall(r"^\| (\*\*)?`(\w+)`(?:\*\*)? \| ?(.*?) ?\|", section[1], re.MULTILINE)
    return {key: (bool(bold), default.strip("`")) for bold, key, default in found}


def written(value: Any) -> str:
    """Return a default as TOML writes it."""
    if value is None:
        return "none"
    if isinstance(value, tuple):
        return "[" + ", ".join(written(one) for one in value) + "]"
    return "{}" if value == {} else msgspec.json.encode(value).decode()


def described(kind: type[msgspec.Struct]) -> dict[str, tuple[bool, str]]:
    found = {}
    for one in msgspec.structs.fields(kind):
        made = one.default_factory
        default = made() if made is not msgspec.NODEFAULT else one.default
        found[one.name] = (one.required, "" if one.required else written(default))
    return found


@pytest.mark.parametrize("heading", TABLES)
def test_each_table_is_documented_key_by_key_with_its_default(heading: str) -> None:
    told, is_ = rows(heading), described(TABLES[heading])
    if heading == "[queue]":
        is_ |= described(schema.WeightSettings)
    for key in [key for table, key in IN_WORDS if table == heading]:
        assert told.pop(key)[1] not in {"", "none"}
        del is_[key]
    assert told == is_


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_kind_is_documented_option_by_option_with_its_default(kind: str) -> None:
    assert rows(kind) == described(load_options(kind))


def test_no_table_of_the_file_is_left_out() -> None:
    headings = {heading.strip("[]").partition(".")[0] for heading in TABLES} - {"Line settings"}
    assert headings == {one.name for one in msgspec.structs.fields(schema.Settings)}


def test_the_weights_that_stand_in_the_document_are_the_queues_own() -> None:
    [line] = [
        line for line in DOC.read_text("utf-8").splitlines() if "`[queue.weights]` holds" in line
    ]
    told = re.findall(r"`(\w+)` \(([\d.]+)(?:, (\d+) s)?", line)
    assert {name: Weight(float(rate), float(bonus or 0)) for name, rate, bonus in told} == {
        one.name: getattr(Weights(), one.name) for one in fields(Weights)
    }
