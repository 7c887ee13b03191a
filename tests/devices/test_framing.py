"""The splitter, on the FF68 pad's frames: `FF 68 L L 68 addr func data.. sum 16`."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.framing import BAD, NEED_MORE, NOISE, Frame, Splitter, Verdict

# Literal frames of the pad's document: a rating, its acknowledgement, ticket 015, a beep.
RATING = bytes.fromhex("FF680303680111011316")
ACK = bytes.fromhex("FF680303680101010316")
TICKET = bytes.fromhex("FF6808086801020A0A0A0001052716")
BEEP = bytes.fromhex("FF680202680103 0416")
FRAMES = (RATING, ACK, TICKET, BEEP)
LONGEST = 6 + 255 + 2


def pad(buffer: bytes) -> Frame[bytes] | Verdict:
    if buffer[0] != 0xFF:
        return NOISE
    if len(buffer) < 5:
        return NEED_MORE if b"\xff\x68".startswith(buffer[:2]) else NOISE
    if buffer[1] != 0x68:
        return NOISE
    length = buffer[2]
    if buffer[3] != length or buffer[4] != 0x68 or length < 2:
        return BAD
    end = 5 + length + 2
    if len(buffer) < end:
        return NEED_MORE
    body = buffer[5 : 5 + length]
    if buffer[end - 1] != 0x16 or buffer[end - 2] != sum(body) & 0xFF:
        return BAD
    return Frame(end, buffer[:end])


def split(chunks: list[bytes]) -> list[bytes]:
    splitter = Splitter(pad, limit=LONGEST)
    return [frame for chunk in chunks for frame in splitter.feed(chunk)] + splitter.flush()


def cut(stream: bytes, at: list[int]) -> list[bytes]:
    edges = [0, *sorted(a % (len(stream) + 1) for a in at), len(stream)]
    return [stream[a:b] for a, b in itertools.pairwise(edges)]


@given(
    st.lists(st.sampled_from(FRAMES), max_size=8), st.lists(st.integers(min_value=0), max_size=20)
)
def test_any_chunking_gives_the_same_frames(frames: list[bytes], at: list[int]) -> None:
    assert split(cut(b"".join(frames), at)) == frames


@given(st.lists(st.tuples(st.binary(max_size=12), st.sampled_from(FRAMES)), max_size=6))
def test_noise_before_and_between_costs_no_good_frame(parts: list[tuple[bytes, bytes]]) -> None:
    stream = b"".join(noise + frame for noise, frame in parts)
    found = split([stream])
    # Noise may by chance hold a frame of its own; every real one must be there, in order.
    rest = iter(found)
    assert all(frame in rest for _, frame in parts)


def test_a_false_header_gives_up_the_good_frame_behind_it_at_the_gap() -> None:
    splitter = Splitter(pad, limit=LONGEST)
    false_header = bytes.fromhex("FF68202068")
    assert splitter.feed(false_header + RATING) == []
    assert splitter.flush() == [RATING]
    assert splitter.bad_frames == 1
    assert splitter.pending == 0


def test_a_bad_checksum_costs_one_frame_and_not_the_next() -> None:
    splitter = Splitter(pad, limit=LONGEST)
    broken = bytes.fromhex("FF680303680111011416")
    assert splitter.feed(broken + RATING) == [RATING]
    assert splitter.bad_frames == 1
    assert splitter.skipped_bytes == len(broken)


def test_a_frame_that_begins_inside_a_broken_one_is_found() -> None:
    splitter = Splitter(pad, limit=LONGEST)
    assert splitter.feed(RATING[:7] + BEEP + ACK) == [BEEP, ACK]


def test_the_buffer_is_bounded_whatever_comes() -> None:
    splitter: Splitter[bytes] = Splitter(lambda _: NEED_MORE, limit=16)
    assert splitter.feed(b"\xff" * 1000) == []
    assert splitter.pending < 16


def test_two_glued_frames_are_two() -> None:
    assert split([RATING + TICKET]) == [RATING, TICKET]


def test_a_cleared_splitter_forgets_the_half_frame() -> None:
    splitter = Splitter(pad, limit=LONGEST)
    splitter.feed(TICKET[:9])
    splitter.clear()
    assert splitter.feed(BEEP) == [BEEP]


def test_a_limit_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Splitter(pad, limit=0)
