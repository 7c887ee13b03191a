"""What a form says on paper, where it prints, and what a printer owes after a restart."""

from __future__ import annotations

from typing import Any

import msgspec

from firmware_py.app.paper_jobs import Asks, FormJob
from firmware_py.core import commands_papers as p
from firmware_py.core.papers import PaperTicked
from firmware_py.core.rules import Text
from firmware_py.runtime.form_paper import paper_view, sheet_of
from firmware_py.runtime.printers import Printers
from firmware_py.settings import Settings
from tests.core.hall import Hall
from tests.core.paper_hall import make, scan, serving

NAME = Text("国家税务总局示范市税务局办税服务厅", "Demo Tax Service Hall")


def settings(**more: Any) -> Settings:
    """Return a hall with two kiosks and three windows, the third with its own printer."""
    hall = {"id": "demo", "name": {"zh": "厅", "en": "Hall"}}
    windows = [{"id": "1"}, {"id": "2"}, {"id": "3", "printer": "p-3"}]
    kiosks = [{"id": "kiosk-1", "printer": "p-1"}, {"id": "kiosk-2", "printer": "p-2"}]
    return msgspec.convert({"hall": hall, "windows": windows, "kiosks": kiosks, **more}, Settings)


def test_a_form_prints_at_its_windows_printer_else_at_the_halls_for_forms() -> None:
    printers = Printers(settings(forms={"printer": "p-f"}))
    assert printers.of(Asks("3", form=True)) == "p-3"
    assert printers.of(Asks("1", form=True)) == "p-f"
    assert printers.all() == ["p-1", "p-2", "p-3", "p-f"]


def test_a_kiosk_with_a_windows_name_prints_no_forms_and_a_form_no_ticket() -> None:
    printers = Printers(settings())
    assert printers.of(Asks("1", form=True)) is None
    assert printers.of(Asks("kiosk-2", form=True)) is None
    assert printers.of(Asks("kiosk-2", form=False)) == "p-2"
    assert printers.of(Asks("3", form=False)) == "p-1", "taken elsewhere: at the first kiosk"


def form_of(hall: Hall, **fields: Any) -> str:
    papers = (PaperTicked(1, count=2), PaperTicked(name="购销合同"))
    return make(hall, papers=papers, **fields).form


def test_the_taxpayers_copy_says_all_of_the_form_and_nobodys_name() -> None:
    hall = serving()
    scan(hall, pages=3)
    form = form_of(hall, asked="提高额度", days=5)
    sheet = sheet_of(NAME, hall.state, FormJob(1, form, 1, "1", 1))
    assert sheet.marks == {"keep"}
    assert sheet.fields["number"] == form
    assert sheet.fields["qr"][:-2] == form
    assert (sheet.fields["total"], sheet.fields["pages"]) == ("3", "3")
    assert (sheet.fields["asked"], sheet.fields["days"]) == ("提高额度", "5")
    assert sheet.fields["due"] == hall.state.forms[form].due
    assert [(row["n"], row["count"]) for row in sheet.rows["papers"]] == [("1", "2"), ("2", "1")]
    assert sheet.rows["papers"][1]["paper_en"] == "", "typed in one language, said once"
    assert set(sheet.fields) <= sheet.layout.fields
    assert not {"name", "taxpayer", "person"} & sheet.layout.fields


def test_the_signed_copy_of_a_changed_form_printed_again_says_all_three() -> None:
    hall = serving()
    form = form_of(hall, days=5)
    hall.do(p.ChangeForm(form, days=7))
    sheet = sheet_of(NAME, hall.state, FormJob(9, form, 2, "1", 2, again=True))
    assert sheet.marks == {"sign", "unsigned", "changed", "reprint"}
    assert (sheet.fields["version"], sheet.fields["replaces"]) == ("2", "1")
    assert sheet.fields["days"] == "7"


def test_words_for_a_file_say_when_a_form_is_void_and_hold_the_same() -> None:
    hall = serving()
    form = form_of(hall, days=5)
    before = paper_view(NAME, hall.state, hall.state.forms[form])
    assert before["marks"] == []
    assert before["fields"] == sheet_of(NAME, hall.state, FormJob(1, form, 1, "1", 1)).fields
    hall.do(p.WithdrawForm(form, "取回"))
    assert paper_view(NAME, hall.state, hall.state.forms[form])["marks"] == ["withdrawn"]


def test_a_form_that_was_signed_on_the_screen_says_so_on_both_copies_until_it_changes() -> None:
    hall = serving()
    form = form_of(hall, days=5)
    hall.do(p.SignForm("1", form, 1, 900, "a" * 64))
    copies = [sheet_of(NAME, hall.state, FormJob(1, form, 1, "1", copy)) for copy in (1, 2)]
    assert [sheet.marks for sheet in copies] == [{"keep"}, {"sign", "signed"}]
    assert {sheet.fields["signed"] for sheet in copies} == {hall.state.day}, "no clock is known"
    hall.do(p.ChangeForm(form, days=7))
    sheet = sheet_of(NAME, hall.state, FormJob(9, form, 2, "1", 2))
    assert sheet.marks == {"sign", "unsigned", "changed"}
    assert sheet.fields["signed"] == ""
