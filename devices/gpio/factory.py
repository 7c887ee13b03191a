"""Where the pins are: this Pi's, or the bench's. Said in the configuration, never guessed.

gpiozero by itself tries one library after another and ends with whatever works; here a pin
factory is made by name, and what cannot be made is an error. gpiozero is imported only when the
first pin is opened (about 30 ms and 4 MB).

lgpio, once imported, keeps a thread of its own and a small file in its working directory: a
service that may not write there sets ``LG_WD`` to a directory where it may.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from devices.errors import DeviceUnavailable

__all__ = ["Pins", "PinsOpener", "open_pins"]


@dataclass(slots=True)
class Pins:
    """A pin factory in use by one device; ``close`` gives it back, the last user ends it.

    ``check`` raises ``DeviceUnavailable`` when the pins are out of reach.
    """

    factory: Any
    #: What gpiozero and its library raise when a pin is taken, wrong or gone.
    errors: tuple[type[Exception], ...]
    check: Callable[[], None]
    _give_back: Callable[[], None]
    _closed: bool = False

    def close(self) -> None:
        """Give the factory back; a second call does nothing."""
        if not self._closed:
            self._closed = True
            self._give_back()


PinsOpener = Callable[[str], Pins]


@dataclass(slots=True)
class _Shared:
    """One factory for all devices on the same pins: the chip and the socket open once."""

    factory: Any
    errors: tuple[type[Exception], ...]
    check: Callable[[float], None]
    users: int = 0


#: How long the first connection to the bench may take.
_FIRST_WAIT_S = 1.0

_lock = threading.Lock()
_shared: dict[str, _Shared] = {}


def open_pins(spec: str) -> Pins:
    """Open ``lgpio`` or ``mock:<unix socket>``. Raises ``DeviceUnavailable``."""
    with _lock:
        shared = _shared.get(spec)
        if shared is None:
            shared = _shared[spec] = _make(spec)
        shared.users += 1
    pins = Pins(
        shared.factory,
        shared.errors,
        lambda: shared.check(0.0),
        lambda: _give_back(spec, shared),
    )
    try:
        shared.check(_FIRST_WAIT_S)
    except DeviceUnavailable:
        pins.close()
        raise
    return pins


def _give_back(spec: str, shared: _Shared) -> None:
    with _lock:
        shared.users -= 1
        if shared.users:
            return
        del _shared[spec]
        shared.factory.close()


def _make(spec: str) -> _Shared:
    if spec == "lgpio":
        return _this_pi()
    kind, _, path = spec.partition(":")
    if kind != "mock" or not path:
        raise ValueError(f"pins: {spec!r} is neither lgpio nor mock:<socket>")
    try:
        from gpiozero.exc import GPIOZeroError

        from devices.gpio.bench_pins import BenchFactory
    except ModuleNotFoundError as error:
        raise DeviceUnavailable(spec, *_missing(error)) from error
    factory = BenchFactory(path)
    return _Shared(factory, (GPIOZeroError,), factory.check)


def _always_there(_wait_s: float) -> None:
    return None


def _this_pi() -> _Shared:
    try:
        import lgpio
        from gpiozero.exc import GPIOZeroError
        from gpiozero.pins.lgpio import LGPIOFactory
    except ModuleNotFoundError as error:
        raise DeviceUnavailable("lgpio", *_missing(error)) from error
    errors = (GPIOZeroError, OSError, lgpio.error)
    try:
        return _Shared(LGPIOFactory(), errors, _always_there)
    except errors as error:
        raise DeviceUnavailable("lgpio", str(error), f"引脚不能使用：{error}") from error


def _missing(error: ModuleNotFoundError) -> tuple[str, str]:
    return f"the library {error.name} is missing", f"缺少程序库 {error.name}"
