"""The unit is as tight as it claims, and the daemon does all its work inside its filters."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from devices.simhost import SimHost
from devices.specs import DeviceSpec
from firmware_py.bench.client import HallClient
from firmware_py.bench.stage import Stage
from firmware_py.runtime.halld import ALREADY_RUNNING, BAD_CONFIGURATION
from tests.devices.scanner.sane_bench import NEEDS_AIRSCAN, NEEDS_SANE
from tests.runtime.echo import bench

ROOT = Path(__file__).parents[2]
SYSTEMD = ROOT / "systemd"
UNIT = SYSTEMD / "halld.service"
SCANNER = SYSTEMD / "drop-ins" / "scanner.conf"
SANDBOX = Path(__file__).with_name("sandboxed.py")
#: In tenths, as ``systemd-analyze`` takes it: 1.2.
MOST_EXPOSED = "12"


def said(key: str, unit: Path = UNIT) -> list[str]:
    """Return the values of a key of the unit, in order."""
    return re.findall(rf"^{key}=(.*)$", unit.read_text(encoding="utf-8"), re.MULTILINE)


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False, timeout=120
    )


def calls_of(name: str) -> set[str]:
    """Return the system calls of a name or a set such as ``@clock``."""
    if not name.startswith("@"):
        return {name}
    listed = run("systemd-analyze", "--no-pager", "syscall-filter", name)
    assert listed.returncode == 0, listed.stderr
    words = [line.strip() for line in listed.stdout.splitlines()[1:]]
    return set().union(*(calls_of(word) for word in words if word and not word.startswith("#")))


def allowed_calls(unit: Path = UNIT) -> set[str]:
    """Return what ``SystemCallFilter=`` and ``ProtectClock=`` leave; the first line allows."""
    first, *others = said("SystemCallFilter", unit)
    allowed = set().union(*map(calls_of, first.split()))
    for line in others:
        named = set().union(*map(calls_of, line.removeprefix("~").split()))
        allowed = allowed - named if line.startswith("~") else allowed | named
    return allowed - calls_of("@clock") if said("ProtectClock", unit) == ["yes"] else allowed


class SandboxedStage(Stage):
    """The bench hall with the daemon inside the unit's filters."""

    def start_hall(self, extra: Mapping[str, str] | None = None) -> None:
        rules = {
            "allowed": sorted(allowed_calls()),
            "families": said("RestrictAddressFamilies")[0].split(),
        }
        module = ["firmware_py.runtime.halld", "--config", str(self.config)]
        self._start("halld", [sys.executable, str(SANDBOX), json.dumps(rules), *module], extra)


def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    # The program is not where it will be, which is all that it may complain of.
    text = UNIT.read_text(encoding="utf-8")
    for program in ("halld", "hallctl"):
        text = text.replace(f"/opt/hall/.venv/bin/{program}", "/bin/true")
    (tmp_path / "halld.service").write_text(text, encoding="utf-8")
    (tmp_path / "halld.service.d").mkdir()
    (tmp_path / "halld.service.d" / "scanner.conf").write_bytes(SCANNER.read_bytes())
    checked = run("systemd-analyze", "verify", "--man=no", tmp_path / "halld.service")
    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_unit_exposes_at_most_1_2() -> None:
    score = run(
        "systemd-analyze",
        "security",
        "--offline=yes",
        "--no-pager",
        f"--threshold={MOST_EXPOSED}",
        UNIT,
    )
    assert score.returncode == 0, score.stdout


def test_a_unit_that_is_looser_fails_that_check(tmp_path: Path) -> None:
    loose = UNIT.read_text(encoding="utf-8").replace("ProtectClock=yes\n", "")
    (tmp_path / "halld.service").write_text(loose, encoding="utf-8")
    unit = tmp_path / "halld.service"
    score = run("systemd-analyze", "security", "--offline=yes", "--threshold=12", unit)
    assert score.returncode != 0


