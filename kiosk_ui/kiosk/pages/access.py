"""Help to see, reach and hear: high contrast, controls further down, speech and its volume."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from kiosk_ui.kiosk.kit import Kit
from kiosk_ui.kiosk.model import KioskModel, Page, Step
from kiosk_ui.layout import Share, columns, rows
from kiosk_ui.words import Words

__all__ = ["Access"]

_STEP, _LEAST, _MOST = 15, 25, 100


@dataclass(frozen=True)
class Access(Page):
    """Switches; each does at once what it says."""

    helps: ClassVar[bool] = True

    def draw(self, kit: Kit) -> None:
        """Draw the page."""
        words, choices = kit.words, kit.model.choices
        voice = kit.model.facts is not None and kit.model.facts.voice
        body = kit.frame(words("kiosk.access.title"))
        on = kit.look.theme.name == "contrast"
        switches = [
            ("contrast", "kiosk.access.usual" if on else "kiosk.access.contrast", "contrast")
        ]
        if kit.has_low:
            low = "kiosk.access.high" if choices.low else "kiosk.access.low"
            switches.append(("low", low, "low"))
        if voice:
            speech = "kiosk.access.silent" if choices.speaks else "kiosk.access.speak"
            switches.append(("speak", speech, "silent" if choices.speaks else "sound"))
        most = kit.px(46)
        parts = len(switches) + (1 if voice and choices.speaks else 0)
        high = min((body.h - kit.gap * (parts - 1)) // max(parts, 1), most)
        if kit.has_low:
            # Who needs the lower buttons must reach the one that brings them.
            body = rows(body, Share(), high * parts + kit.gap * (parts - 1))[1]
        places = rows(body, *[high] * parts, gap=kit.gap)
        for place, (id_, key, icon) in zip(places, switches, strict=False):
            kit.button(id_, place, words(key), icon, quiet=True, cap=kit.sizes.body, lines=2)
        if voice and choices.speaks:
            less, middle, more = columns(places[-1], Share(), Share(), Share(), gap=kit.gap)
            kit.button("softer", less, words("kiosk.access.softer"), "softer")
            kit.text(middle, words("kiosk.access.volume", volume=choices.volume), align="center",
                     lines=2)  # fmt: skip
            kit.button("louder", more, words("kiosk.access.louder"), "louder")

    def press(self, model: KioskModel, id: str, token: str) -> Step:  # noqa: A002
        """Switch."""
        choices = model.choices
        match id:
            case "contrast":
                on = (choices.theme or model.theme) == "contrast"
                usual = model.theme if model.theme != "contrast" else "normal"
                choices = replace(choices, theme=usual if on else "contrast")
            case "low":
                choices = replace(choices, low=not choices.low)
            case "speak":
                choices = replace(choices, speaks=not choices.speaks)
            case "softer":
                choices = replace(choices, volume=max(choices.volume - _STEP, _LEAST))
            case "louder":
                choices = replace(choices, volume=min(choices.volume + _STEP, _MOST))
        return replace(model, choices=choices), ()

    def say(self, model: KioskModel, words: Words) -> str:
        """Speak the page: louder and softer are heard at once."""
        return words("kiosk.say.access", volume=model.choices.volume)
