"""What a technician may set for a ticket printer."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from devices.errors import WrongSetting
from devices.ticket_printer.extras import Buzzer

__all__ = ["Confirm", "Options"]

Confirm = Literal["auto", "gs_h", "gs_r", "status"]
_Seconds = Annotated[float, Meta(ge=0.02, le=60)]
_Name = Annotated[str, Meta(max_length=250)]


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Settings of one printer; every field has a default that fits a common 80 mm printer."""

    #: Width of the paper roll in mm.
    paper: Literal[80, 58] = 80
    #: Printable dots in a line; None: 576 on 80 mm, 384 on 58 mm (203 dpi).
    width_dots: Annotated[int, Meta(ge=192, le=832, multiple_of=8)] | None = None
    #: Name of a ticket template (``ticket-80``) or a path; empty: the one of the paper's width.
    template: _Name = ""
    #: The same for the day's report (``report-80``).
    report_template: _Name = ""
    #: The same for acceptance forms (``form-80``).
    form_template: _Name = ""
    #: How the printer says that a job came out: its process id, its queued status, or only its
    #: state afterwards. ``auto`` tries them in this order when the printer opens.
    confirm: Confirm = "auto"
    #: How the printer's state is known between two questions: it reports changes by itself (GS a),
    #: or it is only asked. ``auto`` finds out; GS r's answers cannot be told from such reports, so
    #: a printer that confirms by GS r is only asked.
    state: Literal["auto", "asb", "ask"] = "auto"
    #: Ask the printer at open who it is (GS I); clones that print the question need ``false``.
    ask_identity: bool = True
    #: Print the template's QR code.
    qr: bool = True
    #: How often each ticket is printed; the second and later ones are marked as copies.
    copies: Annotated[int, Meta(ge=1, le=5)] = 1
    #: ``none`` feeds the slip to the tear bar.
    cut: Literal["partial", "full", "none"] = "partial"
    #: A PNG, drawn at the top of each slip (a ticket is then 2 to 10 kB); a name in
    #: ``/etc/hall/templates``, or a path. Or a logo that was stored in the printer: by its number
    #: (FS p), or by its key (GS ( L), which costs a few bytes. One of the three.
    logo: _Name = ""
    logo_number: Annotated[int, Meta(ge=1, le=255)] | None = None
    logo_key: Annotated[str, Meta(pattern=r"^([ -~]{2})?$")] = ""
    #: Which command its buzzer knows, and how often it beeps after a slip.
    buzzer: Buzzer = "none"
    beeps: Annotated[int, Meta(ge=1, le=9)] = 2
    #: When Chinese mode (FS &) is switched on: for each ticket; on a line of its own, for models
    #: where it begins with the next line; around each Chinese run, for models whose letters
    #: change in it; or never, for those that start in it.
    chinese: Literal["each_ticket", "own_line", "runs", "never"] = "each_ticket"
    #: Characters in the printer's memory; the others are drawn. Old models have GB2312 only.
    charset: Literal["gb18030", "gb2312"] = "gb18030"
    #: The printer draws pictures (GS v 0): signatures, characters that it has not got, a logo.
    #: Without, a signed form says so in words, and 〓 stands for such a character.
    graphics: bool = True
    #: Time for one status byte.
    reply_timeout_s: _Seconds = 0.3
    #: Time for the wire to take one ticket.
    write_timeout_s: _Seconds = 2.0
    #: Time for a ticket to come out, counted from the last byte written; longer paper has more.
    print_timeout_s: _Seconds = 8.0
    #: Time for the printer to show at open how it confirms.
    probe_timeout_s: _Seconds = 1.0
    #: ``confirm = "status"``: how long the printer must stay healthy after a ticket.
    settle_s: _Seconds = 1.5
    #: A status as young as this is not asked again before a ticket.
    fresh_s: _Seconds = 2.5

    def __post_init__(self) -> None:
        """Refuse what contradicts itself. Raises ``ValueError``."""
        if self.state == "asb" and self.confirm == "gs_r":
            raise WrongSetting(
                'state: "asb" 的应答与 confirm "gs_r" 无法区分，请另选一种',
                'state: "asb" cannot be told from confirm "gs_r"; choose another',
            )
        logos = [bool(self.logo), self.logo_number is not None, bool(self.logo_key)]
        if sum(logos) > 1:
            raise WrongSetting(
                "logo、logo_number、logo_key 只能写一个",
                "name one of logo, logo_number and logo_key",
            )

    @property
    def dots(self) -> int:
        """Printable dots in a line."""
        return self.width_dots or (576 if self.paper == 80 else 384)

    @property
    def template_name(self) -> str:
        """The ticket template's name or path."""
        return self.template or f"ticket-{self.paper}"

    @property
    def report_template_name(self) -> str:
        """The report template's name or path."""
        return self.report_template or f"report-{self.paper}"

    @property
    def form_template_name(self) -> str:
        """The form template's name or path."""
        return self.form_template or f"form-{self.paper}"
