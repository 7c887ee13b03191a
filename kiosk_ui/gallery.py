"""Every page in every state, theme, language and size as a picture: ``out/gallery/index.html``."""

from __future__ import annotations

import html
import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pygame

from kiosk_ui.look import load_look
from kiosk_ui.painter import Painter
from kiosk_ui.states import LAYOUTS, states
from kiosk_ui.theme import THEMES, load_theme
from kiosk_ui.words import LANGUAGES

__all__ = ["render"]

log = logging.getLogger(__name__)

#: Pictures are kept at most so wide: 4k ones are looked at, not measured.
_MOST_WIDTH = 1920


def render(
    folder: Path,
    *,
    screen: str | None = None,
    themes: Sequence[str] = THEMES,
    languages: Sequence[str] = LANGUAGES,
    layouts: Sequence[str] | None = None,
    only: Sequence[str] | None = None,
) -> list[str]:
    """Write the pictures and their index; return what does not fit on them, a line each.

    ``layouts`` and ``only`` (states) narrow it down. Raises as ``load_look`` does.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wrong, shown = list[str](), list[tuple[str, str, str]]()
    found = [one for one in states(screen) if only is None or one.name in only]
    first = next(iter(next(iter(LAYOUTS.values())).values()))
    base = load_look(first)
    for kind, panels in LAYOUTS.items():
        for layout, panel in panels.items():
            if layouts is not None and layout not in layouts:
                continue
            surface = pygame.Surface(panel.size)
            painter = Painter(surface, base.faces)
            for theme in themes:
                look = replace(base, panel=panel, theme=load_theme(theme))
                for state in (one for one in found if one.screen == kind):
                    for language in languages:
                        picture = state.draw(look.in_language(language))
                        painter.show(picture)
                        name = f"{kind}-{state.name}-{theme}-{language}-{layout}.png"
                        pygame.image.save(_reduced(surface), folder / name)
                        shown.append(
                            (f"{kind}: {state.name}", name, f"{theme}, {language}, {layout}")
                        )
                        wrong += [
                            f"{name}: {defect.text!r} does not fit" for defect in picture.defects
                        ]
            painter.close()
    base.faces.close()
    (folder / "index.html").write_text(_index(shown, wrong), encoding="utf-8")
    return wrong


def _reduced(surface: pygame.Surface) -> pygame.Surface:
    width, height = surface.get_size()
    if width <= _MOST_WIDTH:
        return surface
    return pygame.transform.smoothscale(surface, (_MOST_WIDTH, height * _MOST_WIDTH // width))


def _index(shown: Sequence[tuple[str, str, str]], wrong: Sequence[str]) -> str:
    parts = [
        "<!doctype html><meta charset=utf-8><title>Screens</title><style>",
        "body{font-family:sans-serif;background:#ddd}figure{display:inline-block;margin:6px}",
        "img{height:220px;background:#000}figcaption{font-size:12px}</style>",
    ]
    if wrong:
        parts.append("<h2>Does not fit</h2><ul>")
        parts += [f"<li>{html.escape(line)}</li>" for line in wrong]
        parts.append("</ul>")
    last = ""
    for title, name, what in sorted(shown, key=lambda one: one[0]):
        if title != last:
            parts.append(f"<h2>{html.escape(title)}</h2>")
            last = title
        parts.append(
            f'<figure><a href="{name}"><img loading=lazy src="{name}"></a>'
            f"<figcaption>{html.escape(what)}</figcaption></figure>"
        )
    return "\n".join(parts) + "\n"
