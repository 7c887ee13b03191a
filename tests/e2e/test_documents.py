"""Documents in a whole hall: scanned at a window, listed, scanned again, taken out, removed."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from devices.scanner.jpeg import jpeg_head
from tests.e2e.papers_scene import CAMERA, COPIER, WITH_CAMERA, lay, pages_on_disk, scan
from tests.e2e.scene import TODAY, Ran, Scene, refused, until


async def serving(hall: Scene, window: str = "1") -> str:
    number = await hall.take()
    await hall.do("window.next", window=window)
    return number


def of_documents(events: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(e["type"], e["by"]) for e in events if e["type"].startswith("document.")]


async def fetched(hall: Scene, **what: str) -> list[bytes]:
    """Take pages out as a program does."""
    opened = await hall.hall.call("document.export", **what)
    pages = []
    for page in range(1, opened["pages"] + 1):
        told = await hall.hall.call("document.part", export=opened["export"], page=page)
        assert told["parts"] == 1
        pages.append(base64.b64decode(told["data"]))
    return pages


async def test_a_document_is_scanned_recorded_and_read_again(place: Path) -> None:
    async with Scene(place, windows=["1"]) as hall:
        number = await serving(hall)
        heard: list[dict[str, Any]] = []
        hall.hall.on_event = heard.append
        await hall.hall.call("document.progress", window="1")
        await lay(hall, 2)
        done = await scan(hall, kind="paper:1")
        document = f"{number}-1"
        assert (done["document"], done["version"], done["pages"]) == (document, 1, 2)
        told = [(m["params"]["state"], m["params"]["pages"]) for m in heard]
        # Before that the file had not stopped growing: the folder said that it was empty.
        assert told[-5:] == [
            ("scanning", 0),
            ("scanning", 1),
            ("scanning", 2),
            ("recording", 2),
            ("done", 2),
        ]
        # On the disk are encrypted pages, and no note that something is under way.
        assert pages_on_disk(hall) == [f"{document}v1-p001", f"{document}v1-p002"]
        for name in pages_on_disk(hall):
            assert b"\xff\xd8\xff" not in (hall.stage.data / "vault" / TODAY / name).read_bytes()
        assert not list((hall.stage.run / "wire" / f"{COPIER}.d").iterdir())
        # What was recorded is what can be read.
        pages = await fetched(hall, document=document)
        digests = b"".join(hashlib.sha256(page).digest() for page in pages)
        assert hashlib.sha256(digests).hexdigest() == done["sha256"]
        assert sum(len(page) for page in pages) == done["size"]
        listed = await hall.hall.call("document.list", window="1")
        (one,) = listed["documents"]
        assert (one["kept"], one["kind_words"]["zh"]) == ("whole", "本人身份证件")
        small = await hall.hall.call("document.page", document=document, page=2, longest=500)
        head = jpeg_head(base64.b64decode(small["jpeg"]))
        assert (head.width, head.height) == (small["width"], small["height"])
        assert max(small["width"], small["height"]) == 500
        # Once the ticket is out of the window's hand, no screen shows it.
        for _ in range(2):
            await hall.do("window.finish", window="1")
            await serving(hall)
        over = await refused(hall.hall.call("document.page", document=document))
        assert over.code == "not_in_hand"
        events = await hall.journal()
        assert of_documents(events) == [("document.added", "window-1:root")]
        taken = [e["data"] for e in events if e["type"] == "action.taken"]
        assert taken == [
            {"action": "document.exported", "subject": f"{document} {TODAY}", "by": ""}
        ]


async def test_a_document_is_scanned_again_and_removed_and_leaves_no_old_page(place: Path) -> None:
    async with Scene(place, windows=["1"]) as hall:
        number = await serving(hall)
        await lay(hall, 3)
        first = await scan(hall, kind="合同")
        await hall.do("window.finish", window="1")
        # The clerk sees a moment later that a page lay crooked.
        await lay(hall)
        again = await scan(hall, document=f"{number}-1")
        assert (again["version"], again["kind"], again["pages"]) == (2, "合同", 1)
        assert again["sha256"] != first["sha256"]
        assert pages_on_disk(hall) == [f"{number}-1v2-p001"]
        await lay(hall)
        assert (await scan(hall))["document"] == f"{number}-2"
        await hall.hall.call("form.make", window="1", papers=[{"name": "合同"}], days=5)
        on_form = await refused(hall.hall.call("document.remove", document=f"{number}-2"))
        assert on_form.code == "document_on_form"
        await lay(hall)
        assert (await scan(hall))["document"] == f"{number}-3"
        await hall.hall.call("document.remove", document=f"{number}-3", reason="误扫")
        assert pages_on_disk(hall) == [f"{number}-1v2-p001", f"{number}-2v1-p001"]
        gone = await refused(hall.hall.call("document.export", document=f"{number}-3"))
        assert gone.code == "unknown_document"
        (form,) = [e["data"]["form"] for e in await hall.journal() if e["type"] == "form.made"]
        listed = await hall.hall.call("document.list", form=form)
        assert [one["pages"] for one in listed["documents"]] == [1, 1]
        assert len(await fetched(hall, form=form)) == 2
        # The next day knows tickets no more, but the form and its pages.
        await hall.hall.call("day.close")
        await hall.hall.call("day.open", day="2026-11-24")
        listed = await hall.hall.call("document.list", form=form)
        assert [(o["document"], o["pages"], o["kept"]) for o in listed["documents"]] == [
            (f"{number}-1", 1, "whole"),
            (f"{number}-2", 1, "whole"),
        ]
        assert len(await fetched(hall, form=form)) == 2


async def test_what_cannot_be_scanned_is_refused_before_a_page_is_drawn_in(place: Path) -> None:
    async with Scene(place, windows=["1", "2"]) as hall:
        await lay(hall)
        nobody = await refused(hall.hall.call("document.scan", window="1"))
        assert nobody.code == "form_without_ticket"
        number = await serving(hall)
        other = await serving(hall, "2")
        asked: list[tuple[dict[str, Any], str]] = [
            ({"window": "77"}, "unknown_window"),
            ({"window": "2"}, "no_scanner"),
            ({"window": "1", "number": other}, "document_not_here"),
            ({"window": "1", "number": "A999"}, "unknown_ticket"),
            ({"window": "1", "document": f"{number}-7"}, "unknown_document"),
            ({"window": "1", "kind": "paper:9"}, "unknown_paper"),
            ({"window": "1", "kind": "张三 110105194912310021"}, "personal_data"),
        ]
        for params, code in asked:
            refusal = await refused(hall.hall.call("document.scan", **params))
            assert refusal.code == code, params
            assert refusal.zh
        # Nothing was taken from the folder, nothing was kept, nothing recorded.
        assert len((await hall.seen(COPIER))["waiting"]) == 1
        assert pages_on_disk(hall) == []
        assert of_documents(await hall.journal()) == []


async def test_a_scan_that_is_cancelled_or_fails_keeps_nothing(place: Path) -> None:
    async with Scene(place, windows=["1"]) as hall:
        number = await serving(hall)
        assert (await refused(hall.hall.call("document.cancel", window="1"))).code == "no_scan"
        empty = await refused(hall.hall.call("document.scan", window="1"))
        assert empty.code == "no_paper"
        assert "多功能一体机" in str(empty.zh)
        # Cancelled by another connection, after the first page was kept.
        await lay(hall, 40)
        client = await hall.client()
        running = asyncio.create_task(scan(hall))

        async def kept_one() -> bool:
            return f"{number}-1v1-p001" in pages_on_disk(hall)

        await until(kept_one)
        twice = await refused(client.call("document.scan", window="1"))
        assert twice.code == "scan_running"
        assert await client.call("document.cancel", window="1") == {
            "window": "1",
            "number": number,
        }
        ended = await refused(running)
        assert (ended.code, ended.en) == (
            "cancelled",
            "The scan was cancelled; nothing was kept.",
        )
        assert pages_on_disk(hall) == []
        # A file that no scanner of the world makes: it stays, and the next one is taken.
        for path in (hall.stage.run / "wire" / f"{COPIER}.d").iterdir():
            path.unlink()
        await hall.fault(COPIER, "foreign")
        await lay(hall)
        assert (await refused(scan(hall))).code in {"page_foreign", "page_damaged"}
        await hall.fault(COPIER, "foreign", active=False)
        await lay(hall)
        assert (await scan(hall))["document"] == f"{number}-1"
        # The disk is full: the scan says so, and the document before it is whole.
        await lay(hall)
        vault = hall.stage.data / "vault" / TODAY
        shutil.move(vault, vault.with_name("aside"))
        vault.write_text("no folder")
        failed = await refused(scan(hall))
        assert failed.code == "not_kept"
        vault.unlink()
        shutil.move(vault.with_name("aside"), vault)
        assert pages_on_disk(hall) == [f"{number}-1v1-p001"]
        assert len(of_documents(await hall.journal())) == 1


async def test_a_document_whose_pages_are_gone_is_told_and_can_be_scanned_again(
    place: Path,
) -> None:
    async with Scene(place, windows=["1"]) as hall:
        number = await serving(hall)
        await lay(hall, 2)
        await scan(hall)
        await hall.hall.call("privacy.forget", number=number)
        listed = await hall.hall.call("document.list", number=number)
        (told,) = listed["documents"]
        assert told["kept"] == "gone"
        assert "已按要求删除" in told["say"]["zh"]
        gone = await refused(hall.hall.call("document.export", document=f"{number}-1"))
        assert "没有这份资料" in str(gone.zh)
        assert not [e for e in await hall.journal() if "exported" in json.dumps(e)]
        await hall.end()
        await hall.start()
        await until(
            lambda: logged(
                hall, f"1 documents of today lack pages (deleted on request, or lost): {number}-1"
            )
        )
        await lay(hall)
        assert (await scan(hall, document=f"{number}-1"))["version"] == 2
        (told,) = (await hall.hall.call("document.list", number=number))["documents"]
        assert told["kept"] == "whole"


async def logged(hall: Scene, words: str) -> bool:
    return words in hall.stage.log_of("halld")


async def test_hallctl_scans_lists_and_takes_out_a_pdf_that_only_its_owner_reads(
    place: Path,
) -> None:
    async with Scene(place, windows=["1"]) as hall:
        number = await serving(hall)
        await lay(hall, 2)

        async def scanned() -> Ran | None:
            ran = await hall.hallctl("document", "scan", "1", "--kind", "1", "--feeder", lang="zh")
            # There is no paper until the copier's file has stopped growing.
            return ran if ran.code == 0 else None

        ran = await until(scanned)
        assert ran.out == f"资料 {number}-1 已扫描，2 页。\n"
        file = place / "a.pdf"
        ran = await hall.hallctl("document", "pdf", f"{number}-1", "-o", str(file), "--json")
        assert json.loads(ran.out)["pages"] == 2
        assert file.stat().st_mode & 0o777 == 0o600
        data = file.read_bytes()
        assert data.startswith(b"%PDF-")
        assert b"pdfaid:part>2<" in data
        if shutil.which("qpdf"):
            check = ["qpdf", "--check", str(file)]
            await asyncio.to_thread(subprocess.run, check, check=True, capture_output=True)
        ran = await hall.hallctl("document", "list", number)
        assert f"{number}-1" in ran.out
        assert "whole" in ran.out
        ran = await hall.hallctl("document", "remove", f"{number}-1", "--reason", "误扫")
        assert ran.out == f"{number}-1 is taken out, its pages deleted.\n"
        ran = await hall.hallctl("document", "list", number, lang="zh")
        assert ran.out == f"{number} 没有扫描的资料。\n"
        ran = await hall.hallctl("document", "cancel", "1")
        assert (ran.code, "is not scanning" in ran.err) == (1, True)
        assert pages_on_disk(hall) == []


async def test_a_camera_is_previewed_by_two_and_scans_meanwhile(place: Path) -> None:
    async with Scene(place, windows=["2"], **WITH_CAMERA) as hall:
        await hall.becomes(CAMERA, "ok")
        number = await serving(hall, "2")
        one, other = await hall.client(), await hall.client()
        heard: dict[str, list[dict[str, Any]]] = {"one": [], "other": [], "hall": []}
        one.on_event, other.on_event = heard["one"].append, heard["other"].append
        hall.hall.on_event = heard["hall"].append
        await hall.hall.call("subscribe")
        for client in (one, other):
            assert await client.call("scanner.preview", window="2") == {
                "window": "2",
                "device": CAMERA,
            }

        async def frames() -> bool:
            return len(heard["one"]) > 3 and len(heard["other"]) > 3

        await until(frames)
        done = await hall.hall.call("document.scan", window="2", mode="colour")
        assert (done["document"], done["pages"]) == (f"{number}-1", 1)
        before = len(heard["one"])

        async def more() -> bool:
            return len(heard["one"]) > before + 3

        await until(more)
        (frame,) = {(m["method"], m["params"]["window"]) for m in heard["one"]}
        assert frame == ("scanner.frame", "2")
        picture = jpeg_head(base64.b64decode(heard["one"][-1]["params"]["jpeg"]))
        assert picture.width == heard["one"][-1]["params"]["width"]
        await one.close()
        await other.close()

        async def dark() -> bool:
            return not (await hall.seen(CAMERA))["on"]

        await until(dark)
        assert {m["method"] for m in heard["hall"]} == {"event"}
        ran = await hall.hallctl("document", "preview", "2", "--seconds", "2", "--json")
        assert json.loads(ran.out)["frames"] > 5
