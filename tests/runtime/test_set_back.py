"""A hub's card is an old copy: it is known before anything is decided, and over restarts."""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import msgspec
import pytest

from firmware_py.app.ports import Happened
from firmware_py.app.writer import HallWriter
from firmware_py.runtime.hub_role import HubRole, RoleChange, role_of
from firmware_py.runtime.set_back import SeenBy, hold, is_set_back, was_set_back
from firmware_py.runtime.set_back_note import (
    Finding,
    kept_finding,
    proofs_of,
    read_finding,
    write_finding,
)
from firmware_py.store.pages import Wanted
from firmware_py.store.restore import restore
from firmware_py.sync.evidence import Claim
from firmware_py.sync.mail import Down, Incoming, LinkMail, Up
from firmware_py.sync.seen import Seen
from tests.runtime.test_hub_role import HUB, STANDBY, configuration, journal_of
from tests.store.making import MORNING_MS, entry, opened
from tests.sync.support import until

if TYPE_CHECKING:
    from firmware_py.core.refusals import Refusal
    from firmware_py.runtime.hall import Hall
    from firmware_py.sync.link import MakeLink

ROOT = "hall/v1/demo"
Retained = Mapping[str, Mapping[str, object]]


class Retaining:
    """A broker that retained these, below the hall's root; ``None``: nobody is there."""

    def __init__(self, retained: Retained | None) -> None:
        self.retained, self.looks = retained, 0

    def __call__(
        self, address: object, wanted: Sequence[str], take: Callable[[LinkMail], None], **_: object
    ) -> Any:
        self.looks += 1

        def start() -> None:
            loop = asyncio.get_running_loop()
            if self.retained is None:
                loop.call_soon(take, Down(1, "connection refused", was_up=False))
                return
            loop.call_soon(take, Up(1))
            for suffix, body in self.retained.items():
                told = json.dumps(body).encode()
                mail = Incoming(1, f"{ROOT}/{suffix}", told, len(told), True, time.monotonic())
                loop.call_soon(take, mail)

        async def stop() -> None:
            return

        return SimpleNamespace(start=start, stop=stop)


async def role(
    folder: Path, retained: Retained | None, *, standby: bool = True
) -> tuple[HubRole, Retaining]:
    settings = configuration(folder, HUB).settings
    hall = msgspec.structs.replace(settings.hall, id="demo")
    nodes = dict(settings.nodes)
    if not standby:
        del nodes[STANDBY]
    settings = msgspec.structs.replace(settings, hall=hall, nodes=nodes)
    broker = Retaining(retained)
    return await role_of(settings, RoleChange(), cast("MakeLink", broker)), broker


def old_copy(folder: Path, events: int = 5, more: int = 3) -> tuple[Path, str, Callable[[], None]]:
    """Make a journal and go on with it; return it set back, its epoch, how the newer is put in."""
    path = journal_of(folder, HUB)
    with opened(path, HUB) as journal:
        journal.append([entry(number) for number in range(1, events + 1)])
        epoch = journal.epoch
    # Its key is on the card from the first day on.
    assert proofs_of(path) is not None
    old, new = folder / "old", folder / "new"
    shutil.copytree(path.parent, old)
    with opened(path, HUB) as journal:
        journal.append([entry(number) for number in range(events + 1, events + more + 1)])
    shutil.copytree(path.parent, new)

    def put(card: Path) -> None:
        kept = path.with_suffix(".set-back")
        note = kept.read_bytes() if kept.exists() else None
        shutil.rmtree(path.parent)
        shutil.copytree(card, path.parent)
        if note is not None:
            kept.write_bytes(note)

    put(old)
    return path, epoch, lambda: put(new)


def seen_by_window(path: Path, epoch: str, seq: int, time_ms: int = 0) -> dict[str, object]:
    proofs = proofs_of(path)
    assert proofs is not None
    word = proofs.word(epoch, seq, time_ms)
    return {"status": "online", "roles": ["window"], "seen": msgspec.structs.asdict(word)}


