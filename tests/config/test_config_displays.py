"""What LED displays are to say, when the configuration is checked: words, layouts, notices."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware_py.config.file import ConfigError, load_all
from firmware_py.config.layouts import find_layout, read_layout
from tests.config.hallfiles import ITEMS

HALL = """\
[hall]
id = "demo"
name = { zh = "示范厅", en = "Demo Hall" }

[[windows]]
id = "1"
strip = "strip-1"

[[walls]]
id = "wall"
display = "led-wall"
layout = "./wall.toml"

[displays]
notices = "notices"
brightness = [{ from = "07:00", percent = 90 }]

[devices.led-wall]
kind = "led_wall.onbon"
port = "socket://192.168.1.50:5005"

[devices.strip-1]
kind = "led_wall.alpha"
port = "/dev/hall/sign"
"""
LAYOUT = """\
[[zone]]
show = "calls"
rows = 3

[[zone]]
show = "notices"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "notices").mkdir()
    (tmp_path / "items.toml").write_text(ITEMS, encoding="utf-8")
    (tmp_path / "hall.toml").write_text(HALL, encoding="utf-8")
    (tmp_path / "wall.toml").write_text(LAYOUT, encoding="utf-8")
    return tmp_path


def mistakes(folder: Path, *, with_files: bool = True) -> list[str]:
    """Return each mistake as a technician reads it, without the folder."""
    try:
        load_all(folder / "hall.toml", {}, with_files=with_files)
    except ConfigError as error:
        return [str(one).replace(f"{folder}/", "") for one in error.mistakes]
    return []


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_hall_with_a_layout_and_notices_is_right(folder: Path) -> None:
    (folder / "notices" / "a.txt").write_text("10月1日放假", encoding="utf-8")
    assert mistakes(folder) == []


def test_words_that_the_display_cannot_write_are_named_with_their_line(folder: Path) -> None:
    change(
        folder / "hall.toml",
        'port = "/dev/hall/sign"\n',
        'port = "/dev/hall/sign"\noptions = { texts = { closed = "暂停" } }\n',
    )
    change(
        folder / "hall.toml", ':5005"\n', ':5005"\noptions = { texts = { calls = "喆{number}" } }\n'
    )
    wall, sign = mistakes(folder, with_files=False)
    assert wall.startswith("hall.toml:21: devices.led-wall.options.texts.calls: ")
    assert "U+5586" in wall
    assert sign.startswith("hall.toml:26: devices.strip-1.options.texts.closed: ")


def test_a_display_without_a_command_for_it_has_no_brightness_of_its_own(folder: Path) -> None:
    change(
        folder / "hall.toml",
        'port = "/dev/hall/sign"\n',
        'port = "/dev/hall/sign"\noptions = { brightness = [{ from = "7:00", percent = 101 }] }\n',
    )
    first, second = mistakes(folder)
    assert "devices.strip-1.options.brightness[1].from" in first
    assert "devices.strip-1.options.brightness[1].percent" in second
    change(folder / "hall.toml", '"7:00", percent = 101', '"07:00", percent = 10')
    (only,) = mistakes(folder)
    assert "this display has no command for it" in only


@pytest.mark.parametrize(
    ("kind", "options", "path", "zh"),
    [
        (
            "led_wall.eq2013",
            'brightness = [{ from = "07:00", percent = 90 }]',
            "devices.led-wall.options.brightness",
            "这种显示屏没有调节亮度的命令",
        ),
        ("led_wall.onbon", "rows = 9", "devices.led-wall.options", "9 行 16 点阵字需要 height 144"),
        (
            "led_wall.onbon",
            'texts = { closed = "{x}" }',
            "devices.led-wall.options.texts.closed",
            "此处不认识 {x}（不用花括号）",
        ),
    ],
)
def test_settings_that_contradict_one_another_are_explained_in_chinese_too(
    folder: Path, kind: str, options: str, path: str, zh: str
) -> None:
    change(folder / "hall.toml", "led_wall.onbon", kind)
    port = 'port = "socket://192.168.1.50:5005"'
    change(folder / "hall.toml", port, f"{port}\noptions = {{ {options} }}")
    with pytest.raises(ConfigError) as caught:
        load_all(folder / "hall.toml", {})
    found = {one.path: one.zh for one in caught.value.mistakes}
    assert found[path].startswith(zh)


