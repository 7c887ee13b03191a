"""Bytes of a trace in words, literal bytes out of the documents."""

from __future__ import annotations

import pytest

from devices.registry import KINDS, explain
from devices.tracefile import Chunk
from devices.tracewords import TraceWords

HEX = bytes.fromhex


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("10 04 04", "DLE EOT state now? 4 (paper)"),
        ("1B 40", "ESC @ initialise"),
        ("1C 26", "FS & Chinese mode on"),
        ("1D 21 33", "GS ! size 4x4"),
        ("1D 56 42 00", "GS V cut, partial"),
        ("1D 72 01", "GS r state, once all before is printed? 1"),
        ("1D 28 48 06 00 30 30 41 42 43 44", "GS ( H say when all before is printed, mark 'ABCD'"),
        ("1D 28 6B 05 00 31 50 30 41 31", "GS ( k QR code 'A1'"),
        ("1D 76 30 00 02 00 01 00 FF FF", "GS v 0 image 16x1 dots"),
        ("B0 EC CB B0 0A", r"text '办税\n'"),
        ("1D 7F", "command 1d 7f"),
        ("00 00 00", "3 zeros"),
    ],
)
def test_commands_of_a_ticket_printer(data: str, words: str) -> None:
    assert explain("ticket_printer.escpos", HEX(data)) == [words]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("12", "state 12: nothing to report"),
        ("32", "2: stopped for lack of paper"),
        ("1C 00 0C 00", "by itself: paper_end"),
        ("00", "all before is printed: paper is there"),
        ("0F", "all before is printed: paper out"),
        ("03", "all before is printed: paper nearly out"),
        ("5F 54 4D 2D 54 38 38 00", "it is 'TM-T88'"),
        ("37 22 41 42 43 44 00", "printed up to the mark 'ABCD'"),
    ],
)
def test_answers_of_a_ticket_printer(data: str, words: str) -> None:
    [told] = explain("ticket_printer.escpos", HEX(data), answers=True)
    assert words in told


@pytest.mark.parametrize(
    ("data", "answers", "words"),
    [
        ("FF 68 03 03 68 01 11 01 13 16", True, "pad 1: rating 1"),
        ("FF 68 03 03 68 01 01 01 03 16", False, "pad 1: key 1 taken"),
        ("FF 68 03 03 68 01 01 0C 0E 16", True, "pad 1: key next"),
        (
            "FF 68 08 08 68 01 02 0A 0A 0A 00 01 05 27 16",
            False,
            "pad 1: show - waiting, number 015",
        ),
        ("FF 68 02 02 68 01 03 04 16", False, "pad 1: beep"),
    ],
)
def test_frames_of_a_pad(data: str, answers: bool, words: str) -> None:
    assert explain("pad.ff68", HEX(data), answers=answers) == [words]


def test_every_kind_with_a_line_can_say_what_its_bytes_mean() -> None:
    assert [name for name, entry in KINDS.items() if entry.line and not entry.explain] == []


@pytest.mark.parametrize("answers", [False, True])
@pytest.mark.parametrize("name", [name for name, entry in KINDS.items() if entry.explain])
def test_garbage_and_beginnings_are_told_too(name: str, answers: bool) -> None:
    garbage = bytes(range(256)) + HEX("1D 28 6B FF FF 1B 1D FF 68 08")
    for length in range(len(garbage)):
        assert all(isinstance(one, str) for one in explain(name, garbage[:length], answers=answers))


def test_a_frame_in_pieces_is_told_when_it_is_whole() -> None:
    words, frame = TraceWords("pad.ff68"), HEX("FF 68 03 03 68 01 01 0C 0E 16")
    told = [words.of(Chunk(n * 1_000_000, "in", frame[n : n + 1])) for n in range(len(frame))]
    assert told == [[]] * 9 + [["pad 1: key next"]]
    # The next frame, at once and much later, and one that the end of the line cuts off.
    assert words.of(Chunk(20_000_000, "in", frame)) == ["pad 1: key next"]
    assert words.of(Chunk(2_000_000_000, "in", frame)) == ["pad 1: key next"]
    assert words.of(Chunk(2_000_000_000, "in", frame[:5])) == []
    assert words.of(Chunk(2_000_000_001, "note", note="closed")) == []
    assert words.of(Chunk(2_000_000_002, "in", frame[5:])) == []


def test_a_kind_that_is_not_known_here_has_bytes_only() -> None:
    assert TraceWords("pad.of-next-year").of(Chunk(0, "in", b"\x01")) == []


@pytest.mark.parametrize(
    ("profile", "data", "answers", "words"),
    [
        ("polled", "02 01 05 00 04 03", False, "pad 1: anything?"),
        ("polled", "02 01 06 00 07 03", True, "pad 1: no key"),
        ("polled", "02 01 41 01 31 70 03", True, "pad 1: key next"),
        ("polled", "02 01 52 01 35 67 03", True, "pad 1: rating 5"),
        ("polled", "02 01 46 00 47 03", False, "pad 1: taken"),
        (
            "polled",
            "02 01 44 06 20 20 37 30 31 35 40 03",
            False,
            "pad 1: show 7 waiting, number 015",
        ),
        ("ascii-line", b"P03,RATE 5\r\n".hex(), True, "pad 3: rating 5"),
        ("ascii-line", b"P03,OK\r\n".hex(), False, "pad 3: key 4f 4b taken"),
        ("one-byte", "4E", True, "pad: key next"),
    ],
)
def test_frames_of_a_pad_of_any_make(profile: str, data: str, answers: bool, words: str) -> None:
    told = explain("pad.profile", HEX(data), answers=answers, options={"profile": profile})
    assert told == [words]
    traced = TraceWords("pad.profile", {"profile": profile})
    assert traced.of(Chunk(0, "in" if answers else "out", HEX(data))) == [words]
