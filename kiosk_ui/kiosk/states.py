"""Every state that the kiosk can be in, with a made-up hall: for the gallery and for the tests.

Each is reached as in a hall: by touches, and by the messages that a daemon sends.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from kiosk_ui.kiosk.made_up import CATEGORIES, ITEMS
from kiosk_ui.kiosk.model import KioskModel
from kiosk_ui.kiosk.screen import KioskScreen
from kiosk_ui.messages import Answered, CutOff, Live, Message, Notified, Pressed, Refused, Tick

__all__ = ["facts", "kiosk_after", "kiosk_states"]

_NAME = {"zh": "国家税务总局示范市税务局办税服务厅", "en": "Demo City Tax Service Hall"}


def facts(**other: Any) -> Answered:
    """Return an answer to ``kiosk.show``."""
    found = {
        "kiosk": "kiosk-1", "name": _NAME, "mode": "normal", "now": "2026-03-02 09:41:12",
        "day": "2026-03-02", "day_open": True, "choose": "item", "item": "F01", "waiting": 49,
        "wait_s": 1510, "take": None, "next_words": None, "last_ticket_s": 25000, "full": ["D04"],
        "printer": None, "paper": "ok", "required": False, "reader": True, "scanner": True,
        "voice": True, "technician": True,
    }  # fmt: skip
    return Answered("facts", {**found, **other})


def kiosk_after(
    *messages: Message, step_s: float = 1.0, ticks: int = 1, show: Mapping[str, Any] | None = None
) -> KioskModel:
    """Return the kiosk after these messages, ``step_s`` apart, and a tick after each."""
    screen, at_s = KioskScreen("kiosk-1"), 1000.0
    model = screen.first
    known = (Live(), facts(**(show or {})), Answered("categories", CATEGORIES),
             Answered("items", {"items": ITEMS}))  # fmt: skip
    for message in (*known, *messages):
        model, _ = screen.update(model, message, at_s)
        for n in range(ticks):
            model, _ = screen.update(model, Tick(), at_s + n * step_s)
        at_s += step_s
    return model


def _press(*areas: str) -> tuple[Message, ...]:
    return tuple(Pressed(area, f"t{n}") for n, area in enumerate(areas))


def _issued(number: str = "A061", ahead: int = 12, **other: Any) -> Answered:
    data = {
        "number": number,
        "item": "A01",
        "ahead": ahead,
        "estimate_s": 1500,
        "origin": "kiosk-1",
        **other,
    }
    return Answered("take:t2", {"events": [{"type": "ticket.issued", "data": data}]})


def _paper(owed_by: str | None) -> Answered:
    return Answered("paper", {"number": "A061", "paper": {"owed_by": owed_by}})


def _card(**other: Any) -> Notified:
    found = {
        "change": "laid", "kiosk": "kiosk-1", "required": False, "there": True, "card": True,
        "known": True, "number_masked": "110105********002X", "name_masked": "样**", "traits": [],
        "priority": None, "appointment": None, "say": None, "notes": [],
    }  # fmt: skip
    return Notified("card", {**found, **other})


def _said(code: str, zh: str, en: str) -> dict[str, str]:
    return {"code": code, "zh": zh, "en": en}


_CHOOSE = _said("choose", "已读到证件，请不要拿起，选择要办理的事项。",
                "Your card was read. Leave it there and choose what you came for.")  # fmt: skip
_ELDER = {"zh": "60周岁以上老年人，优先办理。", "en": "Priority: 60 or older."}
_CLOSED = {
    "day_closed": {"zh": "今天尚未开门营业。", "en": "The day is not open."},
    "before_hours": {
        "zh": "还没到办公时间，09:00 开始取号。",
        "en": "Not open yet; tickets from 09:00.",
    },
    "on_break": {
        "zh": "现在是午休时间，13:30 继续取号。",
        "en": "The hall has a break; tickets again from 13:30.",
    },
    "after_hours": {
        "zh": "今天的取号已结束。明天 09:00 开门。",
        "en": "No more tickets today. It opens tomorrow at 09:00.",
    },
    "last_ticket_passed": {
        "zh": "临近下班，已停止取号，急事请找值班长。明天 09:00 开门。",
        "en": "Close to closing time, no more tickets; ask the duty manager if it is urgent. "
        "It opens tomorrow at 09:00.",
    },
    "closed_today": {
        "zh": "今天休息（国庆节）。10月8日 09:00 开门。",
        "en": "The hall is closed today (National Day). It opens on 8 October at 09:00.",
    },
    "quota_day": {
        "zh": "今天的号已取完，请改日再来或网上办理。",
        "en": "All tickets of today are taken; come another day or do it online.",
    },
}
_NO_NUMBERS = {
    "code": "alone_no_numbers",
    "zh": "本机与主控断开，预留的号码已用完。请到导税台或其他取号机取号。",
    "en": "This kiosk is cut off and has no numbers left. Take one at the desk or another kiosk.",
}
_NEXT = {"zh": "今天 13:30 开门。", "en": "It opens today at 13:30."}
_DEVICES = [
    {"device": device, "state": state, "say": {"zh": zh, "en": en}}
    for device, state, zh, en in (
        ("printer", "fault", "打印纸用完，请换纸后按进纸键。",
         "The paper is out: put in a roll and press feed."),
        ("led-wall", "gone", "LED 屏没有应答，请检查电源和串口线。",
         "The LED wall does not answer: look at its power and line."),
        ("id-kiosk-1", "ok", "读卡器正常。", "The reader is ready."),
        ("codes-kiosk-1", "warning", "扫码器有过错误的数据。", "It sent damaged data."),
        ("strip-1", "unknown", "条屏不回应状态。", "This strip never tells how it is."),
        ("voice", "disabled", "语音已停用。", "Voice is disabled."),
    )
]  # fmt: skip


@cache
def kiosk_states() -> Mapping[str, KioskModel]:
    """Return the states by name. They are played once: half a second."""
    take = _press("category:registration", "item:A01", "take")
    taken = (*take, _issued())
    pin = _press(*["corner"] * 5)
    found: dict[str, KioskModel] = {
        "starting": KioskScreen("kiosk-1").first,
        "start": kiosk_after(),
        "start_nobody": kiosk_after(show={"waiting": 0, "reader": False, "scanner": False}),
        "start_one": kiosk_after(show={"choose": "one"}),
        "start_required": kiosk_after(show={"required": True}),
        "last_soon": kiosk_after(show={"last_ticket_s": 540, "paper": "low"}),
        "items": kiosk_after(*_press("category:filing")),
        "items_many": kiosk_after(*_press("category:benefits")),
        "items_next": kiosk_after(*_press("category:benefits", "leaf:1")),
        "items_full": kiosk_after(*_press("category:invoices")),
        "search": kiosk_after(*_press("search")),
        "search_letters": kiosk_after(*_press("search", "key:F", "key:P")),
        "search_words": kiosk_after(*_press("search", "key:F", "word:发票")),
        "search_digits": kiosk_after(*_press("search", "key:D", "switch", "key:0")),
        "search_nothing": kiosk_after(*_press("search", "key:Q", "key:X", "key:X", "key:Q")),
        "item": kiosk_after(*_press("category:registration", "item:A01")),
        "item_here_only": kiosk_after(*_press("category:advice", "item:F01")),
        "item_full": kiosk_after(*_press("category:invoices", "item:D04")),
        "taking": kiosk_after(*take),
        "taking_slow": kiosk_after(*take, CutOff(), Tick(), Tick(), Tick()),
        "ticket": kiosk_after(*taken),
        "ticket_printed": kiosk_after(*taken, _paper(None)),
        "ticket_next": kiosk_after(*take, _issued("A001", 0), _paper(None)),
        "ticket_paperless": kiosk_after(
            *_press("paperless"), *taken, show={"paper": "out"}
        ),
        "refused": kiosk_after(*take, Refused(
            "take:t2", "person_waiting",
            "您已有 A045 号在等候，前面还有 7 人，不用再取号；号票丢失请到导税台补打。",
            "You have A045 already, 7 are ahead of you; for a lost slip ask at the entrance.",
        )),
        "card": kiosk_after(_card(say=_CHOOSE)),
        "card_reading": kiosk_after(_card(known=False, name_masked="", number_masked="")),
        "card_elder": kiosk_after(_card(priority=_ELDER, say=_CHOOSE, notes=[_said(
            "expired", "您的证件已过有效期，办理时请出示其他有效证件。",
            "Your card has expired; have another valid document with you.")])),
        "card_appointment": kiosk_after(_card(
            appointment={"time": "09:30", "item": "A01", "when": "now"},
            priority={"zh": "预约 09:30，优先办理。", "en": "Priority: appointment at 09:30."})),
        "card_alone": kiosk_after(Live(alone=True), _card(priority=_ELDER, say=_CHOOSE, notes=[
            _said("not_asked",
                  "暂时查不到预约、级别和是否已取号。可以选择事项取普通号；有预约的请到导税台。",
                  "Appointments, grades and earlier numbers cannot be looked up at the moment. "
                  "Choose an item for an ordinary number; with an appointment, ask at the "
                  "entrance."),
        ])),
        "card_there": kiosk_after(_card(say=_CHOOSE), *_press("go")),
        "elder_spoken": kiosk_after(*_press("elder")),
        "elder_items": kiosk_after(*_press("elder", "category:benefits")),
        "elder_search": kiosk_after(*_press("elder", "search", "key:F")),
        "elder_item": kiosk_after(*_press("elder", "category:registration", "item:A01")),
        "elder_ticket": kiosk_after(*_press("elder"), *taken, _paper(None)),
        "access": kiosk_after(*_press("access")),
        "access_spoken": kiosk_after(*_press("access", "speak", "low")),
        "contrast_low": kiosk_after(*_press("access", "contrast", "low", "home")),
        "low_search": kiosk_after(*_press("access", "low", "home", "search", "key:F")),
        "low_item": kiosk_after(*_press("access", "low", "home", "category:filing", "item:B01")),
        "still_there": kiosk_after(*_press("category:filing"), Tick(), step_s=66.0),
        "cut_off": kiosk_after(CutOff()),
        "alone": kiosk_after(Live(alone=True)),
        "alone_one": kiosk_after(Live(alone=True), show={"choose": "one"}),
        "alone_ticket": kiosk_after(
            Live(alone=True), *take, _issued("A983", 12, issued_ms=1000), _paper(None)
        ),
        "alone_no_numbers": kiosk_after(Live(alone=True), show={"take": _NO_NUMBERS}),
        "safe": kiosk_after(show={"mode": "safe"}),
        "paper_out": kiosk_after(show={"paper": "out"}),
        "printer_fault": kiosk_after(show={"paper": "fault"}),
        "printer_gone": kiosk_after(show={"paper": "gone"}),
        "paperless": kiosk_after(*_press("paperless"), show={"paper": "out"}),
        "pin": kiosk_after(*pin, *_press("digit:1", "digit:2", "digit:3"), step_s=0.6),
        "pin_wrong": kiosk_after(*pin, *_press("digit:1", "open"), Refused(
            "unlock", "wrong_pin", "密码不对，还可以试 4 次。", "Wrong number: 4 tries are left."),
            step_s=0.6),
        "technician": kiosk_after(*pin, *_press("digit:1", "open"), Answered("unlock", {}),
                                  Answered("devices", _DEVICES), step_s=0.6),
        "technician_testing": kiosk_after(
            *pin, *_press("digit:1", "open"), Answered("unlock", {}),
            Answered("devices", _DEVICES), *_press("test:printer"), step_s=0.6),
    }  # fmt: skip
    for code, words in _CLOSED.items():
        said = {"code": code, **words}
        found[f"closed_{code}"] = kiosk_after(show={"take": said, "next_words": _NEXT})
    return found
