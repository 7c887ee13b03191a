"""What a server is asked for: what is visible, and not one pixel of what is private."""

from __future__ import annotations

import struct

from kiosk_ui.rfb import protocol
from kiosk_ui.rfb.region import Rect
from kiosk_ui.rfb.viewing import Area

__all__ = ["Asking"]

_FENCE_NUMBER = 4
_NOTHING = Rect(0, 0, 0, 0)


class Asking:
    """The requests of one connection, written to ``out``.

    Each visible rectangle is asked for by itself; a server puts the requests together. Where there
    is one only and the server can, it is told once to go on sending (continuous updates).
    ``owes`` says that it is time to ``ask`` again.
    """

    def __init__(self, out: bytearray, *, continuous: bool) -> None:
        self._out = out
        self._continuous = continuous
        self.area: Area | None = None
        self.owes = False
        #: What must come anew, whether it changed or not.
        self._unseen: list[Rect] = []
        #: What the server sends by itself.
        self._flowing: Rect | None = None
        self._can_continue = self._fences = False
        self._probe: tuple[int, Rect] | None = None

    def lay(self, area: Area | None, unseen: list[Rect]) -> None:
        """Something else is visible: from now on that is asked for, and ``unseen`` of it anew."""
        self.area = area
        self._unseen = unseen
        self._probe = None
        self._flow()
        self.owes = True

    def again(self, rects: list[Rect]) -> None:
        """These must come as pixels, though for the server they did not change."""
        self._unseen += rects
        self.owes = True

    def ask(self) -> None:
        """Ask for what was not seen and for what will change."""
        self.owes = False
        if self.area is None:
            self._ask_screens()
            return
        for rect in self._unseen:
            self._out += protocol.update_request(rect, incremental=False)
        self._flow()
        if self._flowing is None:
            for rect in self.area.visible:
                if rect not in self._unseen:
                    self._out += protocol.update_request(rect, incremental=True)
        self._unseen = []

    @property
    def deaf(self) -> bool:
        """True where nothing is visible and the server could not tell that this changed."""
        return self.area is None and not self._can_continue

    def _ask_screens(self) -> None:
        """Ask for the size and the screens, and for no pixel.

        A full request is answered with them (rfbproto.rst), so it may be empty; TigerVNC answers
        such a one only while it sends by itself, so it is told to: nothing.
        """
        self._flow()
        self._out += protocol.update_request(_NOTHING, incremental=False)

    # ---- signs of life

    def ping(self, number: int) -> bool:
        """Ask for a sign of life. Without fences that is one pixel of what is visible.

        False where nothing is visible, or that pixel was asked for already. Where nothing is, the
        size and the screens are asked for as well.
        """
        if self.area is None:
            self._ask_screens()
        if self._fences:
            flags = protocol.FENCE_REQUEST | protocol.FENCE_BLOCK_BEFORE
            self._out += protocol.client_fence(flags, struct.pack(">I", number))
            return True
        if self.area is None or not self.area.visible or self._probe is not None:
            return False
        first = self.area.visible[0]
        self._probe = number, Rect(first.x, first.y, 1, 1)
        self._out += protocol.update_request(self._probe[1], incremental=False)
        return True

    def fence(self, flags: int, payload: bytes) -> int | None:
        """The server's fence: answer it, or return the number of the ping that it answers."""
        self._fences = True
        if flags & protocol.FENCE_REQUEST:
            # All before it is done, and nothing behind it begun: so both of these hold.
            kept = flags & (protocol.FENCE_BLOCK_BEFORE | protocol.FENCE_BLOCK_AFTER)
            self._out += protocol.client_fence(kept, payload)
            return None
        return int.from_bytes(payload, "big") if len(payload) == _FENCE_NUMBER else None

    @property
    def probing(self) -> bool:
        """True while a pixel is waited for as a sign of life."""
        return self._probe is not None

    def came(self, rect: Rect) -> int | None:
        """Pixels came: return the number of the ping that they answer."""
        if self._probe is None or not rect.holds(self._probe[1]):
            return None
        (number, _), self._probe = self._probe, None
        return number

    # ---- continuous updates

    def end_of_flow(self) -> None:
        """EndOfContinuousUpdates: the first says that the server can, others that it stopped."""
        if self._can_continue:
            self._flowing = None
        self._can_continue = self.owes = True

    def _flow(self) -> None:
        wanted = None
        if self._can_continue and self.area is None:
            wanted = _NOTHING
        elif self._can_continue and self._continuous and self.area is not None:
            wanted = self.area.visible[0] if len(self.area.visible) == 1 else None
        if wanted == self._flowing:
            return
        rect = self._flowing if wanted is None else wanted
        if rect is not None:
            self._out += protocol.continuous_updates(rect, enable=wanted is not None)
        self._flowing = wanted
