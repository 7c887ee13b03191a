"""The example of docs/rfb.md, run word for word but for the address and the file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from tests.kiosk_ui.rfb.desktop import NEEDS_VNC, Desktop

ROOT = Path(__file__).parents[3]
PACKAGE = ROOT / "kiosk_ui" / "rfb"


@NEEDS_VNC
def test_the_example_saves_the_desktop_without_what_is_private(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "rfb.md").read_text(encoding="utf-8")
    code = text.partition("```python\n")[2].partition("```")[0]
    with Desktop(tmp_path, easel=False) as desktop:
        desktop.plaid(4, 9)
        code = code.replace("10.0.0.7:5900", str(desktop.socket))
        subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, timeout=120)
        wanted = desktop.pixels()[..., ::-1]
    found = np.asarray(Image.open(tmp_path / "desktop.png"))
    assert not found[:, :160].any()
    assert wanted[:, :160].any()
    assert abs(found[:, 160:].astype(int) - wanted[:, 160:]).max() <= 8  # it may be a JPEG


def test_the_package_works_without_pygame_and_knows_nothing_of_the_hall() -> None:
    names = sorted(path.stem for path in PACKAGE.glob("*.py") if path.stem != "__init__")
    code = (
        f"import sys, importlib\n"
        f"for name in {names}: importlib.import_module('kiosk_ui.rfb.' + name)\n"
        f"others = [m for m in sys.modules if m.startswith(('pygame', 'firmware_py', 'devices'))\n"
        f"          or m.startswith('kiosk_ui.') and not m.startswith('kiosk_ui.rfb')]\n"
        f"assert not others, others"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=120)
