"""What refuses documents and acceptance forms: the cases for ``test_refusals``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from firmware_py.core import commands as c
from firmware_py.core import commands_papers as p
from firmware_py.core.decide_documents import MOST_DOCUMENTS
from firmware_py.core.decide_forms import MOST_OPEN_FORMS
from firmware_py.core.papers import PaperTicked
from tests.core.hall import Hall
from tests.core.paper_hall import DAY, SHA, make, next_day, scan, serving

__all__ = ["CASES", "UNKNOWN_ITEM", "UNKNOWN_TICKET", "UNKNOWN_WINDOW"]

Case = tuple[Callable[[], Hall], c.Command]

ONE = (PaperTicked(1),)
FORM = "F20260921-001"
ADD = p.AddDocument("A001", "A001-1", "paper:1", 2, 90_000, SHA)
AGAIN = p.ReplaceDocument("A001", "A001-1", "paper:1", 3, 95_000, SHA)
MAKE = p.MakeForm("1", papers=ONE)
SIGN = p.SignForm("1", FORM, 1, 2_817, SHA)


def waiting() -> Hall:
    hall = Hall().open("1")
    hall.take("D02")
    return hall


def missed() -> Hall:
    hall = waiting()
    hall.next()
    hall.later(10).do(c.MarkMissed("1"))
    return hall


def cancelled() -> Hall:
    hall = serving()
    hall.do(c.CancelTicket("A001"))
    return hall


def scanned() -> Hall:
    hall = serving()
    scan(hall)
    return hall


def scanned_to_the_brim() -> Hall:
    hall = serving()
    hall.state.tickets["A001"].last_document = MOST_DOCUMENTS
    return hall


def made() -> Hall:
    hall = scanned()
    make(hall)
    return hall


def done() -> Hall:
    hall = made()
    hall.do(p.FormDone(FORM))
    return hall


def withdrawn() -> Hall:
    hall = made()
    hall.do(p.WithdrawForm(FORM))
    return hall


def of_yesterday() -> Hall:
    return next_day(made(), "2026-09-22")


def full() -> Hall:
    hall = made()
    one = hall.state.forms[FORM]
    hall.state.forms = {
        f"F20260921-{n:05d}": replace(one, form=f"F20260921-{n:05d}")
        for n in range(MOST_OPEN_FORMS)
    }
    return hall


def without_the_item() -> Hall:
    hall = serving()
    hall.rules = replace(hall.rules, items={})
    return hall


def ticked(*papers: PaperTicked) -> list[Case]:
    return [
        (serving, p.MakeForm("1", papers=papers)), (made, p.ChangeForm(FORM, papers=papers)),
    ]  # fmt: skip


def changed() -> Hall:
    hall = made()
    hall.do(p.ChangeForm(FORM, asked="退税"))
    return hall


def with_the_next_one() -> Hall:
    """Return a hall where whoever the form is for has left: the next one is at the window."""
    hall = made()
    hall.do(c.FinishService("1"))
    hall.take("D02")
    hall.later(60).next()
    return hall


UNKNOWN_ITEM: list[Case] = [(without_the_item, MAKE)]
UNKNOWN_WINDOW: list[Case] = [
    (serving, p.MakeForm("99", papers=ONE)), (made, p.ReprintForm(FORM, "99")),
    (made, replace(SIGN, window="99")),
]  # fmt: skip
UNKNOWN_TICKET: list[Case] = [
    (serving, replace(ADD, number="Z9")), (serving, replace(AGAIN, number="Z9")),
    (serving, p.RemoveDocument("Z9", "Z9-1")), (serving, p.MakeForm("1", "Z9", ONE)),
]  # fmt: skip

CASES: dict[str, list[Case]] = {
    "document_not_now": [(waiting, ADD), (missed, ADD), (cancelled, ADD)],
    "document_id": [
        (serving, replace(ADD, document=one))
        for one in ("A001-2", "A001-0", "A002-1", "A001", "", "../A001-1")
    ] + [(scanned, ADD)],
    "document_kind": [
        (hall, replace(command, kind=kind))
        for hall, command in ((serving, ADD), (scanned, AGAIN)) for kind in (" ", "证" * 41)
    ],
    "bad_document": [
        (serving, replace(ADD, **wrong))
        for wrong in ({"pages": 0}, {"pages": 501}, {"size": 0}, {"size": 2**30 + 1},
                      {"sha256": ""}, {"sha256": SHA.upper()}, {"sha256": f"{SHA}0"})
    ],
    "too_many_documents": [(scanned_to_the_brim, ADD)],
    "unknown_document": [
        (serving, AGAIN), (serving, p.RemoveDocument("A001", "A001-1")),
        (scanned, p.MakeForm("1", papers=ONE, documents=("A001-2",))),
        (made, p.ChangeForm(FORM, documents=("A001-2",))),
    ],
    "unknown_form": [
        (made, command(one))
        for one in ("F20260921-002", "F20260931-001", "A001", "", "F20260921-1")
        for command in (p.FormDone, p.WithdrawForm, p.ReprintForm, p.ChangeForm)
    ],
    "form_misread": [(made, p.FormDone(f"{FORM}-0")), (made, p.FormDone("F20260921-002-7"))],
    "form_is_done": [
        (done, command(FORM)) for command in (p.FormDone, p.WithdrawForm, p.ReprintForm,
                                              p.ChangeForm)
    ],
    "form_is_withdrawn": [
        (withdrawn, p.FormDone(FORM)), (withdrawn, p.WithdrawForm(FORM)), (withdrawn, SIGN),
    ],
    "form_without_ticket": [(waiting, MAKE), (lambda: next_day(serving(), "2026-09-22"), MAKE)],
    "form_not_here": [
        (serving, p.MakeForm("2", "A001", ONE)), (waiting, p.MakeForm("1", "A001", ONE)),
        (missed, p.MakeForm("1", "A001", ONE)),
    ],
    "form_without_limit": [
        (lambda: serving("D01"), p.MakeForm("1", papers=(PaperTicked(0, "证"),))),
    ],
    "form_days": [
        case for days in (0, -1, 3651)
        for case in ((serving, p.MakeForm("1", papers=ONE, days=days)),
                     (made, p.ChangeForm(FORM, days=days)))
    ],
    "form_without_papers": ticked(),
    "too_many_papers": ticked(*[PaperTicked(0, "证")] * 61),
    "paper_which": [*ticked(PaperTicked()), *ticked(PaperTicked(1, "证")),
                    *ticked(PaperTicked(0, "  "))],
    "unknown_paper": [
        *ticked(PaperTicked(3)), *ticked(PaperTicked(-1)),
        (serving, replace(ADD, kind="paper:3")), (scanned, replace(AGAIN, kind="paper:9")),
    ],
    "paper_twice": ticked(PaperTicked(1), PaperTicked(1, count=2)),
    "paper_count": [*ticked(PaperTicked(1, count=0)), *ticked(PaperTicked(1, count=1000))],
    "words_too_long": [
        *ticked(PaperTicked(0, "证" * 61)),
        (serving, p.MakeForm("1", papers=ONE, asked="退" * 201)),
        (serving, p.MakeForm("1", papers=ONE, come="来" * 121)),
        (made, p.ChangeForm(FORM, asked="退" * 201)),
        (made, p.ChangeForm(FORM, come="来" * 121)),
        (made, p.WithdrawForm(FORM, "错" * 201)),
        (scanned, p.RemoveDocument("A001", "A001-1", "错" * 201)),
    ],
    "form_documents_fixed": [(of_yesterday, p.ChangeForm(FORM, documents=("A001-1",)))],
    "too_many_forms": [(full, MAKE)],
    "form_not_signed_here": [
        (made, replace(SIGN, window="2")),
        (of_yesterday, SIGN),
        (with_the_next_one, SIGN),
    ],
    "form_changed_meanwhile": [(changed, SIGN), (made, replace(SIGN, version=2))],
    "bad_signature": [
        (made, replace(SIGN, **wrong))
        for wrong in ({"size": 0}, {"size": 40 * 1024 + 1}, {"sha256": ""}, {"sha256": "g" * 64})
    ],
}  # fmt: skip

assert f"F{DAY.replace('-', '')}-001" == FORM
