"""``hallctl doctor`` as a person runs it: with a hall, with a dead one, and with none at all."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.text import Text

from firmware_py.cli.doctor.checks import CHECKS
from firmware_py.cli.helptext import cells
from tests.cli.hallrun import CONFIG, Hall, Hallctl, Ran

ID = "110105194912310021"
HIDDEN = "fire-and-water"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """A hall that is open, whose printer's name holds what no report may hold."""
    config = CONFIG.replace("示范市办税服务厅", f"示范市{ID}办税服务厅")
    made = Hall(tmp_path_factory.mktemp("h"), config, warm=False)
    made.data.chmod(0o750)
    try:
        made.start_bench()
        made.start()
        assert made.hallctl("open", "--date", "2026-03-02").code == 0
        yield made
    finally:
        made.stop()


def checks(ran: Ran) -> dict[str, dict[str, Any]]:
    return {one["check"]: one for one in ran.json()["checks"]}


def test_a_hall_that_runs_is_well_where_this_machine_can_be(hall: Hall) -> None:
    ran = hall.hallctl("doctor", "--json", "--config", str(hall.config))
    found = checks(ran)
    assert list(found) == [check.code for check in CHECKS]
    for code in ("configuration", "devices", "journal", "fonts", "locale"):
        assert found[code]["level"] == "ok", found[code]
    # Without root not all is seen.
    assert found["ports"]["level"] in {"ok", "not_applicable"}, found["ports"]
    # Somebody who works on the program meanwhile makes it newer than the daemon.
    assert found["daemon"]["level"] in {"ok", "warning"}, found["daemon"]
    assert "12 windows, 2 devices" in found["configuration"]["findings"][0]["say"]["en"]
    assert found["broker"]["level"] == "not_applicable"
    assert ran.code == (0 if ran.json()["ok"] else 1)


def test_the_daemons_own_file_is_taken_when_none_is_named(hall: Hall) -> None:
    found = checks(hall.hallctl("doctor", "--json"))
    assert found["configuration"]["level"] == "ok", found["configuration"]


def test_it_may_look_while_the_hall_works_and_changes_nothing(hall: Hall) -> None:
    before = hall.hallctl.ok("status")
    hall.hallctl("doctor", "--config", str(hall.config))
    number = hall.hallctl.take()
    after = hall.hallctl.ok("status")
    assert (before["mode"], after["mode"], after["epoch"]) == ("normal", "normal", before["epoch"])
    assert hall.hallctl.ok("journal", "verify")["ok"]
    assert hall.hallctl.ok("ticket", "show", number)["number"] == number


def test_the_report_has_devices_and_versions_and_no_id_number(hall: Hall, tmp_path: Path) -> None:
    file = tmp_path / "report.md"
    number = hall.hallctl.take()
    ran = hall.hallctl("doctor", "--report", str(file), "--config", str(hall.config))
    assert f"Report written to {file}." in ran.out
    text = file.read_text(encoding="utf-8")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert ID not in text
    assert ID[6:14] not in text
    assert "printer  ticket_printer.escpos  ok" in text
    assert "frames_out=" in text
    assert "hall-controller 0" in text
    assert "windows[12].id" in text
    assert number not in text, "a ticket is somebody's"
    again = hall.hallctl("doctor", "--report", str(file), "--config", str(hall.config))
    assert again.code == 2
    assert "--force" in again.err
    forced = hall.hallctl("doctor", "--report", str(file), "--force", "--config", str(hall.config))
    assert forced.code == ran.code


def test_an_unplugged_printer_is_red_with_what_to_do(closed_hall: Hall) -> None:
    closed_hall.start()
    ran = closed_hall.hallctl("doctor", "--config", str(closed_hall.config))
    assert ran.code == 1
    assert "✗ Ports" in ran.out
    assert "printer: there is no port" in ran.out
    assert "hallctl devices restart printer" in ran.out


def test_a_dead_daemon_leaves_the_other_checks(closed_hall: Hall) -> None:
    closed_hall.start()
    closed_hall.stop()
    ran = closed_hall.hallctl("doctor", "--json", "--config", str(closed_hall.config))
    found = checks(ran)
    assert ran.code == 1
    assert found["daemon"]["level"] == "red"
    assert found["journal"]["level"] == "ok", found["journal"]
    assert found["devices"]["level"] == "not_applicable"


