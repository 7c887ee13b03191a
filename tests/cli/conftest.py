"""One running hall a module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.hallrun import Hall, Hallctl


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """A hall with its simulators, open, windows 2 to 9 too."""
    # Short: a Unix socket's path has 107 bytes.
    made = Hall(tmp_path_factory.mktemp("h"))
    try:
        made.start_bench()
        made.start()
        assert made.hallctl("open").code == 0
        for window in range(2, 10):
            assert made.hallctl("window", "open", str(window), "--clerk", "1023").code == 0
        yield made
    finally:
        made.stop()


@pytest.fixture
def hallctl(hall: Hall) -> Hallctl:
    """``hallctl`` in that hall."""
    return hall.hallctl


@pytest.fixture
def closed_hall(tmp_path: Path) -> Iterator[Hall]:
    """A hall of this test alone; its daemon is not started yet."""
    made = Hall(tmp_path)
    yield made
    made.stop()
