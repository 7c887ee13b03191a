"""What the hall says on a display, in words that the display can write.

A hall may change each of them for one display: the option ``texts``, a table of the names below.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from string import Formatter
from typing import Any

from devices.errors import WrongSetting

__all__ = ["CHINESE", "LETTERS", "Words", "worded"]

#: What may stand in braces; ``place`` is 3号窗口, ``short`` 3号 (see ``calls.call_text``).
_MAY_STAND = {
    "calls": {"number", "window", "place", "short"},
    "served": {"number", "window", "place", "short"},
    "window": {"window"},
    "row": {"row"},
}


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences. ``calls`` and ``served`` are forms, longest first; the first that fits."""

    calls: tuple[str, ...]
    served: tuple[str, ...]
    #: A strip between two people; ``{window}`` is its number or name.
    window: str
    closed: str
    paused: str
    #: A wall, and a strip, whose controller cannot call numbers.
    out_of_order: str
    out_of_order_strip: str
    #: The self-test's line ``{row}``.
    row: str

    def samples(self, number: str, window: str) -> Iterator[tuple[str, str]]:
        """Yield each sentence's name with what it says of a number and a window.

        The numbered forms of a place (``{place}``, ``{short}``) are Chinese.
        """
        said = {
            "number": number,
            "window": window,
            "place": f"{window}号窗口",
            "short": f"{window}号",
            "row": 1,
        }
        for name in (one.name for one in fields(self)):
            value: str | tuple[str, ...] = getattr(self, name)
            for form in (value,) if isinstance(value, str) else value:
                yield name, form.format(**said)


CHINESE = Words(
    calls=("请{number}号到{place}", "{number}→{place}", "{number}→{short}", "{number}→{window}"),
    served=("{number}号在{place}", "{number}→{place}", "{number}→{short}", "{number}→{window}"),
    window="{window}号窗口",
    closed="暂停服务",
    paused="请稍候",
    out_of_order="系统维护中 请听人工叫号",
    out_of_order_strip="人工叫号",
    row="第{row}行 {row}",
)

#: For displays without Chinese. A served form is never longer than the call was.
LETTERS = Words(
    calls=("{number} TO WINDOW {window}", "{number} WINDOW {window}", "{number} > {window}"),
    served=("{number} AT WINDOW {window}", "{number} WINDOW {window}", "{number} > {window}"),
    window="WINDOW {window}",
    closed="CLOSED",
    paused="PLEASE WAIT",
    out_of_order="OUT OF ORDER - PLEASE LISTEN",
    out_of_order_strip="PLEASE LISTEN",
    row="LINE {row} {row}",
)


def worded(usual: Words, texts: Mapping[str, str]) -> Words:
    """Return ``usual`` with what ``texts`` says instead.

    Raises ``ValueError`` naming a key that is no sentence or a brace that means nothing in it.
    A text for ``calls`` or ``served`` takes the place of all their forms.
    """
    known = {one.name for one in fields(usual)}
    # Each has the type of its field: a text, or a tuple of forms.
    changed: dict[str, Any] = {}
    for name, text in texts.items():
        if name not in known:
            names = ", ".join(sorted(known))
            raise WrongSetting(
                f"texts: 没有 {name}（可用：{names}）", f"texts: has no {name} (it has: {names})"
            )
        may = _MAY_STAND.get(name, set())
        try:
            braces = {part for _, part, _, _ in Formatter().parse(text) if part is not None}
        except ValueError as error:
            raise WrongSetting(
                f"texts.{name}: 花括号不成对（{error}）", f"texts.{name}: {error}"
            ) from error
        if braces - may:
            wrong = ", ".join("{" + one + "}" for one in sorted(braces - may))
            allowed = ", ".join("{" + one + "}" for one in sorted(may))
            raise WrongSetting(
                f"texts.{name}: 此处不认识 {wrong}（{allowed or '不用花括号'}）",
                f"texts.{name}: {wrong} means nothing here ({allowed or 'no braces'})",
            )
        changed[name] = (text,) if isinstance(getattr(usual, name), tuple) else text
    return replace(usual, **changed)
