"""One connection to an RFB server without the connection: bytes in, bytes out, pixels between.

``feed`` takes what came, cut in any way; ``to_send`` gives what is to go out. No clock, no socket,
no thread. Nothing but ``RfbError`` leaves it, whatever a server says, and then it is over.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kiosk_ui.rfb import protocol
from kiosk_ui.rfb.access import Access
from kiosk_ui.rfb.asking import Asking
from kiosk_ui.rfb.errors import RfbError
from kiosk_ui.rfb.framebuffer import Framebuffer, Limits, Parser
from kiosk_ui.rfb.handshake import TLS, handshake, skipped
from kiosk_ui.rfb.plain import copy_rect, raw
from kiosk_ui.rfb.region import Rect, bounding, without
from kiosk_ui.rfb.tight import Tight
from kiosk_ui.rfb.viewing import Area, Screen, Viewing
from kiosk_ui.rfb.zrle import Zrle

__all__ = ["Event", "Laid", "Pong", "Session", "Tuning", "Updated"]

#: An update of more pieces than the first number is told as one piece around them where they fill
#: half of it, an update of more than the second always.
_MANY_DIRTY, _MOST_DIRTY = 8, 200


@dataclass(frozen=True, slots=True)
class Tuning:
    """How pictures are to come.

    ``quality`` is JPEG's, 0 to 9, None for none (then nothing is lost); ``compress`` zlib's, 0 to
    9: from 2 on TigerVNC looks for what can be sent cheaply. ``continuous``: let the server send
    without being asked, where what is visible is one rectangle and the server can do it. Without
    ``tight`` a server sends ZRLE: lossless, and more work for both.
    """

    quality: int | None = 8
    compress: int = 2
    continuous: bool = True
    tight: bool = True

    def __post_init__(self) -> None:
        if self.quality is not None and not 0 <= self.quality <= 9:
            raise ValueError(f"quality is 0 to 9: {self.quality}")
        if not 0 <= self.compress <= 9:
            raise ValueError(f"compress is 0 to 9: {self.compress}")


@dataclass(frozen=True, slots=True)
class Laid:
    """The desktop, its screens, or what is shown of them are other ones.

    All is black again unless ``desktop`` and the view of ``area`` are the same; it is None where
    nothing may be shown.
    """

    desktop: Rect
    screens: tuple[Screen, ...]
    area: Area | None


@dataclass(frozen=True, slots=True)
class Updated:
    """An update is complete; ``rects`` of what is visible are new, in the desktop's pixels."""

    rects: tuple[Rect, ...]


@dataclass(frozen=True, slots=True)
class Pong:
    """The server has answered ``ping(number)``: what came before it is done."""

    number: int


Event = Laid | Updated | Pong


