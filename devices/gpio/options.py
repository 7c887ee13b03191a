"""Settings of lamps and buttons on the Pi's pins."""

from __future__ import annotations

from typing import Annotated

import msgspec

from devices.lamp.wiring import check_wiring, wired

__all__ = ["ButtonOptions", "LampOptions"]

#: BCM numbers, as ``GPIO17`` in pinout drawings; never the numbers of the header's rows.
Pin = Annotated[int, msgspec.Meta(ge=0, le=27)]
Word = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z_]*$")]
#: ``lgpio``: this Pi. ``mock:<path>``: the bench; the Unix socket where its simulators are.
PinsSpec = Annotated[str, msgspec.Meta(pattern=r"^(lgpio|mock:.+)$")]


class LampOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A lamp: of one colour (``pin``), or a tower with a pin for each of its parts.

    ``active_high``: True when a high pin switches on (a transistor), False for the usual
    active-low relay boards.
    """

    pin: Pin | None = None
    red: Pin | None = None
    amber: Pin | None = None
    green: Pin | None = None
    buzzer: Pin | None = None
    #: Changes level four times a second while the controller lives; see ``devices.gpio.lamp``.
    heartbeat: Pin | None = None
    active_high: bool = True
    pins: PinsSpec = "lgpio"

    def __post_init__(self) -> None:
        """Check the pins together. Raises ``ValueError``."""
        check_wiring("pin", self.pin, self.red, self.amber, self.green, self.buzzer, self.heartbeat)

    def by_colour(self) -> dict[str, int]:
        """Return colour -> pin of what is wired; a lamp of one colour counts as red."""
        return wired(self.pin, self.red, self.amber, self.green, self.buzzer)


class ButtonOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A push button between ``pin`` and ground (``pull_up``), or between ``pin`` and 3.3 V."""

    pin: Pin
    pull_up: bool = True
    #: Changes that follow a change this soon are the contacts bouncing.
    bounce_s: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.03
    #: Held so long, a button says ``held_event`` too; 0: never.
    hold_s: Annotated[float, msgspec.Meta(ge=0, le=60)] = 2.0
    #: Held so long, it is stuck and somebody should look.
    stuck_s: Annotated[float, msgspec.Meta(gt=0, le=3600)] = 20.0
    event: Word = "pressed"
    held_event: Word = "held"
    pins: PinsSpec = "lgpio"
