"""A bank of clips that can be told apart by their lengths: no program is needed to make it."""

from __future__ import annotations

from array import array
from pathlib import Path

from devices.voice.bank import INDEX, index_text
from devices.voice.sound import Sound
from devices.voice.wording import WORDS

RATE = 16_000
FILES = list(dict.fromkeys(word.file for word in WORDS))


def length_of(file: str) -> int:
    """Return the samples of a clip: each file has its own number of them."""
    return 1600 + FILES.index(file)


def write_bank(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for file in FILES:
        samples = array("h", [4000, -4000] * (length_of(file) // 2 + 1))[: length_of(file)]
        (folder / file).write_bytes(Sound(samples.tobytes(), RATE).wav())
    (folder / INDEX).write_text(index_text(), encoding="utf-8")
    return folder


def samples_of(*files: str) -> int:
    """Return how long these clips are together."""
    return sum(length_of(file) for file in files)
