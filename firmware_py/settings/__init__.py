"""What a hall's configuration file may say: one ``msgspec.Struct`` a table.

Defaults are those of a usual hall; a range or choice stands beside its field. What the hall decides
by is in ``rules``; here are the whole file, the places of the hall, its devices and this machine.
Reading the file, with all of its mistakes named at once, is in ``firmware_py.config.file``.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from firmware_py.settings.mirror import MirrorSettings
from firmware_py.settings.rules import (
    DaySettings,
    FormSettings,
    LimitSettings,
    NumberSettings,
    PeopleSettings,
    QueueSettings,
    QuotaSettings,
    RatingSettings,
    ReasonSettings,
    SeasonSettings,
    SpecialDaySettings,
    WeekdaySettings,
    WeightSettings,
)
from firmware_py.settings.spread import SpreadSettings
from firmware_py.settings.types import (
    Date,
    Filled,
    Name,
    Percent,
    Positive,
    Spans,
    Table,
    TimeOfDay,
    Weekday,
    Words,
)

__all__ = [
    "BrightnessStep", "BrokerSettings", "ControlSettings", "Date", "DaySettings", "DeviceSettings",
    "DisplaysSettings", "FormSettings", "HallSettings", "JournalSettings", "KioskSettings",
    "LimitSettings", "LineConfig", "MirrorSettings", "Name", "NodeSettings", "NumberSettings",
    "PeopleSettings", "Positive",
    "PrivacySettings", "QueueSettings", "QuotaSettings", "RatingSettings", "ReasonSettings",
    "SeasonSettings", "Settings", "Spans", "SpecialDaySettings", "SpreadSettings", "Table",
    "VoiceSettings", "WallSettings", "Weekday", "WeekdaySettings", "WeightSettings",
    "WindowSettings", "Words",
]  # fmt: skip


class HallSettings(Table, frozen=True, kw_only=True):
    """``[hall]``: who we are. ``id`` names the hall on the broker."""

    id: Name
    name: Words
    #: Name of this Pi on the broker.
    node: Name = "hub"
    roles: tuple[Literal["hub", "kiosk", "window", "wall", "standby"], ...] = (
        "hub",
        "kiosk",
        "window",
        "wall",
    )
    timezone: Filled = "Asia/Shanghai"
    #: The bench plays a day in a minute by a clock of its own (``runtime.bench_clock``).
    clock: Annotated[str, Meta(pattern=r"^(machine|file:.+)$", examples=["machine"])] = "machine"
    #: Relative to the folder of the configuration file.
    catalogue: Filled = "items.toml"


class NodeSettings(Table, frozen=True, kw_only=True):
    """One of ``[nodes.NAME]``: a Pi beside the hub, and what stands at it.

    Devices that its windows, kiosks, walls and voices name are its own; all others are the hub's.
    """

    roles: Annotated[tuple[Literal["kiosk", "window", "wall", "standby"], ...], Meta(min_length=1)]
    windows: tuple[Name, ...] = ()
    kiosks: tuple[Name, ...] = ()
    walls: tuple[Name, ...] = ()
    voices: tuple[Name, ...] = ()


class WindowSettings(Table, frozen=True, kw_only=True):
    """One of ``[[windows]]``: what stands at it, by device name."""

    id: Name
    name: Words | None = None
    skills: tuple[Filled, ...] | None = None
    pad: Filled | None = None
    #: The taxpayer's own pad, where ``pad`` is the clerk's alone: it rates, and nothing else.
    rating_pad: Filled | None = None
    strip: Filled | None = None
    lamp: Filled | None = None
    button: Filled | None = None
    #: Prints its acceptance forms; without one ``[forms] printer`` does.
    printer: Filled | None = None
    #: Scans the documents of its tickets.
    scanner: Filled | None = None
    card_reader: Filled | None = None
    code_scanner: Filled | None = None
    #: The clerk's screen, for the taxpayer's.
    mirror: MirrorSettings | None = None
    #: What the taxpayer's screen shows between two people: pictures for this one of
    #: ``[displays] screens``.
    idle: Name | None = None


class KioskSettings(Table, frozen=True, kw_only=True):
    """One of ``[[kiosks]]``: its printer; a button, or a card alone, takes ``item``."""

    id: Name
    printer: Filled | None = None
    button: Filled | None = None
    item: Filled | None = None
    #: What its screen is like: people choose an item, or one big button takes ``item``.
    choose: Literal["item", "one"] = "item"
    card_reader: Filled | None = None
    code_scanner: Filled | None = None
    #: Its own loudspeaker, for its screen's words; never for calls.
    voice: Filled | None = None
    #: Relative to the data folder; ``hallctl kiosk pin`` makes it.
    pin_file: Filled | None = None


class WallSettings(Table, frozen=True, kw_only=True):
    """One of ``[[walls]]``: an LED wall that shows calls."""

    id: Name
    display: Filled
    #: A layout's name or path; without one all of ``rows`` show calls.
    layout: Filled | None = None
    rows: Annotated[int, Meta(ge=1, le=32)] = 4
    min_show_s: Annotated[float, Meta(ge=0, le=120)] = 8.0


class BrightnessStep(Table, frozen=True, kw_only=True):
    """One of ``brightness``: so bright from then on, until the next step."""

    since: TimeOfDay = msgspec.field(name="from")
    percent: Annotated[int, Meta(ge=0, le=100)]


class DisplaysSettings(Table, frozen=True, kw_only=True):
    """``[displays]``: what all walls have in common, and which of them are screens."""

    #: A folder of notices and price lists, relative to that of the configuration file.
    notices: Filled | None = None
    #: Steps of the day, for each display that has a command for it; its own options come first.
    brightness: tuple[BrightnessStep, ...] = ()
    #: Walls that ``hall-screen wall --wall ID`` draws: notices name them as they name the others.
    screens: tuple[Name, ...] = ()


class VoiceSettings(Table, frozen=True, kw_only=True):
    """One of ``[[voices]]``: who hears it, and what it says and when."""

    id: Name
    device: Filled
    #: Windows whose calls it says; none: all.
    windows: tuple[Name, ...] | None = None
    languages: Annotated[tuple[Literal["zh", "en"], ...], Meta(min_length=1)] = ("zh", "en")
    #: How often a call is said.
    times: Annotated[int, Meta(ge=1, le=5)] = 2
    zh: Filled = "请{number}号到{window}号窗口"
    en: Filled = "Ticket {number}, please go to window {window}"
    #: Per cent; ``volumes`` are ``[from, to, per cent]`` for other hours.
    volume: Percent = 80
    volumes: tuple[tuple[TimeOfDay, TimeOfDay, Percent], ...] = ()
    #: Hours in which calls are not said.
    quiet: Spans = ()
    #: Minutes before closing at which it says so; 0 never.
    closing_soon_min: Annotated[int, Meta(ge=0, le=120)] = 0
    closing_zh: Filled = "各位纳税人请注意，离下班还有{minutes}分钟，请抓紧时间办理"
    closing_en: Filled = "Your attention please. The hall closes in {minutes} minutes"
    most_waiting: Annotated[int, Meta(ge=1, le=200)] = 30
    #: A call that has waited longer is not said.
    stale_s: Annotated[int, Meta(ge=10, le=3600)] = 120


class LineConfig(Table, frozen=True, kw_only=True):
    """One of ``[lines.NAME]``: a serial line or socket that several devices share."""

    port: Filled
    settings: dict[str, Any] = msgspec.field(default_factory=dict)


class DeviceSettings(Table, frozen=True, kw_only=True):
    """One of ``[devices.NAME]``; ``options`` belong to its kind and are checked by it."""

    kind: Filled
    #: Its own port, or the name of a shared line.
    port: Filled | None = None
    line: Filled | None = None
    line_settings: dict[str, Any] = msgspec.field(default_factory=dict)
    options: dict[str, Any] = msgspec.field(default_factory=dict)
    #: Must stand in what the device says it is, in capitals or not; else it is not used.
    expect_identity: Filled | None = None
    enabled: bool = True


class BrokerSettings(Table, frozen=True, kw_only=True):
    """``[broker]``: the hall's MQTT broker; without the table the hall works alone."""

    host: Filled = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65_535)] = 1883
    username: Filled | None = None
    #: A file that holds the password alone; it is never in the configuration itself.
    password_file: Filled | None = None
    ca_file: Filled | None = None
    #: This machine's certificate, whose name is ``hall.node``, and its private key.
    cert_file: Filled | None = None
    key_file: Filled | None = None
    keepalive_s: Annotated[int, Meta(ge=2, le=300)] = 5
    #: Consumers whose acknowledged position decides from where the hall sends again.
    consumers: tuple[Name, ...] = ("centre",)


