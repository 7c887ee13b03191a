"""Copies, logo, cut and buzzer; who a printer is. Bytes from Epson's reference."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from devices.errors import DeviceUnavailable
from devices.registry import check_files
from devices.ticket_printer import codec
from devices.ticket_printer.compile import compile_here, compiled
from devices.ticket_printer.extras import buzz, keyed_logo, numbered_logo
from devices.ticket_printer.logo import LogoError, dots_of, load
from devices.ticket_printer.options import Options
from devices.ticket_printer.paper import draw
from devices.ticket_printer.render import render
from devices.ticket_printer.report import REPORT, DayReport
from devices.ticket_printer.sheet import render_sheet
from devices.ticket_printer.slip import Printed
from devices.ticket_printer.template import load as load_template
from devices.ticket_printer.template import parse
from tests.devices.ticket_printer.bench import TICKET, Bench
from tests.timing import quickest


@pytest.fixture
def logo(tmp_path: Path) -> Path:
    """A picture of 100 x 40: black left, half grey in the middle, transparent right."""
    image = Image.new("RGBA", (100, 40), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (0, 0, 40, 40))
    image.paste((128, 128, 128, 255), (40, 0, 80, 40))
    file = tmp_path / "logo.png"
    image.save(file)
    return file


def test_the_buzzer_has_the_bytes_of_its_document() -> None:
    assert buzz("none", 2) == b""
    assert buzz("esc_b", 2) == bytes.fromhex("1B420202")
    assert buzz("esc_a_48", 3) == bytes.fromhex("1B28410400 30 01 03 02")
    assert buzz("esc_a_97", 1) == bytes.fromhex("1B28410500 61 64 01 02 02")
    with pytest.raises(ValueError, match="1 to 9"):
        buzz("esc_b", 10)


def test_a_stored_logo_has_the_bytes_of_its_document() -> None:
    assert numbered_logo(1) == bytes.fromhex("1C700100")
    assert keyed_logo("G1") == bytes.fromhex("1D284C0600 30 45 47 31 01 01")


@pytest.mark.parametrize("buzzer", ["esc_b", "esc_a_48", "esc_a_97"])
def test_a_buzzer_sounds_once_after_the_cut(buzzer: str) -> None:
    bench = Bench(buzzer=buzzer, beeps=3)
    bench.driver.open()
    assert bench.driver.print_slip(TICKET, 1).confirmed
    assert bench.printer.seen()["beeps"] == [3]
    assert bench.printer.seen()["unknown_commands"] == []
    piece = bench.printer.pieces[-1]
    silent = replace(piece, beeps=[])
    assert draw(piece, 576, 80).tobytes() != draw(silent, 576, 80).tobytes()


def test_copies_come_out_cut_apart_marked_and_confirmed_once() -> None:
    bench = Bench(copies=3)
    bench.driver.open()
    assert bench.driver.print_slip(TICKET, 1) == Printed(confirmed=True, how="gs_h")
    assert bench.printer.seen()["numbers"] == ["A001"] * 3
    marked = ["存根 COPY" in piece.lines for piece in bench.printer.pieces]
    assert marked == [False, True, True]
    assert bench.line.written.count(b"\x1d\x28\x48\x06\x00\x30\x30") == 2  # its probe and its job


def test_a_logo_is_drawn_centred_and_dithered(logo: Path) -> None:
    ink = dots_of(load(str(logo)), 384)
    assert ink.size == (384, 40)
    left = (384 - 100) // 2
    assert all(ink.getpixel((left + x, 20)) for x in range(40))
    grey = [ink.getpixel((left + 40 + x, y)) for x in range(40) for y in range(40)]
    assert 0.4 < sum(1 for dot in grey if dot) / len(grey) < 0.6
    assert not any(ink.getpixel((left + 80 + x, 20)) for x in range(20))


def test_too_large_a_logo_is_made_smaller_and_a_small_one_stays(tmp_path: Path) -> None:
    wide, high = Image.new("L", (1152, 100)), Image.new("L", (10, 3200))
    assert dots_of(wide, 576).size == (576, 50)
    assert dots_of(high, 576).size == (576, 320)


def test_a_logo_stands_at_the_top_of_the_paper(logo: Path) -> None:
    bench = Bench(logo=str(logo), paper=58)
    bench.driver.open()
    assert bench.driver.print_slip(TICKET, 1).confirmed
    lines = bench.printer.seen()["last"]
    assert lines[0] == "[image 384x37]"
    assert lines[1] == "[image 384x3]"
    assert "A001" in lines


@pytest.mark.parametrize(
    ("settings", "line"),
    [({"logo_number": 7}, "[logo FS p 7]"), ({"logo_key": "TX"}, "[logo GS ( L TX]")],
)
def test_a_stored_logo_costs_a_few_bytes(settings: dict[str, object], line: str) -> None:
    bench = Bench(**settings)
    bench.driver.open()
    assert bench.driver.print_slip(TICKET, 1).confirmed
    assert bench.printer.seen()["last"][0] == line
    assert draw(bench.printer.pieces[-1], 576, 80).height > 100
    options = bench.options
    ticket = render(compile_here(load_template("ticket-80"), options), TICKET, options)
    assert len(ticket) <= 160 + 11


def test_another_picture_under_the_same_name_is_compiled_anew(
    logo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CACHE_DIRECTORY", str(tmp_path / "cache"))
    options = Options(logo=str(logo))
    before = compiled(load_template("ticket-80"), options)
    Image.new("L", (50, 50)).save(logo)
    after = compiled(load_template("ticket-80"), options)
    assert before.start != after.start
    logo.unlink()
    with pytest.raises(DeviceUnavailable, match="cannot be read"):
        compiled(load_template("ticket-80"), options)


def test_what_is_no_picture_is_named_when_the_configuration_is_checked(tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(LogoError, match="is no picture"):
        load(str(tmp_path / "text.png"))
    with pytest.raises(LogoError, match="no such picture"):
        load("nowhere.png")
    Image.new("1", (5000, 5000)).save(tmp_path / "poster.png")
    with pytest.raises(LogoError, match="too large"):
        load(str(tmp_path / "poster.png"))
    wrong = check_files("ticket_printer.escpos", Options(logo="nowhere.png", report_template="x"))
    assert set(wrong) == {"logo", "report_template"}


@pytest.mark.parametrize(
    "settings",
    [
        {"state": "asb", "confirm": "gs_r"},
        {"logo": "a.png", "logo_number": 1},
        {"logo_number": 1, "logo_key": "AB"},
        {"logo_key": "A"},
        {"logo_number": 0},
        {"copies": 6},
        {"copies": 0},
        {"beeps": 10},
        {"buzzer": "loud"},
    ],
)
def test_what_contradicts_itself_is_refused(settings: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(settings, Options)


def test_the_texts_of_a_printer_are_decoded_whatever_the_pieces() -> None:
    said = b"_EPSON\0_TM-T20III\0\x5f\0_1.08 ESC/POS\0\x00"
    for size in range(1, len(said)):
        decoder = codec.ReplyDecoder(automatic=False, information=True)
        replies = [
            r for at in range(0, len(said), size) for r in decoder.feed(said[at : at + size])
        ]
        texts = [r.text for r in replies if isinstance(r, codec.Information)]
        assert texts == ["EPSON", "TM-T20III", "", "1.08 ESC/POS"]
        assert replies[-1] == codec.PaperStatus(0)
        assert decoder.noise == 0


def test_a_text_that_never_ends_is_noise() -> None:
    decoder = codec.ReplyDecoder(automatic=False, information=True)
    decoder.feed(b"_" + b"A" * 200)
    assert decoder.noise == 201


@pytest.mark.parametrize("faults", [(), ("no-gs-h",), ("no-gs-h", "no-gs-r")])
def test_a_state_is_known_quickly_in_real_time_too(faults: tuple[str, ...]) -> None:
    bench = Bench()
    for fault in faults:
        bench.printer.fault(fault)
    bench.driver.open()

    def known_s() -> float:
        bench.printer.fault("cover-open")
        begun = time.perf_counter()
        assert bench.driver.poll()
        took_s = time.perf_counter() - begun
        bench.printer.fault("cover-open", active=False)
        assert bench.driver.poll()
        return took_s

    assert quickest(known_s, 0.1, tries=20) < 0.1


def test_columns_fill_up_cut_words_and_never_cut_figures() -> None:
    form = '[[line]]\ntext = "{day}"\n[[line]]\ntext = "{hall_zh:6}|{hall_en:4}|{served:>3}|"\n'
    options = Options()
    ready = compile_here(parse(form, "report.toml", REPORT), options)

    def row(hall: str, name: str, served: str) -> str:
        fields = {"day": "x", "hall_zh": hall, "hall_en": name, "served": served}
        data = render_sheet(ready, DayReport(fields), options)
        return data.split(b"\n")[1].decode("gb18030")

    assert row("税务", "Tax", "7") == "税务  |Tax |  7|"
    assert row("税务登记", "Service", "1234") == "税务登|Serv|1234|"
