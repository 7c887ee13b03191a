"""docs/interfaces.md says of the control socket exactly what a running hall does."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from config.setup.interfaces_doc import PAGE, rewritten
from firmware_py.bench.client import BenchClient, HallClient, Refused
from firmware_py.bench.stage import Stage
from firmware_py.runtime.checks import Checks
from firmware_py.runtime.reconfigure import Reconfigure
from firmware_py.store.vault import Vault
from tests.runtime.methods import every_question

TEXT = PAGE.read_text(encoding="utf-8")
#: Method -> parameters and answer, as the page has them.
EXAMPLES: dict[str, tuple[dict[str, Any], Any]] = {
    method: (json.loads(params or "{}"), json.loads(answer))
    for method, params, answer in re.findall(
        r"^#### `([\w.]+)`\n.*?^```json(?: params=(.*?))?\n(.*?)^```",
        TEXT,
        re.MULTILINE | re.DOTALL,
    )
}
#: Tables whose keys are the hall's own, not the interface's.
BY_NAME = {"by_status", "by_state", "papers_owed", "consumers", "refused", "by_item", "by_window"}


def missing(told: Any, real: Any, at: str) -> Iterator[str]:
    """Yield what an example has and a real answer has not; null may stand for anything."""
    if isinstance(told, dict) and isinstance(real, dict):
        for key, value in told.items():
            if key not in real:
                yield f"{at}.{key}"
            elif key not in BY_NAME:
                yield from missing(value, real[key], f"{at}.{key}")
    elif isinstance(told, list) and isinstance(real, list):
        if told and real:
            yield from missing(told[0], real[0], f"{at}[0]")
    elif None not in (told, real) and not _same_kind(told, real):
        yield f"{at}: {type(real).__name__}"


def _same_kind(told: Any, real: Any) -> bool:
    numbers = (int, float)
    if isinstance(told, numbers) and isinstance(real, numbers):
        return True
    return type(told) is type(real)


async def scanned(
    stage: Stage, hall: HallClient, other: HallClient, params: dict[str, Any]
) -> dict[str, Any]:
    """Return the answers to a scan, and to what cancels another."""
    answers: dict[str, Any] = {}

    async def scan(answer: str) -> None:
        # Until it has arrived whole, the copier's folder has no paper.
        while answer not in answers:
            try:
                answers["document.scan"] = await hall.call("document.scan", **params)
            except Refused as refusal:
                if refusal.code not in {"no_paper", "cancelled"}:
                    raise
                await asyncio.sleep(0.05)

    async with await BenchClient.connect(stage.bench_socket) as bench, asyncio.timeout(60):
        await bench.do("press", "scan-1", key="jpeg")
        await scan("document.scan")
        await bench.do("press", "scan-1", key="pdf", value=30)
        again = asyncio.ensure_future(scan("document.cancel"))
        while "document.cancel" not in answers:
            with contextlib.suppress(Refused):
                answers["document.cancel"] = await other.call("document.cancel", window="1")
            await asyncio.sleep(0.01)
        await again
    return answers


async def play(stage: Stage) -> dict[str, Any]:
    """Return a hall's real answer to every question of the page."""
    async with stage, await HallClient.connect(stage.hall_socket) as hall:
        await hall.call("day.open", day="2026-03-02")
        for _ in range(3):
            await hall.call("ticket.take", item="F01", origin="kiosk-1", override=True)
        await hall.call("window.open", window="1", clerk="1023")
        await hall.call("window.next", window="1")
        await hall.call("window.help", window="1")
        await hall.call("window.start", window="1")
        await hall.call("form.make", window="1", papers=[{"name": "合同"}], days=5)
        async with asyncio.timeout(60):
            while True:
                states = {d["device"]: d["state"] for d in await hall.call("device.list")}
                if states["led-wall"] == "ok":
                    break
                await asyncio.sleep(0.05)
        await hall.call("journal.backup")
        vault = Vault(stage.data / "vault", stage.data / "keys")
        for day in ("2026-03-01", "2026-03-02"):
            await asyncio.to_thread(vault.put, day, "A001-1", b"a page")
        answers: dict[str, Any] = {}
        async with await HallClient.connect(stage.hall_socket) as other:
            for method, (params, _) in EXAMPLES.items():
                if method == "document.scan":
                    answers |= await scanned(stage, hall, other, params)
                elif method == "check.withdraw":
                    asked, _ = EXAMPLES["check.ask"]
                    await hall.call("check.ask", **asked | {"command_id": "demo-c2"})
                    answers[method] = await hall.call(method, **params)
                elif method == "check.kept":
                    # Its item keeps nothing: as if it did.
                    told = json.dumps(EXAMPLES[method][1]).encode()
                    await asyncio.to_thread(vault.put, "2026-03-02", "A001-c1", told)
                    answers[method] = await hall.call(method, **params)
                elif method == "signature.cancel":
                    await hall.call("signature.ask", **EXAMPLES["signature.ask"][0])
                    answers[method] = await hall.call(method, **params)
                elif method not in answers:
                    if "export" in params:
                        params["export"] = answers["document.export"]["export"]
                    answers[method] = await hall.call(method, **params)
        with pytest.raises(Refused) as refused:
            await hall.call("window.next", window="7")
        answers["refusal"] = {"code": refused.value.code, "zh": refused.value.zh}
        return answers


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return asyncio.run(play(Stage(tmp_path_factory.mktemp("i"), broker=True)))


def test_commands_and_refusals_are_those_of_the_code() -> None:
    assert rewritten(TEXT) == TEXT, "run: python config/setup/interfaces_doc.py"


def test_a_page_without_a_table_is_noticed() -> None:
    with pytest.raises(ValueError, match="called commands"):
        rewritten(TEXT.replace("<!-- commands -->", ""))


def test_every_question_is_on_the_page() -> None:
    more = {*object.__new__(Reconfigure).queries(), *object.__new__(Checks).calls()}
    assert set(EXAMPLES) == {*every_question(), *more}


@pytest.mark.parametrize("method", EXAMPLES)
def test_a_real_answer_has_all_that_the_page_shows(method: str, answers: dict[str, Any]) -> None:
    told = EXAMPLES[method][1]
    assert type(answers[method]) is type(told)
    assert answers[method] or not told
    assert list(missing(told, answers[method], method)) == []


def test_an_answer_that_lacks_something_is_noticed() -> None:
    real = {"number": "A001", "calls": "2", "name": {"zh": ""}}
    told = {"number": "A001", "calls": 1, "name": {"zh": "", "en": ""}}
    assert list(missing(told, real, "x")) == ["x.calls: str", "x.name.en"]


def test_the_refusal_on_the_page_is_what_a_hall_says(answers: dict[str, Any]) -> None:
    [line] = [line for line in TEXT.splitlines() if '"code":-32010' in line]
    told = json.loads(line)["error"]["data"]
    assert {"code": told["code"], "zh": told["zh"]} == answers["refusal"]
