"""How many frames a second each codec takes out of a stream, in pieces and with noise between."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from devices.card_reader import card, made_up, sdt
from devices.card_reader.codes import CodeBook, Lines
from devices.card_reader.scanner_options import ScannerOptions
from devices.hid.records import Lost, Packet, RecordReader
from devices.lamp import modbus
from devices.led_wall import alpha, eq2013, onbon, weilipu
from devices.pad.engine import PadReader, codec_for
from devices.pad.profile import load_profile
from devices.ticket_printer.codec import ReplyDecoder
from devices.voice.chips import SYN6288, XFS5152, finder, replies
from firmware_py.bench.figure import Figure

__all__ = ["CODECS", "Codec", "bare_rate", "measure", "rate", "stream_of"]

LEAST_A_SECOND = 50_000
FRAMES = 10_000
ROUNDS = 5
#: A read of a busy line: some frames at a time.
PIECE = 256
#: What an RS-485 line has when nobody drives it; after every tenth frame.
NOISE = b"\xfe\x80"


class Decoder(Protocol):
    """What finds frames in a stream."""

    def feed(self, data: bytes) -> Sequence[object]:
        """Return the frames that ``data`` completes."""


class Codec(NamedTuple):
    """A frame of the protocol's document, and what finds it."""

    frame: bytes
    decoder: Callable[[], Decoder]
    noise: bytes = NOISE


class _PadDecoder:
    def __init__(self, profile: str) -> None:
        self._reader = PadReader(codec_for(load_profile(profile)))

    def feed(self, data: bytes) -> Sequence[object]:
        return self._reader.feed(data, 0.0)


class _KeyRecords(RecordReader):
    def feed(self, data: bytes) -> list[Packet | Lost]:
        # Noise is told as a gap, and is no frame.
        return [one for one in super().feed(data) if isinstance(one, Packet)]


class _ChipAnswers:
    def feed(self, data: bytes) -> Sequence[object]:
        return replies(data)


class _Codes:
    """Lines of a scanner, and which sort of code each is."""

    def __init__(self) -> None:
        options = ScannerOptions()
        self._lines, self._book = Lines(options.longest), CodeBook(options)

    def feed(self, data: bytes) -> Sequence[object]:
        read = self._book.read
        lines = self._lines.feed(data)
        return [code for line in lines if isinstance(line, str) and (code := read(line))]


class _Cards:
    """Text blocks of cards, one behind the other."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Sequence[object]:
        whole = self._rest + data
        end = len(whole) // card.BLOCK * card.BLOCK
        self._rest = whole[end:]
        return [card.decode(whole[at : at + card.BLOCK]) for at in range(0, end, card.BLOCK)]


def _card_answer() -> bytes:
    """Return what a reader answers with a card's text and photo: 1295 bytes."""
    body = bytes.fromhex("0508000090 01000400") + made_up.PEOPLE["citizen"] + bytes(1024)
    return sdt.START + body + bytes((sdt.xor(body),))


