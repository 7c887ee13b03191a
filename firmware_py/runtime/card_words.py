"""What is said to whoever holds a card or a code to a kiosk's reader."""

from __future__ import annotations

from firmware_py.core.refusals import Refusal
from firmware_py.runtime.card_hall import Said
from firmware_py.settings import KioskSettings, Settings, WindowSettings

__all__ = [
    "CARD_REQUIRED",
    "CARD_TOO",
    "CHOOSE",
    "CODE_NOT_ASKED",
    "EXPIRED",
    "NOT_ASKED",
    "NOT_ASKED_AT_WINDOW",
    "NOT_KNOWN",
    "NO_APPOINTMENT",
    "NO_CLOCK",
    "OTHER_DAY",
    "TOO_LONG",
    "at_another_pi",
    "not_now",
    "taken",
    "too_early",
]

CARD_REQUIRED = Refusal(
    "card_required",
    "请先把身份证放在读卡区，再取号；没有带证件请到导税台。",
    "Please lay your ID card on the reader first, then take a ticket; without one, ask at the "
    "entrance.",
)
CHOOSE = Said(
    "choose",
    "已读到证件，请不要拿起，选择要办理的事项。",
    "Your card was read. Leave it there and choose what you came for.",
)
CARD_TOO = Said(
    "card_too",
    "已找到预约，请再把身份证放在读卡区。",
    "Your appointment was found. Now lay your ID card on the reader.",
)
NO_APPOINTMENT = Said(
    "unknown_code",
    "今天没有这个预约，请核对日期；也可以现场取号。",
    "There is no such appointment today. Check its date, or take an ordinary ticket.",
)
NO_CLOCK = Said(
    "no_clock",
    "大厅时钟尚未校准，暂时不能识别年龄和预约；需要优先或有预约请到导税台。",
    "The hall's clock is not set, so age and appointments are not known; ask at the entrance.",
)
EXPIRED = Said(
    "expired",
    "您的证件已过有效期，办理时请出示其他有效证件。",
    "Your card has expired; have another valid document with you.",
)
NOT_KNOWN = Said(
    "not_recognised",
    "暂时无法核对是否已取号，可以照常取号。",
    "Whether you have a ticket already cannot be checked now; take one as usual.",
)
NOT_ASKED = Said(
    "not_asked",
    "暂时查不到预约、级别和是否已取号。可以选择事项取普通号；有预约的请到导税台。",
    "Appointments, grades and earlier numbers cannot be looked up at the moment. Choose an item "
    "for an ordinary number; with an appointment, ask at the entrance.",
)
CODE_NOT_ASKED = Said(
    "not_asked",
    "暂时查不到预约。请到导税台，或现场取号。",
    "Appointments cannot be looked up at the moment. Ask at the entrance, or take an ordinary "
    "ticket.",
)
NOT_ASKED_AT_WINDOW = Said(
    "not_asked",
    "暂时查不到是谁取的号，请自行核对证件与号票。",
    "It cannot be looked up. Compare card and ticket yourself.",
)
TOO_LONG = Said(
    "too_long",
    "超时未操作，如需取号请重新放置证件。",
    "Nothing was chosen for a minute; lay your card again to take a ticket.",
)
OTHER_DAY = Said(
    "unknown_ticket",
    "这不是今天的号票，请核对日期，或重新取号。",
    "This is no ticket of today. Check its date, or take a new one.",
)


def at_another_pi(settings: Settings, place: KioskSettings | WindowSettings) -> Refusal | None:
    """Say at which Pi a place stands; None for one of this Pi."""
    kind = "kiosks" if isinstance(place, KioskSettings) else "windows"
    own = settings.hall.node if settings.hall.node in settings.nodes else ""
    owners = [name for name, node in settings.nodes.items() if place.id in getattr(node, kind)]
    owner = owners[0] if owners else ""
    if owner == own:
        return None
    zh, en = (owner, owner) if owner else ("主控", "the hub")
    return Refusal(
        "at_another_pi",
        f"{place.id} 不在本机，证件只在 {zh} 上显示。请在那里执行同一命令。",
        f"{place.id} is not at this Pi: its cards are shown at {en} alone. Give the same command "
        "there.",
        {"node": owner},
    )


def taken(number: str, ahead: int) -> Said:
    """Say which ticket was taken, to whoever laid a card."""
    return Said(
        "taken",
        f"已取号 {number}，前面 {ahead} 人。请拿好证件和号票。",
        f"Your number is {number}, with {ahead} ahead. Take your card and your ticket.",
    )


def too_early(time: str, since: str) -> Said:
    """Say from when on an appointment takes its ticket."""
    return Said(
        "appointment_early",
        f"您预约的时间是 {time}，请在 {since} 以后刷证取号；现在也可以选择事项，取普通号。",
        f"Your appointment is at {time}: come back to this kiosk from {since} on, "
        "or choose an item now for an ordinary ticket.",
    )


def not_now(time: str, *, used: bool) -> Said:
    """Say why an appointment takes no ticket: it took one, or its time is over."""
    if used:
        return Said(
            "appointment_used",
            f"{time} 的预约已经取过号；要办其他事项请选择。",
            f"A ticket was taken with the appointment at {time}; choose an item for anything else.",
        )
    return Said(
        "appointment_late",
        f"您 {time} 的预约时间已过，请选择事项，取普通号。",
        f"The time of your appointment, {time}, is over; choose an item for an ordinary ticket.",
    )
