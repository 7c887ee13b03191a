"""Text that fits: lines of Chinese and English, smaller by steps, never below a floor.

Chinese may break between any two characters, but no closing punctuation begins a line and no
opening one ends it (GB/T 15834; 避头尾). English breaks at spaces and after hyphens; a word or a
number that is wider than the whole line is cut where it must be. Two lines part after a comma
where that fits; else lines are of about one length, so that no character stands alone on the last.
What does not fit at the floor ends in an ellipsis and is told to the caller: a text is never cut
in silence.
"""

from __future__ import annotations

from kiosk_ui.fonts import Faces, Fitted

__all__ = ["DOWN", "LEADING", "UP", "Fitted", "fit", "height_of", "lines_of", "wrap"]

#: Above and below the baseline, as shares of the em: what strokes of Chinese and English take up.
UP, DOWN = 0.89, 0.23
#: From one baseline to the next.
LEADING = 1.28
#: Each try is smaller by this.
STEP = 0.93
#: So many texts are kept fitted: a page that changes in one place is laid out in a millisecond.
_KEPT = 512

CLOSING = frozenset("，。、；：？！）〕】》〉」』”’…—·％,.;:?!)]}%°℃")
OPENING = frozenset("（〔【《〈「『“‘([{￥¥$")
#: Where somebody who reads aloud would breathe.
PAUSES = frozenset("，。；：！？,.;:!?")
ELLIPSIS = "…"


def _wide(char: str) -> bool:
    """Say whether a character is written without spaces to the next: Chinese and its signs."""
    return char >= "\u2e80" and not "\uff10" <= char <= "\uff5a"


def _may_break(before: str, after: str) -> bool:
    """Say whether a line may end between two characters."""
    if after in CLOSING or before in OPENING or after == " ":
        return False
    if before == " " or (before in "-/" and after.isalpha()):
        return True
    return _wide(before) or _wide(after)


def _pieces(text: str) -> list[str]:
    """Return what must stay together: words, and single Chinese characters with their signs."""
    found, start = list[str](), 0
    for n in range(1, len(text)):
        if _may_break(text[n - 1], text[n]):
            found.append(text[start:n])
            start = n
    if start < len(text):
        found.append(text[start:])
    return found


def wrap(faces: Faces, text: str, size: int, width: int, *, bold: bool = False) -> list[str]:
    """Return the lines of a text; a newline in it always breaks. An empty text has one."""
    lines = list[str]()
    for paragraph in text.split("\n"):
        line, taken = "", 0
        for piece in _pieces(paragraph):
            needs = faces.width(piece.rstrip(" "), size, bold=bold)
            if line and taken + needs > width:
                lines.append(line.rstrip(" "))
                line, taken = "", 0
            if needs > width:
                *full, line = _cut(faces, piece, size, width, bold=bold)
                lines += full
                taken = faces.width(line, size, bold=bold)
                continue
            line += piece
            taken += faces.width(piece, size, bold=bold)
        lines.append(line.rstrip(" "))
    return lines


def _cut(faces: Faces, piece: str, size: int, width: int, *, bold: bool) -> list[str]:
    """Return a piece that is too wide in parts, each as long as the line."""
    parts, part, taken = list[str](), "", 0
    for char in piece:
        needs = faces.advance(char, size, bold)
        if part and taken + needs > width:
            parts.append(part)
            part, taken = "", 0
        part, taken = part + char, taken + needs
    return [*parts, part]


def lines_of(faces: Faces, text: str, size: int, width: int, *, bold: bool = False) -> int:
    """Return how many lines a text has. A page with room to give asks for each of its texts."""
    key = (text, size, width, bold)
    found = faces.counted.get(key)
    if found is None:
        if len(faces.counted) >= _KEPT:
            faces.counted.clear()
        found = faces.counted[key] = len(wrap(faces, text, size, width, bold=bold))
    return found


def height_of(lines: int, size: int) -> int:
    """Return how high so many lines are, in pixels."""
    return round(((lines - 1) * LEADING + UP + DOWN) * size)


