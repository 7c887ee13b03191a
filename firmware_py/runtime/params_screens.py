"""Parameters of what is said to a window's two screens."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

__all__ = ["SCREEN_PARAMS", "ScreenMessage", "ScreenMirror", "ScreenTitle"]

_Number = Annotated[str, Meta(max_length=32)]
_Seconds = Annotated[int, Meta(ge=1, le=3600)]


class ScreenMessage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text for the taxpayer, for so long; an empty one takes it away.

    ``number``: only while this ticket is in hand; empty: while none is.
    """

    window: str
    text: Annotated[str, Meta(max_length=200)]
    seconds: _Seconds | None = None
    number: _Number | None = None


class ScreenMirror(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the clerk's screen is shown; ``number`` as of a message."""

    window: str
    state: Literal["show", "freeze", "blank"]
    number: _Number | None = None


class ScreenTitle(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The title of the program before the clerk; nobody knows it any more after ``seconds``."""

    window: str
    title: Annotated[str, Meta(max_length=1000)]
    seconds: _Seconds | None = None


SCREEN_PARAMS: dict[str, type[msgspec.Struct]] = {
    "screen.message": ScreenMessage,
    "screen.mirror": ScreenMirror,
    "screen.title": ScreenTitle,
}
