"""What a server is asked for: what is visible, and not one pixel of what is private."""

from __future__ import annotations

import struct

from kiosk_ui.rfb import protocol
from kiosk_ui.rfb.region import Rect
from kiosk_ui.rfb.viewing import Area

__all__ = ["Asking"]

_FENCE_NUMBER = 4


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

    def lay(self, area: Area | None) -> None:
        """Something else is visible: from now on that is asked for, all of it anew."""
        self.area = area
        self._unseen = list(area.visible) if area else []
        self._probe = None
        self._flow()
        self.owes = bool(self._unseen)

    def again(self, rects: list[Rect]) -> None:
        """These must come as pixels, though for the server they did not change."""
        self._unseen += rects
        self.owes = True

    def ask(self) -> None:
        """Ask for what was not seen and for what will change."""
        self.owes = False
        if self.area is None:
            return
        for rect in self._unseen:
            self._out += protocol.update_request(rect, incremental=False)
        self._flow()
        if self._flowing is None:
            for rect in self.area.visible:
                if rect not in self._unseen:
                    self._out += protocol.update_request(rect, incremental=True)
        self._unseen = []

    def ask_screens(self) -> None:
        """Ask for the list of screens and for no pixel: a full request is answered with it too."""
        self._out += protocol.update_request(Rect(0, 0, 0, 0), incremental=False)

    # ---- signs of life

    def ping(self, number: int) -> None:
        """Ask for a sign of life. Without fences that is one pixel of what is visible."""
        if self._fences:
            flags = protocol.FENCE_REQUEST | protocol.FENCE_BLOCK_BEFORE
            self._out += protocol.client_fence(flags, struct.pack(">I", number))
        elif self.area is not None and self.area.visible and self._probe is None:
            first = self.area.visible[0]
            self._probe = number, Rect(first.x, first.y, 1, 1)
            self._out += protocol.update_request(self._probe[1], incremental=False)

    def fence(self, flags: int, payload: bytes) -> int | None:
        """The server's fence: answer it, or return the number of the ping that it answers."""
        self._fences = True
        if flags & protocol.FENCE_REQUEST:
            # All before it is done, and nothing behind it begun: so both of these hold.
            kept = flags & (protocol.FENCE_BLOCK_BEFORE | protocol.FENCE_BLOCK_AFTER)
            self._out += protocol.client_fence(kept, payload)
            return None
        return int.from_bytes(payload, "big") if len(payload) == _FENCE_NUMBER else None

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
        visible = self.area.visible if self.area else ()
        possible = self._continuous and self._can_continue and len(visible) == 1
        wanted = visible[0] if possible else None
        if wanted == self._flowing:
            return
        rect = wanted or self._flowing
        if rect is not None:
            self._out += protocol.continuous_updates(rect, enable=wanted is not None)
        self._flowing = wanted
