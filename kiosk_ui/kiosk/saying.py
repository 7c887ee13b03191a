"""Texts one after the other as they are spoken: a pause between any two, never two."""

from __future__ import annotations

from kiosk_ui.words import Words

__all__ = ["sentences"]

_ENDS = "。.！!？?"


def sentences(words: Words, *texts: str) -> str:
    """Return texts as sentences; some of the hall's end with a stop, some do not."""
    stop = words("kiosk.say.stop")
    pause = stop.strip()
    ended = (text if text[-1] in _ENDS else text + pause for one in texts if (text := one.strip()))
    return stop.removeprefix(pause).join(ended)
