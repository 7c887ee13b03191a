"""The process that works on pages: ``python -m devices.scanner.pages.process FD PARENT IDLE_S``.

It answers one message with one (``finish``), or with one a page (``unfold``), and ends when
nobody has asked for a while. Whatever is wrong with a page is told by a code: no text of an
exception leaves it, for it might quote the page.
"""

from __future__ import annotations

import select
import socket
import sys
from typing import TYPE_CHECKING, Any

import msgspec

from devices.scanner.guarded import guard, limit_memory
from devices.scanner.messages import receive, send
from devices.scanner.pages.errors import PageError
from devices.scanner.pages.page import MOST_BYTES, PageWish, too_large

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["main"]

#: The page as it came, as it becomes, and what is between; the threads' stacks.
_MORE_MEMORY = 4 * MOST_BYTES + (64 << 20)
_TALK_S = 60.0
_WISHES = {"grey", "crop", "straighten", "quality"}


def main() -> int:
    """Serve until the other end hangs up, or nobody asks."""
    number, parent, idle_s = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    guard(parent)
    end = socket.socket(fileno=number)
    try:
        from devices.scanner.pages import files, work  # noqa: F401 - told when missing

        missing = False
    except ImportError:
        missing = True
    limit_memory(_MORE_MEMORY)
    while select.select([end], [], [], idle_s)[0]:
        asked = receive(end, _TALK_S)
        if asked is None:
            break
        try:
            _answer(end, *asked, missing=missing)
        except PageError as error:
            send(end, {"error": error.code}, b"", _TALK_S)
        except MemoryError:
            send(end, {"error": "page_too_large"}, b"", _TALK_S)
        del asked
    return 0


def _answer(end: socket.socket, head: dict[str, Any], content: bytearray, *, missing: bool) -> None:
    if missing:
        raise PageError("page_library")
    if head["do"] == "finish":
        _finish(end, head, content)
    elif head["do"] == "reduce":
        _reduce(end, head, content)
    else:
        _unfold(end, head, content)


def _reduce(end: socket.socket, head: dict[str, Any], content: bytearray) -> None:
    from devices.scanner.pages.opening import reduced

    send(end, {}, reduced(content, head["longest"]), _TALK_S)


def _finish(end: socket.socket, head: dict[str, Any], content: bytearray) -> None:
    from devices.scanner.pages.work import finish

    wish = PageWish(**{key: head[key] for key in _WISHES})
    if head["encoding"] == "jpeg":
        picture = _decoded(content, grey=wish.grey)
        content.clear()
    else:
        picture = _raw(content, head["width"], head["height"], head["channels"])
    done = finish(picture, head["dpi"], -head["turn"] % 360, wish)
    told = {
        "width": done.width,
        "height": done.height,
        "dpi": done.dpi,
        "turned": done.turned,
        "skew_deg": done.skew_deg,
        "cropped": done.cropped,
        "blank": done.blank,
        "grey": done.grey,
    }
    send(end, told, done.jpeg, _TALK_S)


def _decoded(content: bytearray, *, grey: bool) -> Image.Image:
    import io

    from devices.scanner.pages.opening import checked, upright

    with checked(io.BytesIO(content), ("JPEG",), grey=grey) as picture:
        return upright(picture, grey=grey)


def _raw(content: bytearray, width: int, height: int, channels: int) -> Image.Image:
    from PIL import Image

    if too_large(width, height, channels):
        raise PageError("page_too_large")
    if len(content) != width * height * channels or not content:
        raise PageError("page_damaged")
    mode = "L" if channels == 1 else "RGB"
    return Image.frombuffer(mode, (width, height), content, "raw", mode, 0, 1)


def _unfold(end: socket.socket, head: dict[str, Any], content: bytearray) -> None:
    from devices.scanner.pages.files import pages_of

    for page in pages_of(content, head["dpi"], grey=head["grey"]):
        told = {
            "width": page.width,
            "height": page.height,
            "channels": page.channels,
            "dpi": page.dpi,
        }
        send(end, told, page.pixels, _TALK_S)
    send(end, {"end": True}, b"", _TALK_S)


if __name__ == "__main__":
    with_code = 1
    try:
        with_code = main()
    except (OSError, EOFError, ValueError, KeyError, TypeError, msgspec.MsgspecError):
        # The other end is gone or speaks nonsense: nobody is left to be told.
        with_code = 1
    sys.exit(with_code)
