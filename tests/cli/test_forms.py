"""``hallctl form`` in a hall that runs: from the counter to the back office and the archive."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest

from tests.cli.hallrun import Hall, Hallctl
from tests.cli.terminal import Terminal

#: An item of the example catalogue with a statutory limit.
ITEM = "A09"
#: Of nobody: a region that there is not.
ID_NUMBER = "99010519491231002X"


def serving(hallctl: Hallctl, window: str, item: str = ITEM) -> str:
    """Have a window serve somebody; returns the number."""
    number = hallctl.take(item)
    assert hallctl("window", "call", window, number).code == 0
    assert hallctl("window", "start", window).code == 0
    return number


def made(hallctl: Hallctl, *options: str, window: str = "2") -> dict[str, Any]:
    """Make a form of somebody at a window; returns what it says."""
    serving(hallctl, window)
    done: dict[str, Any] = hallctl.events("form", "new", window, "--paper", "1", *options)[
        "form.made"
    ]
    return done


@pytest.fixture(scope="module")
def limit(hall: Hall) -> int:
    """The item's limit, as the hall has it."""
    items = {one["id"]: one for one in hall.hallctl.ok("items", ITEM)}
    days: int = items[ITEM]["statutory_days"]
    assert days
    assert items[ITEM]["papers"]
    return days


def test_a_form_is_made_of_the_papers_that_are_ticked(hallctl: Hallctl, limit: int) -> None:
    number = serving(hallctl, "2")
    ran = hallctl(
        "form", "new", "2", "--paper", "1=3", "--line", "委托书＝2", "--line", "a=b",
        "--ask", "多缴税款退税", lang="zh",
    )  # fmt: skip
    assert ran.code == 0, ran
    told = ran.out.splitlines()
    form = re.search(r"F\d{8}-\d{3}", told[0])
    assert form is not None
    assert told[0].startswith(f"窗口 2 为 {number} 开受理单 {form[0]}：资料 3 种 6 份，")
    assert any(line.split() == ["2", "委托书", "2"] for line in told)
    assert any(line.split() == ["3", "a=b", "1"] for line in told)
    assert "  事由      多缴税款退税" in told
    assert any(line.startswith(f"  时限      {limit} 个工作日，") for line in told)
    assert any(line.endswith("未计节假日") for line in told)
    # What the scanner reads finds it, too.
    [code] = [line.split()[1] for line in told if line.startswith("  二维码")]
    shown = hallctl.ok("form", "show", code.lower())
    assert (shown["form"], shown["ticket"], shown["left"]) == (form[0], number, limit)


def test_a_changed_form_is_a_new_version_and_the_old_one_can_be_shown(hallctl: Hallctl) -> None:
    form = made(hallctl, "--ask", "first")["form"]
    changed = hallctl.events("form", "change", form, "--line", "Copy=2", "--ask", "")
    assert changed["form.changed"]["version"] == 2
    assert changed["form.changed"]["asked"] == ""
    now = hallctl.ok("form", "show", form)
    assert [paper["name"]["en"] for paper in now["papers"]] == ["Copy"]
    before = hallctl.ok("form", "show", form, "--version", "1")
    assert (before["version"], before["newest"], before["asked"]) == (1, 2, "first")
    text = hallctl("form", "show", form, "--version", "1", "--history").out
    assert text.startswith(f"Form {form}  version 1 (now 2)  open\n")
    what = [line.split()[2] for line in text.splitlines() if re.match(r"\d{4}-", line)]
    assert what == ["made", "changed"]
    wrong = hallctl("form", "show", form, "--version", "3")
    assert wrong.code == 1
    assert f"Form {form} has no version 3" in wrong.err
    assert hallctl("form", "change", form).code == 2


def test_a_form_is_done_once_and_then_only_looked_at(hallctl: Hallctl) -> None:
    form, other = made(hallctl)["form"], made(hallctl)["form"]
    ran = hallctl("form", "done", form, other)
    assert ran.out == f"form {form} finished\nform {other} finished\n"
    again = hallctl("form", "done", form)
    assert again.code == 1
    assert f"Form {form} was finished on " in again.err
    assert hallctl.ok("form", "show", form)["state"] == "done"
    assert hallctl("form", "done").code == 2
    assert hallctl("form", "done", f"{form}-?").code == 1


