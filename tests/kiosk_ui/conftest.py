from __future__ import annotations

from tests.e2e.coroutines import place, pytest_pyfunc_call

__all__ = ["place", "pytest_pyfunc_call"]
