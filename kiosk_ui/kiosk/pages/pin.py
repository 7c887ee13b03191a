"""The technician's door: a number that only they know."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from kiosk_ui.both import NOTHING, Both
from kiosk_ui.kiosk.kit import Kit
from kiosk_ui.kiosk.model import KioskModel, Page, Step
from kiosk_ui.kiosk.pages.technician import Technician, look_round
from kiosk_ui.layout import Share, at, columns, rows
from kiosk_ui.messages import Answered, Ask, Refused, Unknown
from kiosk_ui.words import Words

__all__ = ["Pin"]

_MOST = 12
_LEFT_S = 30.0


@dataclass(frozen=True)
class Pin(Page):
    """``digits`` are never drawn, spoken or logged; ``said`` is why the last try was refused."""

    digits: str = ""
    said: Both = NOTHING
    asked: bool = False
    stays: ClassVar[bool] = True
    last: ClassVar[bool] = True
    calm: ClassVar[bool] = True

    def __repr__(self) -> str:
        """Say how many digits there are, not which."""
        return f"Pin({len(self.digits)} digits)"

    def key(self) -> object:
        """Return what makes it another page."""
        return type(self)

    def draw(self, kit: Kit) -> None:
        """Draw the page."""
        words, c = kit.words, kit.colours
        body = kit.frame(words("kiosk.pin"))
        body = at(body, min(body.w, kit.px(200)), body.h)
        above, pad = rows(body, kit.line(kit.sizes.title) * 2, Share(), gap=kit.gap)
        shown = (
            "●" * len(self.digits) if self.digits else kit.of(self.said) or words("kiosk.pin.ask")
        )
        kit.text(above, shown, c.on_ground, cap=kit.sizes.body, align="center", lines=2,
                 floor=kit.sizes.floor * 0.7)  # fmt: skip
        keys = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "erase", "0", "open"]
        pad = at(pad, pad.w, min(pad.h, kit.px(34) * 4 + kit.gap * 3), down=0.0)
        for n, row in enumerate(rows(pad, *[Share()] * 4, gap=kit.gap)):
            cells = columns(row, *[Share()] * 3, gap=kit.gap)
            for key, place in zip(keys[n * 3 : n * 3 + 3], cells, strict=True):
                if key == "open":
                    kit.button("open", place, words("kiosk.pin.open"), main=True)
                elif key == "erase":
                    kit.button("erase", place, words("kiosk.search.erase"), "erase")
                else:
                    kit.button(f"digit:{key}", place, key, quiet=True, cap=kit.sizes.title)

    def press(self, model: KioskModel, id: str, token: str) -> Step:  # noqa: A002
        """Take a digit, or try the number."""
        kind, _, what = id.partition(":")
        if kind == "digit" and len(self.digits) < _MOST:
            return model.instead(replace(self, digits=self.digits + what)), ()
        if kind == "erase":
            return model.instead(replace(self, digits=self.digits[:-1])), ()
        if kind == "open" and self.digits and not self.asked:
            asks = Ask("unlock", "kiosk.unlock", {"kiosk": model.kiosk, "pin": self.digits})
            return model.instead(Pin(asked=True)), (asks,)
        return model, ()

    def tick(self, model: KioskModel, now_s: float) -> Step:
        """Leave when nobody goes on."""
        if now_s - max(model.since_s, model.idle.touched_s) >= _LEFT_S:
            return model.left(), ()
        if self.asked and not model.live:
            return model.instead(Pin(said=_GONE)), ()
        return model, ()

    def say(self, model: KioskModel, words: Words) -> str:
        """Speak the page."""
        return words("kiosk.pin.ask")

    def answered(self, model: KioskModel, message: Answered | Refused | Unknown) -> Step:
        """Open, or say why not."""
        match message:
            case Answered("unlock"):
                return model.instead(Technician()), look_round()
            case Refused("unlock", _, zh, en):
                return model.instead(Pin(said=Both(zh, en))), ()
        return model, ()


_GONE = Both("控制器没有应答，请稍后再试。", "The controller does not answer. Try again later.")
