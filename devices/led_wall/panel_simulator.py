"""The panel behind a simulated card: what a person sees on it, and its pictures."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from devices.led_wall.options import PanelOptions
from devices.led_wall.picture import PanelText, save_panel
from devices.simulator import Simulator

__all__ = ["PanelSimulator"]

#: A day of calls is a few hundred states; older ones than these are not drawn.
_KEPT_STATES = 200


class PanelSimulator(Simulator):
    """A card with its panel. Subclasses obey frames, then call ``_remember``."""

    def __init__(self, name: str, options: PanelOptions) -> None:
        super().__init__(name, options)
        self.options: PanelOptions = options
        self._frames = 0
        self._bad_frames = 0
        self._foreign_frames = 0
        self._last_rx_ns = 0
        self._new_states: deque[tuple[PanelText, ...]] = deque(maxlen=_KEPT_STATES)
        self._last_state: tuple[PanelText, ...] | None = None
        self._drawn_states: set[tuple[PanelText, ...]] = set()
        self._pictures = 0

    @abstractmethod
    def _on_show(self) -> Sequence[tuple[PanelText, int]]:
        """Return the panel's texts from top to bottom, each with the number of its effect."""

    @abstractmethod
    def _power_cycle(self) -> None:
        """Forget what a card forgets that is switched off and on."""

    def feed(self, data: bytes) -> None:
        """Take bytes in whatever pieces."""
        self._last_rx_ns = time.monotonic_ns()
        self._take(data)

    @abstractmethod
    def _take(self, data: bytes) -> None:
        """Obey each frame that ``data`` completes."""

    def faults_changed(self) -> None:
        """Lose the power when told to."""
        if "power-cycle" in self.active_faults:
            self.active_faults.discard("power-cycle")
            self._power_cycle()
            self._remember()

    def seen(self) -> Mapping[str, Any]:
        """Return what is on show from top to bottom, and what came over the wire.

        ``last_rx_ns`` is ``time.monotonic_ns()`` when the newest bytes came in.
        """
        shown = self._on_show()
        return {
            "lines": [text.text.strip(" ") for text, _ in shown],
            "colours": [text.colour for text, _ in shown],
            "effects": [effect for _, effect in shown],
            "frames": self._frames,
            "bad_frames": self._bad_frames,
            "foreign_frames": self._foreign_frames,
            "last_rx_ns": self._last_rx_ns,
        }

    def save_pictures(self, folder: Path) -> list[Path]:
        """Write each state of the panel since the last call that was never drawn before."""
        paths = []
        while self._new_states:
            state = self._new_states.popleft()
            if state in self._drawn_states:
                continue
            self._pictures += 1
            path = folder / f"{self.name}-{self._pictures:04d}.png"
            save_panel(path, self.options.width, self.options.height, state)
            self._drawn_states.add(state)
            paths.append(path)
        return paths

    def _row(self, row: int, text: str, colour: Any, align: Any = "left") -> PanelText:
        """Return a line of the panel, for cards that know lines and no rectangles."""
        height = self.options.height // self.options.rows
        return PanelText(
            0, row * height, self.options.width, height, text, self.options.font, colour, align
        )

    def _remember(self) -> None:
        state = tuple(text for text, _ in self._on_show() if text.text.strip())
        # Compared with what was remembered, not with what is still to be drawn: drawing takes
        # states away in a thread of its own.
        if state != self._last_state:
            self._last_state = state
            self._new_states.append(state)