@pytest.mark.parametrize(
    ("who", "standby"), [("picture", False), ("birth", True), ("window-3", False)]
)
async def test_a_hub_knows_before_it_decides_that_its_card_is_an_old_copy_and_goes_on_knowing_it(
    tmp_path: Path, who: str, standby: bool
) -> None:
    path, epoch, newer = old_copy(tmp_path)
    retained: dict[str, Mapping[str, object]] = {
        "picture": {"state/hall": {"epoch": epoch, "seq": 8}},
        "birth": {
            f"node/{HUB}": {
                "status": "offline",
                "roles": ["hub"],
                "epochs": [{"epoch": epoch, "first_seq": 1}, {"epoch": "3-hub", "first_seq": 9}],
            }
        },
        "window-3": {"node/window-3": seen_by_window(path, epoch, 8, MORNING_MS + 8_000)},
    }[who]  # type: ignore[assignment]
    found, _ = await role(tmp_path, retained, standby=standby)
    assert (found.decides, found.looked) == (True, True)
    assert found.set_back is not None
    assert (found.set_back.here, found.set_back.by) == (5, who if who == "window-3" else "")
    # Whatever the broker forgot since, and without it.
    forgot: Retained = {}
    for later in (forgot, None):
        again, _ = await role(tmp_path, later, standby=standby)
        assert again.set_back == found.set_back
    # The newer card has what was seen; it is another epoch that it has not, where that was seen.
    newer()
    again, _ = await role(tmp_path, {}, standby=standby)
    if who == "birth":
        assert again.set_back is not None
    else:
        assert (again.set_back, path.with_suffix(".set-back").exists()) == (None, False)


async def test_a_hub_that_was_restored_begins_an_epoch_and_is_no_old_copy(tmp_path: Path) -> None:
    path, epoch, _ = old_copy(tmp_path)
    seen = {
        "state/hall": {"epoch": epoch, "seq": 8},
        "node/window-3": seen_by_window(path, epoch, 8),
    }
    assert (await role(tmp_path, seen))[0].set_back is not None
    backup = path.rename(tmp_path / "backup.db")
    restore(backup, path, HUB)
    assert (await role(tmp_path, seen))[0].set_back is None
    assert read_finding(path) is None


async def test_one_that_went_on_from_the_old_copy_beyond_what_was_seen_is_known_too(
    tmp_path: Path,
) -> None:
    path, epoch, _ = old_copy(tmp_path)
    seen = {"node/window-3": seen_by_window(path, epoch, 8, MORNING_MS + 8_000)}
    # It was started where no cable was in it, and gave numbers for a while.
    with opened(path, HUB) as journal:
        journal.append([entry(number) for number in range(20, 30)])
    found, _ = await role(tmp_path, seen)
    assert found.set_back is not None
    assert (found.set_back.here, found.set_back.seq) == (15, 8)
    assert kept_finding(path) == found.set_back


async def test_what_nobody_proves_and_what_the_journal_has_stops_no_hall(tmp_path: Path) -> None:
    path, epoch, newer = old_copy(tmp_path)
    true = seen_by_window(path, epoch, 8, MORNING_MS + 8_000)
    newer()
    forged = {**true, "seen": {"epoch": epoch, "seq": 99, "time_ms": 0, "proof": "0" * 32}}
    retained: Retained = {
        "node/window-3": forged,
        "node/window-4": {**forged, "seen": {"epoch": epoch, "seq": 99}},
        # A hub's own words count on a hub's own topics alone.
        "node/window-5": {"status": "offline", "roles": ["hub"], "seq": 99, "epochs": [
            {"epoch": epoch, "first_seq": 1}]},
        "node/window-6": true,
        "state/hall": {"epoch": epoch, "seq": 8},
        "state/window/3": {"epoch": "of another journal", "seq": 99},
    }  # fmt: skip
    found, broker = await role(tmp_path, retained)
    assert (found.set_back, found.looked, broker.looks) == (None, True, 1)


async def test_a_hub_without_a_broker_in_reach_decides_and_looks_when_it_is_there(
    tmp_path: Path,
) -> None:
    # Of a journal that begins nobody knows more: nobody is asked.
    found, broker = await role(tmp_path, {}, standby=False)
    assert (found.decides, found.looked, broker.looks) == (True, True, 0)
    old_copy(tmp_path)
    found, broker = await role(tmp_path, None, standby=False)
    assert (found.decides, found.looked, broker.looks) == (True, False, 1)
    assert found.set_back is None


async def test_a_finding_that_cannot_be_read_decides_nothing(tmp_path: Path) -> None:
    path, _, _ = old_copy(tmp_path)
    path.with_suffix(".set-back").write_bytes(b"{")
    with pytest.raises(msgspec.DecodeError):
        await role(tmp_path, {})


# ---- while it runs


