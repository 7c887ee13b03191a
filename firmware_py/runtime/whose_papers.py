"""Of which window tickets and forms are, as the hub knows it, and what others' Pis are told of it.

Who asks for what is of another window, or is over, reads whose it is, at which Pi it is done, and
by which command: a clerk who is refused goes there, and needs nobody to explain it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from socket import gethostname
from typing import TYPE_CHECKING, Any

from firmware_py.config.spread import standby_of
from firmware_py.core.decide_forms import find_form
from firmware_py.core.papers import FormState
from firmware_py.core.refusals import Refusal
from firmware_py.runtime.elsewhere import elsewhere
from firmware_py.sync.rights import DECIDED, NodePlace
from firmware_py.sync.rights_papers import PAPER_ACTS

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall

__all__ = ["WhosePapers", "as_typed"]

#: Question or command -> what a person types for it, and of which parameter it is about.
_TYPED: Mapping[str, tuple[str, str]] = {
    "check.kept": ("check show", "check"),
    "check.list": ("check list", ""),
    "document.export": ("document pdf", "document"),
    "document.list": ("document list", "number"),
    "document.remove": ("document remove", "document"),
    "form.change": ("form change", "form"),
    "form.done": ("form done", "form"),
    "form.find": ("form find", ""),
    "form.make": ("form new", "window"),
    "form.paper": ("form pdf", "form"),
    "form.reprint": ("form print", "form"),
    "form.show": ("form show", "form"),
    "form.signature": ("form signature", "form"),
    "form.withdraw": ("form withdraw", "form"),
    "privacy.destroy": ("privacy destroy", "day"),
    "privacy.forget": ("privacy forget", "number"),
}
#: Each names something of these two, where it is not about its own parameter.
_INSTEAD = ("form", "number")
_OPTIONS = ("window", "day", "unmask", "version")
#: What may stand in a sentence and in a command: numbers, ids and days, and nobody's words.
_PLAIN = re.compile(r"[A-Za-z0-9.-]{1,40}")


def as_typed(name: str, params: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return ``hallctl``'s command for a question, and what it is about ("" for nothing named).

    None for what nobody types.
    """
    if (found := _TYPED.get(name)) is None:
        return None
    command, about = found
    tried = [about, *_INSTEAD] if about in {"document", "number"} else [about]
    subject = next((text for one in tried if (text := _plain(params.get(one)))), "")
    words = ["hallctl", command, *([subject] if subject else [])]
    for option in _OPTIONS:
        value = params.get(option)
        if option != about and value is True:
            words.append(f"--{option}")
        elif option != about and (text := _plain(value)):
            words += [f"--{option}", text]
    return " ".join(words), subject


def _form_in(params: Mapping[str, Any]) -> str:
    """Return what may be a form's number."""
    return str(params.get("form") or params.get("number") or "")


def _plain(value: object) -> str:
    usable = isinstance(value, str | int) and not isinstance(value, bool)
    text = str(value).strip() if usable else ""
    return text if _PLAIN.fullmatch(text) else ""


