"""Files of pages as copiers and printers drop them: PDF, TIFF, PNG, JPEG. In the child alone.

A PDF is drawn by poppler's ``pdftoppm``, a page at a time: copiers write layers, fonts and strips
into theirs, so taking its pictures out would lose parts of the page. It reads from memory and
writes to a pipe; nothing is put on a disk. What a file is, is told by its content alone.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
from collections.abc import Iterator
from typing import NamedTuple

from PIL import ImageSequence

from devices.scanner.pages.errors import PageError
from devices.scanner.pages.opening import bounded, checked, upright
from devices.scanner.pages.page import MOST_BYTES

__all__ = ["FilePage", "pages_of"]

#: So many pages are one pile in a feeder.
MOST_PAGES = 200
_DRAWING_S = 20.0
_POINTS = 72.0
_SIZE = re.compile(rb"^Page +\d+ size: +([\d.]+) x ([\d.]+) pts", re.MULTILINE)
_PAGES = re.compile(rb"^Pages: +(\d+)", re.MULTILINE)


class FilePage(NamedTuple):
    """One page: ``pixels`` row by row, 1 or 3 bytes each."""

    pixels: bytes
    width: int
    height: int
    channels: int
    dpi: int


def pages_of(data: bytes | bytearray, dpi: int, *, grey: bool) -> Iterator[FilePage]:
    """Yield the pages of a PDF, TIFF or PNG one after another.

    ``dpi`` is the resolution at which a PDF is drawn, and that of pictures which do not say theirs.
    Raises ``PageError``.
    """
    if data[:5] == b"%PDF-":
        yield from _drawn(data, dpi, grey=grey)
    elif bytes(data[:4]) in {b"II*\0", b"MM\0*", b"\x89PNG"}:
        yield from _pictures(data, dpi, grey=grey)
    else:
        raise PageError("page_foreign")


def _pictures(data: bytes | bytearray, dpi: int, *, grey: bool) -> Iterator[FilePage]:
    with checked(io.BytesIO(data), ("TIFF", "PNG"), grey=grey) as file:
        if getattr(file, "n_frames", 1) > MOST_PAGES:
            raise PageError("page_too_many")
        for frame in ImageSequence.Iterator(file):
            bounded(frame, grey=grey)
            found = frame.info.get("dpi", (0, 0))[0]
            page = upright(frame, grey=grey)
            yield FilePage(
                page.tobytes(),
                *page.size,
                len(page.getbands()),
                round(found) if 50 <= found <= 1200 else dpi,
            )


def _drawn(data: bytes | bytearray, dpi: int, *, grey: bool) -> Iterator[FilePage]:
    """Draw a PDF. Its own process has the limits of this one, and ends in time."""
    with _in_memory(data) as file:
        told = _run(["pdfinfo", "-l", str(MOST_PAGES), "-"], file)
        count = _PAGES.search(told)
        sizes = _SIZE.findall(told)
        if count is None or int(count[1]) == 0:
            raise PageError("page_damaged")
        if int(count[1]) > MOST_PAGES:
            raise PageError("page_too_many")
        most = MOST_BYTES / (1 if grey else 3) * (_POINTS / dpi) ** 2
        for width, height in sizes:
            if float(width) * float(height) > most:
                raise PageError("page_too_large")
        colours = ["-gray"] if grey else []
        for number in range(1, int(count[1]) + 1):
            page = ["-f", str(number), "-l", str(number), "-singlefile"]
            yield _netpbm(_run(["pdftoppm", "-r", str(dpi), *colours, *page, "-"], file), dpi)


@contextlib.contextmanager
def _in_memory(data: bytes | bytearray) -> Iterator[int]:
    file = os.memfd_create("pages", os.MFD_CLOEXEC)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(file, view) :]
        yield file
    finally:
        os.close(file)


def _run(command: list[str], file: int) -> bytes:
    os.lseek(file, 0, os.SEEK_SET)
    try:
        done = subprocess.run(
            command, stdin=file, capture_output=True, timeout=_DRAWING_S, check=False
        )
    except FileNotFoundError:
        raise PageError("pdf_library") from None
    except subprocess.TimeoutExpired:
        raise PageError("page_slow") from None
    if done.returncode != 0:
        raise PageError("page_locked" if b"password" in done.stderr else "page_damaged")
    return done.stdout


def _netpbm(data: bytes, dpi: int) -> FilePage:
    """Read what pdftoppm writes: ``P5`` or ``P6``, width, height, 255, each on a line or so."""
    head = re.match(rb"P([56])\s+(\d+)\s+(\d+)\s+255\s", data)
    if head is None:
        raise PageError("page_damaged")
    channels = 1 if head[1] == b"5" else 3
    width, height = int(head[2]), int(head[3])
    pixels = data[head.end() :]
    if len(pixels) != width * height * channels:
        raise PageError("page_damaged")
    return FilePage(pixels, width, height, channels, dpi)
