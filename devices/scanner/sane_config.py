"""A private folder of SANE's configuration, so that a hall asks for one scanner and no other.

SANE looks at everything that it knows otherwise: each USB backend, and the whole network for
seconds. Sources: sane-dll(5), sane-airscan(5).
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

__all__ = ["PrivateConfig"]

_SYSTEM = Path("/etc/sane.d")
_AIRSCAN = """\
[options]
discovery = disable
ws-discovery = off
protocol = manual
socket_dir = {folder}
"""


class PrivateConfig:
    """The folder: of one ``backend`` with the system's settings of it.

    Without one, of network scanners that are named by their address: ``socket`` is the path of a
    scanner's Unix socket. There is nothing in the folder of what is scanned.
    """

    def __init__(self, backend: str = "", socket: str = "") -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="hall-sane-"))
        (self.folder / "dll.conf").write_text(f"{backend or 'airscan'}\n", "utf-8")
        if not backend:
            where = str(Path(socket).parent) if socket else "/nonexistent"
            (self.folder / "airscan.conf").write_text(_AIRSCAN.format(folder=where), "utf-8")
            return
        for name in (f"{backend}.conf", f"{backend}.d"):
            if (_SYSTEM / name).exists():
                (self.folder / name).symlink_to(_SYSTEM / name)

    def remove(self) -> None:
        """Remove the folder; a second call does nothing."""
        shutil.rmtree(self.folder, ignore_errors=True)
