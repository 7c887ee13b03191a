"""``halld`` that is killed at a step of its vault: ``python -m ... STEP --config PATH``.

Each file that is put or removed is two steps: just before it, and just after. It kills itself as a
power cut does, so nothing behind that step happens.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from threading import Lock

from firmware_py.runtime import hall, halld
from firmware_py.settings import PrivacySettings
from firmware_py.store.vault import Vault


class DyingVault(Vault):
    """Counts down to its end."""

    steps_left = 0
    lock = Lock()

    @classmethod
    def step(cls) -> None:
        with cls.lock:
            cls.steps_left -= 1
            if cls.steps_left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def put(self, day: str, name: str, data: bytes) -> None:
        self.step()
        super().put(day, name, data)
        self.step()

    def remove(self, day: str, name: str) -> None:
        self.step()
        super().remove(day, name)
        self.step()


def kept_in_dying(settings: PrivacySettings) -> Vault:
    """Return such a vault in place of the hall's own."""
    return DyingVault(Path(settings.vault), Path(settings.keys))


if __name__ == "__main__":
    DyingVault.steps_left = int(sys.argv[1])
    setattr(hall, "kept_in", kept_in_dying)  # noqa: B010 - the module has it from another
    sys.exit(halld.main(sys.argv[2:]))
