"""Commands from outside: whatever is wrong with them is said, in both languages."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_py.app.ports import Happened, Outcome
from firmware_py.app.wire import (
    BadCommandError,
    decode_event,
    decode_outcome,
    decode_state,
    encode,
    encode_outcome,
    encode_state,
    event_json,
    outcome_json,
    parse_command,
)
from firmware_py.core import commands as c
from firmware_py.core import commands_papers as p
from firmware_py.core import commands_spread as s
from firmware_py.core import events as e
from firmware_py.core.papers import PaperTicked
from firmware_py.core.refusals import refuse
from firmware_py.core.rules import Trait
from tests.core.hall import Hall

#: What each command takes, as other programs send it, and what it is then.
#: What a kiosk makes of an ID number with a key of the hall.
HASH = "5f1d0c2ab35f1d0c2ab35f1d0c2ab35f"

EXAMPLES: dict[str, tuple[dict[str, Any], c.Command]] = {
    "day.open": ({"day": "2026-03-02"}, c.OpenDay("2026-03-02")),
    "day.close": ({"reason": "停电"}, c.CloseDay("停电")),
    "day.closing": ({"at": "18:00", "earlier": True}, c.SetClosingTime("18:00", earlier=True)),
    "series.jump": (
        {"number": "A030", "day": "2026-03-02", "reason": "safe_gap"},
        c.JumpSeries("A030", "2026-03-02", "safe_gap"),
    ),
    "ticket.take": (
        {"item": "D01", "origin": "kiosk-1", "traits": ["elderly", "a_grade"],
         "appointment_ms": 5000, "person": HASH, "override": True},
        c.TakeTicket("D01", "kiosk-1", (Trait.ELDERLY, Trait.A_GRADE), 5000, HASH, True),
    ),
    "ticket.cancel": ({"number": "A001"}, c.CancelTicket("A001")),
    "ticket.transfer": ({"number": "A001", "window": "desk", "at": "1"},
                        c.TransferTicket("A001", None, "desk", "1")),
    "ticket.park": ({"number": "A001", "reason": "缺少　营业执照"},
                    c.ParkTicket("A001", "缺少　营业执照")),
    "ticket.resume": ({"number": "A001"}, c.ResumeTicket("A001")),
    "ticket.reprint": ({"number": "A001", "origin": "kiosk-2"},
                       c.ReprintTicket("A001", "kiosk-2")),
    "window.open": ({"window": "1", "clerk": "1001"}, c.OpenWindow("1", "1001")),
    "window.pause": ({"window": "1"}, c.PauseWindow("1")),
    "window.resume": ({"window": "1"}, c.ResumeWindow("1")),
    "window.close": ({"window": "1"}, c.CloseWindow("1")),
    "window.skills": ({"window": "1", "skills": ["filing"]}, c.SetWindowSkills("1", ("filing",))),
    "window.next": ({"window": "1", "number": ""}, c.CallNext("1", "")),
    "window.call": ({"window": "1", "number": "A001"}, c.CallTicket("1", "A001")),
    "window.recall": ({"window": "1"}, c.Recall("1")),
    "window.start": ({"window": "1"}, c.StartService("1")),
    "window.finish": ({"window": "1", "number": "A001"}, c.FinishService("1", "A001")),
    "window.missed": ({"window": "1"}, c.MarkMissed("1")),
    "window.ask_rating": ({"window": "1"}, c.AskRating("1")),
    "window.help": ({"window": "1"}, c.CallHelp("1")),
    "rate": ({"score": 5, "window": "1"}, c.Rate(5, "1")),
    "rate.reason": ({"reason": "slow", "window": "1"}, c.GiveReason("slow", "1")),
    "notice.show": (
        {"text": "收费标准", "lines": ["纳税证明 | 免费"], "until": "2026-10-07"},
        c.ShowNotice("收费标准", lines=("纳税证明 | 免费",), until="2026-10-07"),
    ),
    "notice.remove": ({"notice": "n1"}, c.RemoveNotice("n1")),
    "form.make": (
        {"window": "1", "number": "A001", "papers": [{"paper": 1, "count": 2}, {"name": "委托书"}],
         "asked": "退税", "days": 5, "come": "到2楼", "documents": ["A001-1"]},
        p.MakeForm("1", "A001", (PaperTicked(1, "", 2), PaperTicked(0, "委托书")), "退税", 5,
                   "到2楼", ("A001-1",)),
    ),
    "form.change": (
        {"form": "F20261122-003", "papers": [{"paper": 1}], "asked": "退税"},
        p.ChangeForm("F20261122-003", (PaperTicked(1),), "退税"),
    ),
    "form.done": ({"form": "F20261122-003"}, p.FormDone("F20261122-003")),
    "form.withdraw": ({"form": "F20261122-003", "reason": "取回"},
                      p.WithdrawForm("F20261122-003", "取回")),
    "form.reprint": ({"form": "F20261122-003", "window": "2"},
                     p.ReprintForm("F20261122-003", "2")),
    "node.write_off": ({"node": "kiosk-2", "reason": "损坏"}, s.WriteOffNumbers("kiosk-2", "损坏")),
    "alarm.ack": ({"alarm": "service:1", "by": "chen"}, c.AcknowledgeAlarm("service:1", "chen")),
}  # fmt: skip


def refused(name: str, params: dict[str, Any]) -> BadCommandError:
    with pytest.raises(BadCommandError) as caught:
        parse_command(name, params)
    assert re.search(r"[\u4e00-\u9fff]", caught.value.zh)
    assert not re.search(r"[\u4e00-\u9fff]", caught.value.en.replace(str(params), ""))
    return caught.value


def test_every_command_has_its_example() -> None:
    assert set(EXAMPLES) == set(c.COMMANDS)


@pytest.mark.parametrize("name", sorted(c.COMMANDS))
def test_a_command_is_read(name: str) -> None:
    params, command = EXAMPLES[name]
    assert parse_command(name, msgspec.json.decode(msgspec.json.encode(params))) == command


@pytest.mark.parametrize("name", sorted(c.COMMANDS))
def test_an_unknown_field_is_named(name: str) -> None:
    error = refused(name, {**EXAMPLES[name][0], "colour": "red"})
    assert error.code == "unknown_field"
    assert "colour" in error.en


@pytest.mark.parametrize("name", sorted(c.COMMANDS))
@pytest.mark.parametrize("wrong", [{"a": 1}, [[]], 1.5])
def test_a_field_of_a_wrong_type_is_named(name: str, wrong: object) -> None:
    params = EXAMPLES[name][0]
    for field in params:
        error = refused(name, {**params, field: wrong})
        assert error.code == "bad_field"
        assert field in error.en


@pytest.mark.parametrize("name", sorted(c.COMMANDS))
@pytest.mark.parametrize(
    "text", ["x" * 201, "a\nb", "a\x1b@", "\x00", "\u202eabc", "\u2028", "\ud800"]
)
def test_text_that_is_too_long_or_holds_controls_reaches_no_paper(name: str, text: str) -> None:
    params = EXAMPLES[name][0]
    for field, value in params.items():
        if isinstance(value, str):
            error = refused(name, {**params, field: text})
            assert error.code == "bad_field"
            assert field in error.en


def test_a_list_holds_text_of_the_same_kind_and_not_too_much_of_it() -> None:
    assert refused("window.skills", {"window": "1", "skills": ["a\x1b"]}).code == "bad_field"
    assert refused("window.skills", {"window": "1", "skills": ["a"] * 301}).code == "bad_field"
    for paper in ({"name": "a\x1b"}, {"name": "x" * 201}, {"count": 2**60}, {"paper": -(2**60)}):
        assert refused("form.make", {"window": "1", "papers": [paper]}).code == "bad_field"


@pytest.mark.parametrize("number", [2**53 + 1, -(2**60), 10**30])
def test_a_number_too_large_to_be_stored_is_refused(number: int) -> None:
    params = {"item": "D01", "appointment_ms": number}
    assert refused("ticket.take", params).code == "bad_field"
    assert refused("rate", {"score": number}).code == "bad_field"


def test_what_carries_somebodys_values_is_no_command_that_the_broker_could_give() -> None:
    for name in ("check.ask", "check.answer", "check.withdraw", "signature.give", "form.sign"):
        assert refused(name, {}).code == "unknown_command"


def test_a_missing_field_and_an_unknown_command_are_named() -> None:
    assert "number" in refused("ticket.cancel", {}).en
    assert refused("ticket.eat", {}).code == "unknown_command"
    for own in ("tick", "clock.set"):
        assert refused(own, {}).code == "unknown_command"


def test_an_unknown_trait_is_refused() -> None:
    assert refused("ticket.take", {"item": "D01", "traits": ["rich"]}).code == "bad_field"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.sampled_from(sorted(c.COMMANDS)), st.data())
def test_whatever_comes_is_a_command_that_can_be_stored_or_refused(
    name: str, data: st.DataObject
) -> None:
    params = {field: data.draw(json_values) for field in EXAMPLES[name][0]}
    try:
        command = parse_command(name, params)
    except BadCommandError:
        return
    assert encode(command)


def test_every_event_comes_back_from_its_name_and_body() -> None:
    reason = e.CallReason("ordinary", 60, 60.5, 3, "A002", 50.0)
    issued = e.TicketIssued("A001", "common", 1, "D01", "invoices", "k", (Trait.ELDERLY,), 7, "h")
    opened = e.WindowOpened("1", "1001", frozenset({"filing"}))
    for event in (
        e.TicketCalled("A001", "1", reason),
        issued,
        opened,
        e.DayClosed("d", "r", ("A",)),
    ):
        assert decode_event(e.EVENT_NAMES[type(event)], encode(event)) == event  # fmt: skip


def test_outcomes_come_back_accepted_or_refused() -> None:
    assert decode_outcome(encode_outcome(7, 2, None)) == (7, 2, None)
    refusal = refuse("unknown_ticket", number="A001")
    assert decode_outcome(encode_outcome(0, 0, refusal)) == (0, 0, refusal)


def test_other_programs_get_outcomes_and_events_as_json() -> None:
    event = e.TicketCancelled("A001", "说“不”")
    happened = Happened(7, 1000, "ticket.cancelled", 'o"neil', "id", event, encode(event))
    body = {"number": "A001", "reason": "说“不”"}
    assert msgspec.json.decode(outcome_json(Outcome((happened,), repeated=True))) == {
        "events": [{"seq": 7, "time_ms": 1000, "type": "ticket.cancelled", "data": body}],
        "repeated": True,
    }
    told = msgspec.json.decode(event_json(happened))
    assert (told["by"], told["data"]) == ('o"neil', body)


def test_a_state_comes_back_with_its_queues() -> None:
    hall = Hall().open("1")
    for traits in ((), (Trait.ELDERLY,)):
        hall.take("D01", *traits)
    again = decode_state(encode_state(hall.state))
    assert again == hall.state
    assert again.queues


@pytest.mark.parametrize("person", ["11010519491231002X", "110105194912310021", "张三", "A" * 32])
def test_an_id_number_or_a_name_is_never_taken_for_a_person(person: str) -> None:
    error = refused("ticket.take", {"item": "D01", "person": person})
    assert error.code == "bad_field"
    assert "person" in error.en
    assert person not in error.en + error.zh
