from __future__ import annotations

from pathlib import Path

import pygame

from kiosk_ui.gallery import render


def test_the_gallery_has_a_picture_of_each_page_and_an_index(tmp_path: Path) -> None:
    wrong = render(
        tmp_path, themes=["contrast"], languages=["en"], layouts=["32in-1280"],
        only=["called", "closed"],
    )  # fmt: skip
    assert wrong == []
    names = sorted(path.name for path in tmp_path.glob("*.png"))
    assert names == [
        "wall-called-contrast-en-32in-1280.png",
        "wall-closed-contrast-en-32in-1280.png",
    ]
    index = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert all(name in index for name in names)
    shown = pygame.image.load(tmp_path / names[0])
    assert shown.get_size() == (1280, 720)
    colours = {tuple(shown.get_at((x, y)))[:3] for x in range(0, 1280, 8) for y in range(0, 720, 8)}
    assert {(0, 0, 0), (255, 255, 0), (255, 255, 255)} <= colours
