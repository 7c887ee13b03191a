"""Settings of a document camera in the hall's configuration file."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

__all__ = ["CameraOptions"]

Size = Annotated[str, msgspec.Meta(pattern=r"^[1-9][0-9]{2,4}x[1-9][0-9]{2,4}$")]


class CameraOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A document camera that looks down on the counter."""

    #: ``v4l2:/dev/v4l/by-id/...``: the camera by its stable name. ``stream:URL``: Motion JPEG from
    #: the network, whatever ffmpeg opens. ``mock:PATH``: the bench.
    source: Annotated[str, msgspec.Meta(pattern=r"^(v4l2:/|stream:|mock:).+$")]
    #: What the camera is asked for, in pixels; it must be able to do it in MJPEG.
    size: Size = "1920x1080"
    #: The same for a scan, where the camera has a larger picture at a lower rate; empty: ``size``.
    still_size: Annotated[str, msgspec.Meta(pattern=r"^([1-9][0-9]{2,4}x[1-9][0-9]{2,4})?$")] = ""
    #: Frames a second from the camera; a preview has at most 15 of them.
    rate: Annotated[int, msgspec.Meta(ge=1, le=60)] = 15
    #: Frames passed over before the first picture, while the exposure settles.
    settle_frames: Annotated[int, msgspec.Meta(ge=0, le=120)] = 8
    #: Width of the preview's frames, about: half, a quarter or all of the camera's.
    preview_width: Annotated[int, msgspec.Meta(ge=160, le=1920)] = 960
    #: Pixels an inch on the counter, measured with a sheet of A4; 0: told by the page's shape.
    dpi: Annotated[int, msgspec.Meta(ge=0, le=1200)] = 0
    #: How far the camera is mounted turned, in degrees clockwise.
    turn: Literal[0, 90, 180, 270] = 0
    #: How long the camera stays on after the last picture: the next page is then quick. Seconds.
    linger_s: Annotated[float, msgspec.Meta(ge=0, le=600)] = 10.0
    #: A camera that gives no picture for so long hangs. Seconds.
    timeout_s: Annotated[float, msgspec.Meta(ge=1, le=30)] = 6.0
