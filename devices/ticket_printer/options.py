"""What a technician may set for a ticket printer."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

__all__ = ["Confirm", "Options"]

Confirm = Literal["auto", "gs_h", "gs_r", "status"]
_Seconds = Annotated[float, Meta(ge=0.02, le=60)]


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Settings of one printer; every field has a default that fits a common 80 mm printer."""

    #: Width of the paper roll in mm.
    paper: Literal[80, 58] = 80
    #: Printable dots in a line; None: 576 on 80 mm, 384 on 58 mm (203 dpi).
    width_dots: Annotated[int, Meta(ge=192, le=832, multiple_of=8)] | None = None
    #: Name of a ticket template (``ticket-80``) or a path; empty: the one of the paper's width.
    template: Annotated[str, Meta(max_length=250)] = ""
    #: How the printer says that a job came out: its process id, its queued status, or only its
    #: state afterwards. ``auto`` tries them in this order when the printer opens.
    confirm: Confirm = "auto"
    #: Print the template's QR code.
    qr: bool = True
    #: ``none`` feeds the slip to the tear bar.
    cut: Literal["partial", "full", "none"] = "partial"
    #: When Chinese mode (FS &) is switched on: for each ticket; on a line of its own, for models
    #: where it begins with the next line; around each Chinese run, for models whose letters
    #: change in it; or never, for those that start in it.
    chinese: Literal["each_ticket", "own_line", "runs", "never"] = "each_ticket"
    #: Characters in the printer's memory; the others are drawn. Old models have GB2312 only.
    charset: Literal["gb18030", "gb2312"] = "gb18030"
    #: Let the printer report changes by itself (GS a) where that cannot be mistaken for GS r.
    asb: bool = True
    #: Time for one status byte.
    reply_timeout_s: _Seconds = 0.3
    #: Time for the wire to take one ticket.
    write_timeout_s: _Seconds = 2.0
    #: Time for a ticket to come out, counted from the last byte written.
    print_timeout_s: _Seconds = 8.0
    #: Time for the printer to show at open how it confirms.
    probe_timeout_s: _Seconds = 1.0
    #: ``confirm = "status"``: how long the printer must stay healthy after a ticket.
    settle_s: _Seconds = 1.5
    #: A status as young as this is not asked again before a ticket.
    fresh_s: _Seconds = 2.5

    @property
    def dots(self) -> int:
        """Printable dots in a line."""
        return self.width_dots or (576 if self.paper == 80 else 384)

    @property
    def template_name(self) -> str:
        """The template's name or path."""
        return self.template or f"ticket-{self.paper}"
