from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path

from tests.cli.hallrun import Hall, Hallctl


def test_status_shows_the_hall_in_both_languages(hallctl: Hallctl) -> None:
    number = hallctl.take("D03")
    hallctl.events("window", "call", "2", number)
    english, chinese = hallctl("status").out, hallctl("status", lang="zh").out
    assert english.startswith("Demo City Tax Hall  demo/hub  ")
    assert "Closed windows: 1 10 11 12" in english
    assert f"{number}" in english
    assert chinese.startswith("示范市办税服务厅  demo/hub  ")
    assert "营业中  等候 " in chinese
    assert "发票领用" in chinese
    assert "消息服务器  未配置" in chinese
    found = hallctl.ok("status")
    assert found["day_open"]
    assert found["mode"] == "normal"


def test_what_is_no_terminal_gets_no_colours(hallctl: Hallctl) -> None:
    hallctl.events("window", "help", "3")
    assert "\x1b" not in hallctl("status").out
    assert "\x1b" not in hallctl("window", "list").out
    refused = hallctl("ticket", "show", "Z001")
    assert "\x1b" not in refused.err


def test_a_terminal_shows_a_red_alarm_in_red(hallctl: Hallctl) -> None:
    hallctl("window", "help", "4")
    ours, theirs = pty.openpty()
    subprocess.run(
        [*hallctl.program, "alarms"],
        env={**hallctl.environment, "TERM": "xterm-256color"},
        stdout=theirs,
        timeout=120,
        check=True,
    )
    os.close(theirs)
    shown = os.read(ours, 65_536).decode()
    os.close(ours)
    assert "\x1b[1;31mred" in shown


def test_the_day_closes_with_who_is_left_and_opens_by_the_halls_own_date(hallctl: Hallctl) -> None:
    hallctl.take()
    closed = hallctl.events("close", "--reason", "power cut")["day.closed"]
    assert closed["reason"] == "power cut"
    assert closed["left"]
    again = hallctl("close", lang="zh")
    assert again.code == 1
    assert again.err == "今天尚未开门营业，请值班长先开门（hallctl open）。\n"
    assert "未开门（上一营业日 " in hallctl("status", lang="zh").out
    opened = hallctl.events("open")["day.opened"]
    assert (opened["day"], opened["reopened"]) == (hallctl.ok("status")["now"][:10], True)
    before = hallctl("open", "--date", "2001-01-01")
    assert before.code == 1
    for words in (("open", "--date", "2026-02-30"), ("close", "--at", "25:00")):
        # Written wrong, whatever the hall's state.
        assert hallctl(*words).code == 2
    for window in range(2, 10):
        hallctl("window", "open", str(window))


def test_items_are_found_by_initials_name_number_and_category(hallctl: Hallctl) -> None:
    assert [item["id"] for item in hallctl.ok("items", "fply")] == ["D03"]
    assert [item["id"] for item in hallctl.ok("items", "d03")] == ["D03"]
    assert [item["id"] for item in hallctl.ok("items", "发票领用")] == ["D03"]
    assert "D03" in {item["id"] for item in hallctl.ok("items", "blank", "invoices")}
    assert len(hallctl.ok("items", "registration")) == 9
    assert len(hallctl.ok("items")) == 214
    row = hallctl("items", "fply", lang="zh").out.splitlines()[1]
    assert row.split()[:3] == ["D03", "发票领用", "fply"]
    nothing = hallctl("items", "qqqq")
    assert (nothing.code, nothing.out) == (0, "No item fits.\n")


def test_the_report_has_the_days_figures(hallctl: Hallctl) -> None:
    number = hallctl.take()
    hallctl.events("window", "call", "5", number)
    hallctl.events("window", "start", "5")
    hallctl.events("window", "finish", "5")
    hallctl.events("rate", "5", "4")
    figures = hallctl.ok("report")
    assert figures["by_window"]["5"]["served"] == 1
    assert figures["by_item"]["A01"]["score_sum"] == 4
    chinese = hallctl("report", lang="zh").out
    assert "按窗口  办结  平均" in chinese
    assert "A01 新办纳税人套餐" in chinese


def test_devices_are_listed_restarted_and_tested(hallctl: Hallctl) -> None:
    kinds = {device["device"]: device["kind"] for device in hallctl.ok("devices")}
    assert kinds == {"printer": "ticket_printer.escpos", "pad-1": "pad.ff68"}
    assert "ticket_printer.escpos" in hallctl("devices", "list", lang="zh").out
    assert hallctl.ok("devices", "list", "--trouble") == []
    tested = hallctl.ok("devices", "test", "printer")
    assert tested["outcome"] == "done"
    assert hallctl("devices", "test", "printer", lang="zh").code == 0
    assert hallctl("devices", "restart", "printer").out == "printer is being opened again.\n"
    assert hallctl.ok("devices", "restart", "pad-1") == {"device": "pad-1"}
    unknown = hallctl("devices", "test", "toaster")
    assert unknown.code == 1
    assert unknown.err == "There is no device toaster; see hallctl devices.\n"


def test_the_configuration_in_force_is_shown_a_value_a_line(hall: Hall) -> None:
    lines = hall.hallctl("config", "show").out.splitlines()
    assert 'hall.id = "demo"' in lines
    assert 'windows[1].pad = "pad-1"' in lines
    assert 'devices.printer.kind = "ticket_printer.escpos"' in lines
    assert hall.hallctl.ok("config", "show")["hall"]["id"] == "demo"


def test_a_backup_is_made_and_found(hallctl: Hallctl) -> None:
    assert hallctl("backup").out.startswith("Backed up and checked: ")
    path = hallctl.ok("backup")["path"]
    assert Path(path).is_file()
    found = hallctl.ok("backups")
    assert path in {backup["path"] for backup in found if backup["ok"]}
    assert path in hallctl("backups", lang="zh").out


def test_the_version_is_said_without_a_daemon(hallctl: Hallctl) -> None:
    assert hallctl("version").out.startswith("hallctl ")
    assert hallctl.ok("version")["installed"]


def test_one_device_is_shown_with_all_that_a_technician_asks(hallctl: Hallctl) -> None:
    found = hallctl.ok("devices", "show", "pad-1")
    assert (found["device"], found["kind"], found["line"]) == ("pad-1", "pad.ff68", "pads")
    assert found["port"].endswith("/pads")
    assert found["line_settings"]["baud"] == 9600
    assert found["options"]["address"] == 1
    assert found["used_by"] == [{"place": "window", "id": "1", "as": "pad"}]
    assert found["counters"]["opened"] >= 1
    assert found["since_s"] >= 0
    chinese = hallctl("devices", "show", "printer", lang="zh").out
    assert chinese.startswith("printer  ")
    assert "用于      取号机 kiosk-1 的打印机\n" in chinese
    assert "计数      打开次数 " in chinese
    english = hallctl("devices", "show", "printer").out
    assert "used by   kiosk kiosk-1 (printer)\n" in english
    assert "kind      ticket_printer.escpos\n" in english
    unknown = hallctl("devices", "show", "toaster", lang="zh")
    assert (unknown.code, unknown.err) == (1, "没有设备 toaster，请用 hallctl devices 查看。\n")
