"""The pure parts below a SANE scanner: rows, words, frames, pages, which one is meant."""

from __future__ import annotations

import random
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.errors import DeviceUnavailable, FrameError
from devices.registry import convert_options
from devices.scanner.escl import EsclPort, EsclState, identity_in, state_in
from devices.scanner.faults import ScanFault
from devices.scanner.sane_choice import SeenScanner, choose, node_of
from devices.scanner.sane_options import SaneOptions
from devices.scanner.sane_page import PageInWork
from devices.scanner.sane_rows import Rows, UnknownPixels
from devices.scanner.sane_wire import ANSWERS, ORDERS, Frames, WireError, encode, obj
from devices.scanner.sane_wishes import mode_for, nearest, source_for

# ---- rows


def test_black_and_white_becomes_grey_with_one_as_black() -> None:
    # Ten pixels in two bytes: SANE's leftmost is the highest bit.
    assert Rows(10, 1, 1, 2).feed(bytes.fromhex("A0 40")) == bytes.fromhex(
        "00 FF 00 FF FF FF FF FF  FF 00"
    )


def test_sixteen_bits_keep_their_high_byte_on_this_machine() -> None:
    # 0x1234 and 0xABCD, low byte first as on every Pi.
    assert Rows(2, 1, 16, 4).feed(bytes.fromhex("34 12 CD AB")) == bytes.fromhex("12 AB")


def test_padding_is_left_out() -> None:
    assert Rows(2, 3, 8, 8).feed(b"RGBrgb..RGBrgb..") == b"RGBrgbRGBrgb"


@given(st.binary(max_size=200), st.lists(st.integers(0, 40), max_size=30))
def test_pieces_make_the_same_rows_as_a_whole(data: bytes, cuts: list[int]) -> None:
    at, pieces = 0, Rows(3, 1, 8, 5)
    found = b""
    for cut in cuts:
        found += pieces.feed(data[at : at + cut])
        at += cut
    found += pieces.feed(data[at:])
    assert found == Rows(3, 1, 8, 5).feed(data)
    assert len(found) == len(data) // 5 * 3


@pytest.mark.parametrize(
    "wrong", [(0, 1, 8, 8), (10, 1, 8, 9), (10, 3, 1, 6), (10, 1, 12, 20), (-1, 1, 8, 8)]
)
def test_pixels_that_sane_does_not_describe_are_refused(wrong: tuple[int, int, int, int]) -> None:
    with pytest.raises(UnknownPixels):
        Rows(*wrong)


# ---- words


@pytest.mark.parametrize(
    ("names", "flatbed", "feeder", "duplex"),
    [
        (["Flatbed", "Automatic Document Feeder"], "Flatbed", "Automatic Document Feeder", None),
        (["Flatbed", "ADF", "ADF Duplex"], "Flatbed", "ADF", "ADF Duplex"),
        (["ADF Front", "ADF Back", "ADF Duplex"], None, "ADF Front", "ADF Duplex"),
        (["FlatBed", "Transparency Unit"], "FlatBed", None, None),
        (["Flatbed", "TPU8x10", "Negative"], "Flatbed", None, None),
        (
            ["ADF(left aligned)", "ADF(left aligned,Duplex)"],
            None,
            "ADF(left aligned)",
            "ADF(left aligned,Duplex)",
        ),
        ([], None, None, None),
    ],
)  # fmt: skip
def test_each_backends_word_for_a_source_is_found(
    names: list[str], flatbed: str | None, feeder: str | None, duplex: str | None
) -> None:
    assert source_for(names, "flatbed") == flatbed
    assert source_for(names, "feeder") == feeder
    assert source_for(names, "duplex") == duplex


@pytest.mark.parametrize(
    ("names", "grey", "colour", "lineart"),
    [
        (["Lineart", "Gray", "Color"], "Gray", "Color", "Lineart"),
        (["Gray", "Color"], "Gray", "Color", "Gray"),
        (["Binary", "True Gray", "24bit Color"], "True Gray", "24bit Color", "Binary"),
        (["Black & White", "Gray (8 bits)", "Color (24)"], "Gray (8 bits)", "Color (24)",
         "Black & White"),
        (["Infrared"], None, None, None),
    ],
)  # fmt: skip
def test_each_backends_word_for_a_mode_is_found(
    names: list[str], grey: str | None, colour: str | None, lineart: str | None
) -> None:
    assert mode_for(names, "grey") == grey
    assert mode_for(names, "colour") == colour
    assert mode_for(names, "lineart") == lineart


