"""A broker for each test; and tests that are coroutines run in a loop of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.coroutines import pytest_pyfunc_call
from tests.sync.support import Ear, Mosquitto

__all__ = ["listen", "mosquitto", "pytest_pyfunc_call"]


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    broker = Mosquitto(tmp_path)
    broker.start()
    yield broker
    broker.kill()


@pytest.fixture
def listen(mosquitto: Mosquitto) -> Iterator[Callable[..., Ear]]:
    """Return a maker of independent clients that are closed at the end."""
    ears: list[Ear] = []

    def make(*topics: str, client_id: str = "ear") -> Ear:
        ears.append(Ear(mosquitto.port, *topics, client_id=client_id))
        return ears[-1]

    yield make
    for ear in ears:
        ear.close()
