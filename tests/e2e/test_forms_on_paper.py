"""Acceptance forms at a window: two copies on paper, whatever becomes of paper and power."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.e2e.scene import TODAY, Change, Scene, refused, until

FORM = f"F{TODAY.replace('-', '')}-001"
KEEP, SIGN = "第一联 纳税人留存", "第二联 税务机关留存，请签收"
#: Window 2 has the narrow printer of the second kiosk.
WINDOW_2: Change = ('[[windows]]\nid = "2"\n', '[[windows]]\nid = "2"\nprinter = "printer-2"\n')
NO_PRINTER: Change = ('[forms]\nprinter = "printer"\n', "[forms]\n")


async def make(hall: Scene, window: str = "1", item: str = "D01") -> str:
    """Serve somebody at a window and make the form; return its number."""
    await hall.on_paper(await hall.take(item))
    await hall.do("window.next", window=window)
    await hall.do("window.start", window=window)
    return await another(hall, window)


async def another(hall: Scene, window: str = "1") -> str:
    papers = [{"paper": 1, "count": 2}, {"name": "购销合同"}]
    outcome = await hall.hall.call("form.make", window=window, papers=papers, days=5)
    assert outcome["events"][0]["type"] == "form.made"
    form: str = outcome["events"][0]["data"]["form"]
    return form


async def copies(hall: Scene, form: str, printer: str = "printer") -> list[tuple[str, bool]]:
    """Return each whole copy of a form on paper: which, and whether it is marked."""
    recent = (await hall.seen(printer))["recent"]
    return [
        (KEEP if KEEP in lines else SIGN, "重打 REPRINT" in lines[0])
        for lines in recent
        if form in lines and (KEEP in lines or SIGN in lines) and _whole(lines)
    ]


def _whole(lines: Sequence[str]) -> bool:
    """Say whether a piece was not torn: only the end of a form has its code in words."""
    return any(line.startswith(("请妥善保管", "日期 Date")) for line in lines)


async def nothing_owed(hall: Scene) -> bool:
    return not (await hall.status())["papers_owed"]


async def test_a_form_comes_out_twice_and_says_what_was_handed_in(place: Path) -> None:
    async with Scene(place, windows=("1",)) as hall:
        form = await make(hall)
        assert form == FORM
        await until(lambda: nothing_owed(hall))
        assert await copies(hall, form) == [(KEEP, False), (SIGN, False)]
        lines = (await hall.seen("printer"))["last"]
        assert "文书受理单" in lines
        assert any(line.split() == ["2", "购销合同", "1"] for line in lines)
        assert any(line.split() == ["合计", "Total", "3"] for line in lines)
        paper = await hall.hall.call("form.paper", form=form)
        assert f"[qr {paper['fields']['qr']}]" in lines
        assert (await hall.seen("printer"))["unknown_commands"] == []


async def test_a_window_with_a_printer_of_its_own_prints_there(place: Path) -> None:
    async with Scene(place, windows=("2",), changes=[WINDOW_2]) as hall:
        form = await make(hall, "2")
        await until(lambda: nothing_owed(hall))
        assert await copies(hall, form, "printer-2") == [(KEEP, False), (SIGN, False)]
        assert await copies(hall, form) == []


async def test_a_hall_without_a_printer_for_forms_says_so_and_makes_them_all_the_same(
    place: Path,
) -> None:
    async with Scene(place, windows=("1",), changes=[NO_PRINTER]) as hall:
        form = await make(hall)
        refusal = await refused(hall.hall.call("form.reprint", form=form))
        assert refusal.code == "no_form_printer"
        assert await copies(hall, form) == []
        assert (await hall.hall.call("form.paper", form=form))["fields"]["number"] == form


@pytest.mark.parametrize("part", [0.1, 0.5, 0.6, 0.9])
async def test_paper_that_ends_anywhere_costs_neither_copy_and_doubles_only_what_was_torn(
    place: Path, part: float
) -> None:
    async with Scene(place, windows=("1",)) as hall:
        await make(hall)
        await until(lambda: nothing_owed(hall))
        before = (await hall.seen("printer"))["total_bytes"]
        await another(hall)
        await until(lambda: nothing_owed(hall))
        length = (await hall.seen("printer"))["total_bytes"] - before
        await hall.fault("printer", "paper-out-at", int(length * part))
        form = await another(hall)
        await hall.becomes("printer", "fault")
        on_paper = await copies(hall, form)
        assert on_paper == ([(KEEP, False)] if part >= 0.5 else [])
        assert (await hall.status())["papers_owed"] == {"printer": 2 - len(on_paper)}
        await hall.fault("printer", "paper-out", active=False)
        await until(lambda: nothing_owed(hall))
        torn_first = [(KEEP, True), (SIGN, False)]
        second = await copies(hall, form)
        assert second[:2] == ([(KEEP, False), (SIGN, True)] if on_paper else torn_first)
        assert len(second) == 2


async def test_a_kill_between_the_copies_prints_the_second_alone(place: Path) -> None:
    async with Scene(place, windows=("1",)) as hall:
        await make(hall)
        await until(lambda: nothing_owed(hall))
        await hall.fault("printer", "slow-print", 60)
        form = await another(hall)

        async def first_confirmed() -> bool:
            return bool((await hall.status())["papers_owed"] == {"printer": 1})

        await until(first_confirmed)
        await hall.kill()
        await hall.fault("printer", "slow-print", active=False)
        await hall.start()
        await until(lambda: nothing_owed(hall))
        found = await copies(hall, form)
        assert found[0] == (KEEP, False)
        assert found[-1][0] == SIGN
        # Killed before the disk had that the first one came out: it comes again, marked.
        assert all(marked for which, marked in found[1:] if which == KEEP)
        assert [which for which, _ in found].count(KEEP) <= 2
        assert all(marked for _, marked in found[3:])
        await hall.verified()


async def test_a_form_that_changed_while_the_printer_was_away_prints_as_it_is_now(
    place: Path,
) -> None:
    async with Scene(place, windows=("1",)) as hall:
        await make(hall)
        await until(lambda: nothing_owed(hall))
        await hall.bench.do("unplug", "printer")
        await hall.becomes("printer", "gone")
        form = await another(hall)
        await hall.do("form.change", form=form, asked="加急办理")
        await hall.kill()
        await hall.start()
        await hall.bench.do("plug", "printer")
        await until(lambda: nothing_owed(hall))
        assert await copies(hall, form) == [(KEEP, False), (SIGN, False)]
        for lines in (await hall.seen("printer"))["recent"][-2:]:
            assert any("更正件 第2版，替代第1版" in line for line in lines)
            assert any("加急办理" in line for line in lines)


async def test_a_form_printed_again_says_so_on_both_copies(place: Path) -> None:
    async with Scene(place, windows=("1",)) as hall:
        form = await make(hall)
        await until(lambda: nothing_owed(hall))
        again = await hall.hallctl("form", "print", form)
        assert again.code == 0, again.err
        await until(lambda: nothing_owed(hall))
        assert (await copies(hall, form))[2:] == [(KEEP, True), (SIGN, True)]


async def test_what_a_broken_printer_owes_comes_out_where_its_window_prints_now(
    place: Path,
) -> None:
    (place / "notices").mkdir()
    shared: Change = ('printer = "printer-2"', 'printer = "printer"')
    async with Scene(place, windows=("2",), changes=[shared, WINDOW_2]) as hall:
        await hall.fault("printer-2", "paper-out")
        form = await make(hall, "2")
        assert (await hall.status())["papers_owed"] == {"printer-2": 2}
        file = hall.folder / "hall.toml"
        file.write_text(file.read_text(encoding="utf-8").replace(*shared), encoding="utf-8")
        assert (await hall.hall.call("config.apply"))["applied"]

        async def both_out() -> bool:
            return len(await copies(hall, form)) == 2

        # What was owed is asked for again a moment after the answer.
        await until(both_out)
        await until(lambda: nothing_owed(hall))
        assert await copies(hall, form) == [(KEEP, True), (SIGN, True)]
        assert await copies(hall, form, "printer-2") == []
