"""Checks, signatures, scans and forms at a window's own Pi, with the queue across the broker."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import signal
from pathlib import Path
from typing import Any

from devices.scanner.jpeg import jpeg_head
from firmware_py.bench.spread import HUB
from firmware_py.sync.session_asks import PART
from tests.e2e.scene import TODAY, Connection, refused, until
from tests.e2e.spread import Spread
from tests.e2e.spread_papers import (
    ACCOUNT,
    ASKED,
    FIELDS,
    FORM,
    NAME,
    PNG,
    SHA,
    WINDOW,
    asked_to_sign,
    hallctl,
    lay,
    of_hub,
    of_window,
    papered,
    scan,
    serving,
    signed,
)
from tests.sync.support import Ear

#: How a page and a signature begin, and what base64 makes of it: long enough not to be chance.
PICTURES = (b"\xff\xd8\xff\xe0\0\x10JFIF", b"\x89PNG\r\n", b"/9j/4AAQSkZJRg", b"iVBORw0KGgo")
RIGHT = "6222-0000-4711-0816"
KIND = "张三的合同"
#: None of it is heard by anybody at the broker.
WORDS = (NAME, ACCOUNT, RIGHT, ASKED, KIND, "误扫")

Call = tuple[str, dict[str, Any]]
OTHERS = "F20261123-002"
#: What is of another window, and what is typed for it where it may be done.
OF_ANOTHER_WINDOW: tuple[tuple[Call, str], ...] = (
    (("form.done", {"form": OTHERS}), f"form done {OTHERS}"),
    (("form.reprint", {"form": OTHERS, "window": "3"}), f"form print {OTHERS} --window 3"),
    (("form.show", {"form": OTHERS}), f"form show {OTHERS}"),
    (("form.find", {"window": "1"}), "form find --window 1"),
    (("form.change", {"form": OTHERS, "days": 9}), f"form change {OTHERS}"),
    (("form.make", {"window": "1", "papers": [{"name": "合同"}], "days": 5}), "form new 1"),
    (("form.signature", {"form": OTHERS}), f"form signature {OTHERS}"),
    (("check.kept", {"check": "A002-c1", "unmask": True}), "check show A002-c1 --unmask"),
    (("document.list", {"number": "A002"}), "document list A002"),
    (("document.export", {"document": "A002-1"}), "document pdf A002-1"),
    (("document.export", {"form": OTHERS}), f"document pdf {OTHERS}"),
    (("privacy.forget", {"number": "A002"}), "privacy forget A002"),
)
#: Nobody's here any more: what it is about, and where it is done.
OVER: tuple[tuple[Call, str], ...] = (
    (("check.kept", {"check": "A001-c1", "day": "2026-11-22"}), "--day 2026-11-22"),
    (("privacy.forget", {"number": "A001", "day": "2026-11-22"}), "--day 2026-11-22"),
    (("privacy.destroy", {"day": TODAY}), f"privacy destroy {TODAY}"),
)
ON_SCREENS: tuple[Call, ...] = (
    ("check.ask", {"fields": FIELDS}),
    ("signature.ask", {"form": FORM}),
    ("screen.message", {"text": "请稍候"}),
    ("document.scan", {}),
)


async def test_a_window_across_the_broker_checks_signs_scans_and_prints(place: Path) -> None:
    async with papered(place, WINDOW, "window-1") as hall:
        ear = Ear(hall.stage.broker_port, "#")
        try:
            window = await serving(hall)
            await a_check_is_shown_here_and_recorded_there(hall, window)
            await a_form_prints_here_with_its_words(hall, window)
            await a_signature_is_kept_there_and_on_paper_here(hall, window)
            await documents_scanned_here_lie_there(hall, window)
            await what_is_of_this_window_is_taken_out_and_done_here(hall, window, place)
            await what_is_of_others_or_over_is_refused_in_clear_words(hall, window)
            await whoever_wants_it_deleted_says_so_here(hall, window)
            await hall.agree(WINDOW)
            heard = list(ear.heard)
        finally:
            ear.close()
    assert len(heard) > 40
    for message in heard:
        whole = bytes(message.payload)
        assert not [one for one in WORDS if one.encode() in whole], message.topic
        assert not [one for one in PICTURES if one in whole], message.topic


async def a_check_is_shown_here_and_recorded_there(hall: Spread, window: Connection) -> None:
    screen, told = await hall.connection(WINDOW), list[dict[str, Any]]()
    screen.on_event = told.append
    await screen.call("screen.watch", window="3")
    asked = await window.call("check.ask", window="3", fields=FIELDS)
    assert asked["check"] == "A001-c1"
    shown = (await window.call("check.show", window="3"))["check"]
    assert [one["value"] for one in shown["fields"]] == [NAME, ACCOUNT]
    views = [one["params"]["check"] for one in told if one["method"] == "screen"]
    # It was on the screens with its values at once, never as one that is lost.
    assert {view["state"] for view in views if view is not None} == {"open"}
    answer = {"window": "3", "check": "A001-c1", "outcome": "corrected"}
    await window.call("check.answer", **answer, corrections={"account": RIGHT})
    (said,) = [one["params"] for one in told if one["method"] == "check"]
    assert (said["outcome"], said["corrections"]) == ("corrected", {"account": RIGHT})
    (listed,) = (await window.call("check.list"))["checks"]
    assert (listed["check"], listed["state"], listed["kept"]) == ("A001-c1", "corrected", True)
    kept = await hall.at(HUB).call("check.kept", check="A001-c1", unmask=True)
    assert [one["corrected"] for one in kept["fields"]] == [None, RIGHT]


async def a_form_prints_here_with_its_words(hall: Spread, window: Connection) -> None:
    await asked_to_sign(window)
    paper = await until(lambda: printed(hall, 2))
    assert any(f"申请 Asked  {ASKED}" in line for line in paper)
    assert any(line.startswith("1 合同") for line in paper)
    assert (await window.call("form.show", form=FORM))["asked"] == ASKED
    assert [one["form"] for one in (await window.call("form.find"))["forms"]] == [FORM]


async def a_signature_is_kept_there_and_on_paper_here(hall: Spread, window: Connection) -> None:
    given = await signed(window, command_id="sign-1")
    assert (given["sha256"], given["repeated"]) == (SHA, False)
    assert (await signed(window, command_id="sign-2"))["repeated"] is True
    assert of_hub(hall).get(TODAY, f"A001-{FORM}v1-sign-{SHA[:8]}") == PNG
    await window.call("form.reprint", form=FORM)
    paper = await until(lambda: printed(hall, 4))
    assert any("已签名 Signed" in line for line in paper)
    taken = await hall.at(HUB).call("form.signature", form=FORM)
    assert base64.b64decode(taken["png"]) == PNG


async def documents_scanned_here_lie_there(hall: Spread, window: Connection) -> None:
    await lay(hall, 2)
    done = await scan(window, kind=KIND, source="feeder")
    assert (done["document"], done["pages"], "waiting" in done) == ("A001-1", 2, False)
    pages = [of_hub(hall).get(TODAY, f"A001-1v1-p00{n}") for n in (1, 2)]
    digests = b"".join(hashlib.sha256(page).digest() for page in pages)
    assert hashlib.sha256(digests).hexdigest() == done["sha256"]
    small = await window.call("document.page", document="A001-1", page=2, longest=500)
    assert jpeg_head(base64.b64decode(small["jpeg"])).width == small["width"]
    await lay(hall)
    assert (await scan(window))["document"] == "A001-2"
    await lay(hall)
    again = await scan(window, document="A001-1")
    assert (again["version"], again["pages"]) == (2, 1)
    await window.call("document.remove", document="A001-2", reason="误扫")
    (one,) = (await window.call("document.list", window="3"))["documents"]
    assert (one["document"], one["version"], one["kept"]) == ("A001-1", 2, "whole")
    names = of_hub(hall).names(TODAY)
    assert [name for name in names if "-p" in name or ".open" in name] == ["A001-1v2-p001"]
    # Nothing of it stays on the window's own card.
    await until(lambda: asyncio.to_thread(lambda: of_window(hall) == []))


async def what_is_of_this_window_is_taken_out_and_done_here(
    hall: Spread, window: Connection, place: Path
) -> None:
    before = (await hall.at(HUB).call("hall.status"))["last_seq"]
    kept = await window.call("check.kept", check="A001-c1", unmask=True)
    assert [one["corrected"] for one in kept["fields"]] == [None, RIGHT]
    masked = await window.call("check.kept", check="A001-c1")
    assert masked["fields"][1]["value"] == "*" * 15 + ACCOUNT[-4:]
    taken = await window.call("form.signature", form=FORM)
    assert (base64.b64decode(taken["png"]), taken["sha256"]) == (PNG, SHA)
    # ---- pages, in pieces that fit a message
    page = of_hub(hall).get(TODAY, "A001-1v2-p001")
    opened = await window.call("document.export", document="A001-1")
    assert (opened["title"], opened["day"], opened["pages"]) == ("A001-1", TODAY, 1)
    fetched, part, parts = b"", 1, 1
    while part <= parts:
        told = await window.call("document.part", export=opened["export"], page=1, part=part)
        fetched += base64.b64decode(told["data"])
        part, parts = part + 1, told["parts"]
    assert (fetched, parts) == (page, -(-len(page) // PART))
    # What a window had opened is fetched by nobody else, not even at the hub.
    said = await refused(hall.at(HUB).call("document.part", export=opened["export"], page=1))
    assert said.code == "no_export"
    # ---- as a person does it: the file is theirs, and the hub knows who has it
    file = place / "a.pdf"
    ran = await hallctl(hall, WINDOW, "document", "pdf", "A001-1", "-o", str(file), lang="zh")
    assert "已导出" in ran
    assert file.read_bytes().startswith(b"%PDF-")
    # ---- the form: printed where the taxpayer now stands, and finished
    await window.call("form.reprint", form=FORM, window="1")
    paper = await until(lambda: printed(hall, 2, "printer-5"))
    assert any(f"申请 Asked  {ASKED}" in line for line in paper)
    assert any("已签名 Signed" in line for line in paper)
    await window.call("form.done", form=FORM)
    assert (await window.call("form.show", form=FORM))["state"] == "done"
    told = await hall.at(HUB).call("journal.tail", after=before)
    acts = [
        (one["data"]["action"], one["data"]["subject"], one["by"].split(":")[:2])
        for one in told
        if one["type"] == "action.taken"
    ]
    who = ["hallctl", WINDOW]
    assert acts == [
        ("check.read", f"A001-c1 {TODAY}", who),
        ("signature.exported", f"{FORM} v1", who),
        ("document.exported", f"A001-1 {TODAY}", who),
        ("document.exported", f"A001-1 {TODAY}", who),
    ]
    (printed_at,) = [one["data"] for one in told if one["type"] == "form.reprint_requested"]
    assert (printed_at["form"], printed_at["window"]) == (FORM, "1")
    (done,) = [one for one in told if one["type"] == "form.done"]
    assert done["by"].startswith(f"{WINDOW}:client:")


async def what_is_of_others_or_over_is_refused_in_clear_words(
    hall: Spread, window: Connection
) -> None:
    hub = hall.at(HUB)
    await hub.call("form.make", window="1", papers=[{"name": "张三的合同"}], days=5)
    for (method, params), typed in OF_ANOTHER_WINDOW:
        said = await refused(window.call(method, **params))
        assert said.code == "not_yours", (method, said.code)
        # Whose it is, at which Pi it is done, and how.
        assert "1 号窗口" in said.zh, (method, said.zh)
        assert f"请在 window-1 或主控 {HUB}（ssh " in said.zh, (method, said.zh)
        assert said.zh.endswith(f"上执行：hallctl {typed}"), (method, said.zh)
        assert said.en.endswith(f": hallctl {typed}"), (method, said.en)
    for (method, params), typed in OVER:
        said = await refused(window.call(method, **params))
        assert said.code == "not_yours", (method, said.code)
        assert f"请在主控 {HUB}（ssh " in said.zh, (method, said.zh)
        assert said.en.endswith(typed), (method, said.en)
        # A whole day is ended by whoever may see to the whole hall.
        assert ("备用主控 standby-1" in said.zh) == (method == "privacy.destroy"), said.zh
    for client, at, where in ((window, "1", "window-1"), (hub, "3", WINDOW)):
        for method, params in ON_SCREENS:
            said = await refused(client.call(method, window=at, **params))
            assert (said.code, where in said.zh) == ("window_elsewhere", True), (method, said.zh)


async def whoever_wants_it_deleted_says_so_here(hall: Spread, window: Connection) -> None:
    assert len(of_hub(hall).names(TODAY)) == 3
    ran = await hallctl(hall, WINDOW, "privacy", "forget", "A001", "--yes")
    assert "3 deleted; recorded." in ran
    assert "wait at a window's Pi (window-1, window-2, window-3) go too" in ran
    assert of_hub(hall).names(TODAY) == []
    told = await hall.at(HUB).call("journal.tail")
    acts = [one for one in told if one["type"] == "action.taken"]
    act = acts[-1]["data"]
    assert (act["action"], act["subject"]) == ("privacy.forgotten", f"A001 {TODAY}")
    assert acts[-1]["by"].startswith(f"hallctl:{WINDOW}:")
    said = await refused(window.call("document.export", document="A001-1"))
    assert said.code == "failed"


async def printed(hall: Spread, slips: int, printer: str = "printer-3") -> list[str] | None:
    """Return the last paper at a printer, when so many have come out."""
    seen = await hall.bench.do("seen", printer)
    return seen["last"] if seen["slips"] >= slips else None


async def test_a_window_cut_off_keeps_what_it_has_and_goes_on_when_the_hall_is_back(
    place: Path,
) -> None:
    async with papered(place, WINDOW) as hall:
        window = await serving(hall)
        await window.call("check.ask", window="3", fields=FIELDS)
        await asked_to_sign(window)
        await until(lambda: printed(hall, 2))
        hall.stage.end("mosquitto")
        await hall.becomes(WINDOW, "broker")
        # ---- the check stays with its values, and the signature is still waited for
        answer = {"window": "3", "check": "A001-c1", "outcome": "confirmed"}
        for call in (window.call("check.answer", **answer), signed(window)):
            said = await refused(call)
            assert said.code == "hub_away_kept"
            assert "请再按一次" in said.zh
            assert "press once more" in said.en
        shown = (await window.call("check.show", window="3"))["check"]
        assert [one["value"] for one in shown["fields"]] == [NAME, ACCOUNT]
        assert (await window.call("screen.show", window="3"))["signature"]["form"] == FORM
        # ---- a scan is finished, and waits here
        await lay(hall)
        done = await scan(window, kind="合同")
        assert (done["waiting"], done["document"]) == (True, "A001-1")
        assert "不用重扫" in done["say"]["zh"]
        await lay(hall, 2)
        two = await scan(window, source="feeder")
        assert (two["waiting"], two["document"]) == (True, "A001-2")
        again = await refused(window.call("document.scan", window="3", document="A001-1"))
        assert again.code == "unknown_document"
        listed = (await window.call("document.list", window="3"))["documents"]
        assert [(one["document"], one["kept"]) for one in listed] == [
            ("A001-1", "waiting"), ("A001-2", "waiting"),
        ]  # fmt: skip
        # Nobody has pages, and nothing is deleted, without the hub having written it down.
        for method, params in (
            ("document.export", {"document": "A001-1"}),
            ("form.signature", {"form": FORM}),
            ("privacy.forget", {"number": "A001"}),
        ):
            said = await refused(window.call(method, **params))
            assert (said.code, "恢复后请再执行一次" in said.zh) == ("hub_away", True), said.zh
        ran = await hallctl(hall, WINDOW, "document", "list", "A001", lang="zh")
        assert "暂存本机，恢复后自动交主控登记" in ran
        assert of_hub(hall).names(TODAY) == []
        # ---- the Pi loses its power; back again, the documents go to the hub by themselves
        await hall.end(WINDOW, signal.SIGKILL)
        await hall.start(WINDOW)
        window = hall.at(WINDOW)
        hall.stage.start_broker()
        await hall.becomes(WINDOW, "")

        async def there() -> bool:
            found = (await hall.at(HUB).call("document.list", number="A001"))["documents"]
            return [(one["document"], one["pages"], one["kept"]) for one in found] == [
                ("A001-1", 1, "whole"), ("A001-2", 2, "whole"),
            ]  # fmt: skip

        await until(there)
        await until(lambda: asyncio.to_thread(lambda: of_window(hall) == []))
        # What was asked went with the daemon's memory, and says so: it is asked again.
        assert (await window.call("check.show", window="3"))["check"]["state"] == "lost"
        await window.call("check.ask", window="3", fields=FIELDS)
        answer["check"] = "A001-c2"
        await window.call("check.answer", **answer)
        await window.call("signature.ask", window="3", form=FORM)
        await signed(window)
        # ---- a form whose words the hub alone knows waits for it, and then prints
        await hall.end(HUB, signal.SIGKILL)
        await hall.becomes(WINDOW, "hub")
        await hall.start(HUB)
        await hall.becomes(WINDOW, "")
        # Another seal: the hub's keys of the session before went with it.
        await window.call("form.reprint", form=FORM)
        paper = await until(lambda: printed(hall, 4))
        assert any("已签名 Signed" in line for line in paper)
