"""What a printer's status bytes say, and the sentences for people.

Source: Epson's ESC/POS command reference, DLE EOT and GS a; never tried on hardware.
"""

from __future__ import annotations

from dataclasses import dataclass

from devices.base import HealthState, Sentence, Status
from devices.errors import DeviceFault

__all__ = ["HEALTHY", "Condition"]


@dataclass(frozen=True, slots=True)
class Condition:
    """Everything that a printer says of itself; all False is healthy."""

    offline: bool = False
    cover_open: bool = False
    #: Somebody holds the feed button.
    feeding: bool = False
    paper_end: bool = False
    paper_near_end: bool = False
    #: Some error, not told which.
    error: bool = False
    recoverable: bool = False
    cutter: bool = False
    unrecoverable: bool = False
    #: Recovers by itself: a hot print head.
    overheated: bool = False

    @classmethod
    def from_real_time(
        cls, printer: int, paper: int, offline_cause: int = 0x12, error: int = 0x12
    ) -> Condition:
        """Read the answers of DLE EOT 1, 4, 2 and 3 (one byte each)."""
        return cls(
            offline=bool(printer & 0x08),
            cover_open=bool(offline_cause & 0x04),
            feeding=bool(offline_cause & 0x08 or printer & 0x40),
            paper_end=bool(paper & 0x60 or offline_cause & 0x20),
            paper_near_end=bool(paper & 0x0C),
            error=bool(offline_cause & 0x40),
            recoverable=bool(error & 0x04),
            cutter=bool(error & 0x08),
            unrecoverable=bool(error & 0x20),
            overheated=bool(error & 0x40),
        )

    @classmethod
    def from_automatic(cls, block: bytes) -> Condition:
        """Read a block of automatic status back (four bytes)."""
        printer, error, paper, _ = block
        return cls(
            offline=bool(printer & 0x08),
            cover_open=bool(printer & 0x20),
            feeding=bool(printer & 0x40),
            paper_end=bool(paper & 0x0C),
            paper_near_end=bool(paper & 0x03),
            recoverable=bool(error & 0x04),
            cutter=bool(error & 0x08),
            unrecoverable=bool(error & 0x20),
            overheated=bool(error & 0x40),
        )

    def agrees_with(self, other: Condition) -> bool:
        """Say whether both tell the same of what a person must see to.

        Compared is what automatic status and DLE EOT have both, whatever the model.
        """
        return (self.offline, self.cover_open, self.paper_end) == (
            other.offline,
            other.cover_open,
            other.paper_end,
        )

    @property
    def status(self) -> Status:
        """The one thing that a person should know first."""
        for name, code in _WORST_FIRST:
            if getattr(self, name):
                state = HealthState.WARNING if code == "paper_near_end" else HealthState.FAULT
                return Status(state, code, SENTENCES[code])
        return Status(HealthState.OK, "ok", SENTENCES["ok"])

    @property
    def fault(self) -> DeviceFault | None:
        """What stops a ticket now, or None."""
        status = self.status
        if status.state is not HealthState.FAULT:
            return None
        return DeviceFault(status.code, status.say.zh, status.say.en)


#: Which bit is told first: what a person can mend at once, before what follows from it.
_WORST_FIRST = (
    ("cover_open", "cover_open"),
    ("cutter", "cutter"),
    ("unrecoverable", "unrecoverable"),
    ("overheated", "overheated"),
    ("paper_end", "paper_end"),
    ("recoverable", "error"),
    ("error", "error"),
    ("offline", "offline"),
    ("paper_near_end", "paper_near_end"),
)

SENTENCES = {
    "ok": Sentence("取号小票打印机正常。", "The ticket printer is ready."),
    "paper_near_end": Sentence(
        "小票纸即将用完，请备好新纸卷。", "The ticket paper is nearly out: have a new roll ready."
    ),
    "paper_end": Sentence(
        "小票打印机缺纸，请更换纸卷。", "The ticket printer is out of paper: put in a new roll."
    ),
    "cover_open": Sentence(
        "小票打印机上盖未关好，请合上。", "The ticket printer's cover is open: close it."
    ),
    "cutter": Sentence(
        "小票打印机切刀卡住，请关机取出卡纸后再开机。",
        "The ticket printer's cutter is jammed: switch off, take out the paper, switch on.",
    ),
    "unrecoverable": Sentence(
        "小票打印机故障，请关机后重新开机；仍不正常请报修。",
        "The ticket printer has failed: switch it off and on; if that does not help, call service.",
    ),
    "overheated": Sentence(
        "小票打印机打印头过热，稍候会自行恢复。",
        "The ticket printer's head is too hot; it recovers by itself in a while.",
    ),
    "error": Sentence(
        "小票打印机出错，请打开上盖检查纸张后合上。",
        "The ticket printer has an error: open the cover, check the paper, close it.",
    ),
    "offline": Sentence(
        "小票打印机脱机，请检查其按键和指示灯。",
        "The ticket printer is offline: check its buttons and lamps.",
    ),
    "starting": Sentence("正在连接小票打印机。", "The ticket printer is being opened."),
}

HEALTHY = Condition()
