"""What the hall's displays say when the daemon that drove them is gone.

Three things help the people who wait: that it is the system and not their window, that they are
called by voice, and that their numbers hold. A display says as much of it as fits; one that has no
Chinese, or for which the hall chose words of its own, says these.
"""

from __future__ import annotations

from collections.abc import Sequence

from devices.led_wall.page import Colour, LedLine, LedPage, columns
from devices.led_wall.words import CHINESE, Words

__all__ = ["page_for"]

#: The fullest first; the last one is for a panel on which even one line must scroll.
_DIED: tuple[tuple[str, ...], ...] = (
    (
        "叫号系统故障",
        "请听人工叫号 号票继续有效",
        "有疑问请找值班长",
        "Out of order. Please ask staff.",
    ),
    ("叫号系统故障", "请听人工叫号", "号票继续有效", "请找值班长"),
    ("系统故障", "请听人工叫号", "请找值班长"),
    ("叫号系统故障", "请听人工叫号"),
    ("系统故障", "人工叫号"),
    ("系统故障 请听人工叫号",),
    ("系统故障",),
)
_STOPPED: tuple[tuple[str, ...], ...] = (
    (
        "叫号系统维护中",
        "请听人工叫号 号票继续有效",
        "有疑问请找值班长",
        "Maintenance. Please ask staff.",
    ),
    ("系统维护中", "请听人工叫号", "号票继续有效", "请找值班长"),
    ("系统维护中", "请听人工叫号"),
    ("系统维护", "人工叫号"),
    ("系统维护中 请听人工叫号",),
    ("人工叫号",),
)


def page_for(
    rows: int, width_columns: int, *, died: bool, strip: bool = False, words: Words = CHINESE
) -> LedPage:
    """Return the fullest notice for a panel of ``rows`` lines of ``width_columns``.

    Red where the daemon ``died``, yellow where somebody stopped it. ``words`` are the display's.
    """
    name = "out_of_order_strip" if strip else "out_of_order"
    own: str = getattr(words, name)
    usual = _DIED if died else _STOPPED
    notices = usual if own == getattr(CHINESE, name) else ((own,),)
    fitting = (lines for lines in notices if _fits(lines, rows, width_columns))
    lines = next(fitting, notices[-1])
    colour: Colour = "red" if died else "yellow"
    above = ("",) * ((rows - len(lines)) // 2)
    return LedPage(tuple(LedLine(text, colour) for text in (*above, *lines)))


def _fits(lines: Sequence[str], rows: int, width_columns: int) -> bool:
    return len(lines) <= rows and all(columns(text) <= width_columns for text in lines)