class JournalSettings(Table, frozen=True, kw_only=True):
    """``[journal]``: where the hall remembers. Backups go to a second place on a timer.

    Both are relative to the data folder.
    """

    path: Filled = "journal.db"
    backup_folder: Filled | None = None
    backup_every_min: Annotated[int, Meta(ge=1, le=1440)] = 30
    backups_kept: Annotated[int, Meta(ge=1, le=1000)] = 12
    #: Days after which events are compacted to figures.
    keep_days: Annotated[int, Meta(ge=1, le=3650)] = 92


class PrivacySettings(Table, frozen=True, kw_only=True):
    """``[privacy]``: what is kept of people, encrypted, and for how long.

    Both folders are relative to the data folder; ``keys`` may be on another medium.
    """

    #: Days after its own for which a day can be read; 0: until it is over.
    keep_days: Annotated[int, Meta(ge=0, le=3650)] = 30
    vault: Filled = "vault"
    keys: Filled = "keys"


class ControlSettings(Table, frozen=True, kw_only=True):
    """``[control]``: the Unix socket for screens and ``hallctl``."""

    #: Relative to the runtime folder.
    socket: Filled = "hall.sock"
    #: Members of this Unix group may use it beside its owner; empty means the owner alone.
    group: Annotated[str, Meta(pattern=r"^([a-z_][a-z0-9_-]{0,31})?$", examples=["hall"])] = ""


class Settings(Table, frozen=True, kw_only=True):
    """The whole file."""

    hall: HallSettings
    nodes: dict[Name, NodeSettings] = msgspec.field(default_factory=dict)
    spread: SpreadSettings = SpreadSettings()
    day: DaySettings = DaySettings()
    numbers: NumberSettings = NumberSettings()
    quotas: QuotaSettings = QuotaSettings()
    people: PeopleSettings = PeopleSettings()
    queue: QueueSettings = QueueSettings()
    limits: LimitSettings = LimitSettings()
    rating: RatingSettings = RatingSettings()
    forms: FormSettings = FormSettings()
    windows: tuple[WindowSettings, ...] = ()
    kiosks: tuple[KioskSettings, ...] = ()
    walls: tuple[WallSettings, ...] = ()
    displays: DisplaysSettings = DisplaysSettings()
    voices: tuple[VoiceSettings, ...] = ()
    lines: dict[Name, LineConfig] = msgspec.field(default_factory=dict)
    devices: dict[Name, DeviceSettings] = msgspec.field(default_factory=dict)
    broker: BrokerSettings | None = None
    journal: JournalSettings = JournalSettings()
    privacy: PrivacySettings = PrivacySettings()
    control: ControlSettings = ControlSettings()
