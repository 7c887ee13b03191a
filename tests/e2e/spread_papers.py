"""A hall of many Pis: windows 1 and 3 have printers, 3 a copier's folder; an item keeps checks."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import sys
from pathlib import Path
from typing import Any

from firmware_py.bench.client import Refused
from firmware_py.bench.spread import HUB, SPREAD
from firmware_py.bench.stage import ROOT
from firmware_py.store.vault import Vault
from kiosk_ui.window.signing import png_of
from tests.e2e.scene import PATIENCE_S, TODAY, Connection, until
from tests.e2e.spread import Spread

__all__ = [
    "ACCOUNT", "ASKED", "FIELDS", "FORM", "NAME", "PNG", "SHA", "WINDOW", "asked_to_sign",
    "hallctl", "lay", "of_hub", "of_window", "papered", "scan", "serving", "signed",
]  # fmt: skip

WINDOW = "window-3"
FORM = "F20261123-001"
#: Made up, and nowhere else in the hall.
NAME, ACCOUNT, ASKED = "样张龘靐", "6222-0000-4711-0815", "多缴税款退税"
FIELDS: list[dict[str, Any]] = [
    {"id": "name", "label": {"zh": "姓名", "en": "Name"}, "value": NAME},
    {"id": "account", "label": "银行账号", "value": ACCOUNT, "correct": True},
]
PNG = png_of([((100, 700), (400, 150), (800, 600))])
SHA = hashlib.sha256(PNG).hexdigest()

_DEVICES = """
[devices.printer-3]
kind = "ticket_printer.escpos"
port = "${HALL_WIRE}/printer-3"
line_settings = { baud = 115200 }
options = { paper = 80 }

[devices.printer-5]
kind = "ticket_printer.escpos"
port = "${HALL_WIRE}/printer-5"
line_settings = { baud = 115200 }
options = { paper = 80 }

[devices.scan-3]
kind = "scanner.folder"
options = { path = "mock:${HALL_WIRE}/scan-3", settle_s = 0.2 }

[devices]
"""


def papered(folder: Path, *nodes: str, text: str | None = None, **more: Any) -> Spread:
    """Return such a hall; ``text`` is its configuration where it is another than the bench's."""
    text = SPREAD.read_text(encoding="utf-8") if text is None else text
    items = (ROOT / "config" / "items.toml").read_text(encoding="utf-8")
    item = 'id = "F01"\n'
    kept = items.replace(item, item + "keep_checks = true\n")
    assert kept != items
    (folder / "kept.toml").write_text(kept, encoding="utf-8")
    at, beside = '"3"\npad = "pad-3"\n', '"1"\npad = "pad-1"\n'
    for old, new in (
        ('catalogue = "items.toml"', f'catalogue = "{folder}/kept.toml"'),
        ('"holidays.toml"', f'"{ROOT}/config/holidays.toml"'),
        ("[spread]\n", "[spread]\nalone_after_s = 60\n"),
        (at, f'{at}printer = "printer-3"\nscanner = "scan-3"\n'),
        (beside, f'{beside}printer = "printer-5"\n'),
        ("\n[devices]\n", _DEVICES),
    ):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = folder / "papered.toml"
    path.write_text(text, encoding="utf-8")
    return Spread(folder, *nodes, config=path, **more)


async def serving(hall: Spread) -> Connection:
    """Have window 3 serve somebody (A001), somebody else at window 1 (A002); return its Pi."""
    for node in hall.nodes:
        await hall.becomes(node, "")
    window, hub = hall.at(WINDOW), hall.at(HUB)
    await window.call("window.open", window="3", clerk="1023")
    await hub.call("window.open", window="1", clerk="1001")
    for at, client in (("3", window), ("1", hub)):
        await hub.call("ticket.take", item="F01", origin="desk", override=True)
        await client.call("window.next", window=at)
        await client.call("window.start", window=at)
    return window


async def lay(hall: Spread, pages: int = 1) -> None:
    """Scan so many pages at the copier of window 3."""
    key = {"key": "jpeg"} if pages == 1 else {"key": "pdf", "value": pages}
    await hall.bench.do("press", "scan-3", **key)

    async def lies() -> bool:
        return bool((await hall.bench.do("seen", "scan-3"))["waiting"])

    await until(lies)


async def scan(window: Connection, **how: Any) -> dict[str, Any]:
    """Fetch what lies in the folder, once it has come whole."""

    async def fetched() -> dict[str, Any] | None:
        try:
            return dict(await window.call("document.scan", window="3", **how))
        except Refused as refusal:
            if refusal.code != "no_paper":
                raise
            return None

    return await until(fetched)


async def asked_to_sign(window: Connection) -> None:
    """Make the form of whoever is in hand, and ask for the signature under it."""
    await window.call("form.make", window="3", papers=[{"name": "合同"}], days=5, asked=ASKED)
    await window.call("signature.ask", window="3", form=FORM)


def signed(window: Connection, **more: Any) -> Any:
    """Give the signature."""
    png = base64.b64encode(PNG).decode()
    return window.call("signature.give", window="3", form=FORM, png=png, **more)


async def hallctl(hall: Spread, node: str, *arguments: str, lang: str = "en") -> str:
    """Run ``hallctl`` at a Pi as a person does; return what it said, whatever it ended with."""
    language = "zh_CN.UTF-8" if lang == "zh" else "C.UTF-8"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "firmware_py.cli.main", *arguments),
        env={**hall.stage.of_node(node), "LC_ALL": language, "PYTHONPATH": str(ROOT)},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    return out.decode()


def of_hub(hall: Spread) -> Vault:
    """Return the hub's vault."""
    return Vault(hall.stage.data / "vault", hall.stage.data / "keys")


def of_window(hall: Spread) -> list[str]:
    """Return what lies in the vault of window 3's own Pi."""
    folder = Path(hall.stage.of_node(WINDOW)["HALL_DATA"]) / "vault" / TODAY
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
