"""``hallctl console`` on a terminal of its own; what it says when it cannot begin; its parts."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.text import Text

from devices.tracewords import TraceWords
from firmware_py.cli.console.beside import beside, waiting_by_item
from firmware_py.cli.console.link import Link
from firmware_py.cli.console.rows import fitted
from firmware_py.cli.console.trace import trace_lines
from tests.cli.hallrun import Hallctl
from tests.cli.terminal import Terminal

COLOURED = re.compile(rb"\x1b\[[0-9;]*(?<![0-9])(?:3[0-7]|4[0-7]|9[0-7]|38;|48;)[0-9;]*m")
MISSING = (
    "The package textual is missing, so there is no console. Install hall-controller[console].\n"
)


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "linux"}, True),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, False),
        ({"TERM": "vt100"}, False),
    ],
)
def test_it_runs_on_terminals_with_and_without_colours_and_q_ends_it(
    environment: dict[str, str], coloured: bool, tmp_path: Path
) -> None:
    terminal = Terminal(
        "console", environment={"HALL_RUN": str(tmp_path), "LC_ALL": "zh_CN.UTF-8", **environment}
    )
    try:
        # Without a daemon it begins all the same, and says so.
        terminal.until(lambda: "没有运行，正在重试".encode() in terminal.seen)
        assert "[1 总览]".encode() in terminal.seen
        assert bool(COLOURED.search(terminal.seen)) is coloured
        terminal.type(b"q")
        terminal.until(lambda: terminal.process.poll() is not None)
        # The screen from before comes back, and the cursor.
        assert terminal.seen.count(b"\x1b[?1049h") == terminal.seen.count(b"\x1b[?1049l") == 1
    finally:
        terminal.close()
    assert terminal.process.returncode == 0


def test_without_the_package_it_says_how_to_get_it(hallctl_alone: Hallctl) -> None:
    script = (
        "import sys; sys.modules['textual'] = None\n"
        "from firmware_py.cli.main import main; sys.exit(main(['console', *sys.argv[1:]]))"
    )
    for lang, sentence in (
        ("en", MISSING),
        ("zh", "缺少 textual 软件包，不能打开控制台。请安装 hall-controller[console]。\n"),
    ):
        done = subprocess.run(
            [sys.executable, "-c", script, "--lang", lang],
            env=hallctl_alone.environment,
            capture_output=True,
            timeout=120,
            check=False,
        )
        assert (done.returncode, done.stdout, done.stderr.decode()) == (2, b"", sentence)


def test_without_a_terminal_or_for_json_it_is_wrong_use(hallctl_alone: Hallctl) -> None:
    ran = hallctl_alone("console")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "The console needs a terminal. Over SSH add -t: ssh -t HOST hallctl console\n"
    ran = hallctl_alone("console", "--json")
    assert (ran.code, ran.json()["error"]["code"]) == (2, "no_json")


def test_neither_its_help_nor_other_commands_import_it(hallctl_alone: Hallctl) -> None:
    script = (
        "import sys; from firmware_py.cli.main import main; main(['console', '--help']);"
        "print(sorted(m for m in sys.modules if m.partition('.')[0] in {'textual', 'rich'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=hallctl_alone.environment,
        capture_output=True,
        timeout=120,
        check=True,
    )
    assert done.stdout.endswith(b"\n[]\n")


@pytest.fixture
def hallctl_alone(tmp_path: Path) -> Hallctl:
    """``hallctl`` where no daemon runs."""
    return Hallctl({"HALL_RUN": str(tmp_path)})


# ---- its parts


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("A012", 6, "A012  "),
        ("办理中", 6, "办理中"),
        ("办理中", 7, "办理中 "),
        # A character of two cells is never halved.
        ("办理中", 5, "办 .."),
        ("办理中", 4, "办.."),
        ("serving", 5, "ser.."),
        ("serving", 1, " "),
        ("serving", 0, ""),
    ],
)
def test_a_cell_keeps_to_its_width(text: str, width: int, shown: str) -> None:
    fit = fitted(Text(text), width)
    assert (fit.plain, fit.cell_len) == (shown, width)


def test_a_right_cell_ends_at_its_right() -> None:
    assert fitted(Text("4:07"), 6, right=True).plain == "  4:07"


def record(**fields: Any) -> dict[str, Any]:
    return {"ms": 1.5, "at": "2026-11-23T09:00:01.250+08:00", **fields}


def test_a_trace_has_short_pieces_with_their_meaning_on_one_line() -> None:
    told = trace_lines(record(dir="out", hex="10 04 01"), TraceWords("ticket_printer.escpos"))
    (line,) = told
    assert line.plain == f"09:00:01.250 > 10 04 01{' ' * 17}DLE EOT state now? 1 (printer)"


def test_a_trace_cuts_what_is_long_and_counts_what_is_lost() -> None:
    words = TraceWords("no.such.kind")
    long = [line.plain for line in trace_lines(record(dir="in", hex="00 " * 70), words)]
    assert long[0] == "09:00:01.250 < " + " ".join(["00"] * 16)
    assert len(long) == 5
    assert long[4].strip() == "... 6 more bytes"
    assert [line.plain for line in trace_lines(record(note="lost"), words)] == [
        "09:00:01.250 -- lost"
    ]
    assert "3 pieces not shown" in next(iter(trace_lines(record(lost=3), words))).plain


def ticket(item: str, name: str, issued_ms: int) -> dict[str, Any]:
    return {"item": item, "item_name": {"zh": name, "en": name}, "issued_ms": issued_ms}


def test_who_waits_is_told_by_item_the_most_wanted_first() -> None:
    tickets = [ticket("F01", "Advice", 40_000), ticket("A01", "New", 10_000)]
    tickets += [ticket("F01", "Advice", 30_000)]
    assert waiting_by_item(tickets, 100_000) == [("Advice", 2, 70), ("New", 1, 90)]


def alarm(n: int, level: str = "amber", seen: str = "") -> dict[str, Any]:
    return {
        "kind": "waiting", "level": level, "subject": f"A{n:03d}", "window": "",
        "since_ms": n, "seconds": n, "acknowledged_by": seen,
    }  # fmt: skip


def test_beside_the_windows_red_comes_first_and_what_is_left_out_is_counted() -> None:
    waiting = [(f"Item {n}", 1, 60) for n in range(9)]
    alarms = [alarm(n) for n in range(1, 6)] + [alarm(7, "red"), alarm(8, "red", "hallctl:anna")]
    calls = [{"number": f"A{n:03d}", "window": "3", "at": "09:00:00"} for n in range(5)]
    lines = beside(waiting, alarms, calls, 33, 15).plain.split("\n")
    assert len(lines) == 15
    assert all(len(line) <= 33 for line in lines)
    at = lines.index(f"{'Alarms (6 not seen)':33}")
    assert lines[at + 1].startswith("!! waiting too long, A007")
    assert "and 5 more" in lines[at - 1]
    assert any("and 4 more" in line for line in lines[at:])
    assert lines[-3].startswith("A000  window 3")


def test_a_socket_that_is_no_hallds_is_told_apart_and_tried_again(tmp_path: Path) -> None:
    said: list[str] = []

    async def stranger(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"220 mail.example ready\n")
        await writer.drain()
        await reader.read()
        writer.close()

    async def run() -> None:
        path = tmp_path / "x.sock"
        server = await asyncio.start_unix_server(stranger, str(path))
        told = asyncio.Event()

        def changed() -> None:
            said.append(link.trouble.code)
            told.set()

        link = Link(path, lambda: None, changed)
        keeping = asyncio.create_task(link.keep_up())
        async with asyncio.timeout(60):
            await told.wait()
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        server.close()

    asyncio.run(run())
    assert said == ["not_halld"]


def test_a_command_whose_answer_is_lost_is_given_again_with_the_same_id(tmp_path: Path) -> None:
    ids: list[str] = []

    async def forgetful(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            request = json.loads(line)
            if request["method"] == "alarm.ack":
                ids.append(request["params"]["command_id"])
                if len(ids) == 1:
                    break  # It is on the disk, and the daemon dies before it answers.
            answer = {"jsonrpc": "2.0", "id": request["id"], "result": {"events": []}}
            writer.write(json.dumps(answer).encode() + b"\n")
        writer.close()

    async def run() -> dict[str, Any]:
        path = tmp_path / "x.sock"
        server = await asyncio.start_unix_server(forgetful, str(path))
        link = Link(path, lambda: None, lambda: None)
        keeping = asyncio.create_task(link.keep_up())
        try:
            async with asyncio.timeout(60):
                await link.up.wait()
                return await link.command("alarm.ack", alarm="help:3")
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
            server.close()

    assert asyncio.run(run()) == {"events": []}
    assert len(ids) == 2
    assert ids[0] == ids[1]
