"""Colours and sizes of the screens: a file each below ``themes/``.

``normal``; ``elder``: larger and simpler; ``contrast``: for people who see little. A hall may have
its own file (``--theme ./ours.toml``). Sizes are millimetres of the real panel.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path

from kiosk_ui.ops import Colour

__all__ = ["THEMES", "Colours", "Sizes", "Theme", "ThemeError", "contrast", "load_theme"]

THEMES = ("normal", "elder", "contrast")
_FOLDER = Path(__file__).parent / "themes"


class ThemeError(ValueError):
    """A theme's file cannot be used; says which and why."""


@dataclass(frozen=True, slots=True)
class Colours:
    """What is what colour; each ``on_`` is text upon the colour of that name."""

    ground: Colour
    on_ground: Colour
    #: Less important text upon the ground and upon cards.
    quiet: Colour
    card: Colour
    on_card: Colour
    #: The one thing that counts on a page: the newest call, the main button.
    accent: Colour
    on_accent: Colour
    #: Another button.
    button: Colour
    on_button: Colour
    good: Colour
    on_good: Colour
    warn: Colour
    on_warn: Colour
    alarm: Colour
    on_alarm: Colour
    #: Lines between things: not text.
    rule: Colour

    def pairs(self) -> dict[str, tuple[Colour, Colour]]:
        """Return every text colour with what it stands upon."""
        names = ("ground", "card", "accent", "button", "good", "warn", "alarm")
        found = {name: (getattr(self, f"on_{name}"), getattr(self, name)) for name in names}
        return {
            **found,
            "quiet on ground": (self.quiet, self.ground),
            "quiet on card": (self.quiet, self.card),
        }


@dataclass(frozen=True, slots=True)
class Sizes:
    """Millimetres. Heights of text are those of its capital letters."""

    #: Width and height of what is touched, at least; and between two such things.
    touch: float
    gap: float
    margin: float
    radius: float
    title: float
    body: float
    small: float
    #: Nothing that a person at the kiosk reads is smaller.
    floor: float


@dataclass(frozen=True, slots=True)
class Theme:
    """One look: ``name``, the contrast that it promises, colours and sizes."""

    name: str
    least_contrast: float
    idle_s: float
    colours: Colours
    sizes: Sizes


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.2, 1.4.3)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Colour) -> float:
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (part / 255 for part in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@lru_cache(8)
def load_theme(name: str) -> Theme:
    """Return a theme by its name, or that of a file (a name with ``/`` or ``.toml``).

    It is read once, so a view may ask for it. Raises ``ThemeError``: unreadable, not complete, or
    of less contrast than it promises.
    """
    own = "/" in name or name.endswith(".toml")
    path = Path(name) if own else _FOLDER / f"{name}.toml"
    if not own and name not in THEMES:
        raise ThemeError(f"there is no theme {name}; themes: {', '.join(THEMES)}, or a file")
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        colours = Colours(**{f.name: _colour(data["colours"][f.name]) for f in fields(Colours)})
        sizes = Sizes(**{f.name: _length(data["sizes"][f.name]) for f in fields(Sizes)})
        theme = Theme(
            path.stem, float(data["least_contrast"]), float(data["idle_s"]), colours, sizes
        )
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ThemeError(f"{path}: {error}") from error
    except KeyError as error:
        raise ThemeError(f"{path}: {error} is missing") from error
    except (TypeError, ValueError) as error:
        raise ThemeError(f"{path}: {error}") from error
    for what, pair in colours.pairs().items():
        ratio = contrast(*pair)
        if ratio < theme.least_contrast:
            raise ThemeError(
                f"{path}: text upon {what} has a contrast of {ratio:.1f}:1, "
                f"less than {theme.least_contrast}:1"
            )
    return theme


def _colour(text: object) -> Colour:
    if isinstance(text, str) and len(text) == 7 and text[0] == "#":
        value = int(text[1:], 16)
        return value >> 16, value >> 8 & 255, value & 255
    raise ValueError(f"{text!r} is no colour; write #1a2b3c")


def _length(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1000:
        return float(value)
    raise ValueError(f"{value!r} is no length in millimetres")