def fit(
    faces: Faces,
    text: str,
    width: int,
    height: int,
    *,
    size: int,
    floor: int,
    lines: int = 1,
    bold: bool = False,
    one_line_up_down: float | None = None,
) -> Fitted:
    """Return a text at the largest size from ``size`` down to ``floor`` at which it fits.

    ``lines`` at most, in ``width`` x ``height`` pixels. ``one_line_up_down``: how much of the em a
    line of digits and capitals takes up; such a text may fill its place to the edges.
    """
    key = (text, width, height, size, floor, lines, bold, one_line_up_down)
    found = faces.fitted.get(key)
    if found is None:
        if len(faces.fitted) >= _KEPT:
            faces.fitted.clear()
        found = faces.fitted[key] = _fit(
            faces, text, width, height, size, floor, lines, one_line_up_down, bold=bold
        )
    return found


def _fit(
    faces: Faces,
    text: str,
    width: int,
    height: int,
    size: int,
    floor: int,
    lines: int,
    one_line_up_down: float | None,
    *,
    bold: bool,
) -> Fitted:
    floor = max(min(floor, size), 1)
    size = max(size, 1)
    while True:
        found = wrap(faces, text, size, width, bold=bold)
        high = (
            round(one_line_up_down * size)
            if one_line_up_down is not None and len(found) == 1
            else height_of(len(found), size)
        )
        broken = size > floor and _breaks_a_word(faces, text, size, width, bold=bold)
        if len(found) <= lines and high <= height and not broken:
            return Fitted(
                tuple(_balanced(faces, text, size, width, found, bold=bold)), size, whole=True
            )
        if size == floor:
            break
        size = max(min(int(size * STEP), size - 1), floor)
    room = max(min(lines, int((height / size - UP - DOWN) / LEADING + 1 + 1e-6)), 1)
    kept = found[:room]
    if len(found) > room:
        kept[-1] = _shortened(faces, kept[-1], size, width, bold=bold)
        return Fitted(tuple(kept), size, whole=False)
    # Not even one line is high enough: it is shown all the same, and told.
    return Fitted(tuple(kept), size, whole=height_of(len(kept), size) <= height)


def _balanced(
    faces: Faces, text: str, size: int, width: int, lines: list[str], *, bold: bool
) -> list[str]:
    """Return as many lines, the widest as narrow as can be; two of them part at a pause."""
    if len(lines) < 2 or "\n" in text:
        return lines
    if len(lines) == 2 and (halves := _at_a_pause(faces, text, size, width, bold=bold)):
        return halves
    low, high = width // 2, width
    while high - low > size // 2:
        middle = (low + high) // 2
        tried = wrap(faces, text, size, middle, bold=bold)
        if len(tried) > len(lines) or _breaks_a_word(faces, text, size, middle, bold=bold):
            low = middle
        else:
            high, lines = middle, tried
    return lines


def _at_a_pause(faces: Faces, text: str, size: int, width: int, *, bold: bool) -> list[str]:
    """Return two lines of which the first ends with a comma or the like; empty when none suits."""
    best, found = width + 1, list[str]()
    for at in (n + 1 for n, char in enumerate(text[:-1]) if char in PAUSES):
        if not _may_break(text[at - 1], text[at]):
            continue
        halves = [text[:at].rstrip(" "), text[at:].strip(" ")]
        narrow, widest = sorted(faces.width(half, size, bold=bold) for half in halves)
        # A line of two characters above a long one reads worse than a break within a word.
        if widest < best and narrow * 3 > widest:
            best, found = widest, halves
    return found


def _breaks_a_word(faces: Faces, text: str, size: int, width: int, *, bold: bool) -> bool:
    """Say whether a word is wider than a line, so that it is cut; a smaller size may avoid it."""
    return any(
        faces.width(piece.rstrip(" "), size, bold=bold) > width
        for part in text.split("\n")
        for piece in _pieces(part)
        if len(piece) > 1
    )


def _shortened(faces: Faces, line: str, size: int, width: int, *, bold: bool) -> str:
    room = width - faces.width(ELLIPSIS, size, bold=bold)
    while line and (faces.width(line, size, bold=bold) > room or line[-1] in CLOSING | {" "}):
        line = line[:-1]
    return line + ELLIPSIS
