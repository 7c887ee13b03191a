"""The moment between the press and the number: nothing here can be pressed twice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from kiosk_ui.kiosk.kit import Kit
from kiosk_ui.kiosk.model import KioskModel, Page, Said, Step
from kiosk_ui.kiosk.pages.plain import plain
from kiosk_ui.kiosk.pages.ticket import ticket_page
from kiosk_ui.kiosk.pages.told import Told
from kiosk_ui.messages import Answered, Refused, Unknown
from kiosk_ui.words import Words

__all__ = ["Taking", "taken_as"]

#: A wait that is longer needs a word of why.
_SLOW_S = 2.0
#: The line says after 30 s that nobody knows; this is for a line that says nothing at all.
_LOST_S = 45.0


@dataclass(frozen=True)
class Taking(Page):
    """A ticket for ``item`` is on its way; ``slow``: the daemon has not answered for seconds."""

    item: str
    slow: bool = False
    stays: ClassVar[bool] = True
    calm: ClassVar[bool] = True

    def key(self) -> object:
        """Return what makes it another page."""
        return type(self)

    def draw(self, kit: Kit) -> None:
        """Draw the page."""
        do = kit.key("kiosk.taking.slow") if self.slow else None
        plain(kit, "ticket", kit.key("kiosk.taking"), do, tone="calm", controls=False)

    def tick(self, model: KioskModel, now_s: float) -> Step:
        """Say after a while that it takes longer."""
        if now_s - model.since_s >= _LOST_S:
            return model.instead(Told(_NOT_SURE)), ()
        if not self.slow and now_s - model.since_s >= _SLOW_S:
            return model.instead(replace(self, slow=True)), ()
        return model, ()

    def answered(self, model: KioskModel, message: Answered | Refused | Unknown) -> Step:
        """Show the number, or why there is none."""
        if message.name != taken_as(model.token):
            # Of somebody before, who was told that nobody knows.
            return model, ()
        match message:
            case Answered(_, result):
                for event in result.get("events", ()):
                    if event["type"] == "ticket.issued":
                        return ticket_page(model, event["data"])
                # Answered before, and no event told again: the journal has the ticket.
                return model.instead(Told(_NOT_SURE)), ()
            case Refused(_, code, zh, en):
                return model.instead(Told(Said(code, zh, en))), ()
            case Unknown():
                return model.instead(Told(_NOT_SURE)), ()

    def say(self, model: KioskModel, words: Words) -> str:
        """Speak the page."""
        return words("kiosk.taking")


def taken_as(token: str) -> str:
    """Return the name under which the answer to this press comes."""
    return f"take:{token}"


_NOT_SURE = Said(
    "not_sure",
    "与大厅控制器的连接中断，不能确定号码是否已取到。请到导税台查询，不要重复取号。",
    "The connection to the hall broke, and nobody can say whether you have a number. "
    "Please ask at the entrance before you take another.",
)
