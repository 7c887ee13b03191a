"""A window's mirror of the clerk's screen, and its pictures, in the configuration."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from firmware_py.config.file import ConfigError, load_all
from kiosk_ui.window.glass import viewing_of
from tests.config.hallfiles import HALL, HallFiles

PRINT = "AB:" * 31 + "ab"
X509 = f'security = "x509"\nfingerprint = "{PRINT}"'


@pytest.fixture
def files(tmp_path: Path) -> HallFiles:
    return HallFiles(tmp_path)


def mirror(lines: str, host: str = 'host = "192.168.1.101"') -> str:
    """Return a hall whose window 9 has a mirror."""
    return f'{HALL}\n[[windows]]\nid = "9"\n[windows.mirror]\n{host}\n{lines}\n'


def masks(lines: str) -> str:
    return mirror(f'security = "none"\nmasks = [{lines}]')


def test_a_window_has_none_unless_it_is_said(files: HallFiles) -> None:
    window = files.load().settings.windows[0]
    assert (window.mirror, window.idle) == (None, None)


def test_a_mirror_has_the_usual_of_all_that_is_not_said(files: HallFiles) -> None:
    found = files.load(mirror('security = "none"')).settings.windows[-1].mirror
    assert found is not None
    assert (found.host, found.port, found.security) == ("192.168.1.101", 5900, "none")
    assert (found.quality, found.compress, found.screen, found.crop) == (6, 2, None, None)
    assert (found.start, found.masks) == ("show", ())


def test_a_mirror_says_all_of_it(files: HallFiles) -> None:
    text = mirror(
        f'{X509}\nca = "mirror/ca.pem"\nuser = "hall"\npassword_file = "/etc/hall/vnc"\n'
        'port = 5901\nquality = 9\ncompress = 0\nscreen = 1\nsizes = [[3840, 1080]]\n'
        'crop = [0, 40, 1920, 1000]\n'
        'start = "blank"\nmasks = [{ areas = [[0, 0, 100, 12.5]] },\n'
        '  { title = "*金税*", unit = "pixels", areas = [[640, 200, 420, 36], [0, 0, 1, 1]] }]'
    )  # fmt: skip
    found = files.load(text).settings.windows[-1].mirror
    assert found is not None
    assert (found.ca, found.password_file) == (str(files.folder / "mirror/ca.pem"), "/etc/hall/vnc")
    assert (found.screen, found.crop, found.start) == (1, (0, 40, 1920, 1000), "blank")
    assert found.sizes == ((3840, 1080),)
    first, second = found.masks
    assert (first.title, first.unit, first.areas) == ("*", "percent", ((0, 0, 100, 12.5),))
    assert (second.title, second.unit) == ("*金税*", "pixels")
    assert second.areas == ((640, 200, 420, 36), (0, 0, 1, 1))


def test_host_port_and_files_may_come_from_the_environment(files: HallFiles) -> None:
    text = mirror(
        'port = "${PC_PORT}"\nsecurity = "password"\npassword_file = "${HALL_DATA}/vnc"',
        'host = "${PC}"',
    )
    found = files.load(text, PC="10.0.0.7", PC_PORT="5907").settings.windows[-1].mirror
    assert found is not None
    assert (found.host, found.port) == ("10.0.0.7", 5907)
    assert found.password_file == str(files.folder / "data" / "vnc")


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        ("", "security: missing"),
        ('security = "vnc"', '"vnc" is not one of none, password, x509'),
        ('security = "password"', 'security: "password" needs a password_file'),
        ('security = "x509"', 'security: "x509" needs what the certificate is checked against'),
        (f'{X509}\nuser = "hall"', "user: needs a password_file too"),
        ('security = "none"\npassword_file = "vnc"', "password_file: is not used with security"),
        ('security = "none"\nca = "ca.pem"', 'ca: is not used with security = "none", only with x'),
        ('security = "x509"\nca = "a"\nfingerprint = "ab:cd"', 'fingerprint: "ab:cd" does not fit'),
        ('security = "none"\nport = 0', "port: 0 is out of range"),
        ('security = "none"\nquality = 10', "quality: 10 is out of range"),
        ('security = "none"\ncompress = -1', "compress: -1 is out of range"),
        ('security = "none"\nscreen = "left"', "screen: expected a whole number"),
        ('security = "none"\nstart = "freeze"', 'start: "freeze" is not one of blank, show'),
        ('security = "none"\ncrop = [0, 0, 50]', "crop: expected 4 values, got 3"),
        ('security = "none"\ncrop = [60, 0, 50, 100]', "crop: pixels need sizes"),
        ('security = "none"\nsizes = [[9, 9]]\ncrop = [0, 0, 0, 9]', "crop: has no width or no"),
        ('security = "none"\nsizes = [[1920, 0]]', "0 is out of range"),
        ('security = "none"\nmask = []', "mask: unknown key; did you mean masks?"),
    ],
)
def test_each_mistake_is_named(files: HallFiles, lines: str, wrong: str) -> None:
    (mistake,) = files.mistakes(mirror(lines))
    assert "windows[" in mistake
    assert "].mirror." in mistake
    assert wrong in mistake


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        ("{ areas = [] }", "masks[1].areas: at least 1 of them, got 0"),
        (f"{{ areas = [{'[0, 0, 1, 1], ' * 65}] }}", "areas: at most 64 of them, got 65"),
        ('{ title = "*" }', "masks[1].areas: missing"),
        ('{ title = "", areas = [[0, 0, 1, 1]] }', "masks[1].title: must not be empty"),
        ("{ areas = [[0, 0, 100, 101]] }", "areas[1]: reaches beyond the screen"),
        ("{ areas = [[0, 0, 1, 1], [0, 0, 1, 0]] }", "areas[2]: has no width or no height"),
        ("{ areas = [[-1, 0, 1, 1]] }", "-1 is out of range"),
        ('{ unit = "pixels", areas = [[0, 0, 10, 1]] }', "masks[1].unit: pixels need sizes"),
        ('{ unit = "mm", areas = [[0, 0, 1, 1]] }', 'unit: "mm" is not one of percent, pixels'),
    ],
)
def test_each_mistake_in_a_mask_is_named(files: HallFiles, lines: str, wrong: str) -> None:
    (mistake,) = files.mistakes(masks(lines))
    assert wrong in mistake


PIXELS = 'security = "none"\nsizes = [[3840, 2160]]\nmasks = [{ unit = "pixels", areas = '


def test_pixels_are_whole(files: HallFiles) -> None:
    (mistake,) = files.mistakes(mirror(PIXELS + "[[0, 0, 10.5, 1]] }]"))
    assert "areas[1]: pixels are whole numbers" in mistake


def test_pixels_may_be_more_than_a_hundred(files: HallFiles) -> None:
    found = files.load(mirror(PIXELS + "[[3800, 2100, 40, 60]] }]")).settings.windows[-1].mirror
    assert found is not None
    assert found.masks[0].areas == ((3800, 2100, 40, 60),)


def test_idle_is_one_of_the_halls_screens(files: HallFiles) -> None:
    screens = '\n[displays]\nscreens = ["lobby", "windows"]\n'
    idle = f'{HALL}\n[[windows]]\nid = "9"\nidle = "windows"\n'
    assert files.load(idle + screens).settings.windows[-1].idle == "windows"
    (mistake,) = files.mistakes(idle.replace('"windows"\n', '"window"\n') + screens)
    assert "idle: window is none of displays.screens (lobby, windows)" in mistake
    assert "did you mean windows?" in mistake
    (mistake,) = files.mistakes(idle)
    assert "idle: windows is none of displays.screens (none)" in mistake


def test_files_that_are_not_there_are_told_to_whoever_checks(files: HallFiles) -> None:
    text = mirror(f'{X509}\nca = "ca.pem"\npassword_file = "vnc.password"')
    # The daemon does not need them.
    files.load(text)
    with pytest.raises(ConfigError) as told:
        load_all(files.hall, files.env, with_files=True)
    wrong = {one.path: one.en for one in told.value.mistakes}
    assert wrong["windows[3].mirror.ca"] == f"there is no file {files.folder}/ca.pem"
    assert "windows[3].mirror.password_file" in wrong
    for name in ("ca.pem", "vnc.password"):
        (files.folder / name).write_text("x", encoding="utf-8")
    load_all(files.hall, files.env, with_files=True)


def test_the_mirror_that_the_example_only_tells_of_is_one(files: HallFiles) -> None:
    example = (Path(__file__).parents[2] / "config" / "hall.example.toml").read_text("utf-8")
    told = example.partition("# [windows.mirror]\n")[2].partition("\n\n")[0]
    lines = "\n".join(line.removeprefix("# ") for line in told.splitlines())
    found = files.load(f'{HALL}\n[[windows]]\nid = "9"\n[windows.mirror]\n{lines}\n')
    shown = found.settings.windows[-1].mirror
    assert shown is not None
    assert (shown.security, shown.screen, len(shown.masks)) == ("x509", 0, 2)
    # What the configuration takes, the screen can show.
    viewing = viewing_of(msgspec.to_builtins(shown), "金税四期")
    assert (viewing.screen, viewing.sizes) == (1, ((1920, 1080),))
    assert [(one.x, one.width, one.unit) for one in viewing.masks] == [
        (0.0, 100.0, "percent"),
        (640.0, 420.0, "px"),
    ]
