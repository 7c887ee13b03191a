"""What a window's two screens share in a running hall, over its socket and by ``hallctl``."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from firmware_py.bench.stage import ROOT
from tests.e2e.scene import Scene, refused, unplugged, until

#: A made-up person's ID number: region, day of birth and digits of nobody.
ID_NUMBER = "11010519491231002X"


class Watching:
    """A screen: a connection of its own, and what it is told."""

    def __init__(self, lines: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._lines = lines
        self._writer = writer

    async def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a question; return its answer."""
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        self._writer.write(json.dumps(request).encode() + b"\n")
        return await self.next()

    async def next(self) -> dict[str, Any]:
        """Return the next line."""
        line: dict[str, Any] = json.loads(await asyncio.wait_for(self._lines.readline(), 60))
        return line


@asynccontextmanager
async def watching(hall: Scene, window: str = "1") -> AsyncIterator[Watching]:
    """Watch a window as its screens do."""
    lines, writer = await asyncio.open_unix_connection(str(hall.stage.hall_socket))
    try:
        screen = Watching(lines, writer)
        answer = await screen.ask("screen.watch", window=window)
        assert answer["result"]["window"] == window
        yield screen
    finally:
        writer.close()
        await writer.wait_closed()


async def test_screens_follow_a_transaction_from_call_to_finish(place: Path) -> None:
    async with unplugged(place, windows=["1"]) as hall, watching(hall) as screen:
        await hall.take()
        await hall.do("window.next", window="1")
        told = await screen.next()
        assert (told["method"], told["params"]["change"]) == ("screen", "ticket")
        assert told["params"]["mirror"]["state"] == "blank"
        await hall.do("window.start", window="1")
        told = await screen.next()
        assert (told["params"]["change"], told["params"]["mirror"]["state"]) == ("mirror", "show")
        await hall.hall.call("screen.message", window="1", text="请出示\n营业执照")
        told = await screen.next()
        assert told["params"]["message"] == {"text": "请出示 营业执照"}
        await hall.hall.call("screen.mirror", window="1", state="freeze")
        assert (await screen.next())["params"]["mirror"]["state"] == "freeze"
        await hall.do("window.finish", window="1")
        told = await screen.next()
        assert told["params"]["change"] == "ticket"
        assert (told["params"]["message"], told["params"]["mirror"]["state"]) == (None, "blank")
        answer = await hall.hall.call("screen.mirror", window="1", state="show")
        assert answer["mirror"]["state"] == "blank"


async def test_nothing_of_it_is_recorded_or_logged(place: Path) -> None:
    async with unplugged(place, windows=["1"]) as hall:
        await hall.take()
        await hall.do("window.next", window="1")
        before = len(await hall.journal())
        call = hall.hall.call
        await call("screen.message", window="1", text="请张三核对", seconds=60)
        await call("screen.title", window="1", title="张三 - 电子税务局", seconds=60)
        await call("screen.mirror", window="1", state="show")
        refusal = await refused(call("screen.message", window="1", text=f"证件 {ID_NUMBER}"))
        assert refusal.code == "personal_data"
        shown = await call("screen.show", window="1")
        # What was there before a refusal stays.
        assert shown["message"] == {"text": "请张三核对"}
        assert len(await hall.journal()) == before
        log = hall.stage.log_of("halld")
        assert "张三" not in log
        assert ID_NUMBER not in log


async def test_wrong_questions_are_refused_with_what_is_wrong(place: Path) -> None:
    async with unplugged(place, windows=["1"]) as hall:
        call = hall.hall.call
        asked: list[tuple[str, dict[str, Any], str]] = [
            ("screen.show", {"window": "99"}, "unknown_window"),
            ("screen.message", {"window": "99", "text": ""}, "unknown_window"),
            ("screen.title", {"window": "99", "title": ""}, "unknown_window"),
            ("screen.mirror", {"window": "99", "state": "show"}, "unknown_window"),
            ("window.mirror", {"window": "99"}, "unknown_window"),
            ("screen.mirror", {"window": "2", "state": "show"}, "no_mirror"),
            ("screen.mirror", {"window": "1", "state": "dim"}, "bad_field"),
            ("screen.message", {"window": "1", "text": "字" * 201}, "bad_field"),
            ("screen.message", {"window": "1", "text": "a", "seconds": 0}, "bad_field"),
            ("screen.title", {"window": "1", "title": "a" * 1001}, "bad_field"),
            ("screen.watch", {"window": "99"}, "unknown_window"),
            ("screen.watch", {"window": "1", "all": True}, "unknown_field"),
        ]
        codes = [(await refused(call(method, **params))).code for method, params, _ in asked]
        assert codes == [code for _, _, code in asked]
        assert await call("window.mirror", window="2") is None
        found = await call("window.mirror", window="1")
        assert (found["port"], found["security"], found["start"]) == (5901, "none", "show")


