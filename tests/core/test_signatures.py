"""A signature is of one version of a form, given by whoever is at its window."""

from __future__ import annotations

from dataclasses import replace

from firmware_py.app.wire import decode_state, encode_state
from firmware_py.core import commands as c
from firmware_py.core import commands_papers as p
from firmware_py.core.events_papers import FormSigned
from firmware_py.core.evolve import evolve
from firmware_py.core.papers import FormSignature
from tests.core.hall import Hall
from tests.core.paper_hall import SHA, make, next_day, serving

FORM = "F20260921-001"
OTHER = "3c" * 32
SIGN = p.SignForm("1", FORM, 1, 2_817, SHA)


def signed() -> Hall:
    hall = serving()
    make(hall)
    hall.later(30).do(SIGN)
    return hall


def signature_of(hall: Hall) -> FormSignature | None:
    return hall.state.forms[FORM].signed


def test_who_is_in_hand_signs_and_the_form_says_so() -> None:
    hall = serving()
    make(hall)
    assert signature_of(hall) is None
    assert hall.later(30).do(SIGN) == [FormSigned(FORM, 1, "A001", "1", 2_817, SHA)]
    assert signature_of(hall) == FormSignature(1, hall.now_ms, 2_817, SHA)


def test_who_was_just_finished_signs_too() -> None:
    hall = serving()
    make(hall)
    hall.do(c.FinishService("1"))
    hall.do(SIGN)
    assert signature_of(hall) is not None


def test_a_changed_form_is_unsigned_and_the_old_signature_stays_with_the_old_words() -> None:
    hall = signed()
    hall.do(p.ChangeForm(FORM, asked="退税"))
    assert signature_of(hall) is None
    hall.do(replace(SIGN, version=2, sha256=OTHER))
    assert [(one.version, one.sha256) for one in hall.state.forms[FORM].signatures] == [
        (1, SHA), (2, OTHER),
    ]  # fmt: skip


def test_a_second_signature_under_the_same_words_takes_the_place_of_the_first() -> None:
    hall = signed()
    hall.do(replace(SIGN, sha256=OTHER))
    found = signature_of(hall)
    assert found is not None
    assert found.sha256 == OTHER
    assert len(hall.state.forms[FORM].signatures) == 1


def test_a_signature_outlives_its_day_and_a_snapshot() -> None:
    hall = signed()
    before = signature_of(hall)
    next_day(hall, "2026-09-22")
    assert signature_of(hall) == before
    assert decode_state(encode_state(hall.state)).forms == hall.state.forms
    hall.do(p.FormDone(FORM))
    assert signature_of(hall) == before


def test_a_form_of_an_earlier_version_of_the_program_is_unsigned() -> None:
    hall = serving()
    make(hall)
    body = encode_state(hall.state).replace(b',"signatures":[]', b"")
    assert b"signatures" not in body
    assert decode_state(body).forms[FORM].signed is None


def test_a_signature_under_a_form_that_is_forgotten_changes_nothing() -> None:
    hall = signed()
    del hall.state.forms[FORM]
    evolve(hall.state, FormSigned(FORM, 1, "A001", "1", 2_817, SHA), hall.now_ms)
    assert hall.state.forms == {}
