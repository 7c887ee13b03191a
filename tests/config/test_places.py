"""One file tells the whole hall; each Pi takes its own part of it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from firmware_py.app.paper_jobs import Asks
from firmware_py.config.file import ConfigError, load_all
from firmware_py.config.places import left_to_hub
from firmware_py.runtime.printers import Printers
from firmware_py.settings import Settings

SPREAD = Path(__file__).parents[2] / "config" / "spread.toml"
NODES = ("kiosk-1", "kiosk-2", "window-1", "window-2", "window-3", "wall-1")


def at(node: str, path: Path = SPREAD) -> Settings:
    environment = {
        "HALL_NODE": node, "HALL_CLOCK": "machine", "HALL_BROKER_HOST": "127.0.0.1",
        "HALL_BROKER_PORT": "1883",
        "HALL_WIRE": "/wire", "HALL_RUN": "/run/hall", "HALL_DATA": "/data",
    }  # fmt: skip
    return load_all(path, environment).settings


def test_each_device_is_at_one_pi() -> None:
    devices = [name for node in ("hub", *NODES) for name in at(node).devices]
    assert len(devices) == len(set(devices)) == 14
    assert set(at("window-3").devices) == {"pad-3", "strip-3", "lamp-3"}
    assert set(at("kiosk-1").devices) == {"printer-1", "kiosk-1-button"}
    assert set(at("wall-1").devices) == {"led-wall"}
    assert set(at("hub").devices) == {"voice"}


def test_a_pi_has_its_roles_and_knows_every_window_but_not_its_devices() -> None:
    settings = at("window-3")
    assert settings.hall.roles == ("window",)
    assert at("hub").hall.roles == ("hub", "kiosk", "window", "wall")
    assert [window.id for window in settings.windows] == ["1", "2", "3"]
    assert [window.pad for window in settings.windows] == [None, None, "pad-3"]
    assert settings.walls == ()
    assert settings.voices == ()
    # Whose paper it is must be known everywhere, or a Pi would print another's.
    assert [kiosk.printer for kiosk in settings.kiosks] == ["printer-1", "printer-2"]
    assert [kiosk.button for kiosk in settings.kiosks] == [None, None]


def test_what_no_node_names_stands_at_the_hub() -> None:
    nothing: tuple[str, ...] = ()
    assert left_to_hub(at("hub")) == {
        "windows": nothing, "kiosks": nothing, "walls": nothing, "voices": ("hall",),
    }  # fmt: skip
    alone = msgspec.structs.replace(at("hub"), nodes={})
    assert left_to_hub(alone)["windows"] == ("1", "2", "3")


def test_each_pi_prints_with_its_own_printers_alone() -> None:
    taken = {origin: Asks(origin, form=False) for origin in ("kiosk-1", "kiosk-2", "desk")}
    for node in ("hub", *NODES):
        printers = Printers(at(node))
        own = {"kiosk-1": ["printer-1"], "kiosk-2": ["printer-2"]}
        assert printers.all() == own.get(node, [])
        # What is taken at no kiosk prints at the first one's.
        found = [printers.of(asks) for asks in taken.values()]
        assert found == ["printer-1", "printer-2", "printer-1"]


def test_every_pi_decides_by_the_same_rules() -> None:
    environment = {
        "HALL_CLOCK": "machine", "HALL_BROKER_HOST": "127.0.0.1", "HALL_BROKER_PORT": "1883",
        "HALL_WIRE": "/wire",
    }  # fmt: skip
    rules = [load_all(SPREAD, {**environment, "HALL_NODE": node}).rules for node in ("hub", *NODES)]
    assert all(one == rules[0] for one in rules)


@pytest.mark.parametrize(
    ("before", "after", "mistake"),
    [
        ('windows = ["1"]', 'windows = ["9"]', "nodes.window-1.windows: there is no 9"),
        ('windows = ["2"]', 'windows = ["1"]', "nodes.window-2.windows: 1 is at window-1 already"),
        ('walls = ["wall"]', 'walls = ["gate"]', "nodes.wall-1.walls: there is no gate"),
        ('strip = "strip-2"', 'strip = "strip-1"', "it stands at window-1 and at window-2"),
        ("[broker]\n", "[broker_]\n", "unknown key"),
    ],
)
def test_a_place_that_is_wrong_is_told(
    tmp_path: Path, before: str, after: str, mistake: str
) -> None:
    text = SPREAD.read_text(encoding="utf-8")
    assert text.count(before) == 1
    text = text.replace(before, after)
    for name in ("items.toml", "holidays.toml"):
        text = text.replace(f'"{name}"', f'"{SPREAD.parent / name}"')
    path = tmp_path / "hall.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        at("hub", path)
    assert any(mistake in str(one) for one in raised.value.mistakes), raised.value.mistakes


def test_a_pi_that_is_none_of_the_hall_s_is_the_hub_by_its_roles(tmp_path: Path) -> None:
    text = SPREAD.read_text(encoding="utf-8").replace(
        'node = "${HALL_NODE}"', 'node = "attic"\nroles = ["wall"]'
    )
    for name in ("items.toml", "holidays.toml"):
        text = text.replace(f'"{name}"', f'"{SPREAD.parent / name}"')
    path = tmp_path / "hall.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        at("attic", path)
    assert "attic is none of the nodes" in str(raised.value.mistakes[0])
