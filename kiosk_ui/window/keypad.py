"""A pad of 17 keys as the clerk's only keyboard: every command, with one hand and without a mouse.

It is a keyboard of the screen, not a pad of the hall (``pad.hid``), but its keys mean the same.
What has no key of its own is behind ``/``, by its figure. An item's letter is a figure: A is 1.
"""

from __future__ import annotations

__all__ = ["MORE", "key_of"]

#: Opens, and shuts, the menu of what has no key of its own.
MORE = "/"
#: A whole keyboard's key -> the pad's; the keys of papers and choices are figures on both.
_KEYS = {
    "f1": "return", "f2": "+", "f3": ".", "f4": "0", "f5": "-", "f6": "*", "f7": "8", "f10": "7",
    "f12": "9", "return": "return", "escape": ".", "pageup": "-", "pagedown": "+",
    "backspace": "*",
}  # fmt: skip


def key_of(key: str) -> str:
    """Return the pad's key for one of a whole keyboard; empty where it has none of its own."""
    return key if key.isdecimal() else _KEYS.get(key.lower(), "")
