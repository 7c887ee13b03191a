"""A small hall on disk for the tests of its configuration."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from firmware_py.config.file import ConfigError, Configuration, load_all

ITEMS = """\
version = 1

[[categories]]
id = "registration"
prefix = "A"
name = { zh = "税务登记", en = "Tax registration" }

[[categories]]
id = "invoices"
prefix = "D"
name = { zh = "发票办理", en = "Invoices" }

[[items]]
id = "A01"
category = "registration"
name = { zh = "新办纳税人套餐", en = "Set for new taxpayers" }
service_limit_s = 1800
papers = [{ zh = "公章", en = "Company seal" }]
elsewhere = ["online"]
initials = "xbnsrtc"

[[items]]
id = "D03"
category = "invoices"
name = { zh = "发票领用", en = "Collection of blank invoices" }
service_limit_s = 600
skill = "stock"
quota = 40
"""

HALL = """\
[hall]
id = "demo"
name = { zh = "示范厅", en = "Demo Hall" }

[[windows]]
id = "1"
pad = "pad-1"

[[windows]]
id = "2"
skills = ["stock"]

[[kiosks]]
id = "kiosk-1"
printer = "printer"

[lines.pads]
port = "/dev/hall/pads"

[devices.printer]
kind = "ticket_printer.escpos"
port = "/dev/hall/printer"

[devices.pad-1]
kind = "pad.ff68"
line = "pads"
"""


@dataclass(frozen=True, slots=True)
class HallFiles:
    """``hall.toml`` and ``items.toml`` in a folder of their own."""

    folder: Path

    @property
    def hall(self) -> Path:
        return self.folder / "hall.toml"

    @property
    def env(self) -> dict[str, str]:
        return {"HALL_DATA": str(self.folder / "data"), "HALL_RUN": str(self.folder / "run")}

    def write(self, hall: str = HALL, items: str = ITEMS) -> None:
        (self.folder / "data").mkdir(exist_ok=True)
        self.hall.write_text(hall, encoding="utf-8")
        (self.folder / "items.toml").write_text(items, encoding="utf-8")

    def load(self, hall: str = HALL, items: str = ITEMS, **env: str) -> Configuration:
        self.write(hall, items)
        return load_all(self.hall, {**self.env, **env})

    def mistakes(self, hall: str = HALL, items: str = ITEMS) -> list[str]:
        """Return the mistakes as a technician reads them, without the folder."""
        self.write(hall, items)
        with pytest.raises(ConfigError) as raised:
            load_all(self.hall, self.env)
        for mistake in raised.value.mistakes:
            assert any("\u4e00" <= one <= "\u9fff" for one in mistake.zh), mistake
        return [str(mistake).replace(f"{self.folder}/", "") for mistake in raised.value.mistakes]
