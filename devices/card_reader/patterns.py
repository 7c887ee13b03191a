r"""What codes look like: patterns as a hall writes them, matched without ever looking back.

A pattern is a row of parts, each one character, ``\d`` or a class such as ``[A-Z0-9-]``, and how
often: nothing for once, ``?``, ``{6}`` or ``{1,6}``. It is matched whole. There is no more than
that, on purpose: what somebody holds before a scanner cannot make it slow.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from devices.errors import WrongSetting

__all__ = ["LONGEST", "Pattern"]

#: Characters of a code, at most.
LONGEST = 128
_PART = re.compile(
    r"(?P<one>\[(?P<members>[^\[\]\\^]+)\]|\\d|[A-Za-z0-9/:;,._=&%#@ -])"
    r"(?:(?P<maybe>\?)|\{(?P<least>\d{1,3})(?:,(?P<most>\d{1,3}))?\})?"
)
_DIGITS = "0123456789"


@dataclass(frozen=True, slots=True)
class Pattern:
    r"""A pattern: ``places`` are what fits each place, and whether it may be left out.

    Example: ``Pattern.of("[A-Z]?\d{1,6}").fits("A001")``.
    """

    text: str
    places: tuple[tuple[frozenset[str], bool], ...]
    #: Bit n stands for place n: which places a character fits, and which may be left out.
    _moves: dict[str, int] = field(init=False, repr=False, compare=False)
    _optional: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Lay the places out as bits, so that a step of all of them is one operation."""
        moves: dict[str, int] = {}
        optional = 0
        for n, (fits, left_out) in enumerate(self.places):
            for character in fits:
                moves[character] = moves.get(character, 0) | 1 << n
            optional |= left_out << n
        object.__setattr__(self, "_moves", moves)
        object.__setattr__(self, "_optional", optional)

    @classmethod
    def of(cls, text: str) -> Pattern:
        """Read a pattern. Raises ``WrongSetting`` with what is wrong in it."""
        places: list[tuple[frozenset[str], bool]] = []
        at = 0
        while at < len(text):
            part = _PART.match(text, at)
            if part is None:
                raise WrongSetting(
                    f"{text!r}：从 {text[at:]!r} 起无法识别；每一段应为一个字符、\\d 或 [字符组]，"
                    "后面可加 ?、{n} 或 {n,m}",
                    f"{text!r}: what begins at {text[at:]!r} is no character, \\d or [class], "
                    "followed by nothing, ?, {n} or {n,m}",
                )
            places += _places(part)
            at = part.end()
        if not places or all(optional for _, optional in places):
            raise WrongSetting(f"{text!r} 连空码也符合", f"{text!r} fits an empty code")
        if len(places) > LONGEST:
            raise WrongSetting(
                f"{text!r} 超过 {LONGEST} 个字符",
                f"{text!r} fits codes of more than {LONGEST} characters",
            )
        return cls(text, tuple(places))

    def fits(self, code: str) -> bool:
        """Say whether the whole ``code`` fits."""
        moves, reached = self._moves, self._skip(1)
        for character in code:
            reached = (reached & moves.get(character, 0)) << 1
            if not reached:
                return False
            reached = self._skip(reached)
        return bool(reached >> len(self.places) & 1)

    def _skip(self, reached: int) -> int:
        """Add the places that are reached by leaving out what may be."""
        more = reached
        while more := (more & self._optional) << 1 & ~reached:
            reached |= more
        return reached


def _places(part: re.Match[str]) -> list[tuple[frozenset[str], bool]]:
    if part["members"]:
        fits = _members(part["members"])
    else:
        fits = frozenset(_DIGITS if part["one"] == "\\d" else part["one"])
    least = 0 if part["maybe"] else int(part["least"] or 1)
    most = int(part["most"]) if part["most"] else max(1, least)
    if part["most"] and not 1 <= most >= least:
        raise WrongSetting(
            f"{part[0]!r}：次数不能从 {least} 到 {most}", f"{part[0]!r}: from {least} to {most}"
        )
    if part["least"] and not part["most"] and not least:
        raise WrongSetting(f"{part[0]!r} 什么也不表示", f"{part[0]!r} is nothing")
    return [(fits, False)] * least + [(fits, True)] * (most - least)


def _members(text: str) -> frozenset[str]:
    """Return what is in a class: characters and ranges; ``-`` for itself stands at an end."""
    found: set[str] = set()
    at = 0
    while at < len(text):
        if at + 2 < len(text) and text[at + 1] == "-":
            first, last = text[at], text[at + 2]
            if first > last:
                raise WrongSetting(
                    f"[{text}]：{first}-{last} 顺序颠倒", f"[{text}]: {first}-{last} is backwards"
                )
            found.update(map(chr, range(ord(first), ord(last) + 1)))
            at += 3
        else:
            found.add(text[at])
            at += 1
    if any(not " " <= one <= "~" for one in found):
        raise WrongSetting(
            f"[{text}]：码只含可打印的 ASCII 字符", f"[{text}]: codes are printable ASCII"
        )
    return frozenset(found)
