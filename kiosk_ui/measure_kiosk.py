"""How long the kiosk's pages take to draw, and a key of its search. No daemon, no panel.

A page is drawn as the loop does it when the page changes: laid out, what differs from the page
before painted, flipped. 1920x1080 on 21.5 inches, every state of the gallery.
"""

from __future__ import annotations

import multiprocessing
import statistics
import time
import tomllib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pygame
import pygame.freetype

from kiosk_ui.kiosk.made_up import CATEGORIES
from kiosk_ui.kiosk.model import KioskModel
from kiosk_ui.kiosk.reading import catalogue_of
from kiosk_ui.kiosk.screen import KioskScreen
from kiosk_ui.kiosk.states import kiosk_states
from kiosk_ui.kiosk.view import view
from kiosk_ui.look import Look, load_look
from kiosk_ui.messages import Answered, Live, Pressed
from kiosk_ui.ops import Text
from kiosk_ui.panel import Panel
from kiosk_ui.qr import modules
from kiosk_ui.shell import Shell
from kiosk_ui.theme import load_theme

__all__ = ["measure_pages", "measure_search", "places"]

PANEL = Panel(1920, 1080, 476, 268)
ITEMS = Path(__file__).parents[1] / "config" / "items.toml"
_ROUNDS = 7
_FIRSTS = 3
#: Letters that are typed for an item, and how many items are looked for.
_LETTERS, _WANTED = 5, 40


def _timed(do: Callable[[], object]) -> float:
    begun_s = time.perf_counter()
    do()
    return (time.perf_counter() - begun_s) * 1000


class _Stage:
    """A panel that nobody sees, and fonts of its own: nothing is kept yet."""

    def __init__(self) -> None:
        load_theme.cache_clear()
        modules.cache_clear()
        self.look: Look = load_look(PANEL)
        self.shell = Shell(PANEL, self.look.faces, position=(0, 0))

    def draw(self, model: KioskModel) -> None:
        self.shell.show(view(model, self.look))

    def close(self) -> None:
        self.shell.close()
        self.look.faces.close()


def _forked(do: Callable[[], float]) -> float:
    """Return what ``do`` returns in a process of its own, which has imported all that this has."""
    forking = multiprocessing.get_context("fork")
    reads, writes = forking.Pipe(duplex=False)
    child = forking.Process(target=lambda: writes.send(do()))
    child.start()
    # Else the end of one that fails, which says why by itself, would not be heard.
    writes.close()
    try:
        return float(reads.recv())
    except EOFError:
        raise RuntimeError("a page could not be drawn in a process of its own") from None
    finally:
        child.join()
        reads.close()


def _first(model: KioskModel) -> float:
    """Draw a page as the first that a process draws: no font is open, no text measured."""
    stage = _Stage()
    return _timed(lambda: stage.draw(model))


def _letters_alone(model: KioskModel) -> float:
    """Open the fonts and render a page's texts: what FreeType alone takes."""
    stage = _Stage()
    texts = [op for op in view(model, stage.look).ops if isinstance(op, Text)]
    faces = stage.look.faces.chains

    def render() -> None:
        fonts = {
            bold: pygame.freetype.Font(str(faces[bold][0].path), 20, faces[bold][0].index)
            for bold in (False, True)
        }
        for op in texts:
            fonts[op.bold].render(op.text, op.colour, size=op.size)

    return _timed(render)


def measure_pages(*, quick: bool = False) -> dict[str, float]:
    """Return milliseconds of every page: ``warm_ms:PAGE``, ``first_ms:PAGE``.

    Warm: seen before, coming after the start page, the median of seven. First: the first picture
    of a process that has imported everything and drawn nothing, the median of three. ``in_turn_ms``
    is the median of all pages after each other, so that little is kept from one round to the next.
    Beside them ``copy_ms``, a ready picture copied to the panel, and ``letters_ms``, the slowest
    first page's texts by FreeType alone.
    """
    pages = kiosk_states()
    if quick:
        pages = {name: pages[name] for name in ("start", "ticket")}
    found = dict[str, float]()
    for name, model in pages.items():
        # Forked before this process has opened a display.
        takes = [_forked(partial(_first, model)) for _ in range(_FIRSTS)]
        found[f"first_ms:{name}"] = statistics.median(takes)
    slowest = max(pages, key=lambda name: found[f"first_ms:{name}"])
    letters = [_forked(partial(_letters_alone, pages[slowest])) for _ in range(_FIRSTS)]
    stage = _Stage()
    try:
        # The way there: another page than the one that is measured.
        before = {name: pages["start" if name != "start" else "ticket"] for name in pages}
        for name, model in pages.items():
            takes = []
            for _ in range(_ROUNDS + 1):
                stage.draw(before[name])
                takes.append(_timed(partial(stage.draw, model)))
            found[f"warm_ms:{name}"] = statistics.median(takes[1:])
        turns = [_timed(partial(stage.draw, m)) for _ in range(2) for m in pages.values()]
        ready = stage.shell.window_surface.copy()
        copies = [_timed(lambda: stage.shell.window_surface.blit(ready, (0, 0))) for _ in range(20)]
    finally:
        stage.close()
    return {
        **found,
        "in_turn_ms": statistics.median(turns[len(pages) :]),
        "copy_ms": statistics.median(copies),
        "letters_ms": statistics.median(letters),
    }


