"""The hub numbers its configuration, asks each Pi first, and tells it of its own part alone."""

from __future__ import annotations

import asyncio
import hashlib
from base64 import b64decode
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from firmware_py.config.file import Configuration, load_all
from firmware_py.core.edition import Edition
from firmware_py.runtime import config_offer
from firmware_py.runtime.config_offer import HubConfiguration
from firmware_py.runtime.hall import Hall
from firmware_py.sync.configuration import Report, Wrong
from tests.config.test_shares import hall as write_hall

BAD = Wrong("/etc/hall/hall.toml", 12, "windows[1].mirror", "no file", "没有文件")
NODES = ("kiosk-1", "window-1")


@dataclass
class Scene:
    """A hub with its files; ``there`` are the Pis that answer."""

    folder: Path
    env: dict[str, str]
    there: set[str] = field(default_factory=lambda: set(NODES))
    told: int = 0

    @property
    def config(self) -> Path:
        return self.folder / "etc" / "hall.toml"

    def read(self) -> Configuration:
        return load_all(self.config, self.env)

    def hub(self, epoch: str = "E1") -> HubConfiguration:
        """Return the hub as it is after a start; the book on the disk stays."""
        found = self.read()
        states = lambda: [  # noqa: E731
            SimpleNamespace(node=name, state="there" if name in self.there else "away")
            for name in found.settings.nodes
        ]
        hall = SimpleNamespace(
            settings=found.settings,
            store=SimpleNamespace(epoch=epoch),
            clock=SimpleNamespace(now_ms=lambda: 1000),
            sync=SimpleNamespace(nodes=states, recorded=self.tell),
        )
        return HubConfiguration(cast("Hall", hall), found, self.config, self.env)

    def tell(self, happened: object) -> None:
        self.told += 1

    def change(self, old: str, new: str, name: str = "hall.toml") -> None:
        path = self.config.with_name(name)
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setattr(config_offer, "_PAUSE_S", 0.01)
    return Scene(tmp_path, dict(write_hall(tmp_path)))


async def say(hub: HubConfiguration, node: str, **report: Any) -> dict[str, Any]:
    question = {"report": Report(**report), "edition": None, "name": "", "after": 0}
    return await hub.answer(node, "configuration", question)


async def begun(hub: HubConfiguration, *nodes: str) -> Edition:
    """Have it number what it has; these Pis have that."""
    await hub._look()
    picture = hub.picture()
    assert picture is not None
    edition = msgspec.convert(picture["in_force"], Edition)
    for node in nodes:
        await say(hub, node, has=edition)
    return edition


async def agreed(
    scene: Scene, hub: HubConfiguration, says: dict[str, tuple[Wrong, ...]], **options: Any
) -> config_offer.Agreement:
    """Ask all Pis about the files as they are now; return what came of it."""
    asking = asyncio.create_task(hub.agreed(scene.read().settings, None, **options))
    while not asking.done():
        offered = (hub.picture() or {})["offered"]
        for node, wrong in says.items() if offered is not None else ():
            await say(hub, node, judged=msgspec.convert(offered, Edition), wrong=wrong)
        await asyncio.sleep(0.01)
    return await asking


def says(found: config_offer.Agreement) -> dict[str, str]:
    return {row["node"]: row["says"] for row in found.rows if row["node"] in NODES}


async def test_a_restart_keeps_the_number_and_a_change_counts_on(scene: Scene) -> None:
    first = await begun(scene.hub())
    assert (first.epoch, first.number) == ("E1", 1)
    assert await begun(scene.hub("2-hub")) == first
    scene.change("exception_window", "next_guard_s = 0\nexception_window")
    second = await begun(scene.hub("2-hub"))
    assert (second.epoch, second.number) == ("2-hub", 2)


async def test_all_say_yes_and_what_is_taken_up_is_in_force(scene: Scene) -> None:
    hub = scene.hub()
    first = await begun(hub, *NODES)
    scene.change("套餐", "套餐二", "items.toml")
    found = await agreed(scene, hub, {"kiosk-1": (), "window-1": ()})
    assert (found.refusal, says(found)) == (None, {"kiosk-1": "yes", "window-1": "yes"})
    told = await say(hub, "kiosk-1", has=first)
    assert told["in_force"]["number"] == first.number, "only what is taken up is in force"
    await hub.taken("hallctl:li", found.rows, later=False)
    told = await say(hub, "kiosk-1", has=first)
    assert (told["in_force"]["number"], told["offered"]) == (first.number + 1, None)
    assert scene.told > 1
    # Asked again about the same, nobody has to read it again.
    assert (await agreed(scene, hub, {})).rows == []


async def test_one_mistake_stops_all_and_is_told_with_the_pi_the_file_and_the_line(
    scene: Scene,
) -> None:
    hub = scene.hub()
    first = await begun(hub, *NODES)
    scene.change("套餐", "套餐二", "items.toml")
    found = await agreed(scene, hub, {"kiosk-1": (), "window-1": (BAD,)})
    assert found.refusal is not None
    assert found.refusal.code == "node_refuses"
    line = "window-1  /etc/hall/hall.toml:12: windows[1].mirror"
    assert f"{line}: no file" in found.refusal.en
    assert f"{line}：没有文件" in found.refusal.zh
    assert "1.password" in found.refusal.en, "what a person must bring is named"
    assert (await say(hub, "kiosk-1", has=first))["in_force"]["number"] == first.number
    # Mended there, it is asked anew, under another number; or gone on without that Pi.
    found = await agreed(scene, hub, {"kiosk-1": (), "window-1": ()})
    assert found.refusal is None
    scene.change("套餐二", "套餐三", "items.toml")
    bad = {"kiosk-1": (), "window-1": (BAD,)}
    found = await agreed(scene, hub, bad, without=frozenset({"window-1"}))
    assert found.refusal is None
    await hub.taken("li", found.rows, later=False)
    row = hub.of_node("window-1")
    assert row is not None
    assert (row["state"], row["mistakes"][0]["line"]) == ("refused", 12)


