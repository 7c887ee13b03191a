"""Our frames are those of programs that nobody here wrote, and those read ours."""

from __future__ import annotations

import json

from devices.led_wall import alpha, onbon, weilipu
from devices.led_wall.alpha_options import AlphaOptions
from devices.led_wall.alpha_simulator import AlphaSimulator
from devices.led_wall.onbon_options import OnbonOptions
from devices.led_wall.onbon_simulator import OnbonSimulator
from devices.led_wall.weilipu_options import WeilipuOptions
from devices.led_wall.weilipu_simulator import WeilipuSimulator
from tests.peers import ask

TEXTS = ["A001", "请A001号到3号窗口", "Z[{]}~\\", "ァ行五", "暂停服务", " "]
LETTERS = ["A001 TO WINDOW 3", "CLOSED", "~!@#$%^&*()", " "]

ALPHASIGNPY = """
import json
from alphasign.commands.special import WriteSpecialFunction
from alphasign.commands.string_file import WriteString
from alphasign.commands.text import WriteText
from alphasign.packet import Packet
from alphasign.protocol import Color, DisplayMode, DisplayPosition, FileProtection, FileType
def packet(command, checksum=True):
    sent = Packet(b"Z", "00").add(command, checksum=checksum).to_bytes()
    say(sent.replace(b"\\xff", b""))  # its mark for the pause, which it does not send
for text in json.loads(sys.argv[1]):
    packet(WriteString(text, label="a"))
    packet(WriteString(Color.RED.value + text.encode(), label="b"))
    packet(WriteText(text, "A", DisplayPosition.FILL, DisplayMode.HOLD))
    packet(WriteText(text, "0", DisplayPosition.TOP_LINE, DisplayMode.ROTATE), checksum=False)
packet(WriteSpecialFunction.configure_memory([
    {"label": "A", "type": FileType.TEXT, "size": 64},
    {"label": "a", "type": FileType.STRING, "size": 125, "protection": FileProtection.LOCKED},
    {"label": "b", "type": FileType.STRING, "size": 125, "protection": FileProtection.LOCKED},
]))
packet(WriteSpecialFunction.set_run_sequence("SUA"))
packet(WriteSpecialFunction.set_dimming_register(2, 60))
"""

READERBOARD = """
import json
from readerboard.protocol import constants as c, frames
def packet(payload):
    sent = frames.packet(payload, sign_type=b"Z", address=b"00")
    say(sent[1:])  # it wakes the sign with one byte more
for text in json.loads(sys.argv[1]):
    packet(frames.write_string_file(b"a", text.encode()))
    packet(frames.write_text_file(b"A", text.encode(), mode=c.MODE_HOLD))
packet(frames.set_memory_config([
    frames.FileAllocation(b"A", 64), frames.FileAllocation.string(b"a", 125)]))
packet(frames.set_run_sequence([b"A"]))
"""

ZXW = """
import importlib, json, types
def mkCrcFun(polynomial, rev, initCrc, xorOut):
    assert (polynomial, rev, initCrc, xorOut) == (0x18005, True, 0, 0)
    def crc(data):
        value = 0
        for byte in data:
            value ^= byte
            for _ in range(8):
                value = value >> 1 ^ (0xA001 if value & 1 else 0)
        return value
    return crc
sys.modules["crcmod"] = types.SimpleNamespace(mkCrcFun=mkCrcFun)
path = "app_tools_zxw.SDK_硬件读写.LED显示屏."
onbon = importlib.import_module(path + "仰邦BX6K1_网口_使用公共封装函数").LED通讯
strip = importlib.import_module(path + "威利普控制卡").修改LED显示屏文字
for text in json.loads(sys.argv[1]):
    for colour in range(3):
        say(onbon._修改文字_生成命令(text, color=colour, speed=4, 动态区运行模式=0,
            更新区域编号=1, 更新区域坐标=[0, 0, 16, 0], 更新区域宽高=[24, 0, 16, 0]))
        say(strip._creat_data(2, 1, 7, colour, text))
sent = onbon()
sent.写入数据_整数列表命令 = lambda command: (say(command), (True, b""))[1]
sent.修改亮度(9)
"""