async def test_people_say_it_by_hallctl_too(place: Path) -> None:
    async with unplugged(place, windows=["1"]) as hall:
        await hall.take()
        await hall.do("window.next", window="1")
        ran = await hall.hallctl("screen", "mirror", "1", "show")
        assert (ran.code, "live" in ran.out) == (0, True)
        ran = await hall.hallctl(
            "screen", "message", "1", "请核对金额", "--seconds", "60", lang="zh"
        )
        assert (ran.code, "请核对金额" in ran.out, "实时显示" in ran.out) == (0, True, True)
        ran = await hall.hallctl("screen", "show", "1")
        assert "not known: every masked area is hidden" in ran.out
        ran = await hall.hallctl("screen", "title", "1", "金税", "--seconds", "60", "--json")
        assert json.loads(ran.out)["mirror"]["title"] == "金税"
        assert (await hall.hallctl("screen", "message", "1")).code == 0
        shown = await hall.hall.call("screen.show", window="1")
        assert (shown["message"], shown["mirror"]["title"]) == (None, "金税")
        ran = await hall.hallctl("screen", "mirror", "2", "show")
        assert (ran.code, "no mirror" in ran.err) == (1, True)
        assert (await hall.hallctl("screen", "mirror", "1", "dim")).code == 2


async def test_titles_come_line_by_line_and_nobody_knows_them_after_the_last(
    place: Path,
) -> None:
    async with unplugged(place, windows=["1"]) as hall:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "firmware_py.cli.main", "screen", "title", "1", "--stdin"),
            env={**hall.stage.environment, "LC_ALL": "C.UTF-8", "PYTHONPATH": str(ROOT)},
            stdin=asyncio.subprocess.PIPE,
        )
        assert process.stdin is not None

        async def known(title: str) -> bool:
            shown = await hall.hall.call("screen.show", window="1")
            return bool(shown["mirror"]["title"] == title)

        try:
            for title in ("电子税务局", "记事本"):
                process.stdin.write(f"{title}\n".encode())
                await until(partial(known, title))
            process.stdin.close()
            assert await asyncio.wait_for(process.wait(), 60) == 0
            assert await known("")
        finally:
            if process.returncode is None:
                os.kill(process.pid, signal.SIGKILL)
                await process.wait()


async def test_a_changed_mirror_is_taken_up_and_blanks_the_screen(place: Path) -> None:
    (place / "notices").mkdir(exist_ok=True)
    async with unplugged(place, windows=["1"]) as hall, watching(hall) as screen:
        await hall.take()
        await hall.do("window.next", window="1")
        await hall.do("window.start", window="1")
        for _ in range(2):
            await screen.next()
        ran = await hall.hallctl("config", "set", "windows.1.mirror.quality", "9")
        assert ran.code == 0, ran.err
        told = (await screen.next())["params"]
        assert (told["change"], told["mirror"]["state"]) == ("settings", "blank")
        found = await hall.hall.call("window.mirror", window="1")
        assert found["quality"] == 9


async def test_a_check_is_before_the_screens_that_watch_until_its_ticket_leaves(
    place: Path,
) -> None:
    fields = [{"id": "account", "label": {"zh": "银行账号", "en": "Account"}, "value": "6222 0815"}]
    async with unplugged(place, windows=["1"]) as hall, watching(hall) as screen:
        await hall.take()
        await hall.do("window.next", window="1")
        await hall.do("window.start", window="1")
        for _ in range(2):
            assert (await screen.next())["params"]["check"] is None
        asked = await hall.hall.call("check.ask", window="1", fields=fields)
        told = await screen.next()
        assert (told["method"], told["params"]["change"]) == ("screen", "check")
        assert told["params"]["check"]["fields"][0]["value"] == "6222 0815"
        shown = await hall.hall.call("screen.show", window="1")
        assert shown["check"] == told["params"]["check"]
        answer = {"window": "1", "check": asked["check"], "outcome": "confirmed"}
        await hall.hall.call("check.answer", **answer)
        both = [await screen.next() for _ in range(2)]
        # Who asked, and the screens, are told; then the place as it is.
        assert [one["method"] for one in both] == ["check", "screen"]
        assert both[1]["params"]["check"]["state"] == "confirmed"
        await hall.do("window.finish", window="1")
        changes = {}
        while "ticket" not in changes:
            told = await screen.next()
            changes[told["params"]["change"]] = told["params"]
        assert changes["ticket"]["check"] is None