def test_a_withdrawn_form_says_why(hallctl: Hallctl) -> None:
    form = made(hallctl)["form"]
    assert hallctl("form", "withdraw", form, "--reason", "taken back").out == (
        f"form {form} withdrawn (taken back)\n"
    )
    assert "  Why       taken back\n" in hallctl("form", "show", form).out


def test_forms_are_found_by_what_is_known_of_them(hallctl: Hallctl) -> None:
    form = made(hallctl, "--days", "1", window="3")
    number = form["form"]

    def found(*options: str) -> list[str]:
        return [one["form"] for one in hallctl.ok("form", "find", *options)["forms"]]

    assert found("--ticket", form["ticket"].lower(), "--window", "3") == [number]
    assert found(number[-3:], "--state", "open", "--item", ITEM.upper()) == [number]
    assert number not in found("--state", "done")
    assert number not in found("--due-before", form["due"])
    after = datetime.date.fromisoformat(form["due"]) + datetime.timedelta(days=1)
    assert found("--due-before", str(after))[0] == number
    assert number in found("--since", form["day"])
    assert found("--since", str(after + datetime.timedelta(days=9))) == []
    assert hallctl("form", "find", "F20010101-001").out == "There are no such forms.\n"


@pytest.mark.parametrize(
    ("lang", "heads", "state", "note"),
    [
        ("zh", "单号 状态 号票 窗口 事项 办结期限 剩余天数", "办理中", "? 未计节假日"),
        ("en", "Form State Ticket Window Item Due Days left", "open", "? holidays not known"),
    ],
)
def test_a_list_of_forms_has_its_numbers_whole_in_80_columns(
    hallctl: Hallctl, lang: str, heads: str, state: str, note: str
) -> None:
    form = made(hallctl, "--days", "12", window="7")
    narrow = Hallctl({**hallctl.environment, "COLUMNS": "80"})
    lines = narrow("form", "find", "--ticket", form["ticket"], lang=lang).out.splitlines()
    assert lines[0].split() == heads.split()
    assert lines[1].split()[:4] == [form["form"], state, form["ticket"], "7"]
    assert lines[1].split()[-2:] == [f"{form['due']}?", "12"]
    assert lines[-1] == note
    # Two columns a Chinese character.
    assert max(len(line.encode("gb18030")) for line in lines) <= 80
    assert hallctl("form", "change", form["form"], "--days", "11").code == 0
    lines = narrow("form", "find", "--ticket", form["ticket"], lang=lang).out.splitlines()
    assert lines[1].split()[1:3] == ["2", state]


@pytest.mark.parametrize("option", ["--since", "--due-before"])
def test_a_date_that_is_none_is_refused_and_says_how_one_is_written(
    hallctl: Hallctl, option: str
) -> None:
    for typed, lang, words in (
        ("tomorrow", "en", "must be a date such as 2026-01-31"),
        ("明天", "zh", "应写成日期，例如 2026-01-31"),
        ("2026-13-45", "zh", "“2026-13-45”不是日期"),
    ):
        ran = hallctl("form", "find", option, typed, lang=lang)
        assert ran.code in (1, 2)
        assert ran.out == ""
        assert words in ran.err


def test_where_no_paper_comes_the_clerk_is_told_what_to_print(hallctl: Hallctl) -> None:
    serving(hallctl, "8")
    told = hallctl("form", "new", "8", "--paper", "1").out.splitlines()
    form = told[1].split()[1]
    assert told[-1] == (
        f"Window 8 has no printer, so no paper comes; print this file: hallctl form pdf {form}"
    )
    again = hallctl("form", "new", "8", "--paper", "1", lang="zh").out.splitlines()
    second = again[1].split()[1]
    assert again[-2] == (
        f"窗口 8 没有打印机，不会出纸；请存为文件再打印：hallctl form pdf {second}"
    )
    # Pressed twice: two forms, and the clerk hears of it while the taxpayer is still there.
    assert form in again[-1]
    assert f"hallctl form withdraw {second}" in again[-1]


def test_a_form_that_is_due_soon_stands_among_the_alarms(hallctl: Hallctl) -> None:
    form = made(hallctl, "--days", "1")["form"]
    rows = hallctl("alarms", lang="zh").out.splitlines()
    [row] = [line for line in rows if form in line]
    assert row.split()[:3] == ["黄色", "受理单到期", form]
    assert hallctl("form", "done", form).code == 0
    assert form not in hallctl("alarms").out


