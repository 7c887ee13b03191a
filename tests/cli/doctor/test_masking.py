"""Whatever way an ID number gets into the configuration or the log, no report has it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_py.cli.doctor.checks import CHECKS, Checked
from firmware_py.cli.doctor.configuration import look
from firmware_py.cli.doctor.machine import Ran
from firmware_py.cli.doctor.masking import WITHHELD_LINE, masked, masked_line
from firmware_py.cli.doctor.report import report
from tests.cli.doctor.fakes import PLAIN, Fake

#: Made up: nobody was born on that day in that district with these numbers.
ID = "110105194912310021"
_FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")

digits = st.text("0123456789", min_size=17, max_size=17)
numbers = st.builds(str.__add__, digits, st.sampled_from("0123456789Xx"))
gaps = st.sampled_from(["", " ", "-", "\t", "\u00a0", " - ", ".", "\u200b", "·"])
#: No digits: beside a number they would make it another one.
around = st.text(st.characters(exclude_categories=("Cs", "Nd", "Nl", "No", "Cc")), max_size=12)


@st.composite
def written(draw: st.DrawFn) -> tuple[str, str]:
    """An ID number, and as somebody wrote it: in one piece or groups, wide or narrow."""
    number, gap = draw(numbers), draw(gaps)
    cuts = draw(st.sampled_from([(6, 14), (6, 10, 12, 14), (3, 6, 9, 12, 15), ()]))
    pieces = [number[a:b] for a, b in zip((0, *cuts), (*cuts, 18), strict=True)]
    text = gap.join(pieces)
    return number, text.translate(_FULL_WIDTH) if draw(st.booleans()) else text


def plain(text: str) -> str:
    """Return only the digits and X of a text, narrow: what a person would read as a number."""
    narrow = text.translate(
        {ord(w): n for n, w in zip("0123456789X", "０１２３４５６７８９Ｘ", strict=True)}
    )
    return re.sub(r"\\[tnr]|[^0-9Xx]", "", narrow)


@given(written(), around, around)
def test_no_id_number_gets_through_in_whatever_writing(
    number: tuple[str, str], before: str, after: str
) -> None:
    left = masked(before + number[1] + after)
    assert number[0] not in plain(left)
    assert number[0][6:14] not in plain(left), "a birthday is personal too"


@given(written(), around)
def test_no_id_number_gets_through_a_json_line(number: tuple[str, str], before: str) -> None:
    line = json.dumps({"level": "info", "text": f"{before}{number[1]}"}, ensure_ascii=True)
    left = re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), masked_line(line))
    assert number[0][6:14] not in plain(left)


@pytest.mark.parametrize(
    "text",
    ["110105491231002", "13800138000", "138 0013 8000", "110105 19491231 002X", "hallctl:anna.li",
     "/home/anna/x"],
)  # fmt: skip
def test_other_personal_marks_are_hidden(text: str) -> None:
    left = masked(f"({text})")
    assert "***" in left
    assert "anna" not in left
    assert not re.search(r"\d{4}", left)


@pytest.mark.parametrize(
    "text",
    ["2026-11-22 11:34:17", "01M8180XX938Y8P2XWZB7SDTJ3", "127.0.0.1:24388", "A50285BI"],
)  # fmt: skip
def test_what_helps_stays(text: str) -> None:
    assert masked(text) == text


def test_a_line_with_a_field_of_a_person_is_withheld() -> None:
    assert masked_line('{"text": "x", "person": "ab12"}') == WITHHELD_LINE
    assert masked_line('{"text": "{\\"id_number\\": 1}"}') == WITHHELD_LINE


@given(number=written())
@settings(max_examples=20)
def test_a_report_has_no_id_number_of_configuration_or_log(
    number: tuple[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    text = report_with(tmp_path_factory.mktemp("r"), number[1])
    assert "示范市" in text, "the configuration is in it"
    assert "printer is gone" in text, "the log is in it"
    for line in text.splitlines():
        assert number[0][6:14] not in plain(line)


def report_with(folder: Path, number: str) -> str:
    """Return a report of a hall into whose configuration and log somebody wrote a number."""
    fake = Fake(folder)
    fake.say("/etc/passwd", "root:x:0:0::/root:/bin/sh\nanna:x:1000:1000::/home/anna:/bin/sh\n")
    quoted = json.dumps(f"示范市{number}大厅", ensure_ascii=False)
    line = json.dumps({"text": f"printer is gone {number} for anna"}, ensure_ascii=False)
    fake.said["journalctl -u halld"] = Ran(0, f"2026-03-02T08:30:00+0800 halld[9]: {line}\n")
    config = PLAIN.replace('"示范市办税服务厅"', quoted)
    facts = fake.facts(config + '[broker]\nusername = "hall"\npassword_file = "pw"\n')
    checked = [Checked(CHECKS[0], tuple(look(facts)))]
    text = report(facts, checked)
    assert "anna" not in text
    return text