async def test_who_is_away_or_silent_is_named_and_waited_for_only_if_that_is_wanted(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(config_offer, "FIRST_S", 0.2)
    hub = scene.hub()
    await begun(hub, *NODES)
    scene.there.discard("kiosk-1")
    scene.change("套餐", "套餐二", "items.toml")
    found = await agreed(scene, hub, {})
    assert (found.refusal, says(found)) == (None, {"kiosk-1": "away", "window-1": "silent"})
    scene.change("套餐二", "套餐三", "items.toml")
    monkeypatch.setattr(config_offer, "FIRST_S", 60.0)
    found = await agreed(scene, hub, {"window-1": ()}, all_nodes=True)
    assert found.refusal is not None
    assert found.refusal.code == "not_everywhere"
    assert "kiosk-1" in found.refusal.zh


async def parts(hub: HubConfiguration, node: str, edition: Edition) -> dict[str, tuple[str, int]]:
    question = {"report": None, "edition": edition, "name": "", "after": 0}
    told = await hub.answer(node, "configuration.files", question)
    return {name: (sha, size) for name, sha, size in told.get("files", ())}


async def test_a_pi_is_told_its_own_part_and_nothing_of_another_whatever_it_asks(
    scene: Scene,
) -> None:
    hub = scene.hub()
    edition = await begun(hub)
    own, other = [await parts(hub, node, edition) for node in ("kiosk-1", "kiosk-2")]
    assert own.keys() ^ other.keys() == {"templates/printer-1.toml", "templates/printer-2.toml"}
    assert (await parts(hub, "standby-1", edition)).keys() == own.keys() | other.keys()

    async def fetched(node: str, sha: str, size: int = 1) -> bytes | None:
        data = b""
        while len(data) < size:
            question = {"report": None, "edition": None, "name": sha, "after": len(data)}
            told = (await hub.answer(node, "configuration.part", question))["bytes"]
            if told is None:
                return None
            data += b64decode(told)
        return data

    for sha, size in own.values():
        data = await fetched("kiosk-1", sha, size)
        assert data is not None
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (sha, size)
    theirs = other["templates/printer-2.toml"][0]
    secret = hashlib.sha256(b"made-up-1").hexdigest()
    for name in (theirs, secret, "../editions.json", "../../journal.db", ""):
        assert await fetched("kiosk-1", name) is None, name
    stranger = Edition("E1", 99, "0" * 64)
    question = {"report": None, "edition": stranger, "name": "", "after": 0}
    assert await hub.answer("kiosk-1", "configuration.files", question) == {"gone": True}


async def test_a_notice_reaches_all_by_itself_and_nothing_that_is_being_edited(
    scene: Scene,
) -> None:
    hub = scene.hub()
    first = await begun(hub, *NODES)
    scene.change("套餐", "半成品", "items.toml")
    notice = scene.config.with_name("notices") / "closed.txt"
    notice.write_text("明天上午停电", encoding="utf-8")
    second = await begun(hub)
    assert second.number > first.number
    before, after = await parts(hub, "window-1", first), await parts(hub, "window-1", second)
    assert before == {}, "what is no longer in force is not given"
    data = notice.read_bytes()
    assert after["notices/closed.txt"] == (hashlib.sha256(data).hexdigest(), len(data))
    half = hashlib.sha256(scene.config.with_name("items.toml").read_bytes()).hexdigest()
    assert after["items.toml"][0] != half
    # It is taken back with the file.
    notice.unlink()
    third = await begun(hub)
    assert (third.digest, third.number) == (first.digest, second.number + 1)


async def test_a_restored_hub_counts_on_above_what_its_pis_have(scene: Scene) -> None:
    hub = scene.hub()
    await begun(hub)
    ahead = Edition("E0", 41, "f" * 64)
    told = await say(hub, "window-1", has=ahead)
    assert told["in_force"]["number"] == 42
    assert (await begun(scene.hub())).number == 42
    # But nobody makes it count to the moon.
    told = await say(hub, "window-1", has=Edition("E0", 2**50, "f" * 64))
    assert told["in_force"]["number"] == 42


async def test_the_last_configuration_that_was_another_one_can_be_brought_back(
    scene: Scene,
) -> None:
    hub = scene.hub()
    await begun(hub, *NODES)
    assert hub.former() is None
    items = scene.config.with_name("items.toml")
    before = items.read_bytes()
    scene.change("套餐", "套餐二", "items.toml")
    found = await agreed(scene, hub, {"kiosk-1": (), "window-1": ()})
    await hub.taken("li", found.rows, later=False)
    former = hub.former()
    assert former is not None
    (one,) = former["files"]
    assert one["path"] == str(items)
    assert await asyncio.to_thread(Path(one["content"]).read_bytes) == before


async def test_a_hall_whose_pis_have_files_of_their_own_is_left_alone(scene: Scene) -> None:
    scene.change('"${HALL_NODE}"', '"hub"')
    hub = scene.hub()
    await hub._look()
    told = await say(hub, "window-1")
    assert told == {"in_force": None, "offered": None, "later": False}
    scene.change("套餐", "套餐二", "items.toml")
    assert (await agreed(scene, hub, {})).rows == []
    assert hub.of_node("window-1") is None
