from __future__ import annotations

import logging
import shutil
import struct
from pathlib import Path

import pygame
import pytest

from kiosk_ui import fonts
from kiosk_ui.fonts import Faces, NoFont, find_faces
from kiosk_ui.sfnt import FontFile, face_named

REGULAR = fonts.NOTO / "NotoSansCJK-Regular.ttc"


def test_the_simplified_chinese_face_is_found_by_its_name() -> None:
    found = face_named(REGULAR, "Noto Sans CJK SC")
    assert found is not None
    assert found.family == "Noto Sans CJK SC"
    # Face 0 draws another glyph for the same character: the Japanese one.
    japanese = FontFile(REGULAR, 0)
    assert japanese.family == "Noto Sans CJK JP"
    assert all(found.glyph(char) != japanese.glyph(char) for char in "门直骨返令")
    assert (found.em, found.cap_height, found.advance("请")) == (1000, 733, 1000)
    found.close()
    japanese.close()


def test_a_family_that_is_not_there_is_not_guessed() -> None:
    assert face_named(REGULAR, "Noto Sans CJK XX") is None


@pytest.mark.parametrize("content", [b"", b"not a font at all, only some text that is long enough"])
def test_a_file_that_is_no_font_says_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.ttf"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"bad\.ttf"):
        FontFile(path)


def test_a_font_that_was_cut_short_says_so(tmp_path: Path) -> None:
    path = tmp_path / "cut.ttc"
    path.write_bytes(REGULAR.read_bytes()[:3000])
    with pytest.raises(ValueError, match=r"cut\.ttc"):
        FontFile(path, 2)


def test_a_font_whose_names_lie_beyond_its_end_says_so(tmp_path: Path) -> None:
    path = tmp_path / "odd.ttf"
    data = bytearray(Path(pygame.__file__).with_name("freesansbold.ttf").read_bytes())
    # Of a table: its tag, a sum, where it begins, how long it is (OpenType, table directory).
    struct.pack_into(">I", data, data.index(b"name") + 8, len(data) - 1)
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"odd\.ttf"):
        face_named(path, "FreeSans")


@pytest.mark.skipif(
    not (fonts.HANAZONO / "HanaMinB.ttf").exists(), reason="fonts-hanazono is not installed"
)
def test_rare_characters_come_from_the_next_font() -> None:
    faces = find_faces()
    assert faces.chinese
    # Noto has 㐂, and 𫖯 of names; it has not 𪜀.
    (usual, text), (rare, name) = faces.segments("税㐂\U0002b5af\U0002a700")
    assert (usual, text, name) == (0, "税㐂\U0002b5af", "\U0002a700")
    assert rare is not None
    assert faces.chains[False][rare].family.startswith("HanaMin")
    faces.close()


def test_a_character_that_no_font_has_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    faces = find_faces()
    with caplog.at_level(logging.WARNING):
        assert list(faces.segments("一\ue123二\ue123")) == [
            (0, "一"), (None, "\ue123"), (0, "二"), (None, "\ue123"),
        ]  # fmt: skip
        list(faces.segments("\ue123"))
    assert [r.getMessage() for r in caplog.records] == [
        "no font has U+E123; a placeholder is drawn"
    ]
    assert faces.width("\ue123", 40) == 40
    faces.close()


def test_without_chinese_fonts_english_is_drawn_and_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(fonts, "NOTO", tmp_path)
    monkeypatch.setattr(fonts, "HANAZONO", tmp_path)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    faces = find_faces()
    assert not faces.chinese
    assert faces.face_of("A", False) == 0
    assert "apt install fonts-noto-cjk" in caplog.text
    faces.close()


def test_no_font_at_all_is_an_error() -> None:
    with pytest.raises(NoFont):
        Faces((), (), chinese=False)
