"""Every state of a window's two screens, with made-up people: for the gallery and for the tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kiosk_ui.both import Both
from kiosk_ui.messages import (
    Answered,
    CutOff,
    Drawn,
    Live,
    Message,
    Notified,
    Panels,
    Pressed,
    Previewed,
    Refused,
    Tick,
    Typed,
)
from kiosk_ui.wall.states import EXAMPLE
from kiosk_ui.window.desk import DeskScreen
from kiosk_ui.window.model import DeskModel, MirrorSeen

__all__ = ["desk_after", "desk_states", "facts"]

_PAPERS = [
    {"zh": "营业执照副本", "en": "Business licence (duplicate)"},
    {"zh": "发票票种核定表", "en": "Form for the approval of invoice types"},
    {"zh": "经办人身份证件", "en": "ID document of the person at the counter"},
    {"zh": "公章", "en": "Company seal"},
]
_ITEM = {"zh": "发票票种核定", "en": "Approval of invoice types"}
_WHY = {"zh": "普通排队，等候 14 分钟", "en": "ordinary queue, waited 14 min"}


def ticket(**other: Any) -> dict[str, Any]:
    """Return the ticket in hand as ``window.show`` has it."""
    return {
        "number": "A061", "item": "D01", "item_name": _ITEM, "status": "serving", "seconds": 247,
        "limit_s": 900, "amber_s": 720, "level": "none", "calls": 1, "traits": [],
        "appointment_at": "", "why": _WHY, "papers": _PAPERS, "statutory_days": 5, "pages": 0,
        "forms": [], "signed": [], "auto": False, **other,
    }  # fmt: skip


def facts(**other: Any) -> Answered:
    """Return an answer to ``window.show``."""
    found = {
        "window": "3", "name": {"zh": "3号窗口", "en": "Window 3"}, "status": "open",
        "clerk": "1023", "mode": "normal", "now": "2026-03-02 09:41:12", "day": "2026-03-02",
        "day_open": True, "ticket": None,
        "next": {
            "number": "A074", "item": "B01", "waited_s": 840, "traits": ["elderly"],
            "item_name": {"zh": "增值税及附加税费申报", "en": "VAT and surcharges return"},
            "why": {"zh": "老年人优先，已等 14 分钟；其次是 A070",
                    "en": "elderly, waited 14 min; next after it is A070"},
        },
        "waiting": 26, "waiting_hall": 49,
        "away": [
            {"number": "A055", "item_name": _ITEM, "status": "parked", "minutes": 6},
            {"number": "A058", "item_name": _ITEM, "status": "missed", "minutes": 11},
        ],
        "rating": None, "rated": None, "pad": False,
        "last": {"number": "A060", "item_name": _ITEM},
        "shift": {"served": 17, "missed": 2, "average_s": 431, "rated": 12, "bad": 1, "since": ""},
        "alarms": [], "form_printer": True, "scanner": True, "reader": True,
    }  # fmt: skip
    return Answered("facts", {**found, **other})


_WINDOWS = Answered("windows", [
    {"id": str(n), "name": {"zh": f"{n}号窗口", "en": f"Window {n}"}} for n in range(1, 16)
])  # fmt: skip
_ITEMS = Answered("items", {"items": [
    {"id": f"B{n:02}", "name": {"zh": "增值税及附加税费申报", "en": "VAT and surcharges return"}}
    for n in range(1, 30)
]})  # fmt: skip
_REASONS = Answered("reasons", [
    {"id": id_, "words": {"zh": zh, "en": en}}
    for id_, zh, en in (
        ("long_wait", "等候时间太长", "Waited too long"),
        ("slow", "办理速度慢", "Slow service"),
        ("manner", "服务态度不好", "Unfriendly"),
        ("unclear", "解释不清楚", "Not explained well"),
        ("twice", "多次往返", "Had to come again"),
        ("system", "系统故障", "The system failed"),
        ("other", "其他", "Something else"),
    )
])  # fmt: skip


def _shared(**other: Any) -> Notified:
    found = {
        "window": "3", "change": "changed", "message": None, "check": None, "signature": None,
        "mirror": {"state": "show", "title": ""},
    }  # fmt: skip
    return Notified("screen", {**found, **other})


def _at_pad(kind: str, text: str = "", say: dict[str, str] | None = None) -> Notified:
    return _shared(pad={"kind": kind, "number": "A061", "text": text, "say": say})


_CARD = Notified("card", {
    "window": "3", "change": "laid", "ticket": "A061", "lies": True, "same_person": True,
    "say": None, "card": {
        "kind": {"zh": "居民身份证", "en": "Resident's ID card"}, "name": "样张甲", "name_zh": None,
        "sex": {"zh": "男", "en": "male"}, "nation": {"zh": "汉", "en": "Han"}, "country": None,
        "birth": "1958-04-01", "address": "示范市东区样张路1号",
        "number_masked": "110105********002X",
        "valid_from": "2016-01-01", "valid_to": "2036-01-01", "expired": False,
    },
})  # fmt: skip
_CHECK = {
    "check": "A061-c1", "state": "open", "title": {"zh": "请核对登记信息", "en": "Please check"},
    "fields": [
        {"id": "name", "label": {"zh": "单位名称", "en": "Company"},
         "value": "样张商贸有限公司", "correct": False},
        {"id": "phone", "label": {"zh": "联系电话", "en": "Telephone"}, "value": "010-5550 0123",
         "correct": True, "mask": True},
        {"id": "types", "label": {"zh": "发票种类", "en": "Invoices"}, "value": "增值税普通发票",
         "correct": False},
    ],
}  # fmt: skip
_LIVE = MirrorSeen("live", size=(1920, 1080))


def desk_after(
    *messages: Message,
    step_s: float = 1.0,
    elder: bool = False,
    keypad: bool = False,
    **show: Any,
) -> DeskModel:
    """Return both screens after these messages, ``step_s`` apart, and a tick after each."""
    screen, at_s = DeskScreen("3", elder=elder, keypad=keypad), 1000.0
    model = screen.first
    for message in (Live(), facts(**show), _WINDOWS, _ITEMS, _REASONS, *messages):
        for one in (message, Tick()):
            model, _ = screen.update(model, one, at_s)
        at_s += step_s
    return model


def _press(*areas: str) -> tuple[Message, ...]:
    return tuple(Pressed(area, f"t{n}") for n, area in enumerate(areas))


def desk_states() -> Mapping[str, DeskModel]:
    """Return the states by name."""
    serving, called = ticket(), ticket(status="called", seconds=12, calls=2)
    ticks = _press("tick:0", "tick:2")
    long_over = ticket(
        seconds=1130, traits=["a_grade", "elderly"], appointment_at="2026-03-02 09:30", pages=3,
        forms=["F20260302-004"],
    )  # fmt: skip
    strokes = [Drawn("o_sign", n == 0, 150 + n * 14, 500 + (n * 37 % 220) - 110) for n in range(45)]
    rating = {"number": "A061", "left_s": 20, "scores": 5, "asked_again": False}
    red = [{"id": "x", "level": "red", "zh": "A061 已超时 4 分钟", "en": "A061 is 4 min over"}]
    bad = Answered("rate", {"events": [{"type": "rating.given", "data": {"bad": True}}]})
    mirrored = replace(desk_after(_shared(), ticket=serving), mirror=_LIVE)
    return {
        "starting": DeskScreen("3").first,
        "idle": desk_after(),
        "idle_empty": desk_after(next=None, waiting=0, waiting_hall=0, away=[], last=None),
        "idle_picture": desk_after(
            Answered("pictures", {"notices": [{
                "notice": "poster.png", "text": "", "lines": [], "priority": 0, "state": "shown",
                "walls": [], "picture": str(EXAMPLE), "stamp": 1,
            }]}), idle="windows",
        ),
        "paused": desk_after(status="paused"),
        "closed": desk_after(status="closed", clerk="", next=None),
        "open_menu": desk_after(*_press("open", "digit:1", "digit:0"), status="closed", clerk=""),
        "called": desk_after(ticket=called),
        "serving": desk_after(*ticks, ticket=serving),
        "amber": desk_after(ticket=ticket(seconds=760)),
        "red": desk_after(ticket=long_over, alarms=red),
        "card": desk_after(_CARD, *ticks, ticket=serving),
        "card_not_kept": desk_after(Notified("card", {
            **_CARD.params, "ticket": None, "same_person": None, "card": None, "note": {
                "code": "not_kept",
                "zh": "A061 的证件信息没有保存成功，请手工登记，并联系技术人员。",
                "en": "The card's fields of A061 could not be kept: write them down by hand, and "
                "call a technician.",
            },
        })),
        "card_not_asked": desk_after(Notified("card", {
            **_CARD.params, "same_person": None, "note": {
                "code": "not_asked",
                "zh": "暂时查不到是谁取的号，请自行核对证件与号票。",
                "en": "It cannot be looked up. Compare card and ticket yourself.",
            },
        }), *ticks, ticket=serving),
        "card_held": replace(desk_after(_CARD, ticket=serving), held="hold"),
        "transfer": desk_after(*_press("transfer"), ticket=serving),
        "transfer_window": desk_after(*_press("transfer_window"), ticket=serving),
        "transfer_item": desk_after(
            *_press("transfer_item"), Typed("b"), Typed("1"), ticket=serving
        ),
        "pad_transfer": desk_after(_at_pad("transfer"), ticket=serving),
        "pad_window": desk_after(_at_pad("transfer_window", "1"), ticket=serving),
        "pad_item": desk_after(_at_pad("transfer_item", say={
            "zh": "没有编号为 250 的事项，请查看事项目录。",
            "en": "There is no item 250; see the catalogue.",
        }), ticket=serving),
        "message_menu": desk_after(*_press("message"), ticket=serving),
        "message": desk_after(
            _shared(message={"text": "请出示身份证。 Your ID card, please."}), ticket=serving
        ),
        "scan_menu": desk_after(*_press("scan"), ticket=serving),
        "scan_failed": desk_after(
            *_press("scan"), Previewed((0, 0), "高拍仪没有接上，请检查 USB 线。",
                                       "The document camera is not there: look at its cable."),
            ticket=serving,
        ),
        "scanning": desk_after(*_press("scan", "scan_as:paper:1"), ticket=serving),
        "form_signed": desk_after(
            Answered("signature.give", {}),
            ticket=ticket(forms=["F20260302-004"], signed=["F20260302-004"]),
        ),
        "form_menu": desk_after(*ticks, *_press("form"), ticket=serving),
        "away_menu": desk_after(*_press("away")),
        "refused": desk_after(
            *_press("next"),
            Refused("window.next", "nobody_waiting", "现在没有人等候 3 号窗口。",
                    "Nobody waits for window 3."), next=None, waiting=0,
        ),
        "busy": desk_after(*_press("next"), Tick()),
        "mirror": mirrored,
        "mirror_frozen": replace(
            desk_after(_shared(mirror={"state": "freeze", "title": ""}), ticket=serving),
            mirror=_LIVE,
        ),
        "mirror_lost": replace(
            desk_after(_shared(), ticket=serving),
            mirror=MirrorSeen("unreachable", Both(
                "连不上窗口电脑。请检查电脑是否开机、网线是否插好。",
                "The clerk's computer cannot be reached. Is it on, and is its network cable in?",
            )),
        ),
        "check": desk_after(_shared(check=_CHECK), ticket=serving),
        "check_held": replace(
            desk_after(_shared(check=_CHECK), ticket=serving), held="o_hold:phone"
        ),
        "check_typing": desk_after(
            _shared(check=_CHECK), *_press("o_correct:phone", "o_erase", "o_key:4"), ticket=serving
        ),
        "check_changed": desk_after(
            _shared(check=_CHECK), *_press("o_correct:phone", "o_erase", "o_key:4", "o_taken"),
            ticket=serving,
        ),
        "sign": desk_after(_shared(signature={"form": "F20260302-004"}), ticket=long_over),
        "signed": desk_after(
            _shared(signature={"form": "F20260302-004"}), *strokes, step_s=0.01, ticket=long_over
        ),
        "rating": desk_after(rating=rating),
        "why": desk_after(*_press("o_score:1"), bad, step_s=0.1),
        "thanks": desk_after(
            *_press("o_score:5"), Answered("rate", {"events": []}), step_s=0.1, rating=rating
        ),
        "english": desk_after(*_press("o_language"), rating=rating),
        "elder": desk_after(_shared(), ticket=serving, elder=True),
        "keypad": desk_after(*ticks, ticket=serving, keypad=True),
        "keypad_more": desk_after(Typed("/"), ticket=serving, keypad=True),
        "keypad_item": desk_after(
            *_press("transfer_item"), Typed("2"), Typed("1"), ticket=serving, keypad=True
        ),
        "one_panel": desk_after(Panels(inner=True, outer=False), ticket=serving),
        "outer_alone": desk_after(Panels(inner=False, outer=True), ticket=serving),
        "cut_off": desk_after(_CARD, CutOff(), ticket=serving),
        "version": desk_after(_CARD, CutOff("version"), ticket=serving),
        "alone": desk_after(Live(alone=True), ticket=serving, next=None),
        "alone_free": desk_after(Live(alone=True), next=None),
        "safe": desk_after(mode="safe"),
    }  # fmt: skip
