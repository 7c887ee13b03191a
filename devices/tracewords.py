"""What the pieces of a trace mean in words, though a frame may come in many pieces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from devices.registry import UnknownKind, explain
from devices.tracefile import Chunk

__all__ = ["TraceWords"]

#: Pieces of one direction that follow so soon may belong to one frame.
_TOGETHER_NS = 200_000_000
_LONGEST = 131_072


class TraceWords:
    """Says what each piece adds to those before it; ``kind`` and ``options`` are the device's."""

    def __init__(self, kind: str, options: Mapping[str, Any] | None = None) -> None:
        self._kind = kind
        self._options = options
        self._begin()

    def _begin(self) -> None:
        self._bytes = {"in": b"", "out": b""}
        self._told: dict[str, list[str]] = {"in": [], "out": []}
        self._last_ns = {"in": 0, "out": 0}

    def of(self, chunk: Chunk) -> list[str]:
        """Return the words of what is complete with this piece, a line each."""
        way = chunk.way
        if way == "note":
            # The line was opened or lost: no frame goes on beyond that.
            self._begin()
            return []
        before = self._bytes[way]
        if chunk.at_ns - self._last_ns[way] > _TOGETHER_NS or len(before) > _LONGEST:
            before = b""
            self._told[way] = []
        self._last_ns[way] = chunk.at_ns
        self._bytes[way] = before + chunk.data
        try:
            lines = explain(
                self._kind, self._bytes[way], answers=way == "in", options=self._options
            )
        except UnknownKind:
            # A trace of another version of this program.
            return []
        told, self._told[way] = self._told[way], lines
        same = 0
        while same < min(len(told), len(lines)) and told[same] == lines[same]:
            same += 1
        return lines[same:]
