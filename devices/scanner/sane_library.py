"""SANE's C library as Python sees it: its calls, its options, its status codes.

Source: SANE Standard Version 1.06, chapter 4 (``sane.h``). Only ``sane_process`` uses this, in a
process of its own. Called by ctypes and not by Debian's python3-sane, tried side by side: that one
hands a page over as a whole and as a second copy, gives a status as an English sentence, and exists
for Debian's own Python alone; ``scanimage`` writes several pages to files only.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

__all__ = ["Frame", "Handle", "Option", "Parameters", "Sane", "SaneError", "State", "Type", "Unit"]

OptionValue = bool | int | float | str
Constraint = tuple[float, float, float] | list[float] | list[str] | None

_FIXED = 1 << 16
_SET_VALUE = 1
_GET_VALUE = 0
_RELOAD_OPTIONS = 2
_SOFT_SELECT = 1
_INACTIVE = 32


class State(IntEnum):
    """``SANE_Status``, with the standard's numbers; 12 and 13 are of its later drafts."""

    GOOD = 0
    UNSUPPORTED = 1
    CANCELLED = 2
    DEVICE_BUSY = 3
    INVAL = 4
    EOF = 5
    JAMMED = 6
    NO_DOCS = 7
    COVER_OPEN = 8
    IO_ERROR = 9
    NO_MEM = 10
    ACCESS_DENIED = 11
    WARMING_UP = 12
    HW_LOCKED = 13


class Type(IntEnum):
    """``SANE_Value_Type``."""

    BOOL = 0
    INT = 1
    FIXED = 2
    STRING = 3
    BUTTON = 4
    GROUP = 5


class Unit(IntEnum):
    """``SANE_Unit``."""

    NONE = 0
    PIXEL = 1
    BIT = 2
    MM = 3
    DPI = 4
    PERCENT = 5
    MICROSECOND = 6


class Frame(IntEnum):
    """``SANE_Frame``: one frame of a page; three of the last three make a colour page."""

    GRAY = 0
    RGB = 1
    RED = 2
    GREEN = 3
    BLUE = 4


class SaneError(Exception):
    """A call that SANE did not grant; ``state`` is its number, ``what`` the call."""

    def __init__(self, what: str, state: int) -> None:
        super().__init__(f"{what}: status {state}")
        self.what = what
        self.state = state


@dataclass(frozen=True, slots=True)
class Parameters:
    """``SANE_Parameters``; ``lines`` is -1 where nobody knows it beforehand (a hand scanner)."""

    frame: int
    last_frame: bool
    bytes_per_line: int
    pixels_per_line: int
    lines: int
    depth: int


@dataclass(frozen=True, slots=True)
class Option:
    """``SANE_Option_Descriptor``; ``constraint`` is a range, a list of values or None."""

    index: int
    name: str
    type: int
    unit: int
    size: int
    active: bool
    settable: bool
    constraint: Constraint


class _Device(ctypes.Structure):
    _fields_ = [(part, ctypes.c_char_p) for part in ("name", "vendor", "model", "type")]


class _Range(ctypes.Structure):
    _fields_ = [(part, ctypes.c_int) for part in ("min", "max", "quant")]


class _Constraint(ctypes.Union):
    _fields_ = [
        ("strings", ctypes.POINTER(ctypes.c_char_p)),
        ("words", ctypes.POINTER(ctypes.c_int)),
        ("range", ctypes.POINTER(_Range)),
    ]


class _Descriptor(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_char_p),
        ("title", ctypes.c_char_p),
        ("desc", ctypes.c_char_p),
        ("type", ctypes.c_int),
        ("unit", ctypes.c_int),
        ("size", ctypes.c_int),
        ("cap", ctypes.c_int),
        ("constraint_type", ctypes.c_int),
        ("constraint", _Constraint),
    ]


class _Parameters(ctypes.Structure):
    _fields_ = [
        (part, ctypes.c_int)
        for part in (
            "format",
            "last_frame",
            "bytes_per_line",
            "pixels_per_line",
            "lines",
            "depth",
        )
    ]


def _text(value: bytes | None) -> str:
    return (value or b"").decode("utf-8", "replace")


class Sane:
    """The library itself. Raises ``OSError`` when it is not installed, ``SaneError``."""

    def __init__(self) -> None:
        self._c = ctypes.CDLL("libsane.so.1")
        handle, number = ctypes.c_void_p, ctypes.c_int
        for name, arguments in {
            "sane_open": [ctypes.c_char_p, ctypes.POINTER(handle)],
            "sane_close": [handle],
            "sane_control_option": [handle, number, number, handle, ctypes.POINTER(number)],
            "sane_get_parameters": [handle, ctypes.POINTER(_Parameters)],
            "sane_start": [handle],
            "sane_read": [handle, handle, number, ctypes.POINTER(number)],
            "sane_cancel": [handle],
            "sane_get_option_descriptor": [handle, number],
        }.items():
            getattr(self._c, name).argtypes = arguments
        self._c.sane_get_option_descriptor.restype = ctypes.POINTER(_Descriptor)
        # Without a callback for passwords: a device that wants one answers ACCESS_DENIED.
        self.call("sane_init", ctypes.byref(number()), None)

    def call(self, name: str, *arguments: Any) -> None:
        """Call a function that returns a status. Raises ``SaneError`` for any but GOOD."""
        state = int(getattr(self._c, name)(*arguments))
        if state != State.GOOD:
            raise SaneError(name, state)

    def plain(self, name: str, *arguments: Any) -> Any:
        """Call a function without a status."""
        return getattr(self._c, name)(*arguments)

    def devices(self, *, local: bool) -> list[tuple[str, str, str, str]]:
        """Return name, vendor, model and sort of each device that SANE sees."""
        found = ctypes.POINTER(ctypes.POINTER(_Device))()
        self.call("sane_get_devices", ctypes.byref(found), int(local))
        devices: list[tuple[str, str, str, str]] = []
        for at in range(256):
            if not found[at]:
                break
            one = found[at].contents
            devices.append((_text(one.name), _text(one.vendor), _text(one.model), _text(one.type)))
        return devices

    def open(self, name: str) -> Handle:
        """Open a device. Raises ``SaneError``."""
        handle = ctypes.c_void_p()
        self.call("sane_open", name.encode("utf-8"), ctypes.byref(handle))
        return Handle(self, handle)


