"""Settings of a sign that speaks the Alpha protocol."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import msgspec

from devices.errors import WrongSetting
from devices.led_wall.alpha import LONGEST_STRING
from devices.led_wall.options import Dots, PanelOptions
from devices.led_wall.words import LETTERS, Words

__all__ = ["AlphaOptions"]

#: What the sign keeps for itself: its priority file, its counters, "every label".
_NOT_LABELS = frozenset("012345?")
_COLOUR_BYTES = 2

Label = Annotated[str, msgspec.Meta(pattern="^[!-~]$")]


class AlphaOptions(PanelOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One sign. It writes letters only; several may share an RS-485 line."""

    usual_words: ClassVar[Words] = LETTERS

    #: Characters of a line. ``width``, ``height`` and ``font`` only draw the bench's picture.
    characters: Annotated[int, msgspec.Meta(ge=4, le=120)] = 20
    width: Dots = 160
    height: Dots = 16
    rows: Annotated[int, msgspec.Meta(ge=1, le=16)] = 1
    #: ``Z`` is every type of sign; ``address`` 0 is every sign.
    sign_type: Label = "Z"
    address: Annotated[int, msgspec.Meta(ge=0, le=255)] = 0
    checksum: bool = True
    #: Most signs answer only when they were told to.
    ack: bool = False
    #: ``strings``: a STRING file a line, so that only changed lines go out. ``priority``: the
    #: whole page in the priority file, for signs whose memory something else divides.
    files: Literal["strings", "priority"] = "strings"
    text_label: Label = "A"
    #: A label for each line.
    string_labels: Annotated[str, msgspec.Meta(pattern="^[!-~]{1,16}$")] = "abcdefghijklmnop"
    #: Divide the sign's memory at each opening, which erases its files. False: it was done.
    divide_memory: bool = True
    #: How long the sign is deaf after that: never seen on hardware.
    divided_s: Annotated[float, msgspec.Meta(ge=0.0, le=2.0)] = 0.5
    #: Where the text stands: 0x30 fill, 0x20 middle, 0x22 top, 0x26 bottom. One program has
    #: 0x26 for fill and 0x30 for top.
    position: Annotated[int, msgspec.Meta(ge=0x20, le=0x7E)] = 0x30
    #: ``b`` holds still; the sign itself moves what is too wide. ``a`` moves always.
    mode: Annotated[str, msgspec.Meta(pattern="^[a-v]$")] = "b"
    #: The pause after each STX that the document asks for.
    pause_s: Annotated[float, msgspec.Meta(ge=0.0, le=1.0)] = 0.1
    #: Dim by this mode of the dimming register; none: the sign is not dimmed.
    dim_mode: Annotated[int, msgspec.Meta(ge=0, le=255)] | None = None
    wire_baud: Annotated[int, msgspec.Meta(ge=1200, le=10_000_000)] = 9600

    def __post_init__(self) -> None:
        """Refuse what no sign can be. Raises ``ValueError``."""
        super().__post_init__()
        labels = (self.text_label, *self.string_labels[: self.rows])
        if len(labels) != self.rows + 1 or len(set(labels)) != len(labels):
            raise WrongSetting(
                f"{self.rows} 行各需一个标签，且不能是 {self.text_label}",
                f"{self.rows} rows need a label each, none of them {self.text_label}",
            )
        if _NOT_LABELS & set(labels):
            raise WrongSetting(
                "0 到 5 和 ? 是显示屏自用的标签", "0 to 5 and ? are the sign's own labels"
            )
        page = self.rows * (self.characters + _COLOUR_BYTES + 1) - 1
        if self.files == "priority" and page > LONGEST_STRING:
            raise WrongSetting(
                f"{self.rows} 行、每行 {self.characters} 字共 {page} 字节，优先文件只能放 "
                f"{LONGEST_STRING} 字节：请用 files = strings",
                f"{self.rows} rows of {self.characters} characters are {page} bytes, the priority "
                f"file holds {LONGEST_STRING}: take files = strings",
            )

    @property
    def columns(self) -> int:
        """How many columns a line has: one a character."""
        return self.characters

    @property
    def dims(self) -> bool:
        """Whether the sign is dimmed."""
        return self.dim_mode is not None
