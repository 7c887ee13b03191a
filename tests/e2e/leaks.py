"""Finds marks in bytes, however they are written: the search of the test with marked people.

Text is looked for in UTF-8, UTF-16 (both orders), UTF-32, GB18030 and GBK, in Latin capitals or
not, digits also full-width or in groups. A number is looked for by its plain hashes too: whoever
has one tries all numbers in minutes. Data is looked at as it is and as what it stands for: hex,
base64 (each of its alignments), percent, JSON, Python, HTML and quoted-printable escapes, two deep.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

__all__ = ["Leak", "Needles", "files_below"]

_CODINGS = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "gb18030", "gbk")
_HASHES = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b", "blake2s", "sha3_256")
#: Fewer bytes would be found in what was encrypted, by chance.
_FEWEST = 6
#: What else a picture of somebody's page, or a file that hides its content, begins with.
_SIGNS = {
    "a JPEG picture": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
    "a PNG picture": b"\x89PNG\r\n\x1a\n",
    "a PDF": b"%PDF-1.",
    "a TIFF picture": b"II*\x00\x08\x00\x00\x00",
}
_PACKED = {
    "gzip": b"\x1f\x8b", "zip": b"PK\x03\x04", "xz": b"\xfd7zXZ\x00", "bzip2": b"BZh",
    "zstd": b"\x28\xb5\x2f\xfd", "JPEG": b"\xff\xd8\xff", "ELF core": b"\x7fELF",
}  # fmt: skip

_HEX = re.compile(rb"[0-9A-Fa-f](?:[ :]?[0-9A-Fa-f]){%d,}" % (2 * _FEWEST - 1))
_NOT_HEX = re.compile(rb"[ :]")
#: Also in lines, as in a mail.
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{8,}(?:\r?\n[A-Za-z0-9+/_-]+)*")
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_ESCAPE = re.compile(
    rb"[%=]([0-9A-Fa-f]{2})|\\x([0-9A-Fa-f]{2})|\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})"
    rb"|\\([0-3][0-7]{2})|(&#x?[0-9A-Fa-f]{1,6};)|\\(\\)"
)
_SURROGATES = re.compile(rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]")
_FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


@dataclass(frozen=True, slots=True, order=True)
class Leak:
    """A mark where it may not be."""

    where: str
    mark: str
    #: How it was written.
    form: str


class Needles:
    """Marks in every form in which they are looked for."""

    def __init__(self, marks: Mapping[str, str], raw: Mapping[str, bytes] | None = None) -> None:
        """``marks`` are texts by their names, ``raw`` bytes such as a photo's."""
        #: First bytes -> (all of them, name, form).
        self._forms: dict[bytes, list[tuple[bytes, str, str]]] = {}
        #: Which pairs of bytes a mark's first, second and third may be.
        self._pairs: npt.NDArray[np.bool_] | None = None
        for name, data in (raw or {}).items():
            self._add(data, name, "as it is")
        for name, text in marks.items():
            for form, written in _writings(text):
                for coding in _CODINGS:
                    try:
                        coded = written.encode(coding)
                    except UnicodeEncodeError:
                        continue
                    self._add(coded, name, f"{coding}{form}")
            if any(char.isdigit() for char in text) and len(text) >= 15:
                self._add_hashes(name, text)

    def _add(self, data: bytes, name: str, form: str) -> None:
        if len(data) >= _FEWEST:
            self._forms.setdefault(data[:_FEWEST], []).append((data, name, form))

    def _add_hashes(self, name: str, text: str) -> None:
        for how in _HASHES:
            for form in (text, text.lower(), f"{text}\n"):
                digest = hashlib.new(how, form.encode()).digest()
                # A hash that was shortened is still one of few.
                self._add(digest[:12], name, f"its {how}, plain")

    def search(self, where: str, data: bytes) -> Iterator[Leak]:
        """Find every mark in ``data``, however it is written."""
        for how, seen in _views(data):
            for begins in self._forms.keys() & self._beginnings(seen):
                for needle, name, form in self._forms[begins]:
                    if needle in seen:
                        yield Leak(where, name, f"{form}{how}")
            for what, sign in _SIGNS.items():
                if sign in seen:
                    yield Leak(where, what, how or "as it is")
        for what, begins in _PACKED.items():
            if data.startswith(begins):
                yield Leak(where, f"what cannot be searched ({what})", "as it is")

    def _beginnings(self, data: bytes) -> set[bytes]:
        """Return what in ``data`` may begin a mark: one look at each place, however many marks."""
        if self._pairs is None:
            self._pairs = np.zeros((3, 65_536), dtype=np.bool_)
            for begins in self._forms:
                self._pairs[(0, 1, 2), np.frombuffer(begins, "<u2")] = True
        if len(data) < _FEWEST:
            return set()
        bytes_ = np.frombuffer(data, np.uint8).astype(np.uint16)
        pairs = bytes_[:-1] | bytes_[1:] << 8
        first, second, third = self._pairs
        fits = first[pairs[:-4]] & second[pairs[2:-2]] & third[pairs[4:]]
        return {data[at : at + _FEWEST] for at in np.flatnonzero(fits).tolist()}

    def search_files(self, root: Path, allowed: Callable[[Path], bool]) -> list[Leak]:
        """Find every mark in every file below ``root``, and in the files' names.

        ``allowed(path)``, relative to ``root``, says where marks may be.
        """
        found: set[Leak] = set()
        for path in files_below(root):
            name = path.relative_to(root)
            if not allowed(name):
                data = path.read_bytes() if path.is_file() else b""
                found.update(self.search(str(name), data))
                found.update(self.search(f"name of {name}", str(name).encode()))
        return sorted(found)