def test_the_resolution_is_fine_enough_or_the_finest() -> None:
    assert nearest([75, 150, 200, 600], 300) == 600
    assert nearest([75, 150, 300], 300) == 300
    assert nearest([75, 150], 300) == 150


# ---- frames


def test_frames_are_the_bytes_of_the_document() -> None:
    assert encode("r", b"\x00\xff") == bytes.fromhex("72 00000002 00FF")
    assert encode("X") == bytes.fromhex("58 00000000")
    assert encode("L", {"local": True}) == b'L\x00\x00\x00\x0f{"local": true}'
    frames = Frames(ANSWERS)
    stream = bytes.fromhex("65 00000000 72 00000002 00FF 66")
    assert [(at, bytes(body)) for at, body in frames.feed(stream[:7])] == [("e", b"")]
    assert [(at, bytes(body)) for at, body in frames.feed(stream[7:])] == [("r", b"\x00\xff")]


@pytest.mark.parametrize(
    "wrong",
    ["72 00100001", "70 00010001", "66 00000001", "00 00000000", "53 00000000", "FF FFFFFFFF"],
)
def test_a_length_or_a_letter_that_cannot_be_is_refused_before_its_bytes(wrong: str) -> None:
    with pytest.raises(WireError):
        list(Frames(ANSWERS).feed(bytes.fromhex(wrong)))


def test_garbage_of_any_sort_ends_in_a_wire_error_or_waits() -> None:
    dice = random.Random(4242)
    for _ in range(20_000):
        known = dice.choice([ANSWERS, ORDERS])
        frames = Frames(known)
        data = dice.randbytes(dice.randint(1, 40))
        if dice.random() < 0.5:
            data = dice.choice(list(known)).encode() + bytes(3) + data
        with suppress(WireError):
            for letter, body in frames.feed(data):
                assert letter in known
                assert len(body) <= 40
                obj(body)


def test_json_that_is_no_object_is_refused() -> None:
    for wrong in (b"", b"[]", b"1", b"{", b"\xff", b"[" * 60_000):
        with pytest.raises(WireError):
            obj(wrong)


# ---- the page in work

ABOUT = {"width": 2, "height": 2, "channels": 3, "dpi": 300}


def test_three_passes_make_one_colour_page() -> None:
    page = PageInWork(ABOUT, 1000)
    for plane, rows in ((2, b"bBxX"), (0, b"rRyY"), (1, b"gGzZ")):
        page.begin_plane({"plane": plane})
        page.take(bytearray(rows[:2]))
        page.take(bytearray(rows[2:]))
    assert bytes(page.finish(0).pixels) == b"rgbRGByzxYZX"


def test_fewer_rows_than_promised_make_a_shorter_page_and_more_a_longer_one() -> None:
    page = PageInWork(ABOUT, 1000)
    page.take(bytearray(6))
    assert page.finish(90).height == 1
    page = PageInWork({**ABOUT, "height": -1}, 1000)
    for _ in range(5):
        page.take(bytearray(b"abcdef"))
    done = page.finish(90)
    assert (done.height, done.turn, bytes(done.pixels)) == (5, 90, b"abcdef" * 5)


def test_more_than_allowed_is_refused_however_it_comes() -> None:
    with pytest.raises(ScanFault, match="too_large"):
        PageInWork({**ABOUT, "height": 200}, 1000)
    page = PageInWork({**ABOUT, "height": -1}, 60)
    page.take(bytearray(60))
    with pytest.raises(ScanFault, match="too_large"):
        page.take(bytearray(6))


@pytest.mark.parametrize(
    "wrong",
    [
        {"width": 0}, {"width": 10**9}, {"channels": 2}, {"dpi": 0}, {"dpi": "300"},
        {"width": None}, {"width": 1.5},
    ],
)  # fmt: skip
def test_a_page_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(WireError):
        PageInWork({**ABOUT, **wrong}, 1000)


def test_half_a_row_is_refused() -> None:
    with pytest.raises(WireError, match="half a row"):
        PageInWork(ABOUT, 1000).take(bytearray(5))