class Running:
    """Has what is used of a running hub. ``told``: whether the others hear that it decides."""

    def __init__(self, folder: Path, path: Path, epoch: str, last_seq: int) -> None:
        settings = configuration(folder, HUB).settings
        nodes = {name: node for name, node in settings.nodes.items() if name != STANDBY}
        self.settings = msgspec.structs.replace(settings, nodes=nodes)
        self.store = SimpleNamespace(epochs=[SimpleNamespace(epoch=epoch)])
        self.loop = asyncio.get_running_loop()
        self.storage: Refusal | None = None
        self.writer = HallWriter.__new__(HallWriter)
        self.writer.last_seq, self.writer.on_recorded = last_seq, []
        self.writer.held_back = lambda: None
        self.told: list[bool] = []
        self.sync = SimpleNamespace(decides=self.told.append)
        assert Path(self.settings.journal.path) == path

    @property
    def as_hall(self) -> Hall:
        return cast("Hall", self)


async def test_a_running_hub_is_stopped_by_its_own_proof_alone(tmp_path: Path) -> None:
    path, epoch, _ = old_copy(tmp_path)
    hub = Running(tmp_path, path, epoch, 5)
    seen_by = SeenBy(hub.as_hall)
    proofs = proofs_of(path)
    assert proofs is not None
    word = proofs.word(epoch, 8, MORNING_MS + 8_000)
    seen_by.claimed(Claim("window-3", msgspec.structs.replace(word, seq=9)))
    seen_by.claimed(Claim("window-3", Seen(epoch, 9)))
    assert (hub.told, is_set_back(hub.as_hall)) == ([], False)
    assert seen_by.word() == proofs.word(epoch, 5, 0)
    seen_by.claimed(Claim("window-3", word))
    assert (hub.told, seen_by.set_back, seen_by.word()) == ([False], True, None)
    why = hub.writer.held_back()
    assert why is not None
    assert why.code == "set_back"
    for text, ways in ((why.zh, ("window-3", "第 5 条")), (why.en, ("window-3", "event 5"))):
        assert all(way in text for way in (*ways, "hallctl backup", "hallctl restore"))
    await until(lambda: read_finding(path))
    # Once: what others say after that changes nothing.
    seen_by.claimed(Claim("window-4", proofs.word(epoch, 12, 0)))
    was_set_back(hub.as_hall, STANDBY, Wanted(9))
    assert hub.told == [False]


async def test_what_a_hub_proves_is_its_newest_event_with_its_time(tmp_path: Path) -> None:
    path, epoch, newer = old_copy(tmp_path)
    newer()
    hub = Running(tmp_path, path, epoch, 7)
    seen_by, proofs = SeenBy(hub.as_hall), proofs_of(path)
    assert proofs is not None
    hub.writer.last_seq = 8
    told = Happened(8, MORNING_MS + 8_000, "x", "kiosk-1", "1", cast("Any", None), b"{}")
    for react in hub.writer.on_recorded:
        react([told])
    word = seen_by.word()
    assert word == proofs.word(epoch, 8, MORNING_MS + 8_000)
    # Said back it is looked up, and is there; another event of that number was never in it.
    seen_by.claimed(Claim("window-3", word))
    await until(lambda: not seen_by._looking)
    assert hub.told == []
    seen_by.claimed(Claim("window-3", proofs.word(epoch, 6, MORNING_MS + 6_001)))
    await until(lambda: hub.told == [False])


async def test_of_two_hubs_the_other_one_is_named(tmp_path: Path) -> None:
    path, epoch, _ = old_copy(tmp_path)
    hub = Running(tmp_path, path, epoch, 5)
    hub.settings = configuration(tmp_path, HUB).settings
    was_set_back(hub.as_hall, STANDBY, Wanted(8, "ab" * 32))
    why = hub.writer.held_back()
    assert why is not None
    assert f"请在 {STANDBY} 上执行 hallctl hub promote" in why.zh
    await until(lambda: read_finding(path))
    finding = kept_finding(path)
    assert finding == Finding(epoch, 5, 8, STANDBY, link="ab" * 32)
    # What a standby says is of its copy: an event of that number with another link is no such one.
    with opened(path, HUB) as journal:
        journal.append([entry(number) for number in range(30, 40)])
        link = journal.read(7, 1)[0].hash.hex()
    assert kept_finding(path) == finding
    write_finding(path, msgspec.structs.replace(finding, link=link))
    assert kept_finding(path) is None
    promoted = Running(tmp_path, path, epoch, 5)
    promoted.settings = configuration(tmp_path, HUB).settings
    own = msgspec.structs.replace(promoted.settings.hall, node=STANDBY)
    promoted.settings = msgspec.structs.replace(promoted.settings, hall=own)
    hold(promoted.as_hall, finding)
    why = promoted.writer.held_back()
    assert why is not None
    assert f"hallctl hub promote at {HUB}" in why.en
