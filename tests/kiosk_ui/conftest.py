from __future__ import annotations

import os

from tests.e2e.coroutines import place, pytest_pyfunc_call

__all__ = ["place", "pytest_pyfunc_call"]

# No test opens a window on the desktop of whoever runs it; those that need X start their own.
os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
