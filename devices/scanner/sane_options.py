"""Settings of a scanner that SANE drives."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

import msgspec

from devices.errors import WrongSetting

__all__ = ["SaneOptions"]

Millimetres = Annotated[float, msgspec.Meta(ge=10.0, le=3000.0)]


class SaneOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which scanner it is, and its limits.

    With none of ``device``, ``match``, ``serial`` and ``escl`` it must be the only scanner there.
    """

    #: SANE's own name (scanimage -L). A USB scanner's has its place on the bus in it, which is
    #: another after each plugging in: better give ``match`` or ``serial``.
    device: Annotated[str, msgspec.Meta(max_length=256)] = ""
    #: What must stand in vendor and model, whatever the case: "Canon LiDE 400".
    match: Annotated[str, msgspec.Meta(max_length=128)] = ""
    #: The serial number of a USB scanner, as the kernel tells it (lsusb -v).
    serial: Annotated[str, msgspec.Meta(max_length=128)] = ""
    #: The one backend to ask, such as genesys, epsonds, pixma; "" asks all that SANE knows.
    backend: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9_-]{0,32}$")] = ""
    #: A network scanner's address: http://192.168.1.70/eSCL. Nothing else is then looked for.
    escl: Annotated[str, msgspec.Meta(max_length=256)] = ""
    #: What is scanned at most; a plate that is smaller is scanned to its edges.
    width_mm: Millimetres = 216.0
    height_mm: Millimetres = 300.0
    #: Options of its backend, set before each scan: { brightness = 10 } (scanimage -A).
    set: dict[str, bool | int | float | str] = {}
    #: The scanner is ended when nothing came from it for so long.
    silence_s: Annotated[float, msgspec.Meta(ge=1.0, le=300.0)] = 45.0
    #: The scanner is let go of when nobody scanned for so long.
    idle_s: Annotated[float, msgspec.Meta(ge=0.0, le=3600.0)] = 60.0
    #: Seconds between two questions to a network scanner how it is.
    check_every_s: Annotated[float, msgspec.Meta(ge=1.0, le=600.0)] = 30.0
    #: A page that needs more memory is refused: an A4 page in colour at 600 dpi has 104 MB.
    page_mb: Annotated[int, msgspec.Meta(ge=8, le=1024)] = 110

    def __post_init__(self) -> None:
        """Refuse an address that is none. Raises ``WrongSetting``."""
        if not self.escl:
            return
        if self.device or self.match or self.serial or self.backend:
            raise WrongSetting(
                "escl: 写了地址就不要再写 device、match、serial、backend",
                "escl: an address alone; take out device, match, serial and backend",
            )
        if self.escl.startswith("mock:/"):
            return
        try:
            parts = urlsplit(self.escl)
            _ = parts.port
        except ValueError:
            raise _no_address() from None
        # sane-airscan reads it from a file of lines: nothing but an address may be in it.
        plain = self.escl.isascii() and self.escl.isprintable() and not set(' "\\;#') & {*self.escl}
        if parts.scheme not in {"http", "https"} or not parts.hostname or not plain:
            raise _no_address()
        if parts.username is not None:
            raise WrongSetting(
                "escl: 地址中不要写用户名和密码", "escl: an address without a name and password"
            )


def _no_address() -> WrongSetting:
    return WrongSetting(
        "escl: 应为 http://主机[:端口]/eSCL", "escl: expected http://HOST[:PORT]/eSCL"
    )
