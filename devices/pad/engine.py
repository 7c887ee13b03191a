"""From bytes to frames to events, by a profile. Pure: no line, no clock of its own.

The reader takes bytes in any pieces and survives: noise before, between and after frames; a
frame cut short (after the profile's gap of silence); a wrong length, checksum or trailer. After
a frame that proves wrong it goes on one byte later, so that a good frame which begins inside a
bad one is found.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from dataclasses import dataclass

from devices.base import BACK, ENTER, ERASE, FIGURES
from devices.pad.codec import FrameCodec, PadFrame
from devices.pad.parts import bytes_of
from devices.pad.profile_tables import Acknowledge, Command, Poll, Profile, Typing, place_of

__all__ = ["KeyEvent", "KeyMeaning", "PadReader", "codec_for", "command_data", "is_nothing"]

#: Keys remembered while they wait for the one that completes them.
_MOST_TYPED = 16
#: A value in digits is a score, a count or an item in figures, never longer.
_MOST_DIGITS = 6


@functools.lru_cache(maxsize=32)
def codec_for(profile: Profile) -> FrameCodec:
    """Return the codec of a profile's frame; all pads of a profile share it."""
    return FrameCodec(profile.frame.parts, profile.escapes())


@dataclass(frozen=True, slots=True)
class KeyEvent:
    """What a frame means: a word of the hall, perhaps with a raw value.

    ``typed`` is what its keys are while a number is typed, as ``devices.base.Input`` has it.
    """

    event: str
    value: int | None
    acknowledge: Acknowledge | None
    #: The function by which the profile knows it, where it names one.
    function: int | None = None
    typed: str = ""


class PadReader:
    """Cuts a stream into frames. ``gap_s`` of silence end an unfinished frame; 0 never.

    Where silence ends the frames themselves, each comes out of ``idle`` (or of the next ``feed``)
    once its gap is over.
    """

    def __init__(self, codec: FrameCodec, gap_s: float = 0.0) -> None:
        self._codec = codec
        self._gap_s = gap_s
        self._buffer = bytearray()
        #: When the last bytes came, or were still waited for.
        self.fed_at = 0.0
        #: Places that began like a frame and were none.
        self.bad_frames = 0

    def feed(self, data: bytes, now: float) -> list[PadFrame]:
        """Take bytes that arrived at ``now`` (seconds of any steady clock); return the frames."""
        frames = self.idle(now)
        self.fed_at = now
        self._buffer += data
        if self._codec.ends_by_silence:
            return frames + self._until_silence()
        return frames + self._scan(more_may_come=True)

    @property
    def unfinished(self) -> bool:
        """Whether bytes wait for the rest of their frame, or for the silence that ends it."""
        return bool(self._buffer)

    def hold(self, now: float) -> None:
        """Begin the gap of an unfinished frame anew; not where silence itself ends frames."""
        if not self._codec.ends_by_silence:
            self.fed_at = now

    def expire(self) -> None:
        """Have the gap of an unfinished frame be over."""
        self.fed_at = -math.inf

    def idle(self, now: float) -> list[PadFrame]:
        """Give up an unfinished frame once its gap is over; return what it hid."""
        if not self._buffer or not self._gap_s or now - self.fed_at <= self._gap_s:
            return []
        if self._codec.ends_by_silence:
            return self._whole()
        return self._scan(more_may_come=False)

    def _whole(self) -> list[PadFrame]:
        raw = bytes(self._buffer)
        self._buffer.clear()
        frame = self._codec.match_whole(raw)
        if frame is None:
            self.bad_frames += 1
            return []
        return [frame]

    def _until_silence(self) -> list[PadFrame]:
        """Keep what came; of a burst beyond all frames only that it was one."""
        longest = self._codec.longest
        del self._buffer[longest + 1 :]
        return []

    def _scan(self, *, more_may_come: bool) -> list[PadFrame]:
        buffer, head, at = self._buffer, self._codec.head, 0
        last = self._codec.last
        if last is not None and buffer == last.raw:
            # All pads of a line get the same bytes: only the first takes them apart.
            buffer.clear()
            return [last]
        frames: list[PadFrame] = []
        while at < len(buffer):
            if head:
                found = buffer.find(head, at)
                if found < 0:
                    at = _partial_head(buffer, head, at) if more_may_come else len(buffer)
                    break
                at = found
            match = self._codec.match(buffer, at)
            if isinstance(match, PadFrame):
                frames.append(match)
                self._codec.last = match
                at += len(match.raw)
            elif match < 0 and more_may_come:
                break
            else:
                self.bad_frames += 1
                at += 1
        del buffer[:at]
        return frames


