"""Keeps personal data out of a report, whatever text it comes in.

Stricter than the masks of traces (``devices.masking``): of what may be an ID number (GB 11643, 18
places; the old 15), a mobile number or a person's login not even a part is left, and digits of any
script count, with blanks, dashes or points between them. A masked number too many costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from devices.masking import IdNumbers
from firmware_py.sync.privacy import is_clean

__all__ = ["HIDDEN", "WITHHELD_LINE", "masked", "masked_line"]

HIDDEN = "***"
#: Stands for a line of the log that has a field for personal data.
WITHHELD_LINE = "(withheld: personal data)"

#: What may stand between the digits of a number that somebody wrote in groups.
_GAP = (
    r"(?:[ \t\u00a0./·_\-\u2010-\u2015\u2000-\u200f\u2060\u3000\ufeff]|"
    r"\\[tnr]|\\u[0-9a-fA-F]{4}){0,3}"
)
#: 15 digits or more: both sorts of ID numbers, and all that contains one.
_LONG = re.compile(rf"\d(?:{_GAP}\d){{14,}}(?:{_GAP}[XxＸｘ])?")
_MOBILE = re.compile(rf"(?<!\d)1{_GAP}[3-9](?:{_GAP}\d){{9}}(?!\d)")
_BY = re.compile(r"(hallctl:)[\w.-]+")
#: JSON in ASCII; what is no control character or half of a pair may as well be read.
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_FIRST_READ, _FIRST_HALF, _LAST_HALF = 0xA0, 0xD800, 0xDFFF
_HOME = re.compile(r"(/home/)[^/\s\"']+")


def masked(text: str, people: Sequence[str] = ()) -> str:
    """Return ``text`` without ID numbers, mobile numbers and the logins of ``people``."""
    text = _LONG.sub(HIDDEN, _ESCAPED.sub(_character, text))
    text = _MOBILE.sub(HIDDEN, text)
    text = _HOME.sub(rf"\1{HIDDEN}", _BY.sub(rf"\1{HIDDEN}", text))
    for name in people:
        text = re.sub(rf"(?<![\w-]){re.escape(name)}(?![\w-])", HIDDEN, text)
    # And as traces are masked; the end of the line ends a run, too.
    return IdNumbers().feed(text.encode("utf-8", "replace") + b"\n")[:-1].decode("utf-8", "replace")


def _character(escaped: re.Match[str]) -> str:
    code = int(escaped[1], 16)
    if code < _FIRST_READ or _FIRST_HALF <= code <= _LAST_HALF:
        return escaped[0]
    return chr(code)


def masked_line(line: str, people: Sequence[str] = ()) -> str:
    """Return a line of a log; one with a field for personal data not at all."""
    if not is_clean(line.replace('\\"', '"').encode("utf-8", "replace")):
        return WITHHELD_LINE
    return masked(line, people)
