"""What the tests with real processes share: coroutines as tests, and a short folder for each."""

from __future__ import annotations

import asyncio
import inspect
from pathlib import Path

import pytest

__all__ = ["place", "pytest_pyfunc_call"]


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test that is a coroutine in an event loop of its own."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the test's own; a Unix socket's path has at most 107 bytes."""
    return tmp_path_factory.mktemp("h")