def _partial_head(buffer: bytearray, head: bytes, at: int) -> int:
    """Where a head that is not complete yet may begin."""
    for keep in range(min(len(head) - 1, len(buffer) - at), 0, -1):
        if buffer.endswith(head[:keep]):
            return len(buffer) - keep
    return len(buffer)


class KeyMeaning:
    """What the frames of one pad mean, by the profile's events; remembers unfinished keys."""

    def __init__(self, profile: Profile) -> None:
        self._collect_s = profile.keys.collect_ms / 1000
        self._rules = [
            (event, _optional(event.whole), bytes_of(event.head or ""), bytes_of(event.tail or ""))
            for event in profile.event
        ]
        self._typing = profile.typing
        self._keys = _typing_keys(profile.typing) if profile.typing is not None else {}
        self._typed = b""
        self._typed_at = 0.0

    def of(self, frame: PadFrame, now: float) -> KeyEvent | None:
        """Return the meaning, or None for a frame that means nothing (yet)."""
        found = self._event(frame, now)
        if self._typing is None:
            if found is not None and found.event == "transfer":
                # Without figures nobody can say where to: that is the desk.
                return dataclasses.replace(found, event="to_desk")
            return found
        # What is known by another function is no key of the clerk's: a score is not typed.
        known_by = None if found is None else found.function
        own = self._typing.function in (known_by, frame.function)
        typed = _as_typed(self._keys, frame.data) if own else ""
        if found is not None:
            return dataclasses.replace(found, typed=typed)
        return KeyEvent(FIGURES, None, None, typed=typed) if typed else None

    def _event(self, frame: PadFrame, now: float) -> KeyEvent | None:
        typed = self._typed if now - self._typed_at <= self._collect_s else b""
        self._typed = b""
        for data in (typed + frame.data, frame.data) if typed else (frame.data,):
            found = self._find(frame.function, data)
            if found is not None:
                return found
        if self._collect_s:
            self._typed, self._typed_at = (typed + frame.data)[-_MOST_TYPED:], now
        return None

    def _find(self, function: int | None, data: bytes) -> KeyEvent | None:
        for event, whole, head, tail in self._rules:
            if event.function is not None and event.function != function:
                continue
            if whole is not None and data != whole:
                continue
            if not data.startswith(head) or not data.endswith(tail):
                continue
            value: int | None = None
            if event.value == "last":
                if not data:
                    continue
                value = data[-1]
            elif event.value == "decimal":
                digits = data[len(head) :]
                if not (digits.isdigit() and len(digits) <= _MOST_DIGITS):
                    continue
                value = int(digits)
            elif isinstance(event.value, int):
                value = event.value
            return KeyEvent(event.event, value, event.acknowledge, event.function)
        return None


def _typing_keys(typing: Typing) -> dict[bytes, str]:
    """Return the data of each key -> what it types, the longest first."""
    keys = {bytes_of(data): str(figure) for figure, data in enumerate(typing.figures)}
    for data, key in ((typing.enter, ENTER), (typing.back, BACK), (typing.erase, ERASE)):
        if data is not None:
            keys[bytes_of(data)] = key
    return dict(sorted(keys.items(), key=lambda one: -len(one[0])))


def _as_typed(keys: dict[bytes, str], data: bytes) -> str:
    """Return what a frame's keys type; empty when there is anything else in it."""
    typed, at = "", 0
    while at < len(data):
        key = next((key for key in keys if data.startswith(key, at)), None)
        if key is None:
            return ""
        typed += keys[key]
        at += len(key)
    return typed


def is_nothing(poll: Poll, frame: PadFrame) -> bool:
    """Say whether an answer tells that no key was pressed."""
    nothing = poll.nothing
    if nothing.function is not None and frame.function != nothing.function:
        return False
    return nothing.data is None or frame.data == bytes_of(nothing.data)


def _optional(text: str | None) -> bytes | None:
    return None if text is None else bytes_of(text)


def command_data(command: Command, profile: Profile, values: dict[str, str]) -> bytes:
    """Return a command's data with ``values`` (digits as text) right-aligned in their places."""
    digits = profile.digits
    out = bytearray()
    for piece in command.data:
        place = place_of(piece)
        if place is None:
            out += bytes_of(piece)
            continue
        name, width = place
        text = values[name][-width:].rjust(width)
        out += bytes(digits.blank if c == " " else digits.zero + int(c) for c in text)
    return bytes(out)
