"""How an id is typed where there are only figures: a letter is its place in the alphabet."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["figures_of", "meant_by"]


def figures_of(id_: str) -> str:
    """Return an id in figures: B10 is 210."""
    return "".join(
        str(ord(sign) - ord("a") + 1) if "a" <= sign <= "z" else sign for sign in id_.lower()
    )


def meant_by(figures: str, ids: Iterable[str]) -> str | None:
    """Return the one id that was typed, or None: 3 is window 3, 210 item B10, or one called 210.

    Where two ids have the same figures neither is guessed.
    """
    known = tuple(ids)
    if figures in known:
        return figures
    found = [one for one in known if figures_of(one).lstrip("0") == figures.lstrip("0")]
    return found[0] if len(found) == 1 and figures else None
