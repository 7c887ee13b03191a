"""What the broker learns of documents: how many pages, what they are, their digest; no picture."""

from __future__ import annotations

import base64
from pathlib import Path

from tests.e2e.papers_scene import lay, scan
from tests.e2e.scene import Scene
from tests.sync.support import Ear

#: The longest message of such a day is a window's or the hall's state.
MOST_BYTES = 4096
#: JPEG, PDF, PNG and TIFF, and what base64 makes of the first of each.
PICTURES = (b"\xff\xd8\xff", b"%PDF", b"\x89PNG", b"II*\0", b"/9j/", b"JVBERi", b"iVBORw", b"SUkq")


async def test_the_broker_learns_of_documents_and_sees_none(place: Path) -> None:
    async with Scene(place, broker=True, windows=["1"]) as hall:
        ear = Ear(hall.stage.broker_port, "#")
        try:
            consumer, file = hall.centre()
            number = await hall.take()
            await hall.do("window.next", window="1")
            await lay(hall, 3)
            first = await scan(hall, kind="张三的合同")
            await lay(hall)
            second = await scan(hall, document=f"{number}-1", kind="paper:1")
            await hall.hall.call("form.make", window="1", papers=[{"name": "合同"}], days=5)
            await lay(hall)
            await scan(hall)
            await hall.hall.call("document.remove", document=f"{number}-2")
            opened = await hall.hall.call("document.export", document=f"{number}-1")
            page = base64.b64decode(
                (await hall.hall.call("document.part", export=opened["export"], page=1))["data"]
            )
            await hall.centre_has_all(consumer, file)
            heard = list(ear.heard)
        finally:
            ear.close()
    assert page.startswith(b"\xff\xd8\xff")
    pieces = [page[at : at + 24] for at in range(0, len(page) - 24, 4096)]
    assert len(heard) > 20
    for message in heard:
        whole = message.payload
        assert len(whole) < MOST_BYTES, message.topic
        assert not [mark for mark in (*PICTURES, *pieces) if mark in whole], message.topic
        assert "张三".encode() not in whole, message.topic
    told = {
        (message.topic.rpartition("/")[2], message.json["data"]["document"]): message.json["data"]
        for message in heard
        if "/event/document." in message.topic
    }
    common = {"number": number, "document": f"{number}-1"}
    assert told["document.added", f"{number}-1"] == common | {
        "kind": "withheld",
        "pages": 3,
        "size": first["size"],
        "sha256": first["sha256"],
    }
    assert told["document.added", f"{number}-2"]["kind"] == "other"
    assert told["document.replaced", f"{number}-1"] == common | {
        "kind": "paper:1",
        "pages": 1,
        "size": second["size"],
        "sha256": second["sha256"],
        "version": 2,
    }
    assert ("document.removed", f"{number}-2") in told
