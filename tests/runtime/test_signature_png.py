"""A signature's PNG: what is one, and what is refused though it looks like one."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from firmware_py.runtime.signature_png import NoSignature, check_png

MAGIC = bytes.fromhex("89504e470d0a1a0a")
HEAD = bytes.fromhex("0000000d49484452000000080000000201000000004defa040")
#: Rows ``ff`` and ``df``, each behind filter type 0: one black pixel.
DATA = bytes.fromhex("0000000c49444154789c63f8cf701f0003e001dfa54718d3")
END = bytes.fromhex("0000000049454e44ae426082")
ROWS = b"\0\xff\0\xdf"


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def head(width: int = 8, height: int = 2, *rest: int) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, *(rest or (1, 0, 0, 0, 0))))


def packed(rows: bytes) -> bytes:
    return chunk(b"IDAT", zlib.compress(rows))


def refused(*chunks: bytes) -> NoSignature:
    with pytest.raises(NoSignature) as caught:
        check_png(b"".join(chunks))
    return caught.value


def written(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.save(file, "png")
    return file.getvalue()


def test_a_picture_with_something_drawn_is_a_signature() -> None:
    assert check_png(MAGIC + HEAD + DATA + END) == (8, 2)


def test_data_may_come_in_parts_and_with_the_pictures_own_size_on_paper() -> None:
    whole = zlib.compress(ROWS)
    parts = chunk(b"IDAT", whole[:5]) + chunk(b"IDAT", whole[5:])
    physical = chunk(b"pHYs", struct.pack(">IIB", 3780, 3780, 1))
    assert check_png(MAGIC + HEAD + physical + parts + END) == (8, 2)


@pytest.mark.parametrize("mode", ["1", "L"])
def test_what_a_library_writes_is_a_signature_once_something_is_drawn(mode: str) -> None:
    picture = Image.new(mode, (1198, 500), 255 if mode == "L" else 1)
    assert refused(written(picture)).blank
    ImageDraw.Draw(picture).line([(100, 400), (500, 90), (900, 300)], fill=0, width=5)
    assert check_png(written(picture)) == (1198, 500)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xd8\xff\xe0 a JPEG",
        MAGIC,
        MAGIC + HEAD,
        MAGIC + DATA + END,
        MAGIC + HEAD + END,
        MAGIC + HEAD + DATA,
        MAGIC + HEAD + DATA + END + b"\n",
        MAGIC + HEAD + DATA + END[:-1],
        MAGIC + HEAD + DATA[:-1] + b"\xd4" + END,
        MAGIC + HEAD + HEAD + DATA + END,
        MAGIC + HEAD + DATA + chunk(b"tEXt", b"Author\0somebody") + END,
        MAGIC + HEAD + DATA + chunk(b"IEND", b"more"),
        MAGIC + HEAD + DATA + chunk(b"gAMA", bytes(4)) + DATA + END,
        MAGIC + chunk(b"IHDR", bytes(12)) + DATA + END,
        MAGIC + b"\xff\xff\xff\xff" + HEAD[4:] + DATA + END,
    ],
)
def test_what_is_no_whole_png_of_one_picture_is_refused(data: bytes) -> None:
    assert not refused(data).blank


@pytest.mark.parametrize(
    "wrong",
    [
        head(0, 2),
        head(8, 0),
        head(1201, 2),
        head(8, 501),
        head(2**31, 2**31),
        head(8, 2, 1, 3, 0, 0, 0),
        head(8, 2, 8, 2, 0, 0, 0),
        head(8, 2, 8, 6, 0, 0, 0),
        head(8, 2, 16, 0, 0, 0, 0),
        head(8, 2, 1, 0, 1, 0, 0),
        head(8, 2, 1, 0, 0, 1, 0),
        head(8, 2, 1, 0, 0, 0, 1),
        # Another size than its data have.
        head(8, 3),
        head(9, 2),
        head(8, 1),
    ],
)
def test_a_picture_too_large_or_of_colours_or_packed_otherwise_is_refused(wrong: bytes) -> None:
    assert not refused(MAGIC, wrong, DATA, END).blank


@pytest.mark.parametrize(
    "data",
    [
        packed(b"\5\xff\0\xdf"),
        packed(b""),
        packed(ROWS + b"\0"),
        chunk(b"IDAT", zlib.compress(ROWS)[:-1]),
        chunk(b"IDAT", zlib.compress(ROWS) + b"\0"),
        chunk(b"IDAT", b"y" + zlib.compress(ROWS)[1:]),
    ],
)
def test_data_that_are_not_the_pictures_are_refused(data: bytes) -> None:
    assert not refused(MAGIC, HEAD, data, END).blank


def test_a_picture_that_unpacks_to_gigabytes_is_not_unpacked() -> None:
    bomb = zlib.compressobj()
    data = b"".join(bomb.compress(bytes(1 << 20)) for _ in range(64)) + bomb.flush()
    assert "data" in str(refused(MAGIC, HEAD, chunk(b"IDAT", data), END))


def filtered(rows: list[bytes], kinds: list[int]) -> bytes:
    """Return rows as their filters write them (section 9.2 of the standard), a byte a pixel."""
    out, above = bytearray(), bytes(len(rows[0]))
    for row, kind in zip(rows, kinds, strict=True):
        out.append(kind)
        for x, value in enumerate(row):
            a, b, c = (row[x - 1] if x else 0), above[x], (above[x - 1] if x else 0)
            p = a + b - c
            near = min((abs(p - one), n, one) for n, one in enumerate((a, b, c)))[2]
            out.append((value - (0, a, b, (a + b) // 2, near)[kind]) % 256)
        above = row
    return bytes(out)


def grey(rows: list[bytes], kinds: list[int]) -> bytes:
    first = head(len(rows[0]), len(rows), 8, 0, 0, 0, 0)
    return MAGIC + first + packed(filtered(rows, kinds)) + END


@given(
    st.integers(0, 255),
    st.integers(1, 9),
    st.lists(st.integers(0, 4), min_size=1, max_size=6),
    st.integers(0, 10**6),
    st.integers(1, 255),
)
def test_one_shade_is_no_signature_by_whatever_filters_and_one_other_pixel_is(
    shade: int, width: int, kinds: list[int], where: int, by: int
) -> None:
    rows = [bytes([shade]) * width for _ in kinds]
    assert refused(grey(rows, kinds)).blank
    if width * len(kinds) > 1:
        y, x = divmod(where % (width * len(kinds)), width)
        other = bytearray(rows[y])
        other[x] = (shade + by) % 256
        rows[y] = bytes(other)
        assert check_png(grey(rows, kinds)) == (width, len(kinds))
