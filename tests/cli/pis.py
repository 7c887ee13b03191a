"""A hub and new Pis as folders of this machine, and ``hallctl`` as it is typed at each."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from pathlib import Path
from typing import Any

from tests.cli.hallrun import CONFIG, ROOT, Hall, Hallctl

BROKER = (
    '[broker]\nhost = "127.0.0.1"\nport = {port}\nca_file = "broker/ca.crt"\n'
    'cert_file = "broker/${{HALL_NODE}}.crt"\nkey_file = "broker/${{HALL_NODE}}.key"\n'
)
NODES = (
    '[nodes.window-3]\nroles = ["window"]\nwindows = ["3"]\n'
    '[nodes.window-4]\nroles = ["window"]\nwindows = ["4"]\n'
)
WAIT_S = 60.0


def hall_text(port: int = 8883) -> str:
    """Return the hall's file, the same for all Pis."""
    text = CONFIG.replace('[hall]\nid = "demo"', '[hall]\nid = "demo"\nnode = "${HALL_NODE}"')
    text = text.replace(f'"{ROOT}/config/items.toml"', '"items.toml"')
    return text + "# 本厅的说明 a comment\n" + BROKER.format(port=port) + NODES


class HubFolder:
    """The hub's folder with its configuration; ``hallctl`` works there."""

    def __init__(self, folder: Path, port: int = 8883) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.config = folder / "hall.toml"
        self.config.write_text(hall_text(port), encoding="utf-8")
        items = (ROOT / "config" / "items.toml").read_bytes()
        (folder / "items.toml").write_bytes(items)
        (folder / "node.env").write_text("HALL_NODE=hub\n", encoding="utf-8")
        self.environment = {
            "HALL_RUN": str(folder), "HALL_DATA": str(folder), "HALL_CONFIG": str(self.config),
            "HALL_ROOT": str(folder / "no-such-root"),
        }  # fmt: skip
        self.hallctl = Hallctl(self.environment)


class PiFolder:
    """A new Pi: an empty ``/etc/hall`` of its own."""

    def __init__(self, folder: Path) -> None:
        self.etc, self.data = folder / "etc", folder / "data"
        for made in (self.etc, self.data):
            made.mkdir(parents=True)
        self.hallctl = Hallctl(
            {"HALL_RUN": str(folder), "HALL_DATA": str(self.data), "HALL_ROOT": str(folder)}
        )

    def join(self, code: str, hub: str, *more: str, lang: str = "en") -> Any:
        """Type the command; return how it ended."""
        return self.hallctl(
            "node", "join", code, "--hub", hub, "--into", str(self.etc), *more, lang=lang
        )

    @property
    def files(self) -> set[str]:
        """Names of what is in place."""
        found = (path.relative_to(self.etc) for path in self.etc.rglob("*") if path.is_file())
        return {path.as_posix() for path in found if path.parts[0] != ".joining"}


class Shown:
    """``hallctl node adopt`` or ``replace`` while it runs: a code, then how it went."""

    def __init__(self, hub: HubFolder | Hall, *arguments: str) -> None:
        line = [*hub.hallctl.program, "node", *arguments]
        line += ["--json", "--address", "127.0.0.1", "--port", "0"]
        self._process = subprocess.Popen(
            line,
            env=hub.hallctl.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=ROOT,
        )
        self._lines: queue.Queue[bytes] = queue.Queue()
        self._reader = threading.Thread(target=self._read, name="shown")
        self._reader.start()
        first = self.line()
        self.code, self.hub = str(first.get("code", "")), str(first.get("hub", ""))
        self.first = first

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(b"")

    def line(self) -> dict[str, Any]:
        """Return the next line that it says, {} at its end."""
        line = self._lines.get(timeout=WAIT_S)
        found: dict[str, Any] = json.loads(line) if line.startswith(b"{") else {}
        return found

    def end(self) -> tuple[int, str]:
        """Wait for its end; return the exit code and what it complained about."""
        assert self._process.stderr is not None
        complaint = self._process.stderr.read().decode()
        code = self._process.wait(WAIT_S)
        self._reader.join(WAIT_S)
        for stream in (self._process.stdout, self._process.stderr):
            assert stream is not None
            stream.close()
        return code, complaint

    def kill(self) -> None:
        """End it as a power cut does."""
        self._process.kill()
        self.end()
