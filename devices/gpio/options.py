"""Settings of lamps and buttons on the Pi's pins."""

from __future__ import annotations

from typing import Annotated

import msgspec

__all__ = ["COLOURS", "ButtonOptions", "LampOptions"]

#: BCM numbers, as ``GPIO17`` in pinout drawings; never the numbers of the header's rows.
Pin = Annotated[int, msgspec.Meta(ge=0, le=27)]
Word = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z_]*$")]
#: ``lgpio``: this Pi. ``mock:<path>``: the bench; the Unix socket where its simulators are.
PinsSpec = Annotated[str, msgspec.Meta(pattern=r"^(lgpio|mock:.+)$")]

COLOURS = ("red", "amber", "green", "buzzer")


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
        if self.pin is not None and (self.red, self.amber, self.green) != (None, None, None):
            raise ValueError("pin is a lamp of one colour: leave out red, amber and green")
        if self.pin is None and self.red is None and self.amber is None:
            raise ValueError("no pin: give pin, or red and amber")
        used = [*self.by_colour().values()]
        if self.heartbeat is not None:
            used.append(self.heartbeat)
        if len(set(used)) != len(used):
            raise ValueError("two parts of the lamp are on the same pin")

    def by_colour(self) -> dict[str, int]:
        """Return colour -> pin of what is wired; a lamp of one colour counts as red."""
        pins = {"red": self.pin if self.red is None else self.red}
        pins |= {"amber": self.amber, "green": self.green, "buzzer": self.buzzer}
        return {colour: pin for colour, pin in pins.items() if pin is not None}


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
