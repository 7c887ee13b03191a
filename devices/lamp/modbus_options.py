"""Settings of a lamp on a Modbus relay board."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from devices.errors import WrongSetting
from devices.lamp.wiring import check_wiring, wired

__all__ = ["ModbusLampOptions"]

#: As on the wire: the board's first relay is 0.
Coil = Annotated[int, msgspec.Meta(ge=0, le=65535)]


class ModbusLampOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A lamp of one colour (``coil``), or a tower with a coil for each of its parts."""

    #: The board's number on the line (its switches).
    address: Annotated[int, msgspec.Meta(ge=1, le=247)] = 1
    coil: Coil | None = None
    red: Coil | None = None
    amber: Coil | None = None
    green: Coil | None = None
    buzzer: Coil | None = None
    #: A relay that drops when the controller is dead: ``devices.lamp.modbus_driver``.
    heartbeat: Coil | None = None
    heartbeat_s: Annotated[float, msgspec.Meta(ge=0.25, le=60)] = 1.0
    #: Seconds for which each beat switches the heartbeat on, on boards with the command "flash
    #: on" (05 at 0x0200 + relay, in tenths); 0: each beat changes the coil.
    heartbeat_flash_s: Annotated[float, msgspec.Meta(ge=0, le=600)] = 0.0
    #: The lamp is wired to the relays' normally closed contacts: a coil that is on is dark.
    active_low: bool = False
    #: False for relays that must not wear out: what would blink is lit steadily.
    blink: bool = True
    #: Function 05 for each coil, or 0F for those of the lamp that lie side by side.
    write: Literal["single", "multiple"] = "single"
    #: Without another exchange, the board is asked so often. Seconds.
    check_s: Annotated[float, msgspec.Meta(ge=0.25, le=60)] = 0.5
    answer_timeout_s: Annotated[float, msgspec.Meta(ge=0.01, le=2)] = 0.1
    retries: Annotated[int, msgspec.Meta(ge=0, le=3)] = 2
    #: Of the line behind the port: how long 3.5 characters of silence take.
    wire_baud: Annotated[int, msgspec.Meta(ge=1200, le=921_600)] = 9600
    #: The RS-485 adapter hears itself.
    local_echo: bool = False

    def __post_init__(self) -> None:
        """Check the coils together. Raises ``ValueError``."""
        check_wiring(
            "coil", self.coil, self.red, self.amber, self.green, self.buzzer, self.heartbeat
        )
        if self.heartbeat_flash_s and self.heartbeat is None:
            raise WrongSetting(
                "heartbeat_flash_s: 需要同时设置 heartbeat（所用的线圈）",
                "heartbeat_flash_s: needs heartbeat, the coil that it switches",
            )
        if self.heartbeat_flash_s and self.heartbeat_flash_s < 2 * self.heartbeat_s:
            raise WrongSetting(
                "heartbeat_flash_s: 至少为 heartbeat_s 的 2 倍",
                "heartbeat_flash_s: must last two beats: give 2 * heartbeat_s or more",
            )
        if self.heartbeat_flash_s and (self.heartbeat or 0) > 0xFF:
            raise WrongSetting(
                "heartbeat_flash_s: 该命令只支持第 0 到 255 路",
                "heartbeat_flash_s: the command knows relays 0 to 255",
            )

    def by_part(self) -> dict[str, int]:
        """Return part -> coil of what is wired; a lamp of one colour counts as red."""
        return wired(self.coil, self.red, self.amber, self.green, self.buzzer)
