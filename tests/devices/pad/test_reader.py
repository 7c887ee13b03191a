"""Frames out of a stream: pieces, noise, mutations, and a naive reader beside the real one."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.pad.codec import FrameCodec
from devices.pad.engine import PadReader
from devices.pad.profile import load_profile
from tests.devices.pad.pad_line import hexed

CODEC = FrameCodec(load_profile("ff68").frame.parts)
RATING_1 = hexed("FF 68 03 03 68 01 11 01 13 16")
NEXT = hexed("FF 68 03 03 68 01 01 0C 0E 16")
GAP_S = 0.08


def naive(stream: bytes) -> list[bytes]:
    """Read ``FF 68 L L 68 addr func data.. sum 16`` off the document, one byte after another."""
    found, at = [], 0
    while at < len(stream):
        rest = stream[at:]
        if rest[:2] != b"\xff\x68"[: len(rest)]:
            at += 1
            continue
        if len(rest) < 5:
            break
        length = rest[2]
        if rest[3] != length or rest[4] != 0x68 or not 2 <= length <= 34:
            at += 1
            continue
        if len(rest) < length + 7:
            break
        body = rest[5 : 5 + length]
        if rest[5 + length] != sum(body) % 256 or rest[6 + length] != 0x16:
            at += 1
            continue
        found.append(rest[: length + 7])
        at += length + 7
    return found


def read(stream: bytes, cuts: list[int] | None = None) -> list[bytes]:
    reader = PadReader(CODEC)
    edges = [0, *sorted(cut % (len(stream) + 1) for cut in cuts or []), len(stream)]
    frames = []
    for begin, end in itertools.pairwise(edges):
        frames += reader.feed(stream[begin:end], 0.0)
    return [frame.raw for frame in frames]


@st.composite
def streams(draw: st.DrawFn) -> bytes:
    """Frames, halves of frames, and bytes that look like frames."""
    parts = draw(
        st.lists(
            st.one_of(
                st.binary(max_size=6),
                st.sampled_from([b"\xff", b"\xff\x68", b"\xff\x68\x03\x03\x68", b"\x16"]),
                st.builds(
                    CODEC.build, st.integers(0, 255), st.integers(0, 255), st.binary(max_size=32)
                ),
                st.builds(lambda n: RATING_1[:n], st.integers(0, 10)),
            ),
            max_size=12,
        )
    )
    return b"".join(parts)


@settings(max_examples=300, deadline=None)
@given(streams(), st.lists(st.integers(0, 500), max_size=12))
def test_any_pieces_give_what_a_naive_reader_finds(stream: bytes, cuts: list[int]) -> None:
    assert read(stream, cuts) == naive(stream)


def test_single_bytes_are_enough() -> None:
    stream = b"\x00\xff" + RATING_1 + b"\xff\x68\x09" + NEXT + NEXT
    assert read(stream, list(range(len(stream)))) == [RATING_1, NEXT, NEXT]


def test_a_frame_inside_a_bad_one_is_found() -> None:
    # The header and lengths of a frame whose rest is a whole frame.
    stream = hexed("FF 68 0A 0A 68") + RATING_1 + b"\x00\x00"
    assert read(stream) == [RATING_1]


def try_mutations(times: int) -> int:
    """Return how many frames were accepted; each is one that the naive reader finds, too."""
    rng = random.Random(68)
    seeds = (RATING_1, NEXT, hexed("FF 68 08 08 68 01 02 0A 0A 0A 00 01 05 27 16"))
    accepted = 0
    for _ in range(times):
        raw = bytearray(rng.choice(seeds))
        for _ in range(rng.randint(1, 4)):
            at = rng.randrange(len(raw))
            match rng.randrange(3):
                case 0:
                    raw[at] = rng.randrange(256)
                case 1:
                    raw.insert(at, rng.randrange(256))
                case _ if len(raw) > 1:
                    del raw[at]
        frames = [frame.raw for frame in PadReader(CODEC).feed(bytes(raw), 0.0)]
        assert frames == naive(bytes(raw))
        accepted += len(frames)
    return accepted


def test_100_000_mutated_frames_raise_nothing_and_none_wrong_is_accepted() -> None:
    # Some mutations are frames (a change that its own sum covers); most are not.
    assert try_mutations(100_000) < 10_000


@pytest.mark.long
def test_a_million_mutated_frames_raise_nothing_and_none_wrong_is_accepted() -> None:
    assert try_mutations(1_000_000) < 100_000


@pytest.mark.parametrize("length", range(1, 10))
def test_a_frame_cut_short_does_not_hold_back_the_next(length: int) -> None:
    reader = PadReader(CODEC, GAP_S)
    assert reader.feed(RATING_1[:length], 0.0) == []
    assert [frame.raw for frame in reader.feed(NEXT, 1.0)] == [NEXT]


def test_a_frame_behind_a_false_header_comes_out_in_the_silence() -> None:
    reader = PadReader(CODEC, GAP_S)
    assert reader.feed(hexed("FF 68 20 20 68") + NEXT, 0.0) == []
    assert reader.idle(GAP_S / 2) == []
    assert [frame.raw for frame in reader.idle(GAP_S * 2)] == [NEXT]
    assert reader.idle(GAP_S * 4) == []


def test_a_pause_shorter_than_the_gap_is_inside_the_frame() -> None:
    reader = PadReader(CODEC, GAP_S)
    assert reader.feed(NEXT[:4], 0.0) == []
    assert [frame.raw for frame in reader.feed(NEXT[4:], GAP_S / 2)] == [NEXT]


def test_endless_noise_needs_no_memory() -> None:
    reader = PadReader(CODEC)
    rng = random.Random(1)
    for _ in range(200):
        reader.feed(rng.randbytes(1000), 0.0)
        assert len(reader._buffer) < 64
