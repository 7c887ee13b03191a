"""What happened beside the queue: alarms, notices, a technician's acts, the clock."""

from __future__ import annotations

from dataclasses import dataclass

from firmware_py.core.model import AlarmKind, Level

__all__ = [
    "ActionTaken",
    "AlarmAcknowledged",
    "AlarmCleared",
    "AlarmRaised",
    "ClockSet",
    "NoticeRemoved",
    "NoticeShown",
]


@dataclass(frozen=True, slots=True)
class AlarmRaised:
    """An alarm began, or went from amber to red."""

    alarm: str
    kind: AlarmKind
    level: Level
    subject: str
    window: str | None = None
    value_s: int = 0


@dataclass(frozen=True, slots=True)
class AlarmAcknowledged:
    """The duty manager has seen it."""

    alarm: str
    by: str


@dataclass(frozen=True, slots=True)
class AlarmCleared:
    """What caused it is over."""

    alarm: str


@dataclass(frozen=True, slots=True)
class NoticeShown:
    """A notice, or with ``lines`` a list, is for the walls (none named: all) from now on.

    ``since`` and ``until`` (not any more from then on) are ``YYYY-MM-DD HH:MM``, local, or empty.
    """

    notice: str
    text: str
    lines: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    priority: int = 0
    walls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoticeRemoved:
    """A notice is gone: somebody took it off (``removed``), or its time was over (``ended``)."""

    notice: str
    reason: str = "removed"


@dataclass(frozen=True, slots=True)
class ActionTaken:
    """A technician did something to the controller itself; who, stands beside the event."""

    action: str
    subject: str = ""
    #: Who, where it stays: of ``device.disable``.
    by: str = ""


@dataclass(frozen=True, slots=True)
class ClockSet:
    """Hall time plus the offset is the local wall clock from now on."""

    wall_offset_ms: int
