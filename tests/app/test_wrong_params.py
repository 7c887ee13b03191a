"""What is wrong with a request stands there in words, never in those of a library."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import Meta

from firmware_py.app.wire import BadCommandError, parse_command
from firmware_py.app.wrong_params import explain

HAN = re.compile(r"[\u4e00-\u9fff]")


class Params(msgspec.Struct, forbid_unknown_fields=True):
    """One field for each sort of mistake."""

    number: int
    text: Annotated[str, Meta(max_length=3)] = "a"
    least: Annotated[str, Meta(min_length=2)] = "aa"
    low: Annotated[int, Meta(ge=1)] = 1
    high: Annotated[float, Meta(le=5)] = 1
    above: Annotated[float, Meta(gt=0)] = 1
    form: Annotated[str, Meta(pattern="^a")] = "a"
    day: Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")] = "2026-01-31"
    choice: Literal["x", "y"] = "x"
    several: tuple[str, ...] = ()
    perhaps: str | None = None
    either: int | str = 1


@pytest.mark.parametrize(
    ("params", "code", "zh", "en"),
    [
        ({}, "bad_field", "缺少参数 number", "number is missing"),
        (
            {"number": 1, "colour": 2},
            "unknown_field",
            "没有参数 colour",
            "there is no parameter colour",
        ),
        (
            {"number": "x"},
            "bad_field",
            "参数 number 应为整数，不能是文字",
            "number must be a whole number, not text",
        ),
        ({"text": "aaaa"}, "bad_field", "参数 text 过长，最多 3", "text is too long, at most 3"),
        ({"least": "a"}, "bad_field", "参数 least 过短，至少 2", "least is too short, at least 2"),
        ({"low": 0}, "bad_field", "参数 low 不能小于 1", "low must be at least 1"),
        ({"high": 6}, "bad_field", "参数 high 不能大于 5.0", "high must be at most 5.0"),
        ({"above": 0}, "bad_field", "参数 above 必须大于 0.0", "above must be above 0.0"),
        (
            {"day": "tomorrow"},
            "bad_field",
            "参数 day 应写成日期，例如 2026-01-31",
            "day must be a date such as 2026-01-31",
        ),
        ({"form": "b"}, "bad_field", "参数 form 格式不对", "form is not of the right form"),
        (
            {"choice": "110105194912310021"},
            "bad_field",
            "参数 choice 不在可选的值之中",
            "choice is none of the values allowed",
        ),
        (
            {"several": ["a", 3]},
            "bad_field",
            "参数 several[1] 应为文字，不能是整数",
            "several[1] must be text, not a whole number",
        ),
        (
            {"perhaps": {}},
            "bad_field",
            "参数 perhaps 应为文字，不能是对象",
            "perhaps must be text, not an object",
        ),
        (
            {"either": None},
            "bad_field",
            "参数 either 应为整数或文字，不能是空值",
            "either must be a whole number or text, not null",
        ),
    ],
)
def test_every_usual_mistake_has_words(params: dict[str, Any], code: str, zh: str, en: str) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(
            params if "number" in params or not params else {"number": 1, **params}, Params
        )
    wrong = explain("a.method", caught.value)
    assert (wrong.code, wrong.zh, wrong.en) == (code, f"a.method：{zh}。", f"a.method: {en}.")


def test_a_mistake_without_words_names_its_place() -> None:
    wrong = explain("rate", msgspec.ValidationError("Something new - at `$.score`"))
    assert (wrong.zh, wrong.en) == ("rate：参数 score 不对。", "rate: score is wrong.")


def test_a_name_made_up_to_fill_the_screen_is_cut() -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert({"number": 1, "x" * 5000: 1}, Params)
    assert len(explain("rate", caught.value).zh) < 80


def test_a_command_says_the_same_in_both_languages() -> None:
    with pytest.raises(BadCommandError) as caught:
        parse_command("ticket.take", {"item": "D01", "traits": [3]})
    assert caught.value.zh == "ticket.take：参数 traits[0] 应为文字，不能是整数。"
    assert not HAN.search(caught.value.en)
    assert "Expected" not in caught.value.zh + caught.value.en
