"""``mirror`` of a window: the clerk's screen for the taxpayer, and what of it nobody sees."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from firmware_py.settings.types import Filled, Table

__all__ = ["Area", "MaskSettings", "MirrorSettings"]

_Pixels = Annotated[int, Meta(ge=1, le=32_768)]
_Length = Annotated[float, Meta(ge=0, le=32_768)]
#: From the left, from the top, width, height.
Area = tuple[_Length, _Length, _Length, _Length]
_Level = Annotated[int, Meta(ge=0, le=9)]


class MaskSettings(Table, frozen=True, kw_only=True):
    """One of ``masks``: what is never shown while a program of this title is before the clerk."""

    #: ``*`` stands for any text, ``?`` for one character; capitals or not is the same.
    title: Filled = "*"
    areas: Annotated[tuple[Area, ...], Meta(min_length=1, max_length=64)]
    #: Of what is shown of the clerk's desktop, or pixels from its upper left corner.
    unit: Literal["percent", "pixels"] = "percent"


class MirrorSettings(Table, frozen=True, kw_only=True):
    """``[windows.mirror]``: the VNC server (RFB) on the clerk's PC.

    Files are relative to the folder of the configuration; the screen's own process reads them.
    """

    host: Filled
    port: Annotated[int, Meta(ge=1, le=65_535)] = 5900
    #: ``password`` is RFB's own, not encrypted; ``x509`` is VeNCrypt: TLS with a certificate.
    security: Literal["none", "password", "x509"]
    #: A file that holds the password alone.
    password_file: Filled | None = None
    #: With ``x509``: a name that goes with the password.
    user: Filled | None = None
    ca: Filled | None = None
    #: SHA-256 of the one certificate that is good.
    fingerprint: Annotated[str, Meta(pattern=r"^([0-9A-Fa-f]{2}:?){32}$")] | None = None
    #: Of JPEG pictures; 9 is the best.
    quality: _Level = 6
    compress: _Level = 2
    #: Which monitor, from 0; none: all of them as one picture.
    screen: Annotated[int, Meta(ge=0, le=15)] | None = None
    #: The part of it that is shown, in pixels.
    crop: Area | None = None
    #: Widths and heights that its desktop may have; none: any. Pixels mean nothing without them.
    sizes: tuple[tuple[_Pixels, _Pixels], ...] = ()
    #: What a taxpayer sees when the service begins.
    start: Literal["show", "blank"] = "show"
    masks: tuple[MaskSettings, ...] = ()
