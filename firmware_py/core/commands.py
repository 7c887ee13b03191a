"""What may be asked of the hall. Imperative; each is content only.

The id that makes a command count once, and who gave it, travel beside it (``Submission`` in
``firmware_py.app``). ``COMMANDS`` holds the names used on the control socket and the broker.
"""

from __future__ import annotations

from dataclasses import dataclass

from firmware_py.core.commands_checks import CheckCommand
from firmware_py.core.commands_papers import FORM_COMMANDS, PaperCommand
from firmware_py.core.commands_spread import SPREAD_COMMANDS, SpreadCommand
from firmware_py.core.rules import Trait

__all__ = ["COMMANDS", "Command"]


@dataclass(frozen=True, slots=True)
class OpenDay:
    """Open the business day ``day`` (``YYYY-MM-DD``); the same day again goes on with it.

    ``override`` is the duty manager's word that a later date, opened before, was wrong.
    """

    day: str
    override: bool = False


@dataclass(frozen=True, slots=True)
class CloseDay:
    """Close the day; whoever is left is closed with ``reason``."""

    reason: str = "closing_time"


@dataclass(frozen=True, slots=True)
class SetClosingTime:
    """Close at ``at`` (``HH:MM``) today: later than planned, or ``earlier`` when it says so."""

    at: str
    earlier: bool = False


@dataclass(frozen=True, slots=True)
class JumpSeries:
    """Go on after ``number`` in its series: slips up to it are out that the journal does not know.

    ``day`` (``YYYY-MM-DD``) is the business day of these slips; when nobody can say it, the next
    day that opens goes on after them too. ``reason`` is ``last_slip`` (seen in the hall),
    ``old_journal`` (the journal that a restore replaced) or ``safe_gap`` (reckoned).
    """

    number: str
    day: str | None = None
    reason: str = "last_slip"


@dataclass(frozen=True, slots=True)
class TakeTicket:
    """Take a ticket for ``item`` at ``origin`` (a kiosk, ``hallctl``).

    ``appointment_ms`` is the hall time of an appointment, ``person`` a keyed hash, and so is
    ``appointment``, which tells which one it is: each counts once. ``override`` is the duty
    manager's word against hours, quotas, the last ticket and one open number a person.
    """

    item: str
    origin: str = ""
    traits: tuple[Trait, ...] = ()
    appointment_ms: int | None = None
    person: str | None = None
    override: bool = False
    appointment: str | None = None


@dataclass(frozen=True, slots=True)
class CancelTicket:
    """Cancel a ticket that is not finished."""

    number: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TransferTicket:
    """Send a ticket to another item, window or (``window="desk"``) the exception desk.

    It keeps its place in time. ``at``: refused unless this window has it in hand.
    """

    number: str
    item: str | None = None
    window: str | None = None
    at: str | None = None


@dataclass(frozen=True, slots=True)
class ParkTicket:
    """Park a ticket in hand: a paper is lacking, the taxpayer is back within minutes.

    ``at``: refused unless this window has it in hand.
    """

    number: str
    reason: str = ""
    at: str | None = None


@dataclass(frozen=True, slots=True)
class ResumeTicket:
    """Bring back a parked or missed ticket, or one left when the day closed too early."""

    number: str


@dataclass(frozen=True, slots=True)
class ReprintTicket:
    """Print a ticket's paper again, at ``origin`` or where it was taken."""

    number: str
    origin: str = ""


@dataclass(frozen=True, slots=True)
class OpenWindow:
    """Open a window, with its clerk's number."""

    window: str
    clerk: str = ""


@dataclass(frozen=True, slots=True)
class PauseWindow:
    """Send a window on a break; a ticket in hand may still be finished."""

    window: str


@dataclass(frozen=True, slots=True)
class ResumeWindow:
    """End a window's break."""

    window: str


@dataclass(frozen=True, slots=True)
class CloseWindow:
    """Close a window that has nobody."""

    window: str


@dataclass(frozen=True, slots=True)
class SetWindowSkills:
    """Change what a window takes; None is everything."""

    window: str
    skills: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class CallNext:
    """Call the next ticket; ends the service in hand, if one runs.

    ``number``: only if no other ticket than this is in hand; empty: only if none is.
    """

    window: str
    number: str | None = None


@dataclass(frozen=True, slots=True)
class CallTicket:
    """Call a ticket by its number, out of turn."""

    window: str
    number: str


@dataclass(frozen=True, slots=True)
class Recall:
    """Call the ticket in hand again (only ``number``, if given)."""

    window: str
    number: str | None = None


