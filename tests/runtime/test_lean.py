"""One heap for all threads, tried in a process of its own."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import threading
from firmware_py.runtime.lean import give_back, one_heap

assert one_heap()
kept = []
def work():
    kept.append([bytearray(3000) for _ in range(2000)])
threads = [threading.Thread(target=work) for _ in range(8)]
for one in threads: one.start()
for one in threads: one.join()

def resident():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * 4096

before = resident()
kept.clear()
assert give_back()
assert before - resident() > 30_000_000, (before, resident())
"""


def test_what_all_threads_have_freed_goes_back_to_the_system() -> None:
    subprocess.run([sys.executable, "-c", PROGRAM], check=True, timeout=120)
