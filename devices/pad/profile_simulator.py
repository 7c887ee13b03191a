"""A pad of any make, as its profile describes it: the other end of the driver's wire.

Its frames are written by ``devices.pad.simulated_frames``, not by the driver's codec. A pad that
speaks by itself sends each key until it is acknowledged, four times at most; one that is asked
keeps its keys until their acknowledgement.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from devices.pad.options import ProfileOptions
from devices.pad.parts import bytes_of
from devices.pad.profile import load_profile
from devices.pad.profile_tables import VALUED, Acknowledge, Command, Event, place_of
from devices.pad.simulated_frames import Writer
from devices.simulator import Simulator, UnknownKey

__all__ = ["ProfilePadSimulator"]

_ALIASES = {
    "next": "call_next",
    "start_rating": "finish",
    "rating": "rate",
}
_TYPED = frozenset({"figure", "enter", "back", "erase"})
_RESEND_S = 0.1
_MOST_RESENDS = 3
_BOUNCE_S = 0.015
_LATE_S = 0.03
#: A key that is held down is told so many times.
_HELD_POLLS = 3
_MOST_BYTES = 512
_HIGHEST_ADDRESS = 99


class _Form(NamedTuple):
    """A command as it goes over the wire: how it begins, and how many bytes it has."""

    name: str
    command: Command
    sizes: list[int]
    begins: bytes
    size: int


class ProfilePadSimulator(Simulator):
    """One pad. Keys are the profile's events (``call_next``, also ``next``); ``rating`` N.

    ``enter`` N, ``figure`` N and ``back`` are those that type, each key a frame of its own.
    """

    faults: ClassVar[tuple[str, ...]] = (
        "no-ack-heard",
        "bad-checksum",
        "wrong-address",
        "repeats",
        "bounce",
        "half-frame",
        "neighbour",
        "late-answer",
    )

    def __init__(self, name: str, options: ProfileOptions) -> None:
        super().__init__(name, options)
        self._profile = profile = load_profile(options.profile)
        self._address = options.address
        #: Key frames have func 1 where the profile does not say which.
        told = profile.typing.function if profile.typing is not None else None
        self._typing_function = 1 if told is None else told
        self._writer = Writer(profile.frame.parts, profile.escapes())
        self._question = self._make_question()
        self._commands = self._forms()
        self._buffer = b""
        self._keys: deque[tuple[bytes, bytes]] = deque()
        self._sends = 0
        self._digits: dict[str, str] = {}
        self._rating_open = False
        self._counts = dict.fromkeys(
            ("presses", "polls", "acks", "resends", "given_up", "beeps"), 0
        )
        self._last_press_ns: int | None = None
        self._last_rx_ns: int | None = None

    def _make_question(self) -> bytes:
        poll = self._profile.poll
        if poll is None:
            return b""
        asks = self._writer if poll.parts is None else Writer(poll.parts, {})
        return asks.frame(self._address, poll.function, bytes_of(poll.data))

    # ---- keys

    def press(self, key: str, value: int | None = None) -> None:
        """Press a key; ``rating`` needs its score. Raises ``UnknownKey``."""
        plain = key.replace("-", "_")
        typing = self._profile.typing
        if typing is not None and plain in _TYPED and (value or 0) >= 0:
            figures = "" if value is None else str(value)
            end = "" if plain == "figure" else getattr(typing, plain) or ""
            keys = [*(typing.figures[int(one)] for one in figures), end]
            self._type([bytes_of(one) for one in keys if one])
            return
        event = self._event(_ALIASES.get(plain, plain), value)
        if event is None:
            words = ((one.event, one.value != "none") for one in self._profile.event)
            names = [*dict.fromkeys(f"{e} N" if n else e for e, n in words)]
            raise UnknownKey(", ".join([*names, "enter N"] if typing is not None else names))
        self._counts["presses"] += 1
        self._last_press_ns = time.monotonic_ns()
        if event.event == "rate":
            self._rating_open = False
        self._enter(event, value)
        if "bounce" in self.active_faults:
            self.later(_BOUNCE_S, lambda: self._enter(event, value))

    def _type(self, keys: Sequence[bytes]) -> None:
        self._counts["presses"] += len(keys)
        self._last_press_ns = time.monotonic_ns()
        for data in keys:
            self._send_as(self._typing_function, data, self._profile.acknowledge)

    def _event(self, name: str, value: int | None) -> Event | None:
        for event in self._profile.event:
            valued = event.value in ("last", "decimal")
            fits = value is not None if valued else value in (None, event.value)
            if event.event == name and fits and (name in VALUED) == (value is not None):
                return event
        return None

    def _enter(self, event: Event, value: int | None) -> None:
        data = bytes_of(event.whole or "") or bytes_of(event.head or "")
        if event.value == "last":
            data += bytes([value or 0])
        elif event.value == "decimal":
            data += str(value).encode()
        data += bytes_of(event.tail or "")
        function = event.function if event.function is not None else 1
        self._send_as(function, data, event.acknowledge or self._profile.acknowledge)

    def _send_as(self, function: int, data: bytes, how: Acknowledge) -> None:
        raw = self._frame(function, data)
        self._keys.append((raw, self._awaited(how, function, data, raw)))
        if not self._question and len(self._keys) == 1:
            self._send_key()

    def _frame(self, function: int, data: bytes) -> bytes:
        address = self._address
        if "wrong-address" in self.active_faults:
            address = self._neighbour()
        return self._writer.frame(address, function, data)

    def _neighbour(self) -> int:
        return self._address + 1 if self._address < _HIGHEST_ADDRESS else self._address - 1

    def _awaited(self, how: Acknowledge, function: int, data: bytes, raw: bytes) -> bytes:
        if how.how == "none":
            return b""
        if how.how == "echo":
            return raw
        told = function if how.function is None else how.function
        return self._writer.frame(
            self._address, told, data if how.data is None else bytes_of(how.data)
        )

    def _send_key(self) -> None:
        """Send the oldest key, and come back for it when nobody acknowledges it."""
        if not self._keys:
            return
        key = self._keys[0]
        if self._sends > _MOST_RESENDS:
            self._counts["given_up"] += 1
            self._next_key()
            return
        self._counts["resends"] += self._sends > 0
        self._sends += 1
        if key[1]:
            self.later(_RESEND_S, lambda: self._send_again(key))
        self._utter(key[0])
        if not key[1] and "repeats" in self.active_faults:
            self._utter(key[0])
        if not key[1]:
            self._next_key()

    def _send_again(self, key: tuple[bytes, bytes]) -> None:
        if self._keys and self._keys[0] is key:
            self._send_key()

    def _next_key(self) -> None:
        self._sends = 0
        if self._keys:
            self._keys.popleft()
        if not self._question:
            self._send_key()

    def _utter(self, raw: bytes) -> None:
        if "neighbour" in self.active_faults:
            other = next(iter(self._profile.event))
            data = bytes_of(other.whole or other.tail or "") or b"1"
            self.send(self._writer.frame(self._neighbour(), other.function or 1, data))
        if "bad-checksum" in self.active_faults:
            raw = self._writer.damaged(raw)
        if "half-frame" in self.active_faults:
            raw = raw[: max(1, len(raw) // 2)]
        self.send(raw)

    # ---- from the host

    def feed(self, data: bytes) -> None:
        """Take the host's bytes: the question, an acknowledgement, a command."""
        self._last_rx_ns = time.monotonic_ns()
        self._buffer = (self._buffer + data)[-_MOST_BYTES:]
        at = 0
        while at < len(self._buffer):
            used = self._take(self._buffer[at:])
            if used < 0:
                break
            at += used or 1
        self._buffer = self._buffer[at:]

    def _take(self, rest: bytes) -> int:
        """Return the bytes of what begins here: 0 is nothing, -1 a beginning."""
        begun = False
        for expected, heard in self._expected():
            if expected and rest.startswith(expected):
                heard()
                return len(expected)
            begun |= bool(expected) and expected.startswith(rest)
        for form in self._commands:
            used = self._take_command(form, rest)
            if used > 0:
                return used
            begun |= used < 0
        return -1 if begun else 0

    def _expected(self) -> list[tuple[bytes, Any]]:
        awaited = self._keys[0][1] if self._keys and self._sends else b""
        return [(self._question, self._asked), (awaited, self._acknowledged)]

    def _forms(self) -> list[_Form]:
        """Return the commands as they begin on the wire, made once: sixteen pads hear each byte."""
        forms = []
        for name in ("show", "beep", "ask_rating", "thank"):
            command: Command | None = getattr(self._profile.commands, name)
            if command is None:
                continue
            places = [place_of(piece) for piece in command.data]
            sizes = [
                place[1] if place else len(bytes_of(piece))
                for place, piece in zip(places, command.data, strict=True)
            ]
            blank = self._writer.frame(self._address, command.function, bytes(sum(sizes)))
            other = self._writer.frame(self._address, command.function, b"\xff" * sum(sizes))
            size = _shared(blank, other) if sizes else len(blank)
            forms.append(_Form(name, command, sizes, blank[:size], len(blank)))
        return forms

    def _take_command(self, form: _Form, rest: bytes) -> int:
        """Try one command; its data's size is known, so the frame's is."""
        if not rest.startswith(form.begins[: len(rest)]):
            return 0
        if len(rest) < form.size:
            return -1
        at, size = len(form.begins), sum(form.sizes)
        data = rest[at : at + size]
        whole = self._writer.frame(self._address, form.command.function, data)
        if not rest.startswith(whole) or not self._fits(form.command, data, form.sizes):
            return 0
        self._told(form.name, form.command, data, form.sizes)
        return len(whole)

    @staticmethod
    def _fits(command: Command, data: bytes, sizes: list[int]) -> bool:
        at = 0
        for piece, size in zip(command.data, sizes, strict=True):
            if place_of(piece) is None and data[at : at + size] != bytes_of(piece):
                return False
            at += size
        return True

    def _told(self, name: str, command: Command, data: bytes, sizes: list[int]) -> None:
        digits, at = self._profile.digits, 0
        for piece, size in zip(command.data, sizes, strict=True):
            place = place_of(piece)
            if place is not None:
                shown = [byte - digits.zero for byte in data[at : at + size]]
                self._digits[place[0]] = "".join(str(n) for n in shown if n in range(10))
            at += size
        self._counts["beeps"] += name == "beep"
        if name in {"ask_rating", "thank"}:
            self._rating_open = name == "ask_rating"

    def _acknowledged(self) -> None:
        if "no-ack-heard" in self.active_faults or "repeats" in self.active_faults:
            return
        self._counts["acks"] += 1
        self._next_key()

    def _asked(self) -> None:
        """Answer: the oldest key, or that there is none."""
        self._counts["polls"] += 1
        delay_s = 0.0
        poll = self._profile.poll
        if poll is not None and "late-answer" in self.active_faults:
            delay_s = poll.answer_ms / 1000 + _LATE_S
        if delay_s:
            self.later(delay_s, self._answer)
        else:
            self._answer()

    def _answer(self) -> None:
        poll = self._profile.poll
        if poll is None:
            return
        if not self._keys:
            function = poll.nothing.function
            data = bytes_of(poll.nothing.data or "")
            self._utter(self._frame(function if function is not None else 1, data))
            return
        raw, awaited = self._keys[0]
        self._counts["resends"] += self._sends > 0
        self._sends += 1
        self._utter(raw)
        if not awaited and self._sends >= (_HELD_POLLS if poll.held else 1):
            self._next_key()

    def seen(self) -> Mapping[str, Any]:
        """What stands on the pad, and what happened on it."""
        return {
            "address": self._address,
            "waiting": self._digits.get("waiting", ""),
            "number": self._digits.get("number", ""),
            "stars": self._digits.get("stars"),
            "rating_open": self._rating_open,
            "unanswered": bool(self._keys),
            "last_press_ns": self._last_press_ns,
            "last_rx_ns": self._last_rx_ns,
            **self._counts,
        }


def _shared(one: bytes, other: bytes) -> int:
    """Return with how many bytes both begin."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (left, right) in pairs if left != right), min(len(one), len(other)))
