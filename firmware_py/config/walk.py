"""Checks plain data against a ``msgspec.Struct`` field by field, past the first mistake.

``msgspec.convert`` is the judge and is quick, but stops at the first thing it dislikes. When it
has disliked something, this walks the same types and collects all of it, in words for a person
with a file in an editor.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar

import msgspec
from msgspec import inspect

from devices.errors import WrongSetting
from firmware_py.config.lines import KeyPath
from firmware_py.config.mistakes import Findings, close_to

__all__ = ["convert", "listing"]

S = TypeVar("S", bound=msgspec.Struct)

#: Stands for a value that was wrong; never leaves this module.
_BAD: Final = object()
_OWN_FIELD = re.compile(r"^(\w+)((?:\.[\w-]+)*): (.+)$", re.DOTALL)


def convert(data: Mapping[str, Any], wanted: type[S], at: KeyPath, found: Findings) -> S | None:
    """Return ``data`` as ``wanted``; add every mistake in it to ``found``.

    After a mistake the result is for further checks only: what was wrong has its default, or
    ``""`` where it has none; None when the type itself refuses to be built of that.
    """
    try:
        return msgspec.convert(data, wanted)
    except msgspec.ValidationError as error:
        before = found.count
        node = inspect.type_info(wanted)
        if not isinstance(node, inspect.StructType):
            raise TypeError(f"{wanted!r} is no Struct") from None
        result = _table(data, node, at, found)
        if found.count == before and not found.unsure(at):
            why = str(error)
            found.add(at, why, f"设置有误：{why}")
        return result if isinstance(result, wanted) else None


def listing(words: Iterable[object]) -> str:
    """Return words as a sentence lists them; text in quotes only where it is odd."""
    return ", ".join(str(word) for word in words) or "none"


def _check(value: Any, node: inspect.Type, at: KeyPath, found: Findings) -> Any:
    match node:
        case inspect.Metadata():
            example = (node.extra_json_schema or {}).get("examples", [None])[0]
            return _leaf(value, node.type, at, found, example)
        case inspect.StructType():
            if not isinstance(value, Mapping):
                return _wrong_type(value, node, at, found)
            return _table(value, node, at, found)
        case inspect.VarTupleType() | inspect.ListType():
            return _several(value, node, at, found)
        case inspect.TupleType():
            return _fixed(value, node, at, found)
        case inspect.DictType():
            if not isinstance(value, Mapping):
                return _wrong_type(value, node, at, found)
            return _mapping(value, node, at, found)
        case inspect.UnionType():
            present = [one for one in node.types if not isinstance(one, inspect.NoneType)]
            if len(present) == 1:
                return _check(value, present[0], at, found)
            return value
        case _:
            return _leaf(value, node, at, found)


def _several(
    value: Any, node: inspect.VarTupleType | inspect.ListType, at: KeyPath, found: Findings
) -> Any:
    if not isinstance(value, list):
        return _wrong_type(value, node, at, found)
    has, least, most = len(value), node.min_length or 0, node.max_length
    if has < least:
        found.add(at, f"at least {least} of them, got {has}", f"至少 {least} 个，实有 {has} 个")
        return _BAD
    if most is not None and has > most:
        found.add(at, f"at most {most} of them, got {has}", f"最多 {most} 个，实有 {has} 个")
        return _BAD
    checked = [_check(v, node.item_type, (*at, n), found) for n, v in enumerate(value)]
    if isinstance(node.item_type, inspect.StructType):
        # An entry that is no table leaves a gap: those after it keep their numbers.
        return tuple(_nothing(node.item_type) if v is _BAD else v for v in checked)
    return tuple(v for v in checked if v is not _BAD)


def _table(data: Mapping[str, Any], node: inspect.StructType, at: KeyPath, found: Findings) -> Any:
    before = found.count
    known = {one.encode_name: one for one in node.fields}
    meant: set[str] = set()
    for key in data:
        if key not in known:
            meant.add(_unknown(key, [name for name in known if name not in data], at, found))
    values: dict[str, Any] = {}
    for key, one in known.items():
        checked = _BAD
        if key in data:
            checked = _check(data[key], one.type, (*at, key), found)
        elif one.required and key not in meant and not found.unsure((*at, key)):
            found.add((*at, key), "missing", "缺少此项")
        if checked is not _BAD:
            values[one.name] = checked
        elif one.required:
            values[one.name] = _nothing(one.type)
    return _build(node, values, at, found, clean=found.count == before)


def _build(
    node: inspect.StructType, values: dict[str, Any], at: KeyPath, found: Findings, *, clean: bool
) -> Any:
    if not clean and hasattr(node.cls, "__post_init__"):
        # What a table says of its fields together counts only when each of them is right.
        return _BAD
    try:
        return node.cls(**values)
    except ValueError as error:
        why = str(error)
        own = ""
        match = _OWN_FIELD.match(why)
        if match and match[1] in values:
            at, why = (*at, match[1], *match[2].split(".")[1:]), match[3]
            own = f"{match[1]}{match[2]}: "
        zh = error.zh.removeprefix(own) if isinstance(error, WrongSetting) else f"设置有误：{why}"
        found.add(at, why, zh)
        return _BAD


def _unknown(key: str, free: list[str], at: KeyPath, found: Findings) -> str:
    """Report an unknown key; return the one that was probably meant, or ``""``."""
    near = close_to(key, free) or ""
    if near:
        found.add((*at, key), f"unknown key; did you mean {near}?", f"未知的键，是否应为 {near}？")
    else:
        rest = f"; not yet used here: {listing(sorted(free))}" if free else ""
        found.add((*at, key), f"unknown key{rest}", "未知的键，请删除或更正")
    return near


def _nothing(node: inspect.Type) -> Any:
    if isinstance(node, inspect.Metadata):
        return _nothing(node.type)
    if isinstance(node, inspect.StructType):
        required = {one.name: _nothing(one.type) for one in node.fields if one.required}
        return node.cls(**required)
    return ""


def _fixed(value: Any, node: inspect.TupleType, at: KeyPath, found: Findings) -> Any:
    wanted = len(node.item_types)
    if not isinstance(value, list):
        return _wrong_type(value, node, at, found)
    if len(value) != wanted:
        found.add(
            at,
            f"expected {wanted} values, got {len(value)}",
            f"应有 {wanted} 个值，实有 {len(value)} 个",
        )
        return _BAD
    checked = [
        _check(v, kind, (*at, n), found)
        for n, (v, kind) in enumerate(zip(value, node.item_types, strict=True))
    ]
    return _BAD if _BAD in checked else tuple(checked)


def _mapping(data: Mapping[str, Any], node: inspect.DictType, at: KeyPath, found: Findings) -> Any:
    out: dict[str, Any] = {}
    for key, value in data.items():
        good = _check(key, node.key_type, (*at, key), found) is not _BAD
        checked = _check(value, node.value_type, (*at, key), found)
        if good and checked is not _BAD:
            out[key] = checked
        else:
            found.broken.add((*at, key))
    return out


def _leaf(value: Any, node: inspect.Type, at: KeyPath, found: Findings, example: Any = None) -> Any:
    match node:
        case inspect.LiteralType() | inspect.EnumType():
            choices = (
                list(node.values)
                if isinstance(node, inspect.LiteralType)
                else [member.value for member in node.cls]
            )
            if not any(value == one and type(value) is type(one) for one in choices):
                shown, near = _shown(value), close_to(str(value), map(str, choices))
                hint_en, hint_zh = (
                    (f"; did you mean {near}?", f"，是否应为 {near}？") if near else ("", "")
                )
                found.add(
                    at,
                    f"{shown} is not one of {listing(choices)}{hint_en}",
                    f"{shown} 不在可选值之内：{listing(choices)}{hint_zh}",
                )
                return _BAD
            return node.cls(value) if isinstance(node, inspect.EnumType) else value
        case inspect.BoolType():
            return value if isinstance(value, bool) else _wrong_type(value, node, at, found)
        case inspect.IntType() | inspect.FloatType():
            return _number(value, node, at, found)
        case inspect.StrType():
            return _words(value, node, at, found, example)
        case inspect.AnyType():
            return value
        case _:
            return _check(value, node, at, found)


def _number(
    value: Any, node: inspect.IntType | inspect.FloatType, at: KeyPath, found: Findings
) -> Any:
    fits = isinstance(value, int) or (
        isinstance(value, float) and isinstance(node, inspect.FloatType)
    )
    if not fits or isinstance(value, bool):
        return _wrong_type(value, node, at, found)
    bounds = (
        (node.ge is None or value >= node.ge, f"at least {node.ge}", f"不小于 {node.ge}"),
        (node.gt is None or value > node.gt, f"more than {node.gt}", f"大于 {node.gt}"),
        (node.le is None or value <= node.le, f"at most {node.le}", f"不大于 {node.le}"),
        (node.lt is None or value < node.lt, f"less than {node.lt}", f"小于 {node.lt}"),
    )
    if not all(kept for kept, _, _ in bounds):
        en = " and ".join(words for _, words, _ in bounds if not words.endswith("None"))
        zh = " 且".join(words for _, _, words in bounds if not words.endswith("None"))
        found.add(at, f"{value} is out of range: {en}", f"{value} 超出范围，应{zh}")
        return _BAD
    if node.multiple_of is not None and value % node.multiple_of:
        step = node.multiple_of
        found.add(at, f"{value} is not a multiple of {step}", f"{value} 不是 {step} 的倍数")
        return _BAD
    return value


def _words(value: Any, node: inspect.StrType, at: KeyPath, found: Findings, example: Any) -> Any:
    if not isinstance(value, str):
        return _wrong_type(value, node, at, found)
    if node.min_length is not None and len(value) < node.min_length:
        if not value:
            found.add(at, "must not be empty", "不能为空")
        else:
            least = node.min_length
            found.add(at, f"at least {least} characters", f"至少 {least} 个字符")
        return _BAD
    if node.max_length is not None and len(value) > node.max_length:
        most = node.max_length
        found.add(at, f"too long: at most {most} characters", f"过长，最多 {most} 个字符")
        return _BAD
    if node.pattern is not None and not re.search(node.pattern, value):
        en, zh = (f" (for example: {example})", f"（例如：{example}）") if example else ("", "")
        shown = _shown(value)
        found.add(
            at,
            f"{shown} does not fit {node.pattern}{en}",
            f"{shown} 不符合格式 {node.pattern}{zh}",
        )
        return _BAD
    return value


def _wrong_type(value: Any, node: inspect.Type, at: KeyPath, found: Findings) -> Any:
    wanted_en, wanted_zh = _type_words(node)
    got_en, got_zh = _value_words(value)
    found.add(at, f"expected {wanted_en}, got {got_en}", f"应为{wanted_zh}，实为{got_zh}")
    return _BAD


def _type_words(node: inspect.Type) -> tuple[str, str]:
    match node:
        case inspect.BoolType():
            return "true or false", " true 或 false"
        case inspect.IntType():
            return "a whole number", "整数"
        case inspect.FloatType():
            return "a number", "数字"
        case inspect.StrType():
            return "text in quotes", "带引号的文本"
        case inspect.StructType() | inspect.DictType():
            return "a table", "表"
        case _:
            return "an array [ ... ]", "数组 [ ... ]"


def _value_words(value: Any) -> tuple[str, str]:
    match value:
        case bool() | int() | float():
            return _shown(value), f" {_shown(value)}"
        case str():
            return f"the text {_shown(value)}", f"文本 {_shown(value)}"
        case list():
            return "an array", "数组"
        case datetime.date() | datetime.time():
            return f"a date or time {value}; put it in quotes", f"日期或时间 {value}，请加引号"
        case _:
            return "a table", "表"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value[:60]}"' + ("..." if len(value) > 60 else "")
    return str(value)[:60]