def test_halld_is_told_where_it_looks_for_its_folders() -> None:
    for key in ("StateDirectory", "RuntimeDirectory", "CacheDirectory"):
        assert said(key) == ["hall"]
    assert "LG_WD=/var/cache/hall" in said("Environment")[0].split()
    assert said("User") == ["hall"]


def test_what_is_in_memory_is_written_nowhere() -> None:
    assert said("LimitCORE") == ["0"]
    assert said("MemorySwapMax") == ["0"]


def test_codes_that_starting_again_cannot_mend_end_the_unit() -> None:
    given = {int(code) for code in said("RestartPreventExitStatus")[0].split()}
    assert given == {BAD_CONFIGURATION, ALREADY_RUNNING}


async def play(stage: Stage) -> dict[str, Any]:
    """Take, print, call and finish a ticket, and back up; return the hall's last status."""
    async with stage, await HallClient.connect(stage.hall_socket) as hall:
        if not (await hall.call("hall.status"))["day_open"]:
            await hall.call("day.open", day="2026-03-02")
        taken = await hall.call("ticket.take", item="F01", origin="kiosk-1", override=True)
        number = taken["events"][0]["data"]["number"]
        await hall.call("window.open", window="1")
        for step in ("next", "start", "finish"):
            await hall.call(f"window.{step}", window="1")
        again = await hall.call("ticket.take", item="F01", origin="kiosk-2", override=True)
        numbers = {number, again["events"][0]["data"]["number"]}
        async with asyncio.timeout(60):
            while True:
                status: dict[str, Any] = await hall.call("hall.status")
                settled = not status["papers_owed"] and status["broker"]["connected"]
                if settled and set(status["devices"]["by_state"]) <= {"ok", "unknown"}:
                    break
                await asyncio.sleep(0.05)
        assert {one["number"] for one in await hall.call("ticket.list")} == numbers
        await hall.call("journal.backup")
        return status


def test_the_whole_hall_works_inside_the_units_filters(tmp_path_factory: Any) -> None:
    stage = SandboxedStage(tmp_path_factory.mktemp("s"))
    status = asyncio.run(play(stage))
    assert status["mode"] == "normal"
    log = stage.log_of("halld")
    assert '"level":"error"' not in log
    assert "not permitted" not in log
    assert stage.stop() == {"halld": 0, "simulators": 0, "mosquitto": 0}


