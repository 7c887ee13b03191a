"""The hall of forty devices, and how growth is reckoned."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import pytest

from firmware_py.bench.many_hall import DEVICES, WINDOWS, kind_of, many_file
from firmware_py.bench.measure_keys import p99
from firmware_py.bench.measure_many import ALONE, grown
from firmware_py.config.file import load_all
from firmware_py.runtime.hall import device_specs

ENV = {"HALL_RUN": "/run/hall", "HALL_DATA": "/var/lib/hall"}


def test_forty_devices_of_every_family_are_in_the_file(tmp_path: Path) -> None:
    settings = load_all(many_file(tmp_path), ENV).settings
    assert len(settings.devices) == 40
    families = Counter(one.kind.partition(".")[0] for one in settings.devices.values())
    assert families == {
        "ticket_printer": 4, "led_wall": 12, "voice": 2, "pad": 10, "lamp": 10, "button": 2
    }  # fmt: skip
    assert {line for line, _ in device_specs(settings)[0].items()} >= {"pads", "strips", "relays"}
    # Whatever takes jobs is somebody's: nothing would keep it busy else.
    bound = {w.pad for w in settings.windows} | {w.strip for w in settings.windows}
    bound |= {w.lamp for w in settings.windows} | {w.display for w in settings.walls}
    bound |= {v.device for v in settings.voices} | {k.printer for k in settings.kiosks}
    bound |= {k.button for k in settings.kiosks}
    assert bound - {None} == set(DEVICES)


@pytest.mark.parametrize("alone", ALONE)
def test_each_device_has_a_hall_of_its_own_with_the_same_windows(
    alone: str, tmp_path: Path
) -> None:
    settings = load_all(many_file(tmp_path, (alone,)), ENV).settings
    assert list(settings.devices) == [alone]
    assert len(settings.windows) == WINDOWS


def test_every_kind_that_takes_jobs_is_measured_alone() -> None:
    assert {kind_of(name) for name in ALONE} == {
        kind_of(name) for name in DEVICES if not name.startswith("button")
    }


def test_growth_is_a_devices_median_above_its_kinds_alone() -> None:
    alone = {name: [1.0, 1.0, 9.0] for name in ALONE}
    busy = {name: [1.5] * 5 for name in DEVICES}
    busy["strip-3"] = [4.0] * 5
    found = grown(alone, busy)
    assert len(found) == 38
    assert found["strip-3"] == 3.0
    assert found["strip-4"] == found["lamp-2"] == 0.5


def test_a_device_that_did_nothing_counts_as_grown_without_end() -> None:
    busy = {name: [1.0] * 5 for name in DEVICES if name != "pad-9"}
    assert grown({name: [1.0] for name in ALONE}, busy)["pad-9"] == math.inf


def test_the_99th_percentile_of_a_hundred_is_the_last_but_one_or_the_last() -> None:
    assert p99(list(range(100))) == 99
    assert p99([3.0]) == 3.0
