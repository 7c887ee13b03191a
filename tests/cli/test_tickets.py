from __future__ import annotations

import pytest

from tests.cli.hallrun import Hallctl


def test_taking_a_ticket_prints_its_number_alone_on_the_first_line(hallctl: Hallctl) -> None:
    ran = hallctl("ticket", "take", "A01")
    number, wait = ran.out.splitlines()
    assert ran.code == 0
    assert number[0] == "A"
    assert number[1:].isdecimal()
    assert "ahead, estimated wait" in wait


def test_a_ticket_of_the_duty_manager_carries_what_was_said(hallctl: Hallctl) -> None:
    issued = hallctl.events(
        "ticket", "take", "D03", "--kiosk", "kiosk-1", "--trait", "elderly",
        "--trait", "a_grade", "--appointment", "23:59", "--override",
    )["ticket.issued"]  # fmt: skip
    assert issued["item"] == "D03"
    assert issued["origin"] == "kiosk-1"
    assert issued["traits"] == ["elderly", "a_grade"]
    assert issued["appointment_ms"] > 0


def test_a_ticket_is_shown_in_full_in_both_languages(hallctl: Hallctl) -> None:
    number = hallctl.take("D03", "--trait", "disabled")
    shown = hallctl("ticket", "show", number.lower())
    assert shown.out.startswith(f"{number}  waiting\n")
    assert "D03 Collection of blank invoices" in shown.out
    chinese = hallctl("ticket", "show", number, lang="zh").out
    assert f"{number}  等候中\n" in chinese
    assert "事项  D03 发票领用" in chinese
    assert "优先  残疾人" in chinese
    assert hallctl.ok("ticket", "show", number)["number"] == number


def test_the_list_can_be_of_one_status(hallctl: Hallctl) -> None:
    number, other = hallctl.take(), hallctl.take()
    assert hallctl.events("ticket", "cancel", other, "--reason", "gone")["ticket.cancelled"] == {
        "number": other,
        "reason": "gone",
    }
    waiting = {ticket["number"] for ticket in hallctl.ok("ticket", "list", "--status", "waiting")}
    assert number in waiting
    assert other not in waiting
    lines = hallctl("ticket", "list", "--status", "cancelled").out.splitlines()
    assert [line.split()[:2] for line in lines if other in line] == [[other, "cancelled"]]


def test_a_transfer_says_where_to(hallctl: Hallctl) -> None:
    number = hallctl.take("A01")
    assert hallctl("ticket", "transfer", number, "--item", "D03").out == (
        f"{number} transferred (D03)\n"
    )
    for spelling, window in (("--to", "desk"), ("--window", "11")):
        moved = hallctl.events("ticket", "transfer", number, spelling, window)
        assert moved["ticket.transferred"]["window"] == {"desk": "12", "11": "11"}[window]
    hallctl.events("window", "call", "6", number)
    moved = hallctl.events("window", "transfer", "6", "--window", "desk")
    assert moved["ticket.transferred"]["window"] == "12"
    both = hallctl("ticket", "transfer", number, "--to", "5", "--window", "6", lang="zh")
    assert (both.code, both.err) == (2, "--to 5 与 --window 6 不一致，请只写一个。\n")
    assert "--window" not in hallctl("ticket", "transfer", "--help").out


def test_a_transfer_to_a_closed_window_says_that_another_may_call_it_and_another_does(
    hallctl: Hallctl,
) -> None:
    assert {w["id"]: w["status"] for w in hallctl.ok("window", "list")}["10"] == "closed"
    number = hallctl.take("A01")
    assert hallctl("ticket", "transfer", number, "--to", "10").out.splitlines() == [
        f"{number} transferred to window 10",
        "Window 10 is closed now; another window may call it",
    ]
    chinese = hallctl("ticket", "transfer", number, "--to", "10", lang="zh").out.splitlines()
    assert chinese[1:] == ["10 号窗口现在未开放，其他窗口也可叫号"]
    hallctl.events("window", "call", "6", number)
    assert hallctl("window", "transfer", "6", "--to", "10").out.splitlines() == [
        f"{number} transferred to window 10",
        "Window 10 is closed now; another window may call it",
    ]
    # One object and nothing behind it, for programs.
    assert "ticket.transferred" in hallctl.events("ticket", "transfer", number, "--to", "10")
    assert number in called_by(hallctl, "8", until=number)


