"""ESC/POS replies and commands: literal bytes from Epson's command reference."""

from __future__ import annotations

import random

import pytest

from devices.base import HealthState
from devices.ticket_printer import codec
from devices.ticket_printer.codec import (
    AutomaticStatus,
    PaperStatus,
    ProcessEnd,
    RealTimeStatus,
    ReplyDecoder,
)
from devices.ticket_printer.condition import Condition

JOB_END = bytes.fromhex("37223030313500")
ASB_COVER_OPEN = bytes.fromhex("3800630F")
ASB_COVER_CLOSING = bytes.fromhex("1000630F")


def test_the_job_end_request_and_its_answer_are_the_documents_vector() -> None:
    assert codec.request_process_end(b"0015") == bytes.fromhex("1D28480600303030303135")
    assert ReplyDecoder().feed(JOB_END) == [ProcessEnd(b"0015")]


def test_the_status_requests_are_the_documents_bytes() -> None:
    assert bytes.fromhex("100401") == codec.DLE_EOT_PRINTER
    assert bytes.fromhex("100402") == codec.DLE_EOT_OFFLINE_CAUSE
    assert bytes.fromhex("100403") == codec.DLE_EOT_ERROR
    assert bytes.fromhex("100404") == codec.DLE_EOT_PAPER
    assert bytes.fromhex("1D7201") == codec.GS_R_PAPER
    assert bytes.fromhex("1D610E") == codec.GS_A_ALL
    assert bytes.fromhex("1C26") == codec.FS_AMPERSAND
    assert bytes.fromhex("1C2E") == codec.FS_PERIOD


def test_the_qr_code_is_the_documents_vector() -> None:
    assert codec.qr_code("A001", module=6, level="M") == bytes.fromhex(
        "1D286B040031413200 1D286B0300314306 1D286B0300314531"
        "1D286B070031503041303031 1D286B0300315130"
    )


def test_the_raster_is_the_documents_vector() -> None:
    assert codec.raster_image(2, 4, b"\xff" * 8) == bytes.fromhex(
        "1D763000 0200 0400 FFFFFFFFFFFFFFFF"
    )


@pytest.mark.parametrize("text", ["A001", "https://hall.example/t/A001?k=9f3c21", "号码A001"])
@pytest.mark.parametrize(("level", "ec"), [("L", 0), ("M", 1), ("Q", 2), ("H", 3)])
def test_the_qr_code_is_what_python_escpos_writes(text: str, level: str, ec: int) -> None:
    from escpos.printer import Dummy

    dummy = Dummy()
    dummy.qr(text, ec=ec, size=5, native=True)
    assert codec.qr_code(text, module=5, level=level) == dummy.output


def test_the_raster_is_what_python_escpos_writes() -> None:
    from escpos.printer import Dummy
    from PIL import Image

    image = Image.new("1", (16, 3), 1)
    image.putpixel((2, 1), 0)
    dummy = Dummy()
    dummy.image(image)
    assert codec.raster_image(2, 3, bytes.fromhex("0000 2000 0000")) == dummy.output


@pytest.mark.parametrize(
    ("printer", "cause", "error", "paper", "code"),
    [
        ("12", "12", "12", "12", "ok"),
        ("16", "12", "12", "12", "ok"),
        ("1A", "16", "12", "12", "cover_open"),
        ("1A", "32", "12", "7E", "paper_end"),
        ("1A", "32", "12", "72", "paper_end"),
        ("12", "12", "12", "1E", "paper_near_end"),
        ("1A", "52", "1A", "12", "cutter"),
        ("1A", "52", "32", "12", "unrecoverable"),
        ("1A", "52", "52", "12", "overheated"),
        ("1A", "52", "12", "12", "error"),
        ("1A", "12", "12", "12", "offline"),
    ],
)
def test_real_time_status_bytes_say_what_is_wrong(
    printer: str, cause: str, error: str, paper: str, code: str
) -> None:
    condition = Condition.from_real_time(
        *(int(byte, 16) for byte in (printer, paper, cause, error))
    )
    assert condition.status.code == code
    assert condition.status.say.zh
    assert condition.status.say.en
    assert (condition.fault is None) == (code in {"ok", "paper_near_end"})


@pytest.mark.parametrize(
    ("block", "code"),
    [
        ("10000000", "ok"),
        ("1000030F", "paper_near_end"),
        ("18000F0F", "paper_end"),
        ("3800000F", "cover_open"),
        ("1808000F", "cutter"),
        ("1820000F", "unrecoverable"),
        ("1840000F", "overheated"),
        ("1800000F", "offline"),
    ],
)
def test_automatic_status_says_what_is_wrong(block: str, code: str) -> None:
    assert Condition.from_automatic(bytes.fromhex(block)).status.code == code


