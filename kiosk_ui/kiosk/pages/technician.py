"""The technician's page: how each device is, and its self-test, without a keyboard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from kiosk_ui.both import NOTHING, Both, both_of
from kiosk_ui.kiosk.kit import Kit
from kiosk_ui.kiosk.lists import leaves, pager
from kiosk_ui.kiosk.model import KioskModel, Page, Step
from kiosk_ui.kiosk.saying import sentences
from kiosk_ui.layout import Share, columns, inset, rows
from kiosk_ui.messages import Answered, Ask, Refused, Request, Unknown
from kiosk_ui.ops import Rect
from kiosk_ui.words import Words

__all__ = ["DeviceSeen", "Technician", "look_round"]

#: Nobody works at it for so long: the door closes again.
_LEFT_S = 180.0
_ASK_S = 2.0
_BAD_FIRST = {"fault": 0, "gone": 1, "warning": 2, "starting": 3, "unknown": 4, "ok": 5}
_LAST = 6
#: Of these nobody needs to look after: a strip that never answers is as well as can be known.
_FINE = frozenset({"ok", "unknown", "starting", "disabled"})


@dataclass(frozen=True, slots=True)
class DeviceSeen:
    """A device as ``device.list`` has it."""

    id: str
    state: str
    say: Both


def look_round() -> Sequence[Request]:
    """Return what the page asks for."""
    return (Ask("devices", "device.list"),)


@dataclass(frozen=True)
class Technician(Page):
    """``testing`` is the device under test, ``outcome`` what the last test said."""

    devices: tuple[DeviceSeen, ...] = ()
    leaf: int = 0
    testing: str = ""
    outcome: Both = NOTHING
    stays: ClassVar[bool] = True
    last: ClassVar[bool] = True
    calm: ClassVar[bool] = True

    def key(self) -> object:
        """Return what makes it another page."""
        return type(self)

    def draw(self, kit: Kit) -> None:
        """Draw the page."""
        words, c = kit.words, kit.colours
        body = kit.frame(words("kiosk.tech"), note=self._summed_up(words) if self.devices else "")
        said = self.outcome
        if self.testing:
            said = kit.key("kiosk.tech.testing", device=self.testing)
        elif not kit.model.live:
            said = kit.key(f"kiosk.tech.{kit.model.cut_by or 'cut_off'}")
        high = kit.line(kit.sizes.small) * 2
        told, body = rows(body, high, Share(), gap=kit.gap // 2)
        kit.text(told, kit.of(said) or words("kiosk.tech.how"), c.quiet, cap=kit.sizes.small,
                 lines=2)  # fmt: skip
        ordered = sorted(self.devices, key=lambda one: (_BAD_FIRST.get(one.state, _LAST), one.id))
        leaf = leaves(kit, body, len(ordered), (150, 36), leaf=self.leaf, across=1, most_mm=40)
        for place, device in zip(leaf.cells, ordered[leaf.first :], strict=False):
            self._row(kit, place, device)
        pager(kit, leaf)

    def _summed_up(self, words: Words) -> str:
        bad = sum(one.state not in _FINE for one in self.devices)
        return words("kiosk.tech.trouble", count=bad) if bad else words("kiosk.tech.fine")

    def _row(self, kit: Kit, rect: Rect, device: DeviceSeen) -> None:
        c, words = kit.colours, kit.words
        test = kit.draft.width_of(words("kiosk.tech.test"), kit.cap(kit.sizes.small), bold=True)
        row, button = columns(rect, Share(), max(test + kit.px(12), kit.touch), gap=kit.gap)
        tone, on = {
            "ok": (c.good, c.on_good),
            "warning": (c.warn, c.on_warn),
            "fault": (c.alarm, c.on_alarm),
            "gone": (c.alarm, c.on_alarm),
        }.get(device.state, (c.card, c.on_card))
        kit.draft.sheet(row)
        inner = inset(row, kit.px(3), kit.px(2))
        badge, right = columns(inner, kit.px(40), Share(), gap=kit.px(4))
        kit.draft.card(badge, tone)
        kit.text(inset(badge, kit.px(1)), words(f"kiosk.tech.state.{device.state}"), on,
                 cap=kit.sizes.small, floor=kit.sizes.floor * 0.5, align="center")  # fmt: skip
        upper, lower = rows(right, Share(), Share(1.2))
        kit.text(upper, device.id, c.on_card, cap=kit.sizes.small, bold=True,
                 floor=kit.sizes.floor * 0.5)  # fmt: skip
        kit.text(lower, kit.of(device.say), c.on_card, cap=kit.sizes.small * 0.8, lines=3,
                 floor=kit.sizes.floor * 0.5)  # fmt: skip
        if device.state != "disabled":
            kit.button(f"test:{device.id}", button, words("kiosk.tech.test"))

    def press(self, model: KioskModel, id: str, token: str) -> Step:  # noqa: A002
        """Test a device."""
        kind, _, what = id.partition(":")
        if kind == "leaf":
            return model.instead(replace(self, leaf=int(what))), ()
        if kind == "test" and not self.testing:
            asked = Ask("test", "device.test", {"device": what})
            return model.instead(replace(self, testing=what, outcome=NOTHING)), (asked,)
        return model, ()

    def tick(self, model: KioskModel, now_s: float) -> Step:
        """Look again every two seconds; close the door when nobody works here."""
        if now_s - model.idle.touched_s >= _LEFT_S:
            return model.left(), ()
        if model.live and "devices" not in model.asked and now_s >= model.due.get("devices", 0.0):
            due = {**model.due, "devices": now_s + _ASK_S}
            asked = model.asked | {"devices"}
            return replace(model, due=due, asked=asked), look_round()
        if not model.live and self.testing:
            return model.instead(replace(self, testing="")), ()
        return model, ()

    def say(self, model: KioskModel, words: Words) -> str:
        """Speak the page."""
        return sentences(words, words("kiosk.tech"), self._summed_up(words))

    def answered(self, model: KioskModel, message: Answered | Refused | Unknown) -> Step:
        """Take the devices, or what a test said."""
        match message:
            case Answered("devices", result):
                seen = tuple(_seen(one) for one in result)
                return model.instead(replace(self, devices=seen)), ()
            case Answered("test", result):
                return model.instead(replace(self, testing="", outcome=both_of(result["say"]))), ()
            case Refused("test", _, zh, en):
                return model.instead(replace(self, testing="", outcome=Both(zh, en))), ()
        return model, ()


def _seen(found: Mapping[str, Any]) -> DeviceSeen:
    return DeviceSeen(str(found["device"]), str(found["state"]), both_of(found.get("say")))
