"""The screens' units are as tight as they claim, and a screen does its work inside them."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pygame
import pytest

from kiosk_ui.main import _parser
from kiosk_ui.ops import Image, Rect
from kiosk_ui.pictures import Pictures
from kiosk_ui.wall.states import EXAMPLE
from tests.config.test_systemd import ROOT, SANDBOX, SYSTEMD, allowed_calls, run, said
from tests.e2e.scene import Scene, until
from tests.kiosk_ui.on_x import OnX, open_today, wall_arguments
from tests.kiosk_ui.x_server import NEEDS_X, XServer, known_as

SCREEN = SYSTEMD / "hall-screen@.service"
XORG = SYSTEMD / "hall-xorg.service"
KMSDRM, MIRROR = (SYSTEMD / "drop-ins" / f"{name}.conf" for name in ("kmsdrm", "mirror"))
RED = (255, 0, 0)
XORG_CONF = ROOT / "config" / "xorg"
DUMMY = """
Section "Device"
    Identifier "none"
    Driver "dummy"
EndSection
"""

needs_xauth = pytest.mark.skipif(shutil.which("xauth") is None, reason="xauth is not installed")
needs_xorg = pytest.mark.skipif(
    not Path("/usr/lib/xorg/modules/drivers/dummy_drv.so").exists(),
    reason="xserver-xorg-core or xserver-xorg-video-dummy is not installed",
)


def soon(wanted: str, screen: OnX, seconds: float = 60.0) -> None:
    """Wait until a screen has logged something."""
    end = time.monotonic() + seconds
    while wanted not in screen.log():
        assert time.monotonic() < end, screen.log()
        assert screen.process is not None
        try:
            screen.process.wait(0.02)
        except subprocess.TimeoutExpired:
            continue
        break


@pytest.mark.parametrize("drop_in", [None, KMSDRM, MIRROR])
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path, drop_in: Path | None) -> None:
    # The programs are not where they will be, which is all that it may complain of.
    for unit, name in ((SCREEN, "hall-screen@wall.service"), (XORG, "hall-xorg.service")):
        text = unit.read_text(encoding="utf-8")
        text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", text, flags=re.MULTILINE)
        (tmp_path / name).write_text(text, encoding="utf-8")
        if drop_in is not None and unit == SCREEN:
            (tmp_path / f"{name}.d").mkdir()
            shutil.copy(drop_in, tmp_path / f"{name}.d")
        checked = run("systemd-analyze", "verify", "--man=no", tmp_path / name)
        assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.parametrize(("unit", "most"), [(SCREEN, "5"), (XORG, "45")])
def test_the_units_expose_no_more_than_they_must(unit: Path, most: str) -> None:
    # In tenths: a screen 0.5; the X server, which works as root, 4.5.
    command = ["systemd-analyze", "security", "--offline=yes", "--no-pager", f"--threshold={most}"]
    score = run(*command, unit)
    assert score.returncode == 0, score.stdout


def test_a_screen_is_started_again_at_once_for_ever_unless_its_options_are_wrong() -> None:
    assert said("StartLimitIntervalSec", SCREEN) == said("StartLimitIntervalSec", XORG) == ["0"]
    assert said("Restart", SCREEN) == said("Restart", XORG) == ["always"]
    assert said("RestartSec", SCREEN) == ["500ms"]
    assert said("RestartPreventExitStatus", SCREEN) == ["2"]
    # Until the daemon is there a screen says that it is starting: it must not wait for it.
    assert said("After", SCREEN) == ["hall-xorg.service"]


def test_the_options_of_the_guide_are_options_of_the_program() -> None:
    program, *words = said("ExecStart", SCREEN)[0].split()
    assert program == "/opt/hall/.venv/bin/hall-screen"
    assert words == ["$SCREEN", "$OPTIONS"]
    assert "SCREEN=%i" in said("Environment", SCREEN)[0].split()
    guide = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    lines = [shlex.split(line) for line in re.findall(r"^OPTIONS=(.*)$", guide, re.MULTILINE)]
    named = ("kiosk", "window")
    kinds = [next((one for one in named if f"--{one}" in line), "wall") for line in lines]
    assert set(kinds) == {"kiosk", "window", "wall"}
    for kind, line in zip(kinds, lines, strict=True):
        assert _parser().parse_args([kind, *line]).screen == kind


@pytest.mark.skipif(os.geteuid() != 0, reason="systemd-sysusers needs root")
def test_the_screens_user_may_use_the_socket_and_nothing_else(tmp_path: Path) -> None:
    for file in ("etc/passwd", "etc/group", "etc/shadow", "etc/gshadow"):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).touch()
    files = [SYSTEMD / "sysusers.d" / f"{name}.conf" for name in ("hall", "hall-screen")]
    made = run("systemd-sysusers", f"--root={tmp_path}", *files)
    assert made.returncode == 0, made.stderr
    groups = (tmp_path / "etc/group").read_text(encoding="utf-8")
    assert re.findall(r"^(\S+):x:\d+:(?:.*,)?hall-screen$", groups, re.MULTILINE) == ["hall"]
    (user,) = said("User", SCREEN)
    assert user == "hall-screen"
    assert said("SupplementaryGroups", SCREEN) == ["hall"]


def made_key(folder: Path) -> Path:
    """Make the X server's key as its unit does."""
    (line,) = said("ExecStartPre", XORG)
    subprocess.run(
        shlex.split(line),
        env={**os.environ, "RUNTIME_DIRECTORY": str(folder)},
        check=True, timeout=120,
    )  # fmt: skip
    return folder / "auth"


