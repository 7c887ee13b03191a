"""The clerk's screen, live: a thread that keeps the connection, and a picture to be looked at.

::

    with Mirror(Address.parsed("10.0.0.7"), Access(("vnc",), password="...")) as mirror:
        ...
        with mirror.picture() as shown:
            if shown is None:
                ...  # nothing to be seen: mirror.status() says why
            else:
                ...  # shown.pixels, shown.changed

The picture is there only while it is true: whole, and known to be no older than two seconds.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from kiosk_ui.rfb.access import Access
from kiosk_ui.rfb.call import Call, Patience
from kiosk_ui.rfb.errors import SENTENCES, RfbError
from kiosk_ui.rfb.framebuffer import Framebuffer, Limits
from kiosk_ui.rfb.line import Address
from kiosk_ui.rfb.picture import Picture, Shown
from kiosk_ui.rfb.region import Rect
from kiosk_ui.rfb.session import Laid, Session, Tuning
from kiosk_ui.rfb.viewing import Screen, Viewing

__all__ = ["Mirror", "Status"]

log = logging.getLogger(__name__)

#: These do not pass by themselves: somebody must set something right.
_WRONG = frozenset({"password", "certificate", "security", "not-rfb", "refused", "tls"})
_STOP_S = 5.0


@dataclass(frozen=True, slots=True)
class Status:
    """How it stands with the picture.

    ``code`` is "" while it may be shown; else it, ``zh`` and ``en`` say why not. ``age_s`` is how
    old the picture may be at most, None before there is one. ``size`` is its width and height,
    ``screens`` the clerk's monitors where the server tells them. ``updates`` and ``received``
    (bytes) count from the start.
    """

    code: str
    age_s: float | None
    size: tuple[int, int] | None
    screens: tuple[Screen, ...]
    updates: int
    received: int

    @property
    def zh(self) -> str:
        """Why there is nothing to be seen, for people; "" when there is something."""
        return SENTENCES[self.code][0] if self.code else ""

    @property
    def en(self) -> str:
        """The same in English."""
        return SENTENCES[self.code][1] if self.code else ""


class Mirror:
    """One server's screen. ``start`` and ``stop``, or ``with``; once.

    Every call returns at once (``stop`` after a moment), from any thread, and none raises.
    ``fresh`` is called when there is something new to be seen, or nothing any more, on the mirror's
    own thread: it should return at once.
    """

    def __init__(
        self,
        address: Address,
        access: Access,
        viewing: Viewing | None = None,
        tuning: Tuning | None = None,
        *,
        limits: Limits | None = None,
        patience: Patience | None = None,
        clock: Callable[[], float] = time.monotonic,
        fresh: Callable[[], None] = lambda: None,
    ) -> None:
        self._fresh = fresh
        self._address, self._access = address, access
        self._tuning, self._limits = tuning or Tuning(), limits or Limits()
        self._patience, self._clock = patience or Patience(), clock
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mirror", daemon=True)
        self._again_s = self._patience.again_s
        self._told = ""
        #: Held around the pixels, by whoever looks at them too: ``status`` does not wait for that.
        self._pixels = threading.Lock()
        self._picture = Picture()
        self._hidden = True
        # All below with this lock held; where both are, it is the second.
        self._lock = threading.Lock()
        self._viewing = viewing or Viewing()
        self._wish: Viewing | None = None
        self._laid: Laid | None = None
        self._sure_s: float | None = None
        self._why = "connecting"
        self._updates = self._received = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Begin to connect."""
        self._thread.start()

    def stop(self) -> None:
        """Hang up and forget the picture."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(_STOP_S)

    # ---- for whoever looks

    @contextmanager
    def picture(self) -> Iterator[Shown | None]:
        """Give the picture, and nobody changes it meanwhile; None where none may be shown.

        After None all of it counts as changed.
        """
        with self._pixels:
            with self._lock:
                code = self._code(self._clock())
            shown = None if code else self._picture.shown()
            if shown is not None and self._hidden:
                whole = Rect(0, 0, shown.pixels.shape[1], shown.pixels.shape[0])
                shown = Shown(shown.pixels, (whole,))
            self._hidden = shown is None
            yield shown

    def status(self) -> Status:
        """Say how it stands."""
        with self._lock:
            now_s = self._clock()
            age_s = None if self._sure_s is None else now_s - self._sure_s
            screens = self._laid.screens if self._laid else ()
            return Status(
                self._code(now_s),
                age_s,
                self._picture.size,
                screens,
                self._updates,
                self._received,
            )

    def look(self, viewing: Viewing) -> None:
        """Show something else. What is private then is covered before this returns."""
        with self._pixels, self._lock:
            self._viewing = self._wish = viewing
            if self._laid is not None:
                area = viewing.area(self._laid.desktop, self._laid.screens)
                self._picture.lay(area, anew=False)

    def _code(self, now_s: float) -> str:
        if self._laid is None:
            return self._why
        if self._picture.size is None:
            return "unknown-size"
        if not self._picture.whole or self._sure_s is None:
            return "connecting"
        return "stale" if now_s - self._sure_s > self._patience.fresh_s else ""

    # ---- what the connection tells (call.Watcher)

    def received(self, count: int) -> None:
        """So many bytes came."""
        self._received += count

    def laid(self, laid: Laid, frame: Framebuffer) -> None:
        """The desktop is another one, or another part of it is visible."""
        with self._pixels:
            with self._lock:
                # What is wished for counts, though the session may not have heard of it yet.
                area = self._viewing.area(laid.desktop, laid.screens)
                anew = self._laid is None or self._laid.desktop != laid.desktop
                self._laid = laid
                self._picture.lay(area, anew=anew)
            if not anew:  # masks that came and went have left nothing below them
                self._picture.draw(frame, (frame.rect,), whole=False)
        self._fresh()

    def updated(self, frame: Framebuffer, rects: tuple[Rect, ...], *, whole: bool) -> None:
        """An update is complete."""
        with self._pixels:
            self._picture.draw(frame, rects, whole=whole)
        with self._lock:
            self._updates += 1
        self._fresh()

    def sure(self, at_s: float) -> None:
        """The picture was true at that time."""
        with self._lock:
            self._sure_s = at_s

    # ---- the thread

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._call()
            except RfbError as error:
                self._lost(error)
                pause_s = self._pause_s(error.code)
                self._stopping.wait(pause_s)
        self._forget("connecting")

    def _call(self) -> None:
        with self._lock:
            viewing, self._wish = self._viewing, None
        session = Session(self._access, viewing, self._tuning, self._limits)
        call = Call(session, self._access.trust, self._patience, self._clock, self)
        call.run(self._address, self._stopping, self._wished)

    def _wished(self) -> Viewing | None:
        with self._lock:
            wish, self._wish = self._wish, None
            return wish

    def _lost(self, error: RfbError) -> None:
        with self._lock:
            seen = self._sure_s is not None
        self._forget(error.code)
        if seen:
            self._again_s = self._patience.again_s
        if seen or self._told != error.code:
            log.warning("the clerk's screen at %s: %s", self._address, error)
        self._told = error.code

    def _forget(self, why: str) -> None:
        with self._lock:
            # From here on nobody is given a picture; who looks at one already is waited for.
            self._laid = self._sure_s = None
            self._why = why
        with self._pixels:
            self._picture.lay(None, anew=True)
        self._fresh()

    def _pause_s(self, code: str) -> float:
        if code in _WRONG:
            return self._patience.wrong_s
        pause_s = self._again_s
        self._again_s = min(2 * pause_s, self._patience.again_most_s)
        return pause_s
