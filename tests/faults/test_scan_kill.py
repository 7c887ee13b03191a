"""``kill -9`` at each step of a scan, a second scan and a removal: nothing half is left.

After the next start what is recorded can be read, and the vault has no file beside that.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from tests.e2e.papers_scene import lay, pages_on_disk, scan
from tests.e2e.scene import Scene, until

#: Two for each file that is put or removed: the note, two pages, the note; the note, a page, two
#: old pages, the note; the note, the page, the note.
STEPS = range(1, 25)
#: Before and after what is recorded, within the pages, and within the removal of old ones.
SOME = (6, 7, 12, 15)


async def everything(hall: Scene, number: str) -> None:
    await lay(hall, 2)
    await scan(hall)
    await lay(hall)
    await scan(hall, document=f"{number}-1")
    await hall.hall.call("document.remove", document=f"{number}-1")


async def killed_at(place: Path, step: int) -> None:
    scene = Scene(place, windows=["1"])
    usual = scene.stage.daemon
    scene.stage.daemon = ("tests.faults.dying_halld", str(step))
    async with scene as hall:
        number = await hall.take()
        await hall.do("window.next", window="1")
        with suppress(ConnectionError):
            await everything(hall, number)
        assert hall.stage.processes["halld"].wait(60) == -9
        await hall.end()
        hall.stage.daemon = usual
        await hall.start()

        async def in_order() -> bool:
            return not [name for name in pages_on_disk(hall) if name.endswith(".open")]

        await until(in_order)
        listed = (await hall.hall.call("document.list", number=number))["documents"]
        assert [one["kept"] for one in listed] == ["whole"] * len(listed), listed
        assert pages_on_disk(hall) == [
            f"{one['document']}v{one['version']}-p{page:03}"
            for one in listed
            for page in range(1, one["pages"] + 1)
        ]
        # The clerk scans again, whatever there was.
        await lay(hall)
        done = await scan(hall, **({"document": listed[0]["document"]} if listed else {}))
        assert pages_on_disk(hall)[0] == f"{done['document']}v{done['version']}-p001"
        await hall.verified()


@pytest.mark.parametrize("step", SOME)
async def test_after_a_kill_within_a_scan_nothing_half_is_left(place: Path, step: int) -> None:
    await killed_at(place, step)


@pytest.mark.long
@pytest.mark.parametrize("step", [step for step in STEPS if step not in SOME])
async def test_after_a_kill_at_any_step_nothing_half_is_left(place: Path, step: int) -> None:
    await killed_at(place, step)
