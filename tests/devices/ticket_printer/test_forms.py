"""What tickets of one item share is written once, and nothing of one ticket stays in it."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Literal

from devices.ticket_printer.compile import compile_here
from devices.ticket_printer.options import Options
from devices.ticket_printer.render import Forms, render
from devices.ticket_printer.slip import Slip
from devices.ticket_printer.template import parse
from tests.devices.ticket_printer.bench import TICKET, template

LANGUAGES: tuple[Literal["zh", "en"], ...] = ("zh", "en")


def slips() -> list[Slip]:
    """Return slips that differ from their neighbours in what varies and in what does not."""
    return [
        replace(
            TICKET,
            number=f"A{count:03}",
            item_zh=item,
            issued=f"2026-03-02 09:{count % 60:02}",
            ahead=ahead,
            wait_zh=wait,
            wait_en="~15 min" if wait else "",
            papers_zh=papers,
            title_zh=title,
            reprint=reprint,
            lang=lang,
            qr=f"2026-03-02/A{count:03}",
        )
        for count, (item, ahead, wait, papers, title, reprint) in enumerate(
            product(
                ("发票领用", "𬭛业登记"),
                (None, 0, 1, 12),
                ("", "约15分钟"),
                ((), ("身份证件", "营业执照")),
                ("", "优先"),
                (False, True),
            )
        )
        for lang in LANGUAGES
    ]


def test_a_ticket_is_the_same_whatever_was_printed_before_it() -> None:
    for paper, copies in ((80, 1), (58, 1), (80, 2)):
        options = Options(paper=paper, copies=copies)  # type: ignore[arg-type]
        ready = template(options)
        forms = Forms(ready, options)
        again = slips()
        for slip in again + again[::-1]:
            assert forms.render(slip) == render(ready, slip, options)


def test_more_items_than_are_kept_print_as_well() -> None:
    options = Options()
    ready = template(options)
    forms = Forms(ready, options, keep=3)
    for turn in range(2):
        for item in range(7):
            slip = replace(TICKET, number=f"A{turn}{item:03}", item_zh=f"业务{item}")
            printed = forms.render(slip)
            assert f"业务{item}\n".encode("gb18030") in printed
            assert f"A{turn}{item:03}\n".encode() in printed
    assert len(forms) == 3


def test_a_line_may_mix_what_varies_with_what_does_not() -> None:
    text = (
        '[[line]]\ntext = "100% {number}|{item_en:8}|{ahead:>4}|"\n'
        '[[line]]\ntext = "{number} {paper_zh}"\n'
        '[[line]]\ntext = "{wait_zh} {title_zh}"\n'
    )
    options = Options(cut="none")
    ready = compile_here(parse(text), options)
    forms = Forms(ready, options)
    slip = replace(TICKET, item_en="100%s", papers_zh=("身份证件", "营业执照"), wait_zh="", ahead=3)
    begun, *lines = forms.render(slip).decode("gb18030").split("\n")
    assert begun.endswith("100% A001|100%s   |   3|")
    assert lines[:2] == ["A001 身份证件", "A001 营业执照"]
    assert "\x1b" in lines[2], "a line without words is left out"
    other = forms.render(replace(slip, number="B002", wait_zh="约5分钟")).decode("gb18030")
    assert "100% B002|100%s   |   3|\nB002 身份证件\nB002 营业执照\n约5分钟 \n" in other
    titled = forms.render(replace(slip, title_zh="优先")).decode("gb18030")
    assert "A001 营业执照\n 优先\n" in titled
