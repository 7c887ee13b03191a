"""Two devices of one kind that open at the same moment: two threads meet the same types."""

from __future__ import annotations

import subprocess
import sys

import pytest

from firmware_py.bench.stage import ROOT

#: Both printers load their template at once, with threads that change over at every chance.
TWO_PRINTERS = """
import sys, threading
sys.setswitchinterval(1e-6)
from devices.specs import DeviceSpec
from devices.ticket_printer import compile, template
from firmware_py.runtime.drivers import registered_driver
spec = DeviceSpec(name="p", kind="ticket_printer.escpos", port="/nowhere", options={})
together = threading.Barrier(2)
def start():
    together.wait()
    driver = registered_driver(spec, None)
    compile.compiled(template.load("ticket-80"), driver.options)
threads = [threading.Thread(target=start) for _ in range(2)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""
TWO_PADS = """
import sys, threading
sys.setswitchinterval(1e-6)
from devices.specs import DeviceSpec
from firmware_py.runtime.drivers import registered_driver
spec = DeviceSpec(name="p", kind="pad.ff68", port="/nowhere", options={})
together = threading.Barrier(2)
def start():
    together.wait()
    registered_driver(spec, None)
threads = [threading.Thread(target=start) for _ in range(2)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""


@pytest.mark.parametrize("program", [TWO_PRINTERS, TWO_PADS], ids=["printers", "pads"])
def test_two_devices_of_a_kind_that_open_together_do_not_crash_the_process(program: str) -> None:
    for _ in range(8):
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=False, timeout=120
        )
        assert done.returncode == 0, done.stderr.decode()[-1500:]