def test_a_transfer_to_a_paused_window_says_that_it_waits_for_it_and_no_other_calls_it(
    hallctl: Hallctl,
) -> None:
    number, later = hallctl.take("A01"), hallctl.take("A01")
    hallctl.events("window", "pause", "9")
    try:
        english = hallctl("ticket", "transfer", number, "--to", "9").out.splitlines()
        chinese = hallctl("ticket", "transfer", number, "--to", "9", lang="zh").out.splitlines()
        called = called_by(hallctl, "8", until=later)
    finally:
        hallctl.events("window", "resume", "9")
    assert later in called
    assert number not in called
    assert english == [
        f"{number} transferred to window 9",
        "Window 9 is on a break now; it calls it when it is back",
    ]
    assert chinese[1:] == ["9 号窗口现在暂停，恢复后由该窗口叫号"]
    assert hallctl("ticket", "transfer", number, "--to", "9").out == (
        f"{number} transferred to window 9\n"
    ), "an open window needs no further word"
    hallctl.events("ticket", "cancel", number)


def called_by(hallctl: Hallctl, window: str, until: str) -> list[str]:
    """Have a window call, and send away, until it has called a number or has nobody to call."""
    numbers = list[str]()
    while until not in numbers:
        ran = hallctl("window", "next", window, "--json")
        called = [e["data"]["number"] for e in ran.json().get("events", ())
                  if e["type"] == "ticket.called"]  # fmt: skip
        if not called:
            break
        numbers += called
        hallctl.events("ticket", "cancel", called[0])
    return numbers


def test_a_waiting_ticket_says_how_long_it_still_waits(hallctl: Hallctl) -> None:
    number = hallctl.take()
    found = hallctl.ok("ticket", "show", number)["now"]
    assert found["ahead"] >= 0
    assert found["sure"] in {"low", "medium", "high"}
    shown = hallctl("ticket", "show", number, lang="zh").out
    assert "估计  还要等" in shown
    assert f"（前面 {found['ahead']} 人，把握：" in shown
    assert "；取号时估计" in shown
    hallctl.events("window", "call", "7", number)
    assert hallctl.ok("ticket", "show", number)["now"] is None
    assert "还要等" not in hallctl("ticket", "show", number, lang="zh").out


def test_a_ticket_is_parked_and_comes_back(hallctl: Hallctl) -> None:
    number = hallctl.take()
    assert hallctl("window", "call", "2", number).code == 0
    parked = hallctl("ticket", "park", number, "--reason", "缺公章", lang="zh")
    assert parked.out == f"{number} 在窗口 2 挂起（缺公章）\n"
    assert "ticket.resumed" in hallctl.events("ticket", "resume", number)


def test_a_reprint_is_asked_for_at_a_kiosk(hallctl: Hallctl) -> None:
    number = hallctl.take()
    asked = hallctl.events("ticket", "reprint", number, "--kiosk", "kiosk-1")
    assert asked["ticket.reprint_requested"] == {"number": number, "origin": "kiosk-1"}


@pytest.mark.parametrize("words", ["ticket take A01", "ticket reprint A001"])
def test_a_kiosk_that_does_not_exist_prints_nowhere_else(hallctl: Hallctl, words: str) -> None:
    hallctl.take()
    before = hallctl.ok("status")["last_seq"]
    ran = hallctl(*words.split(), "--kiosk", "kiosk-9")
    assert (ran.code, ran.err) == (1, "There is no kiosk kiosk-9; configured: kiosk-1.\n")
    assert hallctl.ok("status")["last_seq"] == before


def test_a_transfer_to_nowhere_is_wrong_use(hallctl: Hallctl) -> None:
    ran = hallctl("ticket", "transfer", hallctl.take())
    assert (ran.code, ran.err) == (2, "Say which item or window it goes to.\n")


def test_a_refusal_is_a_sentence_in_the_language_and_code_1(hallctl: Hallctl) -> None:
    english = hallctl("ticket", "take", "X99")
    chinese = hallctl("ticket", "take", "X99", lang="zh")
    assert (english.code, english.out) == (1, "")
    assert english.err == "There is no item X99; see the catalogue.\n"
    assert chinese.code == 1
    assert chinese.err == "没有编号为 X99 的事项，请查看事项目录。\n"


def test_a_refusal_in_json_has_its_code_on_the_output(hallctl: Hallctl) -> None:
    ran = hallctl("ticket", "show", "Z001", "--json")
    assert ran.code == 1
    assert ran.json()["error"]["code"] == "unknown_ticket"
    assert ran.json()["error"]["zh"] == "今天没有 Z001 这个号，请核对号票。"
    assert ran.err == "There is no ticket Z001 today; check the slip.\n"


@pytest.mark.parametrize("time", ["25:00", "9", "10:75", "noon"])
def test_an_appointment_that_is_no_time_is_wrong_use(hallctl: Hallctl, time: str) -> None:
    ran = hallctl("ticket", "take", "A01", "--appointment", time)
    assert ran.code == 2
    assert ran.err == f"{time} is no time of day; write 10:30.\n"


def test_the_daemon_records_who_did_it(hallctl: Hallctl) -> None:
    number = hallctl.take()
    line = hallctl("journal", "tail", "-n", "1").out
    assert f"ticket {number} (A01)" in line
    assert "[hallctl:" in line
