"""What the marked people hand in: scanned, scanned again, removed, cancelled, taken out."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from firmware_py.bench.client import Refused
from firmware_py.store.vault import Vault
from tests.e2e.marked import PEOPLE
from tests.e2e.marked_hall import DAY, TYPED, Recorder
from tests.e2e.marked_pages import camera_picture, paper_file, pieces_of, pixels_of
from tests.e2e.scene import Scene, refused, until

__all__ = ["Desk"]

#: The copier names its files after whoever stands before it.
_NAME, _NUMBER = PEOPLE[0].fields[0][2], PEOPLE[0].number


class Desk:
    """The scanner of window 1 (a copier's folder) and the camera of window 2."""

    def __init__(self, hall: Scene, recorder: Recorder, vault: Vault, outside: Path) -> None:
        self._hall = hall
        self._recorder = recorder
        self._vault = vault
        self._outside = outside
        self._tray = hall.stage.run / "wire" / "scan-1.d"
        self._laid = 0
        #: What was never to be found: pieces of every file and page, open pixels.
        self.raw: dict[str, bytes] = {}
        #: What was refused, and why.
        self.refusals: list[str] = []
        #: Called, on a thread, while the camera's picture is shown.
        self.while_seen: Callable[[], None] = lambda: None

    async def whole(self, ticket: str, at_camera: str) -> None:
        """Scan everything for a ticket of window 1, and the one in hand at window 2."""
        call = self._hall.hall.call
        await call("document.progress", window="1")
        self._lay("JPEG")
        first = (await self._scan(kind="paper:1", number=ticket))["document"]
        self._lay("PDF", 3)
        second = (await self._scan(kind=TYPED, number=ticket))["document"]
        await self._remember()
        self._lay("PNG")
        await self._scan(document=first)
        self._lay("TIFF", 2)
        third = (await self._scan(kind=TYPED, number=ticket, mode="colour"))["document"]
        await self._remember()
        await call("document.remove", document=third, reason=TYPED)
        await self._cancelled(ticket)
        await self._at_the_camera(at_camera)
        await self._remember()
        # Pages and files that a clerk asked for are the clerk's.
        await call("document.page", document=first, page=1)
        for what in (second, await self._form(ticket)):
            file = self._outside / f"{what}.pdf"
            await self._recorder.hallctl("document", "pdf", what, "-o", str(file))
            assert file.read_bytes().startswith(b"%PDF-")
        await self._recorder.hallctl("document", "list", ticket)

    async def begun(self, ticket: str) -> asyncio.Task[None]:
        """Begin a long scan and return it once its first pages are in the vault."""
        self._lay("PDF", 15)

        async def goes_on() -> None:
            with contextlib.suppress(ConnectionError, Refused):
                await self._scan(number=ticket)

        task = asyncio.create_task(goes_on())
        names = len(await asyncio.to_thread(self._vault.names, DAY))

        async def some() -> bool:
            return len(await asyncio.to_thread(self._vault.names, DAY)) > names + 2

        await until(some)
        return task

    def clear(self) -> None:
        """Take what is left out of the copier's folder."""
        for path in self._tray.iterdir():
            path.unlink()

    def _lay(self, kind: str, pages: int = 1) -> None:
        self._laid += 1
        data = paper_file(kind, pages, self._laid)
        for where, piece in pieces_of(data).items():
            self.raw[f"the copier's {kind} {where}"] = piece
        if kind == "JPEG":
            self.raw |= pixels_of(data)
        part = self._tray / f"{_NAME}{_NUMBER}-{self._laid}.{kind.lower()}.part"
        part.write_bytes(data)
        part.rename(part.with_suffix(""))

    async def _scan(self, **params: Any) -> dict[str, Any]:
        """Scan what lies there, once it is whole."""

        async def scanned() -> dict[str, Any] | None:
            wanted = {"window": "1", "source": "feeder"} | params
            try:
                found: dict[str, Any] = await self._hall.hall.call("document.scan", **wanted)
            except Refused as refusal:
                if refusal.code != "no_paper":
                    raise
                return None
            return found

        done = await until(scanned)
        assert list(self._tray.iterdir()) == [], "what was scanned is taken out of the folder"
        return done

    async def _remember(self) -> None:
        """Note pieces of every page that is in the vault now."""
        for name in await asyncio.to_thread(self._vault.names, DAY):
            if "-p0" in name:
                page = await asyncio.to_thread(self._vault.get, DAY, name)
                for where, piece in pieces_of(page).items():
                    self.raw[f"page {name} {where}"] = piece

    async def _cancelled(self, ticket: str) -> None:
        running = await self.begun(ticket)
        client = await self._hall.client()
        await client.call("document.cancel", window="1")
        await running
        self.clear()
        # What is no picture, and one that ends in its middle.
        for name, data in (("x.txt", b"no page"), ("y.jpeg", paper_file("JPEG")[:20_000])):
            (self._tray / f"{_NAME}{name}").write_bytes(data)
            self.refusals.append((await refused(self._scan(number=ticket))).code)
            self.clear()

    async def _at_the_camera(self, number: str) -> None:
        await self._hall.becomes("cam-2", "ok")
        frames: list[dict[str, Any]] = []
        screen = await self._hall.client()
        screen.on_event = frames.append
        await screen.call("scanner.preview", window="2")

        async def seen() -> bool:
            return len(frames) > 2

        await until(seen)
        await asyncio.to_thread(self.while_seen)
        await self._hall.hall.call("document.scan", window="2", number=number, mode="colour")
        await screen.close()
        for sheet in (1, 2):
            for where, piece in pieces_of(camera_picture(sheet)).items():
                self.raw[f"the camera's picture {sheet} {where}"] = piece

    async def _form(self, ticket: str) -> str:
        outcome = await self._hall.hall.call(
            "form.make", window="1", number=ticket, papers=[{"name": TYPED}], days=5
        )
        form: str = outcome["events"][0]["data"]["form"]
        return form
