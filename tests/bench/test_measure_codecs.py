"""The rate of a codec is that of one that finds every frame."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from devices.registry import KINDS
from firmware_py.bench.measure_codecs import CODECS, NOISE, Codec, bare_rate, rate, stream_of

FAMILIES = {"ticket_printer", "led_wall", "voice", "pad", "lamp"}
#: Without bytes; a tower takes single ones; a pad by its profile has the codec of ff68.
WITHOUT = {"voice.local", "lamp.gpio", "lamp.tower", "pad.profile"}


@pytest.mark.parametrize("name", sorted(CODECS))
def test_every_frame_of_the_stream_is_found(name: str) -> None:
    codec = CODECS[name]
    pieces = stream_of(codec.frame, 200)
    assert b"".join(pieces).count(NOISE) >= 20
    assert rate(codec, pieces, 200) > 0
    assert bare_rate(codec.frame, pieces, 200) > 0


def test_a_codec_that_misses_a_frame_has_no_rate() -> None:
    class Half:
        def feed(self, data: bytes) -> Sequence[object]:
            return data[: len(data) // 2]

    with pytest.raises(RuntimeError, match="of 200 frames"):
        rate(Codec(b"\x4f", Half), stream_of(b"\x4f", 200), 200)


def test_what_a_hall_prints_shows_says_and_lights_has_its_codec_measured() -> None:
    kinds = [one for one in KINDS.values() if one.family in FAMILIES and one.name not in WITHOUT]
    protocols = {one.name.partition(".")[2] for one in kinds}
    measured = {name.split()[0] for name in CODECS}
    assert protocols <= measured
