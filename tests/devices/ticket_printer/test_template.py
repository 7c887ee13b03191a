"""Templates: what a technician may write, and how mistakes are told."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import msgspec
import pytest

from devices.ticket_printer.compile import CompiledTemplate, compile_here, compiled
from devices.ticket_printer.options import Options
from devices.ticket_printer.template import TICKET, TemplateError, When, find, load, parse

NUMBER = '[[line]]\ntext = "{number}"\n'


@pytest.mark.parametrize("name", ["ticket-80", "ticket-58"])
def test_the_shipped_templates_are_right(name: str) -> None:
    template = load(name)
    assert any(spec.text == "{number}" and spec.height >= 5 for spec in template.lines)
    assert any(spec.when == "reprint" and "重打 REPRINT" in spec.text for spec in template.lines)
    assert any(spec.kind == "qr" for spec in template.lines)


def test_every_mistake_is_named_with_file_and_line() -> None:
    text = """papier = 80
[[line]]
text = "{nummer}"
[[line]]
text = "A"
align = "middle"
size = 9
[[line]]
text = "{number"
[[line]]
bold = "yes"
[[line]]
feed = 99
[[line]]
text = "x"
size = [1, 9]
colour = "red"
"""
    with pytest.raises(TemplateError) as raised:
        parse(text, "ticket-80.toml")
    assert [problem.line for problem in raised.value.problems] == [
        1,
        3,
        6,
        7,
        9,
        10,
        11,
        13,
        16,
        17,
    ]
    message = str(raised.value)
    assert "ticket-80.toml:6: align: middle is not one of left, center, right" in message
    assert "没有字段 {nummer}" in message
    assert all(problem.zh and problem.en for problem in raised.value.problems)


def test_a_size_out_of_range_is_named() -> None:
    with pytest.raises(TemplateError, match=r"t:3: size: 9 is not 1\.\.8 / size：9 应在 1 至 8"):
        parse('[[line]]\ntext = "{number}"\nsize = 9\n', "t")
    with pytest.raises(TemplateError, match="t:3: size"):
        parse('[[line]]\ntext = "{number}"\nsize = [1, 9]\n', "t")


def test_broken_toml_is_named_with_its_line() -> None:
    with pytest.raises(TemplateError, match="t:2: not valid TOML"):
        parse('[[line]]\ntext = "{number}\n', "t")


def test_a_ticket_without_its_number_is_refused() -> None:
    with pytest.raises(TemplateError, match=r"no \{number\}"):
        parse('[[line]]\ntext = "{hall}"\n')


@pytest.mark.parametrize("text", ["", "line = 3", "line = []", "[line]\ntext = 'x'"])
def test_a_template_without_lines_is_refused(text: str) -> None:
    with pytest.raises(TemplateError, match="there is no"):
        parse(text)


def test_format_tricks_in_a_field_are_refused() -> None:
    for text in ("{number.__class__}", "{number!r}", "{number:>9d}", "{0}", "{}"):
        with pytest.raises(TemplateError, match=r"no field|columns, 1"):
            parse(f'{NUMBER}[[line]]\ntext = "{text}"\n')


def test_a_name_that_nobody_has_says_where_it_was_looked_for() -> None:
    with pytest.raises(TemplateError, match=r"no such template in .*templates"):
        find("ticket-999")
    with pytest.raises(TemplateError, match="no such file"):
        find("nowhere/ticket.toml")


def test_a_path_is_taken_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(NUMBER, encoding="utf-8")
    assert load(str(file)).lines[0].text == "{number}"


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_bytes(NUMBER.encode() + "# 中文".encode("gb18030"))
    with pytest.raises(TemplateError, match="cannot be read"):
        load(str(file))


def test_the_document_for_technicians_names_every_field_and_every_condition() -> None:
    document = (Path(__file__).parents[3] / "docs" / "configuration.md").read_text("utf-8")
    section = document.split("## Ticket templates", 1)[1]
    for field in TICKET.fields:
        assert f"`{{{field.removesuffix('_zh').removesuffix('_en')}" in section, field
    for when in get_args(When):
        assert f'`"{when}"`' in section, when


def test_the_fields_of_a_template_are_all_filled() -> None:
    from devices.ticket_printer.render import render
    from devices.ticket_printer.slip import Slip

    lines = "".join(f'[[line]]\ntext = "{field}={{{field}}}"\n' for field in sorted(TICKET.fields))
    slip = Slip(
        number="A001", hall_zh="hz", hall_en="he", item_zh="iz", item_en="ie", issued="now",
        ahead=0, wait_zh="wz", wait_en="we", papers_zh=("pz", "qz"), papers_en=("pe",), qr="q",
        title_zh="tz", title_en="te",
    )  # fmt: skip
    options = Options()
    printed = render(compile_here(parse(lines), options), slip, options).decode("gb18030")
    for line in ("hall=hz", "hall_en=he", "ahead=0", "paper_zh=pz\npaper_zh=qz", "paper_en=pe",
                 "papers=pz、qz", "wait=wz", "title_en=te", "time=now", "qr=q"):  # fmt: skip
        assert line + "\n" in printed


def test_a_child_process_compiles_once_and_the_file_is_used_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CACHE_DIRECTORY", str(tmp_path))
    template, options = load("ticket-80"), Options()
    first = compiled(template, options)
    assert first == compile_here(template, options)
    (kept,) = (tmp_path / "hall-controller").iterdir()
    assert msgspec.msgpack.decode(kept.read_bytes(), type=CompiledTemplate) == first
    monkeypatch.setattr("sys.executable", "/bin/false")
    assert compiled(template, options) == first


def test_a_damaged_kept_file_is_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CACHE_DIRECTORY", str(tmp_path))
    template, options = load("ticket-58"), Options(paper=58)
    first = compiled(template, options)
    (kept,) = (tmp_path / "hall-controller").iterdir()
    kept.write_bytes(b"damaged")
    assert compiled(template, options) == first
    assert kept.read_bytes() != b"damaged"


def test_no_place_to_keep_the_file_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("CACHE_DIRECTORY", str(tmp_path / "file"))
    assert compiled(load("ticket-80"), Options()).lines
