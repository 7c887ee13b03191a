"""Configuration and catalogue of a hall of many Pis: checked by each first, in order, taken back.

One hall for all of it: what follows builds on what was before.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path

from firmware_py.bench.spread import HUB
from tests.e2e.scene import refused, until
from tests.e2e.spread_files import OwnFiles, folder_of

#: The first item of config/items.toml, and what it is called during this test.
ITEM, NAME, OTHER = "A01", "新办纳税人套餐", "新开业纳税人套餐"
MIRROR = '{ host = "127.0.0.1", security = "password", password_file = "mirror/3.password" }'


async def hallctl(hall: OwnFiles, node: str, *arguments: str) -> tuple[int, str]:
    """Return exit code and output of ``hallctl`` at a Pi."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "firmware_py.cli.main", *arguments,
        "--socket", str(hall.stage.socket_of(node)), "--lang", "en",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, **hall.stage.of_node(node)},
    )  # fmt: skip
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode()


async def has(hall: OwnFiles, *nodes: str, hub: str = HUB) -> int:
    """Wait until these Pis have the configuration in force; return its number."""
    number = list[int]()

    async def look() -> bool:
        found = {
            one["node"]: one["configuration"] for one in await hall.at(hub).call("config.nodes")
        }
        number[:] = [found[hub]["number"]] if found[hub] else []
        return bool(number) and all(
            found[node] and (found[node]["state"], found[node]["number"]) == ("same", *number)
            for node in nodes
        )

    await until(look)
    return number[0]


async def named(hall: OwnFiles, node: str) -> str:
    """Return what the item is called at a Pi's screens."""
    with contextlib.suppress(ConnectionError):
        items = (await hall.at(node).call("item.list"))["items"]
        return next(str(one["name"]["zh"]) for one in items if one["id"] == ITEM)
    await hall.reconnect(node)
    return await named(hall, node)


async def becomes_named(hall: OwnFiles, node: str, name: str) -> None:
    async def look() -> bool:
        return await named(hall, node) == name

    await until(look)


def rename(hall: OwnFiles, old: str, new: str) -> None:
    """Change the catalogue at the hub as an editor does."""
    path = folder_of(hall.stage, HUB) / "items.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def bring(hall: OwnFiles, node: str) -> None:
    """Bring what does not travel to a Pi by hand."""
    path = folder_of(hall.stage, node) / "mirror" / "3.password"
    path.parent.mkdir()
    path.write_text("made-up", encoding="utf-8")


def same(hall: OwnFiles, node: str, name: str) -> bool:
    """Say whether a file is at a Pi as it is at the hub."""
    at_hub, there = (folder_of(hall.stage, one) / name for one in (HUB, node))
    return at_hub.read_bytes() == there.read_bytes()


async def test_a_change_is_checked_by_every_pi_reaches_all_in_order_and_is_taken_back(
    place: Path,
) -> None:
    async with OwnFiles(place, "kiosk-1", "window-3", "standby-1") as hall:
        nodes = ("kiosk-1", "window-3", "standby-1")
        first = await has(hall, *nodes)

        # The catalogue alone: a kiosk shows the new name, without a restart.
        rename(hall, NAME, OTHER)
        code, said = await hallctl(hall, HUB, "config", "apply", "--all-nodes")
        assert (code, "wall-1" in said) == (1, True), said
        code, said = await hallctl(hall, HUB, "config", "apply")
        assert code == 0, said
        assert "wall-1, window-1, window-2  away" in said
        await becomes_named(hall, "kiosk-1", OTHER)
        second = await has(hall, *nodes)
        assert second > first
        assert same(hall, "window-3", "items.toml")

        # Taken back, at all of them.
        code, said = await hallctl(hall, HUB, "config", "undo")
        assert code == 0, said
        await becomes_named(hall, "kiosk-1", NAME)
        third = await has(hall, *nodes)
        assert third > second

        # A mistake that only one Pi would have stops all.
        pair = ("windows.3.mirror", MIRROR)

        async def refuses() -> str | None:
            # On a machine that is too busy for an answer it goes on without the Pi: tried again.
            code, said = await hallctl(hall, HUB, "config", "set", *pair, "--dry-run")
            return said if code == 1 else None

        said = await until(refuses)
        assert "window-3 cannot use this configuration; nothing was changed" in said
        assert "hall.toml:" in said
        assert "windows[3].mirror.password_file: there is no file" in said
        assert "--without window-3" in said
        assert await has(hall, *nodes) == third
        assert (await refused(hall.at("window-3").call("config.apply"))).code == "only_at_hub"

        # Brought there by hand, all can; one is killed after its yes, another before.
        bring(hall, "window-3")
        code, said = await hallctl(hall, HUB, "config", "set", *pair, "--dry-run")
        assert code == 0, said
        await hall.end("kiosk-1", signal.SIGKILL)
        await hall.end("window-3", signal.SIGKILL)
        code, said = await hallctl(hall, HUB, "config", "set", *pair)
        assert code == 0, said
        await hall.start("kiosk-1")
        await hall.start("window-3")
        fourth = await has(hall, *nodes)
        assert fourth > third
        for node in nodes:
            assert same(hall, node, "hall.toml"), node
        versions = folder_of(hall.stage, "kiosk-1") / "versions"
        assert [one.name[-9:] for one in versions.iterdir()] == ["-hub.toml"]

        # Somebody edits a Pi's own file: it is the hub's again. A secret stays there.
        await hall.end("window-3")
        file = folder_of(hall.stage, "window-3") / "items.toml"
        file.write_text(file.read_text("utf-8").replace(NAME, OTHER), encoding="utf-8")
        await hall.start("window-3")
        await becomes_named(hall, "window-3", NAME)
        assert not (folder_of(hall.stage, "standby-1") / "mirror").exists()

        # What a Pi stands on: it begins anew by itself, and is as far.
        code, said = await hallctl(hall, HUB, "config", "set", "spread.alone_after_s", "50")
        assert code == 0, said
        fifth = await has(hall, *nodes)

        # The next hub has the same, and counts on.
        await hall.end(HUB, signal.SIGKILL)
        await hall.reconnect("standby-1")
        await hall.at("standby-1").call("hub.promote")

        async def decides() -> bool:
            with contextlib.suppress(ConnectionError):
                await hall.reconnect("standby-1")
                return bool((await hall.at("standby-1").call("hub.status"))["decides"])
            return False

        await until(decides)
        await hall.reconnect("window-3")
        assert await has(hall, "window-3", hub="standby-1") == fifth
        code, said = await hallctl(hall, "standby-1", "config", "set", "numbers.prefix", "B")
        assert code == 0, said
        assert await has(hall, "window-3", hub="standby-1") > fifth
