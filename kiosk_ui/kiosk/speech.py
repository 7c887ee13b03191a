"""What the kiosk's loudspeaker says, and when: the page in front, once, as somebody comes to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kiosk_ui.kiosk.model import KioskModel
from kiosk_ui.kiosk.pages.trouble import front
from kiosk_ui.messages import Ask, Request
from kiosk_ui.words import Words

__all__ = ["SPOKEN_MOST", "followed", "speech"]

#: The daemon takes no longer text.
SPOKEN_MOST = 500
_ENDS = "。！？；.!?;，,"


def followed(
    before: KioskModel, after: KioskModel, own: str, words: Mapping[str, Words]
) -> Sequence[Request]:
    """Return what follows from a change: the new page's words, silence, or nothing.

    ``own`` is the hall's own language.
    """
    if after.choices.speaks:
        return speech(after, own, words) if _other(before, after) else ()
    if before.choices.speaks and _heard(before):
        return (_say(after, own, ""),)
    return ()


def speech(model: KioskModel, own: str, words: Mapping[str, Words]) -> Sequence[Request]:
    """Return the request that speaks the page in front."""
    if not _heard(model):
        return ()
    spoken = words[model.choices.language or own]
    text = spoken("kiosk.idle.ask") if model.asking_s is not None else front(model).say(
        model, spoken
    )  # fmt: skip
    return (_say(model, own, _short(text)),)


def _other(before: KioskModel, after: KioskModel) -> bool:
    """Say whether there is something else to be heard."""
    return (
        before.choices != after.choices
        or (before.asking_s is None) != (after.asking_s is None)
        or front(before).heard(before) != front(after).heard(after)
    )


def _heard(model: KioskModel) -> bool:
    return model.live and model.facts is not None and model.facts.voice


def _say(model: KioskModel, own: str, text: str) -> Ask:
    return Ask("say", "kiosk.say", {
        "kiosk": model.kiosk, "text": text, "language": model.choices.language or own,
        "volume": model.choices.volume,
    })  # fmt: skip


def _short(text: str) -> str:
    """Return as many whole sentences as may be said."""
    if len(text) <= SPOKEN_MOST:
        return text
    cut = text[:SPOKEN_MOST]
    end = max(cut.rfind(one) for one in _ENDS)
    return cut[: end + 1] if end > 0 else cut
