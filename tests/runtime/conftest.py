"""Coroutines as tests, and a hall's folder of lists with its key."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware_py.runtime.people_lists import PeopleLists
from tests.e2e.coroutines import pytest_pyfunc_call

__all__ = ["ITEMS", "KEY", "pytest_pyfunc_call"]

KEY = "000102030405060708090a0b0c0d0e0f"
ITEMS = frozenset({"A01", "D01"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "people").mkdir()
    return tmp_path / "people"


@pytest.fixture
def lists(tmp_path: Path, folder: Path) -> PeopleLists:
    key = tmp_path / "people.key"
    key.touch(mode=0o600)
    key.write_text(KEY + "\n")
    return PeopleLists(folder, key, ITEMS)
