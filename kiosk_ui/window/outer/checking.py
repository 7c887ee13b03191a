"""Please check: fields that the clerk or another program sent, confirmed or corrected by touch."""

from __future__ import annotations

from kiosk_ui.layout import Share, columns, inset, rows
from kiosk_ui.ops import Rect
from kiosk_ui.window.model import Check
from kiosk_ui.window.outer.sheet import Sheet

__all__ = ["checking"]

_KEYS = ("1234567890", "QWERTYUIOP", "ASDFGHJKL-", "ZXCVBNM.@ ")


def checking(sheet: Sheet, check: Check) -> None:
    """Draw the panel, or the keys of the field that is corrected."""
    model, c = sheet.model, sheet.colours
    body = sheet.page()
    if model.correcting is not None:
        _typing(sheet, body, check, *model.correcting)
        return
    title, fields, answers = rows(body, sheet.px(26), Share(), sheet.px(34), gap=sheet.px(5))
    head = check.title or sheet.key("outer.check")
    sheet.text(title, sheet.of(head), cap=sheet.sizes.title * 1.2, floor=4, bold=True)
    count = max(len(check.fields), 4)
    for place, field in zip(rows(fields, *[Share()] * count, gap=sheet.px(3)), check.fields,
                            strict=False):  # fmt: skip
        sheet.draft.sheet(place)
        inner = inset(place, sheet.px(5), sheet.px(1))
        button = sheet.px(58) if any(one.correct for one in check.fields) else 0
        label, value, press = columns(inner, Share(0.7), Share(1.5), button, gap=sheet.px(4))
        sheet.text(label, sheet.of(field.label), c.quiet, floor=3.5, lines=2)
        shown = model.corrections.get(field.id, field.value)
        changed = shown != field.value
        if field.mask:
            hold = f"o_hold:{field.id}"
            sheet.draft.area(hold, value, sheet.of(field.label))
            shown = shown if sheet.held == hold else shown[:1] + "*" * max(len(shown) - 1, 1)
        sheet.text(value, shown, c.accent if changed else c.on_card, floor=3.5, bold=True, lines=2)
        if field.correct:
            sheet.button(f"o_correct:{field.id}", press, sheet.words("outer.check.correct"))
    wrong, right = columns(answers, Share(), Share(1.4), gap=sheet.px(6))
    sheet.button("o_wrong", wrong, sheet.words("outer.check.wrong"), lines=2)
    key = "outer.check.changed" if model.corrections else "outer.check.right"
    sheet.button("o_confirm", right, sheet.words(key), "done", main=True, cap=sheet.sizes.body)


def _typing(sheet: Sheet, body: Rect, check: Check, field_id: str, text: str) -> None:
    c = sheet.colours
    label = next((sheet.of(one.label) for one in check.fields if one.id == field_id), field_id)
    head, box, board, foot = rows(
        body, sheet.px(18), sheet.px(28), Share(), sheet.px(28), gap=sheet.px(4)
    )
    sheet.text(head, label, c.quiet, floor=4)
    sheet.draft.sheet(box)
    sheet.text(inset(box, sheet.px(5), sheet.px(2)), text or " ", c.on_card,
               cap=sheet.sizes.title, floor=4, bold=True, lines=2)  # fmt: skip
    for line, keys in zip(rows(board, *[Share()] * len(_KEYS), gap=sheet.px(3)), _KEYS,
                          strict=True):  # fmt: skip
        for key, place in zip(keys, columns(line, *[Share()] * len(keys), gap=sheet.px(3)),
                              strict=True):  # fmt: skip
            sheet.button(f"o_key:{key}", place, key if key != " " else "␣", quiet=True,
                         cap=sheet.sizes.body)  # fmt: skip
    back, erase, taken = columns(foot, Share(), Share(), Share(1.3), gap=sheet.px(5))
    sheet.button("o_back", back, sheet.words("kiosk.back"), "back")
    sheet.button("o_erase", erase, sheet.words("kiosk.search.erase"), "erase")
    sheet.button("o_taken", taken, sheet.words("outer.check.take"), "done", main=True)
