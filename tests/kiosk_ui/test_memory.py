"""What keeps the screens small, each tried in a process of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

SCALING = """
import resource
import sys
import numpy as np
from kiosk_ui import memory
from kiosk_ui.rfb.region import Rect
from kiosk_ui.window.scaling import Scaled

if "small" in sys.argv:
    memory.keep_small(scales=True)
pixels = np.full((1080, 1920, 4), 7, np.uint8)
whole = (Rect(0, 0, 1920, 1080),)
scaled = Scaled((1920, 1080), (1792, 1008))

def scale():
    for _ in range(10):
        scaled.take(pixels, whole)

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

def resident():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * 4096

scale()
before = faults()
scale()
cleared = faults() - before
had = resident()
# Between two people nothing of the picture is kept.
for _ in range(3):
    scaled = None
    scaled = Scaled((1920, 1080), (1792, 1008))
    scale()
scaled = None
print(cleared, had - resident())
"""
PICTURE = 1792 * 1008 * 4


def scaling(*arguments: str) -> tuple[int, int]:
    """Scale a desktop ten times, warm: pages that the kernel cleared; bytes given back after."""
    said = subprocess.run(
        [sys.executable, "-c", SCALING, *arguments],
        check=True, timeout=60, stdout=subprocess.PIPE,
        env={**os.environ, "PYGAME_HIDE_SUPPORT_PROMPT": "1"},
    ).stdout.split()  # fmt: skip
    return int(said[0]), int(said[1])


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's heap")
def test_what_is_scaled_takes_the_same_memory_again_and_gives_all_of_a_picture_back() -> None:
    cleared, back = scaling("small")
    # A band as pages of its own would be 100 pages each time, 18 bands a picture.
    assert cleared < 200
    assert back > 0.9 * PICTURE
    # Left to itself the heap has grown with the first picture that was dropped, and stays so.
    assert scaling()[1] < 0.5 * PICTURE


def test_a_pair_of_screens_brings_no_mixer_and_without_tls_no_openssl(tmp_path: Path) -> None:
    with subprocess.Popen(
        [
            *(sys.executable, "-m", "kiosk_ui.main", "window", "--window", "3"),
            *("--socket", str(tmp_path / "nobody.sock"), "--panel", "640x360", "--size", "10in"),
        ],
        env={**os.environ, "SDL_VIDEODRIVER": "dummy"},
        stderr=subprocess.PIPE,
        text=True,
    ) as screens:
        try:
            assert screens.stderr is not None
            said = ""
            for line in screens.stderr:
                said += line
                if "first pictures" in line:
                    break
            else:
                pytest.fail(said)
            maps = Path(f"/proc/{screens.pid}/maps").read_text(encoding="utf-8")
        finally:
            screens.send_signal(signal.SIGTERM)
            screens.wait(60)
    assert screens.returncode == 0
    loaded = set(re.findall(r"lib(SDL2|SDL2_mixer|crypto|ssl)[-.]", maps))
    assert loaded == {"SDL2"}
