"""The fonts of the screens: found, measured, and asked which of them has a character.

Chinese is drawn in the Simplified Chinese face of Noto Sans CJK. Face 0 of that collection is the
Japanese one: 门直骨返令 come out wrong in it. What Noto has not, such as rare characters of names,
comes from HanaMin; what no font has is told apart, never guessed. Widths are those that FreeType
draws: each advance rounded to whole pixels, no kerning.
"""

from __future__ import annotations

import importlib.util
import logging
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from kiosk_ui.sfnt import FontFile, face_named

__all__ = ["INSTALL", "Faces", "Fitted", "NoFont", "find_faces"]

log = logging.getLogger(__name__)

FAMILY = "Noto Sans CJK SC"
NOTO = Path("/usr/share/fonts/opentype/noto")
HANAZONO = Path("/usr/share/fonts/truetype/hanazono")
#: What a technician types when Chinese is missing.
INSTALL = "apt install fonts-noto-cjk fonts-hanazono"
#: Characters whose width is kept, by size and boldness.
_MEASURED = 16_384
#: Runs of text whose width is kept: words and lines of the pages that people look at.
_MEASURED_RUNS = 2048


class NoFont(Exception):
    """There is no font at all; nothing can be drawn."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """Lines of a text at a size; ``whole`` is False when something had to be left out."""

    lines: tuple[str, ...]
    size: int
    whole: bool


class Faces:
    """The fonts in the order in which a character is looked for, regular and bold.

    ``chinese`` says whether Chinese can be drawn. Sizes are the em in pixels.
    """

    def __init__(
        self, regular: tuple[FontFile, ...], bold: tuple[FontFile, ...], *, chinese: bool
    ) -> None:
        if not regular or not bold:
            raise NoFont("no font was found, not even that of pygame")
        self.chains = {False: regular, True: bold}
        self.chinese = chinese
        self._missing: set[str] = set()
        #: What ``kiosk_ui.text.fit`` has found already.
        self.fitted: dict[tuple[object, ...], Fitted] = {}
        #: How many lines ``kiosk_ui.text.lines_of`` has counted already.
        self.counted: dict[tuple[object, ...], int] = {}
        #: Parts of pages that are the same each time, by all that they depend on: ``Draft.once``.
        self.parts: dict[tuple[object, ...], tuple[Any, Any, Any]] = {}
        #: The last ones of parts that change now and then, by their names: ``Draft.kept``.
        self.kept: dict[tuple[object, ...], tuple[Any, ...]] = {}
        self.advance = lru_cache(_MEASURED)(self._advance)
        self._width = lru_cache(_MEASURED_RUNS)(self._sum)
        self.face_of = lru_cache(_MEASURED)(self._face_of)

    def close(self) -> None:
        """Unmap the files."""
        for chain in self.chains.values():
            for face in chain:
                face.close()

    def _face_of(self, char: str, bold: bool) -> int | None:
        """Return which face of the chain has a character; None when none has."""
        for n, face in enumerate(self.chains[bold]):
            if face.glyph(char):
                return n
        if not char.isspace() and char not in self._missing and len(self._missing) < 1000:
            self._missing.add(char)
            log.warning("no font has U+%04X; a placeholder is drawn", ord(char))
        return None

    def _advance(self, char: str, size: int, bold: bool) -> int:
        """Return how many pixels a character moves on; a placeholder is an em wide."""
        place = self.face_of(char, bold)
        if place is None:
            return size if not char.isspace() else size // 3
        face = self.chains[bold][place]
        # FreeType rounds half up twice: to 64ths of a pixel, and then to whole ones.
        fine = (face.advance(char) * size * 128 + face.em) // (2 * face.em)
        return (fine + 32) >> 6

    def width(self, text: str, size: int, *, bold: bool = False) -> int:
        """Return how wide a run of text is, in pixels."""
        return self._width(text, size, bold)

    def _sum(self, text: str, size: int, bold: bool) -> int:
        return sum(self.advance(char, size, bold) for char in text)

    def size_for(self, cap_px: float) -> int:
        """Return the size whose capital letters are ``cap_px`` high."""
        face = self.chains[False][0]
        return max(round(cap_px * face.em / face.cap_height), 1)

    def cap_px(self, size: int) -> float:
        """Return how high a capital letter of a size is, in pixels."""
        face = self.chains[False][0]
        return size * face.cap_height / face.em

    def segments(self, text: str, *, bold: bool = False) -> Iterator[tuple[int | None, str]]:
        """Yield runs that one face draws; None for what no face has."""
        run, place = "", None
        for char in text:
            found = self.face_of(char, bold)
            if char.isspace() and found is None:
                found = place if run else 0
            if run and found != place:
                yield place, run
                run = ""
            run, place = run + char, found
        if run:
            yield place, run


def find_faces() -> Faces:
    """Return this machine's fonts: those of Debian's packages, else pygame's own, in English.

    Raises ``NoFont`` without any.
    """
    rare = tuple(_opened(HANAZONO / f"{name}.ttf") for name in ("HanaMinA", "HanaMinB"))
    others = tuple(font for font in rare if font is not None)
    regular = _noto("Regular")
    if regular is None:
        log.error("%s is not installed: screens are in English. Do: %s", FAMILY, INSTALL)
        own = _own_of_pygame()
        return Faces((own, *others), (own, *others), chinese=False)
    bold = _noto("Bold") or regular
    return Faces((regular, *others), (bold, *others), chinese=True)


def _noto(style: str) -> FontFile | None:
    usual = NOTO / f"NotoSansCJK-{style}.ttc"
    for path in (usual, _by_fontconfig(style) if not usual.exists() else None):
        if path is None or not path.is_file():
            continue
        try:
            found = face_named(path, FAMILY)
        except (OSError, ValueError) as error:
            log.warning("a font cannot be read: %s", error)
            continue
        if found is not None:
            return found
    return None


def _by_fontconfig(style: str) -> Path | None:
    """Return the file that fontconfig has; it names another family's when there is none."""
    program = shutil.which("fc-match")
    if program is None:
        return None
    pattern = f"{FAMILY}:style={style}"
    try:
        done = subprocess.run(
            [program, "-f", "%{file}", pattern],
            capture_output=True, text=True, timeout=5, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return Path(done.stdout) if done.stdout else None


def _own_of_pygame() -> FontFile:
    package = importlib.util.find_spec("pygame")
    for folder in (package.submodule_search_locations or ()) if package else ():
        font = _opened(Path(folder) / "freesansbold.ttf")
        if font is not None:
            return font
    raise NoFont("no font was found, not even that of pygame")


def _opened(path: Path) -> FontFile | None:
    try:
        return FontFile(path)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        log.warning("a font cannot be read: %s", error)
        return None