def test_many_are_done_at_once_by_their_date_after_a_question(hallctl: Hallctl) -> None:
    form = made(hallctl, "--days", "1")
    day = str(datetime.date.fromisoformat(form["due"]) + datetime.timedelta(days=1))
    assert hallctl("form", "done", "--due-before", day, stdin="n\n").code == 1
    assert hallctl.ok("form", "show", form["form"])["state"] == "open"
    assert hallctl("form", "done", "--due-before", day, "--yes").code == 0
    assert hallctl.ok("form", "show", form["form"])["state"] == "done"
    assert hallctl("form", "done", "--due-before", day).out == "There are no such forms.\n"


@pytest.mark.parametrize(
    "option",
    [
        ("--ask", f"退税 {ID_NUMBER}"),
        ("--line", f"身份证{ID_NUMBER}"),
        ("--come", f"找{ID_NUMBER}"),
    ],
)
def test_an_id_number_reaches_neither_a_form_nor_the_journal(
    hallctl: Hallctl, hall: Hall, option: tuple[str, str]
) -> None:
    serving(hallctl, "4")
    ran = hallctl("form", "new", "4", "--paper", "1", *option, "--json")
    wrong_number = hallctl("form", "done", ID_NUMBER, "--json")
    for refused in (ran, wrong_number):
        assert refused.code == 1
        assert refused.json()["error"]["code"] == "personal_data"
        assert ID_NUMBER not in refused.out + refused.err
    for file in hall.data.rglob("*"):
        assert not file.is_file() or ID_NUMBER.encode() not in file.read_bytes(), file


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        (("--paper", "one"), 2, "should be a number of the list"),
        (("--paper", "1="), 2, "should be a number of the list"),
        (("--paper", "99"), 1, "The item's list has no paper 99"),
        (("--days", "0", "--paper", "1"), 1, "The limit is from 1 to 3650 working days."),
        ((), 1, "Say which papers were handed in"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    hallctl: Hallctl, options: tuple[str, ...], code: int, says: str
) -> None:
    serving(hallctl, "5")
    ran = hallctl("form", "new", "5", *options)
    assert (ran.code, ran.out) == (code, "")
    assert says in ran.err


def test_at_a_terminal_the_clerk_ticks_the_papers(hallctl: Hallctl) -> None:
    number = serving(hallctl, "6")
    terminal = Terminal(
        "form", "new", "6",
        environment={**hallctl.environment, "LC_ALL": "zh_CN.UTF-8", "TERM": "xterm"},
    )  # fmt: skip

    def shows(words: str) -> None:
        terminal.until(lambda: words in terminal.seen.decode(errors="replace"))
        terminal.seen = b""

    try:
        shows("收下哪几项")
        terminal.type(b"first\r")
        shows("应写成")
        terminal.type(b"1=2\r")
        shows("清单以外的资料")
        terminal.type("委托书=2\r".encode())
        shows("清单以外的资料")
        terminal.type(b"\r")
        shows("申请事由")
        terminal.type("退税\r".encode())
        shows("时限")
        terminal.type(b"7\r")
        shows("领取结果")
        terminal.type(b"\r")
        shows("开受理单？")
        terminal.type(b"\r")
        terminal.until(lambda: terminal.process.poll() is not None)
    finally:
        terminal.close()
    [form] = hallctl.ok("form", "find", "--ticket", number)["forms"]
    assert (form["asked"], form["days"]) == ("退税", 7)
    assert [(one["listed"], one["count"]) for one in form["papers"]] == [(True, 2), (False, 2)]


def test_forms_are_there_after_a_restart(closed_hall: Hall) -> None:
    closed_hall.start()
    hallctl = closed_hall.hallctl
    assert hallctl("open").code == 0
    assert hallctl("window", "open", "2").code == 0
    form = made(hallctl, "--days", "9")["form"]
    hallctl("form", "change", form, "--days", "12")
    closed_hall.stop()
    closed_hall.start()
    shown = hallctl.ok("form", "show", form, "--history")
    assert (shown["version"], shown["days"], len(shown["history"])) == (2, 12, 2)
    assert made(hallctl)["form"] == f"{form[:-1]}2"
