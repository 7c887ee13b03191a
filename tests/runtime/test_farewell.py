"""The parts of a farewell: time on a line, words on a panel, the file of what is driven."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from devices.base import Driver, HealthState, Line, Report, Sentence, Status
from devices.errors import DeviceTimeout
from devices.led_wall.page import LedPage, columns
from devices.led_wall.words import CHINESE, LETTERS, worded
from devices.specs import DeviceSpec, LineSpec
from firmware_py.runtime.farewell import Farewell
from firmware_py.runtime.farewell_pages import page_for
from firmware_py.runtime.farewell_plan import (
    Driven,
    driven_by,
    keep,
    keep_disabled,
    kept,
    without_disabled,
)
from firmware_py.runtime.farewell_words import Told, ended_because, report
from firmware_py.runtime.hurried_line import HurriedLine
from firmware_py.settings import (
    DeviceSettings,
    HallSettings,
    Settings,
    WallSettings,
    WindowSettings,
    Words,
)


class SlowLine:
    """A line on which every wait lasts as long as it may; ``waits`` are their seconds."""

    port = "/dev/hall/wall"

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []

    def read_available(self) -> bytes:
        return b""

    def read_some(self, timeout_s: float) -> bytes:
        self.waits.append(timeout_s)
        self.now += timeout_s
        return b""

    def write(self, data: bytes, timeout_s: float = 2.0) -> None:
        self.read_some(timeout_s)

    def fileno(self) -> int | None:
        return None

    def close(self) -> None:
        self.waits.append(0.0)


def test_a_line_is_lent_for_so_long_and_no_wait_is_longer() -> None:
    slow = SlowLine()
    line = HurriedLine(slow, clock=lambda: slow.now)
    line.lend(1.0)
    assert line.read_some(0.25) == b""
    line.write(b"!#001%ZD00$$")
    assert slow.waits == [0.25, 0.75]
    for call in (line.read_available, lambda: line.read_some(0.5), lambda: line.write(b"")):
        with pytest.raises(DeviceTimeout, match="/dev/hall/wall: nothing within 1 s"):
            call()
    line.lend(0.5)
    assert line.read_available() == b""
    line.close()
    assert slow.waits == [0.25, 0.75, 0.0]


@pytest.mark.parametrize("died", [True, False])
@pytest.mark.parametrize("rows", [1, 2, 3, 4, 6, 16])
@pytest.mark.parametrize("width", [8, 10, 12, 16, 24, 32, 64])
def test_a_notice_fits_every_panel_that_takes_four_characters(
    rows: int, width: int, died: bool
) -> None:
    lines = page_for(rows, width, died=died).lines
    assert 0 < len(lines) <= rows
    assert all(columns(line.text) <= width for line in lines)
    assert {line.colour for line in lines} == {"red" if died else "yellow"}
    # Every LED card that we know writes this character set.
    assert all(line.text.encode("gb2312") for line in lines if line.text)
    said = "".join(line.text for line in lines)
    assert "故障" in said if died else "人工叫号" in said


def test_a_bigger_panel_says_more_and_its_middle_says_it() -> None:
    texts = [line.text for line in page_for(2, 16, died=True).lines]
    assert texts == ["叫号系统故障", "请听人工叫号"]
    texts = [line.text for line in page_for(6, 16, died=True).lines]
    assert texts == ["", "叫号系统故障", "请听人工叫号", "号票继续有效", "请找值班长"]


def test_a_display_without_chinese_and_a_hall_with_words_of_its_own_say_theirs() -> None:
    (line,) = page_for(1, 40, died=True, words=LETTERS).lines
    assert (line.text, line.colour) == ("OUT OF ORDER - PLEASE LISTEN", "red")
    (line,) = page_for(1, 8, died=False, strip=True, words=LETTERS).lines
    assert (line.text, line.colour) == ("PLEASE LISTEN", "yellow")
    own = worded(CHINESE, {"out_of_order": "请到总台"})
    assert [line.text for line in page_for(3, 32, died=True, words=own).lines] == ["", "请到总台"]
    (line,) = page_for(1, 8, died=True, strip=True, words=own).lines
    assert line.text == "系统故障"


class Panel(Driver):
    """Takes one line of text at a time and asks for its poll after each but the last."""

    rows, columns, words = 4, 32, CHINESE

    def __init__(self, name: str) -> None:
        super().__init__(name, None, None)
        self.waiting: list[str] = []
        self.shown: list[str] = []

    def open(self) -> Status:
        self.wake()
        return Status(HealthState.OK, "ok", Sentence("", ""))

    def show(self, page: LedPage) -> None:
        self.waiting = [line.text for line in page.lines]
        self.poll()

    def poll(self) -> list[Report]:
        self.shown.append(self.waiting.pop(0))
        if self.waiting:
            self.wake()
        return []


def test_a_display_that_takes_a_line_at_a_time_is_given_all_of_them() -> None:
    panel = Panel("wall")
    driven = Driven(
        lines={},
        devices={"wall": DeviceSpec(name="wall", kind="lamp.gpio", options={"pin": 18})},
        roles={"wall": "wall"},
        socket="",
    )
    (told,) = Farewell(driven, died=True, make_driver=lambda spec, line: panel).tell()
    assert told == Told("wall", "wall")
    assert panel.shown == [
        "叫号系统故障",
        "请听人工叫号 号票继续有效",
        "有疑问请找值班长",
        "Out of order. Please ask staff.",
    ]


SETTINGS = Settings(
    hall=HallSettings(id="x", name=Words(zh="甲", en="x")),
    windows=(
        WindowSettings(id="1", strip="strip-1", pad="pad-1", lamp="lamp-1"),
        WindowSettings(id="2", strip="strip-2"),
        WindowSettings(id="3"),
    ),
    walls=(WallSettings(id="a", display="wall"), WallSettings(id="b", display="wall")),
    devices={"strip-2": DeviceSettings(kind="led_wall.eq2013", line="strips", enabled=False)},
)
LINES = {
    "strips": LineSpec(name="strips", port="/dev/hall/strips"),
    "printers": LineSpec(name="printers", port="/dev/hall/printers"),
}
DEVICES = {
    "wall": DeviceSpec(name="wall", kind="led_wall.eq2013", port="/dev/hall/wall"),
    "strip-1": DeviceSpec(
        name="strip-1", kind="led_wall.eq2013", line="strips", options={"card": 1, "ack": False}
    ),
    "pad-1": DeviceSpec(name="pad-1", kind="pad.ff68", port="/dev/hall/pad"),
    "lamp-1": DeviceSpec(name="lamp-1", kind="lamp.gpio", options={"pin": 18}),
    "printer": DeviceSpec(name="printer", kind="ticket_printer.escpos", line="printers"),
}


def test_what_people_look_at_is_kept_and_found_again(tmp_path: Path) -> None:
    env = {"CACHE_DIRECTORY": f"{tmp_path}:{tmp_path}/other"}
    assert kept(env) is None
    driven = driven_by(SETTINGS, LINES, DEVICES, closed=True)
    assert driven.roles == {"wall": "wall", "strip-1": "strip", "pad-1": "pad", "lamp-1": "lamp"}
    assert set(driven.lines) == {"strips"}
    keep(driven, env)
    assert kept(env) == driven
    assert [path.name for path in tmp_path.iterdir()] == ["driven.json"]


def test_what_a_technician_took_out_of_use_is_left_alone(tmp_path: Path) -> None:
    env = {"CACHE_DIRECTORY": str(tmp_path)}
    driven = driven_by(SETTINGS, LINES, DEVICES)
    assert without_disabled(driven, {}) == without_disabled(driven, env) == driven
    keep_disabled({"strip-1", "printer"}, env)
    left = without_disabled(driven, env)
    assert left.roles == {"wall": "wall", "pad-1": "pad", "lamp-1": "lamp"}
    keep_disabled((), env)
    assert without_disabled(driven, env) == driven
    (tmp_path / "disabled.json").write_text("{", encoding="utf-8")
    assert without_disabled(driven, env) == driven


def test_without_a_folder_nothing_is_kept_and_a_bad_one_or_a_bad_file_is_survived(
    tmp_path: Path,
) -> None:
    driven = driven_by(SETTINGS, LINES, DEVICES)
    keep(driven, {})
    assert kept({}) is None
    keep(driven, {"CACHE_DIRECTORY": str(tmp_path / "none")})
    for text in ("", '{"lines": 3}', "{"):
        (tmp_path / "driven.json").write_text(text, encoding="utf-8")
        assert kept({"CACHE_DIRECTORY": str(tmp_path)}) is None


class Lamp(Driver):
    """Hangs in ``open`` until it is let go, or is broken."""

    def __init__(self, name: str, let_go: threading.Event) -> None:
        super().__init__(name, None, None)
        self.let_go = let_go

    def open(self) -> Status:
        self.let_go.wait(60)
        return Status(HealthState.OK, "ok", Sentence("", ""))

    def set(self, pattern: str) -> None:
        raise RuntimeError(pattern)


def test_a_device_that_hangs_is_left_behind_and_a_broken_driver_is_named() -> None:
    let_go, ready = threading.Event(), threading.Event()
    ready.set()
    devices = {
        name: DeviceSpec(name=name, kind="lamp.gpio", options={"pin": pin})
        for name, pin in (("broken", 18), ("hanging", 19))
    }
    driven = Driven(lines={}, devices=devices, roles=dict.fromkeys(devices, "lamp"), socket="")

    def lamp(spec: DeviceSpec, line: Line | None) -> Driver:
        return Lamp(spec.name, ready if spec.name == "broken" else let_go)

    told = Farewell(driven, died=True, end_s=0.3, make_driver=lamp).tell()
    let_go.set()
    assert [(one.device, one.hangs) for one in told] == [("broken", False), ("hanging", True)]
    said = report(ended_because({"SERVICE_RESULT": "watchdog"}), told)
    assert said.zh == (
        "叫号服务已停止（没有响应，已被强制结束）。已告知：报警灯 0/2。"
        "未能告知：broken（驱动程序出错）、hanging（卡住了）。"
    )
    assert said.en == (
        "halld hung and was ended. Told: lamps 0/2. "
        "Not told: broken (RuntimeError: dead), hanging (hangs)."
    )


@pytest.mark.parametrize(
    ("result", "status", "zh", "en"),
    [
        ("exit-code", "2", "配置被拒绝", "refused its configuration"),
        ("exit-code", "1", "异常退出，代码 1", "ended with code 1"),
        ("signal", "KILL", "被信号 KILL 终止", "was ended by signal KILL"),
        ("core-dump", "ABRT", "程序崩溃", "crashed"),
        ("oom-kill", "KILL", "内存不足，已被强制结束", "ran out of memory and was ended"),
        ("timeout", "", "启动或停止超时", "took too long to start or to stop"),
        ("success", "0", "正常停止", "was stopped in order"),
        ("resources", "", "resources", "ended: resources"),
        ("", "", "原因不明", "ended, nobody says why"),
    ],
)
def test_the_log_says_why_the_daemon_ended(result: str, status: str, zh: str, en: str) -> None:
    because = ended_because({"SERVICE_RESULT": result, "EXIT_STATUS": status})
    assert because == Sentence(f"叫号服务已停止（{zh}）", f"halld {en}")
    assert report(because, []).en == f"halld {en}. Nothing shows it."
    everybody = report(because, [Told("wall", "wall"), Told("pad-1", "pad")])
    assert everybody.en == f"halld {en}. Told: walls 1/1, pads 1/1."
