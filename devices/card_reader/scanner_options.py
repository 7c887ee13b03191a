"""Settings of a scanner of QR and bar codes."""

from __future__ import annotations

from typing import Annotated

import msgspec

from devices.card_reader.patterns import LONGEST, Pattern
from devices.errors import WrongSetting

__all__ = ["ScannerOptions"]

_Mark = Annotated[str, msgspec.Meta(max_length=8, pattern=r"^[ -~]*$")]


class ScannerOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A scanner on a serial port that ends each code with CR, LF or both."""

    #: What a ticket's code looks like; the hall prints ``2026-11-24/A001``.
    ticket: tuple[str, ...] = (r"\d{4}-\d{2}-\d{2}/[A-Z]?\d{1,6}", r"[A-Z]?\d{1,6}")
    #: What an appointment's code looks like; tried after the tickets'.
    appointment: tuple[str, ...] = ("[A-Z0-9-]{8,32}",)
    #: What the scanner is set to put before and behind each code; it must be there, and goes.
    prefix: _Mark = ""
    suffix: _Mark = ""
    longest: Annotated[int, msgspec.Meta(ge=4, le=LONGEST)] = LONGEST
    #: A code that does not go on for so long is given up. Seconds.
    gap_s: Annotated[float, msgspec.Meta(ge=0.05, le=5.0)] = 0.5
    #: The same code is not reported again before it was away for so long. Seconds.
    repeat_s: Annotated[float, msgspec.Meta(ge=0.0, le=60.0)] = 3.0

    def __post_init__(self) -> None:
        """Read the patterns. Raises ``WrongSetting``."""
        for option, patterns in (("ticket", self.ticket), ("appointment", self.appointment)):
            for text in patterns:
                try:
                    Pattern.of(text)
                except WrongSetting as error:
                    raise WrongSetting(f"{option}: {error.zh}", f"{option}: {error.en}") from error
        if not self.ticket and not self.appointment:
            raise WrongSetting(
                "ticket: 与 appointment 至少要有一种格式，否则扫码器不接受任何码",
                "ticket: give it or appointment; a scanner without patterns takes no code",
            )
