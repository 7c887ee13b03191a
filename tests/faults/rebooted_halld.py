"""``halld`` in another boot of the machine: ``python -m ... BOOT --config PATH``."""

from __future__ import annotations

import sys

from firmware_py.runtime import followed_hall, halld

if __name__ == "__main__":
    boot = sys.argv[1]
    setattr(followed_hall, "boot_id", lambda: boot)  # noqa: B010 - the module has it from another
    sys.exit(halld.main(sys.argv[2:]))