class Handle:
    """An open device."""

    def __init__(self, sane: Sane, handle: ctypes.c_void_p) -> None:
        self._sane = sane
        self._handle = handle
        self._buffer = ctypes.create_string_buffer(1 << 16)
        self._length = ctypes.c_int()

    def options(self) -> dict[str, Option]:
        """Return its options by name; they may change whenever one is set."""
        found: dict[str, Option] = {}
        for index in range(1, 1024):
            pointer = self._sane.plain("sane_get_option_descriptor", self._handle, index)
            if not pointer:
                break
            raw = pointer.contents
            if raw.type in {Type.GROUP, Type.BUTTON} or not raw.name:
                continue
            found[_text(raw.name)] = Option(
                index=index,
                name=_text(raw.name),
                type=raw.type,
                unit=raw.unit,
                size=raw.size,
                active=not raw.cap & _INACTIVE,
                settable=bool(raw.cap & _SOFT_SELECT),
                constraint=_constraint(raw),
            )
        return found

    def get(self, option: Option) -> OptionValue:
        """Return an option's value. Raises ``SaneError``."""
        buffer = ctypes.create_string_buffer(max(option.size, 4) + 1)
        self._control(option, _GET_VALUE, buffer)
        if option.type == Type.STRING:
            return _text(buffer.value)
        word: int = ctypes.cast(buffer, ctypes.POINTER(ctypes.c_int))[0]
        if option.type == Type.BOOL:
            return bool(word)
        return word / _FIXED if option.type == Type.FIXED else word

    def set(self, option: Option, value: OptionValue) -> bool:
        """Set an option; return whether the options must be read anew. Raises ``SaneError``."""
        if option.type == Type.STRING:
            text = str(value).encode("utf-8")
            if len(text) >= option.size:
                raise SaneError(option.name, State.INVAL)
            buffer = ctypes.create_string_buffer(text, option.size + 1)
        else:
            if isinstance(value, str) or option.size > ctypes.sizeof(ctypes.c_int):
                raise SaneError(option.name, State.INVAL)
            word = round(value * _FIXED) if option.type == Type.FIXED else int(value)
            buffer = ctypes.create_string_buffer(bytes(ctypes.c_int(word)), 5)
        return bool(self._control(option, _SET_VALUE, buffer) & _RELOAD_OPTIONS)

    def _control(self, option: Option, action: int, buffer: Any) -> int:
        info = ctypes.c_int()
        try:
            self._sane.call(
                "sane_control_option",
                self._handle,
                option.index,
                action,
                ctypes.cast(buffer, ctypes.c_void_p),
                ctypes.byref(info),
            )
        except SaneError as error:
            raise SaneError(option.name, error.state) from None
        return info.value

    def start(self) -> None:
        """Begin a frame. Raises ``SaneError`` (NO_DOCS at a feeder's end)."""
        self._sane.call("sane_start", self._handle)

    def parameters(self) -> Parameters:
        """Return what the frame that has begun is like."""
        raw = _Parameters()
        self._sane.call("sane_get_parameters", self._handle, ctypes.byref(raw))
        return Parameters(
            raw.format,
            bool(raw.last_frame),
            raw.bytes_per_line,
            raw.pixels_per_line,
            raw.lines,
            raw.depth,
        )

    def read(self) -> memoryview:
        """Return the next bytes, valid until the next call; empty at the frame's end."""
        try:
            self._sane.call(
                "sane_read",
                self._handle,
                self._buffer,
                len(self._buffer),
                ctypes.byref(self._length),
            )
        except SaneError as error:
            if error.state == State.EOF:
                return memoryview(b"")
            raise
        return memoryview(self._buffer)[: self._length.value].cast("B")

    def cancel(self) -> None:
        """End the scan; the standard allows it at any time, during another call too."""
        self._sane.plain("sane_cancel", self._handle)

    def close(self) -> None:
        """Let go of the device."""
        self._sane.plain("sane_close", self._handle)


def _constraint(raw: _Descriptor) -> Constraint:
    unit = _FIXED if raw.type == Type.FIXED else 1
    match raw.constraint_type:
        case 1 if raw.constraint.range:
            limits = raw.constraint.range.contents
            return limits.min / unit, limits.max / unit, limits.quant / unit
        case 2 if raw.constraint.words:
            words = raw.constraint.words
            return [words[at] / unit for at in range(1, min(words[0], 4096) + 1)]
        case 3 if raw.constraint.strings:
            texts: list[str] = []
            for text in raw.constraint.strings:
                if text is None or len(texts) >= 256:
                    break
                texts.append(_text(text))
            return texts
        case _:
            return None