def test_a_journal_that_is_gone_is_red_before_the_daemon_is_started(closed_hall: Hall) -> None:
    closed_hall.start()
    closed_hall.stop()
    (closed_hall.data / "journal.db").unlink()
    found = checks(closed_hall.hallctl("doctor", "--json", "--config", str(closed_hall.config)))
    assert found["journal"]["level"] == "red"
    assert "Do not start the daemon" in found["journal"]["findings"][0]["do"]["en"]


def test_a_damaged_journal_is_red(closed_hall: Hall) -> None:
    closed_hall.start()
    closed_hall.stop()
    journal = closed_hall.data / "journal.db"
    journal.write_bytes(b"\0" * 4096 + journal.read_bytes()[4096:])
    found = checks(closed_hall.hallctl("doctor", "--json", "--config", str(closed_hall.config)))
    assert found["journal"]["level"] == "red", found["journal"]


def test_in_safe_mode_the_journal_is_red_and_devices_are_said_to_be_unknown(
    closed_hall: Hall,
) -> None:
    closed_hall.start()
    closed_hall.stop()
    journal = closed_hall.data / "journal.db"
    whole = journal.read_bytes()
    # Every page but the first: SQLite opens it, and finds nothing of what it promises.
    journal.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))
    closed_hall.start()
    status = closed_hall.hallctl.ok("status")
    assert status["mode"] == "safe"
    ran = closed_hall.hallctl("doctor", "--json", "--config", str(closed_hall.config))
    found = checks(ran)
    assert ran.code == 1
    assert found["journal"]["level"] == "red", found["journal"]
    (said,) = found["journal"]["findings"]
    assert said["say"] == {name: status["problem"][name] for name in ("zh", "en")}
    assert "hallctl status" in said["do"]["en"]
    (devices,) = found["devices"]["findings"]
    assert devices["say"]["en"].startswith("The daemon is in safe mode")
    assert devices["say"]["zh"].startswith("服务处于安全模式")
    shown = closed_hall.hallctl("doctor", "--config", str(closed_hall.config)).out
    assert "✗ Journal" in shown
    assert "Nothing was found" not in shown


def test_mistakes_are_told_and_secrets_of_them_are_not_in_the_report(tmp_path: Path) -> None:
    hall = Hall(tmp_path / "h", CONFIG + f'[broker]\npassword = "{HIDDEN}"\nport = 70000\n')
    ran = hall.hallctl("doctor", "--config", str(hall.config), "--report", str(tmp_path / "r.md"))
    assert ran.code == 1
    assert "broker.port" in ran.out
    text = (tmp_path / "r.md").read_text(encoding="utf-8")
    assert "broker.port" in text
    assert HIDDEN not in text


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_with_nothing_at_all_it_says_so(tmp_path: Path, lang: str) -> None:
    hallctl = Hallctl({"HALL_RUN": str(tmp_path), "HALL_CONFIG": str(tmp_path / "none.toml")})
    ran = hallctl("doctor", lang=lang)
    assert (ran.code, ran.err) == (1, "")
    words = "没有配置文件" if lang == "zh" else "There is no configuration"
    assert words in ran.out
    assert len(ran.out.splitlines()) >= len(CHECKS)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_on_a_small_terminal_no_line_is_too_wide(hall: Hall, lang: str) -> None:
    shown = on_terminal(hall, lang)
    assert "\x1b[32m✓" in shown
    for line in plain(shown).splitlines():
        assert cells(line) <= 80, line


def plain(text: str) -> str:
    return Text.from_ansi(text).plain


def on_terminal(hall: Hall, lang: str) -> str:
    """Return what a terminal of 80 columns gets."""
    ours, theirs = os.openpty()
    environment = {
        **hall.hallctl.environment,
        "TERM": "xterm",
        "COLUMNS": "80",
        "LC_ALL": "C.UTF-8",
    }
    process = subprocess.Popen(
        [*hall.hallctl.program, "--lang", lang, "doctor", "--config", str(hall.config)],
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    found = b""
    try:
        while piece := os.read(ours, 65_536):
            found += piece
    except OSError:
        # The far end is closed.
        pass
    finally:
        os.close(ours)
        process.wait(60)
    return found.decode().replace("\r\n", "\n")


def test_the_json_of_a_hall_is_one_object(hall: Hall) -> None:
    ran = hall.hallctl("--json", "doctor")
    assert set(json.loads(ran.out)) == {"ok", "level", "checks"}
