"""Every path that a document, a unit or a comment names is there, and one place has one name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("config/**/*.md")])
FOLDERS = ("firmware_py", "devices", "kiosk_ui", "config", "systemd", "tests", "docs", ".ci")

#: A hall's own places; anything below them is the hall's choice.
PLACES = {
    "/etc/hall", "/var/lib/hall", "/var/cache/hall", "/run/hall", "/run/hall-xorg", "/opt/hall",
    "/dev/hall",
}  # fmt: skip
_PLACE = re.compile(r"(?<![\w/.}])/(?:etc|var/lib|var/cache|run|opt|dev)/hall(?![\w]*\.)[\w-]*")
_LINK = re.compile(r"\[[^]]*\]\((?!https?:)([^)#\s]+)[^)]*\)")
_NAMED = re.compile(rf"(?<![\w/.])(?:/opt/hall/)?((?:{'|'.join(FOLDERS)})/[\w./*-]*[\w/])")
#: What the worked example of a document makes.
MADE = {"docs/adding-a-device.md": "devices/tower/"}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def lines_of(path: Path) -> Iterator[tuple[int, str]]:
    yield from enumerate(path.read_text("utf-8").splitlines(), 1)


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_links_and_paths_of_a_document_lead_to_a_file(document: Path) -> None:
    made = MADE.get(name_of(document), "-")
    lost: list[str] = []
    for number, line in lines_of(document):
        links, rest = _LINK.findall(line), _LINK.sub("", line)
        lost += [f"{number}: {it}" for it in links if not (document.parent / it).exists()]
        named = [path for path in _NAMED.findall(rest) if not path.startswith(made)]
        lost += [f"{number}: {path}" for path in named if not any(ROOT.glob(path))]
    assert lost == []


def test_a_halls_own_places_have_one_name_each() -> None:
    files = [
        path
        for folder in (*FOLDERS, ".")
        for path in (ROOT / folder).glob("*" if folder == "." else "**/*")
        if path.suffix in {".md", ".py", ".toml", ".service", ".conf", ".acl", ".yaml", ".example"}
    ]
    assert len(files) > 300
    others = [
        f"{name_of(path)}:{number}: {place}"
        for path in files
        if path != Path(__file__)
        for number, line in lines_of(path)
        for place in _PLACE.findall(line)
        if place not in PLACES
    ]
    assert others == []


@pytest.mark.parametrize(
    ("line", "places"),
    [
        ("password in /etc/hall-controller/pw", ["/etc/hall-controller"]),
        ("sudo nano /etc/hall/hall.toml", ["/etc/hall"]),
        ("RootDirectory=/run/halld.root", []),
    ],
)
def test_another_place_would_be_found(line: str, places: list[str]) -> None:
    assert _PLACE.findall(line) == places
