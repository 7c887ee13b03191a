from __future__ import annotations

from tests.cli.hallrun import Hallctl


def called(hallctl: Hallctl, window: str) -> str:
    """Take a ticket and call it to a window; return its number."""
    number = hallctl.take()
    assert "ticket.called" in hallctl.events("window", "call", window, number)
    return number


def test_a_window_opens_pauses_resumes_and_closes(hallctl: Hallctl) -> None:
    assert hallctl("window", "open", "11", "--clerk", "1077").out == "window 11 opened (1077)\n"
    assert hallctl("window", "pause", "11", lang="zh").out == "窗口 11 暂停\n"
    assert "window.resumed" in hallctl.events("window", "resume", "11")
    assert "window.closed" in hallctl.events("window", "close", "11")
    refused = hallctl("window", "close", "11")
    assert refused.code == 1
    assert refused.err == "Window 11 is closed; open it first.\n"


def test_next_calls_and_recall_calls_again(hallctl: Hallctl) -> None:
    hallctl.take()
    number = hallctl.events("window", "next", "2")["ticket.called"]["number"]
    assert hallctl("window", "recall", "2").out == f"window 2 calls {number} again (call 2)\n"
    assert hallctl("window", "missed", "2").out == f"{number} missed (window 2)\n"
    assert "ticket.returned" in hallctl.events("ticket", "resume", number)


def test_a_service_is_started_finished_and_rated_at_its_window(hallctl: Hallctl) -> None:
    number = called(hallctl, "3")
    assert hallctl("window", "start", "3").out == f"window 3 serves {number}\n"
    assert "service.finished" in hallctl.events("window", "finish", "3")
    assert hallctl("window", "ask-rating", "3").code == 0
    given = hallctl.events("rate", "3", "2", "--reason", "等太久")["rating.given"]
    assert (given["number"], given["score"], given["bad"]) == (number, 2, True)


def test_a_rating_can_be_given_by_number(hallctl: Hallctl) -> None:
    number = called(hallctl, "4")
    hallctl.events("window", "start", "4")
    hallctl.events("window", "finish", "4")
    assert hallctl("rate", number, "5").out == f"{number} rated 5\n"
    assert hallctl("rate", number, "--reason", "slow").err.startswith("No rating waits")
    again = hallctl("rate", number, "4")
    assert again.code == 1
    assert again.err == f"{number} has been rated already.\n"


def test_what_a_window_has_in_hand_is_parked_or_transferred(hallctl: Hallctl) -> None:
    number = called(hallctl, "5")
    parked = hallctl.events("window", "park", "5", "--reason", "copy")["ticket.parked"]
    assert parked == {"number": number, "window": "5", "reason": "copy"}
    number = called(hallctl, "5")
    moved = hallctl.events("window", "transfer", "5", "--to", "6")["ticket.transferred"]
    assert (moved["number"], moved["window"], moved["from_window"]) == (number, "6", "5")


def test_a_window_without_a_ticket_has_nothing_to_park(hallctl: Hallctl) -> None:
    empty = hallctl("window", "park", "10")
    assert (empty.code, empty.err) == (1, "Window 10 has no ticket in hand.\n")
    unknown = hallctl("window", "transfer", "99", "--to", "1", lang="zh")
    assert (unknown.code, unknown.err) == (1, "没有 99 号窗口，请查看配置。\n")


def test_skills_are_changed_and_given_back(hallctl: Hallctl) -> None:
    changed = hallctl.events("window", "skills", "7", "invoices", "filing")
    assert sorted(changed["window.skills_changed"]["skills"]) == ["filing", "invoices"]
    assert hallctl("window", "skills", "7", "--all").out == "window 7 now takes everything\n"
    assert hallctl("window", "skills", "7", "--all").out == "Nothing changed.\n"
    neither = hallctl("window", "skills", "7")
    assert neither.code == 2
    assert "--all" in neither.err


def test_the_list_has_every_window_on_its_line(hallctl: Hallctl) -> None:
    number = called(hallctl, "8")
    rows = hallctl("window", "list", lang="zh").out.splitlines()
    assert rows[0].split()[:3] == ["窗口", "状态", "人员"]
    assert len(rows) == 13
    (row,) = [row.split() for row in rows if number in row]
    assert row[:4] == ["8", "已叫号", "1023", number]
    assert row[4].endswith("/30:00")
    assert len(hallctl.ok("window", "list")) == 12


def test_why_says_why_somebody_was_called_or_waits(hallctl: Hallctl) -> None:
    number = called(hallctl, "9")
    assert f"{number} was called to window 9" in hallctl("why", number).out
    waiting = hallctl.take()
    assert f"{waiting}" in hallctl("why", waiting, lang="zh").out
    assert hallctl.ok("why", number)["calls"][0]["zh"]


def test_an_alarm_is_listed_and_acknowledged(hallctl: Hallctl) -> None:
    assert "alarm.raised" in hallctl.events("window", "help", "9")
    rows = hallctl("alarms").out.splitlines()
    assert any("call for help" in row and "help:9" in row for row in rows)
    assert "help:9" in {alarm["id"] for alarm in hallctl.ok("alarms", "list")}
    assert "alarm.acknowledged" in hallctl.events("alarms", "ack", "help:9")
    again = hallctl("alarms", "ack", "help:9")
    assert (again.code, again.err) == (1, "There is no alarm help:9.\n")


def test_all_alarms_are_acknowledged_at_once(hallctl: Hallctl) -> None:
    hallctl.events("window", "help", "7")
    hallctl.events("window", "help", "8")
    acknowledged = hallctl.ok("alarms", "ack", "--all")
    seen = {e["data"]["alarm"] for o in acknowledged for e in o["events"]}
    assert {"help:7", "help:8"} <= seen
    assert hallctl("alarms", "ack", "--all").out == "No alarm waits to be seen.\n"
    both = hallctl("alarms", "ack", "help:7", "--all")
    assert both.code == 2


def test_the_reason_of_a_bad_rating_may_follow_and_reaches_the_duty_manager(
    hallctl: Hallctl,
) -> None:
    assert "long_wait" in hallctl("rate", "--reasons").out
    hallctl("window", "open", "4")
    hallctl("ticket", "take", "F01")
    number = hallctl.events("window", "next", "4")["ticket.called"]["number"]
    hallctl("window", "finish", "4")
    hallctl.events("rate", "4", "1")
    assert hallctl.events("rate", "4", "--reason", "long_wait")["rating.given"]["bad"] is True
    shown = hallctl("alarms").out
    assert number in shown
    assert "Waited too long" in shown
    second = hallctl("rate", "4", "5")
    assert (second.code, second.err) == (1, f"{number} has been rated already.\n")
