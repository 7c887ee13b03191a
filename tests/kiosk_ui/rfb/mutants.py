"""Mutated streams: a server that lies in every way that chance finds.

``python -m tests.kiosk_ui.rfb.mutants [COUNT [SEED]]`` runs so many (a million if not told
otherwise) and says what became of them.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter

import numpy as np
import simplejpeg

from kiosk_ui.rfb.access import Access
from kiosk_ui.rfb.errors import RfbError
from kiosk_ui.rfb.framebuffer import Limits
from kiosk_ui.rfb.protocol import COPY_RECT, RAW, TIGHT, ZRLE
from kiosk_ui.rfb.region import Rect
from kiosk_ui.rfb.session import Session
from kiosk_ui.rfb.viewing import Mask, Viewing
from tests.kiosk_ui.rfb.wire import (
    CAN_CONTINUE,
    FENCES,
    GREETING,
    Zlib,
    rect,
    server_init,
    u16,
    update,
)

#: What a mutated stream may make us hold: small, so that a thousand are quick.
LIMITS = Limits(width=256, height=256, pixels=16_384, text=4096)
#: No piece on the wire is longer: a piece of compressed bytes, a JPEG's three bytes of length.
MOST_HELD = 4 * 1024 * 1024 + 512
#: No stream may take longer, on no machine. Most take a millisecond.
SLOW_S = 30.0
WIDTH, HEIGHT = 72, 66
VIEWINGS = (
    Viewing(),
    Viewing(masks=(Mask(20, 20, 40, 40),)),
    Viewing(screen=1),
    Viewing(crop=Rect(3, 3, 20, 20)),
)


def _length(data: bytes) -> bytes:
    size = len(data)
    return bytes([size & 0x7F | 0x80, size >> 7 & 0x7F | 0x80, size >> 14]) + data


def _zrle(stream: Zlib) -> bytes:
    """72 x 66: tiles of 64 x 64, 8 x 64, 64 x 2 and 8 x 2, each of another kind."""
    plain = bytes.fromhex("80 0000ff ff ff fe 00ff00" + "ff" * 13 + "0f")  # 765 and 3331
    plain += bytes.fromhex("02 000000 ffffff") + b"\xa5" * 64
    plain += bytes.fromhex("85 010000 020000 030000 040000 050000 00 01 82 7b 03 04")
    plain += bytes.fromhex("00") + bytes(range(48))
    data = stream(plain)
    return len(data).to_bytes(4, "big") + data


def streams() -> list[bytes]:
    """Good streams, each with some of the encodings: handshake, then updates."""
    first, second, third, tiles = Zlib(), Zlib(), Zlib(), Zlib()
    noise = np.random.default_rng(3).integers(0, 256, (16, 24, 3), np.uint8)
    jpeg = simplejpeg.encode_jpeg(noise, quality=70)
    gradient = b"\x60\x02" + _length(third(bytes(range(240))))
    two = bytes.fromhex("50 01 01 000000 ffffff")
    palette = bytes.fromhex("40 01 03") + bytes(range(12))
    screens = bytes([2, 0, 0, 0]) + (u16(0, 1, 0, 0, 40, 66, 0, 0) + u16(0, 2, 40, 0, 32, 66, 0, 0))
    updates = (
        update(
            rect(0, 0, 30, 20, TIGHT, b"\x00" + _length(first(bytes(1800)))),
            rect(4, 4, 40, 30, TIGHT, two + _length(second(bytes(150)))),
            rect(9, 9, 20, 20, TIGHT, palette + _length(first(bytes([0, 1, 2, 3]) * 100))),
            rect(1, 1, 10, 8, TIGHT, gradient),
            rect(0, 0, 72, 66, TIGHT, "80 102030"),
            rect(5, 5, 24, 16, TIGHT, b"\x90" + _length(jpeg)),
        ),
        update(rect(0, 0, 72, 66, ZRLE, _zrle(tiles)), rect(0, 0, 72, 66, ZRLE, _zrle(tiles))),
        update(rect(2, 2, 8, 8, RAW, bytes(256)), rect(20, 20, 30, 30, COPY_RECT, u16(1, 1))),
        update(rect(0, 0, 72, 66, -308, screens)) + update(rect(0, 0, 50, 40, -223)),
        FENCES + CAN_CONTINUE + b"\x02\x03\0\0\0\0\0\0\x04text" + b"\x01\0\0\0\0\x01" + bytes(6),
    )
    begun = GREETING + server_init(WIDTH, HEIGHT)
    fill = update(rect(0, 0, 10, 10, TIGHT, "80 112233"))
    return [begun + fill + one + fill for one in updates] + [begun + b"".join(updates)]


def mutated(stream: bytes, chance: random.Random) -> bytes:
    """Flip, overwrite, drop, repeat or swap some bytes; most mutants keep the handshake."""
    data = bytearray(stream)
    first = 0 if chance.random() < 0.1 else len(GREETING)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        if len(data) <= first:
            break
        at = chance.randrange(first, len(data))
        size = chance.choice((1, 1, 2, 4, 16))
        old = bytes(data[at : at + size])
        flipped = bytes([old[0] ^ 1 << chance.randrange(8)]) + old[1:]
        foolish = chance.choice((b"\xff", b"\0", b"\x7f", b"\x80")) * size
        ways = (flipped, foolish, chance.randbytes(size), old * 3, b"")
        data[at : at + size] = chance.choice(ways)
    if chance.random() < 0.1:
        del data[chance.randrange(len(data) + 1) :]
    return bytes(data)


def outcome(stream: bytes, chance: random.Random) -> str:
    """Feed it, cut anywhere; return the code of its error, or "ok". AssertionError: it broke us."""
    found = Session(Access(), chance.choice(VIEWINGS), limits=LIMITS)
    begin, at = time.thread_time(), 0
    try:
        while at < len(stream):
            size = chance.choice((1, 7, 100, 4096, 65_536))
            found.feed(stream[at : at + size])
            at += size
            if found.owes:
                found.ask()
            found.ping(1)
            assert found.held <= MOST_HELD
        result = "ok"
    except RfbError as error:
        result = error.code
    assert time.thread_time() - begin < SLOW_S
    assert found.frame is None or found.frame.words.size <= LIMITS.pixels
    assert len(found.to_send()) < 1024 * 1024
    return result


def run(count: int, seed: int) -> Counter[str]:
    """Try so many mutants; return how many ended how."""
    chance, good, told = random.Random(seed), streams(), Counter[str]()
    for number in range(count):
        stream = mutated(chance.choice(good), chance)
        try:
            told[outcome(stream, chance)] += 1
        except Exception as error:
            raise AssertionError(f"seed {seed}, mutant {number}: {stream.hex()}") from error
    return told


def main() -> None:
    """Run the command."""
    import resource

    told_count, told_seed = (*sys.argv[1:3], "", "")[:2]
    count, seed = int(told_count or 1_000_000), int(told_seed or 1)
    begin = time.perf_counter()
    told = run(count, seed)
    took_s = time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.write(f"{count} mutants, {took_s:.0f} s, at most {peak} MB: {dict(told)}\n")


if __name__ == "__main__":
    main()
