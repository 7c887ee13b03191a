"""``hallctl form print`` and ``form pdf`` in a hall that runs."""

from __future__ import annotations

from pathlib import Path

from tests.cli.hallrun import Hallctl
from tests.cli.test_form_pdf import needs_poppler, pages_of
from tests.cli.test_forms import made


@needs_poppler
def test_the_pdf_says_what_the_form_says_and_an_earlier_version_says_so(
    hallctl: Hallctl, tmp_path: Path
) -> None:
    form = made(hallctl, "--line", "购销合同=2", "--ask", "加急")["form"]
    assert hallctl("form", "change", form, "--days", "3").code == 0
    file = tmp_path / "new.pdf"
    told = hallctl.ok("form", "pdf", form, "-o", str(file))
    assert told == {"form": form, "file": str(file), "size": file.stat().st_size}
    for page in pages_of(file):
        for words in (form, "购销合同", "加急", "3个工作日", "更正件第2版，替代第1版"):
            assert words in page, words
        assert "REPLACED" not in page
    old = tmp_path / "old.pdf"
    hallctl.ok("form", "pdf", form, "--version", "1", "-o", str(old))
    for page in pages_of(old):
        assert "已有新版REPLACED" in page
        assert "更正件" not in page


def test_a_form_that_there_is_not_leaves_no_file(hallctl: Hallctl, tmp_path: Path) -> None:
    file = tmp_path / "none.pdf"
    ran = hallctl("form", "pdf", "F20200101-001", "-o", str(file))
    assert ran.code == 1
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_named(hallctl: Hallctl, tmp_path: Path) -> None:
    form = made(hallctl)["form"]
    file = tmp_path / "gone" / "form.pdf"
    ran = hallctl("form", "pdf", form, "-o", str(file))
    assert ran.code == 1
    assert str(file) in ran.err


def test_a_window_without_a_printer_says_what_else_to_do(hallctl: Hallctl) -> None:
    form = made(hallctl)["form"]
    ran = hallctl("form", "print", form, "--window", "1")
    assert ran.code == 1
    assert f"hallctl form pdf {form}" in ran.err
