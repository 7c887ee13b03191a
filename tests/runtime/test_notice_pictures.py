"""Pictures in the notices' folder: which a screen may show, and why another may not."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from firmware_py.config.notice_pictures import read_picture_file
from firmware_py.core.pictures import MOST_FILE_BYTES
from firmware_py.runtime.notice_folder import NoticeFolder


def chunk(name: bytes, data: bytes) -> bytes:
    """Return a PNG's chunk: length, name, data, CRC-32 (ISO/IEC 15948, 5.3)."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int = 8, height: int = 8) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\xff\0\0" * 8) * 8)
    end = chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + end


def jpeg(width: int = 640, height: int = 480, **options: object) -> bytes:
    data = io.BytesIO()
    Image.effect_noise((width, height), 40).convert("RGB").save(data, "JPEG", **options)
    return data.getvalue()


def look(folder: Path, name: str, content: bytes) -> NoticeFolder:
    (folder / name).write_bytes(content)
    found = NoticeFolder(folder)
    assert found.look()
    return found


@pytest.mark.parametrize(
    ("name", "content", "size"),
    [
        ("a.png", png(), (8, 8)),
        ("B.JPG", jpeg(), (640, 480)),
        ("c.jpeg", jpeg(progressive=True), (640, 480)),
        # Named as the other: what it is counts.
        ("d.png", jpeg(320, 200), (320, 200)),
        # Phones leave something of their own behind the picture.
        ("e.jpg", jpeg() + b"SEFT" * 9, (640, 480)),
    ],
)
def test_a_picture_is_known_by_its_header_and_its_end(
    tmp_path: Path, name: str, content: bytes, size: tuple[int, int]
) -> None:
    folder = look(tmp_path, name, content)
    picture, file = folder.pictures[name]
    assert (picture.width, picture.height) == size
    assert picture.path == str(tmp_path / name)
    assert file.walls == ()
    assert folder.wrong == {}


BROKEN = [
    ("zero.png", b"", "is empty", "空文件"),
    ("text.png", "请带身份证".encode(), "is no PNG or JPEG", "不是 PNG 或 JPEG"),
    ("half.png", png()[:60], "is not whole", "不完整"),
    ("ends.png", png()[:-12], "is not whole", "不完整"),
    ("zeros.png", png()[:-30] + bytes(30), "is damaged", "已损坏"),
    ("hole.png", png()[:-12] + bytes(12), "is not whole", "不完整"),
    ("bits.png", png()[:45] + b"\x55" + png()[46:], "is damaged", "已损坏"),
    ("huge.png", png(20_000, 20_000), "20000 x 20000 pixels, more than 25 million", "2500 万"),
    ("none.png", png(0, 8), "is damaged", "已损坏"),
    ("half.jpg", jpeg()[:9000], "is not whole", "不完整"),
    ("head.jpg", jpeg()[:100], "is not whole", "不完整"),
    ("fat.jpg", jpeg() + bytes(MOST_FILE_BYTES), "has 21 MB, more than 20", "超过 20 MB"),
]


@pytest.mark.parametrize(("name", "content", "en", "zh"), BROKEN, ids=[one[0] for one in BROKEN])
def test_a_picture_that_cannot_be_shown_is_told_by_its_name_in_both_languages(
    tmp_path: Path, name: str, content: bytes, en: str, zh: str
) -> None:
    (tmp_path / "good.png").write_bytes(png())
    folder = look(tmp_path, name, content)
    assert list(folder.pictures) == ["good.png"]
    said = folder.wrong[name]
    assert name in said.en
    assert en in said.en
    assert name in said.zh
    assert zh in said.zh


def test_a_copy_that_goes_on_is_shown_when_it_is_whole_and_goes_with_its_file(
    tmp_path: Path,
) -> None:
    whole = jpeg()
    folder = look(tmp_path, "poster.jpg", whole[:5000])
    assert folder.pictures == {}
    (tmp_path / "poster.jpg").write_bytes(whole)
    assert folder.look()
    before, _ = folder.pictures["poster.jpg"]
    assert folder.wrong == {}
    assert not folder.look()
    (tmp_path / "poster.jpg").write_bytes(jpeg(320, 200))
    assert folder.look()
    after, _ = folder.pictures["poster.jpg"]
    assert before.stamp != after.stamp
    (tmp_path / "poster.jpg").unlink()
    assert folder.look()
    assert folder.pictures == {}


def test_a_table_gives_a_picture_its_times_and_it_stands_there_once(tmp_path: Path) -> None:
    (tmp_path / "poster.png").write_bytes(png())
    (tmp_path / "expo.toml").write_text(
        'picture = "poster.png"\nuntil = 2026-10-08\npriority = 3\nwalls = ["lobby"]\n',
        encoding="utf-8",
    )
    folder = NoticeFolder(tmp_path)
    folder.look()
    ((picture, file),) = folder.pictures.values()
    assert picture.path.endswith("poster.png")
    assert (file.until, file.priority, file.walls) == ("2026-10-08 24:00", 3, ("lobby",))
    (tmp_path / "poster.png").write_bytes(png()[:-5])
    folder.look()
    assert "不完整" in folder.wrong["expo.toml"].zh
    (tmp_path / "poster.png").unlink()
    folder.look()
    assert folder.pictures == {}
    assert list(folder.wrong) == ["expo.toml"]
    assert "no picture poster.png" in folder.wrong["expo.toml"].en


@pytest.mark.parametrize(
    "text",
    ['picture = "../x.png"\n', 'picture = "x.gif"\n', 'picture = "x.png"\ntext = "展会"\n'],
)
def test_a_table_names_a_picture_of_its_own_folder_and_nothing_else(
    tmp_path: Path, text: str
) -> None:
    folder = look(tmp_path, "expo.toml", text.encode())
    assert "expo.toml" in folder.wrong
    assert folder.pictures == {}


def test_a_picture_that_vanishes_while_it_is_read_is_told(tmp_path: Path) -> None:
    picture, wrong = read_picture_file(tmp_path / "gone.png")
    assert picture is None
    assert "cannot be read: No such file" in str(wrong.mistakes()[0])
