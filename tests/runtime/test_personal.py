"""An ID number that is typed anywhere goes no further than the refusal that says so."""

from __future__ import annotations

import pytest

from firmware_py.core import commands as c
from firmware_py.core import commands_papers as p
from firmware_py.core.papers import PaperTicked
from firmware_py.runtime.personal import holds_id_number, vet_words

#: The example of GB 11643; nobody's.
NUMBER = "11010519491231002X"


@pytest.mark.parametrize(
    "command",
    [
        c.TakeTicket(NUMBER),
        c.TakeTicket("D01", person=NUMBER),
        c.CancelTicket("A001", reason=f"证件{NUMBER}"),
        c.ParkTicket(NUMBER),
        c.Rate(1, number="A001", reason=f"{NUMBER}：等太久"),
        c.GiveReason("１１０１０５１９４９１２３１００２Ｘ", window="1"),
        c.SetWindowSkills("1", ("filing", NUMBER)),
        c.ShowNotice("通知", lines=("一", NUMBER)),
        c.AcknowledgeAlarm("help:1", by=NUMBER),
        p.MakeForm("1", papers=(PaperTicked(name=NUMBER),)),
    ],
)
def test_it_is_refused_in_whatever_word_of_whatever_command(command: c.Command) -> None:
    refusal = vet_words(command)
    assert refusal is not None
    assert refusal.code == "personal_data"
    assert NUMBER not in f"{refusal.zh}{refusal.en}{refusal.data}"


@pytest.mark.parametrize(
    "command",
    [
        c.TakeTicket("D01", person="5f1d0c2ab3d4e5f60718293a4b5c6d7e"),
        c.CancelTicket("A001", reason="统一社会信用代码 91110105MA01234567"),
        c.CallNext("1"),
        c.Rate(5, window="1"),
        c.Tick(),
    ],
)
def test_what_only_looks_long_is_not(command: c.Command) -> None:
    assert vet_words(command) is None


def test_a_number_within_a_longer_one_is_none() -> None:
    assert not holds_id_number(f"9{NUMBER[:-1]}1")
    assert not holds_id_number(f"{NUMBER}7")
    assert holds_id_number(f"A{NUMBER} ")
