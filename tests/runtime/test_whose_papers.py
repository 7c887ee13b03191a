"""Who may not do a thing at a Pi reads whose it is, at which Pi it is done, by which command."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from firmware_py.core.commands_papers import FormDone, MakeForm
from firmware_py.core.papers import PaperTicked
from firmware_py.runtime.whose_papers import WhosePapers, as_typed
from firmware_py.settings import HallSettings, NodeSettings, Settings, Words
from firmware_py.sync.rights import NodePlace
from firmware_py.sync.rights_papers import PAPER_ACTS
from tests.core.hall import Hall

WINDOW = NodePlace("window-3", frozenset({"window"}), windows=frozenset({"3"}))
#: Made at window 1 and done, of an earlier day.
OVER = "F20260302-001"
KIOSK = NodePlace("kiosk-1", frozenset({"kiosk"}), kiosks=frozenset({"kiosk-1"}))


@pytest.mark.parametrize(
    ("name", "params", "typed"),
    [
        ("form.done", {"form": "F20260302-001"}, "form done F20260302-001"),
        ("form.reprint", {"form": "F1", "window": "5"}, "form print F1 --window 5"),
        ("check.kept", {"check": "A007-c1", "unmask": True}, "check show A007-c1 --unmask"),
        ("check.kept", {"check": "A007-c1", "unmask": False}, "check show A007-c1"),
        ("document.export", {"document": "A007-1"}, "document pdf A007-1"),
        ("document.export", {"form": "F20260302-001"}, "document pdf F20260302-001"),
        ("form.find", {"window": "4"}, "form find --window 4"),
        ("form.signature", {"form": "F1", "version": 2}, "form signature F1 --version 2"),
        ("privacy.forget", {"number": "A1", "day": "2026-03-01"},
         "privacy forget A1 --day 2026-03-01"),
        ("privacy.destroy", {"day": "2026-03-01"}, "privacy destroy 2026-03-01"),
        # Nobody's words come back in a sentence.
        ("form.done", {"form": "张三"}, "form done"),
        ("form.done", {"form": ["F1"]}, "form done"),
        ("document.remove", {"document": "A007-1", "reason": "张三"}, "document remove A007-1"),
    ],
)  # fmt: skip
def test_a_question_is_told_as_a_person_types_it(
    name: str, params: dict[str, Any], typed: str
) -> None:
    found = as_typed(name, params)
    assert found is not None
    assert found[0] == f"hallctl {typed}"


def test_whatever_takes_out_or_deletes_and_is_typed_has_such_words() -> None:
    assert {name for name in PAPER_ACTS if as_typed(name, {}) is None} == {"document.exported"}
    assert as_typed("check.ask", {"window": "3"}) is None


def whose() -> WhosePapers:
    """Return what a hub knows: A001 is in hand at window 1, which stands at window-1."""
    core = Hall().open("1")
    core.take("D01")
    core.next("1")
    core.do(MakeForm("1", papers=(PaperTicked(name="合同"),), days=5))
    core.do(FormDone(OVER))
    core.state.forms[OVER] = replace(core.state.forms[OVER], day="2026-02-27")
    nodes = {
        "window-1": NodeSettings(roles=("window",), windows=("1",)),
        "window-3": NodeSettings(roles=("window",), windows=("3",)),
        "standby-1": NodeSettings(roles=("standby",)),
    }
    settings = Settings(
        hall=HallSettings(id="demo", name=Words(zh="大厅", en="Hall"), node="hub"), nodes=nodes
    )
    hall = SimpleNamespace(settings=settings, state=lambda: core.state)
    return WhosePapers(cast("Any", hall))


@pytest.mark.parametrize(
    ("place", "name", "params", "zh", "en"),
    [
        (WINDOW, "document.export", {"document": "A001-1"},
         "A001-1 属于 1 号窗口，其他窗口的设备不能办理或查看。请在 window-1 或主控 hub（",
         "is of window 1"),
        (WINDOW, "document.export", {"document": "A099-1"},
         "A099-1 不是本窗口当天办理的，窗口的设备不能办理或查看。请在主控 hub（",
         "nobody whom this window served"),
        (WINDOW, "privacy.destroy", {"day": "2026-03-02"},
         "一天的资料属于全厅，窗口的设备不能销毁。请在主控 hub（", "or at the standby, standby-1"),
        (WINDOW, "form.find", {}, "请加 --window。要看全厅的，请在主控 hub（",
         "add --window"),
        # Another day's A001 was somebody else.
        (WINDOW, "check.kept", {"check": "A001-c1", "day": "2026-03-01"},
         "A001-c1 不是本窗口当天办理的，窗口的设备不能办理或查看。请在主控 hub（",
         "--day 2026-03-01"),
        # One that is over not even its own window's Pi takes out, but it prints what it made.
        (WINDOW, "form.signature", {"form": OVER}, f"{OVER} 属于 1 号窗口", "Do it at the hub"),
        (WINDOW, "form.reprint", {"form": OVER}, f"{OVER} 属于 1 号窗口", "Do it at window-1"),
        (WINDOW, "form.make", {"window": "1"}, "这属于 1 号窗口，", "This is of window 1;"),
        (WINDOW, "form.done", {"form": "张三"}, "这不是本窗口当天办理的，", "This is of nobody"),
        (KIOSK, "privacy.forget", {"number": "A001"},
         "kiosk-1 不是窗口的设备，不处理受理单、资料、核对和签字。请在 window-1 或主控 hub（",
         "no window's Pi"),
    ],
)  # fmt: skip
def test_a_refusal_says_whose_it_is_and_where_it_is_done(
    place: NodePlace, name: str, params: dict[str, Any], zh: str, en: str
) -> None:
    said = whose().not_theirs(place, name, params)
    assert said is not None
    assert said.code == "not_yours"
    assert zh in said.zh
    assert en in said.en
    assert "ssh " in said.zh
    assert said.zh.count("hallctl ") == said.en.count("hallctl ") == 1


def test_a_standby_which_sees_to_papers_is_not_told_that_it_does_not() -> None:
    standby = NodePlace("standby-1", frozenset({"standby"}))
    assert whose().not_theirs(standby, "form.make", {"window": "1"}) is None
