"""Many devices of a kind that open at the same moment, in a program that has only just started."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from devices.registry import KINDS
from tests.contract.test_every_kind import NEEDED, ROOT

#: What a library learns when it is first used, it may learn in two threads at once. The threads
#: take turns as often as they can, so that a mistake shows in nearly every try.
PROGRAM = """
import json, sys, threading
from devices.errors import DeviceError, DeviceUnavailable
from devices.registry import convert_options, load_driver

class GoneLine:
    port = "gone"
    def gone(self, *_: object) -> None:
        raise DeviceUnavailable("gone", "pulled")
    read_available = read_some = write = gone
    def fileno(self): return None
    def close(self): pass

kind, count = sys.argv[1], int(sys.argv[3])
options = convert_options(kind, json.loads(sys.argv[2]))
driver = load_driver(kind)
together, ended = threading.Barrier(count), []

def open_one():
    together.wait(60)
    one = driver("it", options, GoneLine())
    try:
        one.open()
    except DeviceError:
        pass
    ended.append(one)

sys.setswitchinterval(1e-6)
threads = [threading.Thread(target=open_one) for _ in range(count)]
for thread in threads: thread.start()
for thread in threads: thread.join(60)
sys.setswitchinterval(0.005)
for one in ended:
    try:
        one.close()
    except DeviceError:
        pass
print(len(ended))
"""


def opened_at_once(kind: str, count: int) -> subprocess.CompletedProcess[str]:
    options = json.dumps(NEEDED.get(kind, {}))
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, kind, options, str(count)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("kind", [name for name, one in KINDS.items() if one.line])
def test_many_of_a_kind_open_at_once_in_a_fresh_program(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CACHE_DIRECTORY", str(tmp_path))
    # The first makes what is kept between programs: a printer's template.
    for count in (1, 24, 24):
        ran = opened_at_once(kind, count)
        assert (ran.returncode, ran.stdout) == (0, f"{count}\n"), ran.stderr[-2000:]