def test_each_mistake_of_a_layout_is_named_in_its_file(folder: Path) -> None:
    (folder / "wall.toml").write_text(
        '[[zone]]\nshow = "calls"\nrows = 0\n\n[[zone]]\nshow = "notice"\ncolor = "red"\n',
        encoding="utf-8",
    )
    found = mistakes(folder)
    assert [one.partition(": ")[0] for one in found] == [
        "wall.toml:3",
        "wall.toml:6",
        "wall.toml:7",
    ]
    assert "did you mean colour" in found[2]
    assert mistakes(folder, with_files=False) == [], "the hall goes on with calls alone"


def test_a_layout_must_fit_the_display_and_say_what_it_can_write(folder: Path) -> None:
    change(folder / "wall.toml", "rows = 3", "rows = 4")
    assert mistakes(folder) == ["hall.toml:12: walls[1].layout: needs 5 rows, led-wall has 4"]
    (folder / "wall.toml").write_text(
        '[[zone]]\nshow = "text"\npages = [["叫号"], ["喆"]]\n', encoding="utf-8"
    )
    (only,) = mistakes(folder)
    assert only.startswith("wall.toml:3: zone[1].pages[2]: ")


def test_a_layout_that_is_nowhere_and_a_folder_that_is_none_are_named(folder: Path) -> None:
    change(folder / "hall.toml", '"./wall.toml"', '"nowhere"')
    change(folder / "hall.toml", '"notices"\n', '"elsewhere"\n')
    assert mistakes(folder) == [
        "hall.toml:15: displays.notices: no folder elsewhere",
        "/etc/hall/layouts/nowhere.toml: no such file",
    ]


def test_every_notice_that_cannot_be_shown_is_named(folder: Path) -> None:
    for name, text in {
        "a.toml": "until = 2026-10-01\n",
        "b.toml": 'text = "放假"\nfrom = "2026-10-02"\nuntil = 2026-10-01\nwalls = ["wand"]\n',
        "c.toml": 'text = "放假"\nhours = [["12:00", "09:00"]]\nwalls = ["wand"]\n',
        "d.toml": 'text = "放假"\nwalls = ["wand"]\n',
        "e.txt": "喆",
        "notes.odt": "no notice",
    }.items():
        (folder / "notices" / name).write_text(text, encoding="utf-8")
    found = mistakes(folder)
    assert found[:4] == [
        "notices/a.toml: says nothing: text is missing",
        "notices/b.toml:3: until: is not after from",
        "notices/c.toml:2: hours[1]: 09:00 is not after 12:00",
        "notices/d.toml:2: walls[1]: there is no wall wand",
    ]
    assert found[4].startswith("notices/e.txt: wall: The LED display's character set")


@pytest.mark.parametrize("name", ["calls-and-notice", "calls-and-prices"])
def test_the_layouts_that_come_with_it_are_right(name: str) -> None:
    assert find_layout(name).is_file()
    layout, found = read_layout(name)
    assert layout is not None, found.mistakes()


def test_a_wall_that_is_a_screen_can_be_named_and_stands_once(folder: Path) -> None:
    change(folder / "hall.toml", "[displays]\n", '[displays]\nscreens = ["lobby"]\n')
    (folder / "notices" / "a.toml").write_text(
        'text = "放假"\nwalls = ["lobby"]\n', encoding="utf-8"
    )
    assert mistakes(folder) == []
    change(folder / "hall.toml", '["lobby"]', '["lobby", "wall", "lobby"]')
    taken, twice = mistakes(folder)
    assert "displays.screens[2]: there is a wall wall already" in taken
    assert "displays.screens[3]: there is a wall lobby already" in twice
