"""A multifunction printer that scans into the bench's folder: each key drops a file there."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from devices.simulator import Simulator, UnknownKey

__all__ = ["FolderSimulator"]

_FORMATS = {"jpeg": "JPEG", "pdf": "PDF", "tiff": "TIFF", "png": "PNG"}
_MOST = 50


class FolderSimulator(Simulator):
    """Keys: ``jpeg``, ``png``, ``pdf`` and ``tiff`` (value: pages).

    Faults: ``foreign`` (a text comes instead), ``half`` (the file ends in its middle).
    """

    faults: ClassVar[tuple[str, ...]] = ("foreign", "half")

    def __init__(self, name: str, options: Any) -> None:
        super().__init__(name, options)
        self._folder = Path(f"{options.path.removeprefix('mock:')}.d")
        self._folder.mkdir(parents=True, exist_ok=True)
        self._dropped = 0

    def feed(self, data: bytes) -> None:
        """A copier takes nothing from the folder's side."""

    def press(self, key: str, value: int | None = None) -> None:
        """Scan into the folder. Raises ``UnknownKey``."""
        pages = 1 if value is None else value
        if key not in _FORMATS or not 1 <= pages <= _MOST:
            raise UnknownKey("jpeg, png, pdf [1..50], tiff [1..50]")
        if pages > 1 and key not in {"pdf", "tiff"}:
            raise UnknownKey("jpeg, png, pdf [1..50], tiff [1..50]")
        self._dropped += 1
        data = b"Hello from the copier.\n"
        if "foreign" not in self.active_faults:
            data = _drawn(_FORMATS[key], pages, self._dropped)
        if "half" in self.active_faults:
            data = data[: len(data) // 2]
        # As a copier's FTP does: under another name until it is whole.
        part = self._folder / f"scan-{self._dropped:04d}.{key}.part"
        part.write_bytes(data)
        part.rename(part.with_suffix(""))

    def seen(self) -> Mapping[str, Any]:
        """What lies in the folder, and how many files were dropped."""
        names: list[str] = []
        with contextlib.suppress(OSError):
            names = sorted(path.name for path in self._folder.iterdir())
        return {"dropped": self._dropped, "waiting": names}


def _drawn(kind: str, pages: int, number: int) -> bytes:
    """Return a file of A4 pages at 100 dpi; the marks on top count files and pages."""
    from PIL import Image, ImageDraw

    drawn = []
    for page in range(1, pages + 1):
        sheet = Image.new("RGB", (827, 1169), (252, 252, 250))
        pen = ImageDraw.Draw(sheet)
        for mark in range(number % 9):
            pen.rectangle([80 + mark * 30, 60, 98 + mark * 30, 78], (40, 40, 44))
        for mark in range(page % 9):
            pen.rectangle([80 + mark * 30, 90, 98 + mark * 30, 108], (200, 40, 44))
        for line in range(30):
            pen.rectangle(
                [80, 160 + line * 30, 740 - line * 71 % 240, 170 + line * 30], (50, 50, 54)
            )
        drawn.append(sheet)
    out = io.BytesIO()
    several = {"save_all": True, "append_images": drawn[1:]} if pages > 1 else {}
    resolution = {"resolution": 100.0} if kind == "PDF" else {"dpi": (100, 100)}
    drawn[0].save(out, kind, **several, **resolution)
    return out.getvalue()
