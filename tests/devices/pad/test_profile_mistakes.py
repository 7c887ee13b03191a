"""Mistakes in a profile are named with file, line and key; silence and spare fields are read."""

from __future__ import annotations

from pathlib import Path

import pytest

from devices.pad.codec import FrameCodec
from devices.pad.engine import PadReader
from devices.pad.parts import Checksum, Constant, Data, Field
from devices.pad.profile import ProfileError, load_profile
from tests.devices.pad.pad_line import hexed

GOOD = (Path(__file__).parents[3] / "config" / "pads" / "polled.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("good", "bad", "problem"),
    [
        ('event = "help"', 'event = "halp"', "event[8].event: 'halp' is not one of"),
        ('kind = "xor8"', 'kind = "xor9"', "frame.parts[5].kind: Invalid enum value 'xor9'"),
        ("first = 1", 'first = 1, covers = ["data"]', "frame.parts[5]: give either covers"),
        ('{ part = "address" },', "", "frame.parts: a polled pad needs an address part"),
        ("function = 0x05\n", "", "poll.function: is missing"),
        ("nothing = { function = 0x06 }", "", "poll.nothing: is missing"),
        ("answer_ms = 40", "answer_ms = 1", "poll.answer_ms: Expected `int` >= 2"),
        ('whole = "text:2"', 'whole = "text:1"', "event[1]: event[0] fits the same frames"),
        ("gap_ms = 30", 'escape = { "7D" = "7D 5D" }', "frame.escape: 02 begins a frame"),
        ("baud = 9600", "baud = 9601", "serial.baud: Invalid enum value 9601"),
    ],
)
def test_a_mistake_has_its_line(tmp_path: Path, good: str, bad: str, problem: str) -> None:
    text = GOOD.replace(good, bad, 1)
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ProfileError) as caught:
        load_profile(str(path))
    [said] = [one for one in caught.value.problems if problem in one]
    place = said.removeprefix(f"{path}:").partition(":")[0]
    lines = text.splitlines()
    # The line itself, or that of the table where something is missing.
    wanted = {bad.strip(), "parts = [", "[poll]"} if bad.strip() else {"parts = [", "[poll]"}
    near = lines[int(place) - 1 : int(place) + 3]
    assert any(one in line for one in wanted for line in near), said


def test_silence_ends_a_frame_that_nothing_else_ends() -> None:
    codec = FrameCodec((Constant("AA"), Data(max=4), Checksum("sum8", first=0)))
    reader = PadReader(codec, 0.04)
    assert reader.feed(hexed("AA 01"), 0.0) == []
    assert reader.feed(hexed("02 AD"), 0.03) == []
    assert reader.idle(0.05) == []
    [frame] = reader.idle(0.08)
    assert frame.data == hexed("01 02")
    # The next burst is out of order: nothing of it is taken, nor of one without an end.
    assert reader.feed(hexed("AA 01 02 AE"), 1.0) == []
    assert reader.feed(hexed("AA") * 600, 2.0) == []
    assert reader.idle(3.0) == []
    assert reader.bad_frames == 2


def test_a_spare_field_comes_back_in_the_acknowledgement() -> None:
    codec = FrameCodec((Constant("AA"), Field(2), Data(size=1), Checksum("lrc", first=1)))
    [frame] = PadReader(codec).feed(hexed("AA 12 34 01 B9"), 0.0)
    assert (frame.fields, frame.data) == (hexed("12 34"), b"\x01")
    assert codec.build(1, None, b"\x02", frame.fields) == hexed("AA 12 34 02 B8")
