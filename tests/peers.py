"""Programs that nobody here wrote, asked in a process apart (see ``config/setup/peers.txt``)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parents[1] / ".venv" / "peers"


def ask(script: str, *arguments: str) -> list[bytes]:
    """Run ``script`` where the peers can be imported; it calls ``say(bytes)`` for each answer."""
    assert FOLDER.is_dir(), "config/setup/setup.sh test brings the peers"
    prelude = (
        "import sys\n"
        "said = []\n"
        "def say(data): said.append(bytes(data).hex())\n"
        "def done(): sys.stderr.write('\\n'.join(said))\n"
        "import atexit; atexit.register(done)\n"
    )
    # What they print themselves goes to standard output and is nobody's business.
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", prelude + script, *arguments],
        env={**os.environ, "PYTHONPATH": str(FOLDER), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        check=False,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return [bytes.fromhex(line) for line in done.stderr.splitlines()]
