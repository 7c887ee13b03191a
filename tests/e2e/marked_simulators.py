"""The bench's simulators for the marked people, run as ``python -m tests.e2e.marked_simulators``.

Their cards lie on the readers in place of the usual made-up people's, their papers before the
camera. Every byte that a driver
sends to a device is written to ``$HALL_SENT/<device>``, unmasked: what a printer printed, what a
wall or a voice was told.
"""

from __future__ import annotations

import os
from pathlib import Path
from types import MappingProxyType

from devices import simhost
from devices.card_reader import sdt_simulator
from devices.scanner.camera import simulator as camera
from devices.simwire import Station
from tests.e2e.marked import PEOPLE, PHOTO
from tests.e2e.marked_pages import camera_picture

_KEPT = Path(os.environ["HALL_SENT"])


class KeepingStation(Station):
    """A place on a wire that keeps what came past it."""

    def hear(self, data: bytes, now_ns: int) -> None:
        """As ``Station.hear``."""
        with (_KEPT / self.simulator.name).open("ab") as kept:
            kept.write(data)
        super().hear(data, now_ns)


def marked() -> None:
    """Put the marked people in the place of the usual ones."""
    people = {one.key: one.block for one in PEOPLE}
    vars(sdt_simulator).update(PEOPLE=MappingProxyType(people), _NAMES=(*people,), _PHOTO=PHOTO)
    vars(camera).update(_drawn=camera_picture)
    vars(simhost).update(Station=KeepingStation)


if __name__ == "__main__":
    marked()
    raise SystemExit(simhost.main())
