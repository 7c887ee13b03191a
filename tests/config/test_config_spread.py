"""``[spread]``: three different Pis vote, or the file is told to be wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware_py.config.file import ConfigError, load_all
from firmware_py.config.spread import standby_of, voters_of
from firmware_py.settings import Settings

SPREAD = Path(__file__).parents[2] / "config" / "spread.toml"
STANDBY = '\n[nodes.standby]\nroles = ["standby"]\n'
LEASE = 'promote = "lease"\nwitness = "window-1"\n'


def loaded(folder: Path, more: str, node: str = "hub") -> Settings:
    environment = {
        "HALL_NODE": node, "HALL_CLOCK": "machine", "HALL_BROKER_HOST": "127.0.0.1",
        "HALL_BROKER_PORT": "1883",
        "HALL_WIRE": "/wire", "HALL_RUN": "/run/hall", "HALL_DATA": "/data",
    }  # fmt: skip
    for name in ("items.toml", "holidays.toml"):
        (folder / name).write_bytes((SPREAD.parent / name).read_bytes())
    path = folder / "hall.toml"
    text = SPREAD.read_text("utf-8").replace('[nodes.standby-1]\nroles = ["standby"]\n', "", 1)
    text = text.replace("[spread]\n", f"[spread]\n{more}\n", 1)
    if "[nodes.standby]" in more:
        text = text.replace(STANDBY, "").replace("[nodes.kiosk-1]", f"{STANDBY}[nodes.kiosk-1]", 1)
    path.write_text(text, "utf-8")
    return load_all(path, environment).settings


def test_every_pi_knows_the_three_that_vote(tmp_path: Path) -> None:
    for node in ("hub", "standby", "window-1", "wall-1"):
        settings = loaded(tmp_path, LEASE + STANDBY, node)
        assert voters_of(settings) == ("hub", "standby", "window-1")
        assert settings.spread.lease_s == 10
    assert loaded(tmp_path, LEASE + STANDBY, "standby").hall.roles == ("standby",)


def test_by_hand_nobody_votes(tmp_path: Path) -> None:
    settings = loaded(tmp_path, STANDBY)
    assert settings.spread.promote == "by hand"
    assert standby_of(settings) == "standby"
    assert voters_of(settings) == ()


@pytest.mark.parametrize(
    ("more", "mistake"),
    [
        (LEASE, "spread.promote: a lease needs a standby"),
        ('promote = "lease"\n' + STANDBY, "spread.promote: a lease needs a third voter"),
        (LEASE.replace("window-1", "window-9") + STANDBY, "spread.witness: window-9 is none of"),
        (LEASE.replace("window-1", "standby") + STANDBY, "spread.witness: standby is none of"),
        (LEASE.replace("window-1", "hub") + STANDBY, "spread.witness: hub is none of"),
        (LEASE + 'hub = "master"\n' + STANDBY, "spread.hub: master is not the name"),
        ('hub = "master"\n' + STANDBY, "spread.hub: master is not the name"),
        (LEASE + "lease_s = 2\n" + STANDBY, "spread.lease_s"),
        ('promote = "by itself"\n', "spread.promote"),
    ],
)
def test_what_cannot_vote_is_told(tmp_path: Path, more: str, mistake: str) -> None:
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, more)
    assert any(mistake in str(one) for one in caught.value.mistakes), caught.value
    assert all(one.in_chinese() for one in caught.value.mistakes)