def files_below(root: Path) -> list[Path]:
    """Return every file below ``root``; links and sockets are none."""
    return sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink())


def _writings(text: str) -> Iterator[tuple[str, str]]:
    yield "", text
    if text.isascii():
        yield ", small", text.lower()
        yield ", capitals", text.upper()
        yield ", title", text.title()
        yield ", full-width", text.upper().translate(_FULL_WIDTH)
    if len(text) >= 17 and text[:17].isdigit():
        for gap in (" ", "-", "\u3000"):
            yield ", in groups", gap.join((text[:6], text[6:14], text[14:]))
            yield ", in groups", gap.join((text[:6], text[6:10], text[10:14], text[14:]))
    elif text.isdigit():
        yield ", in pairs", " ".join(text)


def _views(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Give the data as it is, and what hex, base64 and escapes in it stand for, two deep."""
    yield "", data
    for how, inner in _decoded(data):
        yield f", as {how}", inner
        for again, deepest in _decoded(inner):
            yield f", as {again} in {how}", deepest


def _decoded(data: bytes) -> Iterator[tuple[str, bytes]]:
    for how, pieces in (
        ("hex", _from_hex(data)),
        ("base64", _from_base64(data)),
        ("escapes", _from_escapes(data)),
    ):
        # Pieces do not touch: together they would say what nobody wrote.
        joined = b"\xff\x00\xff".join(pieces)
        if joined:
            yield how, joined


def _from_hex(data: bytes) -> Iterator[bytes]:
    for run in _HEX.finditer(data):
        digits = _NOT_HEX.sub(b"", run[0])
        for start in (0, 1):
            end = len(digits) - (len(digits) - start) % 2
            yield bytes.fromhex(digits[start:end].decode("ascii"))


def _from_base64(data: bytes) -> Iterator[bytes]:
    for run in _BASE64.finditer(data):
        digits = run[0].translate(_URL_SAFE, b"\r\n")
        for start in range(4):
            part = digits[start:]
            yield base64.b64decode(part + b"A" * (-len(part) % 4))


def _from_escapes(data: bytes) -> Iterator[bytes]:
    meant, count = _ESCAPE.subn(_meant, data)
    if count:
        yield _SURROGATES.sub(_joined, meant)


def _meant(found: re.Match[bytes]) -> bytes:
    if byte := found[1] or found[2]:
        return bytes.fromhex(byte.decode())
    if found[5]:
        return bytes((int(found[5], 8),))
    if found[6]:
        return html.unescape(found[6].decode()).encode("utf-8", "surrogatepass")
    if found[7]:
        return found[7]
    code = int(found[3] or found[4], 16)
    return chr(code).encode("utf-8", "surrogatepass") if code < 0x110000 else b""


def _joined(found: re.Match[bytes]) -> bytes:
    """Make one character of the two halves in which JSON escapes a rare one."""
    text = found[0].decode("utf-8", "surrogatepass")
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le").encode()


def leaks_in(needles: Needles, pieces: Iterable[tuple[str, bytes]]) -> list[Leak]:
    """Find every mark in named pieces of data."""
    return sorted({leak for where, data in pieces for leak in needles.search(where, data)})
