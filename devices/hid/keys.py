"""Keys by name and number, and what they type on a US keyboard.

Source: include/uapi/linux/input-event-codes.h; names are the kernel's without ``KEY_``. A number is
the key's place (by its HID usage), whatever is printed on it and whatever NumLock says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["CODES", "HIGHEST", "TYPED", "code_of", "name_of", "typed"]

HIGHEST = 0x2FF
_OTHER = re.compile(r"#(\d{1,3})")


def _run(first: int, names: str) -> dict[str, int]:
    return {name: first + place for place, name in enumerate(names.split())}


#: Name -> number, of the keys that keypads and scanners have.
CODES: Mapping[str, int] = MappingProxyType(
    {
        **_run(1, "ESC 1 2 3 4 5 6 7 8 9 0 MINUS EQUAL BACKSPACE TAB"),
        **_run(16, "Q W E R T Y U I O P LEFTBRACE RIGHTBRACE ENTER LEFTCTRL"),
        **_run(30, "A S D F G H J K L SEMICOLON APOSTROPHE GRAVE LEFTSHIFT BACKSLASH"),
        **_run(44, "Z X C V B N M COMMA DOT SLASH RIGHTSHIFT KPASTERISK LEFTALT SPACE CAPSLOCK"),
        **_run(59, "F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 NUMLOCK SCROLLLOCK"),
        **_run(71, "KP7 KP8 KP9 KPMINUS KP4 KP5 KP6 KPPLUS KP1 KP2 KP3 KP0 KPDOT"),
        **_run(86, "102ND F11 F12"),
        **_run(96, "KPENTER RIGHTCTRL KPSLASH"),
        "RIGHTALT": 100,
        **_run(102, "HOME UP PAGEUP LEFT RIGHT END DOWN PAGEDOWN INSERT DELETE"),
        "KPEQUAL": 117,
        "KPCOMMA": 121,
        **_run(125, "LEFTMETA RIGHTMETA COMPOSE"),
        **_run(179, "KPLEFTPAREN KPRIGHTPAREN"),
        **_run(183, "F13 F14 F15 F16 F17 F18 F19 F20 F21 F22 F23 F24"),
        "CLEAR": 0x163,
    }
)
_NAMES = {code: name for name, code in CODES.items()}


def code_of(name: str) -> int | None:
    """Return a key's number; ``#240`` is key 240. None for what is no key."""
    other = _OTHER.fullmatch(name)
    if other is not None:
        return int(other[1]) if 0 < int(other[1]) <= HIGHEST else None
    return CODES.get(name)


def name_of(code: int) -> str:
    """Return a key's name, ``#240`` for one without."""
    return _NAMES.get(code, f"#{code}")


def _typed() -> dict[int, tuple[str, str]]:
    """Return number -> what the key types alone and with Shift, on a US keyboard."""
    found = {CODES[name]: (name.lower(), name) for name in "QWERTYUIOPASDFGHJKLZXCVBNM"}
    found |= {
        CODES[name]: (name, above) for name, above in zip("1234567890", "!@#$%^&*()", strict=True)
    }
    marks = {
        "MINUS": "-_", "EQUAL": "=+", "LEFTBRACE": "[{", "RIGHTBRACE": "]}", "SEMICOLON": ";:",
        "APOSTROPHE": "'\"", "GRAVE": "`~", "BACKSLASH": "\\|", "COMMA": ",<", "DOT": ".>",
        "SLASH": "/?", "SPACE": "  ",
    }  # fmt: skip
    found |= {CODES[name]: (both[0], both[1]) for name, both in marks.items()}
    keypad = {f"KP{digit}": digit for digit in "0123456789"}
    keypad |= {"KPMINUS": "-", "KPPLUS": "+", "KPASTERISK": "*", "KPSLASH": "/", "KPDOT": "."}
    return found | {CODES[name]: (text, text) for name, text in keypad.items()}


#: Number -> (alone, with Shift).
TYPED: Mapping[int, tuple[str, str]] = MappingProxyType(_typed())


def typed(code: int, *, shift: bool, caps: bool = False) -> str:
    """Return what a key types, "" for one that types nothing. ``caps`` turns letters round."""
    alone, above = TYPED.get(code, ("", ""))
    return above if shift != (caps and alone.isalpha()) else alone
