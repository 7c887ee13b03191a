"""A list of rows with a cursor: by keys, mouse and wheel, in columns of terminal cells.

It keeps to its cells whatever is in them: Chinese takes two, what is too long ends in two dots,
and the cursor is reversed and has a mark, so it is seen without colours too. Only lines that
changed are drawn again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text
from textual import events
from textual.binding import Binding
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

__all__ = ["Column", "Row", "Rows", "fitted"]

_WHEEL = 3


@dataclass(frozen=True, slots=True)
class Column:
    """``width`` in cells; 0 is what the others leave, and nothing when that is too little."""

    heading: str
    width: int
    right: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One line; ``key`` is what it is about, and stays when the line moves."""

    key: str
    cells: tuple[Text, ...]


def fitted(text: Text, width: int, *, right: bool = False) -> Text:
    """Return ``text`` in exactly ``width`` cells."""
    fit = text.copy()
    if fit.cell_len > width:
        fit.truncate(max(width - 2, 0), overflow="crop")
        fit.append(".." if width > 1 else " " * width)
    blank = " " * (width - fit.cell_len)
    return Text(blank).append_text(fit) if right else fit.append(blank)


class Rows(Widget, can_focus=True):
    """The list. Says ``Moved`` when the cursor came to another key."""

    BINDINGS = [  # noqa: RUF012 - textual's own form; it is never changed
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "move(-1000000)", show=False),
        Binding("end", "move(1000000)", show=False),
    ]
    LEAST = 6

    class Moved(Message):
        """The cursor is on another key."""

        def __init__(self, rows: Rows) -> None:
            super().__init__()
            self.rows = rows

        @property
        def control(self) -> Rows:
            """The list it is about."""
            return self.rows

    def __init__(self, columns: Sequence[Column], empty: str = "", *, id: str) -> None:  # noqa: A002 - textual's word
        super().__init__(id=id)
        self._columns = columns
        self._empty = empty
        self._rows: Sequence[Row] = ()
        self._at = 0
        self._top = 0

    @property
    def key(self) -> str | None:
        """What the cursor is on."""
        return self._rows[self._at].key if self._rows else None

    def show(self, rows: Sequence[Row]) -> None:
        """Show these rows; the cursor stays with its key while that is there."""
        key, old, top = self.key, self._rows, self._top
        self._rows = rows
        keys = [row.key for row in rows]
        self._at = keys.index(key) if key in keys else max(min(self._at, len(rows) - 1), 0)
        self._scroll()
        if len(old) != len(rows) or top != self._top:
            self.refresh()
        else:
            for n, (was, row) in enumerate(zip(old, rows, strict=True)):
                if was != row:
                    self._redraw(n)
        if self.key != key:
            self.post_message(self.Moved(self))

    def go_to(self, key: str) -> None:
        """Put the cursor on a key, if it is there."""
        for n, row in enumerate(self._rows):
            if row.key == key:
                self._go(n)

    # ---- the cursor

    def _go(self, to: int) -> None:
        to = max(min(to, len(self._rows) - 1), 0)
        if to != self._at:
            top, was, self._at = self._top, self._at, to
            self._scroll()
            if top != self._top:
                self.refresh()
            else:
                # The headings say where the cursor is.
                for n in (was, to, self._top - 1):
                    self._redraw(n)
            self.post_message(self.Moved(self))

    def _scroll(self) -> None:
        room = max(self.size.height - 1, 1)
        least = self._at - room + 1
        self._top = max(min(self._top, self._at, len(self._rows) - room), least, 0)

    def _redraw(self, n: int) -> None:
        if 0 <= (y := n - self._top + 1) < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def action_move(self, by: int) -> None:
        """Move by so many rows."""
        self._go(self._at + by)

    def action_page(self, way: int) -> None:
        """Move by a screen."""
        self._go(self._at + way * max(self.size.height - 2, 1))

    def on_click(self, event: events.Click) -> None:
        """Take the row that was clicked."""
        if 0 < event.y <= len(self._rows) - self._top:
            self._go(self._top + event.y - 1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Move by the wheel."""
        event.stop()
        self._go(self._at + _WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Move by the wheel."""
        event.stop()
        self._go(self._at - _WHEEL)

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self._scroll()
        self.refresh()

    def on_focus(self) -> None:
        """Show where the keys go."""
        self._redraw(self._at)

    def on_blur(self) -> None:
        """Show that the keys go elsewhere."""
        self._redraw(self._at)

    # ---- drawing

    def render_line(self, y: int) -> Strip:
        """Return one line: the headings, or a row."""
        width, n = self.size.width, self._top + y - 1
        if y == 0:
            headings = self._line([Text(column.heading) for column in self._columns], " ")
            line = self._with_place(headings)
            line.stylize("dim")
        elif n < len(self._rows):
            here = n == self._at
            line = self._line(self._rows[n].cells, ">" if here else " ")
            if here and self.has_focus:
                # In the terminal's own colours: one of the row's, reversed, would be a patch.
                line.stylize("reverse default")
        else:
            line = Text(f" {self._empty}" if y == 1 and not self._rows else "", "dim")
        line = fitted(line, width)
        segments = line.render(self.app.console)
        return Strip(segments, width).apply_style(self.rich_style)

    def _with_place(self, line: Text) -> Text:
        """Say where the cursor is when not all rows are in sight."""
        if len(self._rows) <= self.size.height - 1:
            return line
        place = f" {self._at + 1}/{len(self._rows)}"
        line = fitted(line, self.size.width)
        line.right_crop(len(place))
        return line.append(place)

    def _line(self, cells: Sequence[Text], mark: str) -> Text:
        rest = self.size.width - 1 - sum(c.width + 1 for c in self._columns if c.width)
        line = Text(mark)
        for column, cell in zip(self._columns, cells, strict=True):
            width = column.width or (rest if rest >= self.LEAST else 0)
            if width:
                line.append_text(fitted(cell, width, right=column.right)).append(" ")
        line.right_crop(1)
        return line
