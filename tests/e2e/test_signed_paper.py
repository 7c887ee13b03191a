"""A form that is signed on the outer screen: on paper when the clerk says so, and nowhere else."""

from __future__ import annotations

import asyncio
from pathlib import Path

from devices.tracefile import read_trace
from tests.e2e.scene import Change, Scene, until
from tests.e2e.test_forms_on_paper import nothing_owed
from tests.e2e.test_signatures import FORM, PNG, asked, given, vault_of, with_form

PLAIN: Change = ("options = { paper = 80 }", "options = { paper = 80, graphics = false }")


async def papers(hall: Scene) -> list[list[str]]:
    """Return the lines of each copy of the form that came out, once nothing more is owed."""
    await until(lambda: nothing_owed(hall))
    return [one for one in (await hall.seen("printer"))["recent"] if FORM in one]


def pictures(lines: list[str]) -> list[str]:
    return [line for line in lines if line.startswith("[image 576x")]


def said(lines: list[str]) -> list[str]:
    return [line for line in lines if line.startswith("已签名 Signed")]


async def test_nothing_prints_by_itself_and_the_clerk_prints_it_signed(place: Path) -> None:
    async with Scene(place, windows=["1"]) as hall:
        await with_form(hall)
        first = await papers(hall)
        assert [(len(pictures(one)), len(said(one))) for one in first] == [(0, 0)] * 2
        await asked(hall)
        await given(hall)
        shown = (await hall.hall.call("window.show", window="1"))["ticket"]
        assert (shown["forms"], shown["signed"]) == ([FORM], [FORM])
        assert len(await papers(hall)) == 2
        await hall.do("form.reprint", form=FORM, window="1")
        keep, sign = (await papers(hall))[2:]
        assert [lines[0] for lines in (keep, sign)] == ["重打 REPRINT"] * 2
        (words,) = said(keep)
        assert words.split()[2] == "2026-11-23"
        assert (pictures(keep), said(sign)) == ([], [words])
        assert "纳税人签字 Taxpayer" not in "".join(sign)
        heights = [int(one.partition("x")[2].rstrip("]")) for one in pictures(sign)]
        # 16 mm at most, and some air above.
        assert 40 <= sum(heights) <= 16 * 8 + 12
        assert (await hall.seen("printer"))["unknown_commands"] == []
        # A changed form is another text: to be signed again, by pen or on the screen.
        await hall.do("form.change", form=FORM, asked="退税")
        sign = (await papers(hall))[-1]
        assert (pictures(sign), said(sign)) == ([], [])
        assert any(line.startswith("纳税人签字 Taxpayer ___") for line in sign)


async def test_a_copy_that_waited_for_paper_comes_out_signed(place: Path) -> None:
    async with Scene(place, windows=["1"]) as hall:
        await hall.fault("printer", "paper-out")
        await hall.becomes("printer", "fault")
        await with_form(hall)
        await asked(hall)
        await given(hall)
        await hall.fault("printer", "paper-out", active=False)
        keep, sign = await papers(hall)
        assert [len(said(one)) for one in (keep, sign)] == [1, 1]
        assert pictures(sign)


async def test_where_no_picture_can_be_had_the_paper_says_so_in_words(place: Path) -> None:
    async with Scene(place, windows=["1"]) as hall:
        await with_form(hall)
        await asked(hall)
        await given(hall)
        await papers(hall)
        await hall.hall.call("privacy.destroy", day="2026-11-23")
        await hall.do("form.reprint", form=FORM)
        sign = (await papers(hall))[-1]
        assert (pictures(sign), len(said(sign))) == ([], 1)
        assert "纳税人签字 Taxpayer" in sign
        assert "printed without its signature" in hall.stage.log_of("halld")


async def test_a_picture_put_in_anothers_place_is_not_printed(place: Path) -> None:
    async with Scene(place, windows=["1"]) as hall:
        await with_form(hall)
        await asked(hall)
        await given(hall)
        vault = vault_of(hall)
        (name,) = vault.names("2026-11-23")
        await asyncio.to_thread(vault.put, "2026-11-23", name, PNG + b"\0")
        await papers(hall)
        await hall.do("form.reprint", form=FORM)
        sign = (await papers(hall))[-1]
        assert (pictures(sign), len(said(sign))) == ([], 1)


async def test_a_printer_without_pictures_says_that_it_was_signed(place: Path) -> None:
    async with Scene(place, windows=["1"], changes=[PLAIN]) as hall:
        await with_form(hall)
        await asked(hall)
        await given(hall)
        await hall.do("form.reprint", form=FORM)
        sign = (await papers(hall))[-1]
        assert ([one for one in sign if "image" in one], len(said(sign))) == ([], 1)


async def test_the_trace_of_the_printer_shows_no_dot_of_a_signature(place: Path) -> None:
    async with Scene(place, windows=["1"]) as hall:
        await with_form(hall)
        await asked(hall)
        await given(hall)
        await hall.do("form.reprint", form=FORM)
        sign = (await papers(hall))[-1]
        assert pictures(sign)
        file = place / "printer.trace"
        ran = await hall.hallctl("devices", "trace", "printer", "--to", str(file))
        assert ran.code == 0, ran.err
        lines = (await asyncio.to_thread(file.read_bytes)).splitlines()
        found = b"".join(one.data for one in read_trace(lines).chunks if one.way == "out")
        assert FORM.encode() in found
        head = bytes([0x1D, 0x76, 0x30, 0, 72, 0])
        pieces = found.split(head)[1:]
        assert pieces
        for piece in pieces:
            dots = 72 * int.from_bytes(piece[:2], "little")
            assert piece[2 : 2 + dots] == b"*" * dots