@dataclass(frozen=True, slots=True)
class StartService:
    """The called taxpayer is here (only ``number``, if given)."""

    window: str
    number: str | None = None


@dataclass(frozen=True, slots=True)
class FinishService:
    """The work is done (only ``number``'s, if given); the pad asks for the rating."""

    window: str
    number: str | None = None


@dataclass(frozen=True, slots=True)
class MarkMissed:
    """The called taxpayer did not come (过号; only ``number``, if given)."""

    window: str
    number: str | None = None


@dataclass(frozen=True, slots=True)
class AskRating:
    """Ask for a rating: ends the service in hand; else asks again for the last transaction's.

    Only of ``number``, if given.
    """

    window: str
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """Give a rating at a window's pad, or for a ``number``; ``reason`` belongs to a bad one."""

    score: int
    window: str | None = None
    number: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class GiveReason:
    """Why a rating was bad: the id of one of the hall's reasons, or words.

    For ``number``, or the transaction last rated at ``window``; once, and soon after the rating.
    """

    reason: str
    window: str | None = None
    number: str | None = None


@dataclass(frozen=True, slots=True)
class CallHelp:
    """A window calls the duty manager."""

    window: str


@dataclass(frozen=True, slots=True)
class AcknowledgeAlarm:
    """The duty manager has seen it. ``by`` says who."""

    alarm: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class ShowNotice:
    """Show ``text`` on walls (with ``lines``: a list, such as of prices); the same id replaces it.

    ``since`` and ``until`` are local: ``2026-10-01`` or ``2026-10-01 09:00``; a date alone is the
    whole day. Only notices of the highest ``priority`` (0 to 9) are on show. ``walls`` none: all.
    """

    text: str
    notice: str = ""
    lines: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    priority: int = 0
    walls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RemoveNotice:
    """Take a notice off the walls."""

    notice: str


@dataclass(frozen=True, slots=True)
class RecordAction:
    """A technician did ``action`` (``device.restart`` ...) to ``subject``.

    Who it was stands beside each event; ``by`` says it in those whose effect lasts: a device that
    is disabled says by whom (``device.disable``, ``device.enable``).
    """

    action: str
    subject: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class SetClock:
    """Hall time plus ``wall_offset_ms`` is the local wall clock from now on."""

    wall_offset_ms: int


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed: raise, change or clear what depends on it."""


Command = (
    OpenDay
    | CloseDay
    | SetClosingTime
    | JumpSeries
    | TakeTicket
    | CancelTicket
    | TransferTicket
    | ParkTicket
    | ResumeTicket
    | ReprintTicket
    | OpenWindow
    | PauseWindow
    | ResumeWindow
    | CloseWindow
    | SetWindowSkills
    | CallNext
    | CallTicket
    | Recall
    | StartService
    | FinishService
    | MarkMissed
    | AskRating
    | Rate
    | GiveReason
    | CallHelp
    | AcknowledgeAlarm
    | ShowNotice
    | RemoveNotice
    | RecordAction
    | SetClock
    | Tick
    | PaperCommand
    | CheckCommand
    | SpreadCommand
)

#: Names for other programs. ``RecordAction``, ``SetClock`` and ``Tick`` are the daemon's own.
COMMANDS: dict[str, type[Command]] = {
    "day.open": OpenDay,
    "day.close": CloseDay,
    "day.closing": SetClosingTime,
    "series.jump": JumpSeries,
    "ticket.take": TakeTicket,
    "ticket.cancel": CancelTicket,
    "ticket.transfer": TransferTicket,
    "ticket.park": ParkTicket,
    "ticket.resume": ResumeTicket,
    "ticket.reprint": ReprintTicket,
    "window.open": OpenWindow,
    "window.pause": PauseWindow,
    "window.resume": ResumeWindow,
    "window.close": CloseWindow,
    "window.skills": SetWindowSkills,
    "window.next": CallNext,
    "window.call": CallTicket,
    "window.recall": Recall,
    "window.start": StartService,
    "window.finish": FinishService,
    "window.missed": MarkMissed,
    "window.ask_rating": AskRating,
    "window.help": CallHelp,
    "rate": Rate,
    "rate.reason": GiveReason,
    "alarm.ack": AcknowledgeAlarm,
    "notice.show": ShowNotice,
    "notice.remove": RemoveNotice,
    **FORM_COMMANDS,
    **SPREAD_COMMANDS,
}
