"""The broker's list of rights: with the hall's own names, and looked at before it matters."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from firmware_py.cli.base import Session
from firmware_py.cli.broker_acl import TEMPLATE, acl
from firmware_py.cli.doctor.broker_rights import look_rights
from firmware_py.config.broker_acl import acl_for, hubs_of, without_rights
from firmware_py.config.file import load_all
from firmware_py.settings import Settings
from tests.cli.doctor.fakes import Fake, words

SPREAD = Path(__file__).parents[2] / "config" / "spread.toml"
TEXT = TEMPLATE.read_text("utf-8")
ENVIRONMENT = {
    "HALL_NODE": "hub", "HALL_CLOCK": "machine", "HALL_BROKER_HOST": "127.0.0.1",
    "HALL_BROKER_PORT": "1883", "HALL_WIRE": "/wire", "HALL_RUN": "/run", "HALL_DATA": "/data",
}  # fmt: skip


def settings(node: str = "hub", hall: str = "demo", *, standby: bool = True) -> Settings:
    """Return the settings of the example of many Pis, changed."""
    found = load_all(SPREAD, {**ENVIRONMENT, "HALL_NODE": node}, with_files=False).settings
    nodes = {name: one for name, one in found.nodes.items() if standby or name != "standby-1"}
    return msgspec.structs.replace(
        found, hall=msgspec.structs.replace(found.hall, id=hall), nodes=nodes
    )


def test_the_list_is_written_with_the_halls_id_hub_and_standby() -> None:
    made = acl_for(TEXT, settings(hall="demo-east"))
    assert hubs_of(settings()) == ("hub", "standby-1")
    assert "hall/v1/demo/" not in made
    section = made[made.index("user standby-1\n") :]
    assert "topic write hall/v1/demo-east/lease/ask/standby-1\n" in section
    assert "\nuser standby\n" not in made
    # Nothing else is another: as many rights as before, in the same order.
    plain = made.replace("demo-east", "demo").replace("standby-1", "standby")
    assert plain == TEXT


def test_a_hall_without_a_standby_has_no_section_for_one() -> None:
    made = acl_for(TEXT, settings(standby=False))
    assert "user standby" not in made
    assert [line for line in made.splitlines() if line.startswith("user ")] == [
        "user hub", "user centre", "user technician", "user viewer",
    ]  # fmt: skip
    assert without_rights(made, "demo", ["hub"]) == []


def test_the_hub_is_known_at_every_pi() -> None:
    assert hubs_of(settings("standby-1")) == ("hub", "standby-1")
    assert hubs_of(settings("window-3")) == ("hub", "standby-1")


@pytest.mark.parametrize(
    ("hall", "names", "lacking"),
    [
        ("demo", ["hub", "standby"], []),
        # As it comes, in a hall whose standby has the examples' name.
        ("demo", ["hub", "standby-1"], ["standby-1"]),
        ("demo-east", ["hub", "standby"], ["hub", "standby"]),
    ],
)
def test_who_may_not_be_a_hub_is_found(hall: str, names: list[str], lacking: list[str]) -> None:
    assert without_rights(TEXT, hall, names) == lacking


def test_a_right_that_was_taken_out_is_missed_and_all_rights_are_enough() -> None:
    cut = TEXT.replace("topic write hall/v1/demo/lease/ask/standby\n", "")
    assert without_rights(cut, "demo", ["hub", "standby"]) == ["standby"]
    assert without_rights("user hub\ntopic readwrite hall/v1/demo/#\n", "demo", ["hub"]) == []
    assert without_rights("", "demo", ["hub"]) == ["hub"]


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> str:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    found = CliRunner().invoke(acl, [*arguments, "--config", str(SPREAD)], obj=Session())
    assert found.exit_code == 0, found.output
    return found.output


def test_the_command_writes_it_and_looks_at_one_that_is_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made = run(monkeypatch)
    assert made == acl_for(TEXT, settings())
    file = tmp_path / "hall.acl"
    file.write_text(TEXT, "utf-8")
    said = run(monkeypatch, "--check", str(file))
    assert "gives standby-1 no rights of this hall's hub" in said
    assert f"sudo hallctl broker acl | sudo tee {file}" in said.replace("\n", " ")
    file.write_text(made, "utf-8")
    assert "hub, standby-1: may be the hub" in run(monkeypatch, "--check", str(file))


def test_the_doctor_finds_a_standby_without_rights(tmp_path: Path) -> None:
    fake = Fake(tmp_path, env=ENVIRONMENT)
    for name in ("items.toml", "holidays.toml"):
        fake.say(name, SPREAD.with_name(name).read_text("utf-8"))
    facts = fake.facts(SPREAD.read_text("utf-8"))
    assert list(look_rights(facts)) == []
    fake.say("/etc/mosquitto/hall.acl", TEXT)
    assert "gives standby-1 no rights" in words(look_rights(facts))
    fake.say("/etc/mosquitto/hall.acl", acl_for(TEXT, settings()))
    assert list(look_rights(facts)) == []