# ---- the search


def _hall() -> tuple[KioskScreen, KioskModel, dict[str, Any]]:
    """Return a kiosk that knows the example catalogue of 214 items."""
    listed = tomllib.loads(ITEMS.read_text(encoding="utf-8"))["items"]
    items = {"items": listed}
    screen, now_s = KioskScreen("kiosk-1"), 1000.0
    model = screen.first
    show = {"name": {"zh": "办税服务厅", "en": "Tax hall"}, "choose": "item", "paper": "ok"}
    for message in (
        Live(), Answered("facts", show), Answered("categories", CATEGORIES),
        Answered("items", items),
    ):  # fmt: skip
        model, _ = screen.update(model, message, now_s)
    return screen, model, items


def _typed(items: dict[str, Any], wanted: int) -> Iterator[str]:
    """Yield the first letters of items all over the catalogue."""
    listed = [one["initials"] for one in items["items"] if one.get("initials")]
    return (letters[:_LETTERS] for letters in listed[:: max(len(listed) // wanted, 1)])


def measure_search(*, quick: bool = False) -> dict[str, float]:
    """Return what a key costs among 214 items: searching alone, and until its picture is shown.

    Letters of 40 items, one after the other, each from an empty field on. Searching: what was
    found, and the words that are offered. The picture: the key's message taken, the page laid out,
    painted, flipped; its names are often drawn for the first time.
    """
    screen, model, items = _hall()
    words = list(_typed(items, 4 if quick else _WANTED))
    _, catalogue = catalogue_of(items)
    alone, shown, now_s = list[float](), list[float](), 1010.0

    def search(query: str) -> None:
        catalogue.find(query)
        catalogue.offered(query, 16)

    for word in words:
        alone += [_timed(partial(search, word[:n])) for n in range(1, len(word) + 1)]
    model, _ = screen.update(model, Pressed("search", "t"), now_s)
    stage = _Stage()
    try:
        stage.draw(model)
        for word in words:
            for key in word.upper():
                now_s += 1.0
                begun_s = time.perf_counter()
                model, _ = screen.update(model, Pressed(f"key:{key}", "t"), now_s)
                stage.draw(model)
                shown.append((time.perf_counter() - begun_s) * 1000)
            for _ in word:
                model, _ = screen.update(model, Pressed("erase", "t"), now_s)
            stage.draw(model)
    finally:
        stage.close()
    alone.sort()
    shown.sort()
    return {
        "items": len(items["items"]),
        "keys": len(alone),
        "search_p50_ms": statistics.median(alone),
        "search_p99_ms": alone[len(alone) * 99 // 100],
        "search_worst_ms": alone[-1],
        "shown_p50_ms": statistics.median(shown),
        "shown_p95_ms": shown[len(shown) * 95 // 100],
        "shown_p99_ms": shown[len(shown) * 99 // 100],
    }


def places() -> dict[str, float]:
    """Return where the middle of some areas is, in pixels, for who presses from outside.

    ``take_x`` and ``take_y`` on the start page of a kiosk without a choice, ``home_x`` and
    ``home_y`` on a ticket's page.
    """
    pages, look = kiosk_states(), load_look(PANEL)
    found = dict[str, float]()
    for page, area in (("start_one", "take"), ("ticket_printed", "home")):
        rect = next(one.rect for one in view(pages[page], look).areas if one.id == area)
        found |= {f"{area}_x": rect.x + rect.w // 2, f"{area}_y": rect.y + rect.h // 2}
    look.faces.close()
    return found
