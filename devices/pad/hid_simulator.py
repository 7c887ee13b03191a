"""Plays a USB keypad: what a finger does to its keys, as the kernel's records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from devices.hid.keys import CODES, code_of
from devices.hid.simulated import FAULTS, Typist, now_us
from devices.pad.hid_options import HidPadOptions
from devices.simulator import Simulator, UnknownKey

__all__ = ["HidPadSimulator"]

_ALIASES = {"next": "call_next", "start_rating": "finish", "rating": "rate"}
#: What keypads send for their digits while NumLock is off.
_WITHOUT_NUMLOCK = {
    CODES[key]: CODES[other]
    for key, other in zip(
        ("KP0", "KP1", "KP2", "KP3", "KP4", "KP6", "KP7", "KP8", "KP9", "KPDOT"),
        ("INSERT", "END", "DOWN", "PAGEDOWN", "LEFT", "RIGHT", "HOME", "UP", "PAGEUP", "DELETE"),
        strict=True,
    )
}


class HidPadSimulator(Simulator):
    """One keypad.

    Keys are the hall's words that its options give to keys (``call_next``, also ``next``;
    ``rating`` with its score), the keys' own names (``kp5``, ``f1``), and ``enter`` with a number
    that is typed before it.

    Faults, beside those of all that types: ``numlock-off`` (END for 1, and a NumLock around each
    key), ``bounce``, ``stuck`` (the next key stays down until the fault ends).
    """

    faults: ClassVar[tuple[str, ...]] = (*FAULTS, "bounce", "numlock-off", "stuck")

    def __init__(self, name: str, options: HidPadOptions) -> None:
        super().__init__(name, options)
        self._typist = Typist(self._put, self.active_faults, now_us)
        self._by_words = {words: code for code, words in options.meanings().items()}
        self._presses = 0
        self._heard = 0
        self._stuck: int | None = None

    def feed(self, data: bytes) -> None:
        """Nothing can be sent through a pipe."""
        self._heard += len(data)

    def faults_changed(self) -> None:
        """A key that was stuck comes up when it is mended."""
        if self._stuck is not None and "stuck" not in self.active_faults:
            self._typist.hold(self._stuck, down=False)
            self._stuck = None

    def press(self, key: str, value: int | None = None) -> None:
        """Press a key; ``enter`` N types a number and Enter. Raises ``UnknownKey``."""
        if key == "enter" and value is not None and value >= 0:
            for figure in str(value):
                self.press(f"kp{figure}")
            self.press("kpenter")
            return
        code = self._code(key.replace("-", "_"), value)
        self._presses += 1
        if "stuck" in self.active_faults:
            self._stuck = code
            self._typist.hold(code, down=True)
            return
        if "numlock-off" in self.active_faults:
            self._typist.tap(CODES["NUMLOCK"])
            self._typist.tap(_WITHOUT_NUMLOCK.get(code, code))
            self._typist.tap(CODES["NUMLOCK"])
            return
        self._typist.tap(code)

    def _put(self, data: bytes) -> None:
        # The host sets ``send`` when the wire is there.
        self.send(data)

    def _code(self, key: str, value: int | None) -> int:
        code = self._by_words.get((_ALIASES.get(key, key), value))
        if code is None and value is None:
            code = code_of(key.upper())
        if code is None:
            words = (f"{event} N" if number else event for event, number in self._by_words)
            raise UnknownKey(f"{', '.join(dict.fromkeys(words))}, kp5, f1 ..., enter N")
        return code

    def seen(self) -> Mapping[str, Any]:
        """How often it was pressed."""
        return {"presses": self._presses, "heard_bytes": self._heard}