def inside_the_filters(drop_in: Path | None = None) -> tuple[str, str, str]:
    """Return how a screen is started inside the unit's filters, and those of a drop-in."""
    families = said("RestrictAddressFamilies", SCREEN)[0].split()
    assert families == ["AF_UNIX"]
    if drop_in is not None:
        families += said("RestrictAddressFamilies", drop_in)[0].split()
    rules = json.dumps({"allowed": sorted(allowed_calls(SCREEN)), "families": families})
    return (str(SANDBOX), rules, "kiosk_ui.main")


@NEEDS_X
def test_a_wall_shows_the_halls_pictures_inside_the_units_filters(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("h")
    (folder / "notices").mkdir()
    poster = pygame.Surface((400, 300))
    poster.fill(RED)
    pygame.image.save(poster, str(folder / "notices" / "poster.png"))
    log = asyncio.run(with_a_poster(folder))
    assert "cannot be shown" not in log


async def with_a_poster(folder: Path) -> str:
    """Wait until a wall inside the filters shows something red; return its log."""
    screens = ("[displays]\n", '[displays]\nscreens = ["lobby"]\n')
    async with Scene(folder, open_day=False, changes=[screens]) as hall:
        await open_today(hall, "3")
        arguments = wall_arguments(hall, "--wall", "lobby")
        with (
            XServer(folder) as x,
            OnX(x, folder, *arguments, program=inside_the_filters()) as screen,
        ):

            async def shown() -> bool:
                mask = pygame.mask.from_threshold(x.picture(), RED, (1, 1, 1))
                return mask.count() > 10_000

            await until(shown)
            assert screen.end() == 0
            return screen.log()


@NEEDS_X
@pytest.mark.parametrize(("drop_in", "called"), [(None, False), (MIRROR, True)])
def test_a_pair_calls_the_clerks_pc_by_its_drop_in_alone(
    tmp_path_factory: pytest.TempPathFactory, drop_in: Path | None, called: bool
) -> None:
    program = inside_the_filters(drop_in)
    asyncio.run(with_a_pc(tmp_path_factory.mktemp("h"), program, called=called))


async def with_a_pc(folder: Path, program: tuple[str, str, str], *, called: bool) -> None:
    """Start a pair that shall mirror a PC on the network; see whether it gets there."""
    calls = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"RFB 003.008\n")
        if await reader.read(12) == b"RFB 003.008\n":
            calls.set()
        writer.close()

    pc = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = pc.sockets[0].getsockname()[1]
    mirror = f'mirror = {{ host = "127.0.0.1", port = {port}, security = "none" }}\n'
    lamp = 'lamp = "lamp-3"\n'
    async with pc, Scene(folder, open_day=False, changes=[(lamp, lamp + mirror)]) as hall:
        arguments = (
            *("window", "--window", "3", "--socket", str(hall.stage.hall_socket)),
            *("--panel", "640x360", "--size", "476x268", "--outer-panel", "640x360"),
        )
        with XServer(folder) as x, OnX(x, folder, *arguments, program=program) as screen:
            if called:
                await asyncio.wait_for(calls.wait(), 60)
            else:
                # It tries again and again, and is not let out.
                await asyncio.to_thread(soon, f"the clerk's screen at 127.0.0.1:{port}", screen)
            assert "first pictures after" in screen.log()
            assert screen.end() == 0
    assert calls.is_set() == called


