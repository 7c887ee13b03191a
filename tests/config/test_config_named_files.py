"""Templates and profiles that devices name are read when a technician asks for a check."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware_py.config.file import ConfigError, load_all

HALL = """\
[hall]
id = "demo"
name = {{ zh = "示范厅", en = "Demo Hall" }}
catalogue = "{items}"

[[kiosks]]
id = "kiosk-1"
printer = "printer"

[devices.printer]
kind = "ticket_printer.escpos"
port = "/dev/hall/printer"
options = {{ template = "no-such-template" }}

[devices.pad-1]
kind = "pad.ff68"
port = "/dev/hall/pads"
options = {{ address = 1, profile = "no-such-profile" }}
"""


def hall(folder: Path) -> Path:
    items = Path(__file__).parents[2] / "config" / "items.toml"
    path = folder / "hall.toml"
    path.write_text(HALL.format(items=items), encoding="utf-8")
    return path


def test_a_check_names_the_template_and_the_profile_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_all(hall(tmp_path), {}, with_files=True)

    told = {mistake.path: str(mistake) for mistake in caught.value.mistakes}
    assert set(told) == {"devices.printer.options.template", "devices.pad-1.options.profile"}
    assert told["devices.printer.options.template"].startswith(f"{tmp_path}/hall.toml:13: ")
    assert "no-such-template" in told["devices.printer.options.template"]
    assert "no-such-profile" in told["devices.pad-1.options.profile"]


def test_the_daemon_starts_with_a_template_that_is_not_there(tmp_path: Path) -> None:
    configuration = load_all(hall(tmp_path), {})

    assert configuration.settings.devices["printer"].options == {"template": "no-such-template"}