async def test_a_press_for_somebody_who_left_shows_the_next_person_nothing(place: Path) -> None:
    async with unplugged(place, windows=["1"]) as hall:
        call = hall.hall.call
        await hall.take()
        await hall.take()
        await call("screen.mirror", window="1", state="show", number="")
        await hall.do("window.next", window="1", number="")
        first: dict[str, Any] = {"window": "1", "number": "A001"}
        await hall.do("window.start", **first)
        await call("screen.mirror", state="freeze", **first)
        # The clerk's pad is quicker than a finger on the screen.
        await hall.do("window.next", window="1")
        late: list[tuple[str, dict[str, Any]]] = [
            ("screen.mirror", {"state": "show"}), ("screen.message", {"text": "请签名"}),
            ("window.finish", {}), ("window.missed", {}), ("window.ask_rating", {}),
        ]  # fmt: skip
        codes = {(await refused(call(method, **first, **more))).code for method, more in late}
        assert codes == {"another_in_hand"}
        shown = await call("screen.show", window="1")
        assert (shown["mirror"]["state"], shown["message"]) == ("blank", None)
        # Dark it may always be made.
        await call("screen.mirror", state="blank", **first)
        ran = await hall.hallctl("window", "finish", "1", "--number", "A001", lang="zh")
        assert (ran.code, "手中现在是 A002" in ran.err) == (1, True)
        assert (await hall.hallctl("window", "start", "1", "--number", "a002")).code == 0
        assert (await hall.hallctl("window", "park", "1")).code == 0


async def test_a_daemon_killed_within_a_service_is_back_as_the_clerk_had_chosen(
    place: Path,
) -> None:
    async with unplugged(place, windows=["1"]) as hall:

        async def killed() -> str:
            await hall.kill()
            await hall.start(devices=False)
            async with watching(hall) as screen:
                told = await screen.ask("screen.show", window="1")
                state: str = told["result"]["mirror"]["state"]
            return state

        await hall.take()
        await hall.take()
        await hall.do("window.next", window="1")
        assert await killed() == "blank"
        await hall.do("window.start", window="1")
        assert await killed() == "show"
        await hall.hall.call("screen.mirror", window="1", state="blank")
        assert await killed() == "blank"
        await hall.hall.call("screen.mirror", window="1", state="show")
        await hall.do("window.next", window="1")
        # Another person: dark until the service begins, killed or not.
        assert await killed() == "blank"
        await hall.do("window.start", window="1")
        file = hall.stage.run / "mirrors.json"
        assert json.loads(file.read_bytes())["shown"]["1"]["number"] == "A002"
        # A reboot empties the runtime folder: nobody knows what the clerk's PC shows now.
        await hall.kill()
        file.unlink()
        await hall.start(devices=False)
        assert (await hall.hall.call("screen.show", window="1"))["mirror"]["state"] == "blank"


async def test_hallctl_shows_which_check_and_signature_wait_and_nothing_of_them(
    place: Path,
) -> None:
    fields = [{"id": "account", "label": "账号", "value": "6222 0815"}]
    async with Scene(place, windows=["1"]) as hall:
        await hall.take()
        await hall.do("window.next", window="1")
        await hall.do("window.start", window="1")
        await hall.hall.call("check.ask", window="1", fields=fields)
        outcome = await hall.hall.call("form.make", window="1", papers=[{"name": "合同"}], days=5)
        form = outcome["events"][0]["data"]["form"]
        await hall.hall.call("signature.ask", window="1", form=form)
        ran = await hall.hallctl("screen", "show", "1", lang="zh")
        assert "核对  A001-c1  等待核对" in ran.out.splitlines()
        assert f"签名  {form}  等待签名" in ran.out.splitlines()
        assert "6222" not in ran.out
