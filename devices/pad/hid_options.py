"""Settings of a USB keypad that serves as a pad: what each of its keys means."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal

import msgspec

from devices.base import BACK, ENTER, ERASE
from devices.errors import WrongSetting
from devices.hid.keys import CODES, code_of
from devices.pad.profile_tables import EVENTS, VALUED

__all__ = ["LAYOUTS", "HidPadOptions", "Meaning"]

#: The hall's word for a key, and its score or the number of its reason.
Meaning = tuple[str, int | None]

_SCORES = range(1, 6)
#: Which of the hall's reasons for a bad rating: as many as it may have.
_REASONS = range(1, 13)
#: Where a key may send a ticket: a window's number, an item's in figures.
_PLACES = range(1, 1_000_000)
_OF_A_VALUE = {"rate": _SCORES, "reason": _REASONS, "to_window": _PLACES, "to_item": _PLACES}
#: A key that a hall takes out of its layout.
_NOTHING = "nothing"

#: What the 17 keys of a number pad mean to a clerk, and its digits to a taxpayer. One keypad is one
#: of them: whoever can rate must not be whom the rating is about.
LAYOUTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "caller": {
            "KPENTER": "call_next",
            "KPPLUS": "recall",
            "KP0": "finish",
            "KPDOT": "start",
            "KPMINUS": "no_show",
            "KPASTERISK": "park",
            "KPSLASH": "call_back",
            "KP4": "close",
            "KP7": "pause",
            "KP8": "transfer",
            "KP9": "help",
        },
        "rating": {
            **{f"KP{score}": f"rate {score}" for score in _SCORES},
            **{f"KP{reason + 5}": f"reason {reason}" for reason in range(1, 5)},
        },
        "none": {},
    }
)

#: What a number pad's keys are while a number is typed, whatever else they mean.
_TYPING = {
    **{f"KP{figure}": str(figure) for figure in range(10)},
    "KPENTER": ENTER, "KPDOT": BACK, "KPASTERISK": ERASE,
}  # fmt: skip


class HidPadOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One USB keypad.

    ``keys`` adds to the layout and changes it: the kernel's name of a key (``KP1``, ``F1``;
    ``#240`` for one without) -> ``call_next``, ``rate 5``, ``reason 2``, ``to_window 3``,
    ``nothing``.
    """

    layout: Literal["caller", "rating", "none"] = "caller"
    keys: dict[str, str] = {}
    #: A key that goes down again this soon after it went up is its contact bouncing.
    bounce_s: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.03
    #: Held so long, a key is stuck and somebody should look.
    stuck_s: Annotated[float, msgspec.Meta(gt=0, le=3600)] = 20.0
    #: The keyboard's lamp that is lit while a rating is asked for.
    lamp: Literal["num", "caps", "scroll", "none"] = "num"

    def __post_init__(self) -> None:
        """Check the keys. Raises ``WrongSetting``."""
        if not self.meanings():
            raise WrongSetting(
                "keys: 没有任何按键有含义，请选择 layout 或写明按键",
                "keys: no key means anything; take a layout, or name keys",
            )

    def typing(self) -> dict[int, str]:
        """Return the number of each key that types -> what; none on a taxpayer's keys."""
        return {} if self.layout == "rating" else {CODES[k]: key for k, key in _TYPING.items()}

    def meanings(self) -> dict[int, Meaning]:
        """Return the number of each key that means something -> what."""
        found: dict[int, Meaning] = {CODES[k]: _meaning(k, w) for k, w in _laid(self.layout)}
        for key, words in self.keys.items():
            code = code_of(key)
            if code is None:
                raise WrongSetting(
                    f"keys: 没有按键 {key!r}；名称如 KP1、ENTER、F1、#240",
                    f"keys: {key!r} is no key; names are such as KP1, ENTER, F1, #240",
                )
            if words == _NOTHING:
                found.pop(code, None)
            else:
                found[code] = _meaning(key, words)
        return found


def _laid(layout: str) -> list[tuple[str, str]]:
    return list(LAYOUTS[layout].items())


def _meaning(key: str, words: str) -> Meaning:
    event, _, number = words.partition(" ")
    values = _OF_A_VALUE.get(event)
    if values is not None and number.isdecimal() and int(number) in values:
        return event, int(number)
    if event not in EVENTS - VALUED or number:
        known = ", ".join(sorted(EVENTS - VALUED))
        raise WrongSetting(
            f"keys.{key}: 没有功能 {words!r}；可用：{known}、rate 1 至 rate 5、reason 1 等、"
            f"to_window 3 等、to_item 210 等、{_NOTHING}",
            f"keys.{key}: {words!r} is not one of {known}, rate 1 to rate 5, reason 1 and so on, "
            f"to_window 3 and so on, to_item 210 and so on, {_NOTHING}",
        )
    return event, None
