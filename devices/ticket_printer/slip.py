"""What stands on a ticket, as plain data, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["How", "Printed", "Slip"]

How = Literal["gs_h", "gs_r", "status"]


@dataclass(frozen=True, slots=True)
class Slip:
    """One ticket for one person. No personal data: a number, not a name.

    Every ``_zh`` text has its ``_en``; the template says which of them stands where.
    """

    number: str
    hall_zh: str
    item_zh: str
    #: As printed: ``2026-03-02 09:15``.
    issued: str
    #: People before this ticket; None where nobody knows.
    ahead: int | None = None
    hall_en: str = ""
    item_en: str = ""
    #: As printed, with its "about": ``约15分钟``, ``~15 min``.
    wait_zh: str = ""
    wait_en: str = ""
    papers_zh: tuple[str, ...] = ()
    papers_en: tuple[str, ...] = ()
    #: What the QR code says; empty prints none.
    qr: str = ""
    title_zh: str = ""
    title_en: str = ""
    #: The same number may be on paper already: the slip is marked so.
    reprint: bool = False
    #: The second or a later one of several copies.
    copy: bool = False
    #: ``en`` adds the template's English lines.
    lang: Literal["zh", "en"] = "zh"


@dataclass(frozen=True, slots=True)
class Printed:
    """What is known of a ticket whose bytes all went to the printer.

    ``confirmed`` is True only when the printer said so in the way ``how``: ``gs_h`` (all before
    it is printed), ``gs_r`` (all before it was processed) or ``status`` (healthy until the slip
    must have been out: the weakest).
    """

    confirmed: bool
    how: How
