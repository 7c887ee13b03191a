"""“Please check” in a whole hall: asked, answered on the outer screen, lost with it, kept."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from firmware_py.store.vault import Vault
from tests.e2e.scene import TODAY, Change, Connection, Scene, refused, unplugged, until

#: Made up, and nowhere else in the hall.
NAME, ACCOUNT, RIGHT = "样张龘靐", "6222-0000-4711-0815", "6222-0000-4711-0816"
FIELDS: list[dict[str, Any]] = [
    {"id": "name", "label": {"zh": "姓名", "en": "Name"}, "value": NAME},
    {"id": "account", "label": "银行账号", "value": ACCOUNT, "correct": True, "mask": True},
]
KEPT: Change = ('catalogue = "items.toml"', 'catalogue = "kept.toml"')


def keeping(place: Path) -> Scene:
    """Return a hall whose item F01 keeps what was checked."""
    text = (Path(__file__).parents[2] / "config" / "items.toml").read_text(encoding="utf-8")
    item = 'id = "F01"\n'
    assert text.count(item) == 1
    (place / "kept.toml").write_text(
        text.replace(item, item + "keep_checks = true\n"), encoding="utf-8"
    )
    return unplugged(place, changes=[KEPT], windows=["1", "2"])


async def serving(hall: Scene) -> None:
    await hall.take()
    await hall.do("window.next", window="1")


async def ask(hall: Scene, **more: Any) -> dict[str, Any]:
    told: dict[str, Any] = await hall.hall.call("check.ask", window="1", fields=FIELDS, **more)
    return told


async def answer(hall: Scene, check: str, outcome: str = "confirmed", **fields: str) -> list[str]:
    more = {"corrections": fields} if fields else {}
    return await hall.do("check.answer", window="1", check=check, outcome=outcome, **more)


async def shown(hall: Scene) -> Any:
    found = await hall.hall.call("check.show", window="1")
    assert found["window"] == "1"
    return found["check"]


def notified(client: Connection) -> list[dict[str, Any]]:
    """Return what comes to a connection as ``check`` from now on."""
    heard: list[dict[str, Any]] = []
    client.on_event = lambda told: heard.append(told["params"])
    return heard


async def test_a_check_is_shown_corrected_and_told_to_whoever_asked(place: Path) -> None:
    async with unplugged(place, windows=["1"]) as hall:
        await serving(hall)
        asker, other = await hall.client(), await hall.client()
        heard, not_meant = notified(asker), notified(other)
        title = {"zh": "请核对退税账户", "en": "Please check the account"}
        asked = await asker.call("check.ask", window="1", fields=FIELDS, title=title)
        assert asked["check"] == "A001-c1"
        assert [one["type"] for one in asked["events"]] == ["check.asked"]
        assert asked["events"][0]["data"]["fields"] == ["name", "account"]
        found = await shown(hall)
        assert (found["state"], found["number"], found["title"]) == ("open", "A001", title)
        assert found["fields"][1] == {
            "id": "account", "label": {"zh": "银行账号", "en": "银行账号"}, "value": ACCOUNT,
            "correct": True, "mask": True, "corrected": None,
        }  # fmt: skip
        assert found["say"] is None
        assert await answer(hall, "A001-c1", "corrected", account=RIGHT) == ["check.answered"]

        async def told() -> bool:
            return bool(heard)

        await until(told)
        assert heard == [
            {"window": "1", "check": "A001-c1", "outcome": "corrected",
             "corrections": {"account": RIGHT}}
        ]  # fmt: skip
        assert not_meant == []
        found = await shown(hall)
        assert (found["state"], found["corrected"]) == ("corrected", ["account"])
        assert [one["corrected"] for one in found["fields"]] == [None, RIGHT]
        # Not kept: its item does not ask for it.
        assert found["kept"] is None
        assert not (hall.stage.data / "vault").exists()
        await hall.do("window.finish", window="1")
        assert await shown(hall) is None


async def test_what_ends_a_check_is_told_to_whoever_asked(place: Path) -> None:
    async with unplugged(place, windows=["1"]) as hall:
        await serving(hall)
        heard = notified(hall.hall)
        await ask(hall)
        await ask(hall)
        await hall.do("check.withdraw", window="1", check="A001-c2")
        await ask(hall)
        assert (await hall.do("window.finish", window="1"))[0] == "check.withdrawn"

        async def all_told() -> bool:
            return len(heard) == 3

        await until(all_told)
        assert [(one["check"], one["outcome"]) for one in heard] == [
            ("A001-c1", "replaced"), ("A001-c2", "withdrawn"), ("A001-c3", "ended"),
        ]  # fmt: skip


async def test_what_is_no_answer_is_refused_and_changes_nothing(place: Path) -> None:
    async with unplugged(place, windows=["1"]) as hall:
        call = hall.hall.call
        codes = []

        async def wrong(method: str, **params: Any) -> None:
            refusal = await refused(call(method, window="1", **params))
            assert NAME not in refusal.zh + refusal.en
            codes.append(refusal.code)

        await wrong("check.ask", fields=FIELDS)
        await serving(hall)
        await wrong("check.answer", check="A001-c1", outcome="confirmed")
        await wrong("check.ask", fields=[])
        await wrong("check.ask", fields=[FIELDS[0], FIELDS[0]])
        await wrong("check.ask", fields=[{**FIELDS[0], "id": NAME}])
        await wrong("check.ask", fields=[{**FIELDS[0], "label": "证号110105194912310021"}])
        await wrong("check.ask", fields=FIELDS, title="110105194912310021")
        await wrong("check.ask", fields=[{**FIELDS[0], "value": f"{NAME}\n"}])
        await wrong("check.ask", fields=[{**FIELDS[0], "value": NAME * 51}])
        await wrong("check.ask", fields=FIELDS * 7)
        assert codes == [
            "nobody_in_hand", "no_check", "check_fields", "check_fields", "check_fields",
            "personal_data", "personal_data", "bad_field", "bad_field", "bad_field",
        ]  # fmt: skip
        codes.clear()
        await ask(hall)
        for outcome, corrections in (
            ("corrected", {"name": "样张乙"}),
            ("corrected", {"address": "某地"}),
            ("corrected", {}),
            ("confirmed", {"account": RIGHT}),
            ("corrected", {"account": f"{RIGHT}\x07"}),
            ("perhaps", {}),
        ):
            await wrong("check.answer", check="A001-c1", outcome=outcome, corrections=corrections)
        await wrong("check.answer", check="A001-c7", outcome="confirmed")
        await wrong("check.withdraw", check="A001-c7")
        assert codes == [
            "check_fixed", "check_corrections", "check_corrections", "check_corrections",
            "bad_field", "bad_field", "check_over", "check_over",
        ]  # fmt: skip
        assert (await shown(hall))["state"] == "open"
        # An ID number is what people check; as a value it is no mistake.
        await hall.do(
            "check.ask", window="1",
            fields=[{"id": "id_number", "label": "证件号码", "value": "110105194912310021"}],
        )  # fmt: skip


async def test_a_correction_that_changes_nothing_confirms(place: Path) -> None:
    async with unplugged(place, windows=["1"]) as hall:
        await serving(hall)
        await ask(hall)
        await answer(hall, "A001-c1", "corrected", account=ACCOUNT)
        found = await shown(hall)
        assert (found["state"], found["corrected"]) == ("confirmed", [])


async def test_a_double_touch_and_a_retry_count_once(place: Path) -> None:
    async with unplugged(place, windows=["1"]) as hall:
        await serving(hall)
        first = await ask(hall, command_id="ask-1", by="window-1")
        again = await ask(hall, command_id="ask-1", by="window-1")
        assert (first["repeated"], again["repeated"]) == (False, True)
        assert again["check"] == first["check"]
        params = {"window": "1", "check": "A001-c1", "outcome": "confirmed"}
        both = await asyncio.gather(
            hall.hall.call("check.answer", **params, command_id="touch-1"),
            refused(hall.hall.call("check.answer", **params, command_id="touch-2")),
        )
        assert both[1].code == "check_answered"
        repeated = await hall.hall.call("check.answer", **params, command_id="touch-1")
        assert repeated["repeated"] is True
        types = [one["type"] for one in await hall.journal()]
        assert types.count("check.asked") == types.count("check.answered") == 1
        asked = next(one for one in await hall.journal() if one["type"] == "check.asked")
        assert asked["by"].startswith("window-1:")


async def test_a_check_that_the_daemon_lost_says_so_and_is_asked_again(place: Path) -> None:
    async with unplugged(place, windows=["1"]) as hall:
        await serving(hall)
        await ask(hall, command_id="ask-1")
        await hall.kill()
        await hall.start(devices=False)
        found = await shown(hall)
        assert (found["state"], found["check"]) == ("lost", "A001-c1")
        assert [(one["id"], one["value"], one["label"]) for one in found["fields"]] == [
            ("name", None, None), ("account", None, None),
        ]  # fmt: skip
        assert "重新发起核对" in found["say"]["zh"]
        refusal = await refused(
            hall.hall.call("check.answer", window="1", check="A001-c1", outcome="confirmed")
        )
        assert refusal.code == "check_lost"
        ran = await hall.hallctl("check", "show", "1")
        assert "lost" in ran.out
        assert "ask again" in ran.out
        # A program that never had its answer asks once more with the same id: nothing is lost.
        again = await ask(hall, command_id="ask-1")
        assert again["repeated"] is True
        assert (await shown(hall))["fields"][0]["value"] == NAME
        await hall.kill()
        await hall.start(devices=False)
        assert (await ask(hall))["check"] == "A001-c2"
        assert await answer(hall, "A001-c2") == ["check.answered"]
        # An answer outlives the daemon, what was answered does not.
        await hall.kill()
        await hall.start(devices=False)
        found = await shown(hall)
        assert (found["state"], found["fields"][0]["value"]) == ("confirmed", None)


async def test_an_item_that_keeps_checks_has_them_encrypted_until_its_day_ends(
    place: Path,
) -> None:
    async with keeping(place) as hall:
        await serving(hall)
        await ask(hall)
        await answer(hall, "A001-c1", "corrected", account=RIGHT)
        assert (await shown(hall))["kept"] is True
        vault = Vault(hall.stage.data / "vault", hall.stage.data / "keys")
        assert vault.names(TODAY) == ["A001-c1"]
        kept = json.loads(vault.get(TODAY, "A001-c1"))
        assert (kept["outcome"], kept["title"]) == ("corrected", None)
        assert [(one["id"], one["value"], one["corrected"]) for one in kept["fields"]] == [
            ("name", NAME, None), ("account", ACCOUNT, RIGHT),
        ]  # fmt: skip
        # At somebody's wish it goes with the ticket's number.
        ran = await hall.hallctl("privacy", "forget", "A001", "--yes")
        assert ran.code == 0, ran.err
        assert vault.names(TODAY) == []
        # With the day's key destroyed the answer counts, and the clerk is told what to do.
        await hall.hall.call("privacy.destroy", day=TODAY)
        await ask(hall)
        assert await answer(hall, "A001-c2") == ["check.answered"]
        found = await shown(hall)
        assert found["kept"] is False
        assert "手工登记" in found["say"]["zh"]
        assert vault.names(TODAY) == []


@pytest.mark.parametrize("keeps", [False, True])
async def test_no_value_is_in_any_file_of_the_hall(place: Path, keeps: bool) -> None:
    scene = keeping(place) if keeps else unplugged(place, windows=["1"])
    async with scene as hall:
        await serving(hall)
        subscriber = await hall.client()
        heard = notified(subscriber)
        await subscriber.call("subscribe")
        await ask(hall)
        await answer(hall, "A001-c1", "corrected", account=RIGHT)
        await ask(hall)
        await hall.kill()
        await hall.start(devices=False)
        await hall.hallctl("journal", "export", str(place / "export.jsonl"))
        assert any(one.get("type") == "check.answered" for one in heard)
        assert NAME not in json.dumps(heard, ensure_ascii=False)
        assert RIGHT not in str(heard)
    assert files_with(place, NAME, NAME[2:], ACCOUNT, RIGHT) == []
    assert files_with(place, "A001-c1")


def files_with(folder: Path, *marks: str) -> list[str]:
    """Return the names of files that hold one of these, as text is usually written."""
    wanted = [one.encode() for one in marks] + [one.encode("utf-16-le") for one in marks]
    wanted += [json.dumps(one).strip('"').encode() for one in marks]
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in files if any(mark in path.read_bytes() for mark in wanted)]


async def test_a_clerk_asks_sees_and_takes_back_by_hallctl(place: Path) -> None:
    async with unplugged(place, windows=["1"]) as hall:
        await serving(hall)
        typed = ("--field", f"account={ACCOUNT}", "--field", "开户银行 = 虚构银行")
        ran = await hall.hallctl(
            "check", "ask", "1", *typed, "--correct", "开户银行", "--mask", "account",
            "--title", "请核对退税账户",
        )  # fmt: skip
        assert ran.out == "window 1 asks A001 to check 2 fields (A001-c1)\n", ran.err
        found = await shown(hall)
        assert [(one["id"], one["label"]["zh"]) for one in found["fields"]] == [
            ("account", "银行账号"), ("field_2", "开户银行"),
        ]  # fmt: skip
        assert [one["correct"] for one in found["fields"]] == [False, True]
        ran = await hall.hallctl("check", "show", "1", lang="zh")
        assert ran.out.splitlines() == [
            f"A001-c1  等待核对  {found['asked_at']}  请核对退税账户",
            "  银行账号  ***************0815",
            "  开户银行  虚构银行",
        ]
        assert ACCOUNT in (await hall.hallctl("check", "show", "1", "--unmask")).out
        await answer(hall, "A001-c1", "corrected", field_2="样张银行")
        ran = await hall.hallctl("check", "show", "1")
        assert "  开户银行  虚构银行  corrected to 样张银行" in ran.out.splitlines()
        ran = await hall.hallctl("check", "withdraw", "1")
        assert (ran.code, "has been answered" in ran.err) == (1, True)
        await ask(hall)
        ran = await hall.hallctl("check", "withdraw", "1")
        assert ran.out == "the check A001-c2 of A001 was not answered (taken back)\n", ran.err
        ran = await hall.hallctl("check", "withdraw", "1", lang="zh")
        assert (ran.code, ran.err) == (1, "1 号窗口没有请纳税人核对的内容。\n")
        for wrong, said in (
            (("--field", "name"), "NAME=VALUE"),
            ((), "--field"),
            (("--field", "name=x", "--mask", "phone"), "--field phone"),
            (("--file", "-"), "JSON list"),
        ):
            ran = await hall.hallctl("check", "ask", "1", *wrong)
            assert (ran.code, said in ran.err) == (2, True), ran.err


async def test_hallctl_waits_for_the_answer(place: Path) -> None:
    async with unplugged(place, windows=["1"]) as hall:
        await serving(hall)
        (place / "fields.json").write_text(json.dumps(FIELDS), encoding="utf-8")
        waiting = asyncio.ensure_future(
            hall.hallctl("check", "ask", "1", "--file", str(place / "fields.json"), "--wait")
        )

        async def asked() -> Any:
            return await shown(hall)

        check = (await until(asked))["check"]
        await answer(hall, check, "corrected", account=RIGHT)
        ran = await waiting
        assert ran.out.splitlines()[1:] == ["corrected", f"  Bank account: {RIGHT}"], ran.err


async def test_the_screens_of_a_window_are_told_and_those_of_others_not(place: Path) -> None:
    async with unplugged(place, windows=["1", "2"]) as hall:
        await serving(hall)
        screen, other = await hall.client(), await hall.client()
        heard: list[dict[str, Any]] = []
        screen.on_event = heard.append
        not_meant = notified(other)
        assert (await screen.call("screen.watch", window="1"))["check"] is None
        await other.call("screen.watch", window="2")
        await other.call("subscribe")
        # Whoever asks and watches is told once.
        await screen.call("check.ask", window="1", fields=FIELDS)
        await answer(hall, "A001-c1", "corrected", account=RIGHT)
        await hall.do("window.finish", window="1")

        def told(method: str) -> list[dict[str, Any]]:
            return [one["params"] for one in heard if one["method"] == method]

        async def gone() -> bool:
            places = told("screen")
            return bool(places) and places[-1]["change"] == "ticket"

        await until(gone)
        states = [one["check"] and one["check"]["state"] for one in told("screen")]
        assert list(dict.fromkeys(states)) == ["open", "corrected", None]
        assert told("screen")[0]["check"]["fields"][0]["value"] == NAME
        assert [one["outcome"] for one in told("check")] == ["corrected"]
        assert not_meant, "events"
        assert NAME not in str(not_meant)
        assert RIGHT not in str(not_meant)
