"""A Pi that wrote down what it decided alone is no hub by that, whatever it restarts into."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware_py.bench.spread import SPREAD
from firmware_py.config.file import load_all
from firmware_py.config.spread import standby_of
from firmware_py.runtime.hub_role import RoleChange, role_of
from firmware_py.store.journal import Journal


@pytest.mark.parametrize("node", ["kiosk-1", "window-3"])
async def test_a_journal_of_its_own_makes_no_kiosk_a_hub(tmp_path: Path, node: str) -> None:
    environment = {
        "HALL_NODE": node, "HALL_DATA": str(tmp_path), "HALL_RUN": str(tmp_path),
        "HALL_WIRE": str(tmp_path), "HALL_CLOCK": "machine", "HALL_BROKER_HOST": "127.0.0.1",
        "HALL_BROKER_PORT": "1", "HALL_PRINTER2_PORT": "1",
    }  # fmt: skip
    settings = load_all(SPREAD, environment).settings
    assert standby_of(settings) is not None
    path = Path(settings.journal.path)
    for _ in range(2):
        role = await role_of(settings, RoleChange())
        assert (role.decides, role.journal, role.keeper) == (False, path, None)
        Journal.open(path, node=node).close()