class Session:
    """The connection of one server.

    While ``wants_tls`` the next bytes both ways are TLS: encrypt the line, then call ``tls_is_up``.
    ``owes`` says that the server should be asked for more (``ask``): at once, or a moment later.
    ``frame`` has the pixels once the desktop is ``Laid``. ``on_event`` hears events as they happen:
    with ``Updated`` the frame is then whole, while behind ``feed`` the next update may have begun.
    """

    def __init__(
        self,
        access: Access,
        viewing: Viewing,
        tuning: Tuning | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._limits = limits or Limits()
        self._tuning = tuning or Tuning()
        self._viewing = viewing
        self._in, self._out = bytearray(), bytearray()
        self._asking = Asking(self._out, continuous=self._tuning.continuous)
        self._tight, self._zrle = Tight(), Zrle()
        self._events: list[Event] = []
        self._dirty: list[Rect] = []
        #: Which pixels ever came; None when all that is visible did.
        self._came: NDArray[np.bool_] | None = None
        self.on_event: Callable[[Event], None] | None = None
        self.frame: Framebuffer | None = None
        self.screens: tuple[Screen, ...] = ()
        self.wants_tls = False
        self.over = False
        self._parser = self._parse(access)
        self._need = next(self._parser)
        #: A part of an update came; the rest is on its way.
        self.midway = False

    # ---- bytes

    def feed(self, data: bytes) -> list[Event]:
        """Take what came; return what happened. RfbError: this session is over."""
        if self.over:
            raise RfbError("closed", "this session is over")
        self._in += data
        self._events = []
        self.over = True
        try:
            self._run()
        except MemoryError as error:
            raise RfbError("too-large", "no memory is left") from error
        self.over = False
        return self._events

    def to_send(self) -> bytes:
        """Return, once, what is to be sent now."""
        out = bytes(self._out)
        self._out.clear()
        return out

    def tls_is_up(self) -> None:
        """The line is encrypted and its certificate checked: go on."""
        self.wants_tls = False
        self._need = self._parser.send(b"")

    def _run(self) -> None:
        at, end = 0, len(self._in)
        with memoryview(self._in) as held:
            while not self.wants_tls and end - at >= self._need:
                data = bytes(held[at : at + self._need])
                at += self._need
                need = self._parser.send(data)
                if need == TLS:
                    self.wants_tls = True
                else:
                    self._need = need
        del self._in[:at]
        if self.wants_tls and self._in:
            raise RfbError("lies", "bytes in the clear where TLS begins")

    # ---- what we ask for

    @property
    def held(self) -> int:
        """How many bytes wait for those that follow."""
        return len(self._in)

    @property
    def area(self) -> Area | None:
        """What is visible; None where nothing may be."""
        return self._asking.area

    @property
    def complete(self) -> bool:
        """True once all that is visible came."""
        return self.area is not None and self._came is None

    @property
    def deaf(self) -> bool:
        """True where nothing is visible, and a server of this kind never tells when it could be."""
        return self._asking.deaf

    @property
    def owes(self) -> bool:
        """True when it is time to ask."""
        return self._asking.owes

    def ask(self) -> None:
        """Ask for what is visible: all that was not seen, and what will change.

        Before there is a desktop nothing can be asked.
        """
        if self.frame is not None:
            self._asking.ask()

    def ping(self, number: int) -> bool:
        """Ask for a sign of life: ``Pong(number)``, 32 bits. False where nothing can be asked."""
        return self.frame is not None and self._asking.ping(number)

    def look(self, viewing: Viewing) -> list[Event]:
        """Show something else from now on; what is private then is black at once.

        Where only masks come and go, the rest stays as it is.
        """
        before, self._viewing = self.area, viewing
        self._events = []
        if self.frame is not None:
            after = viewing.area(self.frame.rect, self.screens)
            same = before is not None and after is not None and before.view == after.view
            self._lay(self.frame, anew=not same)
        return self._events

    def _lay(self, frame: Framebuffer, *, anew: bool = True) -> None:
        """Work out what is visible. ``anew``: what was seen before is none of it."""
        before, area = self._visible, self._viewing.area(frame.rect, self.screens)
        visible = area.visible if area else ()
        kept = () if anew else before
        for shown in before:  # all else is black already, and takes no memory
            for hidden in without(shown, () if anew else visible):
                frame.black(hidden)
        if anew:
            self._came = np.zeros(frame.words.shape, np.bool_) if visible else None
            self._dirty = []
        self._asking.lay(area, [part for rect in visible for part in without(rect, kept)])
        self._tell(Laid(frame.rect, self.screens, area))

    # ---- what the server says

    def _parse(self, access: Access) -> Parser:
        size = yield from handshake(access, self._limits, self._out)
        self.frame = Framebuffer(*size, self._limits)
        self._out += protocol.SET_PIXEL_FORMAT
        tuning = self._tuning
        self._out += protocol.set_encodings(
            protocol.encodings(tuning.compress, tuning.quality, tight=tuning.tight)
        )
        self._lay(self.frame)
        while True:
            yield from self._message(self.frame)

    def _message(self, frame: Framebuffer) -> Parser:
        kind = (yield 1)[0]
        if kind == protocol.FRAMEBUFFER_UPDATE:
            yield from self._update(frame)
        elif kind == protocol.SERVER_FENCE:
            flags, length = struct.unpack(">3xIB", (yield 8))
            if length > protocol.FENCE_MOST:
                raise RfbError("lies", f"a fence of {length} bytes")
            self._pong(self._asking.fence(flags, (yield length)))
        elif kind == protocol.SERVER_CUT_TEXT:
            yield from skipped(struct.unpack(">3xI", (yield 7))[0], self._limits)
        elif kind == protocol.SET_COLOUR_MAP_ENTRIES:
            yield from skipped(6 * struct.unpack(">x2xH", (yield 5))[0], self._limits)
        elif kind == protocol.END_OF_CONTINUOUS_UPDATES:
            self._asking.end_of_flow()
        elif kind != protocol.BELL:
            raise RfbError("lies", f"message {kind}")

    def _update(self, frame: Framebuffer) -> Parser:
        (count,) = struct.unpack(">xH", (yield 3))
        # The next request goes out while this update is still being decoded.
        self._asking.owes = self.midway = True
        for _ in range(count):
            x, y, width, height, encoding = struct.unpack(">4Hi", (yield 12))
            if encoding == protocol.LAST_RECT:
                break
            rect = Rect(x, y, width, height)
            if encoding == protocol.EXTENDED_DESKTOP_SIZE:
                frame = self._resized(frame, rect.size, (yield from _screens()))
            elif encoding == protocol.DESKTOP_SIZE:
                frame = self._resized(frame, rect.size, ())
            else:
                yield from self._pixels(frame, rect, encoding)
        self._updated()

    def _updated(self) -> None:
        self.midway = False
        dirty, self._dirty = self._dirty, []
        if len(dirty) > _MANY_DIRTY:
            # What is private in between is black in the framebuffer all the same.
            around = bounding(dirty)
            if len(dirty) > _MOST_DIRTY or 2 * sum(r.area for r in dirty) >= around.area:
                dirty = [around]
        if self._came is not None and all(
            self._came[r.y : r.bottom, r.x : r.right].all() for r in self._visible
        ):
            self._came = None
        self._tell(Updated(tuple(dirty)))

    def _pixels(self, frame: Framebuffer, rect: Rect, encoding: int) -> Parser:
        if not frame.rect.holds(rect):
            raise RfbError("lies", f"{rect} beyond {frame.rect.size}")
        source = None
        if encoding == protocol.TIGHT:
            yield from self._tight.decode(frame, rect)
        elif encoding == protocol.ZRLE:
            yield from self._zrle.decode(frame, rect)
        elif encoding == protocol.COPY_RECT:
            source = yield from copy_rect(frame, rect)
        elif encoding == protocol.RAW:
            yield from raw(frame, rect)
        else:
            raise RfbError("lies", f"encoding {encoding}")
        self._arrived(frame, rect, source)

    def _arrived(self, frame: Framebuffer, rect: Rect, source: Rect | None) -> None:
        """Keep what may be seen of it and forget the rest, which nobody asked for."""
        visible = self._visible
        for whole in visible:
            if whole.holds(rect):
                seen = [] if rect.empty else [rect]
                break
        else:
            seen = [r for r in (whole.common(rect) for whole in visible) if not r.empty]
            for hidden in without(rect, visible):
                frame.black(hidden)
        if source is not None and not any(whole.holds(source) for whole in visible):
            # Copied from where we have nothing: what is there now must come as pixels.
            self._asking.again(seen)
        self._dirty += seen
        if self._came is not None:
            for r in seen:
                self._came[r.y : r.bottom, r.x : r.right] = True
        if self._asking.probing:
            self._pong(self._asking.came(rect))

    def _resized(
        self, frame: Framebuffer, size: tuple[int, int], screens: tuple[Screen, ...]
    ) -> Framebuffer:
        """Take what the server says of its desktop; it says so with every full update."""
        if frame.rect.size == size and screens == self.screens:
            return frame
        self.screens = screens
        if frame.rect.size != size:
            frame = self.frame = Framebuffer(*size, self._limits)
        elif self._viewing.area(frame.rect, screens) == self.area:
            self._tell(Laid(frame.rect, screens, self.area))
            return frame
        self._lay(frame)
        return frame

    @property
    def _visible(self) -> tuple[Rect, ...]:
        area = self._asking.area
        return area.visible if area else ()

    def _pong(self, number: int | None) -> None:
        if number is not None:
            self._tell(Pong(number))

    def _tell(self, event: Event) -> None:
        self._events.append(event)
        if self.on_event is not None:
            self.on_event(event)


def _screens() -> Generator[int, bytes, tuple[Screen, ...]]:
    """ExtendedDesktopSize: u8 how many, 3 unused; of each u32 id, u16 x, y, w, h, u32 flags."""
    count = (yield 4)[0]
    data = yield 16 * count
    return tuple(
        Screen(number, Rect(*where)) for number, *where, _ in struct.iter_unpack(">I4HI", data)
    )
