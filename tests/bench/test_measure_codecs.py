"""The rate of a codec is that of one that finds every frame."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from devices.registry import KINDS
from firmware_py.bench.measure_codecs import CODECS, NOISE, Codec, bare_rate, rate, stream_of

FAMILIES = {"ticket_printer", "led_wall", "voice", "pad", "lamp", "card_reader"}
#: Without bytes of ours to take apart; a tower takes single ones; a scanner's are "code line".
WITHOUT = {
    "voice.local",
    "lamp.gpio",
    "lamp.tower",
    "card_reader.pcsc",
    "card_reader.scanner_serial",
    "card_reader.scanner_hid",
}
#: A kind of pad, or of reader, has several.
NAMES = {
    "pad.ff68": "pad ff68",
    "pad.profile": "pad polled",
    "pad.hid": "hid records",
    "card_reader.sdt": "sdt card read",
}


@pytest.mark.parametrize("name", sorted(CODECS))
def test_every_frame_of_the_stream_is_found(name: str) -> None:
    codec = CODECS[name]
    pieces = stream_of(codec.frame, 200, codec.noise)
    assert b"".join(pieces).count(NOISE) >= (20 if codec.noise else 0)
    assert rate(codec, pieces, 200) > 0
    assert bare_rate(codec.frame, pieces, 200) > 0


def test_a_codec_that_misses_a_frame_has_no_rate() -> None:
    class Half:
        def feed(self, data: bytes) -> Sequence[object]:
            return data[: len(data) // 2]

    with pytest.raises(RuntimeError, match="of 200 frames"):
        rate(Codec(b"\x4f", Half), stream_of(b"\x4f", 200), 200)


def test_what_a_hall_prints_shows_says_lights_and_reads_has_its_codec_measured() -> None:
    kinds = [one.name for one in KINDS.values() if one.family in FAMILIES]
    measured = {name.split()[0] for name in CODECS} | set(CODECS)
    missing = [
        name
        for name in kinds
        if name not in WITHOUT and NAMES.get(name, name.partition(".")[2]) not in measured
    ]
    assert missing == []