#: What the daemon reads from each kind of device; of a kind that never answers, what is written.
CODECS = {
    "escpos DLE EOT": Codec(b"\x12", ReplyDecoder),
    "escpos ASB": Codec(bytes.fromhex("10000F00"), ReplyDecoder),
    "escpos GS ( H": Codec(bytes.fromhex("37223030313500"), ReplyDecoder),
    "eq2013": Codec(b"##FOK$$$", eq2013.AnswerFinder),
    "onbon": Codec(
        bytes.fromhex("A5A5A5A5A5A5A5A500800100000000000000FE020500A00000000064DC5A"),
        onbon.FrameFinder,
    ),
    "alpha": Codec(
        bytes.fromhex("0000000000015A30300241411B266241303031033031464304"), alpha.PacketFinder
    ),
    "weilipu": Codec(bytes.fromhex("F001D00101010500413030319B"), weilipu.finder),
    "syn6288": Codec(
        bytes.fromhex("FD001901005B7631305DC7EB41303031BAC5B5BD33BAC5B4B0BFDA92"),
        lambda: finder(SYN6288),
    ),
    "xfs5152": Codec(bytes.fromhex("FD000A0100C7EB3130BAC5C8CB"), lambda: finder(XFS5152)),
    "speech answers": Codec(b"\x4f", _ChipAnswers),
    # KEY_KP1 down, as a 64-bit program reads it.
    "hid records": Codec(
        bytes.fromhex(
            "00B955690000000090D0030000000000 0400040059000700"
            "00B955690000000090D0030000000000 01004F0001000000"
            "00B955690000000090D0030000000000 0000000000000000"
        ),
        lambda: _KeyRecords(8),
    ),
    "pad ff68": Codec(bytes.fromhex("FF680303680111011316"), lambda: _PadDecoder("ff68")),
    "pad polled": Codec(bytes.fromhex("02014101317003"), lambda: _PadDecoder("polled")),
    "pad ascii-line": Codec(b"P03,NEXT\r\n", lambda: _PadDecoder("ascii-line")),
    "pad one-byte": Codec(b"N", lambda: _PadDecoder("one-byte")),
    "sdt card found": Codec(bytes.fromhex("AAAAAA9669000800009F0000000097"), sdt.Answers),
    "sdt card read": Codec(_card_answer(), sdt.Answers),
    "card block -> person": Codec(made_up.PEOPLE["citizen"], _Cards, noise=b""),
    "code line": Codec(b"2026-11-24/A007\r\n", _Codes, noise=NOISE + b"\r\n"),
    "modbus": Codec(bytes.fromhex("0E010101935C"), lambda: modbus.answers(8)),
}


def stream_of(frame: bytes, frames: int = FRAMES, noise: bytes = NOISE) -> list[bytes]:
    """Return a stream of ``frames`` with noise, in pieces as a line is read."""
    stream = b"".join(frame + (noise if number % 10 == 9 else b"") for number in range(frames))
    return [stream[at : at + PIECE] for at in range(0, len(stream), PIECE)]


def rate(codec: Codec, pieces: Sequence[bytes], frames: int = FRAMES) -> float:
    """Return frames a second. Raises ``RuntimeError`` when some were not found."""
    decoder = codec.decoder()
    begun = time.perf_counter()
    found = 0
    for piece in pieces:
        found += len(decoder.feed(piece))
    took_s = time.perf_counter() - begun
    if found < frames:
        raise RuntimeError(f"{found} of {frames} frames were found")
    return frames / took_s


def bare_rate(frame: bytes, pieces: Sequence[bytes], frames: int = FRAMES) -> float:
    """Return frames a second of ``bytes.find`` and a slice: nothing is checked, nothing is told."""
    rest, size, taken = b"", len(frame), 0
    begun = time.perf_counter()
    for piece in pieces:
        rest += piece
        at = rest.find(frame)
        while at >= 0:
            taken += rest[at : at + size] == frame
            rest = rest[at + size :]
            at = rest.find(frame)
    took_s = time.perf_counter() - begun
    if taken < frames:
        raise RuntimeError(f"{taken} of {frames} frames were found")
    return frames / took_s


async def measure(folder: Path) -> list[Figure]:
    """Return a figure for each codec, the median of rounds; nothing is written to ``folder``."""
    del folder
    figures = []
    for name, codec in CODECS.items():
        pieces = stream_of(codec.frame, noise=codec.noise)
        ours, bare = [], []
        for _ in range(ROUNDS):
            ours.append(rate(codec, pieces))
            bare.append(bare_rate(codec.frame, pieces))
        median = statistics.median(ours)
        figures.append(
            Figure(
                f"frames decoded: {name} ({len(codec.frame)} bytes)",
                f"at least {LEAST_A_SECOND:,}/s",
                f"median {median:,.0f}/s, best {max(ours):,.0f}/s",
                f"bytes.find and a slice: median {statistics.median(bare):,.0f}/s",
                kept=median >= LEAST_A_SECOND,
            )
        )
    return figures
