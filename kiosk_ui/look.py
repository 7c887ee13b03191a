"""All that a page is drawn with beside its model: panel, theme, fonts, words."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kiosk_ui.fonts import Faces, find_faces
from kiosk_ui.panel import Panel
from kiosk_ui.theme import Theme, load_theme
from kiosk_ui.words import Words, load_words

__all__ = ["Look", "load_look"]


@dataclass(frozen=True, slots=True)
class Look:
    """``words`` is the language people chose, ``second`` the other one.

    ``chinese`` False: the Chinese fonts are missing, everything is in English.
    """

    panel: Panel
    theme: Theme
    faces: Faces
    words: Words
    second: Words

    @property
    def chinese(self) -> bool:
        """Whether Chinese can be drawn."""
        return self.faces.chinese

    def px(self, mm: float) -> int:
        """Return millimetres in whole pixels."""
        return self.panel.px(mm)

    def size_for(self, cap_mm: float) -> int:
        """Return the size of text whose capital letters are so high."""
        return self.faces.size_for(cap_mm * self.panel.px_per_mm)

    def in_language(self, language: str) -> Look:
        """Return the same in ``zh`` or ``en``; English stays where Chinese cannot be drawn."""
        if language == self.words.language or not self.chinese:
            return self
        return replace(self, words=self.second, second=self.words)

    def in_theme(self, theme: Theme) -> Look:
        """Return the same with other colours and sizes."""
        return replace(self, theme=theme)


def load_look(panel: Panel, theme: str = "normal", language: str = "zh") -> Look:
    """Return what pages are drawn with, from this machine's fonts and our files.

    Raises ``NoFont``, ``ThemeError``, ``CatalogueError``.
    """
    faces = find_faces()
    zh, en = load_words("zh"), load_words("en")
    first, second = (zh, en) if language == "zh" and faces.chinese else (en, zh)
    return Look(panel, load_theme(theme), faces, first, second)
