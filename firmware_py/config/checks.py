"""Checks of what a configuration says in one place against what it says in another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from firmware_py.config.broker import check_broker
from firmware_py.config.catalogue import Catalogue
from firmware_py.config.hours import check_hours
from firmware_py.config.kiosks import check_kiosks
from firmware_py.config.lines import KeyPath
from firmware_py.config.mirrors import check_mirrors
from firmware_py.config.mistakes import Findings, close_to, path_text
from firmware_py.config.people import check_people
from firmware_py.config.voices import check_voices
from firmware_py.config.walk import listing
from firmware_py.settings import Settings

__all__ = ["check_references"]

#: Which family of devices each place takes.
_FAMILIES = {
    "pad": "pad",
    "rating_pad": "pad",
    "strip": "led_wall",
    "lamp": "lamp",
    "button": "button",
    "printer": "ticket_printer",
    "report_printer": "ticket_printer",
    "display": "led_wall",
    "device": "voice",
    "voice": "voice",
    "card_reader": "card_reader",
    "code_scanner": "card_reader",
    "scanner": "scanner",
}
_READERS = ("card_reader", "code_scanner")
_AT_WINDOWS = ("pad", "rating_pad", "strip", "lamp", "button", "printer", "scanner", *_READERS)


def check_references(settings: Settings, catalogue: Catalogue | None, found: Findings) -> None:
    """Add every contradiction to ``found``; without a catalogue those with it are left out."""
    for table, ids in (
        ("windows", [window.id for window in settings.windows]),
        ("kiosks", [kiosk.id for kiosk in settings.kiosks]),
        ("walls", [wall.id for wall in settings.walls]),
        ("voices", [voice.id for voice in settings.voices]),
    ):
        _once(table, ids, found)
    if "hub" not in settings.hall.roles:
        found.add(
            ("hall", "roles"),
            'without "hub" this Pi would have no queue; other roles alone are not supported yet',
            "缺少 hub 角色时本机没有排队数据；目前还不支持单独的其他角色",
        )
    _check_places(settings, found)
    check_kiosks(settings, found)
    check_mirrors(settings, found)
    check_broker(settings, found)
    check_people(settings, found)
    check_hours(settings.day, found)
    check_voices(settings, found)
    _check_timezone(settings, found)
    if settings.rating.bad >= settings.rating.scores:
        found.add(
            ("rating", "bad"),
            f"{settings.rating.bad} would make every score of {settings.rating.scores} a bad one",
            f"{settings.rating.bad} 会使 {settings.rating.scores} 分制的所有评价都成为差评",
        )
    windows = [window.id for window in settings.windows]
    desk = settings.queue.exception_window
    if desk and not found.unsure(("windows",)):
        _known(desk, windows, ("queue", "exception_window"), ("window", "窗口"), found)
    if catalogue is not None:
        _check_catalogue(settings, catalogue, found)


def _places(settings: Settings) -> Iterator[tuple[str, str, KeyPath]]:
    """Yield the device, the sort of place and the path of everything that names a device."""
    for table, entries, keys in (
        ("windows", settings.windows, _AT_WINDOWS),
        ("kiosks", settings.kiosks, ("printer", "button", "voice", *_READERS)),
        ("walls", settings.walls, ("display",)),
        ("voices", settings.voices, ("device",)),
    ):
        for n, entry in enumerate(entries):
            for key in keys:
                device = getattr(entry, key)
                if device:
                    yield device, key, (table, n, key)
    if settings.day.report_printer:
        yield settings.day.report_printer, "report_printer", ("day", "report_printer")
    if settings.forms.printer:
        yield settings.forms.printer, "printer", ("forms", "printer")


def _check_places(settings: Settings, found: Findings) -> None:
    first: dict[str, KeyPath] = {}
    for name, key, at in _places(settings):
        device = settings.devices.get(name)
        if device is None:
            if not found.unsure(("devices", name)):
                _known(name, settings.devices, at, ("device", "设备"), found)
            continue
        family, wanted = device.kind.partition(".")[0], _FAMILIES[key]
        if device.kind and family != wanted:
            found.add(
                at,
                f"{name} is a {family}, not a {wanted}",
                f"{name} 的类型是 {family}，此处应为 {wanted}",
            )
        owner = first.setdefault(name, at)
        # Kiosks, windows and reports may share a printer; nothing else can be in two places.
        if owner != at and key not in {"printer", "report_printer"}:
            place = path_text(owner)
            line = found.lines.get(owner, 0)
            found.add(
                at,
                f"{name} is already at {place} (line {line})",
                f"{name} 已用于 {place}（第 {line} 行）",
            )


def _check_timezone(settings: Settings, found: Findings) -> None:
    name = settings.hall.timezone
    if not name:
        return
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        found.add(
            ("hall", "timezone"),
            f'"{name}" is not a time zone (for example: Asia/Shanghai)',
            f"没有时区“{name}”（例如：Asia/Shanghai）",
        )


def _check_catalogue(settings: Settings, catalogue: Catalogue, found: Findings) -> None:
    for n, kiosk in enumerate(settings.kiosks):
        if kiosk.item:
            _known(kiosk.item, catalogue.items, ("kiosks", n, "item"), ("item", "事项"), found)
        if kiosk.button and not kiosk.item and not found.unsure(("kiosks", n, "item")):
            found.add(
                ("kiosks", n, "button"), "a button needs an item", "按钮取号需要写明 item（事项）"
            )
    skills = catalogue.skills
    for n, window in enumerate(settings.windows):
        for m, skill in enumerate(window.skills or ()):
            at: KeyPath = ("windows", n, "skills", m)
            _known(skill, sorted(skills), at, ("skill", "业务技能"), found, list_all=True)
    for item in settings.quotas.items:
        _known(item, catalogue.items, ("quotas", "items", item), ("item", "事项"), found)


def _known(
    word: str,
    known: Iterable[str],
    at: KeyPath,
    what: tuple[str, str],
    found: Findings,
    *,
    list_all: bool = False,
) -> None:
    """Report ``word`` unless it is known; ``what`` says in both languages what it should be."""
    names = list(known)
    if word in names:
        return
    near = close_to(word, names)
    en, zh = (f"; did you mean {near}?", f"，是否应为 {near}？") if near else ("", "")
    if list_all:
        en, zh = f" ({listing(names)}){en}", f"（可用：{listing(names)}）{zh}"
    found.add(at, f"there is no {what[0]} {word}{en}", f"没有{what[1]} {word}{zh}")


def _once(table: str, ids: Sequence[str], found: Findings) -> None:
    for n, one in enumerate(ids):
        if one and one in ids[:n]:
            line = found.lines.get((table, ids.index(one), "id"), 0)
            found.add(
                (table, n, "id"),
                f"{one} stands twice (first on line {line})",
                f"{one} 重复（首次出现在第 {line} 行）",
            )