class WhosePapers:
    """Implements ``firmware_py.sync.rights_papers.AtWindows`` on a hub's hall."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall

    def today(self) -> str | None:
        """Return the newest business day."""
        return self._hall.state().day

    def hand_of(self, number: str) -> str | None:
        """Return the window that has a number in hand, or had it last."""
        windows = self._hall.state().windows.values() if number else ()
        in_hand = [window.id for window in windows if window.ticket == number]
        had_last = [window.id for window in windows if window.last_ticket == number]
        return next(iter([*in_hand, *had_last]), None)

    def served_at(self, number: str) -> str | None:
        """Return the window to which a number of today was called last."""
        ticket = self._hall.state().tickets.get(number.strip().upper())
        return ticket.window if ticket is not None and ticket.called_ms is not None else None

    def form_at(self, form: str, *, at_work: bool) -> str | None:
        """Return the window at which a form was made."""
        state = self._hall.state()
        found = find_form(state, form)
        if isinstance(found, Refusal):
            return None
        over = found.day != state.day and found.state is not FormState.OPEN
        return None if at_work and over else found.window

    def not_theirs(self, place: NodePlace, name: str, params: Mapping[str, Any]) -> Refusal | None:
        """Return why this Pi may not, where to do it, and how; None for what nobody types."""
        if (typed := as_typed(name, params)) is None or place.roles & DECIDED:
            return None
        command, subject = typed
        window = self._window_of(params)
        at = None if window is None else elsewhere(self._hall.settings, window)
        other = at is not None and at != place.node and not self._over(name, params)
        zh, en = self._why(place, name, subject, window)
        zh_at, en_at = self._where(at if other else None, standby=name == "privacy.destroy")
        return Refusal(
            "not_yours",
            f"{zh}请在{zh_at}上执行：{command}",
            f"{en} Do it at {en_at}: {command}",
            {"name": name},
        )

    def _window_of(self, params: Mapping[str, Any]) -> str | None:
        """Return of which window is what somebody asked about."""
        typed, number = _form_in(params), str(params.get("number") or "")
        named = str(params.get("document") or params.get("check") or "").rpartition("-")[0]
        window = str(params.get("window", ""))
        if (made_at := self.form_at(typed, at_work=False)) is not None:
            return made_at
        if params.get("day") in (None, self.today()) and (at := self.served_at(number or named)):
            return at
        return window if window in self._hall.state().windows and not typed + named else None

    def _over(self, name: str, params: Mapping[str, Any]) -> bool:
        """Whether not even the Pi of its window takes it out any more."""
        form = _form_in(params)
        known = self.form_at(form, at_work=False) is not None
        return name in PAPER_ACTS and known and self.form_at(form, at_work=True) is None

    @staticmethod
    def _why(place: NodePlace, name: str, subject: str, window: str | None) -> tuple[str, str]:
        if not place.windows:
            return (
                f"{place.node} 不是窗口的设备，不处理受理单、资料、核对和签字。",
                f"{place.node} is no window's Pi, and has nothing to do with forms and documents.",
            )
        if name == "privacy.destroy":
            return (
                "一天的资料属于全厅，窗口的设备不能销毁。",
                "A day's papers are of the whole hall; a window's Pi cannot destroy them.",
            )
        if name in {"form.find", "check.list"} and not window:
            own = "、".join(sorted(place.windows))
            return (
                f"窗口的设备只查看本窗口（{own}）的，请加 --window。要看全厅的，",
                f"A window's Pi shows its own windows' ({own}): add --window. The hub has all.",
            )
        # Where nothing is named, or a window alone, the sentence is about what was asked.
        named = bool(subject) and subject != window
        this_zh, this_en = (f"{subject} ", subject) if named else ("这", "This")
        if window in place.windows:
            return (
                f"{this_zh}已不在本窗口办理中；窗口的设备只取当天的和未办结的。",
                f"{this_en} is not this window's work any more, but over, or of another day.",
            )
        if window:
            return (
                f"{this_zh}属于 {window} 号窗口，其他窗口的设备不能办理或查看。",
                f"{this_en} is of window {window}; no other window's Pi may see to it or read it.",
            )
        return (
            f"{this_zh}不是本窗口当天办理的，窗口的设备不能办理或查看。",
            f"{this_en} is of nobody whom this window served today; its Pi may not see to it.",
        )

    def _where(self, at: str | None, *, standby: bool) -> tuple[str, str]:
        hub = self._hall.settings.hall.node
        zh, en = f"主控 {hub}（ssh {gethostname()}）", f"the hub, {hub} (ssh {gethostname()})"
        other = standby_of(self._hall.settings) if standby else None
        if other and other != hub:
            return f"{zh}或备用主控 {other} ", f"{en}, or at the standby, {other}"
        if at is not None and at != hub:
            return f" {at} 或{zh}", f"{at}, or at {en}"
        return zh, en
