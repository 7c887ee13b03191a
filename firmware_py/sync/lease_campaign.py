"""When a hub, or one that may become it, asks for the lease, and in which epoch. No I/O.

A hub asks again each quarter of a lease, so three askings may be lost before it ends. A standby
asks when its own promise to the hub is over: nobody heard the hub for a whole lease. A hub that is
refused because somebody voted for a higher epoch can have the lease in no epoch of its own any
more; when that other hub is silent too, it asks for one above it, as a standby does.
"""

from __future__ import annotations

from collections.abc import Callable

from firmware_py.core.epoch import NO_EPOCH, Epoch
from firmware_py.sync.lease import Clock, Holder
from firmware_py.sync.lease_wire import Ask

__all__ = ["Campaign"]

#: A hub with the lease asks again after this share of it ...
AGAIN = 0.25
#: ... and whoever has none after this share, by up to twice as long, so that two differ.
RETRY = 0.1


class Campaign:
    """``due`` is called often. ``chance`` returns a number from 0 to 1."""

    def __init__(
        self,
        holder: Holder,
        now_s: Clock,
        *,
        deciding: Callable[[], Epoch | None],
        may_stand: Callable[[], bool],
        chance: Callable[[], float],
    ) -> None:
        self._holder, self._now_s, self._chance = holder, now_s, chance
        #: In which epoch this Pi's hall decides, if it has the lease; None: it follows.
        self._deciding = deciding
        #: Whether this Pi could take over now.
        self._may_stand = may_stand
        self._next_s = now_s()
        #: The epoch that it stands for.
        self._standing = NO_EPOCH
        #: One that it had and could not begin.
        self.given_up = NO_EPOCH

    def due(self) -> Ask | None:
        """Return what to ask the other voters now."""
        now_s = self._now_s()
        if now_s < self._next_s:
            return None
        holder = self._holder
        epoch = self.wanted()
        held = epoch is not None and holder.holds(epoch)
        share = AGAIN if held else RETRY * (1 + self._chance())
        self._next_s = now_s + holder.lease_s * share
        return None if epoch is None else holder.ask(epoch)

    def wanted(self) -> Epoch | None:
        """Return the epoch in which this Pi should have the lease; None: in none, for now."""
        holder, own = self._holder, self._holder.own
        highest = max(holder.seen, own.highest)
        deciding = self._deciding()
        if deciding is not None and deciding >= highest:
            return deciding
        if holder.holds(self._standing) and self._standing != self.given_up:
            # Had, and not begun yet: taking over may last longer than one lease.
            return self._standing
        promised = own.left_s and own.promised != self._standing
        if promised or not own.remembers or not self._may_stand():
            return None
        if self._standing < highest:
            # Never one that we may have stood for before a restart: it may have been begun.
            self._standing = highest.next_of(own.name)
        return self._standing
