"""Leads somebody through the keys of a USB keypad; what they mean becomes the pad's options.

The keypad is grabbed only while a key is waited for: it may be the keyboard that answers, too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import closing

from devices.base import Line
from devices.hid.keyboard import Edge, Keyboard
from devices.hid.keys import name_of
from devices.hid.opening import must_be_input
from devices.hid.port import keys_down
from firmware_py.cli.pad_lesson import wanted_keys
from firmware_py.cli.words import t

__all__ = ["KeypadLesson", "options_of"]

_PRESS_WITHIN_S = 20.0


class KeypadLesson:
    """One keypad. ``opening`` opens it, ``ask`` puts a question, ``tell`` says a sentence."""

    def __init__(
        self, opening: Callable[[], Line], ask: Callable[[str], str], tell: Callable[[str], None]
    ) -> None:
        self._opening = opening
        self._ask = ask
        self._tell = tell
        #: The kernel's name of a key -> the hall's word, as the options write it.
        self.keys: dict[str, str] = {}

    def take(self) -> None:
        """Ask for one key after the other. Raises ``DeviceError``."""
        self._tell(
            t(
                "键盘上没有的功能输入 s 跳过，学完输入 q。",
                "s: the keypad has no such key; q: that was all.",
            )
        )
        for event, value, words in wanted_keys(self._ask, figures=False):
            self._learn(event if value is None else f"{event} {value}", words)

    def _learn(self, words: str, name: str) -> None:
        key = self._press(t(f"请按：{name}", f"Press: {name}"))
        if key is None:
            self._tell(
                t(
                    "没有收到按键，此项跳过。",
                    "No key came: this one is left out.",
                )
            )
        elif key in self.keys:
            self._tell(
                t(
                    f"{key} 已用于“{self.keys[key]}”，此项跳过。",
                    f"{key} means {self.keys[key]} already: this one is left out.",
                )
            )
        else:
            self.keys[key] = words
            self._tell(t("收到：", "Heard: ") + key)

    def _press(self, asking: str) -> str | None:
        """Say ``asking``; return the key that goes down, once it is up again, or None."""
        pressed: str | None = None
        with closing(self._opening()) as line:
            keys = Keyboard(keys_down(must_be_input(line)))
            self._tell(asking)
            deadline = time.monotonic() + _PRESS_WITHIN_S
            while (left_s := deadline - time.monotonic()) > 0:
                for edge in keys.feed(line.read_some(left_s)):
                    if not isinstance(edge, Edge):
                        keys.now_down(keys_down(line.fileno()))
                    elif edge.down and pressed is None and name_of(edge.code) != "NUMLOCK":
                        pressed = name_of(edge.code)
                if pressed is not None and not keys.down:
                    break
        return pressed


def options_of(keys: Mapping[str, str]) -> str:
    """Return the options as TOML writes them, in one line."""
    pairs = ", ".join(f'"{key}" = "{words}"' for key, words in keys.items())
    return f'{{ layout = "none", keys = {{ {pairs} }} }}'
