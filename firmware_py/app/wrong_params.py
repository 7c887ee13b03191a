"""What is wrong with the parameters of a request, for a person, in both languages.

msgspec finds the mistake and says it in English words of its own; here they become plain ones.
What somebody sent is never repeated: it may be an ID number in the wrong place.
"""

from __future__ import annotations

import re

import msgspec

__all__ = ["WrongParams", "explain"]

_PATH = re.compile(r"^(?P<what>.*?)(?: - at `(?P<path>[^`]*)`)?$", re.DOTALL)
_FORMS = {
    "missing": re.compile(r"Object missing required field `(.*)`"),
    "unknown": re.compile(r"Object contains unknown field `(.*)`", re.DOTALL),
    "type": re.compile(r"Expected `([^`]*)`, got `([^`]*)`"),
    "length": re.compile(r"Expected `(?:str|array|object)` of length (<=|>=) (\d+)"),
    "range": re.compile(r"Expected `(?:int|float)` (<=|>=|<|>) (\S+)"),
    "date": re.compile(r"Expected `str` matching regex .*\[0-9\]\{4\}-\[0-9\]\{2\}-\[0-9\]\{2\}"),
    "form": re.compile(r"Expected `str` matching regex"),
    "choice": re.compile(r"Invalid enum value "),
}
_TYPES = {
    "str": ("文字", "text"),
    "int": ("整数", "a whole number"),
    "float": ("数字", "a number"),
    "bool": ("true 或 false", "true or false"),
    "array": ("列表", "a list"),
    "object": ("对象", "an object"),
    "null": ("空值", "null"),
}
_BOUNDS = {
    "<=": ("不能大于", "must be at most"),
    ">=": ("不能小于", "must be at least"),
    "<": ("必须小于", "must be below"),
    ">": ("必须大于", "must be above"),
}
_LENGTHS = {
    "<=": ("过长，最多", "is too long, at most"),
    ">=": ("过短，至少", "is too short, at least"),
}
#: A name that somebody made up is shown so far.
_SHOWN = 40


class WrongParams(ValueError):
    """Parameters that cannot be. ``code``, ``zh`` and ``en`` as in a refusal."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.code = code
        self.zh = zh
        self.en = en


def explain(method: str, error: msgspec.ValidationError) -> WrongParams:
    """Return what ``error`` says of a request's parameters, in words."""
    match = _PATH.match(str(error))
    said = match["what"] if match else str(error)
    path = ((match["path"] if match else None) or "$").removeprefix("$").removeprefix(".")
    for form, pattern in _FORMS.items():
        if found := pattern.match(said):
            code, zh, en = _words(form, list(found.groups()), path)
            return WrongParams(code, f"{method}：{zh}。", f"{method}: {en}.")
    where = path or method
    return WrongParams(
        "bad_field", f"{method}：参数 {where} 不对。", f"{method}: {where} is wrong."
    )


def _words(form: str, found: list[str], path: str) -> tuple[str, str, str]:
    own = found[0][:_SHOWN] if found else ""
    whole = f"{path}.{own}" if path else own
    at_zh, at_en = (f"参数 {path} ", path) if path else ("参数", "the parameters")
    match form:
        case "missing":
            return "bad_field", f"缺少参数 {whole}", f"{whole} is missing"
        case "unknown":
            return "unknown_field", f"没有参数 {whole}", f"there is no parameter {whole}"
        case "type":
            zh, en = _type_words(found[0])
            got_zh, got_en = _type_words(found[1])
            return (
                "bad_field",
                f"{at_zh}应为{zh}，不能是{got_zh}",
                f"{at_en} must be {en}, not {got_en}",
            )
        case "length":
            zh, en = _LENGTHS[found[0]]
            return "bad_field", f"{at_zh}{zh} {found[1]}", f"{at_en} {en} {found[1]}"
        case "range":
            zh, en = _BOUNDS[found[0]]
            return "bad_field", f"{at_zh}{zh} {found[1]}", f"{at_en} {en} {found[1]}"
        case "date":
            return (
                "bad_field",
                f"{at_zh}应写成日期，例如 2026-01-31",
                f"{at_en} must be a date such as 2026-01-31",
            )
        case "form":
            return "bad_field", f"{at_zh}格式不对", f"{at_en} is not of the right form"
        case _:
            return "bad_field", f"{at_zh}不在可选的值之中", f"{at_en} is none of the values allowed"


def _type_words(types: str) -> tuple[str, str]:
    """Return ``str | null`` in words; that a value may be left out is no news."""
    names = [name for name in types.split(" | ") if name != "null"] or ["null"]
    words = [_TYPES.get(name, (name, name)) for name in names]
    return "或".join(zh for zh, _ in words), " or ".join(en for _, en in words)
