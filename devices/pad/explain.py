"""What the bytes of a pad's line mean, for people, by the profile of the traced pad.

A frame from a pad is looked up among the profile's events; one to a pad among its commands, its
question and its acknowledgements. Both sides may have one form (FF68): then the side decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from devices.base import BACK, ENTER, ERASE, FIGURES
from devices.pad.codec import FrameCodec, PadFrame
from devices.pad.engine import KeyMeaning, PadReader, codec_for, is_nothing
from devices.pad.parts import bytes_of
from devices.pad.profile import ProfileError, load_profile
from devices.pad.profile_tables import VALUED, Acknowledge, Command, Profile, place_of

__all__ = ["explain"]

_WORDS = {
    "call_next": "next",
    "finish": "finish, rating begins",
    "no_show": "no-show",
    "call_back": "call back",
    "one_metre_line": "one-metre line",
    "to_desk": "to the desk",
    "to_window": "to window",
    "to_item": "to item",
}


def explain(
    data: bytes, *, answers: bool = False, options: Mapping[str, Any] | None = None
) -> list[str]:
    """Return what the frames say, a line each; ``answers``: the pads' side.

    ``options`` are the pad's; a profile that is not on this machine has no words.
    """
    try:
        profile = load_profile(str((options or {}).get("profile", "ff68")))
    except ProfileError:
        return []
    poll = profile.poll
    if not answers and poll is not None and poll.parts is not None:
        asked = [f"{_who(frame)}anything?" for frame in _frames(FrameCodec(poll.parts), data)]
        if asked:
            return asked
    return [
        f"{_who(frame)}{_from_pad(profile, frame) if answers else _to_pad(profile, frame)}"
        for frame in _frames(codec_for(profile), data)
    ]


def _frames(codec: FrameCodec, data: bytes) -> list[PadFrame]:
    reader = PadReader(codec, 0.001)
    return reader.feed(data, 0.0) + (reader.idle(1.0) if codec.ends_by_silence else [])


def _who(frame: PadFrame) -> str:
    return "pad: " if frame.address is None else f"pad {frame.address}: "


def _from_pad(profile: Profile, frame: PadFrame) -> str:
    if profile.poll is not None and is_nothing(profile.poll, frame):
        return "no key"
    event = KeyMeaning(profile).of(frame, 0.0)
    if event is None:
        return _unknown(frame)
    if event.event == "rate":
        return f"rating {event.value}"
    if event.event == FIGURES:
        return f"types {_typed(event.typed)}"
    if event.event in VALUED:
        return f"{_WORDS.get(event.event, event.event)} {event.value}"
    return f"key {_WORDS.get(event.event, event.event)}"


def _typed(keys: str) -> str:
    """Return ``13 Enter`` for what such keys type."""
    for key, word in ((ENTER, " Enter"), (BACK, " back"), (ERASE, " erase")):
        keys = keys.replace(key, word)
    return keys.strip()


def _to_pad(profile: Profile, frame: PadFrame) -> str:
    poll = profile.poll
    if poll is not None and poll.parts is None:
        question = (poll.function, bytes_of(poll.data))
        if (frame.function, frame.data) == question:
            return "anything?"
    for name in ("show", "beep", "thank"):
        told = _command(name, getattr(profile.commands, name), profile, frame)
        if told:
            return told
    if profile.acknowledge.how == "echo" or any(
        event.acknowledge is not None and event.acknowledge.how == "echo" for event in profile.event
    ):
        event = KeyMeaning(profile).of(frame, 0.0)
        if event is not None and event.event not in VALUED:
            figures = event.event == FIGURES
            word = _typed(event.typed) if figures else _WORDS.get(event.event, event.event)
            return f"key {word} taken"
    if any(_acknowledges(how, frame) for how in _templates(profile)):
        return f"key {frame.data.hex(' ')} taken" if frame.data else "taken"
    return _command("ask_rating", profile.commands.ask_rating, profile, frame) or _unknown(frame)


def _templates(profile: Profile) -> list[Acknowledge]:
    all_of_them = [profile.acknowledge, *(event.acknowledge for event in profile.event)]
    return [how for how in all_of_them if how is not None and how.how == "template"]


def _acknowledges(how: Acknowledge, frame: PadFrame) -> bool:
    if how.function is not None and how.function != frame.function:
        return False
    return how.data is None or frame.data == bytes_of(how.data)


def _command(name: str, command: Command | None, profile: Profile, frame: PadFrame) -> str:
    """Return the command in words when the frame is one, else ""."""
    if command is None or command.function != frame.function:
        return ""
    values: dict[str, str] = {}
    at = 0
    for piece in command.data:
        place = place_of(piece)
        if place is None:
            literal = bytes_of(piece)
            if frame.data[at : at + len(literal)] != literal:
                return ""
            at += len(literal)
            continue
        what, width = place
        values[what] = _digits(profile, frame.data[at : at + width])
        at += width
    if at != len(frame.data):
        return ""
    match name:
        case "show":
            waiting = f"{values['waiting']} waiting, " if "waiting" in values else ""
            return f"show {waiting}number {values.get('number', '-')}"
        case "thank":
            return f"stars {values['stars']}" if values else f"stars {frame.data.hex(' ')}"
        case _:
            return "ask for a rating" if name == "ask_rating" else name


def _digits(profile: Profile, data: bytes) -> str:
    zero, blank = profile.digits.zero, profile.digits.blank
    shown = (" " if d == blank else str(d - zero) if 0 <= d - zero <= 9 else "?" for d in data)
    return "".join(shown).strip() or "-"


def _unknown(frame: PadFrame) -> str:
    shown = frame.data.hex(" ")
    return shown if frame.function is None else f"function {frame.function}: {shown}"
