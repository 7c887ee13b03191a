"""Settings of LED displays in the hall's configuration file."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import msgspec

from devices.errors import WrongSetting
from devices.led_wall.page import Colour
from devices.led_wall.words import CHINESE, Words, worded

__all__ = ["BrightFrom", "Code", "Dots", "Eq2013Options", "PanelOptions"]

Card = Annotated[int, msgspec.Meta(ge=1, le=999)]
Dots = Annotated[int, msgspec.Meta(ge=8, le=9999)]
Code = Annotated[int, msgspec.Meta(ge=0, le=99)]
TimeOfDay = Annotated[
    str, msgspec.Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["07:00"])
]


class BrightFrom(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``{ from = "07:00", percent = 60 }``: so bright from then on, until the next step."""

    since: TimeOfDay = msgspec.field(name="from")
    #: 0 is as dark as the card goes, which some show as off.
    percent: Annotated[int, msgspec.Meta(ge=0, le=100)]


class PanelOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every display has, whatever protocol its card speaks."""

    #: The words of a hall that says nothing in ``texts``.
    usual_words: ClassVar[Words] = CHINESE

    #: The panel in dots.
    width: Dots = 192
    height: Dots = 64
    #: Lines of text, one below the other, each of height // rows dots.
    rows: Annotated[int, msgspec.Meta(ge=1, le=16)] = 4
    #: Height of a character in dots.
    font: Literal[16, 24, 32] = 16
    #: The colours that the panel has; a line in another colour is shown in the first.
    colours: tuple[Colour, ...] = ("red", "green", "yellow")
    #: False for a card or a wiring that never answers (RS-485 without the way back).
    ack: bool = True
    #: Counted from the moment when the last byte can have arrived at ``wire_baud``.
    ack_timeout_s: Annotated[float, msgspec.Meta(ge=0.05, le=2.0)] = 0.5
    retries: Annotated[int, msgspec.Meta(ge=0, le=5)] = 2
    #: Speed of the last wire to the card; the same as the line's ``baud``. Only the wait for the
    #: answer depends on it.
    wire_baud: Annotated[int, msgspec.Meta(ge=1200, le=10_000_000)] = 57600
    #: Seconds between two sendings of an unchanged page.
    refresh_s: Annotated[float, msgspec.Meta(ge=1.0, le=3600.0)] = 60.0
    #: Other words on this display: ``{ closed = "CLOSED" }``; names as in ``words.Words``.
    texts: dict[str, str] = {}
    #: Instead of the hall's; the last step holds over midnight. Whoever drives the display
    #: follows it.
    brightness: tuple[BrightFrom, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what no panel can be. Raises ``ValueError``."""
        if self.font * self.rows > self.height:
            raise WrongSetting(
                f"{self.rows} 行 {self.font} 点阵字需要 height {self.font * self.rows}，"
                f"而不是 {self.height}",
                f"{self.rows} rows of font {self.font} need height {self.font * self.rows}, "
                f"not {self.height}",
            )
        if self.width < self.font:
            raise WrongSetting(
                f"width {self.width} 放不下一个 {self.font} 点阵字",
                f"width {self.width} is less than one character of font {self.font}",
            )
        if not self.colours:
            raise WrongSetting(
                "colours: 至少要写一种颜色", "colours: must name at least one colour"
            )
        worded(self.usual_words, self.texts)
        if self.brightness and not self.dims:
            raise WrongSetting(
                "brightness: 这种显示屏没有调节亮度的命令",
                "brightness: this display has no command for it",
            )

    @property
    def dims(self) -> bool:
        """Whether the display has a command for its brightness."""
        return False

    @property
    def columns(self) -> int:
        """How many columns a line has (see ``page.columns``)."""
        return self.width * 2 // self.font

    @property
    def words(self) -> Words:
        """What the hall says on this display."""
        return worded(self.usual_words, self.texts)


class Eq2013Options(PanelOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An EQ2013 card with its panel. One strip per window: several cards may share a line.

    57600 baud is the document's.
    """

    #: The card's number, set on the card; several on one RS-485 line differ in it.
    card: Card = 1
    #: Numbers of the card's effects: how a still line appears, how a long one moves.
    effect: Code = 1
    scroll_effect: Code = 49
    #: ``%ZS``: its unit was never seen on hardware; 3 is the document's.
    speed: Code = 3
    #: ``%ZH``, how long a line stands: unit never seen on hardware; 6000 is the document's.
    hold: Annotated[int, msgspec.Meta(ge=0, le=9999)] = 6000
    #: ``all``: what changed goes out in one frame. ``one``: a frame a line, each answered, for
    #: cards that take one zone a frame.
    zones_per_frame: Literal["all", "one"] = "all"
