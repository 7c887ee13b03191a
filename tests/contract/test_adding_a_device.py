"""The worked example of docs/adding-a-device.md stands in the files that it names, and works."""

from __future__ import annotations

import re
import time
from pathlib import Path

from devices.base import HealthState
from devices.registry import KINDS
from devices.simhost import SimHost, load_plan
from firmware_py.runtime.device_events import Finished, Opened
from firmware_py.runtime.supervisor import Supervisor
from tests.runtime.echo import DEADLINE_S, Listener, bench

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "adding-a-device.md").read_text("utf-8")


def test_what_the_page_shows_stands_word_by_word_in_the_files() -> None:
    shown = re.findall(r"^```python (\S+)\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)
    assert len(shown) >= 7
    for file, lines in shown:
        assert lines in (ROOT / file).read_text("utf-8"), f"{file} has no more:\n{lines}"


def test_the_files_and_folders_that_the_page_names_are_there() -> None:
    named = re.findall(r"`((?:devices|tests|config)/[\w./-]+)`", DOCUMENT)
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_pages_plan_brings_the_tower_to_life(tmp_path: Path) -> None:
    found = re.search(r"^```json\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)
    assert found
    plan = load_plan(found[1].replace("/tmp/hall", str(tmp_path)).encode())  # noqa: S108 - the page's
    assert KINDS[plan.devices["tower"].kind].family == "lamp"
    listener = Listener()
    with bench(lambda: SimHost(plan.lines, plan.devices)) as far:
        supervisor = Supervisor(plan.lines, plan.devices, listener)
        supervisor.start()
        try:
            assert listener.wait(Opened).status.state is HealthState.UNKNOWN
            supervisor.post("tower", lambda tower: tower.set("amber"))
            listener.wait(Finished)
            deadline = time.monotonic() + DEADLINE_S
            while far.do(lambda host: host.seen("tower"))["lit"] != ["amber"]:
                assert time.monotonic() < deadline
        finally:
            assert supervisor.stop() == []
