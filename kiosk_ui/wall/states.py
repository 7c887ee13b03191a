"""Every state that the wall can be in, with a made-up hall: for the gallery and for the tests.

Each is reached as in a hall, by the messages that a daemon sends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kiosk_ui.messages import Answered, CutOff, Happened, Live, Message, Tick
from kiosk_ui.wall.model import WallModel
from kiosk_ui.wall.screen import WallScreen

__all__ = ["EXAMPLE", "wall_after", "wall_states"]

_NAME = {"zh": "国家税务总局示范市税务局办税服务厅", "en": "Demo City Tax Service Hall"}
_CATEGORIES = (
    ("税务登记", "Tax registration", 3, 560),
    ("申报征收", "Filing and collection", 12, 1510),
    ("税收优惠", "Tax benefits", 0, 0),
    ("发票办理", "Invoices", 26, 2280),
    ("证明开具", "Certificates", 5, 700),
    ("咨询信用投诉", "Advice, credit and complaints", 1, 95),
    ("退税与文书", "Refunds and documents", 2, None),
)
_PRICES = (
    "开具完税证明 | 免费",
    "材料复印 | 0.20元/张",
    "证照邮寄（市内） | 12.00元",
    "自助打印 | 免费",
)


def _status(
    windows: Sequence[Mapping[str, Any]] = (), *, now: str = "2026-03-02 09:41:12", **other: Any
) -> Answered:
    status = {
        "name": _NAME, "mode": "normal", "now": now, "day": "2026-03-02", "day_open": True,
        "waiting": 49, "windows": list(windows),
        "hours": {"rest_day": False, "name": None, "next_words": None},
    }  # fmt: skip
    return Answered("status", {**status, **other})


def _windows(
    count: int, paused: Sequence[int] = (), held: Mapping[int, str] | None = None
) -> list[dict[str, Any]]:
    return [
        {
            "id": str(n),
            "name": {"zh": f"{n}号窗口", "en": f"Window {n}"},
            "status": "paused" if n in paused else "open",
            "ticket": (held or {}).get(n),
            "ticket_status": "serving",
            "auto": True,
            "called_ms": n,
        }
        for n in range(1, count + 1)
    ]


def _categories(rows: Sequence[tuple[str, str, int, int | None]] = _CATEGORIES) -> Answered:
    return Answered(
        "categories",
        [
            {"id": str(n), "name": {"zh": zh, "en": en}, "waiting": waiting, "wait_s": wait_s}
            for n, (zh, en, waiting, wait_s) in enumerate(rows)
        ],
    )


def _notices(*found: tuple[str, tuple[str, ...]]) -> Answered:
    listed = [
        {
            "notice": f"n{n}", "text": text, "lines": list(lines), "priority": 0,
            "state": "shown", "walls": [], "picture": "", "stamp": 0,
        }
        for n, (text, lines) in enumerate(found)
    ]  # fmt: skip
    return Answered("notices", {"notices": listed})


def _call(number: str, window: str) -> Happened:
    return Happened("ticket.called", {"number": number, "window": window})


#: A picture file of the kind that a hall puts into its folder, 16:9.
EXAMPLE = Path(__file__).with_name("example.jpg")


def _posters() -> Answered:
    found = _notices(("", ())).result["notices"]
    return Answered("notices", {"notices": [{**found[0], "picture": str(EXAMPLE), "stamp": 1}]})


_TEXT = ("60周岁以上老年人、残疾人和A级纳税人可到导税台优先取号，请提前备齐资料。", ())
_LIST = ("收费标准", _PRICES)


def wall_after(*messages: Message, step_s: float = 10.0, at_s: float = 1000.0) -> WallModel:
    """Return the wall after these messages, ``step_s`` apart, and a tick after each."""
    screen = WallScreen(wall="wall")
    model = screen.first
    for message in (Live(), *messages):
        for one in (message, Tick()):
            model, _ = screen.update(model, one, at_s)
        at_s += step_s
    return model


def _busy() -> tuple[Message, ...]:
    calls = [_call(f"A{100 + n:03}", str(n)) for n in (3, 11, 7, 1, 9, 14)]
    served = Happened("service.started", {"number": "A103", "window": "3"})
    held = {n: f"A{100 + n:03}" for n in (3, 11, 7, 1, 9, 14)}
    return (_status(_windows(15, (5,), held)), _categories(), _notices(_TEXT), *calls, served)


def wall_states() -> dict[str, WallModel]:
    """Return the states by name."""
    screen = WallScreen(wall="wall")
    quiet = (_status(_windows(4), waiting=0), _categories([(*c[:2], 0, 0) for c in _CATEGORIES]))
    next_words = {"zh": "明天 09:00 开门。", "en": "It opens tomorrow at 09:00."}
    closed: dict[str, Any] = {
        "day_open": False,
        "hours": {"rest_day": False, "name": None, "next_words": next_words},
    }
    holiday: dict[str, Any] = {
        "day_open": False,
        "hours": {
            "rest_day": True, "name": {"zh": "国庆节", "en": "National Day"},
            "next_words": {"zh": "10月8日 09:00 开门。", "en": "It opens on 8 October at 09:00."},
        },
    }  # fmt: skip
    many = [(zh * 2, f"{en} and {en.lower()}", n * 9, (w or 0) * 3) for zh, en, n, w in _CATEGORIES]
    hundred = {n: f"A1{n:03}" for n in range(1, 33)}
    return {
        "starting": screen.first,
        "idle": wall_after(*quiet),
        "waiting": wall_after(_status(_windows(15, (5, 6))), _categories(), _notices(_LIST)),
        "called": wall_after(*_busy()),
        "flashing": wall_after(*_busy(), _call("A121", "2"), step_s=10.0),
        "price_list": wall_after(*_busy()[:2], _notices(_LIST), *_busy()[3:]),
        "picture": wall_after(*_busy()[:2], _posters(), *_busy()[3:]),
        "poster": wall_after(_status(_windows(15, (5, 6))), _categories(), _posters()),
        "no_notice": wall_after(*_busy()[:2], *_busy()[3:]),
        "hundred_windows": wall_after(
            _status(_windows(100, range(40, 60), hundred)), _categories([*many, *many]),
            _notices((_TEXT[0] * 3, ()), _LIST),
            *(_call(f"A1{n:03}", str(n)) for n in (31, 8, 100, 77, 12, 54, 66, 3, 19, 41)),
        ),
        "no_windows": wall_after(_status([], waiting=12), _categories(), _notices(_TEXT)),
        "named_window": wall_after(
            _status([
                {"id": "desk", "name": {"zh": "疑难业务综合处理窗口", "en": "Exception desk"},
                 "status": "open", "ticket": None, "ticket_status": None, "auto": False,
                 "called_ms": None},
            ]), _categories(), _call("VIP2001", "desk"),
        ),
        "closed": wall_after(_status(**closed), _notices(_TEXT)),
        "closed_picture": wall_after(_status(**closed), _posters()),
        "holiday": wall_after(_status(**holiday)),
        "midnight": wall_after(_status(now="2026-03-03 00:00:05"), _call("A001", "1")),
        "cut_off": wall_after(*_busy(), CutOff()),
        "safe": wall_after(Answered("status", {"name": _NAME, "mode": "safe"})),
    }  # fmt: skip
