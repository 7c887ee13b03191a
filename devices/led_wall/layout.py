"""What stands where on a wall: zones of whole lines, from top to bottom. Pure."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from devices.errors import WrongSetting
from devices.led_wall.page import Align, Colour

__all__ = ["Layout", "Shown", "Zone"]

#: ``notices`` move or stand, ``lists`` are price lists and the like, page after page.
Shown = Literal["notices", "lists", "notices+lists", "text"]
Page = Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]


class Zone(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One ``[[zone]]``: ``rows`` lines below those of the zone before it."""

    show: Literal["calls", "notices", "lists", "notices+lists", "text"]
    rows: Annotated[int, msgspec.Meta(ge=1, le=16)] = 1
    #: Of calls, text and lists green by default, of notices yellow.
    colour: Colour | None = None
    #: A call in its first seconds.
    fresh: Colour = "red"
    align: Align = "center"
    #: How a notice appears: moving on one line, or standing on all of them, page after page.
    #: By default it moves where the zone has one line.
    effect: Literal["scroll", "still"] | None = None
    #: How long each page stands where several take turns.
    page_s: Annotated[float, msgspec.Meta(ge=1, le=600)] = 8.0
    #: How long a moving notice needs for one column; it is not replaced before it has passed.
    column_s: Annotated[float, msgspec.Meta(ge=0, le=5)] = 0.15
    #: With ``text``: the pages, each of at most ``rows`` lines.
    pages: tuple[Page, ...] = ()
    #: With ``calls``: what stands here while nobody is called or served.
    when_free: Shown | None = None

    def __post_init__(self) -> None:
        """Refuse what no zone can be. Raises ``ValueError``."""
        if self.when_free is not None and self.show != "calls":
            raise WrongSetting(
                "when_free: 只能写在显示叫号的区域中",
                "when_free: belongs to a zone that shows calls",
            )
        wants_pages = "text" in (self.show, self.when_free)
        if wants_pages and not self.pages:
            raise WrongSetting(
                "pages: 缺少此项，它是要显示的文字", "pages: missing; they are the text to show"
            )
        if self.pages and not wants_pages:
            raise WrongSetting(
                'pages: 只能与 show = "text" 一起用', 'pages: belong to show = "text"'
            )
        for page in self.pages:
            if len(page) > self.rows:
                raise WrongSetting(
                    f"pages: 有 {len(page)} 行，而区域的 rows = {self.rows}",
                    f"pages: {len(page)} lines, the zone has rows = {self.rows}",
                )

    @property
    def moves(self) -> bool:
        """Whether a notice moves here."""
        return self.effect == "scroll" or (self.effect is None and self.rows == 1)


class Layout(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One layout file. Without any, all lines of a wall show calls."""

    zone: Annotated[tuple[Zone, ...], msgspec.Meta(min_length=1)]

    def __post_init__(self) -> None:
        """Refuse two places for calls. Raises ``ValueError``."""
        if sum(one.show == "calls" for one in self.zone) > 1:
            raise WrongSetting("zone: 只能有一个区域显示叫号", "zone: only one zone can show calls")

    @property
    def rows(self) -> int:
        """How many lines it needs."""
        return sum(one.rows for one in self.zone)

    @classmethod
    def of_calls(cls, rows: int) -> Layout:
        """Return the layout of a wall that has none: calls on ``rows`` lines."""
        return cls(zone=(Zone(show="calls", rows=rows),))
