"""What a printer can do is found out, kept by its identity, and no longer believed when it lies."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from devices.base import HealthState, Status
from devices.errors import DeviceTimeout
from devices.ticket_printer.knowledge import Known, Memory
from devices.ticket_printer.slip import Printed
from tests.devices.ticket_printer.bench import TICKET, Bench

CLONES: dict[str, tuple[str, ...]] = {
    "gs_h": (),
    "gs_r": ("no-gs-h",),
    "status": ("no-gs-h", "no-gs-r"),
}
GS_H = b"\x1d\x28\x48"
GS_A = b"\x1d\x61\x0e"


def how(bench: Bench) -> str | None:
    """Return what is believed now; a call, so that a type checker does not remember it."""
    return bench.driver.how


def bench_with(*faults: str, memory: Path | None = None, **settings: object) -> Bench:
    bench = Bench(**settings)
    for fault in faults:
        bench.printer.fault(fault)
    bench.driver.memory = Memory(memory)
    return bench


def again(bench: Bench, memory: Path) -> Bench:
    """The daemon was started again: another driver at the same printer."""
    bench.driver = bench.new_driver()
    bench.driver.memory = Memory(memory)
    bench.line.written.clear()
    bench.driver.open()
    return bench


def test_a_printer_says_who_it_is() -> None:
    bench = bench_with()
    bench.driver.open()
    assert bench.driver.identity == "HALL SIM-80 printer 1.0"
    assert bytes.fromhex("1D4942 1D4943 1D4944 1D4941 1D7201") in bench.line.written


@pytest.mark.parametrize("faults", [("no-identity",), ("no-identity", "no-gs-r", "no-gs-h")])
def test_a_printer_that_does_not_say_who_it_is_works_without(faults: tuple[str, ...]) -> None:
    bench = bench_with(*faults)
    bench.driver.open()
    assert bench.driver.identity == ""
    assert bench.driver.print_slip(TICKET, 1).confirmed
    assert bench.printer.seen()["last_number"] == "A001"


def test_a_printer_that_prints_the_question_is_not_asked() -> None:
    bench = bench_with(ask_identity=False)
    bench.driver.open()
    assert b"\x1d\x49" not in bench.line.written


@pytest.mark.parametrize("wanted", CLONES)
@pytest.mark.parametrize("named", [True, False])
def test_a_restart_does_not_probe_again(wanted: str, named: bool, tmp_path: Path) -> None:
    faults = CLONES[wanted] if named else (*CLONES[wanted], "no-identity")
    bench = bench_with(*faults, memory=tmp_path)
    bench.driver.open()
    assert GS_H in bench.line.written
    before = bench.line.now
    again(bench, tmp_path)
    assert how(bench) == wanted
    assert GS_H not in bench.line.written
    # Who has no name and answers nothing is waited for once, when it is asked for its name.
    assert bench.line.now - before <= 1.3
    printed = bench.driver.print_slip(TICKET, 1)
    assert (printed.confirmed, printed.how) == (True, wanted)


def test_what_is_known_is_one_readable_file_a_printer(tmp_path: Path) -> None:
    bench_with(memory=tmp_path).driver.open()
    (file,) = tmp_path.iterdir()
    assert json.loads(file.read_text()) == {
        "printer": "HALL SIM-80 printer 1.0",
        "how": "gs_h",
        "asb": True,
    }


def test_another_printer_at_the_same_port_is_probed(tmp_path: Path) -> None:
    bench_with(memory=tmp_path).driver.open()
    swapped = bench_with("no-gs-h", memory=tmp_path, paper=58)
    swapped.driver.open()
    assert how(swapped) == "gs_r"
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("content", ["", "{}", '{"printer": "x", "how": "magic"}', "\0\xff"])
def test_a_spoilt_file_costs_one_probe_and_nothing_else(content: str, tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    memory.keep(Known("x", "gs_h", asb=True))
    (file,) = tmp_path.iterdir()
    file.write_text(content, encoding="latin-1")
    assert memory.recall("x") == Known("x")


def test_another_printers_file_is_not_believed(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    memory.keep(Known("x", "gs_h"))
    (file,) = tmp_path.iterdir()
    memory.keep(Known("y", "gs_r"))
    (other,) = set(tmp_path.iterdir()) - {file}
    other.write_bytes(file.read_bytes())
    assert memory.recall("y") == Known("y")


def test_a_folder_that_cannot_be_written_hinders_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    bench = bench_with(memory=tmp_path / "file")
    bench.driver.open()
    assert bench.driver.print_slip(TICKET, 1).confirmed


def test_a_memory_is_in_the_halls_folder_or_nowhere(tmp_path: Path) -> None:
    data = Memory.of_this_hall({"HALL_DATA": str(tmp_path), "STATE_DIRECTORY": "/else"})
    assert data.folder == tmp_path / "printers"
    listed = Memory.of_this_hall({"STATE_DIRECTORY": f"{tmp_path}:/else"})
    assert listed.folder == tmp_path / "printers"
    assert Memory.of_this_hall({}).folder is None


def test_the_self_test_finds_out_anew(tmp_path: Path) -> None:
    bench = bench_with("no-gs-h", memory=tmp_path)
    bench.driver.open()
    assert how(bench) == "gs_r"
    bench.printer.fault("no-gs-h", active=False)
    bench.driver.self_test()
    assert how(bench) == "gs_h"
    assert how(again(bench, tmp_path)) == "gs_h"


def test_what_the_options_force_is_not_kept(tmp_path: Path) -> None:
    bench_with(memory=tmp_path, confirm="status").driver.open()
    (file,) = tmp_path.iterdir()
    assert json.loads(file.read_text())["how"] is None


def test_a_printer_that_must_be_known_is_asked_again_after_half_a_command() -> None:
    bench = bench_with()
    bench.printer.feed(bytes.fromhex("1D763000 4800 0300"))  # an image of 216 bytes, none of them
    bench.driver.expected_identity = "SIM-80"
    bench.driver.open()
    assert bench.driver.identity == "HALL SIM-80 printer 1.0"


# --- liars


def test_a_job_end_that_stops_coming_is_told_by_the_fence_and_the_next_weaker_way_stays(
    tmp_path: Path,
) -> None:
    bench = bench_with("lies-gs-h", memory=tmp_path)
    bench.driver.open()
    assert how(bench) == "gs_h"
    # Nobody gets a second paper for it: GS r, queued behind the silent request, is answered.
    assert bench.driver.print_slip(TICKET, 1) == Printed(confirmed=True, how="gs_r")
    assert how(bench) == "gs_h"
    assert bench.driver.print_slip(TICKET, 2) == Printed(confirmed=True, how="gs_r")
    assert how(bench) == "gs_r"
    assert bench.driver.counters.extra == {"job_ends_missed": 2, "weaker_confirmations": 1}
    (news,) = bench.driver.poll()
    assert isinstance(news, Status)
    assert (news.state, news.code) == (HealthState.WARNING, "weaker_confirmation")
    before = bench.line.now
    assert bench.driver.print_slip(TICKET, 3) == Printed(confirmed=True, how="gs_r")
    assert bench.line.now - before < bench.options.print_timeout_s
    assert bench.printer.seen()["numbers"] == ["A001"] * 3
    assert how(again(bench, tmp_path)) == "gs_r"


def test_one_lost_answer_is_borne() -> None:
    bench = bench_with()
    bench.driver.open()
    bench.line.to_driver = lambda data: b"" if data[:1] == b"\x37" else data
    assert bench.driver.print_slip(TICKET, 1) == Printed(confirmed=True, how="gs_r")
    bench.line.to_driver = lambda data: data
    for job in (2, 3):
        assert bench.driver.print_slip(TICKET, job) == Printed(confirmed=True, how="gs_h")
    assert bench.driver.counters.extra == {"job_ends_missed": 1}


@pytest.mark.parametrize("faults", [("lies-gs-h", "lies-gs-r"), ("no-gs-h", "lies-gs-r")])
def test_a_printer_that_stops_answering_both_is_believed_by_its_state(
    faults: tuple[str, ...], tmp_path: Path
) -> None:
    bench = bench_with(*faults, memory=tmp_path)
    bench.driver.open()
    printed = [bench.driver.print_slip(TICKET, 1)]
    for job in range(2, 5):
        # After a paper that nobody vouched for, the spool asks for the same one again, marked.
        try:
            printed.append(bench.driver.print_slip(replace(TICKET, reprint=True), job))
        except DeviceTimeout:
            bench.driver.poll()
    assert not printed[0].confirmed
    assert printed[-1] == Printed(confirmed=True, how="status")
    assert how(again(bench, tmp_path)) == "status"
    assert bench.driver.print_slip(TICKET, 9) == Printed(confirmed=True, how="status")


def test_a_slow_printer_is_no_liar() -> None:
    bench = bench_with(print_timeout_s=1.0)
    bench.driver.open()
    bench.printer.fault("slow-print:10")
    assert not bench.driver.print_slip(TICKET, 1).confirmed
    bench.line.pass_time(60)
    bench.printer.fault("slow-print", active=False)
    assert bench.driver.print_slip(TICKET, 2) == Printed(confirmed=True, how="gs_h")


def test_paper_that_ended_while_a_liar_kept_still_is_no_confirmed_ticket() -> None:
    bench = bench_with("lies-gs-h", print_timeout_s=0.2)
    bench.driver.open()
    data: list[bytes] = []

    def ends_late(said: bytes) -> bytes:
        data.append(said)
        # GS r's answer is the first that tells of it: DLE EOT still says that all is well.
        return b"\x0f" if said == b"\x00" else said

    bench.line.to_driver = ends_late
    assert not bench.driver.print_slip(TICKET, 1).confirmed


# --- state


@pytest.mark.parametrize("wanted", CLONES)
def test_automatic_status_is_used_where_it_can_be_told_from_a_fence(wanted: str) -> None:
    bench = bench_with(*CLONES[wanted])
    bench.driver.open()
    assert (GS_A in bench.line.written) == (wanted != "gs_r")


def test_a_printer_without_automatic_status_is_asked_and_not_tried_again(tmp_path: Path) -> None:
    bench = bench_with("no-asb", memory=tmp_path)
    bench.driver.open()
    assert GS_A in bench.line.written
    again(bench, tmp_path)
    assert GS_A not in bench.line.written
    bench.printer.fault("cover-open")
    (status,) = bench.driver.poll()
    assert isinstance(status, Status)
    assert status.code == "cover_open"


def test_reports_that_do_not_come_are_missed_once_and_then_no_longer_believed(
    tmp_path: Path,
) -> None:
    bench = bench_with("lies-asb", memory=tmp_path)
    bench.driver.open()
    bench.printer.fault("cover-open")
    assert [s.code for s in bench.driver.poll() if isinstance(s, Status)] == ["cover_open"]
    bench.driver.poll()
    assert bench.driver.counters.extra == {"reports_missed": 2}
    assert bytes.fromhex("1D6100") in bench.line.written
    bench.printer.fault("cover-open", active=False)
    (status,) = bench.driver.poll()
    assert isinstance(status, Status)
    assert (status.state, status.code) == (HealthState.WARNING, "no_reports")
    assert bench.driver.print_slip(TICKET, 1).confirmed
    again(bench, tmp_path)
    assert GS_A not in bench.line.written


@pytest.mark.parametrize("wanted", CLONES)
@pytest.mark.parametrize("fault", ["paper-out", "cover-open", "cutter"])
def test_a_state_that_is_asked_is_known_within_100_ms_in_every_way(wanted: str, fault: str) -> None:
    bench = bench_with(*CLONES[wanted])
    bench.driver.open()
    bench.printer.fault(fault)
    before = bench.line.now
    (status,) = bench.driver.poll()
    assert bench.line.now - before <= 0.1
    assert isinstance(status, Status)
    assert status.state is HealthState.FAULT
