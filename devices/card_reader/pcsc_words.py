"""What a PC/SC reader says to people."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

from devices.base import HealthState, Sentence, Status
from devices.card_reader.pcsc import Pcsc
from devices.card_reader.reports import CardRefused
from devices.errors import DeviceFault, DeviceUnavailable, PortAbsent

__all__ = ["IN_USE", "READY", "SELF_TEST", "TEST_S", "lost", "no_reader", "refused", "several"]

#: How long a self-test waits for a card.
TEST_S = 30.0

READY = Status(
    HealthState.OK, "ok", Sentence("读卡器已就绪。", "The card reader is there and ready.")
)
IN_USE = Status(
    HealthState.FAULT,
    "in_use",
    Sentence(
        "读卡器被本机另一个程序独占，读不了卡：请关闭那个程序。",
        "Another program of this machine keeps the card reader for itself: end that program.",
    ),
)
SELF_TEST = Sentence(
    f"请在 {TEST_S:.0f} 秒内把一张卡放到读卡器上；读到后设备状态会显示“已读到一张卡”，"
    "卡号不显示、不保留，也不用于业务。",
    f"Lay a card on the reader within {TEST_S:.0f} s; its state then says that a card was read. "
    "Its number is neither shown nor kept nor used.",
)

_SAYS = MappingProxyType(
    {
        "read_failed": Sentence(
            "没有读到，请把卡片拿起，重新平放在读卡区。",
            "The card was not read. Please lift it and lay it flat on the reader again.",
        ),
        "mute": Sentence(
            "卡片没有应答：请只放一张卡，拿起后重新平放在读卡区。",
            "The card does not answer. Please lift it and lay one card alone flat on the reader.",
        ),
        "no_uid": Sentence(
            "这张卡在此处不能使用，请取号，或到窗口出示证件。",
            "This card cannot be used here. Please take a ticket, or show a document at a window.",
        ),
    }
)


def refused(code: str) -> CardRefused:
    """Return the report of a card that was refused: ``read_failed``, ``mute``, ``no_uid``."""
    return CardRefused(code, _SAYS[code])


def lost(code: int, reader: str) -> DeviceUnavailable:
    """Return why pcscd cannot be asked any more, by a call's result."""
    match code:
        case Pcsc.UNKNOWN_READER | Pcsc.READER_UNAVAILABLE:
            return no_reader(reader, [])
        case Pcsc.SECURITY_VIOLATION:
            return DeviceUnavailable(
                "pcscd",
                "polkit keeps this service from card readers, see docs/devices/card_reader.md",
                "系统（polkit）不允许本服务使用读卡器，见 docs/devices/card_reader.md",
            )
        case _:
            return DeviceUnavailable(
                "pcscd",
                "the card service does not answer, see systemctl status pcscd",
                "读卡服务没有应答，请用 systemctl status pcscd 查看",
            )


def no_reader(wanted: str, there: Sequence[str]) -> PortAbsent:
    """Return that the reader is not plugged in; ``there`` are those that are."""
    others = ", ".join(there)
    return PortAbsent(
        wanted or "pcscd",
        "no such card reader is plugged in" + (f"; there are: {others}" if others else ""),
        "没有插上这个读卡器" + (f"；现有：{others}" if others else ""),
    )


def several(wanted: str, fitting: Sequence[str]) -> DeviceFault:
    """Return that it is not clear which reader is meant."""
    names = ", ".join(fitting)
    if not wanted:
        return DeviceFault(
            "several_readers",
            f"插着多个读卡器，不知道用哪一个：{names}。请在配置的 reader 中写明名称。",
            f"Several card readers are plugged in: {names}. Say in the option reader which one it "
            "is.",
        )
    return DeviceFault(
        "several_readers",
        f"有多个读卡器符合“{wanted}”，不知道用哪一个：{names}。请在配置的 reader 中写明名称。",
        f"Several card readers fit {wanted!r}: {names}. Say in the option reader which one it is.",
    )
