"""Plays a scanner that types its codes: a US keyboard, then Enter.

What it scans is the serial scanner's; how it gets to the hall is not.
"""

from __future__ import annotations

from typing import ClassVar

from devices.card_reader.scanner_options import ScannerOptions
from devices.card_reader.scanner_simulator import ScannerSimulator
from devices.hid.keys import CODES, TYPED
from devices.hid.simulated import FAULTS, Typist, now_us

__all__ = ["HidScannerSimulator"]

_SHIFT, _ALT = CODES["LEFTSHIFT"], CODES["LEFTALT"]
#: Character -> key, and whether with Shift; the main keys come before the keypad's.
_KEYS = {text: (code, False) for code, (text, _) in reversed(tuple(TYPED.items()))}
_KEYS |= {above: (code, True) for code, (text, above) in TYPED.items() if above != text}


class HidScannerSimulator(ScannerSimulator):
    """One scanner, with the keys of the serial one.

    Faults, beside those of all that types: ``ends-tab``, ``keypad-digits`` (digits as the number
    pad's), ``caps`` (CapsLock around each code instead of Shift), ``german`` (Y and Z changed
    places), ``repeats``, ``cut-short``.
    """

    faults: ClassVar[tuple[str, ...]] = (
        *FAULTS, "ends-tab", "keypad-digits", "caps", "german", "repeats", "cut-short",
    )  # fmt: skip

    def __init__(self, name: str, options: ScannerOptions) -> None:
        super().__init__(name, options)
        self._typist = Typist(self._put, self.active_faults, now_us)

    def scan(self, code: bytes) -> None:
        """Read a code, and type it."""
        self._scanned += 1
        data = self._prefix + code + self._suffix
        whole = "cut-short" not in self.active_faults
        if not whole:
            data = data[: len(data) // 2]
        for _ in range(5 if "repeats" in self.active_faults else 1):
            self._type(data)
            if whole:
                end = "TAB" if "ends-tab" in self.active_faults else "ENTER"
                self._typist.tap(CODES[end])

    def _put(self, data: bytes) -> None:
        # The host sets ``send`` when the wire is there.
        self.send(data)

    def _type(self, data: bytes) -> None:
        caps = "caps" in self.active_faults
        if caps:
            self._typist.tap(CODES["CAPSLOCK"])
        for byte in data:
            self._character(chr(byte), caps=caps)
        if caps:
            self._typist.tap(CODES["CAPSLOCK"])

    def _character(self, text: str, *, caps: bool) -> None:
        if text not in _KEYS:
            # As a scanner types what no key has: its number, with Alt held.
            self._typist.tap(CODES["KP0"], held=(_ALT,))
            return
        code, shift = _KEYS[text]
        if "german" in self.active_faults and text.upper() in {"Y", "Z"}:
            code = CODES["Z" if text.upper() == "Y" else "Y"]
        if "keypad-digits" in self.active_faults and text.isdigit():
            code = CODES[f"KP{text}"]
        if caps and text.isalpha():
            shift = not shift
        self._typist.tap(code, held=(_SHIFT,) if shift else ())
