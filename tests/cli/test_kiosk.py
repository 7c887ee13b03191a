"""``hallctl kiosk``: what a kiosk's screen knows, for people; and the technician's PIN."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware_py.store.pin_file import read_pin
from tests.cli.hallrun import CONFIG, Hall, Hallctl
from tests.cli.terminal import Terminal

PIN = "736251"
KIOSKS = CONFIG.replace(
    'printer = "printer"\n',
    'printer = "printer"\npin_file = "kiosk.pin"\n'
    '[[kiosks]]\nid = "kiosk-2"\nchoose = "one"\nitem = "A01"\npin_file = "kiosk.pin"\n'
    '[[kiosks]]\nid = "kiosk-3"\n',
    1,
)


class Here:
    """A hall's files, without a daemon."""

    def __init__(self, folder: Path) -> None:
        self.config, self.data = folder / "hall.toml", folder / "data"
        self.data.mkdir()
        self.config.write_text(KIOSKS, encoding="utf-8")
        self.environment = {
            "HALL_RUN": str(folder),
            "HALL_DATA": str(self.data),
            "HALL_CONFIG": str(self.config),
        }
        self.hallctl = Hallctl(self.environment)

    def fits(self, pin: str) -> bool:
        stored = read_pin(self.data / "kiosk.pin")
        return stored is not None and stored.fits(pin)


@pytest.fixture
def here(tmp_path: Path) -> Here:
    return Here(tmp_path)


def test_a_pin_from_the_standard_input_is_kept_as_a_hash(here: Here) -> None:
    ran = here.hallctl("kiosk", "pin", "kiosk-1", "--stdin", stdin=f"{PIN}\n")
    assert (ran.code, ran.err) == (0, "")
    assert "The PIN of kiosk-1, kiosk-2 is set" in ran.out
    assert PIN not in ran.out
    path = here.data / "kiosk.pin"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert PIN not in path.read_text("ascii")
    assert here.fits(PIN)
    told = here.hallctl("kiosk", "pin", "kiosk-2", "--stdin", "--json", stdin="9876").json()
    assert told == {"kiosk": "kiosk-2", "path": str(path), "kiosks": ["kiosk-1", "kiosk-2"]}
    assert here.fits("9876")


@pytest.mark.parametrize(
    ("arguments", "stdin", "zh", "en"),
    [
        (("kiosk-1", "--stdin"), "12a4\n", "4 至 12 位数字", "4 to 12 digits"),
        (("kiosk-1", "--stdin"), "", "4 至 12 位数字", "4 to 12 digits"),
        (("kiosk-1", "--stdin"), "1" * 5000, "4 至 12 位数字", "4 to 12 digits"),
        (("kiosk-1",), PIN, "请加 --stdin", "add --stdin"),
        (("kiosk-9", "--stdin"), PIN, "没有取号机 kiosk-9", "There is no kiosk kiosk-9"),
        (
            ("kiosk-3", "--stdin"),
            PIN,
            "hallctl config set kiosks.kiosk-3.pin_file",
            "hallctl config set kiosks.kiosk-3.pin_file",
        ),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_written(
    here: Here, arguments: tuple[str, ...], stdin: str, zh: str, en: str
) -> None:
    for lang, words in (("zh", zh), ("en", en)):
        ran = here.hallctl("kiosk", "pin", *arguments, lang=lang, stdin=stdin)
        assert ran.code == 2
        assert words in ran.err
        assert PIN not in ran.out + ran.err
    assert [path.name for path in here.data.iterdir() if "pin" in path.name] == []


def test_a_folder_that_takes_nothing_is_said(here: Here) -> None:
    here.data.rmdir()
    ran = here.hallctl("kiosk", "pin", "kiosk-1", "--stdin", lang="zh", stdin=PIN)
    assert (ran.code, "请用 sudo 运行" in ran.err) == (1, True)
    assert PIN not in ran.err


@pytest.mark.parametrize(("second", "code"), [(PIN, 0), ("111111", 2)])
def test_at_a_terminal_it_is_asked_for_twice_and_not_shown(
    here: Here, second: str, code: int
) -> None:
    terminal = Terminal(
        "kiosk", "pin", "kiosk-1", environment={**here.environment, "LC_ALL": "C.UTF-8"}
    )
    try:
        terminal.until(lambda: b"4 to 12 digits" in terminal.seen)
        terminal.type(PIN.encode() + b"\n")
        terminal.until(lambda: b"Once more" in terminal.seen)
        terminal.type(second.encode() + b"\n")
        terminal.until(lambda: terminal.process.poll() is not None)
    finally:
        terminal.close()
    assert terminal.process.returncode == code, terminal.seen
    assert PIN.encode() not in terminal.seen
    assert second.encode() not in terminal.seen
    assert here.fits(PIN) is (code == 0)


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    made = Hall(tmp_path_factory.mktemp("h"), KIOSKS)
    try:
        made.start()
        yield made
    finally:
        made.stop()


def test_a_kiosk_is_shown_in_both_languages(hall: Hall) -> None:
    closed = hall.hallctl("kiosk", "show", "kiosk-1", lang="zh")
    assert "今天尚未开门营业" in closed.out
    hall.hallctl.ok("open")
    zh = hall.hallctl("kiosk", "show", "kiosk-1", lang="zh").out
    en = hall.hallctl("kiosk", "show", "kiosk-2").out
    assert ("可以取号" in zh, "打印机断开" in zh or "正常" in zh) == (True, True)
    assert ("one button (A01)" in en, "no printer" in en) == (True, True)
    assert "hallctl kiosk pin kiosk-2" in en
    assert hall.hallctl.ok("kiosk", "show", "kiosk-1")["kiosk"] == "kiosk-1"
    unknown = hall.hallctl("kiosk", "show", "kiosk-9")
    assert (unknown.code, "There is no kiosk kiosk-9" in unknown.err) == (1, True)


def test_all_kiosks_are_listed_and_a_new_pin_counts_at_once(hall: Hall) -> None:
    listed = hall.hallctl.ok("kiosk", "list")
    assert [one["kiosk"] for one in listed] == ["kiosk-1", "kiosk-2", "kiosk-3"]
    hall.hallctl("kiosk", "pin", "kiosk-1", "--stdin", "--config", str(hall.config), stdin=PIN)
    listed = hall.hallctl.ok("kiosk", "list")
    assert [one["technician"] for one in listed] == [True, True, False]
    table = hall.hallctl("kiosk", "list", lang="zh").out
    assert table.count("已设") == 2
