"""A real server's desktop comes over pixel by pixel, and what is private does not come at all."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest

from kiosk_ui.rfb.region import Rect
from kiosk_ui.rfb.session import Tuning
from kiosk_ui.rfb.viewing import Mask, Viewing
from tests.kiosk_ui.rfb.desktop import (
    LOSSLESS,
    NEEDS_VNC,
    Desktop,
    mirrored,
    seen,
    shows,
    until,
)

pytestmark = NEEDS_VNC

#: Two monitors: wider than all that Tight has but one colour.
WIDE = "3840x1080"
#: The right half; in pixels of 640x480: from column 320 on.
RIGHT = Viewing(masks=(Mask(50, 0, 50, 100),))
#: A window in the middle: columns 160 to 479, rows 120 to 359.
MIDDLE = Viewing(masks=(Mask(160, 120, 320, 240, "px"),), sizes=((640, 480),))


def test_a_desktop_of_two_monitors_in_one_colour_comes_over(tmp_path: Path) -> None:
    wide = Desktop(tmp_path, size=WIDE, easel=False)
    with wide as desktop, mirrored(desktop, tuning=LOSSLESS) as mirror:
        until(lambda: shows(mirror, desktop.pixels()), "one colour")
        desktop.plaid(9, 5)
        until(lambda: shows(mirror, desktop.pixels()), "a pattern")


@pytest.mark.parametrize(
    "tuning",
    [LOSSLESS, Tuning(quality=None, continuous=False), Tuning(tight=False)],
    ids=["tight", "asked", "zrle"],
)
def test_every_pixel_is_the_servers(tmp_path: Path, tuning: Tuning) -> None:
    with Desktop(tmp_path) as desktop, mirrored(desktop, tuning=tuning) as mirror:
        for line in ("text 1", "fill 100 50 300 200 c04020", "noise 7 200 100 333 255", "text 2"):
            desktop.draw(line)
            wanted = desktop.pixels()
            until(partial(shows, mirror, wanted), line)
        assert mirror.status().code == ""
        assert mirror.status().size == (640, 480)
        assert [screen.rect for screen in mirror.status().screens] == [Rect(0, 0, 640, 480)]


def test_photographs_come_as_jpeg_and_look_the_same(tmp_path: Path) -> None:
    with Desktop(tmp_path) as desktop, mirrored(desktop, tuning=Tuning(quality=9)) as mirror:
        desktop.draw("text 3")
        desktop.draw("noise 3 0 0 320 480")
        wanted = desktop.pixels().astype(int)

        def alike() -> bool:
            found = seen(mirror)
            return found is not None and float(np.abs(found - wanted).mean()) < 8

        until(alike, "the picture")


@pytest.mark.parametrize("viewing", [RIGHT, MIDDLE])
def test_of_what_is_private_not_a_byte_comes(tmp_path: Path, viewing: Viewing) -> None:
    with Desktop(tmp_path) as desktop, mirrored(desktop, viewing) as mirror:
        desktop.draw("text 4")
        wanted = desktop.pixels().copy()
        if viewing is RIGHT:
            wanted[:, 320:] = 0
        else:
            wanted[120:360, 160:480] = 0
        until(lambda: shows(mirror, wanted), "the public part")
        before = mirror.status()
        for seed in range(20):  # lively inside the mask: 160 x 240 pixels of noise each
            desktop.draw(f"noise {seed} 320 120 160 240")
        desktop.draw("fill 20 20 4 4 ff00ff")
        wanted[20:24, 20:24] = (255, 0, 255)
        until(lambda: shows(mirror, wanted), "the public part that changed")
        after = mirror.status()
        # Noise would have been 115 kB each. What came are answers to pings, and one small square.
        assert after.received - before.received < 2_000
        assert shows(mirror, wanted)


def test_a_mask_is_there_when_the_command_returns(tmp_path: Path) -> None:
    with Desktop(tmp_path) as desktop, mirrored(desktop) as mirror:
        desktop.draw("text 5")
        wanted = desktop.pixels().copy()
        until(lambda: shows(mirror, wanted), "all of it")
        mirror.look(RIGHT)
        found = seen(mirror)
        assert found is not None
        assert not found[:, 320:].any()
        assert (found[:, :320] == wanted[:, :320]).all()
        desktop.draw("text 6")
        mirror.look(Viewing())
        until(lambda: shows(mirror, desktop.pixels()), "all of it again")


def test_a_part_of_the_desktop_and_another_one(tmp_path: Path) -> None:
    crop = Rect(100, 40, 200, 120)
    with Desktop(tmp_path) as desktop, mirrored(desktop, Viewing(crop=crop)) as mirror:
        desktop.draw("text 7")
        wanted = desktop.pixels()
        until(lambda: shows(mirror, wanted[40:160, 100:300]), "the part")
        mirror.look(Viewing(screen=1))
        until(lambda: shows(mirror, wanted), "the first screen")
        mirror.look(Viewing(screen=2))
        assert seen(mirror) is None
        assert mirror.status().code == "unknown-size"


def test_one_screen_is_shown_from_the_first(tmp_path: Path) -> None:
    with Desktop(tmp_path) as desktop, mirrored(desktop, Viewing(screen=1)) as mirror:
        desktop.draw("text 7")
        until(lambda: shows(mirror, desktop.pixels()), "the screen")


def test_what_changed_is_told_once(tmp_path: Path) -> None:
    with Desktop(tmp_path) as desktop, mirrored(desktop) as mirror:
        desktop.draw("text 8")
        wanted = desktop.pixels()
        until(lambda: shows(mirror, wanted), "the text")
        seen(mirror)
        desktop.draw("fill 64 32 10 10 0000ff")  # servers look at 16 x 16 pixels at a time

        def told() -> tuple[Rect, ...]:
            with mirror.picture() as shown:
                return () if shown is None else shown.changed

        changed: list[Rect] = []

        def something() -> bool:
            changed.extend(told())
            return bool(changed)

        until(something, "the square")
        assert [r for r in changed if not Rect(64, 32, 16, 16).holds(r)] == []
        assert told() == ()


def test_a_desktop_that_changes_its_size_is_followed(tmp_path: Path) -> None:
    # Only its root window: what programs keep over a change of size is chance.
    with Desktop(tmp_path, easel=False) as desktop, mirrored(desktop) as mirror:
        desktop.plaid(5, 7)
        until(lambda: shows(mirror, desktop.pixels()), "the first size")
        for size, shape in (("800x600", (600, 800, 3)), ("640x480", (480, 640, 3))):
            desktop.resize(size)
            desktop.plaid(3, 11)
            assert desktop.pixels().shape == shape
            until(lambda: shows(mirror, desktop.pixels()), size)


def test_a_size_that_is_not_configured_shows_nothing(tmp_path: Path) -> None:
    with Desktop(tmp_path) as desktop, mirrored(desktop, MIDDLE) as mirror:
        until(lambda: seen(mirror) is not None, "the configured size")
        desktop.resize("800x600")
        until(lambda: mirror.status().code == "unknown-size", "another size")
        assert seen(mirror) is None
        assert "隐私" in mirror.status().zh
        desktop.resize("640x480")
        until(lambda: seen(mirror) is not None, "the configured size again")
