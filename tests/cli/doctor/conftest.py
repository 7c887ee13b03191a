"""A machine of its own for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.doctor.fakes import Fake


@pytest.fixture
def fake(tmp_path: Path) -> Fake:
    """An empty machine: no Pi, no systemd, no programs."""
    return Fake(tmp_path)
