"""The project names no place of the machine that it was written on, and no index of packages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = (".ci", "config", "devices", "docs", "firmware_py", "kiosk_ui", "systemd", "tests")
PICTURES = {".png", ".jpg", ".pyc", ".gif"}

# Each has one letter in brackets, so that this file passes its own test.
UNWANTED = re.compile(
    r"/(wor[k]|far[m])/|[.]librar[y]|/roo[t]/|/[.]pyen[v]|"
    r"pyp[i]\.org|pythonhoste[d]|npmj[s]|piwheel[s]|de[b]\.debian",
    re.IGNORECASE,
)


def texts(root: Path) -> Iterator[Path]:
    """Yield every file of the project that holds text."""
    # In a linked working tree .git is a file, which git writes.
    yield from (path for path in root.iterdir() if path.is_file() and path.name != ".git")
    for folder in FOLDERS:
        for path in (root / folder).rglob("*"):
            if path.is_file() and path.suffix not in PICTURES:
                yield path


def findings(root: Path) -> list[str]:
    return [
        f"{path.relative_to(root)}:{number}: {match[0]}"
        for path in texts(root)
        for number, line in enumerate(path.read_bytes().decode("utf-8", "replace").split("\n"), 1)
        if (match := UNWANTED.search(line))
    ]


def test_no_file_names_a_place_that_only_its_writer_has() -> None:
    assert findings(ROOT) == []


@pytest.mark.parametrize(
    "halves", [("see /wor", "k/x"), ("https://pyp", "i.org"), ("/roo", "t/.a")]
)
def test_such_a_place_is_found(tmp_path: Path, halves: tuple[str, str]) -> None:
    file = tmp_path / "docs" / "how.md"
    file.parent.mkdir()
    file.write_text(f"one\n{''.join(halves)}\n", encoding="utf-8")
    (found,) = findings(tmp_path)
    assert found.startswith("docs/how.md:2: ")
