"""What a hall's configuration file may say: one ``msgspec.Struct`` a table.

Defaults are those of a usual hall; a range or choice stands beside its field. Reading the file,
with all of its mistakes named at once, is in ``firmware_py.config.file``.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from firmware_py.core.rules import USUAL_REASONS

__all__ = [
    "BrightnessStep", "BrokerSettings", "ControlSettings", "DaySettings", "DeviceSettings",
    "DisplaysSettings", "FormSettings", "HallSettings", "JournalSettings", "KioskSettings",
    "LimitSettings", "LineConfig", "NumberSettings", "PeopleSettings", "PrivacySettings",
    "QueueSettings", "QuotaSettings", "RatingSettings", "ReasonSettings", "SeasonSettings",
    "Settings", "SpecialDaySettings", "VoiceSettings", "WallSettings", "WeekdaySettings",
    "WeightSettings", "WindowSettings", "Words",
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


class HallSettings(Table, frozen=True, kw_only=True):
    """``[hall]``: who we are. ``id`` names the hall on the broker."""

    id: Name
    name: Words
    #: Name of this Pi on the broker.
    node: Name = "hub"
    roles: tuple[Literal["hub", "kiosk", "window", "wall"], ...] = (
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


class WeekdaySettings(Table, frozen=True, kw_only=True):
    """``[day.weekdays]``: hours of weekdays that differ; no hours mean a rest day."""

    monday: Spans | None = None
    tuesday: Spans | None = None
    wednesday: Spans | None = None
    thursday: Spans | None = None
    friday: Spans | None = None
    saturday: Spans | None = None
    sunday: Spans | None = None


class SpecialDaySettings(Table, frozen=True, kw_only=True):
    """One of ``[[day.special]]``: a date, or all up to ``last``, closed or with its own hours."""

    date: Date
    last: Date | None = None
    name: Words | None = None
    closed: bool = False
    hours: Spans | None = None


class SeasonSettings(Table, frozen=True, kw_only=True):
    """One of ``[[day.seasons]]``: other hours from one date to another, on days that are open."""

    first: Date
    last: Date
    hours: Spans
    weekdays: tuple[Weekday, ...] | None = None
    name: Words | None = None


class DaySettings(Table, frozen=True, kw_only=True):
    """``[day]``: opening hours. ``auto`` opens and closes the day by them."""

    mode: Literal["auto", "manual"] = "manual"
    hours: Spans = ()
    weekdays: WeekdaySettings = WeekdaySettings()
    special: tuple[SpecialDaySettings, ...] = ()
    seasons: tuple[SeasonSettings, ...] = ()
    #: Minutes before the end of a day's last span at which the last ticket is given.
    last_ticket_min: Annotated[int, Meta(ge=0, le=480)] = 0
    #: Minutes after closing time at which an automatic day is closed.
    close_after_min: Annotated[int, Meta(ge=0, le=480)] = 60
    #: A ticket printer that prints the day's report when the day is closed.
    report_printer: Filled | None = None


class NumberSettings(Table, frozen=True, kw_only=True):
    """``[numbers]``: one common series, or one by category (its prefix from the catalogue)."""

    mode: Literal["common", "category"] = "common"
    prefix: Annotated[str, Meta(pattern=r"^[A-Z]?$", examples=["A"])] = "A"
    digits: Annotated[int, Meta(ge=1, le=6)] = 3
    first: Annotated[int, Meta(ge=0, le=100_000)] = 1
    skip: tuple[Annotated[int, Meta(ge=0, le=1_000_000)], ...] = ()


class QuotaSettings(Table, frozen=True, kw_only=True):
    """``[quotas]``: tickets a day for the hall, a person, an item (by its id)."""

    day: Positive | None = None
    person: Positive | None = None
    items: dict[Filled, Positive] = {}


class WeightSettings(Table, frozen=True, kw_only=True):
    """One of ``[queue.weights.*]``: priority grows by ``rate`` a second, from ``bonus_s``."""

    rate: Rate
    bonus_s: Annotated[float, Meta(ge=0, le=36_000)] = 0.0


class PeopleSettings(Table, frozen=True, kw_only=True):
    """``[people]``: what an ID card or an appointment does when somebody takes a ticket."""

    #: Age in years from which a card gives the priority of elderly people.
    elderly_from: Annotated[int, Meta(ge=40, le=120)] = 60
    #: ``required``: kiosks with a card reader give no ticket without a card.
    card: Literal["optional", "required"] = "optional"
    one_open: bool = False
    key_file: Filled | None = None
    lists: Filled | None = None


class QueueSettings(Table, frozen=True, kw_only=True):
    """``[queue]``: how the queue works. See docs/architecture.md for the weights."""

    weights: dict[
        Literal["ordinary", "a_grade", "elderly", "appointment", "transferred", "returned"],
        WeightSettings,
    ] = {}
    exception_window: Filled | None = None
    auto_start_s: Seconds = 30
    next_guard_s: Annotated[float, Meta(ge=0, le=60)] = 3.0
    calls_before_missed: Positive = 1
    return_within_min: Annotated[int, Meta(ge=0, le=1440)] = 30
    return_after_calls: Annotated[int, Meta(ge=0, le=1000)] = 3
    appointment_early_min: Annotated[int, Meta(ge=0, le=240)] = 15
    appointment_late_min: Annotated[int, Meta(ge=0, le=240)] = 15


class LimitSettings(Table, frozen=True, kw_only=True):
    """``[limits]``: when alarms come. An item's own time limit is in the catalogue."""

    amber_share: Share = 0.8
    wait_s: Seconds = 1800
    idle_s: Seconds = 180