def test_epsons_own_example_is_an_open_cover_and_then_a_closing_one() -> None:
    replies = ReplyDecoder().feed(ASB_COVER_OPEN + ASB_COVER_CLOSING)
    assert replies == [AutomaticStatus(ASB_COVER_OPEN), AutomaticStatus(ASB_COVER_CLOSING)]
    opened, closing = (Condition.from_automatic(r.value) for r in replies)  # type: ignore[union-attr, arg-type]
    assert opened.cover_open
    assert opened.offline
    assert not closing.cover_open
    assert closing.status.state is HealthState.WARNING  # 63: the paper is near its end


def test_queued_paper_status_tells_near_end_and_end() -> None:
    good, near, end = ReplyDecoder().feed(bytes.fromhex("00030F"))
    assert [good, near, end] == [PaperStatus(0x00), PaperStatus(0x03), PaperStatus(0x0F)]
    assert isinstance(near, PaperStatus)
    assert isinstance(end, PaperStatus)
    assert (near.near_end, near.end) == (True, False)
    assert (end.near_end, end.end) == (True, True)
    assert PaperStatus(0x0C).end


STREAM = b"\x12" + JOB_END + ASB_COVER_OPEN + b"\x7e" + b"\x03" + b"\x1a"
REPLIES = [
    RealTimeStatus(0x12),
    ProcessEnd(b"0015"),
    AutomaticStatus(ASB_COVER_OPEN),
    RealTimeStatus(0x7E),
    PaperStatus(0x03),
    RealTimeStatus(0x1A),
]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 100])
def test_pieces_of_any_size_give_the_same_replies(size: int) -> None:
    decoder = ReplyDecoder()
    found = [
        reply
        for start in range(0, len(STREAM), size)
        for reply in decoder.feed(STREAM[start : start + size])
    ]
    assert found == REPLIES
    assert decoder.noise == 0


@pytest.mark.parametrize("place", range(1, 4))
def test_a_real_time_byte_inside_automatic_status_is_taken_out(place: int) -> None:
    mixed = ASB_COVER_OPEN[:place] + b"\x12" + ASB_COVER_OPEN[place:]
    assert ReplyDecoder().feed(mixed) == [RealTimeStatus(0x12), AutomaticStatus(ASB_COVER_OPEN)]


@pytest.mark.parametrize("noise", ["ff", "80 81", "37", "37 22 31", "10", "10 00 00", "f7 95"])
def test_noise_before_a_job_end_costs_nothing(noise: str) -> None:
    decoder = ReplyDecoder()
    assert ProcessEnd(b"0015") in decoder.feed(bytes.fromhex(noise) + JOB_END)
    assert decoder.noise > 0


def test_without_automatic_status_its_header_is_noise() -> None:
    decoder = ReplyDecoder(automatic=False)
    assert decoder.feed(b"\x10\x03") == [PaperStatus(0x03)]
    assert decoder.noise == 1


def try_mutated_streams(times: int) -> None:
    randomly = random.Random(20260302)
    for _ in range(times):
        stream = bytearray(STREAM)
        for _ in range(randomly.randint(1, 4)):
            at = randomly.randrange(len(stream))
            match randomly.randrange(3):
                case 0:
                    stream[at] = randomly.randrange(256)
                case 1:
                    del stream[at]
                case _:
                    stream.insert(at, randomly.randrange(256))
        decoder = ReplyDecoder()
        cut = randomly.randrange(len(stream))
        for reply in decoder.feed(bytes(stream[:cut])) + decoder.feed(bytes(stream[cut:])):
            # A job's end is never put together from bytes without its header.
            assert not isinstance(reply, ProcessEnd) or b"\x37" in stream
        # Whatever came before, a whole answer after a pause is understood.
        decoder.forget()
        assert decoder.feed(JOB_END) == [ProcessEnd(b"0015")]


def test_a_hundred_thousand_mutated_streams_raise_nothing_and_hide_no_later_answer() -> None:
    try_mutated_streams(100_000)


@pytest.mark.long
def test_a_million_mutated_streams_raise_nothing_and_hide_no_later_answer() -> None:
    try_mutated_streams(1_000_000)


def test_process_ids_are_printable_and_tell_jobs_and_attempts_apart() -> None:
    assert codec.process_id(0) == b"    "
    assert codec.process_id(1) == b"  ! "
    assert codec.process_id(94**3 - 1, 93) == b"}}}}"
    assert codec.process_id(94**3) == codec.process_id(0)
    ids = {codec.process_id(job, attempt) for job in range(500) for attempt in range(94)}
    assert len(ids) == 500 * 94
    assert all(0x20 <= byte <= 0x7E for identifier in ids for byte in identifier)


@pytest.mark.parametrize("wrong", [b"", b"123", b"12345", b"12\x1f4", b"123\x7f"])
def test_a_process_id_outside_the_document_is_refused(wrong: bytes) -> None:
    with pytest.raises(ValueError, match="process id"):
        codec.request_process_end(wrong)