def test_the_programs_that_speak_work_inside_the_units_filters(tmp_path: Path) -> None:
    script = tmp_path / "speaks.py"
    script.write_text(
        "from devices.voice import espeak\n"
        "from devices.voice.outputs import Aplay\n"
        "card = Aplay('null')\n"
        "card.open()\n"
        "for text, language in (('银行请稍等', 'zh'), ('please wait', 'en')):\n"
        "    card.start(espeak.say(text, language).wav())\n"
        "    print(card.wait(60))\n",
        encoding="utf-8",
    )
    families = said("RestrictAddressFamilies")[0].split()
    rules = {"allowed": sorted(allowed_calls()), "families": families}
    done = subprocess.run(
        [sys.executable, str(SANDBOX), json.dumps(rules), "speaks"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout.split(), done.stderr) == (["True", "True"], "")


def test_what_is_kept_of_people_is_encrypted_and_destroyed_inside_the_units_filters(
    tmp_path: Path,
) -> None:
    script = tmp_path / "keeps.py"
    script.write_text(
        "from pathlib import Path\n"
        "from devices.memory import never_dumped\n"
        "from firmware_py.store.vault import Vault\n"
        "print(never_dumped())\n"
        "vault = Vault(Path('vault'), Path('keys'))\n"
        "vault.put('2026-11-22', 'A012-1', b'a page')\n"
        "print(vault.get('2026-11-22', 'A012-1').decode())\n"
        "print(vault.destroy_before('2026-11-23'))\n",
        encoding="utf-8",
    )
    families = said("RestrictAddressFamilies")[0].split()
    rules = {"allowed": sorted(allowed_calls()), "families": families}
    done = subprocess.run(
        [sys.executable, str(SANDBOX), json.dumps(rules), "keeps"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout.splitlines(), done.stderr) == (["True", "a page", "['2026-11-22']"], "")


@NEEDS_AIRSCAN
@NEEDS_SANE
@pytest.mark.parametrize("device", ["test:0", "escl"])
def test_a_scanner_works_inside_the_filters_of_the_unit_and_its_drop_in(
    tmp_path: Path, device: str
) -> None:
    script = tmp_path / "scans.py"
    address = f"mock:{tmp_path / 'scanner'}"
    wanted = {"escl": address} if device == "escl" else {"device": device}
    script.write_text(
        "import ctypes, ctypes.util\n"
        "from devices.scanner.sane_driver import SaneScanner\n"
        "from devices.scanner.sane_options import SaneOptions\n"
        f"scanner = SaneScanner('it', SaneOptions(**{wanted!r}), None)\n"
        "scanner.open()\n"
        "print('pixels' in scanner.self_test().en)\n"
        "scanner.close()\n"
        "usb = ctypes.util.find_library('usb-1.0')\n"
        "print(usb is None or ctypes.CDLL(usb).libusb_init(None) == 0)\n",
        encoding="utf-8",
    )
    families = [*said("RestrictAddressFamilies"), *said("RestrictAddressFamilies", SCANNER)]
    rules = {"allowed": sorted(allowed_calls()), "families": " ".join(families).split()}
    plays = DeviceSpec(name="it", kind="scanner.sane", options={"escl": address})
    with bench(lambda: SimHost({}, {"it": plays})):
        done = subprocess.run(
            [sys.executable, str(SANDBOX), json.dumps(rules), "scans"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}"},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    assert (done.stdout.split(), done.stderr) == (["True", "True"], "")


def test_the_filters_of_that_test_do_refuse(tmp_path: Path) -> None:
    tries = tmp_path / "tries.py"
    tries.write_text(
        "import ctypes, mmap, os, socket, time\n"
        "def code(call):\n"
        "    try: call()\n"
        "    except OSError as error: return error.errno\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        "print(code(lambda: os.chroot('/')), code(lambda: time.clock_settime(0, 0)),\n"
        "      code(lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_WRITE | mmap.PROT_EXEC)),\n"
        "      code(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)),\n"
        "      libc.adjtimex((ctypes.c_long * 32)()), ctypes.get_errno())\n",
        encoding="utf-8",
    )
    rules = {"allowed": sorted(allowed_calls()), "families": ["AF_UNIX"]}
    done = subprocess.run(
        [sys.executable, str(SANDBOX), json.dumps(rules), "tries"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["1", "1", "1", "97", "-1", "1"]


@pytest.mark.skipif(os.geteuid() != 0, reason="systemd-sysusers and -tmpfiles need root")
def test_user_groups_and_folders_are_made(tmp_path: Path) -> None:
    for file in ("etc/passwd", "etc/group", "etc/shadow", "etc/gshadow"):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).touch()
    root = f"--root={tmp_path}"
    made = run("systemd-sysusers", root, SYSTEMD / "sysusers.d" / "hall.conf")
    assert made.returncode == 0, made.stderr
    groups = (tmp_path / "etc/group").read_text(encoding="utf-8")
    assert re.search(r"^dialout:x:\d+:hall$", groups, re.MULTILINE)
    assert re.search(r"^gpio:x:\d+:hall$", groups, re.MULTILINE)
    assert re.search(r"^audio:x:\d+:hall$", groups, re.MULTILINE)
    assert re.search(r"^scanner:x:\d+:hall$", groups, re.MULTILINE)
    made = run("systemd-tmpfiles", root, "--create", SYSTEMD / "tmpfiles.d" / "hall.conf")
    assert made.returncode == 0, made.stderr
    inside = tmp_path / said("RootDirectory")[0].strip("/")
    assert (inside / "lib").readlink() == Path("usr/lib")
    assert (tmp_path / "etc/hall").stat().st_mode & 0o777 == 0o750