class ReasonSettings(Table, frozen=True, kw_only=True):
    """One of ``[[rating.reasons]]``: why a rating may be bad. Its id goes to journal and broker."""

    id: Annotated[str, Meta(pattern=r"^[a-z][a-z_]{0,31}$", examples=["long_wait"])]
    zh: Filled
    en: Filled


class RatingSettings(Table, frozen=True, kw_only=True):
    """``[rating]``: what the pad asks."""

    ask: bool = True
    wait_s: Seconds = 60
    scores: Annotated[int, Meta(ge=2, le=10)] = 5
    #: A score up to this is bad: it asks for a reason and reaches the duty manager.
    bad: Annotated[int, Meta(ge=0, le=9)] = 2
    #: So long after no answer was recorded one still counts, until the window calls again; 0 never.
    late_s: Seconds = 0
    #: So long after a bad rating its reason is taken.
    reason_wait_s: Seconds = 120
    #: In the order of the keys of pads that have any for them.
    reasons: Annotated[tuple[ReasonSettings, ...], Meta(max_length=12)] = tuple(
        ReasonSettings(id=name, zh=words.zh, en=words.en) for name, words in USUAL_REASONS.items()
    )


class FormSettings(Table, frozen=True, kw_only=True):
    """``[forms]``: acceptance forms (文书受理单) for papers that stay for the back office."""

    #: The calendar of holidays, relative to the folder of the configuration file.
    holidays: Filled | None = None
    #: When and where to come for a result; a clerk may write something else on a form.
    come: Words | None = None
    #: Working days before the due date at which the alarm is amber; red is the day itself.
    warn_days: Annotated[int, Meta(ge=0, le=60)] = 2
    #: Days for which one that is finished or withdrawn is still at hand.
    keep_days: Annotated[int, Meta(ge=1, le=366)] = 30
    #: Prints the forms of windows without a printer of their own.
    printer: Filled | None = None


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
    card_reader: Filled | None = None
    code_scanner: Filled | None = None


class KioskSettings(Table, frozen=True, kw_only=True):
    """One of ``[[kiosks]]``: its printer; a button, or a card alone, takes ``item``."""

    id: Name
    printer: Filled | None = None
    button: Filled | None = None
    item: Filled | None = None
    card_reader: Filled | None = None
    code_scanner: Filled | None = None


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
    """``[displays]``: what all LED displays have in common."""

    #: A folder of notices and price lists, relative to that of the configuration file.
    notices: Filled | None = None
    #: Steps of the day, for each display that has a command for it; its own options come first.
    brightness: tuple[BrightnessStep, ...] = ()


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
    settings: dict[str, Any] = {}


class DeviceSettings(Table, frozen=True, kw_only=True):
    """One of ``[devices.NAME]``; ``options`` belong to its kind and are checked by it."""

    kind: Filled
    #: Its own port, or the name of a shared line.
    port: Filled | None = None
    line: Filled | None = None
    line_settings: dict[str, Any] = {}
    options: dict[str, Any] = {}
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
    lines: dict[Name, LineConfig] = {}
    devices: dict[Name, DeviceSettings] = {}
    broker: BrokerSettings | None = None
    journal: JournalSettings = JournalSettings()
    privacy: PrivacySettings = PrivacySettings()
    control: ControlSettings = ControlSettings()
