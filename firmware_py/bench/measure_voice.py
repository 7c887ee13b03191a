"""From a call to its first sound; what joining the clips of an announcement takes."""

from __future__ import annotations

import asyncio
import math
import statistics
import time
from pathlib import Path

from devices.voice.bank import load
from devices.voice.placeholder import make
from devices.voice.sound import joined
from devices.voice.speech import Phrase
from firmware_py.bench.client import BenchClient, HallClient
from firmware_py.bench.figure import Figure
from firmware_py.bench.measure_keys import bench_file, spread
from firmware_py.bench.raw import BareCommit
from firmware_py.bench.stage import Stage

__all__ = ["joining_ms", "local_voice", "measure"]

SOUND_MS, JOIN_MS = 100.0, 5.0
CALLS = 60
JOININGS = 2000
#: The longest call that a hall of this size makes, in both languages.
LONGEST = (
    Phrase("请A一二三号到二十二号窗口", "zh"),
    Phrase("Ticket A one two three, please go to window twenty two", "en"),
)
QUICK = 200


def local_voice(config: Path, bank: Path) -> None:
    """Let the hall of a bench file speak by the Pi's own sound, with a bank of clips."""
    text = config.read_text(encoding="utf-8")
    old = 'kind = "voice.xfs5152"\nport = "${HALL_RUN}/wire/voice"\n'
    new = f'output = "mock:${{HALL_RUN}}/wire/card", bank = "{bank}", chime = false'
    if text.count(old) != 1:
        raise ValueError(f"{config}: no voice.xfs5152 stands in it")
    text = text.replace(old, f'kind = "voice.local"\noptions = {{ {new} }}\n')
    text = text.replace('device = "voice"\n', 'device = "voice"\ntimes = 1\n')
    config.write_text(text, encoding="utf-8")


def joining_ms(bank_folder: Path) -> list[float]:
    """Return what it takes to find the clips of a call and to make one WAV of them."""
    bank = load(str(bank_folder))
    took: list[float] = []
    for _ in range(JOININGS):
        begun = time.perf_counter()
        parts = [part for phrase in LONGEST for part in bank.parts(phrase) or ()]
        wav = joined(parts).wav()
        took.append((time.perf_counter() - begun) * 1000)
        if len(wav) < 100_000:
            raise RuntimeError("the clips of a call were not found")
    return took


async def measure(folder: Path) -> list[Figure]:
    """Return the figures: command -> first byte at the sound card, and joining alone."""
    bank = folder / "bank"
    make(bank)
    took = joining_ms(bank)
    config = bench_file(folder)
    local_voice(config, bank)
    bare = BareCommit(folder)
    async with (
        Stage(folder / "stage", config, broker=False) as stage,
        await HallClient.connect(stage.hall_socket) as hall,
        await BenchClient.connect(stage.bench_socket) as bench,
    ):
        await _every_voice(hall, there=True)
        await bench.do("fault", "voice", fault="quick", value=QUICK)
        # Said when the clips have their volume: the first call after a start waits for that.
        await hall.call("device.test", device="voice")
        await hall.call("day.open", day="2026-11-24")
        await hall.call("window.open", window="1")
        sounds = await _calls(hall, bench, bare)
    bare.close()
    return [
        Figure(
            "a call -> first sample at the sound card",
            f"{SOUND_MS:g} ms",
            spread(sounds),
            f"aplay's own start 5 to 10 ms; bare commit {spread(bare.took_ms)}",
            kept=statistics.median(sounds) <= SOUND_MS,
        ),
        Figure(
            "joining the clips of a call in both languages",
            f"{JOIN_MS:g} ms",
            spread(took),
            f"{len(LONGEST)} phrases, 74 clips in the bank",
            kept=statistics.median(took) <= JOIN_MS,
        ),
    ]


async def _every_voice(hall: HallClient, **wanted: bool) -> None:
    """Wait until every voice is so."""
    async with asyncio.timeout(30):
        while True:
            voices = await hall.call("voice.list")
            if all(voice[key] == value for voice in voices for key, value in wanted.items()):
                return
            await asyncio.sleep(0.02)


async def _calls(hall: HallClient, bench: BenchClient, bare: BareCommit) -> list[float]:
    """Call and miss, one ticket after another; the card says when its first byte came."""
    took: list[float] = []
    for _ in range(CALLS):
        await hall.call("ticket.take", item="F01", origin="kiosk-1", override=True)
        before = (await bench.do("seen", "voice"))["count"]
        begun_ns = time.monotonic_ns()
        await hall.call("window.next", window="1")
        sound = await _heard(bench, before + 1)
        took.append((sound["at_ns"] - begun_ns) / 1e6 if sound else math.inf)
        await hall.call("window.missed", window="1")
        await _every_voice(hall, speaking=False)
        bare.once()
    return took


async def _heard(bench: BenchClient, count: int) -> dict[str, int] | None:
    for _ in range(500):
        seen = await bench.do("seen", "voice")
        if seen["count"] >= count:
            last: dict[str, int] = seen["heard"][-1]
            return last
        await asyncio.sleep(0.005)
    return None