@NEEDS_X
@needs_xauth
def test_a_screen_works_inside_the_units_filters_with_the_key_of_its_x_server(
    tmp_path: Path,
) -> None:
    key = made_key(tmp_path)
    assert key.stat().st_mode & 0o777 == 0o640
    arguments = ("wall", "--socket", str(tmp_path / "none"))
    with (
        XServer(tmp_path, key=key) as x,
        OnX(x, tmp_path, *arguments, program=inside_the_filters()) as screen,
    ):
        soon("first picture after", screen)
        assert x.window()["Map State"] == "IsViewable"
        # More than a page in one colour.
        picture = x.picture()
        assert len({tuple(picture.get_at((n, 360))) for n in range(1280)}) > 5
        assert screen.end() == 0
        assert "not permitted" not in screen.log()


def test_a_picture_is_unpacked_inside_the_units_filters() -> None:
    pictures = Pictures(command=(sys.executable, *inside_the_filters()[:2], "kiosk_ui.unpack"))
    op = Image(Rect(0, 0, 320, 180), str(EXAMPLE))
    pictures.get(op)
    end = time.monotonic() + 60
    while pictures.busy:
        _, failed = pictures.turn()
        assert failed == []
        assert time.monotonic() < end
    surface = pictures.get(op)
    assert surface is not None
    assert surface.get_size() == (320, 180)
    pictures.close()


@NEEDS_X
@needs_xauth
def test_nobody_gets_to_the_screens_x_server_without_its_key(tmp_path: Path) -> None:
    old = tmp_path / "old"
    made_key(tmp_path).rename(old)
    key = made_key(tmp_path)
    assert key.read_bytes() != old.read_bytes()
    with XServer(tmp_path, key=key) as x:
        assert x.windows() == []
        known_as(old, x.display)
        for other in (tmp_path / "none", old):
            more = {"XAUTHORITY": str(other)}
            with OnX(x, tmp_path, "wall", "--socket", str(tmp_path / "no"), more=more) as screen:
                assert screen.process is not None
                assert screen.process.wait(60) == 1
            assert "没有可用的显示屏" in screen.log()


class Xorg(XServer):
    """The X server of a Pi with our configuration, and no panel."""

    def command(self) -> list[str]:
        """Return the command of the unit, but for the terminal, the key and the display."""
        program, display, terminal, *words = said("ExecStart", XORG)[0].split()
        assert (display, terminal) == (":0", "vt1")
        place = words.index("-auth")
        del words[place : place + 2]
        words[words.index("-logfile") + 1] = str(self.folder / "xorg.log")
        words[words.index("-logverbose") + 1] = "3"
        folder = ("-configdir", str(self.folder / "xorg.conf.d"))
        return [program, *words, *folder, "-novtswitch", "-sharevts"]

    def configured(self, *files: Path, more: str = "") -> str:
        """Take these files; return the server's log after a screen was on it."""
        folder = self.folder / "xorg.conf.d"
        folder.mkdir(parents=True)
        for file in files:
            shutil.copy(file, folder / f"{file.name.partition('.')[0]}.conf")
        (folder / "99-none.conf").write_text(DUMMY + more)
        with self, OnX(self, self.folder, "wall", "--socket", str(self.folder / "no")) as screen:
            soon("first picture after", screen)
            self.keys("ctrl+alt+BackSpace", "ctrl+alt+F2", "ctrl+alt+KP_Add")
            (window,) = self.windows()
            root = self.do("getdisplaygeometry").split()
            assert [self.window()[side] for side in ("Width", "Height")] == root, window
            assert screen.end() == 0
        return (self.folder / "xorg.log").read_text(encoding="utf-8", errors="replace")


@NEEDS_X
@needs_xorg
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may start Xorg outside a session")
def test_xorg_takes_our_configuration_and_a_screen_fills_it(tmp_path: Path) -> None:
    files = (XORG_CONF / "10-hall.conf", *XORG_CONF.glob("*.example"))
    log = Xorg(tmp_path).configured(*files)
    for option in ("DontVTSwitch", "DontZap", "DontZoom"):
        assert f'(**) Option "{option}" "true"' in log
    for option in ("BlankTime", "StandbyTime", "SuspendTime", "OffTime"):
        assert f'(**) Option "{option}" "0"' in log
    assert "Parse error" not in log


@NEEDS_X
@needs_xorg
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may start Xorg outside a session")
def test_a_miswritten_configuration_of_xorg_fails_that_test(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="section Nonsense"):
        Xorg(tmp_path).configured(XORG_CONF / "10-hall.conf", more='Section "Nonsense"\n')
