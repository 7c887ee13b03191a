"""What clerks scan in a whole hall: the copier's folder at window 1, a camera at window 2."""

from __future__ import annotations

from typing import Any

from firmware_py.bench.client import Refused
from tests.e2e.scene import TODAY, Change, Scene, until

__all__ = ["CAMERA", "COPIER", "WITH_CAMERA", "lay", "pages_on_disk", "scan"]

COPIER, CAMERA = "scan-1", "cam-2"
AT_WINDOW_2: Change = ('pad = "pad-2"\n', f'scanner = "{CAMERA}"\npad = "pad-2"\n')
WITH_CAMERA: dict[str, Any] = {
    "changes": [AT_WINDOW_2],
    "more": f'\n[devices.{CAMERA}]\nkind = "scanner.camera"\n'
    f'options = {{ source = "mock:${{HALL_RUN}}/wire/{CAMERA}" }}\n',
}


async def lay(hall: Scene, pages: int = 1) -> None:
    """Scan so many pages at the copier; they lie in the window's folder then."""
    key = {"key": "jpeg"} if pages == 1 else {"key": "pdf", "value": pages}
    await hall.bench.do("press", COPIER, **key)


async def scan(hall: Scene, window: str = "1", **params: Any) -> dict[str, Any]:
    """Scan what was laid, once it has arrived whole: until then the folder has no paper."""
    wanted = {"window": window, "source": "feeder"} | params

    async def scanned() -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = await hall.hall.call("document.scan", **wanted)
        except Refused as refusal:
            if refusal.code != "no_paper":
                raise
            return None
        return found

    return await until(scanned)


def pages_on_disk(hall: Scene, day: str = TODAY) -> list[str]:
    """Return the names of all files that the vault has of a day."""
    folder = hall.stage.data / "vault" / day
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
