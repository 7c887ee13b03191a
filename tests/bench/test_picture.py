"""The live view: whole at 80 x 24 and above, in both languages."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from firmware_py.bench.picture import devices_line, picture
from firmware_py.bench.view import Queue, View
from firmware_py.cli.words import language, use
from firmware_py.core.rules import Text

SIZES = [(80, 24), (100, 30), (120, 40)]


@pytest.fixture(autouse=True)
def the_language_is_put_back(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("LANGUAGE", "en")
    before = language()
    yield
    use(before)


def window(number: str, **changed: Any) -> dict[str, Any]:
    return {
        "id": number,
        "status": "open",
        "ticket": None,
        "ticket_status": None,
        "item_name": None,
        "seconds": 0,
        "limit_s": None,
        "served": 3,
    } | changed


def busy_view() -> View:
    serving = window(
        "1",
        ticket="A016",
        ticket_status="serving",
        item_name={"zh": "增值税一般纳税人登记", "en": "Registration as a general VAT taxpayer"},
        seconds=751,
        limit_s=600,
    )
    called = serving | {"id": "2", "ticket": "A017", "ticket_status": "called", "seconds": 8}
    windows = [serving, called, window("3"), window("4", status="paused")]
    windows += [window("5", status="closed"), window("15")]
    alarm = {
        "kind": "service",
        "level": "red",
        "subject": "1",
        "window": "1",
        "since_ms": 0,
        "seconds": 151,
        "acknowledged_by": "",
    }
    status = {
        "name": {"zh": "国家税务总局示范市税务局办税服务厅", "en": "Demo City Tax Service Hall"},
        "day": "2026-11-23",
        "waiting": 7,
        "alarm_list": [alarm, alarm | {"kind": "rating", "subject": "A003", "level": "red"}],
        "last_calls": [
            {"number": f"A0{n}", "window": "15", "at": "10:42:08"} for n in range(17, 9, -1)
        ],
        "papers_owed": {"printer": 2},
        "devices": {"total": 49, "by_state": {"ok": 24, "unknown": 24, "fault": 1}},
        "broker": {"connected": False},
        "last_seq": 312,
    }
    names = (
        "税务登记",
        "申报征收",
        "税收优惠",
        "发票办理",
        "证明开具",
        "咨询信用投诉",
        "退税与文书",
    )
    return View(
        status=status,
        windows=windows,
        queues=[Queue(Text(name, "Advice, credit and complaints"), 1, 754) for name in names],
        clock="10:42",
        speed=180.0,
        come=24,
        gone_home=16,
        people=60,
        printed=22,
        centre_seq=250,
        troubles=[Text("打印机缺纸", "printer out of paper")],
        news=[f"10:4{n}  A00{n} rated 5" for n in range(9)],
    )


def drawn(width: int, height: int) -> list[str]:
    console = Console(
        file=io.StringIO(), width=width, height=height, force_terminal=True, color_system=None
    )
    with console.capture() as capture:
        console.print(picture(busy_view(), height))
    return capture.get().splitlines()


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("tongue", ["zh", "en"])
def test_the_view_fills_the_terminal_and_not_a_cell_more(
    tongue: str, width: int, height: int
) -> None:
    use(tongue)
    lines = drawn(width, height)
    assert len(lines) == height
    assert {cell_len(line) for line in lines} == {width}


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_all_that_matters_can_be_read_in_chinese(width: int, height: int) -> None:
    use("zh")
    text = "\n".join(drawn(width, height))
    for words in (
        "国家税务总局示范市税务局办税服务厅",
        "10:42",
        "180×",
        "已来 24/60 人",
        "A016",
        "12:31",
        "空闲",
        "暂停",
        "未开",
        "等候 7 人",
        "咨询信用投诉",
        "退税与文书",
        "办理超时 1号窗口",
        "差评 A003",
        "A017 → 15号窗口",
        "号票 22 张，待打 2 张",
        "设备 24 正常 · 24 无应答状态 · 1 故障",
        "中断",
        "事件 250 / 312",
        "▲ 打印机缺纸",
    ):
        assert words in text, words


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_all_that_matters_can_be_read_in_english(width: int, height: int) -> None:
    use("en")
    text = "\n".join(drawn(width, height))
    for words in (
        "Demo City Tax Service Hall",
        "come 24 of 60",
        "gone home 16",
        "free",
        "break",
        "closed",
        "Waiting: 7",
        "service over time window 1",
        "A017 → window 15",
        "22 slips, 2 owed",
        "Devices 24 ok · 24 no status · 1 fault",
        "down",
        "events 250 of 312",
        "▲ printer out of paper",
    ):
        assert words in text, words


def test_a_device_that_never_answers_is_not_shown_as_well() -> None:
    use("en")
    line = devices_line({"ok": 18, "unknown": 31})
    styles = {line.plain[span.start : span.end]: span.style for span in line.spans}
    assert (styles["18 ok"], styles["31 no status"]) == ("green", "dim")


def test_only_states_that_there_are_take_room() -> None:
    use("en")
    assert devices_line({"ok": 2, "gone": 1, "unknown": 0}).plain == "Devices 2 ok · 1 gone"
