"""A folder that a copier scans into: what is taken, in which order, and what becomes of files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from devices.base import HealthState, Status
from devices.errors import DeviceUnavailable
from devices.registry import convert_options
from devices.scanner.base import RawPage, ScanSettings
from devices.scanner.faults import ScanFault
from devices.scanner.folder.arrivals import Arrivals, destroy
from devices.scanner.folder.driver import FolderScanner
from devices.scanner.folder.simulator import FolderSimulator
from devices.scanner.pages.errors import PageError
from tests.devices.scanner.drawn import form, jpeg

PAGE = form(60)
ONE, ALL = ScanSettings(source="flatbed"), ScanSettings(source="feeder")


class Folder:
    """A folder, its scanner, and a clock that a test turns."""

    def __init__(self, path: Path, **more: Any) -> None:
        self.path = path
        self.now = 100.0
        found = convert_options("scanner.folder", {"path": str(path), **more})
        self.scanner = FolderScanner("it", found, clock=lambda: self.now)  # type: ignore[arg-type]
        self.pages: list[RawPage] = []
        self._dropped = 0

    def drop(self, name: str, data: bytes) -> Path:
        path = self.path / name
        path.write_bytes(data)
        self._dropped += 1
        os.utime(path, ns=(0, 1_000_000_000 * self._dropped))
        return path

    def settle(self) -> list[Status]:
        reports = self.scanner.poll()
        self.now += 5
        reports += self.scanner.poll()
        return [report for report in reports if isinstance(report, Status)]

    def scan(self, settings: ScanSettings = ONE) -> int:
        return self.scanner.scan(settings, self.pages.append)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    path = tmp_path / "scans"
    path.mkdir()
    made = Folder(path)
    made.scanner.open()
    yield made
    made.scanner.close()


def sizes(folder: Folder) -> list[tuple[int, int]]:
    return [(page.width, page.height) for page in folder.pages]


def test_a_folder_never_says_that_the_copier_is_well(folder: Folder) -> None:
    assert folder.scanner.open().state is HealthState.UNKNOWN


def test_an_empty_folder_says_what_to_do(folder: Folder) -> None:
    with pytest.raises(ScanFault) as caught:
        folder.scan()
    assert caught.value.code == "no_paper"
    assert "多功能一体机" in caught.value.zh
    assert "copier" in caught.value.en
    assert not caught.value.lasting


def test_the_oldest_file_comes_first_and_is_gone_afterwards(folder: Folder) -> None:
    folder.drop("b.jpg", jpeg(PAGE))
    folder.drop("a.jpg", jpeg(PAGE.reduce(2), dpi=(150, 150)))
    folder.settle()
    assert folder.scan() == 1
    assert sizes(folder) == [PAGE.size]
    assert [path.name for path in folder.path.iterdir()] == ["a.jpg"]
    assert folder.scan() == 1
    assert folder.pages[1].dpi == 150
    assert list(folder.path.iterdir()) == []


def test_as_from_a_feeder_everything_comes_in_its_order(folder: Folder) -> None:
    for name, scale in (("c.jpg", 1), ("a.png", 2), ("b.jpg", 3)):
        picture = PAGE.reduce(scale)
        path = folder.path / name
        picture.save(path)
        folder.drop(name, path.read_bytes())
    folder.settle()
    assert folder.scan(ALL) == 3
    assert sizes(folder) == [PAGE.size, PAGE.reduce(2).size, PAGE.reduce(3).size]
    assert [page.encoding for page in folder.pages] == ["jpeg", "raw", "jpeg"]


def test_a_file_that_still_grows_waits(folder: Folder) -> None:
    data = jpeg(PAGE)
    folder.drop("scan.jpg", data[:500])
    folder.scanner.poll()
    folder.now += 1
    with pytest.raises(ScanFault, match="no_paper"):
        folder.scan()
    folder.drop("scan.jpg", data)
    folder.scanner.poll()
    folder.now += 1.5
    with pytest.raises(ScanFault, match="no_paper"):
        folder.scan()
    folder.now += 1
    assert folder.scan() == 1


def test_a_file_that_a_program_has_open_to_write_waits(folder: Folder) -> None:
    path = folder.drop("scan.jpg", jpeg(PAGE))
    with path.open("ab"):
        folder.settle()
        with pytest.raises(ScanFault, match="no_paper"):
            folder.scan()
    assert folder.scan() == 1


@pytest.mark.parametrize("name", [".hidden.jpg", "scan.jpg.part", "scan.jpg~", "x.TMP"])
def test_what_is_called_unfinished_is_left_alone(folder: Folder, name: str) -> None:
    folder.drop(name, jpeg(PAGE))
    folder.settle()
    with pytest.raises(ScanFault, match="no_paper"):
        folder.scan()


def test_a_link_out_of_the_folder_is_not_followed(folder: Folder, tmp_path: Path) -> None:
    secret = tmp_path / "secret.jpg"
    secret.write_bytes(jpeg(PAGE))
    (folder.path / "scan.jpg").symlink_to(secret)
    (folder.path / "folder").mkdir()
    os.mkfifo(folder.path / "pipe.jpg")
    folder.settle()
    with pytest.raises(ScanFault, match="no_paper"):
        folder.scan()
    assert secret.exists()


def test_a_foreign_file_is_told_stays_and_does_not_stop_the_next(folder: Folder) -> None:
    folder.drop("letter.pdf", b"Dear taxpayer")
    folder.drop("scan.jpg", jpeg(PAGE))
    folder.settle()
    with pytest.raises(PageError) as caught:
        folder.scan()
    assert caught.value.code == "page_foreign"
    assert folder.scan() == 1
    assert [path.name for path in folder.path.iterdir()] == ["letter.pdf"]
    told = folder.settle()
    assert [(one.state, one.code) for one in told] == [(HealthState.WARNING, "page_foreign")]
    (folder.path / "letter.pdf").unlink()
    assert [one.code for one in folder.settle()] == ["waiting"]


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    folder = Folder(tmp_path, most_mb=1)
    folder.drop("scan.jpg", jpeg(PAGE) + bytes(1 << 20))
    folder.settle()
    with pytest.raises(PageError) as caught:
        folder.scan()
    assert caught.value.code == "page_too_large"


def test_the_pages_of_a_pdf_come_one_by_one(folder: Folder) -> None:
    simulator = FolderSimulator(
        "it", convert_options("scanner.folder", {"path": f"mock:{folder.path}"})
    )
    simulator.press("pdf", 3)
    dropped = next(Path(f"{folder.path}.d").iterdir())
    folder.drop(dropped.name, dropped.read_bytes())
    folder.settle()
    settings = ScanSettings(source="feeder", mode="colour", resolution_dpi=100, turn=90)
    assert folder.scan(settings) == 3
    assert {(page.width, page.height, page.channels) for page in folder.pages} == {(827, 1169, 3)}
    assert {(page.dpi, page.turn) for page in folder.pages} == {(100, 90)}
    # The red marks on the top count the pages.
    reds = []
    for page in folder.pages:
        with page.pixels as pixels:
            picture = Image.frombytes("RGB", (page.width, page.height), bytes(pixels))
        strip = picture.crop((70, 90, 400, 108)).tobytes()
        reds.append(sum(strip[at] - strip[at + 1] > 100 for at in range(0, len(strip), 3)))
    assert reds[0] > 0
    assert [round(red / reds[0]) for red in reds] == [1, 2, 3]
    assert list(folder.path.iterdir()) == []


def test_a_page_that_nobody_could_keep_leaves_its_file_there(folder: Folder) -> None:
    folder.drop("scan.jpg", jpeg(PAGE))
    folder.settle()

    def full(_: RawPage) -> None:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        folder.scanner.scan(ONE, full)
    assert folder.scan() == 1


def test_cancel_ends_a_pile_after_the_page_in_hand(folder: Folder) -> None:
    for name in "abc":
        folder.drop(f"{name}.jpg", jpeg(PAGE))
    folder.settle()

    def first(page: RawPage) -> None:
        folder.pages.append(page)
        folder.scanner.cancel()

    with pytest.raises(ScanFault) as caught:
        folder.scanner.scan(ALL, first)
    assert (caught.value.code, caught.value.pages) == ("cancelled", 1)
    assert sorted(path.name for path in folder.path.iterdir()) == ["b.jpg", "c.jpg"]


def test_more_pages_than_wanted_are_refused(folder: Folder) -> None:
    for name in "abc":
        folder.drop(f"{name}.jpg", jpeg(PAGE))
    folder.settle()
    with pytest.raises(PageError, match="page_too_many"):
        folder.scan(ScanSettings(source="feeder", most_pages=2))
    assert len(folder.pages) == 2


def test_what_nobody_fetches_is_destroyed_in_time(tmp_path: Path) -> None:
    folder = Folder(tmp_path, forget_min=10)
    folder.drop("scan.jpg", jpeg(PAGE))
    folder.scanner.poll()
    folder.now += 599
    folder.scanner.poll()
    assert (tmp_path / "scan.jpg").exists()
    folder.now += 2
    folder.scanner.poll()
    assert not (tmp_path / "scan.jpg").exists()
    assert folder.scanner.counters.extra == {"forgotten": 1}


def test_a_file_is_overwritten_before_it_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "scan.jpg"
    path.write_bytes(b"110105 made up" * 1000)
    other = tmp_path / "kept"
    other.hardlink_to(path)
    destroy(Arrivals(tmp_path, 1.0, lambda: 0.0).look()[0])
    survivors = [one for one in (path, other) if one.exists()]
    assert len(survivors) == 1
    assert set(survivors[0].read_bytes()) == {0}


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "none")
    with pytest.raises(DeviceUnavailable, match="no such folder"):
        folder.scanner.open()