def test_alphasignpy_writes_the_same_packets() -> None:
    said = iter(ask(ALPHASIGNPY, json.dumps(LETTERS)))
    for text in LETTERS:
        data = text.encode()
        assert next(said) == alpha.packet("Z", 0, [alpha.write_string("a", data)])
        red = alpha.coloured("red", data)
        assert next(said) == alpha.packet("Z", 0, [alpha.write_string("b", red)])
        # Its FILL is the other programs' bottom line: the byte is what counts.
        assert next(said) == alpha.packet("Z", 0, [alpha.write_text("A", 0x26, "b", data)])
        priority = alpha.write_text("0", 0x30, "a", data)
        assert next(said) == alpha.packet("Z", 0, [priority], checksum=False)
    assert next(said) == alpha.packet("Z", 0, [alpha.memory("A", 64, "ab")])
    assert next(said) == alpha.packet("Z", 0, [alpha.run_sequence("A")])
    assert next(said) == alpha.packet("Z", 0, [alpha.dim(2, 60)])
    assert list(said) == []


def test_readerboard_writes_the_same_packets() -> None:
    said = iter(ask(READERBOARD, json.dumps(LETTERS)))
    for text in LETTERS:
        data = text.encode()
        string, page = alpha.write_string("a", data), alpha.write_text("A", 0x20, "b", data)
        assert next(said) == alpha.packet("Z", 0, [string], checksum=False)
        assert next(said) == alpha.packet("Z", 0, [page], checksum=False)
    for command in (alpha.memory("A", 64, "a"), alpha.run_sequence("A")):
        assert next(said) == alpha.packet("Z", 0, [command], checksum=False)
    assert list(said) == []


def test_an_alpha_sign_of_ours_shows_what_alphasignpy_sends() -> None:
    sign = AlphaSimulator("sign", AlphaOptions(rows=2, height=32))
    said = ask(ALPHASIGNPY, json.dumps(["CLOSED"]))
    string, red, text, priority, memory, sequence, _ = said
    for packet in (memory, sequence, text):
        sign.feed(packet)
    assert sign.seen()["lines"] == ["CLOSED"]
    for packet in (string, red, alpha.packet("Z", 0, [b"AA\x1b0b\x10a\r\x10b"])):
        sign.feed(packet)
    assert sign.seen()["lines"] == ["CLOSED", "CLOSED"]
    sign.feed(priority)
    assert sign.seen()["lines"] == ["CLOSED"]
    assert sign.seen()["bad_frames"] == 0


def test_app_tools_zxw_writes_the_same_onbon_and_weilipu_frames() -> None:
    said = iter(ask(ZXW, json.dumps(TEXTS)))
    for text in TEXTS:
        data = text.encode("gb2312")
        for number, colour in enumerate(("red", "green", "yellow")):
            area = onbon.Area(
                1, 0, 16, 192, 16, f"\\C{number + 1}".encode() + data, stay=5, timeout_s=0
            )
            payload = onbon.areas_data([onbon.area_data(area)])
            frame = onbon.Frame(1, 0x8001, 0xA3, 0x06, 1, payload, card_type=0x61)
            assert next(said) == onbon.encode(frame), (text, colour)
            line = weilipu.LineText(2, data, number, moves=False, speed=7)
            assert next(said) == weilipu.encode(line)
    dimmed = onbon.Frame(1, 0x8001, 0xA3, 0x02, 1, bytes([1, 9, *[1] * 48]), card_type=0x61)
    assert next(said) == onbon.encode(dimmed)
    assert list(said) == []


def test_our_cards_show_what_app_tools_zxw_sends() -> None:
    card = OnbonSimulator("wall", OnbonOptions(card_type=0x61))
    answers: list[bytes] = []
    card.send = answers.append
    strip = WeilipuSimulator("strip", WeilipuOptions(rows=2, height=32))
    *frames, dimmed = ask(ZXW, json.dumps(["请A001号到3号窗口"]))
    for at, frame in enumerate(frames):
        (strip if at % 2 else card).feed(frame)
    card.feed(dimmed)
    assert card.seen()["lines"] == strip.seen()["lines"] == ["请A001号到3号窗口"]
    assert card.seen()["brightness"] == 9
    assert card.seen()["bad_frames"] == strip.seen()["bad_frames"] == 0
    assert len(answers) == 4
