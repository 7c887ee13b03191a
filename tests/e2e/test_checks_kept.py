"""Checks of a day: who was asked what; what is kept is masked until somebody asks for it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from tests.e2e.scene import TODAY, Scene, refused
from tests.e2e.test_checks import ACCOUNT, NAME, RIGHT, answer, ask, files_with, keeping, serving

READ = "check.read"


async def a_day(hall: Scene) -> None:
    """A001 corrects one check and leaves another open; nobody answers A002's."""
    await serving(hall)
    await ask(hall, title={"zh": "请核对账户", "en": "Your account"})
    await answer(hall, "A001-c1", "corrected", account=RIGHT)
    await ask(hall)
    await hall.do("window.finish", window="1")
    await hall.take("D01")
    await hall.do("window.next", window="2")
    await hall.hall.call(
        "check.ask", window="2", fields=[{"id": "phone", "label": "P", "value": "0100"}]
    )


async def test_a_days_checks_are_listed_without_what_stood_in_them(place: Path) -> None:
    async with keeping(place) as hall:
        await a_day(hall)
        found = await hall.hall.call("check.list")
        assert (found["day"], found["more"]) == (TODAY, 0)
        told = [(one["check"], one["window"], one["state"], one["kept"]) for one in found["checks"]]
        assert told == [
            ("A001-c1", "1", "corrected", True), ("A001-c2", "1", "ended", False),
            ("A002-c1", "2", "open", False),
        ]  # fmt: skip
        first = found["checks"][0]
        assert (first["fields"], first["corrected"]) == (["name", "account"], ["account"])
        assert first["asked_at"].startswith(TODAY)
        assert first["asked_at"] <= first["over_at"]
        assert first["asked_by"].startswith("client:")
        whole = json.dumps(found, ensure_ascii=False)
        assert not any(secret in whole for secret in (NAME, ACCOUNT, RIGHT))
        only = await hall.hall.call("check.list", number="a001", limit=1)
        assert ([one["check"] for one in only["checks"]], only["more"]) == (["A001-c2"], 1)
        only = await hall.hall.call("check.list", window="2")
        assert [one["check"] for one in only["checks"]] == ["A002-c1"]
        ran = await hall.hallctl("check", "list", lang="zh")
        lines = [line.split() for line in ran.out.splitlines()]
        assert lines[0] == ["编号", "窗口", "时间", "核对项目", "答复", "内容"]
        assert [line[0] for line in lines[1:]] == ["A001-c1", "A001-c2", "A002-c1"]
        assert lines[1][3:] == ["姓名、银行账号", "有更正：银行账号", "已保存"]
        assert lines[2][-2:] == ["号票离开窗口", "未保存"]
        ran = await hall.hallctl("check", "list", "A002")
        assert "Telephone" in ran.out.splitlines()[1]
        ran = await hall.hallctl("check", "list", "--day", "2026-11-20")
        assert ran.out == "No such checks: 2026-11-20.\n"


async def test_what_is_kept_is_masked_until_somebody_asks_and_is_written_down(place: Path) -> None:
    async with keeping(place) as hall:
        await a_day(hall)
        ran = await hall.hallctl("check", "show", "a001-c1", lang="zh")
        assert ran.out.splitlines() == [
            f"A001-c1  有更正  {TODAY}  请核对账户",
            "  姓名  ****",
            "  银行账号  ***************0815  更正为 ***************0816",
            "内容已遮蔽；--unmask 全部显示，并记入流水。",
        ], ran.err
        assert READ not in json.dumps(await hall.journal())
        ran = await hall.hallctl("check", "show", "A001-c1", "--unmask", "--json")
        told = json.loads(ran.out)
        assert [one["value"] for one in told["fields"]] == [NAME, ACCOUNT]
        assert [one["corrected"] for one in told["fields"]] == [None, RIGHT]
        (read,) = [one for one in await hall.journal() if one["type"] == "action.taken"]
        assert read["data"]["action"] == READ
        assert read["data"]["subject"] == f"A001-c1 {TODAY}"
        assert read["by"].startswith("hallctl:")
        ran = await hall.hallctl("journal", "tail", "-n", "3", lang="zh")
        assert "查看核对内容 A001-c1" in ran.out
        # Neither log nor journal nor any other file has what was read.
        assert await asyncio.to_thread(files_with, place, NAME, ACCOUNT, RIGHT) == []


async def test_what_is_not_kept_or_no_check_is_refused_in_words(place: Path) -> None:
    async with keeping(place) as hall:
        await a_day(hall)
        for check in ("A001-c2", "A002-c1", "A009-c1"):
            ran = await hall.hallctl("check", "show", check)
            assert (ran.code, "Nothing is kept of " + check in ran.err) == (1, True), ran.err
        # No other file of the vault can be read in this way.
        for name in ("A001-card", "../keys/x-c1", "A001-c1-p1", "A001-F20261123-001v1-sign-abc"):
            refusal = await refused(hall.hall.call("check.kept", check=name, unmask=True))
            assert refusal.code == "bad_field"
        ran = await hall.hallctl("check", "show", "1", "--day", TODAY)
        assert (ran.code, "a check that is kept" in ran.err) == (2, True)
        await hall.hall.call("privacy.forget", number="A001")
        assert "Nothing is kept" in (await hall.hallctl("check", "show", "A001-c1")).err
        assert (await hall.hall.call("check.list"))["checks"][0]["kept"] is False
        assert READ not in json.dumps(await hall.journal())


async def test_yesterdays_checks_are_found_and_end_with_their_key(place: Path) -> None:
    async with keeping(place) as hall:
        await a_day(hall)
        await hall.do("day.close")
        await hall.do("day.open", day=TODAY)
        await hall.do("day.close")
        await hall.do("day.open", day="2026-11-24")
        assert (await hall.hall.call("check.list"))["checks"] == []
        found = await hall.hall.call("check.list", day=TODAY)
        assert [one["check"] for one in found["checks"]] == ["A001-c1", "A001-c2", "A002-c1"]
        ran = await hall.hallctl("check", "show", "A001-c1", "--day", TODAY)
        assert "***************0815" in ran.out
        assert "Nothing is kept" in (await hall.hallctl("check", "show", "A001-c1")).err
        await hall.hall.call("privacy.destroy", day=TODAY)
        ran = await hall.hallctl("check", "show", "A001-c1", "--day", TODAY, lang="zh")
        assert (ran.code, NAME in ran.out) == (1, False)
        found = await hall.hall.call("check.list", day=TODAY)
        assert not any(one["kept"] for one in found["checks"])
