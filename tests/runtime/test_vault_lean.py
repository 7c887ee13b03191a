"""A hall that keeps nothing of anybody does without the library that encrypts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys
from pathlib import Path
import firmware_py.runtime.halld
from firmware_py.store.vault import Vault
vault = Vault(Path(sys.argv[1]) / "vault", Path(sys.argv[1]) / "keys")
vault.hash_person("2026-11-22", "11010519491231002X")
vault.survey(), vault.destroy_before("2026-11-01")
assert "cryptography" not in sys.modules
vault.put("2026-11-22", "A012-1", b"a page")
assert "cryptography" in sys.modules
"""


def test_the_library_is_loaded_with_the_first_file(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", PROGRAM, str(tmp_path)], check=True, timeout=120)
