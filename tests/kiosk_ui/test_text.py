from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kiosk_ui.draft import Draft
from kiosk_ui.ops import Rect, Text
from kiosk_ui.text import CLOSING, OPENING, fit, wrap
from tests.kiosk_ui.looks import look

FACES = look().faces
WORDS = st.text("税务登记，。！（）《》“” ABCwindow 019-/…", min_size=1, max_size=60)


def test_chinese_breaks_between_characters_but_not_before_closing_punctuation() -> None:
    # Four characters fit; the comma would be the fifth and takes 记 with it.
    assert wrap(FACES, "税务登记，请稍候。", 100, 400) == ["税务登", "记，请稍", "候。"]


def test_an_opening_bracket_does_not_end_a_line() -> None:
    assert wrap(FACES, "办理《发票》", 100, 300) == ["办理", "《发", "票》"]


def test_english_breaks_at_spaces_and_keeps_words_whole() -> None:
    width = FACES.width("Please take", 50) + 5
    assert wrap(FACES, "Please take your ticket", 50, width) == ["Please take", "your ticket"]


def test_numbers_stay_whole_among_chinese() -> None:
    lines = wrap(FACES, "请A1001号到12号窗口", 100, 420)
    assert len(lines) > 1
    assert any("A1001" in line for line in lines)


def test_a_newline_always_breaks() -> None:
    assert wrap(FACES, "一\n二", 10, 1000) == ["一", "二"]


@given(WORDS, st.integers(60, 900))
def test_no_line_is_too_wide_and_nothing_is_lost(text: str, width: int) -> None:
    lines = wrap(FACES, text, 30, width)
    for line in lines:
        closing_ends = len(line) - len(line.rstrip("".join(CLOSING | OPENING)))
        assert FACES.width(line, 30) <= width or closing_ends or line[0] in OPENING
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_text_becomes_smaller_until_it_fits_and_says_how_far() -> None:
    found = fit(FACES, "税务登记", 200, 100, size=100, floor=20)
    assert found.whole
    assert 40 <= found.size <= 50
    assert FACES.width("税务登记", found.size) <= 200


def test_text_that_does_not_fit_at_the_floor_is_shortened_and_told() -> None:
    found = fit(FACES, "国家税务总局示范市税务局", 200, 60, size=60, floor=40)
    assert not found.whole
    assert found.size == 40
    assert found.lines[0].endswith("…")
    assert FACES.width(found.lines[0], 40) <= 200


def test_a_short_last_line_is_avoided() -> None:
    found = fit(FACES, "疑难业务综合处理窗口", 950, 300, size=100, floor=100, lines=2)
    assert [len(line) for line in found.lines] == [5, 5]


def test_two_lines_part_where_a_reader_would_pause() -> None:
    def lines(text: str, width: int) -> tuple[str, ...]:
        return fit(FACES, text, width, 300, size=100, floor=100, lines=2).lines

    assert lines("屏幕暂时中断，请听办税人员说明", 900) == ("屏幕暂时中断，", "请听办税人员说明")
    # What follows the comma would be too wide, or what goes before it too short.
    assert lines("请稍候，请听办税人员说明情况", 900) == ("请稍候，请听办", "税人员说明情况")
    assert len(lines("好，请听办税人员说明", 900)[0]) > 3
    # A number with a point has no pause.
    assert lines("共计12.50元整请在窗口缴纳", 800)[0].startswith("共计12.50")


def test_a_page_reports_what_did_not_fit() -> None:
    draft = Draft(look())
    draft.text(Rect(0, 0, 100, 40), "一段放不下的文字", (255, 255, 255), cap=8, floor=6)
    draft.text(Rect(0, 50, 900, 100), "放得下", (255, 255, 255), cap=6)
    (defect,) = draft.picture().defects
    assert defect.text == "一段放不下的文字"


def test_a_capital_is_as_high_as_was_asked_for() -> None:
    draft = Draft(look())
    draft.text(Rect(0, 0, 2000, 1000), "H", (255, 255, 255), cap=20)
    (op,) = draft.picture().ops
    assert isinstance(op, Text)
    assert abs(FACES.cap_px(op.size) - 200) <= 1
    # In the middle by its capital.
    assert abs((op.baseline - 100) - 500) <= 5


def test_a_button_can_be_touched_where_it_is_drawn() -> None:
    draft = Draft(look())
    draft.button("take", Rect(10, 20, 400, 200), "取号")
    picture = draft.picture()
    area = picture.area_at(100, 100)
    assert area is not None
    assert (area.id, area.label) == ("take", "取号")
    assert picture.area_at(5, 5) is None
    assert list(picture.texts()) == ["取号"]
