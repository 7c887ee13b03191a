"""The hall in which the marked people spend a day, and those who listen to all that it says.

Everything that the hall may write is below ``Scene.stage.folder``: its journal, backups, vault and
keys, sockets, logs of all processes, the broker's own files, ``tmp`` (TMPDIR), ``home``, ``sent``
(every byte that went to a device) and ``said`` (what programs were told).
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from firmware_py.bench.people import KEY
from firmware_py.bench.stage import ROOT, Stage
from firmware_py.store.person_hash import person_hash
from tests.e2e.marked import APPOINTMENT_CODE, PEOPLE
from tests.e2e.marked_processes import POWERLESS
from tests.e2e.scene import Change, Scene
from tests.faults.test_clock import HallClock

__all__ = [
    "DAY",
    "KEPT_ITEM",
    "PUBLIC",
    "TYPED",
    "MarkedStage",
    "Recorder",
    "lists",
    "marked_hall",
]

DAY = "2026-11-23"
KEPT_ITEM = "D01"
#: Stands on the item's name: everybody may read it, and it must be found wherever names go.
PUBLIC = "犄旯犄角核定"
#: What a clerk typed: the hall's own, so in its journal and on its paper; not on the broker.
TYPED = "榫卯榫卯补件"
#: May dump core as much as it likes, in a folder of its own.
_UNLIMITED = 'cd "$1" && shift && { ulimit -c unlimited 2>/dev/null || :; } && exec "$@"'
_CHANGES: list[Change] = [
    ('catalogue = "items.toml"', 'catalogue = "kept.toml"'),
    ('card_reader = "id-1"\n', 'card_reader = "id-1"\ncode_scanner = "codes-1"\n'),
    ("elderly_from = 60\n", "elderly_from = 60\none_open = true\n"),
    (
        '[[windows]]\nid = "2"\n',
        '[[windows]]\nid = "2"\nprinter = "printer-2"\nscanner = "cam-2"\n',
    ),
]
_MORE = """
codes-1 = { kind = "card_reader.scanner_hid", port = "records:${HALL_RUN}/wire/codes-1" }
cam-2 = { kind = "scanner.camera", options = { source = "mock:${HALL_RUN}/wire/cam-2" } }

[privacy]
keep_days = 1
"""


class MarkedStage(Stage):
    """A stage whose daemon logs everything, may dump core, and has its own folder for files."""

    def __init__(self, folder: Path, config: Path) -> None:
        super().__init__(folder, config, broker=True)
        self.simulators = "tests.e2e.marked_simulators"
        self.environment |= {
            "TMPDIR": str(folder / "tmp"),
            "SQLITE_TMPDIR": str(folder / "tmp"),
            "HOME": str(folder / "home"),
            "XDG_CACHE_HOME": str(folder / "home" / "cache"),
            "HALL_SENT": str(folder / "sent"),
            "PYTHONPATH": str(ROOT),
        }

    def prepare(self, *, clean: bool = True) -> None:
        """Make the folders, those of the test too."""
        super().prepare(clean=clean)
        for name in ("tmp", "home", "sent", "said", "crash"):
            (self.folder / name).mkdir(exist_ok=True)

    def start_hall(self, extra: Mapping[str, str] | None = None) -> None:
        """Start the daemon so that whatever it dumps lies in ``crash``."""
        daemon = [sys.executable, "-m", *self.daemon, "--config", str(self.config), "--log"]
        place = str(self.folder / "crash")
        self._start(
            "halld", ["sh", "-c", _UNLIMITED, "sh", place, *POWERLESS, *daemon, "debug"], extra
        )


def marked_hall(place: Path) -> tuple[HallClock, Scene]:
    """Return the hall, not started, and its clock: the morning of the day."""
    clock = HallClock(place)
    clock.set(f"{DAY} 08:50:00")
    text = (ROOT / "config" / "items.toml").read_text(encoding="utf-8")
    name = f'id = "{KEPT_ITEM}"\n'
    keep = 'keep = ["name", "number", "address", "birth", "authority", "valid_from"]\n'
    keep += "keep_checks = true\n"
    for old, new in ((name, name + keep), ("发票票种核定", PUBLIC)):
        assert text.count(old) >= 1
        text = text.replace(old, new, 1)
    assert text.index(PUBLIC) - text.index(name) < 300
    (place / "kept.toml").write_text(text, encoding="utf-8")
    (place / "notices").mkdir()
    scene = Scene(place, changes=_CHANGES, more=_MORE, broker=True, windows=("1", "2", "3"))
    scene.stage = MarkedStage(scene.stage.folder, scene.stage.config)
    scene.stage.environment["HALL_CLOCK"] = f"file:{clock.path}"
    return clock, scene


def lists() -> dict[str, bytes]:
    """Return the centre's lists: keyed hashes of the marked people, and a code."""
    hashed = {one.key: person_hash(KEY, one.number) for one in PEOPLE}
    return {
        "grades.csv": f"hash,grade\n{hashed['young']},A\n{hashed['third']},disabled\n".encode(),
        f"appointments-{DAY}.csv": (
            "hash,code,time,item\n"
            f"{hashed['third']},,09:00,F01\n"
            f",{APPOINTMENT_CODE},09:00,{KEPT_ITEM}\n"
        ).encode(),
    }


def list_marks() -> dict[str, str]:
    """Return what stands in the centre's lists and nowhere else."""
    found = {f"{one.key}:hash of the centre": person_hash(KEY, one.number) for one in PEOPLE}
    coded = hashlib.sha256(APPOINTMENT_CODE.encode()).hexdigest()
    return found | {"appointment:plain hash": coded, "key of the centre": KEY.hex()}


class Recorder:
    """Writes down all that any program may hear: events, bytes of every device, kiosks' screens."""

    def __init__(self, hall: Scene, said: Path) -> None:
        self._hall = hall
        self._file = said / "heard.jsonl"
        self._said = said

    async def listen(self) -> None:
        """Follow everything, until the daemon ends."""
        client = await self._hall.client()
        client.on_event = self.write
        await client.call("subscribe")
        await client.call("card.watch", kiosk="kiosk-1")
        for device in await client.call("device.list"):
            kind, number = device["device"].rsplit("-", 1)[0], device["device"].rpartition("-")[2]
            # Those of a shared line have the same bytes; lamps on pins and scanners have none.
            again = kind in {"pad", "strip"} and number != "1"
            if not again and not device["kind"].endswith((".gpio", ".folder", ".camera")):
                self.write(await client.call("device.trace", device=device["device"], follow=True))

    def write(self, told: Any) -> None:
        """Write one thing that was told, as it would go over a wire."""
        with self._file.open("ab") as out:
            out.write(json.dumps(told, ensure_ascii=False).encode() + b"\n")

    async def hallctl(self, *arguments: str) -> str:
        """Run ``hallctl``; write down and return what it said."""
        ran = await self._hall.hallctl(*arguments, lang="zh")
        told = ran.out + ran.err
        with (self._said / "hallctl.txt").open("a", encoding="utf-8") as out:
            out.write(f"{arguments}\n{told}\n")
        return told
