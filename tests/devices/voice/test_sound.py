"""Samples in memory: what is measured, and what is made of them."""

from __future__ import annotations

import io
import math
import wave
from array import array
from pathlib import Path

import pytest

from devices.voice.sound import (
    Sound,
    joined,
    level_db,
    normalised,
    peak_db,
    quiet_ends,
    read,
    silence,
    trimmed,
)

RATE = 16_000


def tone(seconds: float = 0.5, height: int = 8000) -> Sound:
    samples = (
        round(height * math.sin(2 * math.pi * 500 * n / RATE)) for n in range(int(RATE * seconds))
    )
    return Sound(array("h", samples).tobytes(), RATE)


def test_the_file_is_one_that_others_read() -> None:
    sound = tone(0.1)
    with wave.open(io.BytesIO(sound.wav())) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
        assert file.readframes(file.getnframes()) == sound.pcm


def test_the_header_is_the_documents() -> None:
    assert Sound(b"\x01\x02", 16_000).wav() == bytes.fromhex(
        "52494646 26000000 57415645 666D7420 10000000 0100 0100 803E0000 007D0000 0200 1000"
        "64617461 02000000 0102"
    )


def test_levels_are_below_full_scale() -> None:
    assert peak_db(tone(height=32_767)) == pytest.approx(0, abs=0.01)
    assert level_db(tone(height=32_767)) == pytest.approx(-3.01, abs=0.05)
    assert math.isinf(level_db(silence(0.1, RATE)))


def test_silence_at_both_ends_is_measured_and_cut() -> None:
    sound = joined((silence(0.5, RATE), tone(0.3), silence(0.2, RATE)))
    before_s, after_s = quiet_ends(sound)
    assert before_s == pytest.approx(0.5, abs=0.011)
    assert after_s == pytest.approx(0.2, abs=0.011)
    assert trimmed(sound).seconds == pytest.approx(0.34, abs=0.02)


def test_what_is_silent_throughout_is_trimmed_to_next_to_nothing() -> None:
    assert trimmed(silence(1.0, RATE)).seconds <= 0.05


def test_levels_are_made_equal_without_ever_cutting_a_peak() -> None:
    assert level_db(normalised(tone(height=500))) == pytest.approx(-20, abs=0.1)
    click = Sound(array("h", [30_000] + [100] * 8000).tobytes(), RATE)
    assert peak_db(normalised(click)) == pytest.approx(-1, abs=0.1)


def test_too_loud_is_cut_at_full_level_and_never_wraps() -> None:
    assert array(
        "h", Sound(array("h", [30_000, -30_000]).tobytes(), RATE).scaled(2).pcm
    ).tolist() == [
        32_767,
        -32_768,
    ]


def test_sounds_of_different_rates_are_not_joined() -> None:
    with pytest.raises(ValueError, match="16000, 22050"):
        joined((silence(0.1, 16_000), silence(0.1, 22_050)))


def test_a_file_of_two_channels_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(b"\0" * 400)
    with pytest.raises(ValueError, match=r"a\.wav: 2 channels"):
        read(path)
    path.write_bytes(b"RIFF")
    with pytest.raises(ValueError, match=r"a\.wav"):
        read(path)