def test_a_page_that_was_given_up_is_written_over() -> None:
    page = PageInWork(ABOUT, 1000)
    page.take(bytearray(b"abcdef"))
    pixels = page._pixels
    page.drop()
    assert pixels == bytes(12)


# ---- which one is meant

TWO = (
    SeenScanner("genesys:libusb:001:004", "Canon", "LiDE 400", "KA1"),
    SeenScanner("genesys:libusb:001:005", "Canon", "LiDE 400", "KA2"),
)


def test_one_is_chosen_by_its_serial_number_model_or_name() -> None:
    assert choose(TWO, SaneOptions(serial="KA2"), "it") is TWO[1]
    assert choose(TWO, SaneOptions(device="genesys:libusb:001:004"), "it") is TWO[0]
    assert choose(TWO[:1], SaneOptions(), "it") is TWO[0]
    assert choose(TWO[:1], SaneOptions(match="canon lide"), "it") is TWO[0]


@pytest.mark.parametrize(
    ("seen", "options"),
    [(TWO, SaneOptions()), (TWO, SaneOptions(match="LiDE")), ((), SaneOptions()),
     (TWO, SaneOptions(serial="KA3"))],
)  # fmt: skip
def test_none_and_several_are_both_said(
    seen: tuple[SeenScanner, ...], options: SaneOptions
) -> None:
    with pytest.raises(DeviceUnavailable) as refused:
        choose(seen, options, "it")
    assert refused.value.zh
    assert all(one.name in refused.value.zh for one in seen)


def test_the_kernel_tells_a_usb_scanners_serial_number_and_file(tmp_path: Path) -> None:
    folder = tmp_path / "bus/usb/devices/1-1.2"
    folder.mkdir(parents=True)
    for name, text in (("busnum", "1\n"), ("devnum", "4\n"), ("serial", "KA1\n")):
        (folder / name).write_text(text, "utf-8")
    listed = SeenScanner.listed("genesys:libusb:001:004", "Canon", "LiDE 400", tmp_path)
    assert listed == TWO[0]
    assert listed.identity == "Canon LiDE 400 KA1"
    assert SeenScanner.listed("genesys:libusb:001:009", "", "", tmp_path).serial == ""
    assert node_of("genesys:libusb:001:004", tmp_path) == tmp_path / "bus/usb/001/004"
    assert node_of("airscan:e0:hall") is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"escl": "ftp://host/eSCL"},
        {"escl": "http:///eSCL"},
        {"escl": "http://host:port/eSCL"},
        {"escl": 'http://host/eSCL"\n[options]'},
        {"escl": "http://name:word@host/eSCL"},
        {"escl": "http://host/eSCL", "match": "Canon"},
        {"backend": "../etc"},
    ],
)
def test_an_address_that_is_none_or_more_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(msgspec.ValidationError):
        convert_options("scanner.sane", wrong)


# ---- what a network scanner says of itself

STATUS = """<?xml version="1.0" encoding="UTF-8"?>
<scan:ScannerStatus xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03"
 xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm"><pwg:Version>2.63</pwg:Version>
<pwg:State>Idle</pwg:State><scan:AdfState>ScannerAdfJam</scan:AdfState></scan:ScannerStatus>"""


def test_a_status_is_read_whatever_its_prefixes() -> None:
    assert state_in(STATUS) == EsclState("Idle", "jammed")
    assert state_in("<State>Processing</State>") == EsclState("Processing", "")
    assert state_in(STATUS.replace("Jam", "Empty")).fault == ""
    assert state_in(STATUS.replace("Jam", "DoorOpen")).fault == "cover_open"
    with pytest.raises(FrameError):
        state_in("<html>Sign in</html>")


def test_an_identity_is_words_and_nothing_else() -> None:
    said = "<pwg:MakeAndModel>HP &amp; Co\x07 1</pwg:MakeAndModel><pwg:SerialNumber>A</x>"
    assert identity_in(said) == "HP & Co 1 A"
    assert identity_in("") == ""


def test_sane_airscan_is_given_the_address_itself() -> None:
    assert EsclPort("http://192.0.2.7:9095/eSCL").sane_name == (
        "airscan:escl:hall:http://192.0.2.7:9095/eSCL"
    )
    assert EsclPort("mock:/run/x/scan").sane_name == "airscan:escl:hall:unix://scan/eSCL"
